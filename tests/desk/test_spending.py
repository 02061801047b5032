"""Planned against actual minutes over the last evenings: by evening, by kind of section, and what they propose."""

import html
import re
from datetime import timedelta

import pytest
import time_machine

from talks.actions import moderation
from talks.actions.rundown import end, next_cue, start
from talks.actions.rundown_making import make_rundown
from talks.actions.rundown_order import put_on_stage
from talks.models import Cue, Episode, Item, Section, Template
from talks.series import last_held
from talks.spending import by_evening, by_kind, counted, last_counted, proposals, shows_of
from talks.wrapup import wrapup_of
from tests.talks.boardroom import nominate
from tests.talks.evening import evening, fresh, on_air

pytestmark = pytest.mark.django_db
# Opening, two items of the news, one of the picks, free talk, closing.
TOOK = (1, 8, 8, 2, 50, 1)


@pytest.fixture
def room(now):
    """An evening that was planned for 2 + 3 + 3 + 3 + free talk + 2 minutes."""
    room = evening(now)
    make_rundown(episode=fresh(room), by=room.by, now=now)
    start(episode=room.episode, by=room.by, now=now)
    return room


def hold(room, now, took=TOOK):
    for spent in took[:-1]:
        now += timedelta(minutes=spent)
        next_cue(episode=room.episode, cue=on_air(room), by=room.by, now=now)
    end(episode=room.episode, by=room.by, now=now + timedelta(minutes=took[-1]))
    Episode.objects.filter(pk=room.episode.pk).update(state="published")


def shows():
    return shows_of(counted([row.pk for row in last_held()]))


def test_an_evening_counts_as_its_wrap_up_counts_it(room, now):
    assert shows() == []
    hold(room, now)
    [show] = by_evening(shows(), last_held())
    wrap = wrapup_of(fresh(room), now=now + timedelta(hours=3))
    assert (show.name, show.planned, show.actual) == ("021", wrap.planned, wrap.actual)
    assert show.actual == sum(TOOK)
    assert show.parts == (70, 0, 10)


def test_sections_are_measured_by_kind_and_what_was_asked_is_free_talk(room, now):
    hold(room, now)
    found = {row.name: (row.planned, row.actual, row.evenings) for row in by_kind(shows())}
    assert found == {"free_talk": (67, 50, 1), "news": (6, 16, 1), "picks": (3, 2, 1)}
    assert proposals(last_counted()) == {"free_talk": 50, "news": 16, "picks": 2}


def test_what_was_asked_without_a_free_talk_had_its_minutes_all_the_same(room, now):
    put_on_stage(episode=fresh(room), question=room.question, by=room.by, now=now)
    Cue.objects.filter(kind="free_talk").delete()
    hold(room, now)
    assert {row.name: row.planned for row in by_kind(shows())}["free_talk"] == 67
    [show] = by_evening(shows(), last_held())
    assert show.planned == wrapup_of(fresh(room), now=now).planned == 80


def test_what_was_hidden_since_does_not_count(room, now):
    next_cue(episode=room.episode, cue=on_air(room), by=room.by, now=now)
    moderation.hide(row=room.question, by=room.by, now=now)
    hold(room, now, took=TOOK[1:])
    Item.objects.filter(title="第一条").update(deleted_at=now)
    assert {row.name: row.actual for row in by_kind(shows())}["news"] == 8


def test_the_statistics_draw_it_with_a_table_and_programs_read_it(client, room, now):
    hold(room, now)
    body = client.get("/dashboard/statistics/").text
    labels = [html.unescape(each) for each in re.findall(r'role="img" aria-label="([^"]+)"', body)]
    assert "最近 1 个有节目单的晚上，0 个超时；最近一次 70 分钟，计划 80 分钟" in labels
    assert "版块实际用时：Free Talk（计划 67） 50、本周新闻（计划 6） 16、本周推荐（计划 3） 2" in labels
    assert '<td>021</td><td class="figure">80</td><td class="figure">70</td>' in body
    assert ">70</text>" in body
    found = client.get("/api/v1/episodes/statistics/").json()
    assert found["shows"] == [{"episode": "021", "planned": 80, "actual": 70}]
    assert {"kind": "news", "planned": 6, "actual": 16, "evenings": 1} in found["took"]


def test_the_desk_and_the_template_say_what_such_a_section_really_took(client, room, organizer, now):
    hold(room, now)
    Section.objects.filter(episode=room.following, kind="news").update(minutes=10)
    client.force_login(organizer.user)
    desk = f"/dashboard/?episode={room.following.code}"
    said = "本周新闻 安排了 10 分钟，最近几期实际 16 分钟（中位数）"
    with time_machine.travel(now, tick=False):
        assert said in client.get(desk).text
        Section.objects.filter(episode=room.following, kind="news").update(minutes=14)
        assert "本周新闻 安排了" not in client.get(desk).text
        sections = [
            {"kind": "news", "title": "本周新闻", "minutes": 10, "is_optional": False, "brief": "", "groups": []}
        ]
        Template.objects.update(sections=sections)
        assert "最近几期实际用了 16 分钟（中位数）" in client.get("/templates/edit/").text
        section = Section.objects.get(episode=room.following, kind="news")
        row = nominate(room, organizer, now, url="https://blog.example/next", section=section)
        assert "最近几期每条实际用时" in client.get(f"/episodes/022/board/items/{row.pk}/").text
