"""Reads of what was: acts of an episode or a row, the state of a row at any moment, what a restore would change.

"At an event" always means: just after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from members.keys import read_key
from members.models import Event, Person, Row
from talks.models import Answer, Claim, Episode, Item, KeptRow, Question, Review, Section, Suggestion
from talks.states import HOME, KEPT, KIND_OF, State, fields_of, states_of

Key = tuple[str, str]
# How long what was taken out stands in the list of what can be brought back with one press. Nothing is removed after
# that: the row stays, and its history brings it back all the same.
UNDO = timedelta(days=30)
MOST = 50


def acts_of(episode: Episode, viewer: Person | None) -> QuerySet[Event]:
    """Return the acts on an episode that this visitor may know of, the newest first."""
    return acts_in(KeptRow.objects.visible_to(viewer).filter(episode=episode))


def acts_in(kept: QuerySet[KeptRow]) -> QuerySet[Event]:
    """Return the acts that kept these rows, the newest first."""
    rows = kept.order_by().values("event")
    return Event.objects.filter(pk__in=rows).select_related("person").order_by("-pk")


def about_section(section: Section) -> Q:
    """Return the condition for what was kept of a section and of what stands in it."""

    def keys(model: Any) -> QuerySet[Any]:
        rows = model._base_manager.filter(section=section)
        return rows.annotate(text=Cast("pk", CharField())).values("text")

    within: dict[str, type[Row]] = {"item": Item, "claim": Claim, "suggestion": Suggestion}
    about = Q(kind="section", key=str(section.pk))
    for kind, model in within.items():
        about |= Q(kind=kind, key__in=keys(model))
    return about


def find_row(kind: str, key: str) -> Row | None:
    """Return a row by kind and key, also one that was taken out."""
    if kind not in KEPT:
        return None
    return KEPT[kind]._base_manager.filter(pk=read_key(key)).first()


def state_at(kind: str, key: str, event: int) -> State | None:
    """Return what a row was just after an event, None when it was not there."""
    later = KeptRow.objects.of_row(kind, key).after(event).first()
    if later is not None:
        return later.state
    row = find_row(kind, key)
    return states_of([row])[row] if row is not None else None


def base_of(kind: str, key: str, version: int) -> State | None:
    """Return what a row of this version was, for a form that was loaded with it; None for a version nobody knows."""
    row = find_row(kind, key)
    if row is None or version > row.version or version < 1:
        return None
    kept = KeptRow.objects.of_row(kind, key).filter(version__gte=version).first()
    if kept is not None:
        return kept.state
    return states_of([row])[row]


def base_of_row(row: Row, version: int) -> State | None:
    """Return what a row of this version said as its forms and the API say it; None where that is not known."""
    kind = KIND_OF.get(type(row))
    base = base_of(kind, str(row.pk), version) if kind is not None else None
    if base is None or "credits" not in base:
        return base
    return {**base, "credits": [{"role": each["role"], "name": each["name"]} for each in base["credits"]]}


def last_act(kind: str, key: object) -> Event | None:
    """Return the newest act on a row."""
    kept = KeptRow.objects.of_row(kind, key).select_related("event__person").last()
    return kept.event if kept is not None else None


def taken_out(episode: Episode, *, now: datetime) -> list[tuple[Row, Event]]:
    """Return what was taken out of an episode lately, each row with the last act on it, the newest first."""
    lately = KeptRow.objects.filter(episode=episode, event__at__gte=now - UNDO)
    kinds = set(lately.order_by().values_list("kind", flat=True).distinct()) - {"episode"}
    rows: list[Row] = []
    for kind in sorted(kinds):
        gone: QuerySet[Any] = KEPT[kind]._base_manager.filter(**{HOME[kind]: episode}, deleted_at__gte=now - UNDO)
        if kind in ("question", "answer"):  # what waits was never in
            gone = gone.exclude(review=Review.WAITING)
        if kind == "question":  # who withdrew it has the code that brings it back
            gone = gone.filter(Q(return_code=None) | Q(return_code__withdrawn_from=None))
        rows += gone.order_by("-deleted_at", "-pk")[:MOST]
    keys = Q(pk=None)
    for row in rows:
        keys |= Q(kind=KIND_OF[type(row)], key=str(row.pk))
    acts: dict[Key, Event] = {}
    for kept in lately.filter(keys).select_related("event__person").order_by("event", "pk"):
        acts[kept.kind, kept.key] = kept.event
    pairs = [(row, acts.get((KIND_OF[type(row)], str(row.pk)))) for row in rows]
    known = [(row, event) for row, event in pairs if event is not None]
    return sorted(known, key=lambda pair: -pair[1].pk)[:MOST]


def wanted_of_row(row: Row, event: int) -> dict[Key, State | None]:
    """Return what a row, with what goes where it goes, is to be for it to be as it was just after an event."""
    kind = KIND_OF[type(row)]
    wanted = {(kind, str(row.pk)): state_at(kind, str(row.pk), event)}
    target = wanted[kind, str(row.pk)]
    if isinstance(row, Question) and target is not None:
        if row.parent_id is not None:  # a follow-up goes where its question goes
            target |= {name: fields_of(row)[name] for name in ("episode", "first_code")}
        elif target["episode"] != row.episode_id:
            place = {name: target[name] for name in ("episode", "first_code")}
            for each in Question.objects.filter(parent=row):
                wanted[kind, str(each.pk)] = {**fields_of(each), **place}
    return wanted


def wanted_of_episode(episode: Episode, event: int) -> dict[Key, State | None]:
    """Return what every row is to be for an episode to be as it was just after an event.

    A row that has come in since goes back as it left; one that has gone comes home; what was made since is None.
    """
    wanted: dict[Key, State | None] = {}
    for kept in KeptRow.objects.filter(episode=episode).after(event).order_by("event", "pk").iterator():
        wanted.setdefault((kept.kind, kept.key), kept.state)
    homes = {key: state["episode"] for (kind, key), state in wanted.items() if kind == "question" and state}
    away = [int(key) for key, home in homes.items() if home != episode.pk]
    home = [int(key) for key, home in homes.items() if home == episode.pk]
    for key in Answer.objects.filter(question__in=away).values_list("pk", flat=True):
        wanted.pop(("answer", str(key)), None)  # it stays with its question
    answers = [str(pk) for pk in Answer.objects.filter(question__in=home).values_list("pk", flat=True)]
    for part in (answers[start : start + 500] for start in range(0, len(answers), 500)):
        # An answer goes where its question goes and is not kept for that: what it was first counts, wherever it stood.
        first: dict[Key, State | None] = {}
        for kept in KeptRow.objects.filter(kind="answer", key__in=part).after(event).order_by("event", "pk"):
            first.setdefault((kept.kind, kept.key), kept.state)
        wanted |= first
    return wanted


def load(keys: Iterable[Key]) -> dict[Key, Row]:
    """Return rows by kind and key, in a few queries for each kind."""
    by_kind: dict[str, list[int]] = {}
    for kind, key in keys:
        by_kind.setdefault(kind, []).append(int(key))
    found: dict[Key, Row] = {}
    for kind, pks in by_kind.items():
        for part in (pks[start : start + 500] for start in range(0, len(pks), 500)):
            for row in KEPT[kind]._base_manager.filter(pk__in=part):
                found[kind, str(row.pk)] = row
    return found


def differing(wanted: dict[Key, State | None], rows: dict[Key, Row]) -> dict[Key, tuple[State, State | None]]:
    """Return what would change: for each row that is not yet as wanted, what it is and what it is to be."""
    now = states_of(rows.values())
    found = {}
    for key, target in wanted.items():
        if (row := rows.get(key)) is None:
            continue
        if target is None and row.deleted_at is not None:
            continue
        if target is not None and {**now[row], **target} == now[row]:
            continue
        found[key] = (now[row], target)
    return found
