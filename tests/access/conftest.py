"""One world for all of a module; what a request does to it is taken back."""

import logging
from datetime import datetime

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings

from tests.access.world import build
from tests.conftest import SHANGHAI

# What a password costs is no question here, and a session in the cookie is taken back with it.
QUICK = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """The world at a fixed moment, a Wednesday evening."""
    now = datetime(2026, 3, 4, 20, 0, tzinfo=SHANGHAI)
    with (
        django_db_blocker.unblock(),
        time_machine.travel(now, tick=False),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"), **QUICK),
        transaction.atomic(),
    ):
        logging.disable(logging.CRITICAL)  # thousands of refusals, each meant
        yield build(now)
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)
