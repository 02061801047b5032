"""A series of counts by day as a drawing without viewBox: x in per cent, y in pixels, so that type keeps its size."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

# The plot: from LEFT to RIGHT per cent, from TOP (the highest mark) down to BASE pixels.
LEFT, RIGHT = 8.0, 97.0
TOP, BASE = 24.0, 150.0
# With more days than this the dots would run into each other: the line alone is drawn.
MOST_DOTS = 60


@dataclass(frozen=True, slots=True)
class Point:
    """A day and its count; `x` and `y` as SVG attributes take them."""

    day: date
    count: int
    x: str
    y: str
    label_y: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the grid and its number."""

    value: int
    y: str
    label_y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. `points` are in order of days; there is at least one."""

    points: tuple[Point, ...]
    marks: tuple[Mark, ...]

    @property
    def first(self) -> Point:
        return self.points[0]

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def highest(self) -> int:
        return max(point.count for point in self.points)

    @property
    def steps(self) -> list[tuple[Point, Point]]:
        """The pieces of the line."""
        return list(pairwise(self.points))

    @property
    def has_dots(self) -> bool:
        return len(self.points) <= MOST_DOTS


def draw(series: Iterable[tuple[date, int]]) -> Chart | None:
    """Return the drawing of a series in any order, one count a day; None of an empty one."""
    counts = sorted(dict(series).items())
    if not counts:
        return None
    start, days = counts[0][0], (counts[-1][0] - counts[0][0]).days
    y_of, marks = scale(max(count for _day, count in counts))
    points = []
    for day, count in counts:
        share = (day - start).days / days if days else 0.5
        y = y_of(count)
        points.append(Point(day, count, f"{LEFT + (RIGHT - LEFT) * share:.2f}%", f"{y:.1f}", f"{y - 9:.1f}"))
    return Chart(tuple(points), marks)


def scale(highest: int) -> tuple[Callable[[float], float], tuple[Mark, ...]]:
    """Return where a count stands, in pixels from above, and the lines of the grid up to the highest one."""
    step = _step(highest)
    top = step * max(1, -(-highest // step))

    def y_of(count: float) -> float:
        return BASE - (BASE - TOP) * count / top

    values = range(0, top + 1, step)
    return y_of, tuple(Mark(value, f"{y_of(value):.1f}", f"{y_of(value) + 4:.1f}") for value in values)


def _step(highest: int) -> int:
    """The distance of the marks: 1, 2 or 5 times a power of ten, so that there are at most five above nothing."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * 4 >= highest:
                return factor * power
        power *= 10
