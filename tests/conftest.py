"""What every test may use: the cast (organizer, member, stranger), a fixed moment, and hypothesis profiles."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime

import pytest
from django.core.cache import caches
from django.db import connection, connections
from hypothesis import HealthCheck, settings

import markup.html
from members.actions import people
from members.actors import SYSTEM
from members.models import Role
from talks import exports
from tests import browsers
from tests.servers import migrated
from tests.standing import NOW, SHANGHAI, ground, wanted
from tests.talks.boardroom import empty_board
from tests.talks.newsroom import empty_newsroom

__all__ = ["SHANGHAI", "empty_board", "empty_newsroom"]  # for every test: the worlds of both rooms

# The quick run asks the same questions every time, so that a red build means a change; the proof asks new ones.
settings.register_profile(
    "quick", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("proof", max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Begin with a copy of tables that are made once a run; what is missing in them, the migrations still make."""
    usual = connections["default"]
    if usual.vendor != "sqlite":
        return
    create, kept = usual.creation._create_test_db, []

    def copied(*args, **options):
        name = create(*args, **options)
        kept.append(sqlite3.connect(name, uri=True, check_same_thread=False))  # in memory only while somebody has it
        with closing(sqlite3.connect(migrated())) as file:
            file.backup(kept[0])
        return name

    usual.creation._create_test_db = copied


@pytest.fixture(autouse=True)
def empty_caches():
    """Tests share a process, and what one of them wrote is rolled back: no page of another test may be left, and
    nobody is locked out because another test guessed a password."""
    for cache in (caches[name] for name in caches.settings):
        cache.clear()
    exports.forget()


@pytest.fixture(autouse=True, scope="module")
def browser_of_the_module():
    """A module that has opened a browser leaves none behind."""
    yield
    browsers.close()


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A password that is meant to be slow to check would take half of the tests' time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def standing(django_db_setup, django_db_blocker):
    """What stands under the tests (tests/standing.py); nothing of it is left when the database goes."""

    def change(name):
        with django_db_blocker.unblock():
            ground.change(name)

    yield change
    change(None)


# What makes pytest-django run a test without a transaction around it.
ALONE = {"transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback"}


@pytest.fixture
def its_ground(request, standing):
    """The world that this test asks for, or none, before the test's own transaction begins; none under a test without
    one: it is left with an empty database, so its world is made of rows of its own."""
    mark = request.node.get_closest_marker("django_db")
    is_alone = bool(mark and mark.kwargs.get("transaction")) or bool(ALONE & set(request.fixturenames))
    standing(None if is_alone else wanted(request.fixturenames))


@pytest.fixture
def _django_db_helper(its_ground, _django_db_helper):
    """The transaction of the test as pytest-django opens it, for tests that name `db` and for those that are marked."""


@pytest.fixture
def now() -> datetime:
    """A Wednesday evening."""
    return NOW


@pytest.fixture
def password() -> str:
    return "correct horse battery"


@pytest.fixture
def organizer(db, now, password):
    """青禾 may do everything."""
    user = people.create_user(username="青禾", password=password, role=Role.ORGANIZER, by=SYSTEM, now=now)
    return user.person


@pytest.fixture
def member(db, now, password):
    """小满 has an account."""
    user = people.create_user(username="小满", password=password, role=Role.MEMBER, by=SYSTEM, now=now)
    return user.person


@pytest.fixture
def stranger(db, now, password):
    """Another member, who owns nothing of what the test is about."""
    user = people.create_user(username="Nora", password=password, role=Role.MEMBER, by=SYSTEM, now=now)
    return user.person


@pytest.fixture
def locked_renders(db, monkeypatch):
    """For every text that was rendered: in how many transactions beyond the test's own."""
    depths, outside, render = [], len(connection.savepoint_ids), markup.html.render

    def noted(text, **options):
        if text:
            depths.append(len(connection.savepoint_ids) - outside)
        return render(text, **options)

    monkeypatch.setattr(markup.html, "render", noted)
    return depths
