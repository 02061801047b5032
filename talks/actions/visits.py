"""When somebody last looked at a board or at the desk: what came later is new to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from members.actors import Actor
from members.models import Person
from talks.models import BoardVisit, Episode

# Looks that follow one another so closely are one visit: what was new stays marked while somebody reads on.
VISIT = timedelta(minutes=15)


def note_visit(
    *, episode: Episode, by: Actor, now: datetime, page: BoardVisit.Page = BoardVisit.Page.BOARD
) -> datetime | None:
    """Note a look at a page of an episode and return since when things are new there; None for a first visit.

    Nothing that others see changes, so nothing is recorded, and within one visit nothing is written.
    """
    if not isinstance(by, Person):
        return None
    visit = BoardVisit.objects.filter(person=by, episode=episode, page=page).first()
    if visit is None:  # two first looks at once are one
        BoardVisit.objects.bulk_create(
            [BoardVisit(person=by, episode=episode, page=page, at=now)], ignore_conflicts=True
        )
        return None
    if now - visit.at > VISIT:
        visit.before, visit.at = visit.at, now
        visit.save(update_fields=["before", "at"])
    return visit.before
