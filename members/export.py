"""Everything the site keeps of one person, as JSON. Reads only."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from members.models import Event, Person
from members.written import pointers

# What is nobody's to read, not even one's own: what opens the account, and what only the site needs.
SECRET = {"password", "digest", "data", "token", "token_secret", "key", "secret"}
# Rows that others write about a person; one's own requests come by the login, names stand apart.
OF_OTHERS = {"members.alias.person", "members.personrequest.person", "members.personrequest.decided_by"}
DERIVED = ("_html", "html_version")


def everything_of(person: Person) -> dict[str, Any]:
    """Return all rows that point to a person or their login, and what they did, by table."""
    tables = {pointer.label: _rows(pointer.rows(person)) for pointer in pointers() if pointer.label not in OF_OTHERS}
    found: dict[str, Any] = {
        "person": _row(person),
        "names": sorted(person.aliases.filter(deleted_at=None).values_list("name", flat=True)),
        "login": _row(person.user) if person.user else None,
        "rows": {label: rows for label, rows in tables.items() if rows},
        "acts": _rows(Event.objects.filter(person=person)),
    }
    if person.user:
        found["rows"] |= _of_login(person.user)
    return found


def _of_login(user: models.Model) -> dict[str, Any]:
    tables = {}
    relations: list[Any] = list(get_user_model()._meta.get_fields(include_hidden=True))
    for relation in relations:
        if relation.auto_created and not relation.concrete and relation.related_model is not Person:
            model: Any = relation.related_model
            if rows := _rows(model._base_manager.filter(**{relation.field.name: user})):
                tables[f"{model._meta.label_lower}.{relation.field.name}"] = rows
    return tables


def _rows(rows: models.QuerySet[Any]) -> list[dict[str, Any]]:
    return [_row(row) for row in rows.order_by("pk")]


def _row(row: models.Model) -> dict[str, Any]:
    return {
        field.attname: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if field.name not in SECRET and not field.name.endswith(DERIVED)
    }
