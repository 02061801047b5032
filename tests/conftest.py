"""What every test may use: the cast (organizer, member, stranger), a fixed moment, and hypothesis profiles."""

import os
import zoneinfo
from datetime import datetime

import pytest
from django.core.cache import caches
from django.db import connection
from hypothesis import HealthCheck, settings

import markup.html
from members.actions import people
from members.actors import SYSTEM
from members.models import Role
from talks import exports
from tests import browsers

# The quick run asks the same questions every time, so that a red build means a change; the proof asks new ones.
settings.register_profile(
    "quick", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("proof", max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")


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


@pytest.fixture
def now() -> datetime:
    """A Wednesday evening."""
    return datetime(2026, 3, 4, 20, 0, tzinfo=SHANGHAI)


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
