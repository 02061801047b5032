"""The one way to record what was done. Every action calls it inside its transaction; the record's revision rises."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from members.actions.revisions import touch
from members.actors import Actor, Nobody, person_behind
from members.models import Event


def hour_of(now: datetime) -> datetime:
    """Return the hour of a moment: all that is kept of when something was done anonymously."""
    return now.replace(minute=0, second=0, microsecond=0)


def record(*, by: Actor, now: datetime, verb: str, kind: str, key: object, **more: Any) -> Event:
    """Write the Event of an act on the row `kind`/`key`; `more` is before, after and reason as event_of takes them."""
    event = event_of(by=by, now=now, verb=verb, kind=kind, key=key, **more)
    event.save()
    touch()
    return event


def record_all(events: Iterable[Event]) -> None:
    """Write many Events that event_of made, in order."""
    Event.objects.bulk_create(events, batch_size=500)
    touch()


def event_of(
    *,
    by: Actor,
    now: datetime,
    verb: str,
    kind: str,
    key: object,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> Event:
    """Return the Event of an act, not yet written. Anonymous acts keep no person and only the hour."""
    if by is Nobody.ANONYMOUS:
        now = hour_of(now)
    return Event(
        at=now,
        by=by.value if isinstance(by, Nobody) else Event.By.PERSON,
        person=person_behind(by),
        verb=verb,
        target_kind=kind,
        target_key=str(key),
        before=before,
        after=after,
        reason=reason,
    )
