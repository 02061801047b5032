"""The last evenings in numbers: who came, what was asked, who had what, where items come from. Reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Value

from news.ranking import place_of
from talks.days import day_of
from talks.models import (
    Answer,
    Break,
    Claim,
    ClaimRole,
    Credit,
    Episode,
    EpisodeKind,
    EpisodeState,
    Hosting,
    Item,
    ItemState,
    Question,
    Section,
    SectionKind,
)

EVENINGS = 12
PLACES = 8
HELD = (EpisodeState.LIVE, EpisodeState.WRAPUP, EpisodeState.PUBLISHED)
WHO, ASKED, OPEN = 0, 1, 2  # kinds of rows in the one statement of `tally`


@dataclass(frozen=True, slots=True)
class Tally:
    """One evening in numbers, or the day of a week without a talk (then `code` is empty)."""

    code: str
    label: str
    day: date
    people: int = 0
    first: int = 0
    asked: int = 0
    unanswered: int = 0

    @property
    def regulars(self) -> int:
        return self.people - self.first

    @property
    def answered(self) -> int:
        return self.asked - self.unanswered


def held() -> QuerySet[Episode]:
    """Return the numbers of the record that were held, the newest first."""
    rows = Episode.objects.visible_to(None).of_record().filter(kind=EpisodeKind.REGULAR, state__in=HELD)
    return rows.exclude(starts_at=None).order_by("-starts_at", "-number")


def last_held() -> list[Episode]:
    """Return the last evenings, the newest first."""
    return list(held()[:EVENINGS])


def tally(evenings: Sequence[Episode], breaks: Iterable[date]) -> list[Tally]:
    """Return the numbers of these evenings and of the weeks left out between them, by their day. One query."""
    if not evenings:
        return []
    came: dict[int, set[int]] = defaultdict(set)
    counts: dict[int, Counter[int]] = {ASKED: Counter(), OPEN: Counter()}
    starts: dict[int, datetime] = {}
    for what, episode, value, starts_at in _counted():
        if what == WHO:
            came[episode].add(value)
            starts[episode] = starts_at
        else:
            counts[what][episode] = value
    first: dict[int, int] = {}
    for episode in sorted(came, key=lambda key: (starts[key], key)):
        for person in came[episode]:
            first.setdefault(person, episode)
    found = [
        Tally(
            row.code,
            row.label,
            day_of(row.starts_at),
            len(came[row.pk]),
            sum(first[person] == row.pk for person in came[row.pk]),
            counts[ASKED][row.pk],
            counts[OPEN][row.pk],
        )
        for row in evenings
        if row.starts_at is not None
    ]
    days = {each.day for each in found}
    found += [Tally("", "", day) for day in breaks if min(days) < day < max(days) and day not in days]
    return sorted(found, key=lambda each: each.day)


def _counted() -> QuerySet[Any, Any]:
    """Return rows (what, episode, person or number, when it began) over the whole record: who had any part, each once
    an evening; questions; questions without an answer."""
    visible = Episode.objects.visible_to(None).of_record().filter(state__in=HELD).exclude(starts_at=None).values("pk")
    nominated = Item.objects.shown().exclude(nominated_by=None)
    questions = Question.objects.filter(deleted_at=None)
    answers = Answer.objects.filter(deleted_at=None, question__deleted_at=None)
    sources: list[tuple[QuerySet[Any], str, str]] = [
        (Hosting.objects.filter(deleted_at=None), "episode", "person"),
        (Credit.objects.filter(deleted_at=None), "episode", "person"),
        (Claim.objects.current().filter(section__deleted_at=None), "section__episode", "person"),
        (nominated, "section__episode", "nominated_by"),
        (questions.exclude(asker=None), "episode", "asker"),
        (answers.exclude(author=None), "question__episode", "author"),
    ]
    parts = [
        rows.filter(**{f"{episode}__in": visible, f"{person}__is_collective": False})
        .order_by()
        .values_list(Value(WHO), f"{episode}__pk", f"{person}__pk", f"{episode}__starts_at")
        for rows, episode, person in sources
    ]
    asked = questions.filter(parent=None, episode__in=visible)
    parts += [
        rows.order_by().values("episode").annotate(n=Count("pk")).values_list(
            Value(what), "episode", "n", "episode__starts_at"
        )
        for what, rows in ((ASKED, asked), (OPEN, asked.unanswered()))
    ]  # fmt: skip
    return parts[0].union(*parts[1:])


def breaks() -> set[date]:
    """Return the days without a talk."""
    return Break.objects.days()


# ── Sections ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many sections of an evening somebody took, ran without a lead, and were left out."""

    code: str
    label: str
    taken: int
    degraded: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """What a kind of section is given on an evening, on average."""

    kind: str
    label: str
    minutes: int
    evenings: int


