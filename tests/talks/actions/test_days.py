"""Weeks off and the statutory calendar: what is shipped, what organizers change, what is said of a day."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.models import Notification
from members.rules import StateRefusal
from talks import calendar_cn
from talks.actions.claims import claim
from talks.actions.days import end_break, remove_holiday, set_holiday, take_break
from talks.days import hint_for, years_of
from talks.models import Break, Episode, Holiday
from tests.talks.week import at, board

pytestmark = pytest.mark.django_db


def test_the_shipped_table(now):
    rows = list(Holiday.objects.current())
    assert len(rows) == len(list(calendar_cn.days())) == len({row.day for row in rows})
    assert Counter(row.day.year for row in rows if not row.is_workday) == {
        2022: 1,
        2023: 26,
        2024: 28,
        2025: 28,
        2026: 33,
    }
    assert all(row.day.weekday() >= 5 for row in rows if row.is_workday)
    assert all(first <= last for _name, first, last, _worked in calendar_cn.PERIODS)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-07 21:00", None),
        ("2026-02-28 21:00", "春节"),
        ("2026-10-03 21:00", "国庆节"),
        ("2031-03-01 21:00", "2031"),
    ],
)
def test_what_is_said_of_a_day(moment, said):
    hint = hint_for(at(moment))
    assert (said in hint) if said else hint == ""


def test_a_worked_saturday_is_told_from_a_holiday():
    assert hint_for(at("2026-02-28 21:00")) != hint_for(at("2026-02-21 21:00"))
    assert hint_for(None) == ""


def test_a_year_without_rows_waits_for_its_announcement(now):
    years = dict(years_of(list(Holiday.objects.current()), now))
    assert years[2027] == []
    assert list(years) == sorted(years, reverse=True)


def test_organizers_keep_the_table(organizer, member, now):
    day = date(2027, 1, 1)
    with pytest.raises(PermissionDenied):
        set_holiday(day=day, name="元旦", is_workday=False, by=member, now=now)
    row = set_holiday(day=day, name="元旦", is_workday=False, by=organizer, now=now)
    same = set_holiday(day=day, name="元旦", is_workday=True, by=organizer, now=now)
    assert (same.pk, same.is_workday, same.version) == (row.pk, True, 2)
    for wrong in ({"name": ""}, {"day": date(1900, 1, 1)}):
        with pytest.raises(ValidationError):
            set_holiday(**{"day": day, "name": "x", **wrong}, is_workday=False, by=organizer, now=now)
    remove_holiday(row=row, by=organizer, now=now)
    with pytest.raises(Http404):
        remove_holiday(row=row, by=organizer, now=now)
    assert not Holiday.objects.current().filter(day__year=2027).exists()


def test_a_week_off_moves_what_is_planned_with_its_number(organizer, member, now):
    week = board(now=now)
    claim(section=week.news, role="lead", by=member, now=now)
    with pytest.raises(PermissionDenied):
        take_break(day=date(2026, 3, 7), reason="出差", by=member, now=now)
    made = take_break(day=date(2026, 3, 7), reason="出差", by=organizer, now=now)
    row = Episode.objects.get()
    assert (row.code, row.starts_at, row.locks_at, row.sequence) == (
        "001", at("2026-03-14 21:00"), at("2026-03-13 21:00"), 1,
    )  # fmt: skip
    assert Notification.objects.get(person=member, kind="postponed").values["reason"] == "出差"
    assert "出差" in hint_for(at("2026-03-07 21:00"))
    with pytest.raises(StateRefusal):
        take_break(day=date(2026, 3, 7), reason="又", by=organizer, now=now)
    end_break(row=made, by=organizer, now=now)
    with pytest.raises(Http404):
        end_break(row=made, by=organizer, now=now)
    assert Break.objects.days() == set()


def test_a_day_of_the_past_and_one_without_a_reason(organizer, now):
    for wrong in ({"day": now.date() - timedelta(days=1)}, {"reason": " "}):
        with pytest.raises(ValidationError):
            take_break(**{"day": date(2026, 3, 7), "reason": "x", **wrong}, by=organizer, now=now)
