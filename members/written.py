"""Which rows of all tables point to a person, and where such a row keeps the name as it is written.

People know nothing of the talk: its tables are found by their keys to Person. A table that keeps a written name beside
such a key calls it `<key>_name`, or `name` beside `person`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction

from members.models import Alias, Event, Person


@dataclass(frozen=True, slots=True)
class Pointer:
    """A key to Person in some table; `written` is the field of the name beside it, "" for none."""

    model: type[models.Model]
    field: str
    written: str

    @property
    def label(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field}"

    def rows(self, *people: Person | int) -> models.QuerySet[Any]:
        """Every row that points to one of these, deleted ones included."""
        return self.model._base_manager.filter(**{f"{self.field}__in": people})


def pointers() -> list[Pointer]:
    """Return every key to Person but those of Event, which says who acted and never changes, and of Person itself."""
    found = []
    relations: list[Any] = list(Person._meta.get_fields(include_hidden=True))
    for relation in relations:
        if relation.auto_created and not relation.concrete and relation.related_model not in (Event, Person):
            model: Any = relation.related_model
            found.append(Pointer(model, relation.field.name, _written(model, relation.field.name)))
    return sorted(found, key=lambda pointer: pointer.label)


def _written(model: type[models.Model], field: str) -> str:
    if model is Alias:
        return ""
    names = {each.name for each in model._meta.concrete_fields}
    beside = [f"{field}_name", *(["name"] if field == "person" else [])]
    return next((name for name in beside if name in names), "")


def move(rows: models.QuerySet[Any], field: str, to: Person) -> list[Any]:
    """Let rows point to another person and return the keys of those that do; what a constraint refuses stays."""
    keys = sorted(rows.values_list("pk", flat=True))
    if not keys:
        return []
    try:
        with transaction.atomic():
            rows.update(**{field: to})
        return keys
    except IntegrityError:
        return [key for key in keys if _move_one(rows.model._base_manager.filter(pk=key), field, to)]


def _move_one(row: models.QuerySet[Any], field: str, to: Person) -> bool:
    try:
        with transaction.atomic():
            row.update(**{field: to})
    except IntegrityError:
        return False
    return True
