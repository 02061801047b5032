"""What an erasure takes out of the texts of items: the signatures under sentences that `second` added."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from members.actions.forgetting import mentioning, unsigned
from talks.actions.html import rendered
from talks.models import Item, KeptRow

CHUNK = 500


def forget_signatures(*, people: Collection[int], names: Collection[str], name: str, now: datetime) -> None:
    """Write another name under what people who erased their account added to nominations. Part of the erasure."""
    for row in Item._base_manager.filter(credits__person__in=people, body__contains="—").distinct():
        body = unsigned(row.body, names, name)
        if body != row.body:
            row.body = body
            values = {"body": body, "version": F("version") + 1, "changed_at": now, **rendered(row)}
            Item._base_manager.filter(pk=row.pk).update(**values)
    changed = []
    for kept in mentioning(KeptRow, "state", names).filter(kind="item").iterator(chunk_size=CHUNK):
        if "body" in kept.state and (body := unsigned(kept.state["body"], names, name)) != kept.state["body"]:
            kept.state["body"] = body
            changed.append(kept)
    KeptRow.objects.bulk_update(changed, ["state"], batch_size=CHUNK)
