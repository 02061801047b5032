"""The series in numbers, how long steps took, and the same for programs."""

import html
import re
from datetime import date, timedelta

from talks.actions import claims, hosting, life
from talks.models import Break, Episode
from talks.pace import steps_of_last
from talks.series import coverage, last_held, planned_minutes, sections_of, sources_of, tally
from tests.pages.conftest import document, item, put, question, section
from tests.talks.week import at


def evening(number, *, day, people, unanswered=0):
    """A published evening: the first of the people hosts and leads the news, each of them asks and is answered."""
    news = section(
        "news", "本周新闻", leads=people[:1], minutes=10, items=[item("一", "https://arxiv.org/abs/2403.00001")]
    )
    rows = [question(f"{who}问", asker=who, number=n, answers=[(people[0], "答")]) for n, who in enumerate(people, 1)]
    rows += [question("没人答", number=90 + n) for n in range(unanswered)]
    optional = section("classic", "本周经典", is_optional=True)
    sections = [news, section("picks", "本周推荐", items=[item("二", "https://blog.example/2")]), optional]
    return document(number, starts_at=f"{day}T21:00:00+08:00", hosts=people[:1], sections=sections, questions=rows)


def three(now):
    put(evening(1, day="2026-01-03", people=["甲", "乙", "群友"]), now=now)
    put(evening(2, day="2026-01-10", people=["甲", "丙", "丁"], unanswered=2), now=now)
    put(evening(3, day="2026-01-24", people=["乙"]), now=now)


def test_people_are_counted_once_and_first_timers_where_they_came_first(db, now):
    three(now)
    Break.objects.create(day=date(2026, 1, 17), reason="过年", created_at=now, changed_at=now)
    rows = tally(last_held(), Break.objects.days())
    # 阿岚 brought the items of every evening; 群友 is nobody's name.
    assert [(row.code, row.people, row.first) for row in rows] == [
        ("001", 3, 3), ("002", 4, 2), ("", 0, 0), ("003", 2, 0)
    ]  # fmt: skip
    assert [(row.asked, row.unanswered) for row in rows] == [(3, 0), (5, 2), (0, 0), (1, 0)]


def test_sections_minutes_and_sources(db, now):
    three(now)
    evenings = last_held()
    sections = sections_of(evenings)
    assert [(row.taken, row.degraded, row.dropped) for row in coverage(evenings, sections)] == [(1, 1, 1)] * 3
    assert [(row.kind, row.minutes, row.evenings) for row in planned_minutes(sections)] == [("news", 10, 3)]
    found = sources_of(evenings)
    assert found.places == [("arxiv", 3), ("blog.example", 3)]
    assert found.ways == {"nominated": 0, "inbox": 0, "automatic": 0, "document": 6}


def test_the_page_draws_what_it_says_and_tells_it_in_words(client, db, now):
    assert "还没有数字" in client.get("/dashboard/statistics/").content.decode()
    three(now)
    Break.objects.create(day=date(2026, 1, 17), reason="过年", created_at=now, changed_at=now)
    body = client.get("/dashboard/statistics/").content.decode()
    assert body.count('<figure class="chart">') == 6
    assert "viewBox" not in body[body.index("<main") : body.index("</main")]
    labels = [html.unescape(each) for each in re.findall(r'role="img" aria-label="([^"]+)"', body)]
    assert "最近 3 期人数：2 到 4 人；最近一期 2 人，其中 0 人第一次来" in labels
    assert "最近 3 期共 9 个问题，2 个没有回答" in labels
    assert 'class="hollow"' in body
    assert ">停</text>" in body
    assert body.count("<table>") == 6


def test_only_the_last_twelve_are_drawn(db, now):
    for number in range(1, 15):
        day = (date(2026, 1, 3) + timedelta(days=7 * number - 140)).isoformat()
        put(evening(number, day=day, people=["甲"]), now=now)
    assert [row.code for row in last_held()] == [f"{number:03d}" for number in range(14, 2, -1)]
    rows = tally(last_held(), [])
    assert [row.first for row in rows] == [0] * 12  # who came first before these is no first-timer


def test_the_pack_says_how_long_each_step_took(client, series):
    by, episode = series.member, series.episode
    hosting.host(episode=episode, role="host", by=by, now=series.now)
    for kind in ("news", "picks"):
        claims.claim(section=series.sections[kind], role="lead", by=by, now=series.now)
    for to, when in (
        ("locked", "2026-03-06 20:00"),
        ("live", "2026-03-07 21:00"),
        ("wrapup", "2026-03-07 22:30"),
        ("published", "2026-03-09 12:00"),
    ):
        life.advance(episode=episode, to=to, by=by, now=at(when), reason="就这样")
    evenings, steps = steps_of_last()
    assert [row.code for row in evenings] == ["001"]
    spans = [step.spans for step in steps]
    assert spans == [
        [timedelta(days=2)], [timedelta(days=1, hours=1)], [timedelta(minutes=90)], [timedelta(days=1, hours=13.5)]
    ]  # fmt: skip
    client.force_login(by.user)
    body = client.get("/dashboard/hand-off/").content.decode()
    assert "2 天" in body
    assert "1 小时 30 分" in body


def test_the_pack_hands_over(client, series):
    hosting.host(episode=series.episode, role="host", by=series.member, now=series.now)
    client.force_login(series.member.user)
    page = client.get("/dashboard/hand-off/").content.decode()
    form = page[page.index('value="hand_over"') :]
    sent = dict(re.findall(r'name="(hosting|next)" value="([^"]+)"', form[: form.index("</form>")]))
    answer = client.post("/episodes/001/state/", {"act": "hand_over", "person": "青禾", **sent})
    assert answer.url == "/dashboard/hand-off/"
    assert [row.name for row in Episode.objects.get().hostings.filter(deleted_at=None)] == ["青禾"]


def test_programs_are_told_the_same(client, series, now):
    found = client.get("/api/v1/episodes/001/desk/").json()
    assert [each["code"] for each in found["missing"]] == ["no_host", "section_unclaimed", "section_unclaimed"]
    assert [each["kind"] for each in found["texts"]] == ["recruit", "preview", "rescue"]
    assert list(found["steps"]) == ["collecting"]
    assert client.get("/api/v1/episodes/statistics/").json()["evenings"] == []
    Episode.objects.update(state="draft")
    assert client.get("/api/v1/episodes/001/desk/").status_code == 404


def test_programs_read_the_numbers(client, db, now):
    three(now)
    found = client.get("/api/v1/episodes/statistics/").json()
    assert [row["people"] for row in found["evenings"]] == [3, 4, 2]
    assert found["ways"]["document"] == 6
    assert found["places"][0] == {"place": "arxiv", "items": 3}
