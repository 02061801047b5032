"""Two people changed one text: what each of them did is put together, and where they clash both stand.

Pure but for the clock that bounds the comparison. The pieces are clauses and lines, as Chinese is read: two changes
in one clause are put before a person, for a sentence that nobody wrote is no merge.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from diff_match_patch import diff_match_patch
from merge3 import Merge3

# A run of line ends; or a clause with the signs that close it, or up to the end of its line. Addresses stay whole.
# Nothing is tried twice (possessive), and there is always an end: a text of any signs takes as long as it is.
PIECE = re.compile(
    r"\n++"
    r"|(?:https?://[\x21-\x7e]++|[^\n。！？；，、：…!?;,.]|[.,!?;](?=[^\s。！？；，、：…]))*+"
    r"(?:[。！？；，、：…]++[”’」』）)]*+|[!?;,.]++[ \t]*+|(?=\n)|\Z)"
)
# Signs of nobody's, one for each piece.
FIRST, LAST = 0xF0000, 0x10FFFD
SECONDS = 0.3

YOURS, THEIRS, END = "<<<<<<< 我的 mine", "======= 现有的 there now", ">>>>>>> 完 end"
MARKS = frozenset({YOURS, THEIRS, END})


@dataclass(frozen=True, slots=True)
class Merged:
    """A text that holds what both did; where they clash, both between marks, and `clashes` says what each wrote."""

    text: str
    clashes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MergedValues:
    """Fields that hold what both did; `clashes` names those in which both wrote something else."""

    values: dict[str, Any]
    clashes: list[str]


def merge(base: str | None, yours: str, theirs: str, *, seconds: float = SECONDS) -> Merged:
    """Return what becomes of a text that two people changed; without a `base`, whatever differs clashes.

    It ends after about twice `seconds`: what cannot be compared in that time clashes in larger parts.
    """
    if yours == theirs or theirs == base:
        return Merged(yours)
    if yours == base:
        return Merged(theirs)
    if base is None:
        return _put_together(_two_way(_pieces(yours), _pieces(theirs), seconds))
    parts = [_pieces(text) for text in (base, yours, theirs)]

    class Matcher(_Matcher):
        limit = seconds

    found: list[tuple[str, str]] = []
    for region in Merge3(parts[0], parts[1], parts[2], sequence_matcher=Matcher).merge_regions():  # type: ignore[arg-type]
        kind, *places = region
        if kind == "conflict":
            _from, _to, a, a_end, b, b_end = (place or 0 for place in places)
            found.append(("".join(parts[1][a:a_end]), "".join(parts[2][b:b_end])))
        else:
            side = {"unchanged": 0, "b": 2}.get(kind, 1)
            text = "".join(parts[side][places[0] : places[1]])
            found.append((text, text))
    return _put_together(found)


def has_marks(text: str) -> bool:
    """Whether a text still holds a line that stands between two sides of a clash."""
    return "<<<<<<<" in text and not MARKS.isdisjoint(text.splitlines())


def merge_values(
    base: Mapping[str, Any] | None,
    yours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    *,
    long: Collection[str] = (),
) -> MergedValues:
    """Return what becomes of fields that two people changed: all that `yours` names.

    A text of several lines, one of `long` or written so, takes both changes, with marks where they clash. In any other
    field yours stands where both wrote something else. Equally many rows are merged one by one.
    """
    merged: dict[str, Any] = {}
    clashes = []
    for name, mine in yours.items():
        there = theirs.get(name, mine)
        before = None if base is None or name not in base else base[name]
        is_known = base is not None and name in base
        merged[name] = mine
        if _same(mine, there) or (is_known and _same(there, before)):
            continue
        if is_known and _same(mine, before):
            merged[name] = there
            continue
        lists = [value for value in (before, mine, there) if _are_rows(value, mine)]
        if is_known and len(lists) == 3:
            rows = [merge_values(*sides, long=long) for sides in zip(*lists, strict=True)]
            merged[name] = [row.values for row in rows]
            clashes += [name] if any(row.clashes for row in rows) else []
            continue
        if not all(isinstance(value, str) or value is None for value in (mine, there, before)):
            clashes.append(name)
            continue
        text = merge((before or "") if is_known else None, mine or "", there or "")
        is_long = name in long or any("\n" in (value or "") for value in (mine, there))
        if text.clashes:
            clashes.append(name)
        if is_long or not text.clashes:
            merged[name] = text.text
    return MergedValues(merged, clashes)


def _same(one: Any, other: Any) -> bool:
    return one == other or (one in (None, "") and other in (None, ""))


def _are_rows(value: Any, mine: Any) -> bool:
    same = isinstance(value, list) and isinstance(mine, list) and len(value) == len(mine)
    return same and all(isinstance(row, Mapping) for row in value)


def _pieces(text: str) -> list[str]:
    return [found[0] for found in PIECE.finditer(text) if found[0]]


def _put_together(parts: Sequence[tuple[str, str]]) -> Merged:
    text, clashes = "", []
    for mine, there in parts:
        if mine == there:
            text += mine
            continue
        clashes.append((mine, there))
        sides = (f"{side}\n{said.rstrip(chr(10))}\n" for side, said in ((YOURS, mine), (THEIRS, there)))
        text = f"{text}{_line_end(text)}{''.join(sides)}{END}\n"
    return Merged(text.rstrip("\n") if clashes else text, clashes)


def _line_end(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"


def _two_way(yours: Sequence[str], theirs: Sequence[str], seconds: float) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    a = b = 0
    for block in _blocks(yours, theirs, seconds):
        if a < block.a or b < block.b:
            found.append(("".join(yours[a : block.a]), "".join(theirs[b : block.b])))
        a, b = block.a + block.size, block.b + block.size
        same = "".join(yours[block.a : a])
        found.append((same, same))
    return found


class Block(NamedTuple):
    """Pieces that two texts have in common, as difflib says it."""

    a: int
    b: int
    size: int


def _blocks(a: Sequence[str], b: Sequence[str], seconds: float) -> list[Block]:
    """Return what two lists of pieces have in common, in order, and an empty block at the end."""
    signs: dict[str, str] = {}
    texts = ["".join(signs.setdefault(piece, chr(min(FIRST + len(signs), LAST))) for piece in part) for part in (a, b)]
    if len(signs) > LAST - FIRST:  # more than anybody writes: nothing in common is never wrong
        return [Block(len(a), len(b), 0)]
    machine = diff_match_patch()
    machine.Diff_Timeout = seconds
    found, at, bt = [], 0, 0
    for op, text in machine.diff_main(*texts, checklines=False):
        if op == 0:
            found.append(Block(at, bt, len(text)))
        at += len(text) if op <= 0 else 0
        bt += len(text) if op >= 0 else 0
    return [*found, Block(len(a), len(b), 0)]


class _Matcher:
    """What merge3 asks of difflib's SequenceMatcher, bounded in time."""

    limit = SECONDS

    def __init__(self, isjunk: object, a: Sequence[str], b: Sequence[str]) -> None:
        self.found = _blocks(a, b, self.limit)

    def get_matching_blocks(self) -> list[Block]:
        return self.found
