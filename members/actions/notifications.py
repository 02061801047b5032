"""Tell people something on the site, and note what they have read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from jobs.actions.jobs import enqueue
from members.actors import Actor
from members.models import Notification, Person
from members.rules import may_write, require

PART = 500


def notify(
    people: Iterable[Person | None],
    *,
    kind: str,
    target: tuple[str, object],
    by: Actor,
    now: datetime,
    **values: Any,
) -> None:
    """Tell each of these people once, but not the one who acts and nobody without a login.

    Belongs into the transaction of the act. `kind` names the sentence, `values` (small JSON) fill it, `target` is the
    row it is about, as an Event names it.
    """
    told = {person.pk: person for person in people if person is not None and person.user_id is not None}
    if isinstance(by, Person):
        told.pop(by.pk, None)
    made = Notification.objects.bulk_create(
        Notification(
            person=person,
            kind=kind,
            target_kind=target[0],
            target_key=str(target[1]),
            values=values,
            created_at=now,
        )
        for person in told.values()
    )
    if settings.OPEN_BY_MAIL:
        _ask_for_mails([row.pk for row in made], now=now)


def _ask_for_mails(keys: list[int], *, now: datetime) -> None:
    """Let a job look who wants these by mail; a part at a time, since a job carries little."""
    for start in range(0, len(keys), PART):
        part = keys[start : start + PART]
        key, payload = f"tell_by_mail:{part[0]}", {"notifications": part}
        enqueue(kind="tell_by_mail", key=key, payload=payload, due_at=now, now=now)


def read_all(*, by: Actor, now: datetime, until: int | None = None) -> int:
    """Note that somebody has read what they were told (up to the key `until`), and return how much it was.

    Raises PermissionDenied for nobody and for the suspended, who change nothing.
    """
    require(may_write(by) and isinstance(by, Person), _("Sign in to see what you were told."))
    assert isinstance(by, Person)  # noqa: S101 - for the type checker; the line above has raised
    rows = Notification.objects.of(by).unread()
    if until is not None:
        rows = rows.filter(pk__lte=until)
    return rows.order_by().update(read_at=now)
