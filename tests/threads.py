"""Functions that run in threads which start together, on a database that threads can share."""

import sqlite3
import threading
from contextlib import closing, contextmanager

from django.db import connection, connections


@contextmanager
def shared_database(folder, patience=60):
    """Yield a function that runs functions at once, in a test without a transaction of its own.
    None is the result of a function that took longer than `patience` seconds.

    SQLite's in-memory database does not wait for locks, so those tests get a file: a copy of it, with all its tables.
    """
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
    usual = connections["default"]
    options = {**usual.settings_dict, "NAME": str(folder / "db.sqlite3")} if in_memory else usual.settings_dict
    if in_memory:
        usual.ensure_connection()
        with closing(sqlite3.connect(options["NAME"])) as file:
            usual.connection.backup(file)
        connections["default"] = type(usual)(options, "default")

    def run(*functions):
        barrier = threading.Barrier(len(functions), timeout=60)
        results = [None] * len(functions)

        def one(place, function):
            connections["default"] = type(usual)(options, "default")
            try:
                try:
                    connections["default"].ensure_connection()
                except Exception:
                    barrier.abort()  # nobody waits for one who never comes
                    raise
                barrier.wait()
                results[place] = function()
            except Exception as error:
                results[place] = error
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(functions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(patience)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results

    try:
        yield run
    finally:
        if in_memory:
            connections["default"].close()
            connections["default"] = usual
