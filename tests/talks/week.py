"""A series with a finished evening and a board that is open, made by the actions themselves, for the tests of the week."""

from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from members.actions import people
from members.actors import SYSTEM
from members.models import Role
from talks.actions.life import plan_next
from talks.models import Section

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text):
    """A moment on the wall clock of Shanghai: 2026-03-07 21:00."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def person(name, *, now, role=Role.MEMBER):
    """Somebody with an account."""
    return people.create_user(username=name, password="correct horse battery", role=role, by=SYSTEM, now=now).person


def board(*, now):
    """The next number of a new site, with its five sections by kind."""
    episode = plan_next(by=SYSTEM, now=now)
    sections = {row.kind: row for row in Section.objects.filter(episode=episode).select_related("episode")}
    return SimpleNamespace(episode=episode, **sections)
