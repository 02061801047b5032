"""Columns and bars as drawings without viewBox: x in per cent, y in pixels, so that type keeps its size. Pure.

One solid series (`one`), one outlined (`two`), red for what is missing (`missing`), dashed for a week without a talk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from papers.chart import BASE, Mark, scale

# The columns stand between these, in per cent; the numbers of the grid left of them.
LEFT, RIGHT = 6.5, 100.0
SHARE = 0.64  # of its place a column fills this much
WIDEST = 9.0
OFF = 20  # pixels: a week without a talk
LABELS = 6  # about so many columns say their number
ROW, BAR = 40, 14  # pixels of a row of bars and of its bar


@dataclass(frozen=True, slots=True)
class Column:
    """What stands over one number: a value for each series, from below; `off` is the word of a week without a talk.

    `said`: what is written over the last one, where it is not all of its values.
    """

    label: str
    values: tuple[int, ...] = ()
    off: str = ""
    said: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle as SVG attributes take it."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text and where it stands."""

    text: str
    x: str
    y: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """A drawing of columns."""

    pieces: tuple[Piece, ...]
    words: tuple[Word, ...]
    marks: tuple[Mark, ...]


def columns(rows: Sequence[Column], kinds: Sequence[str]) -> Columns | None:
    """Return the drawing of the columns in their order; None when none of them has a value to show."""
    totals = [sum(row.values) for row in rows if not row.off]
    if not any(totals):
        return None
    y_of, marks = scale(max(totals))
    place = (RIGHT - LEFT) / len(rows)
    width = min(place * SHARE, WIDEST)
    last = max(index for index, row in enumerate(rows) if not row.off)
    step = -(-len(rows) // LABELS)
    pieces: list[Piece] = []
    words: list[Word] = []
    for index, row in enumerate(rows):
        x, middle = f"{LEFT + place * index:.2f}%", f"{LEFT + place * index + width / 2:.2f}%"
        if row.off:
            pieces.append(Piece("hollow", x, f"{BASE - OFF:.1f}", f"{width:.2f}%", str(OFF)))
            words.append(Word(row.off, middle, f"{BASE - OFF - 6:.1f}"))
            continue
        pieces += _stack(row.values, kinds, x, f"{width:.2f}%", y_of)
        if index == last:
            said = sum(row.values) if row.said is None else row.said
            words.append(Word(str(said), middle, f"{y_of(sum(row.values)) - 6:.1f}", is_strong=True))
        if (last - index) % step == 0:
            words.append(Word(row.label, middle, "172"))
    return Columns(tuple(pieces), tuple(words), marks)


def _stack(
    values: Sequence[int], kinds: Sequence[str], x: str, width: str, y_of: Callable[[float], float]
) -> list[Piece]:
    pieces, below = [], 0
    for kind, value in zip(kinds, values, strict=True):
        if value:
            bottom, top = y_of(below), y_of(below + value)
            pieces.append(Piece(kind, x, f"{top:.1f}", width, f"{bottom - top:.1f}"))
        below += value
    return pieces


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of bars: its word above, its value at the end, its bar under both."""

    label: str
    value: int
    kind: str
    width: str
    y: str
    text_y: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawing of bars, the longest over the whole width."""

    rows: tuple[Bar, ...]
    height: int
    bar: int = BAR


def bars(rows: Sequence[tuple[str, int]], kind: str = "one") -> Bars | None:
    """Return the drawing of counts with their words, in the order given; None when there is nothing to draw."""
    longest = max((value for _label, value in rows), default=0)
    if not longest:
        return None
    drawn = tuple(
        Bar(label, value, kind, f"{100 * value / longest:.2f}%", str(index * ROW + 18), str(index * ROW + 13))
        for index, (label, value) in enumerate(rows)
    )
    return Bars(drawn, ROW * len(rows))
