"""Functions that run in threads which start together, on a database that threads can share."""

import threading
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, connections


@contextmanager
def shared_database(folder, *apps, patience=60):
    """Yield a function that runs functions at once; `apps` are those whose tables are needed, all without a name.
    None is the result of a function that took longer than `patience` seconds.

    SQLite's in-memory database does not wait for locks, so those tests get a file.
    """
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
    usual = connections["default"]
    options = {**usual.settings_dict, "NAME": str(folder / "db.sqlite3")} if in_memory else usual.settings_dict
    if in_memory:
        connections["default"] = type(usual)(options, "default")
        for app in apps or (None,):
            call_command("migrate", *filter(None, [app]), verbosity=0)

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
