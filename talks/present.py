"""Who is writing down or editing what of an evening just now (正在编辑), for those who write it, too. Reads only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from talks.models import Episode, Presence, ScribeLock
from talks.states import HOME, KEPT

# How many forms are looked at, and how many names stand beside one place.
MOST, NAMED = 50, 3
# What a row that is edited is called in one or two words, by its kind, and what that needs beside the row.
CALLED: dict[str, tuple[Callable[[Any], str], tuple[str, ...]]] = {
    "section": (lambda row: row.name, ()),
    "item": (lambda row: row.section.name, ("section",)),
    "question": (lambda row: row.public_id, ("episode", "parent")),
    "answer": (lambda row: row.question.public_id, ("question__episode", "question__parent")),
}


@dataclass(frozen=True, slots=True)
class Present:
    """People at one place of an evening; `keeps`: they keep its record, else they have a form of it open."""

    place: str
    names: list[str]
    keeps: bool

    @property
    def who(self) -> str:
        """Return their names, of many the first."""
        named, n = _(", ").join(self.names[:NAMED]), len(self.names)
        return named if n <= NAMED else _("%(names)s and others, %(n)d in all") % {"names": named, "n": n}


def mark_of(episodes: QuerySet[Episode], *, now: datetime) -> QuerySet[Any]:
    """Add `keeping` and `editing` to episodes: sums of keys, which change when anybody comes, goes or runs out."""
    found = {
        "keeping": ScribeLock.objects.standing(now).filter(section__episode=OuterRef("pk"), section__deleted_at=None),
        "editing": Presence.objects.here(now).filter(episode=OuterRef("pk")),
    }
    return episodes.annotate(**{name: Coalesce(Subquery(_sum(rows)), Value(0)) for name, rows in found.items()})


def _sum(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().annotate(n=Func(F("pk"), function="SUM")).values("n")


def present_in(episode: Episode, *, now: datetime) -> list[Present]:
    """Return who is at which place of an evening, in two queries and one for each kind of row that is edited."""
    locks = ScribeLock.objects.standing(now).filter(section__episode=episode, section__deleted_at=None)
    kept = [
        Present(lock.section.name, [lock.person.name], keeps=True)
        for lock in locks.select_related("section", "person").order_by("section__position")
    ]
    return kept + _edited(episode, now=now)


def _edited(episode: Episode, *, now: datetime) -> list[Present]:
    rows = Presence.objects.here(now).filter(episode=episode)
    seen = list(rows.order_by("-seen_at", "pk").values_list("kind", "key", "person__name")[:MOST])
    places: dict[str, dict[str, None]] = {}
    for kind, (called, related) in CALLED.items():
        names: dict[int, list[str]] = {}
        for _kind, key, name in (each for each in seen if each[0] == kind):
            names.setdefault(key, []).append(name)
        if not names:
            continue
        standing = KEPT[kind]._base_manager.filter(pk__in=names, deleted_at=None, **{HOME[kind]: episode})
        for row in standing.select_related(*related).order_by("pk"):
            places.setdefault(called(row), {}).update(dict.fromkeys(names[row.pk]))
    return [Present(place, list(who), keeps=False) for place, who in places.items()]
