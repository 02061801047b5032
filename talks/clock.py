"""The arithmetic of an evening: how long a cue still has, how late the show is, when what comes will begin. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PLANNED, RUNNING, DONE, SKIPPED, PUSHED = "planned", "running", "done", "skipped", "pushed"
BEHIND = (DONE, SKIPPED, PUSHED)
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Line:
    """A cue as the clock sees it: what was planned for it (None: it counts up), what was added, what it has had."""

    key: int
    minutes: int | None
    extra: int = 0
    state: str = PLANNED
    spent: timedelta = NOTHING
    started_at: datetime | None = None

    @property
    def planned(self) -> timedelta:
        return timedelta(minutes=self.minutes or 0)

    @property
    def length(self) -> timedelta | None:
        """How long it may take, with what was added; None where the time counts up."""
        return None if self.minutes is None else timedelta(minutes=self.minutes + self.extra)

    @property
    def left(self) -> timedelta | None:
        """What it still has, below zero when it is over; None where the time counts up."""
        return None if self.length is None else self.length - self.spent


def free_of(lines: Iterable[Line], show: int) -> timedelta:
    """Return what a show of so many minutes leaves for what counts up: nothing where the rest fills it."""
    return max(timedelta(minutes=show) - sum((line.planned for line in lines), NOTHING), NOTHING)


def behind(lines: Sequence[Line], free: timedelta) -> timedelta:
    """Return how much longer the show is by now than was planned, below zero when it is shorter; pauses left out."""
    late = NOTHING
    for line in lines:
        if line.length is None:
            continue
        if line.state in BEHIND:
            late += line.spent - line.planned
        else:
            late += max(line.spent, line.length) - line.planned
    open_ended = [line for line in lines if line.length is None]
    had = sum((line.spent for line in open_ended), NOTHING)
    is_over = bool(open_ended) and all(line.state in BEHIND for line in open_ended)
    return late + (had - free if is_over else max(had - free, NOTHING))


def whole(lines: Sequence[Line], free: timedelta) -> timedelta:
    """Return how long the show was planned to be, with what it leaves for what counts up where there is any."""
    planned = sum((line.planned for line in lines), NOTHING)
    return planned + (free if any(line.length is None for line in lines) else NOTHING)


def elapsed(lines: Iterable[Line]) -> timedelta:
    """Return how long the show has been going on, pauses left out."""
    return sum((line.spent for line in lines), NOTHING)


def times(lines: Sequence[Line], *, free: timedelta, begins: datetime) -> tuple[dict[int, datetime], datetime]:
    """Return when each line began or will begin, and when the show will end.

    `begins` is now, or while it has not begun the moment it will. What counts up and is not over shares what is left
    of `free` in equal parts: the free talk and the questions behind it.
    """
    found: dict[int, datetime] = {}
    at = begins
    rest = max(free - sum((line.spent for line in lines if line.length is None), NOTHING), NOTHING)
    share = rest / max(sum(line.length is None and line.state in (PLANNED, RUNNING) for line in lines), 1)
    for line in lines:
        if line.started_at is not None and line.state != PLANNED:
            found[line.key] = line.started_at
        elif line.state == PLANNED:
            found[line.key] = at
        if line.state not in (PLANNED, RUNNING):
            continue
        if line.left is None:
            at += share
        else:
            at += max(line.left, NOTHING)
    return found, at


def placed(keys: Sequence[int], key: int, *, after: int | None) -> list[int]:
    """Return the keys with one of them put behind another, or first of all."""
    rest = [each for each in keys if each != key]
    place = rest.index(after) + 1 if after is not None else 0
    return [*rest[:place], key, *rest[place:]]
