"""The one way to record what was done. Every action calls it inside its transaction."""

from datetime import datetime
from typing import Any

from members.actions.revisions import touch
from members.actors import Actor, Nobody
from members.models import Event


def record(
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
    """Write the Event of an act on the row `kind`/`key` and raise the revision of the record.

    Anonymous acts keep no person and only the hour.
    """
    touch()
    person = None if isinstance(by, Nobody) else by
    if by is Nobody.ANONYMOUS:
        now = now.replace(minute=0, second=0, microsecond=0)
    return Event.objects.create(
        at=now,
        by=by.value if isinstance(by, Nobody) else Event.By.PERSON,
        person=person,
        verb=verb,
        target_kind=kind,
        target_key=str(key),
        before=before,
        after=after,
        reason=reason,
    )
