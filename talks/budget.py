"""How long an evening would be, and what to shorten where it would be too long. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# From the longest to the shortest; minutes are those of an item that says none itself.
TALK, BRIEF, LISTED = "talk", "brief", "listed"
USUAL = {TALK: 3, BRIEF: 1, LISTED: 0}
SHORTER = {TALK: BRIEF, BRIEF: LISTED}
# The show when no template says how long it is.
SHOW = 80


@dataclass(frozen=True, slots=True)
class Part:
    """An item that is taken: its key, how much of the evening it gets, and how many want it."""

    key: int
    depth: str
    minutes: int | None = None
    votes: int = 0

    @property
    def length(self) -> int:
        """Its minutes: nothing for what is only listed."""
        if self.depth == LISTED:
            return 0
        return USUAL[self.depth] if self.minutes is None else self.minutes


@dataclass(frozen=True, slots=True)
class Demotion:
    """An item that gets less of the evening, and the minutes this saves."""

    key: int
    depth: str
    saves: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Minutes asked for against those there are (None: no limit), and what to demote so that they fit."""

    asked: int
    limit: int | None
    demotions: tuple[Demotion, ...] = ()

    @property
    def over(self) -> int:
        """How many minutes it is too long."""
        return max(self.asked - self.limit, 0) if self.limit is not None else 0


def budget_of(parts: Sequence[Part], limit: int | None) -> Budget:
    """Return the budget of a section whose items are `parts` in their order."""
    asked = sum(part.length for part in parts)
    over = max(asked - limit, 0) if limit is not None else 0
    return Budget(asked, limit, tuple(demotions(parts, over)))


def show_of(sections: Iterable[tuple[Sequence[Part], int | None]], limit: int) -> Budget:
    """Return the budget of the show: of each section its items or, while it has none, the minutes kept for it."""
    rows = [(parts, kept) for parts, kept in sections]
    asked = sum(sum(part.length for part in parts) if parts else kept or 0 for parts, kept in rows)
    over = max(asked - limit, 0)
    return Budget(asked, limit, tuple(demotions([part for parts, _kept in rows for part in parts], over)))


def demotions(parts: Sequence[Part], over: int) -> list[Demotion]:
    """Return what to shorten to save `over` minutes: the least wanted first, of those the last one in order.

    One step each, then another round; never more than is needed. Shorter than all listed it does not get.
    """
    depths = {part.key: part for part in parts}
    found: dict[int, Demotion] = {}
    ranked = sorted(enumerate(parts), key=lambda pair: (pair[1].votes, -pair[0]))
    while over > 0:
        saved = 0
        for _place, first in ranked:
            part = depths[first.key]
            if over - saved <= 0:
                break
            if (shorter := _shorter(part)) is None:
                continue
            saved += part.length - shorter.length
            depths[part.key] = shorter
            found[part.key] = Demotion(part.key, shorter.depth, first.length - shorter.length)
        if not saved:
            break
        over -= saved
    return list(found.values())


def _shorter(part: Part) -> Part | None:
    """Return an item with less of the evening, None when that saves nothing."""
    depth = part.depth
    while (next_depth := SHORTER.get(depth)) is not None:
        shorter = Part(part.key, next_depth, None, part.votes)
        if shorter.length < part.length:
            return shorter
        depth = next_depth
    return None
