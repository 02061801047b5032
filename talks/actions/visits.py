"""When somebody last looked at a board: what came later is new to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from members.actors import Actor
from members.models import Person
from talks.models import BoardVisit, Episode

# Looks that follow one another so closely are one visit: what was new stays marked while somebody reads on.
VISIT = timedelta(minutes=15)


def note_visit(*, episode: Episode, by: Actor, now: datetime) -> datetime | None:
    """Note a look at a board and return since when things are new there; None for who was never there before.

    Nothing that others see changes, so nothing is recorded, and within one visit nothing is written.
    """
    if not isinstance(by, Person):
        return None
    visit, is_first = BoardVisit.objects.get_or_create(person=by, episode=episode, defaults={"at": now})
    if not is_first and now - visit.at > VISIT:
        visit.before, visit.at = visit.at, now
        visit.save(update_fields=["before", "at"])
    return visit.before
