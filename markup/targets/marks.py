"""Where `*`, `_` and `~` delimit and where they are letters, by every rule a reader of our files may follow.

CommonMark counts symbols as marks since version 0.31, GitHub's parser does not; the site dialect reads beside
Chinese as people write it. What is written must be read the same by all three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product
from unicodedata import category

from markup import cjk

_ASCII_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
# Any of these may be what a variation selector belongs to.
_UNKNOWN = "x中(（ "
_RUN = re.compile(r"\*+|_+|~+")


def is_space(char: str) -> bool:
    """Whether the flanking rules take the character for whitespace."""
    return char in " \t\n\f\r" or category(char) == "Zs"


def _is_mark(char: str) -> bool:
    return char in _ASCII_MARKS or category(char)[0] == "P"


def _is_mark_or_symbol(char: str) -> bool:
    return char in _ASCII_MARKS or category(char)[0] in "PS"


def _flanking(before: str, after: str, is_mark: Callable[[str], bool]) -> tuple[bool, bool]:
    """Left- and right-flanking by CommonMark §6.2."""
    space_before, space_after = is_space(before), is_space(after)
    mark_before, mark_after = is_mark(before), is_mark(after)
    left = not space_after and (not mark_after or space_before or mark_before)
    right = not space_before and (not mark_before or space_after or mark_after)
    return left, right


@lru_cache(maxsize=16384)
def _readings(before: str, after: str) -> tuple[tuple[bool, bool], ...]:
    """Whether a run between two characters is left- and right-flanking, by each rule."""
    flanking = cjk.flanking(f"{before}*{after}", 1, 2)
    return (
        (flanking.left, flanking.right),
        _flanking(before, after, _is_mark),
        _flanking(before, after, _is_mark_or_symbol),
    )


def _possible(chars: str) -> Iterator[str]:
    """The characters that may count as the neighbour; none at all is the end of the line."""
    for char in chars or " ":
        if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
            yield from _UNKNOWN
        else:
            yield char


def opens(marker: str, before: str, first: str) -> bool:
    """Whether a marker is read as an opening one, by every rule.

    `before` stands outside, `first` is the start of what is marked. Each holds all the characters that may count
    as the neighbour; "" is the end of the line.
    """
    return all(
        left and (marker != "_" or not right or _is_mark(outside))
        for outside, inside in product(_possible(before), _possible(first))
        for left, right in _readings(outside, inside)
    )


def closes(marker: str, last: str, after: str) -> bool:
    """Whether a marker is read as a closing one, by every rule; the arguments are as for `opens`."""
    return all(
        right and (marker != "_" or not left or _is_mark(outside))
        for inside, outside in product(_possible(last), _possible(after))
        for left, right in _readings(inside, outside)
    )


def may_delimit(marker: str, before: str, after: str) -> bool:
    """Whether a run of `marker` between two characters could open or close anything, by any rule."""
    for left, right in _readings(before, after):
        if marker != "_":
            if left or right:
                return True
        elif left != right or (left and (_is_mark_or_symbol(before) or _is_mark_or_symbol(after))):
            return True
    return False


def may_pair(text: str) -> bool:
    """Whether any runs of delimiters in a whole line of text could mark something."""
    opened: set[str] = set()
    for match in _RUN.finditer(text):
        marker = match[0][0]
        before, after = text[match.start() - 1 : match.start()] or " ", text[match.end() : match.end() + 1] or " "
        if not may_delimit(marker, before, after):
            continue
        if marker in opened:
            return True
        opened.add(marker)
    return False
