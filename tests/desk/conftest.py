"""A series at a fixed moment, a Wednesday evening before its first number, for the tests of the desk."""

from types import SimpleNamespace

import pytest
import time_machine

from members.models import Role
from tests.talks.week import at, board, person


@pytest.fixture
def series(db):
    """The first number collects; who is asked for by name has an account. The clock can be moved."""
    now = at("2026-03-04 20:00")
    with time_machine.travel(now, tick=False) as clock:
        organizer = person("青禾", now=now, role=Role.ORGANIZER)
        member = person("小满", now=now)
        made = board(now=now)
        sections = {kind: getattr(made, kind) for kind in ("news", "picks", "classic", "practice", "free_talk")}
        yield SimpleNamespace(
            now=now, clock=clock, organizer=organizer, member=member, episode=made.episode, sections=sections
        )
