"""When the talks are: the next evening by a rule, and the moment a board is locked. Pure, on the site's wall clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo

# Two evenings that are nearer than this are one week's: a talk that was moved by a day or two is followed by the
# evening of the next week, never by the one of its own.
LEAST_GAP = timedelta(days=3)
# A board whose template says nothing is locked a day ahead.
USUAL_HOURS = 24
# A calendar that leaves no evening free for longer than this is a mistake.
LONGEST_WAIT = 366


def lock_of(starts_at: datetime, hours: int) -> datetime:
    """Return when the board of an evening is locked, so many real hours before it."""
    return starts_at.astimezone(UTC) - timedelta(hours=hours)


def next_evening(
    *,
    weekday: int,
    at: time,
    hours: int,
    after: datetime | None,
    now: datetime,
    free: Collection[date],
    zone: tzinfo,
) -> datetime | None:
    """Return the first evening by the rule, in `zone`: `weekday` (Monday is 0) at `at`, but not on a day in `free`.

    It lies at least LEAST_GAP after the talk before it (`after`), and its board is still open at `now`, `hours` before
    it. None when the year behind holds no such evening.
    """
    first = max(now, after or now).astimezone(zone).date()
    for offset in range(LONGEST_WAIT):
        day = first + timedelta(days=offset)
        if day.weekday() != weekday or day in free:
            continue
        evening = datetime.combine(day, at, tzinfo=zone)
        is_open = lock_of(evening, hours) > now
        if is_open and (after is None or evening.astimezone(UTC) - after.astimezone(UTC) >= LEAST_GAP):
            return evening
    return None
