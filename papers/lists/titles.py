"""Whether two written titles name the same work."""

from __future__ import annotations

import difflib
import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# Titles of one work that are written differently (a typo, another case, a subtitle left out) share so much.
LIKE_ENOUGH = 0.8
_COMPARED = 300


def words_of(title: str) -> list[str]:
    """Return the words of a title without case, accents and marks."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return _WORD.findall(plain)


def same_title(first: str, second: str) -> bool:
    """Whether two titles are the same, or one is the short name of the other: LLaMA, "LLaMA: Open and Efficient …"."""
    one, other = words_of(first), words_of(second)
    return one == other or _is_name_of(first, other) or _is_name_of(second, one)


def are_alike(first: str, second: str) -> bool:
    """Whether two titles may name the same work. No title says nothing against it."""
    one, other = words_of(first), words_of(second)
    if not one or not other or same_title(first, second):
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 3 and longer[: len(shorter)] == shorter:
        return True
    if _begins_with_name(other, first) or _begins_with_name(one, second):
        return True
    texts = (" ".join(one)[:_COMPARED], " ".join(other)[:_COMPARED])
    return difflib.SequenceMatcher(None, *texts).ratio() >= LIKE_ENOUGH


def _is_name_of(title: str, words: list[str]) -> bool:
    """Whether the part before a colon is all that the other title says."""
    name = re.split(r"[:：]", title, maxsplit=1)[0]
    return name != title and words_of(name) == words and bool(words)


def _begins_with_name(words: list[str], title: str) -> bool:
    """Whether a title goes on from the short name of the other: OPT-66B, "OPT: Open Pre-trained …"."""
    name = words_of(re.split(r"[:：]", title, maxsplit=1)[0])
    return words[: len(name)] == name and len(name) < len(words_of(title))