def sections_of(evenings: Sequence[Episode]) -> list[Section]:
    """Return the sections of these evenings, each with whether it `is_taken` and `is_filled`. One query."""
    led = Claim.objects.current().filter(role=ClaimRole.LEAD, section=OuterRef("pk"))
    filled = Item.objects.current().filter(section=OuterRef("pk"), state=ItemState.ACCEPTED)
    rows = Section.objects.filter(episode__in=[row.pk for row in evenings], deleted_at=None)
    return list(rows.annotate(is_taken=Exists(led), is_filled=Exists(filled)).order_by("episode", "position", "pk"))


def coverage(evenings: Sequence[Episode], sections: Sequence[Section]) -> list[Coverage]:
    """Return who had the sections of these evenings, the oldest first; the free talk is everybody's."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for section in sections:
        if section.kind != SectionKind.FREE_TALK:
            found[section.episode_id][_fate(section)] += 1
    return [
        Coverage(row.code, row.label, *(found[row.pk][fate] for fate in ("taken", "degraded", "dropped")))
        for row in sorted(evenings, key=lambda row: (row.starts_at, row.pk))
    ]


def _fate(section: Section) -> str:
    if section.is_taken:  # type: ignore[attr-defined]
        return "taken"
    is_empty = not (section.is_filled or section.body)  # type: ignore[attr-defined]
    return "dropped" if section.is_optional and is_empty else "degraded"


def planned_minutes(sections: Sequence[Section]) -> list[Minutes]:
    """Return how many minutes each kind of section was given on average, most first; those without any are left out."""
    lengths: dict[str, list[int]] = defaultdict(list)
    for section in sections:
        if section.minutes:
            lengths[section.kind].append(section.minutes)
    found = [
        Minutes(kind, str(SectionKind(kind).label), round(sum(rows) / len(rows)), len(rows))
        for kind, rows in lengths.items()
    ]
    return sorted(found, key=lambda each: (-each.minutes, each.kind))


# ── Items ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the items of some evenings lead to, most first, and how they came: a count for each way."""

    places: list[tuple[str, int]]
    ways: Mapping[str, int]


def sources_of(evenings: Sequence[Episode]) -> Sources:
    """Return where the items came from. One query."""
    items = Item.objects.current().filter(
        section__episode__in=[row.pk for row in evenings], section__deleted_at=None, state=ItemState.ACCEPTED
    )
    # What SYSTEM made of a story, what somebody filed from the inbox, what was nominated; the rest is the document's.
    rows = items.values_list("url_key", "is_automatic", "news_item", "nominated_by")
    places: Counter[str] = Counter()
    ways = dict.fromkeys(("nominated", "inbox", "automatic", "document"), 0)
    for key, is_automatic, story, person in rows:
        places[place_of(key)] += 1
        ways["automatic" if is_automatic else "inbox" if story else "nominated" if person else "document"] += 1
    del places[""]
    return Sources(sorted(places.items(), key=lambda pair: (-pair[1], pair[0]))[:PLACES], ways)
