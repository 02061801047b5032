"""What the last evenings were planned for and what they took, by evening and by kind of section. Reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import mean, median
from typing import Any

from django.db.models import F, Q, QuerySet

from talks import clock
from talks.budget import SHOW
from talks.models import Cue, CueKind, CueState, Depth, Episode, SectionKind
from talks.series import held

# How many evenings an estimate is made of.
EVENINGS = 3
# What of a cue is counted, and what `counted` adds: its episode, the kind of its section, the minutes of a show.
FIELDS = ("position", "kind", "minutes", "extra_minutes", "state", "spent_seconds", "episode", "of_kind", "show")
# What was asked is part of the free talk.
FREE = (CueKind.FREE_TALK, CueKind.QUESTION)


@dataclass(frozen=True, slots=True)
class Spent:
    """Minutes that were planned for one evening, or a kind of section on average over `evenings`, and those it took."""

    name: str
    label: str
    planned: int
    actual: int
    evenings: int = 1

    @property
    def parts(self) -> tuple[int, int, int]:
        """Return what was within the plan, what was beyond it, and what was left of it."""
        over = self.actual - self.planned
        return min(self.planned, self.actual), max(over, 0), max(-over, 0)


@dataclass(frozen=True, slots=True)
class Show:
    """One evening whose show is over: how long it was planned and was, and the same for each kind of section."""

    episode: int
    planned: timedelta
    actual: timedelta
    kinds: dict[str, tuple[timedelta, timedelta]]


def counted(evenings: Iterable[int] | QuerySet[Any, Any]) -> QuerySet[Cue]:
    """Return the cues of those of these episodes whose show is over, as their wrap-up counts them."""
    stands = ~Q(kind__in=(CueKind.ITEM, CueKind.QUESTION)) | Q(item__isnull=False, item__deleted_at=None)
    asked = Q(question__isnull=False, question__deleted_at=None, question__parent__deleted_at=None)
    cues = Cue.objects.filter(stands | asked | Q(pk=F("rundown__current")), rundown__ended_at__isnull=False)
    of = {"episode": F("rundown__episode"), "show": F("rundown__episode__template__minutes")}
    return cues.filter(rundown__episode__in=evenings).annotate(**of, of_kind=F("section__kind"))


def last_counted() -> QuerySet[Cue]:
    """Return the cues of the last evenings, by which the next ones are planned."""
    return counted(held().filter(rundown__ended_at__isnull=False).values("pk")[:EVENINGS])


def shows_of(cues: Iterable[Any]) -> list[Show]:
    """Return the shows that these `counted` cues make."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for cue in cues:
        rows[cue.episode].append(cue)
    return [_show(episode, found) for episode, found in rows.items()]


def _show(episode: int, cues: Sequence[Any]) -> Show:
    lines = [
        clock.Line(cue.pk, cue.minutes, cue.extra_minutes, cue.state, timedelta(seconds=cue.spent_seconds))
        for cue in cues
    ]
    free = clock.free_of(lines, cues[0].show or SHOW)
    planned: dict[str, timedelta] = defaultdict(timedelta)
    took: dict[str, timedelta] = defaultdict(timedelta)
    on_air = set()
    for cue, line in zip(cues, lines, strict=True):
        if (kind := SectionKind.FREE_TALK.value if cue.kind in FREE else cue.of_kind) is not None:
            planned[kind] += line.planned
            took[kind] += line.spent
            on_air |= {kind} if cue.state == CueState.DONE else set()
    if SectionKind.FREE_TALK in planned:
        planned[SectionKind.FREE_TALK] += free
    kinds = {kind: (planned[kind], took[kind]) for kind in planned if kind in on_air}
    return Show(episode, clock.whole(lines, free), clock.elapsed(lines), kinds)


def by_evening(shows: Sequence[Show], evenings: Sequence[Episode]) -> list[Spent]:
    """Return these evenings with their minutes, the oldest first; those without a rundown are left out."""
    known = {show.episode: show for show in shows}
    rows = sorted((row for row in evenings if row.pk in known), key=lambda row: (row.starts_at, row.pk))
    return [Spent(row.code, row.label, _minutes(known[row.pk].planned), _minutes(known[row.pk].actual)) for row in rows]


def by_kind(shows: Sequence[Show]) -> list[Spent]:
    """Return what each kind of section was planned for and took on average where it was on the air, most first."""
    found: dict[str, list[tuple[timedelta, timedelta]]] = defaultdict(list)
    for show in shows:
        for kind, pair in show.kinds.items():
            found[kind].append(pair)
    rows = []
    for kind, pairs in found.items():
        planned, actual = (round(mean(map(_minutes, lengths))) for lengths in zip(*pairs, strict=True))
        rows.append(Spent(kind, str(SectionKind(kind).label), planned, actual, len(pairs)))
    return sorted(rows, key=lambda row: (-row.actual, row.name))


def proposals(cues: Iterable[Any]) -> dict[str, int]:
    """Return how many minutes a section of each kind took on the evenings of these cues, in the middle."""
    took: dict[str, list[int]] = defaultdict(list)
    for show in shows_of(cues):
        for kind, (_planned, actual) in show.kinds.items():
            took[kind].append(_minutes(actual))
    return {kind: max(round(median(times)), 1) for kind, times in took.items()}


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)


def estimates() -> dict[str, int]:
    """Return how many minutes an item of each depth took in the last evenings, in the middle; without any, no entry.

    One query.
    """
    last = held().filter(rundown__ended_at__isnull=False).values("pk")[:EVENINGS]
    rows = Cue.objects.filter(
        rundown__episode__in=last, kind=CueKind.ITEM, state=CueState.DONE, spent_seconds__gt=0, item__isnull=False
    )
    took: dict[str, list[int]] = {}
    for depth, seconds in rows.values_list("item__depth", "spent_seconds"):
        took.setdefault(depth, []).append(seconds)
    return {depth: max(round(median(times) / 60), 1) for depth, times in took.items() if depth != Depth.LISTED}
