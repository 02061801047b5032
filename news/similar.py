"""Titles that say much the same: a suggestion for a person to merge, never an identity. Pure.

A title is a bag of pairs of neighbouring Han letters and of Latin words. One pass over an inverted index finds, for
each title, the earlier one it shares the rarest of them with; what stands in many titles leads nowhere.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markup.cjk import is_han, normalise_digits

LEAST = 0.5
# A word of more titles than this finds nobody; it still counts between two that something rarer brought together.
COMMON = 24
_RUNS = re.compile(r"[0-9a-z]+(?:[.+#'-][0-9a-z]+)*\+*|[^\W\d_a-z]+")


@dataclass(frozen=True, slots=True)
class Similar:
    """The earlier title (by its place) that a title is like, and how much, from 0 to 1."""

    index: int
    likeness: float


def tokens(title: str) -> frozenset[str]:
    """Return the Latin words and the pairs of Han letters of a title; a lone letter stands for itself."""
    found: set[str] = set()
    for run in _RUNS.findall(normalise_digits(title).casefold()):
        if is_han(run[0]):
            found.update(run[place : place + 2] for place in range(len(run) - 1))
            if len(run) == 1:
                found.add(run)
        else:
            found.add(run)
    return frozenset(found)


def similar(titles: Sequence[str], *, least: float = LEAST) -> dict[int, Similar]:
    """Return, for the titles that are at least that like an earlier one, the earlier one they are most like."""
    bags = [tokens(title) for title in titles]
    counts = Counter(token for bag in bags for token in bag)
    weights = {token: math.log(1 + len(bags) / count) for token, count in counts.items()}
    sizes = [sum(weights[token] for token in bag) for bag in bags]
    holders: dict[str, list[int]] = defaultdict(list)
    same: dict[frozenset[str], int] = {}
    found: dict[int, Similar] = {}
    for index, bag in enumerate(bags):
        if not bag:
            continue
        rare = [token for token in bag if counts[token] <= COMMON]
        near = {other for token in rare for other in holders[token]}
        if bag in same:
            near.add(same[bag])
        best = max(
            (Similar(other, _likeness(bag, bags[other], weights, sizes[index] + sizes[other])) for other in near),
            key=lambda each: (each.likeness, -each.index),
            default=None,
        )
        if best is not None and best.likeness >= least:
            found[index] = best
        for token in rare:
            holders[token].append(index)
        same.setdefault(bag, index)
    return found


def _likeness(one: frozenset[str], other: frozenset[str], weights: dict[str, float], both: float) -> float:
    """The weight of what two titles share, twice, against that of both (Dice)."""
    return round(2 * sum(weights[token] for token in one & other) / both, 4)
