"""Tell people something on the site, and note what they have read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from members.actors import Actor
from members.models import Notification, Person
from members.rules import may_write, require


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
    Notification.objects.bulk_create(
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
