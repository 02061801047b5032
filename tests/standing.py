"""Worlds that stand: made once, for the tests that follow each other and ask for them, and rolled back behind the last.

A world is made in a transaction around those of the tests: each of them begins with the rows as they were made, and what
it writes is rolled back to there. A test that asks for another world, or for none, finds nothing of this one.
"""

import copy
import zoneinfo
from contextlib import ExitStack
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test import override_settings

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
# The moment of the tests and of their worlds: a Wednesday evening.
NOW = datetime(2026, 3, 4, 20, 0, tzinfo=SHANGHAI)
MAKERS = {}


class Ground:
    """What stands in this process now."""

    def __init__(self):
        self.name = None
        self.made = None
        self.stack = ExitStack()

    def change(self, name):
        """Let this world stand and no other; None for an empty database. No transaction may be open."""
        if name == self.name:
            return
        self.clear()
        if name is None:
            return
        # Django tries this once in every process, and cannot inside a transaction.
        assert connection.features.supports_transactions
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        try:
            with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
                self.made = MAKERS[name]()
        except BaseException:
            self.clear()
            raise
        self.name = name

    def clear(self):
        self.name = self.made = None
        self.stack.close()


ground = Ground()


def world(make):
    """Make a fixture of this function: what it returns, made once and copied for each test, so that rows may be changed
    in memory as well."""
    # The same one may come twice: pytest loads a conftest once more than Python does.
    known = MAKERS.setdefault(make.__name__, make)
    assert known.__code__ == make.__code__, f"two worlds are called {make.__name__}"

    @pytest.fixture(name=make.__name__)
    def fresh(db):
        if ground.name is None:  # a test without a transaction around it
            return make()
        assert ground.name == make.__name__, f"a test stands in one world: {ground.name}"
        return copy.deepcopy(ground.made)

    fresh.__doc__ = make.__doc__
    return fresh


def wanted(names):
    """The world among the fixtures of a test, or None."""
    return next((name for name in names if name in MAKERS), None)
