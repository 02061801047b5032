"""How a week's stories are ordered, and why: points with their reasons, as data. Pure.

Every point has a reason that a reader can check; the order is that of the sums, and nothing else counts.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FRESH_FOR = timedelta(days=7)
# One more source says as much as upvotes doubling twice; more than eight of either say no more.
MOST_SOURCES = 8
PER_SOURCE = 2.0
PER_DOUBLED_UPVOTES = 1.0
MOST_FOR_HOST = 2.0
MOST_FOR_FRESHNESS = 1.0


class Why(enum.Enum):
    """What a point was given for."""

    SOURCES = "sources"
    UPVOTES = "upvotes"
    HOST = "host"
    FRESH = "fresh"


@dataclass(frozen=True, slots=True)
class Reason:
    """Points, what for, and the number (or for a host its name, too) that a reader can check."""

    why: Why
    points: float
    count: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a story: how many distinct sources carry it, its upvotes, its key, when it came about."""

    key: str
    sources: int
    upvotes: int
    first_seen_at: datetime
    published_at: datetime | None = None

    @property
    def at(self) -> datetime:
        """How new it is: when it was published, never later than it was seen.

        A feed that is added today brings what it published over weeks, all of it seen in one minute.
        """
        return min(self.published_at or self.first_seen_at, self.first_seen_at)


@dataclass(frozen=True, slots=True)
class Rank:
    """A sum of points and its reasons, the weightiest first."""

    score: float
    reasons: tuple[Reason, ...]


def place_of(key: str) -> str:
    """Return the host that a key of an address stands for, "arxiv" for a paper, "" for a story without address."""
    if key.startswith("arxiv:"):
        return "arxiv"
    host = key.partition("/")[0]
    return host if "." in host and " " not in host else ""


def rank(told: Told, *, taken: Mapping[str, int], now: datetime) -> Rank:
    """Return the points of a story. `taken` says how many items past episodes took from each place (see place_of)."""
    reasons = [*_sources(told), *_upvotes(told), *_host(told, taken), *_fresh(told, now)]
    reasons.sort(key=lambda reason: -reason.points)
    return Rank(round(sum(reason.points for reason in reasons), 4), tuple(reasons))


def order(stories: Sequence[Told], *, taken: Mapping[str, int], now: datetime) -> list[tuple[int, Rank]]:
    """Return the index of every story with its rank, the best first; equals stand newest first, then by key."""
    ranked = [(index, rank(told, taken=taken, now=now)) for index, told in enumerate(stories)]

    def place(entry: tuple[int, Rank]) -> tuple[float, float, str]:
        told = stories[entry[0]]
        return -entry[1].score, -told.at.timestamp(), told.key

    return sorted(ranked, key=place)


def _sources(told: Told) -> list[Reason]:
    if told.sources < 2:
        return []
    return [Reason(Why.SOURCES, PER_SOURCE * (min(told.sources, MOST_SOURCES) - 1), told.sources)]


def _upvotes(told: Told) -> list[Reason]:
    if told.upvotes < 1:
        return []
    return [Reason(Why.UPVOTES, PER_DOUBLED_UPVOTES * min(math.log2(1 + told.upvotes), 8), told.upvotes)]


def _host(told: Told, taken: Mapping[str, int]) -> list[Reason]:
    """What past episodes took from there, against the place they took most from."""
    place = place_of(told.key)
    if not (count := taken.get(place, 0) if place else 0):
        return []
    most = max(taken.values())
    return [Reason(Why.HOST, MOST_FOR_HOST * math.log2(1 + count) / math.log2(1 + most), count, place)]


def _fresh(told: Told, now: datetime) -> list[Reason]:
    age = max(now - told.at, timedelta(0))
    if age >= FRESH_FOR:
        return []
    return [Reason(Why.FRESH, MOST_FOR_FRESHNESS * (1 - age / FRESH_FOR), age // timedelta(hours=1))]
