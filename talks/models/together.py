"""Several tables read in one statement: each row comes as JSON and becomes an instance of its model again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.db.models.functions import Cast, JSONObject

Select = tuple[models.QuerySet[Any], Sequence[str]]


def read_together(parts: Mapping[str, Select]) -> dict[str, list[Any]]:
    """Return the rows of every queryset, with these fields, in one query; the key is always among them.

    `person__name` fills `row.person`; rows that name the same one share it. What a queryset was annotated with (texts,
    numbers) can be named like a field. A field that was not asked for is read
    when it is looked at, a query each, like any deferred one. The rows come by `position`, if they have one, and key.
    """
    selects = [
        rows.order_by().values_list(models.Value(place), JSONObject(**_columns(rows, names)))
        for place, (rows, names) in enumerate(parts.values())
    ]
    shared: dict[tuple[type[models.Model], Any], Any] = {}
    makers = [_maker(rows, names, shared) for rows, names in parts.values()]
    found: list[list[Any]] = [[] for _ in parts]
    for place, values in selects[0].union(*selects[1:], all=True):
        found[place].append((values.get("position", 0), values["id"], makers[place](values)))
    return {
        name: [row for _position, _key, row in sorted(rows, key=lambda each: each[:2])]
        for name, rows in zip(parts, found, strict=True)
    }


def _columns(rows: models.QuerySet[Any], names: Sequence[str]) -> dict[str, Any]:
    """Return what each field is called in the JSON and how it is read; JSON inside it comes as text everywhere."""
    columns: dict[str, Any] = {"id": models.F("pk")}
    for name in names:
        is_own = "__" not in name and name not in rows.query.annotations
        field = rows.model._meta.get_field(name) if is_own else None
        columns[name] = Cast(name, models.TextField()) if isinstance(field, models.JSONField) else models.F(name)
        if "__" in name:
            columns[name.split("__")[0]] = models.F(name.split("__")[0])
    return columns


# Fields whose values JSON has no form of its own for.
ODD = (models.JSONField, models.BooleanField, models.DateField)


def _value_of(field: Any, value: Any) -> Any:
    """Return the value of a field as its model keeps it."""
    if value is None or not isinstance(field, ODD):
        return value
    if isinstance(field, models.JSONField):
        return json.loads(value)
    if isinstance(field, models.BooleanField):
        return bool(value)
    if not isinstance(field, models.DateTimeField):
        return date.fromisoformat(value)
    moment = datetime.fromisoformat(value)  # SQLite's are UTC and do not say so
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _maker(
    rows: models.QuerySet[Any], names: Sequence[str], shared: dict[tuple[type[models.Model], Any], Any]
) -> Callable[[dict[str, Any]], Any]:
    """Return what makes an instance of the JSON of a row."""
    meta, using = rows.model._meta, rows.db
    relations: dict[str, list[str]] = {}
    for name in names:
        if "__" in name:
            relations.setdefault(name.split("__")[0], []).append(name)
    wanted = {"id", *relations, *(name for name in names if "__" not in name)}
    own = [field for field in meta.concrete_fields if field.name in wanted]
    attnames = [field.attname for field in own]

    noted = [name for name in names if name in rows.query.annotations]
    odd = [place for place, field in enumerate(own) if isinstance(field, ODD)]

    def make(values: dict[str, Any]) -> Any:
        row_values = [values[field.name] for field in own]
        for place in odd:
            row_values[place] = _value_of(own[place], row_values[place])
        row = rows.model.from_db(using, attnames, row_values)
        for relation, inner in relations.items():
            setattr(row, relation, related(relation, inner, values))
        for name in noted:
            setattr(row, name, values[name])
        return row

    def related(relation: str, inner: list[str], values: dict[str, Any]) -> Any:
        model: Any = meta.get_field(relation).related_model
        key = values[relation]
        if key is None:
            return None
        if (model, key) not in shared:
            by_name = {name.split("__")[1]: values[name] for name in inner} | {model._meta.pk.name: key}
            fields = [field for field in model._meta.concrete_fields if field.name in by_name]
            shared[model, key] = model.from_db(
                using, [field.attname for field in fields], [_value_of(field, by_name[field.name]) for field in fields]
            )
        return shared[model, key]

    return make
