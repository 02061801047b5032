"""Which questions say nearly the same: how many pairs of letters two texts share. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

# Shared pairs out of all (Dice). Questions of the old talks that differ in a word or two reach it, others do not.
ALIKE = 0.5
MOST = 3
# How people begin to ask; it says nothing of what they ask.
POLITE = re.compile("请问一下|请问|想问一下|想问|问一下|请教一下|请教|求问")
# Of a long question, the beginning says what it is about.
LETTERS = 400


@lru_cache(maxsize=16_384)
def pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters and digits of a text, whatever its width, case and marks."""
    folded = POLITE.sub("", unicodedata.normalize("NFKC", text[: 2 * LETTERS]).casefold())
    letters = "".join(char for char in folded if unicodedata.category(char)[0] in "LN")[:LETTERS]
    return frozenset(letters[n : n + 2] for n in range(len(letters) - 1))


def alike(text: str, others: Sequence[tuple[Key, str]]) -> list[Key]:
    """Return the keys of at most three texts that say nearly the same, the most alike first."""
    own = pairs(text)
    found = []
    for place, (key, other) in enumerate(others):
        there = pairs(other)
        together = len(own) + len(there)
        if not own or not there or 2 * min(len(own), len(there)) < ALIKE * together:
            continue
        share = 2 * len(own & there) / together
        if share >= ALIKE:
            found.append((-share, place, key))
    return [key for _share, _place, key in sorted(found, key=lambda each: each[:2])[:MOST]]
