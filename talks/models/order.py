"""Rows as a document has them: those that nobody took out, in its order, and by what they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db import models


def in_order(rows: models.QuerySet[Any], *, everything: bool = False) -> models.QuerySet[Any]:
    """Return the rows in the order of the document; `everything`: also those that were taken out."""
    return (rows if everything else rows.filter(deleted_at=None)).order_by("position", "pk")


def next_position(rows: models.QuerySet[Any]) -> int:
    """Return the place behind all of these rows, also behind those that were taken out."""
    return (rows.aggregate(last=models.Max("position"))["last"] or 0) + 1


def grouped(rows: Iterable[Any], key: str | Callable[[Any], Any]) -> dict[Any, list[Any]]:
    """Return the rows by one of their values, or by what `key` says of each."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, key) if isinstance(key, str) else key(row)].append(row)
    return groups
