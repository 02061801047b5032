"""The calendar read back by icalendar: a year of evenings with postponements, any text, and only what all may see."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from members.actions.revisions import touch
from members.actors import SYSTEM
from members.models import Role
from talks.actions import days, life, sample
from talks.calendar import calendar_of
from talks.models import Episode, EpisodeState
from tests.talks.week import at, board, person

ADDRESS = "/calendar.ics"
SHANGHAI = ZoneInfo("Asia/Shanghai")
HARD = "缩放定律🧪👩‍👩‍👧‍👦；逗号，分号; comma, \\ backslash: 「长」" * 6


def lines_of(data):
    """Check the form of the file, and return its lines before unfolding."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    lines = data.split(b"\r\n")[:-1]
    for line in lines:
        assert len(line) <= 75, line
        line.decode()  # never cut inside a character
    return lines


def read(client, **headers):
    response = client.get(ADDRESS, headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    lines_of(response.content)
    return {str(event["UID"]): event for event in Calendar.from_ical(response.content).walk("VEVENT")}


def test_a_year_of_evenings_with_postponements(client, db):
    """52 numbers by the schedule itself; every fourth is moved, some twice, one week is off."""
    now = at("2026-01-05 12:00")
    board(now=now)
    host = person("主持", now=now, role=Role.ORGANIZER)
    days.take_break(day=at("2026-02-14 00:00").date(), reason="春节", by=SYSTEM, now=now)
    for number in range(1, 53):
        episode = Episode.objects.get(number=number)
        for _again in range((number % 4 == 0) + (number % 12 == 0)):
            later = episode.starts_at + timedelta(days=1, hours=-1)
            life.postpone(episode=episode, starts_at=later, reason="停电", by=host, now=now)
            episode.refresh_from_db()
        with time_machine.travel(episode.starts_at - timedelta(hours=24), tick=False):
            now = episode.starts_at - timedelta(hours=24)
            life.turn_week(payload={}, now=now)
    rows = {row.code: row for row in Episode.objects.exclude(starts_at=None)}
    Episode.objects.filter(number=7).update(title=HARD)
    events = read(client)
    assert len(events) == len(rows) >= 52
    assert set(events) == {f"episode-{code}@localhost" for code in rows}
    for code, row in rows.items():
        event = events[f"episode-{code}@localhost"]
        assert event["SEQUENCE"] == row.sequence
        begins = event["DTSTART"].dt
        assert begins == row.starts_at
        assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
        assert begins.utcoffset() == timedelta(hours=8)
        assert event["DTEND"].dt - begins == timedelta(minutes=row.template.minutes)
        assert str(event["URL"]) == f"http://localhost:8000/episodes/{code}/"
    assert sum(row.sequence for row in rows.values()) >= 13
    assert max(row.sequence for row in rows.values()) >= 2
    assert HARD in str(events["episode-007@localhost"]["SUMMARY"])
    assert all(event["DTSTART"].dt.date() != at("2026-02-14 00:00").date() for event in events.values())
    last = Episode.objects.order_by("-number").first()
    life.postpone(episode=last, starts_at=last.starts_at + timedelta(days=2), reason="再改", by=host, now=now)
    assert set(read(client)) == set(events)


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=40), max_size=5))
def test_any_title_comes_back_and_is_never_cut_inside_a_character(title, highlights):
    row = Episode(
        code="007",
        number=7,
        title=title.encode("utf-8", "replace").decode(),
        highlights=[text.encode("utf-8", "replace").decode() for text in highlights],
        starts_at=at("2026-03-07 21:00"),
        created_at=at("2026-03-01 21:00"),
        changed_at=at("2026-03-01 21:00"),
    )
    data = calendar_of([row])
    lines_of(data)
    [event] = Calendar.from_ical(data).walk("VEVENT")
    expected = " ".join("".join(char if char.isprintable() or char == " " else " " for char in row.name).split())
    found = " ".join("".join(char if char.isprintable() else " " for char in str(event["SUMMARY"])).split())
    assert found == f"OpenLLM Talk 007 {expected}".strip()


def test_the_zone_is_described(db, now):
    board(now=now)
    data = calendar_of(Episode.objects.all())
    [zone] = Calendar.from_ical(data).walk("VTIMEZONE")
    assert zone["TZID"] == "Asia/Shanghai"
    assert b"TZOFFSETTO:+0800" in data


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "UTC"])
def test_another_zone_is_described_with_its_summer(db, now, settings, zone):
    settings.TIME_ZONE = zone
    row = Episode(
        code="007", number=7, starts_at=datetime(2026, 7, 4, 19, tzinfo=ZoneInfo(zone)), created_at=now, changed_at=now
    )
    data = calendar_of([row])
    lines_of(data)
    [event] = Calendar.from_ical(data).walk("VEVENT")
    assert event["DTSTART"].dt == row.starts_at
    assert (b"BEGIN:DAYLIGHT" in data) is (zone != "UTC")


def test_a_file_without_evenings_is_one(client, db):
    assert read(client) == {}


def test_only_what_everybody_may_know_of(client, db, now, settings, tmp_path):
    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    sample.load_sample(by=SYSTEM, now=now)
    with_sample = set(read(client))
    week = board(now=now)
    stamp = {"created_at": now, "changed_at": now, "starts_at": now + timedelta(days=30)}
    Episode.objects.create(number=900, code="900", state=EpisodeState.DRAFT, **stamp)
    Episode.objects.create(number=901, code="901", state=EpisodeState.COLLECTING, deleted_at=now, **stamp)
    Episode.objects.create(number=902, code="902", state=EpisodeState.COLLECTING, created_at=now, changed_at=now)
    touch()
    assert with_sample
    assert set(read(client)) == {f"episode-{week.episode.code}@localhost"}


def test_who_has_it_is_told_so_and_a_change_is_another(client, db, now):
    week = board(now=now)
    first = client.get(ADDRESS)
    assert client.get(ADDRESS, headers={"if-none-match": first["ETag"]}).status_code == 304
    later = week.episode.starts_at + timedelta(days=1)
    host = person("主持", now=now, role=Role.ORGANIZER)
    life.postpone(episode=week.episode, starts_at=later, reason="停电", by=host, now=now)
    again = client.get(ADDRESS, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert b"SEQUENCE:1" in again.content
    assert client.post(ADDRESS).status_code == 405
