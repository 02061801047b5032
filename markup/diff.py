"""What is different between two texts, character by character as Chinese is read, whole words and addresses elsewhere.

Pure but for the clock that bounds it: a diff that would take too long is coarser, never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from diff_match_patch import diff_match_patch

Op = Literal["=", "+", "-", "…"]
Diff = list[tuple[Op, str]]

# What is never cut inside: an address, a word or number of other scripts than those written without spaces.
WHOLE = re.compile(
    r"https?://[\x21-\x7e]+"
    r"|[A-Za-z0-9\u00c0-\u024f\u0370-\u052f_]+(?:[.'’+-][A-Za-z0-9\u00c0-\u024f\u0370-\u052f_]+)*"
    r"|[\U000f0000-\U0010ffff]"
)
# Signs of nobody's, one for each word; a text that holds one itself has it taken for a word.
FIRST, LAST = 0xF0000, 0x10FFFF
SECONDS = 0.3
OPS: dict[int, Op] = {0: "=", 1: "+", -1: "-"}


def diff(before: str, after: str, *, seconds: float = SECONDS) -> Diff:
    """Return the pieces of two texts in order: what both have, what only the second and what only the first has.

    The pieces "=" and "-" are the first text, "=" and "+" the second. It ends after about `seconds`.
    """
    words: dict[str, str] = {}
    signs = [_signed(text, words) for text in (before, after)]
    if len(words) > LAST - FIRST:
        words, signs = {}, [before, after]
    known = {sign: word for word, sign in words.items()}
    machine = diff_match_patch()
    machine.Diff_Timeout = seconds
    found = machine.diff_main(*signs, checklines=False)
    machine.diff_cleanupSemantic(found)
    return [(OPS[op], "".join(known.get(sign, sign) for sign in text)) for op, text in found]


def _signed(text: str, words: dict[str, str]) -> str:
    """Return a text with a sign of its own for every word, and note the words."""
    return WHOLE.sub(lambda found: words.setdefault(found[0], chr(min(FIRST + len(words), LAST))), text)


def shortened(pieces: Iterable[tuple[Op, str]], *, around: int = 60) -> Diff:
    """Return a diff with the middle of what both texts have left out ("…"), where it is long."""
    every = list(pieces)
    found: Diff = []
    for place, (op, text) in enumerate(every):
        head = text[:around] if place > 0 else ""
        tail = text[-around:] if place < len(every) - 1 else ""
        if op != "=" or len(text) <= len(head) + len(tail) + around:
            found.append((op, text))
            continue
        parts: Diff = [("=", head), ("…", text[len(head) : len(text) - len(tail)]), ("=", tail)]
        found += [part for part in parts if part[1]]
    return found
