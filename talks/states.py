"""What is kept of a row: which rows have a history, what a state of one holds, and how rows say it before and after.

A state is all that is content: every stored field but counters, stamps and HTML, keys to other rows as keys, and what
hangs on the row without a history of its own (credits, an item's papers). What is not of the words but of the evening
is in it, too, so that history shows it; which of it a restore leaves alone is said in `talks.actions.history`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import models

from members.models import Row
from talks.export import KINDS
from talks.models import Carry, Claim, Credit, Episode, Hosting, PaperMention, Question, Section

State = dict[str, Any]

# kind → its table; `key` of a KeptRow is the primary key, which no row ever changes.
KEPT: dict[str, type[Row]] = {
    **{kind: model for kind, (model, _fields) in KINDS.items() if issubclass(model, Row)},
    "claim": Claim,
    "hosting": Hosting,
    "carry": Carry,
}
KIND_OF: dict[type[models.Model], str] = {model: kind for kind, model in KEPT.items()}
# By which keys the rows of a kind belong to an episode.
HOME: dict[str, str] = {
    **dict.fromkeys(KEPT, "episode"),
    **dict.fromkeys(("item", "claim", "suggestion"), "section__episode"),
    "answer": "question__episode",
    "episode": "pk",
}
# Counters that never go back, and what is made of other fields.
LEFT = {"id", "version", "created_at", "changed_at", "html_version", "last_serial", "sequence"}
# Which key of Credit says that it is for a row of this kind.
CREDITED = {"episode": "episode", "section": "section", "item": "item"}


CONTENT: dict[type[models.Model], dict[str, models.Field[Any, Any]]] = {
    model: {
        field.name: field
        for field in model._meta.concrete_fields
        if field.name not in LEFT and not field.name.endswith("_html")
    }
    for model in KEPT.values()
}


def content_of(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """Return the fields that are content, by name."""
    return CONTENT[model]


def fields_of(row: Row) -> State:
    """Return what the fields of a row say now, as JSON."""
    return {name: _plain(getattr(row, field.attname)) for name, field in content_of(type(row)).items()}


def loaded_fields(row: Row) -> State | None:
    """Return what the fields of a row said when it was loaded, or None for a row that was made since."""
    if row.as_loaded is None:
        return None
    names, values = row.as_loaded
    loaded = dict(zip(names, values, strict=True))
    return {name: _plain(loaded[field.attname]) for name, field in content_of(type(row)).items()}


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def hanging_of(rows: Iterable[Row]) -> dict[Row, State]:
    """Return what hangs on each of these rows now, in a query for the credits of each kind and one for papers."""
    by_kind: dict[str, list[Row]] = {}
    for row in rows:
        by_kind.setdefault(KIND_OF[type(row)], []).append(row)
    found: dict[Row, State] = {}
    for kind, of_kind in by_kind.items():
        for part in (of_kind[start : start + 500] for start in range(0, len(of_kind), 500)):
            credits_ = _credits(kind, part) if kind in CREDITED else None
            papers = _papers(part) if kind == "item" else None
            for row in part:
                found[row] = {}
                if credits_ is not None:
                    found[row]["credits"] = credits_.get(row.pk, [])
                if papers is not None:
                    found[row]["papers"] = papers.get(row.pk, [])
    return found


def _credits(kind: str, rows: list[Row]) -> dict[int, list[State]]:
    key = CREDITED[kind]
    credited = Credit.objects.filter(**{f"{key}__in": [row.pk for row in rows]}, deleted_at=None)
    if kind == "episode":
        credited = credited.filter(section=None, item=None)
    found: dict[int, list[State]] = {}
    names = ("person", "name", "role", "position")
    for target, *values in credited.order_by("position", "pk").values_list(key, *names):
        found.setdefault(target, []).append(dict(zip(names, values, strict=True)))
    return found


def _papers(rows: list[Row]) -> dict[int, list[list[Any]]]:
    """Return the papers of items: the list of a document and the story of the news name more than the text does."""
    named = PaperMention.objects.filter(item__in=[row.pk for row in rows]).order_by("pk")
    found: dict[int, list[list[Any]]] = {}
    for item, identifier, version in named.values_list("item", "paper__arxiv_id", "paper_version"):
        found.setdefault(item, []).append([identifier, version])
    return found


def states_of(rows: Iterable[Row]) -> dict[Row, State]:
    """Return the states of rows as they are now."""
    every = list(rows)
    hanging = hanging_of(every)
    return {row: {**fields_of(row), **hanging[row]} for row in every}


def set_fields(row: Row, state: Mapping[str, Any], *, but: Iterable[str] = ()) -> None:
    """Put the fields of a state into a row, in memory only."""
    for name, field in content_of(type(row)).items():
        if name in state and name not in but:
            setattr(row, field.attname, field.to_python(state[name]))


def homes_of(rows: Iterable[Row]) -> dict[Row, list[int]]:
    """Return the keys of the episodes that each row stood in when it was loaded and stands in now, in this order."""
    pairs = [(row, key) for row in rows for key in _parent_keys(row)]
    known: dict[tuple[str, int], int] = {("episode", key): key for _row, (kind, key) in pairs if kind == "episode"}
    known |= {("section", each.pk): each.episode_id for each in _near(rows, "section")}
    known |= {("question", each.pk): each.episode_id for each in _near(rows, "question")}
    tables: dict[str, type[models.Model]] = {"section": Section, "question": Question}
    for kind, table in tables.items():
        asked = {key for _row, (of_kind, key) in pairs if of_kind == kind and (kind, key) not in known}
        if asked:
            found = table._default_manager.filter(pk__in=asked).values_list("pk", "episode")
            known |= {(kind, key): home for key, home in found}
    homes: dict[Row, list[int]] = {}
    for row, parent in pairs:
        own = homes.setdefault(row, [])
        if parent in known and known[parent] not in own:
            own.append(known[parent])
    return homes


def homes_of_states(rows: list[Row], states: Mapping[tuple[str, str], State | None]) -> list[int]:
    """Return the keys of all episodes that rows stand in now and stood in by these states."""
    found = {home for homes in homes_of(rows).values() for home in homes}
    found |= {state["episode"] for (kind, _key), state in states.items() if state and kind == "question"}
    sections = {state["section"] for (kind, _key), state in states.items() if state and kind == "item"}
    found |= set(Section.objects.filter(pk__in=sections).values_list("episode", flat=True))
    return sorted(found)


def _parent_keys(row: Row) -> list[tuple[str, int]]:
    """Return what a row belongs to: the one it was loaded with, and the present one."""
    if isinstance(row, Episode):
        return [("episode", row.pk)]
    name = parent_field(type(row))
    loaded = loaded_fields(row) or {}
    keys = [loaded.get(name), getattr(row, f"{name}_id")]
    return [(name, key) for key in dict.fromkeys(keys) if key is not None]


def parent_field(model: type[models.Model]) -> str:
    """Return the name of the key by which rows of a table belong to an episode."""
    return next(name for name in ("episode", "section", "question") if name in content_of(model))


def _near(rows: Iterable[Row], name: str) -> list[Any]:
    """Return the parents that rows have at hand."""
    return [row._state.fields_cache[name] for row in rows if row._state.fields_cache.get(name) is not None]
