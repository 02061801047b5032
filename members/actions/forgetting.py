"""What an erasure takes out of what was noted and told: the names, and what was written to organizers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from members.models import Event, Notification

CHUNK = 500
# What people write: there a word that is also somebody's name stays, but for a signature.
TEXTS = ("title", "body", "text", "url", "group", "reason", "summary", "note")


def forget_told(*, people: Collection[int], names: Collection[str], name: str) -> None:
    """Write `name` for the names of people in everything that Events and notices say. Part of the erasure."""
    Event.objects.filter(person__in=people, verb="request_person").update(before=None, after=None)
    for model, fields in ((Event, ("before", "after")), (Notification, ("values",))):
        for field in fields:
            _forget_in(model, field, names, name)


def mentioning(model: type[models.Model], field: str, names: Collection[str]) -> models.QuerySet[Any]:
    """Return the rows in whose JSON one of the names may stand, as both databases write it."""
    found = Q(pk=None)
    for each in names:
        for is_ascii in (True, False):
            found |= Q(as_text__contains=json.dumps(each, ensure_ascii=is_ascii)[1:-1])
    return model._base_manager.annotate(as_text=Cast(field, TextField())).filter(found)


def without(value: Any, names: Collection[str], name: str, *, key: str = "") -> Any:
    """Return a JSON value with `name` where one of the names stands as one, or as a signature under a text."""
    if isinstance(value, dict):
        return {each: without(held, names, name, key=each) for each, held in value.items()}
    if isinstance(value, list):
        return [without(each, names, name, key=key) for each in value]
    if not isinstance(value, str):
        return value
    return name if value in names and key not in TEXTS else unsigned(value, names, name)


def unsigned(text: str, names: Collection[str], name: str) -> str:
    """Return a text with another name in the signatures that `second` writes: "… —小满" at the end of a line."""
    known = "|".join(re.escape(each) for each in names)
    return re.sub(f"(?m)(?<= —)({known})$", name, text) if known else text


def _forget_in(model: type[models.Model], field: str, names: Collection[str], name: str) -> None:
    changed = []
    for row in mentioning(model, field, names).iterator(chunk_size=CHUNK):
        said = without(getattr(row, field), names, name)
        if said != getattr(row, field):
            setattr(row, field, said)
            changed.append(row)
    model._base_manager.bulk_update(changed, [field], batch_size=CHUNK)
