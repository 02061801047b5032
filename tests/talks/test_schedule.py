"""When the talks are: always the right evening on the wall clock of the site, wherever the server stands."""

import time as clock
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talks.schedule import LEAST_GAP, lock_of, next_evening
from tests.talks.week import at

RULE = {"weekday": 5, "at": time(21), "hours": 24, "free": ()}


def evening(now, after=None, zone="Asia/Shanghai", **changes):
    return next_evening(now=now, after=after, zone=ZoneInfo(zone), **{**RULE, **changes})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-04 20:00", "2026-03-07 21:00"),
        ("2026-03-06 20:59", "2026-03-07 21:00"),
        # its board would be locked already
        ("2026-03-06 21:00", "2026-03-14 21:00"),
        ("2026-03-07 22:00", "2026-03-14 21:00"),
        ("2026-12-30 12:00", "2027-01-02 21:00"),
    ],
)
def test_the_first_evening_whose_board_is_open(now, expected):
    assert evening(at(now)) == at(expected)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-03-07 21:00", "2026-03-14 21:00"),
        # moved by a day or two, in either direction: the week after
        ("2026-03-06 21:00", "2026-03-14 21:00"),
        ("2026-03-08 21:00", "2026-03-14 21:00"),
        ("2026-03-10 21:00", "2026-03-14 21:00"),
        ("2026-03-12 21:00", "2026-03-21 21:00"),
    ],
)
def test_the_evening_after_one_that_was_moved(after, expected):
    assert evening(at("2026-03-04 20:00"), after=at(after)) == at(expected)


def test_days_without_a_talk_are_skipped():
    free = {date(2026, 3, 7), date(2026, 3, 14)}
    assert evening(at("2026-03-04 20:00"), free=free) == at("2026-03-21 21:00")
    assert evening(at("2026-03-04 20:00"), free={date(2026, 3, 7) + timedelta(7 * n) for n in range(60)}) is None


def test_hours_before_are_real_hours():
    """New York puts its clocks forward on 8 March 2026."""
    sunday = evening(datetime(2026, 3, 5, tzinfo=UTC), weekday=6, zone="America/New_York")
    assert sunday.hour == 21
    assert lock_of(sunday, 24).astimezone(ZoneInfo("America/New_York")).hour == 20


@pytest.mark.parametrize("server", ["UTC", "America/New_York"])
def test_two_years_of_saturdays(monkeypatch, server):
    monkeypatch.setenv("TZ", server)
    clock.tzset()
    try:
        found, now, last = [], datetime(2026, 1, 1, tzinfo=UTC), None
        for _week in range(104):
            last = evening(now, after=last)
            found.append(last)
            now = lock_of(last, 24)
    finally:
        monkeypatch.undo()
        clock.tzset()
    first = at("2026-01-03 21:00")
    assert [each.astimezone(UTC) for each in found] == [first.astimezone(UTC) + timedelta(weeks=n) for n in range(104)]


@given(
    seconds=st.integers(0, 15 * 365 * 86400),
    weekday=st.integers(0, 6),
    hours=st.integers(0, 167),
    gap=st.one_of(st.none(), st.integers(-300, 300)),
    zone=st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Pacific/Apia"]),
)
def test_the_laws_of_an_evening(seconds, weekday, hours, gap, zone):
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    after = None if gap is None else now + timedelta(hours=gap)
    found = evening(now, after=after, zone=zone, weekday=weekday, hours=hours)
    local = found.astimezone(ZoneInfo(zone))
    assert (local.weekday(), local.hour) == (weekday, 21)
    assert lock_of(found, hours) > now
    assert after is None or found.astimezone(UTC) - after >= LEAST_GAP
