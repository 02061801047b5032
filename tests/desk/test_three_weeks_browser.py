"""Three weeks of a series on a phone, the clock moved on: who is told what and when, an evening postponed, the desk
handed on, and what the statistics say afterwards. With JOURNEY_SHOTS=folder it leaves a picture of every stop."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from members.models import Notification, Role
from talks.models import Episode, Hosting, Reminder
from tests.pages.test_inbox_browser import pytestmark  # noqa: F401
from tests.pages.test_week_journey_browser import phones
from tests.talks.telling import clock_at, hook, only_telling, receiver
from tests.talks.week import at, board, person

MONDAY = at("2026-03-02 12:00")
KEY = "/send?key=abcdefgh12345678"


class Journey:
    """The clock, what the site does by itself at each stop, and what each person was told."""

    def __init__(self, clock):
        self.clock, self.stops = clock, 0

    def to(self, moment):
        """The clock stands at a moment of Shanghai; the schedule runs twice, as if two workers had woken up."""
        self.clock.to(at(moment))
        self.clock.work()

    def told(self, person):
        """The kinds of reminder a person has had, oldest first."""
        rows = Notification.objects.filter(person=person, kind="reminder").order_by("pk")
        return [row.values["what"] for row in rows]

    def picture(self, thumb, name):
        if folder := os.environ.get("JOURNEY_SHOTS"):
            self.stops += 1
            path = Path(folder) / f"{self.stops:02d}-{name}.png"
            thumb.page.screenshot(path=path, full_page=True)


@pytest.fixture
def clock(settings):
    only_telling(settings)
    with clock_at(MONDAY) as clock:
        yield clock


@pytest.fixture
def group(transactional_db, clock):
    """A first number that collects, three people, and the robot of the group."""
    made = board(now=MONDAY)
    made.organizer = person("青禾", now=MONDAY, role=Role.ORGANIZER)
    made.host, made.lead = person("小满", now=MONDAY), person("阿岚", now=MONDAY)
    Notification.objects.all().delete()
    with receiver() as robot:
        hook(robot.url(KEY), events=("reminder",), by=made.organizer, now=MONDAY)
        made.robot = robot
        yield made


def waiting(episode):
    return {row.kind: row.due_at for row in Reminder.objects.of(episode).filter(sent_at=None, skipped_at=None)}


def onward(thumb, code, reason=""):
    """The host takes the episode one state further, with a reason where something is missing."""
    thumb.at(f"/episodes/{code}/state/")
    field = thumb.page.locator("#reason")
    if field.count():
        field.fill(reason or "就这样")
    thumb.go(thumb.page.locator('form[data-draft="advance"] button'))


def held(thumb, journey, code, day):
    """The evening of an episode and its publication, by its host."""
    for moment, _state in (("20:30", "locked"), ("21:00", "live"), ("22:10", "wrapup")):
        journey.to(f"{day} {moment}")
        if Episode.objects.get(number=int(code)).state != _state:
            onward(thumb, code)
    assert Episode.objects.get(number=int(code)).state == "wrapup"


def test_three_weeks_of_a_series(live_server, group, clock):
    journey = Journey(clock)
    with phones(live_server, group.host, group.lead, group.organizer) as (host, lead, organizer):
        # Nobody has anything yet: the desk says so, and one tap makes a host.
        host.at("/dashboard/")
        assert "还差" in host.page.locator("h1").inner_text()
        journey.picture(host, "desk-of-a-new-week")
        host.at("/episodes/001/state/").go(host.button("我来主持"))

        # T-72: the open sections are told to who may be asked, and to the group, once each.
        journey.to("2026-03-04 20:59")
        assert (journey.told(group.lead), len(group.robot.bodies)) == ([], 0)
        journey.to("2026-03-04 21:00")
        journey.to("2026-03-04 21:30")
        assert [journey.told(each) for each in (group.host, group.lead, group.organizer)] == [["open_roles"]] * 3
        assert len(group.robot.bodies) == 1
        lead.at("/notifications/")
        journey.picture(lead, "told-of-open-sections")
        lead.at("/claim/").go(lead.button("认领 001 的本周新闻"))
        host.at("/dashboard/")
        assert "本周新闻" not in host.page.locator("#text").input_value()
        journey.picture(host, "desk-with-one-lead")

        # The evening moves by a week: what was not sent moves along, what was sent is said anew before the new day.
        before = waiting(group.episode)
        host.at("/episodes/001/state/")
        host.fill("#starts_at", "2026-03-14T21:00")
        host.fill("#move-reason", "机房停电")
        host.go(host.button("看看会变动什么"))
        host.go(host.button("确认改时间"))
        after = waiting(group.episode)
        week = timedelta(days=7)
        assert {kind: after[kind] - due for kind, due in before.items()} == dict.fromkeys(before, week)
        assert after["open_roles"] == at("2026-03-11 21:00")
        host.at("/episodes/001/outbox/")
        journey.picture(host, "outbox-after-the-move")
        journey.to("2026-03-07 22:00")  # the old evening: silence
        assert journey.told(group.host) == ["open_roles"]

        # The new week: each reminder once, on its new day.
        for moment in ("2026-03-11 21:00", "2026-03-12 09:00", "2026-03-13 21:00", "2026-03-14 19:00"):
            journey.to(moment)
        assert journey.told(group.host) == ["open_roles", "open_roles", "tomorrow", "soon"]
        assert journey.told(group.lead) == ["open_roles", "open_roles", "tomorrow", "soon"]
        assert journey.told(group.organizer) == ["open_roles", "open_roles"]
        held(host, journey, "001", "2026-03-14")
        journey.to("2026-03-15 21:00")
        assert journey.told(group.host)[4:] == ["publish"]  # nobody asked, so nobody had to answer
        host.at("/dashboard/?episode=001")
        journey.picture(host, "desk-after-the-evening")
        onward(host, "001")
        assert Episode.objects.get(number=1).state == "published"

        # The second week, the same host; the third: three in a row, and the desk goes to another.
        for code, day in (("002", "2026-03-21"), ("003", "2026-03-28")):
            journey.to(f"{day} 12:00")
            if not Episode.objects.filter(number=int(code)).exists():
                organizer.at("/dashboard/").go(organizer.button("开下一期"))
            moment = timezone.localtime(Episode.objects.get(number=int(code)).starts_at)
            assert moment == at(f"{day} 21:00")
            host.at(f"/episodes/{code}/state/").go(host.button("我来主持"))
            if code == "002":
                held(host, journey, code, day)
                onward(host, code)
        host.at("/dashboard/?episode=003")
        assert "三期" in host.page.locator("#rest").inner_text()
        journey.picture(host, "three-in-a-row")
        host.at("/dashboard/hand-off/?episode=003")
        journey.picture(host, "hand-off")
        host.fill("input[name=person]", "阿岚")
        host.go(host.button("转交"))
        third = Hosting.objects.get(episode__number=3, role="host", deleted_at=None)
        assert third.person == group.lead
        lead.at("/dashboard/?episode=003")
        assert lead.page.locator("#rest").count() == 0
        journey.picture(lead, "desk-of-the-next-host")
        seen = [row.kind for row in Notification.objects.filter(person=group.lead).order_by("pk")]
        assert "hosting_handed_over" in seen
        journey.to("2026-03-28 19:00")
        assert journey.told(group.lead)[-1] == "soon"
        held(lead, journey, "003", "2026-03-28")
        onward(lead, "003")

        # What the series says of itself.
        lead.at("/dashboard/statistics/")
        page = lead.page.locator("main").inner_text()
        journey.picture(lead, "statistics")
        assert {"001", "002", "003"} <= set(page.split())
        lead.at("/episodes/001/history/")
        journey.picture(lead, "history")
        assert "顺延了这一期" in lead.page.locator("main").inner_text()

    # Nothing was told twice, to nobody and to no group.
    for row in Reminder.objects.exclude(sent_at=None):
        told = Notification.objects.filter(kind="reminder", values__reminder=row.pk)
        assert len(told) == len({each.person_id for each in told})
    said = group.robot.bodies
    assert len(said) == len(set(said))
