"""Functions that run in threads which start together, or one in the middle of the other, on a shared database."""

import sqlite3
import threading
import time
from contextlib import closing, contextmanager

import pytest
from django.db import connection, connections, transaction

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
locks_rows = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks the whole database")


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


def in_the_middle(run, first, second, finish=lambda: None):
    """Run `first` and `finish` in one transaction, and `second` between the two, until it waits for a lock or is over.
    Return what `second` returned. PostgreSQL only (`locks_rows`)."""
    is_begun, is_over = threading.Event(), threading.Event()

    def one():
        try:
            with transaction.atomic():
                first()
                is_begun.set()
                while not is_over.is_set() and not _somebody_waits():
                    time.sleep(0.01)
                finish()
        finally:
            is_begun.set()

    def other():
        try:
            assert is_begun.wait(60)
            return second()
        finally:
            is_over.set()

    return run(one, other)[1]


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return cursor.fetchone()[0]
