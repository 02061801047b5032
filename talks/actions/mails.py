"""Mails: what the site tells somebody goes out to whom wants it so, one mail for each notification."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from members.models import Notification
from talks.actions.deliveries import put_down
from talks.mailing import wanted
from talks.models import Delivery, Reminder


def tell(*, payload: dict[str, Any], now: datetime) -> None:
    """Put down a mail for each of these notifications that is wanted by mail: a job, asked for by `notify`."""
    rows = Notification.objects.filter(pk__in=payload["notifications"], read_at=None)
    notices = wanted(list(rows.select_related("person__user").order_by("pk")))
    keys = {row.pk: f"notice-{row.pk}" for row in notices}
    known = set(Delivery.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    reminders = Reminder.objects.in_bulk([row.values["reminder"] for row in notices if "reminder" in row.values])
    for row in notices:
        if keys[row.pk] not in known:
            mail = Delivery(person=row.person, kind=row.kind, key=keys[row.pk], payload={"notification": row.pk})
            put_down([mail], reminder=reminders.get(row.values.get("reminder", 0)), now=now)
