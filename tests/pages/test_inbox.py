"""The inbox: who sees what, what the buttons do with and without script, and its constant queries."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.actors import SYSTEM
from members.models import Event
from news.models import Decision, FetchRun, NewsItem
from papers.actions.facts import store_facts
from papers.facts import PaperFacts
from talks.actions import triage
from talks.models import Item
from tests.talks.newsroom import seat, source, tell

PLACES = {"1": "学术", "2": "项目", "3": "工业界"}
FETCH = {"x-requested-with": "fetch"}


@pytest.fixture
def now():
    """The moment the test runs at: pages read the clock."""
    return timezone.now()


@pytest.fixture
def room(empty_newsroom, now, member):
    return seat(empty_newsroom, now=now, lead=member)


@pytest.fixture
def lead(client, room, member):
    client.force_login(member.user)
    return client


def shown(client, query=""):
    response = client.get(f"/inbox/{query}")
    assert response.status_code == 200
    return response.content.decode()


def act(client, *, fetch=False, **sent):
    return client.post("/inbox/act/", sent, headers=FETCH if fetch else {})


def titles(client, query=""):
    return [line.story.title for line in client.get(f"/inbox/{query}").context["inbox"].lines]


# ── What is seen ────────────────────────────────────────────────────────────
def test_a_row_says_where_it_is_from_and_why_it_ranks(client, room, now):
    hf = source("hf", kind="hf_daily", address="", name="每日论文", now=now)
    tell(hf, "https://arxiv.org/abs/2108.12409", now=now, upvotes=92)
    page = shown(client)
    first = client.get("/inbox/").context["inbox"].lines[0]
    assert first.story == room.paper
    assert first.reasons[:2] == ["92 赞", "2 个来源"]
    assert "往期从 arXiv 收过 1 条" in first.reasons
    assert 'href="https://arxiv.org/abs/2108.12409">arxiv.org/abs/2108.12409</a>' in page
    assert "某博客、每日论文" in page
    assert "020 期讲过" in page
    assert "还剩 3 条" in page


def test_hidden_merged_and_older_stories_are_not_shown(client, room, member, now):
    NewsItem.objects.filter(pk=room.a.pk).update(is_hidden=True)
    triage.merge(story=room.b, into=room.paper, by=member, now=now)
    assert [line.story for line in client.get("/inbox/").context["inbox"].lines] == [room.paper]
    NewsItem.objects.update(first_seen_at=now - timezone.timedelta(days=30))
    assert "收件箱是空的" in shown(client)


def test_others_read_along(client, room, stranger):
    for login in (None, stranger):
        if login:
            client.force_login(login.user)
        for page in (shown(client), client.get(f"/inbox/{room.a.pk}/").content.decode()):
            assert 'name="take"' not in page
            assert 'name="decline"' not in page
        assert 'href="/inbox/"' not in client.get("/papers/").content.decode()


def test_who_may_file_is_led_there(lead, room):
    assert 'href="/inbox/"' in lead.get("/papers/").content.decode()
    page = shown(lead)
    assert page.count('data-key="1"') == 3
    assert 'data-key="r"' not in page  # leads the news, not the picks


def test_filters(client, room, member, organizer, now):
    hf = source("hf", kind="hf_daily", address="", name="每日论文", now=now)
    tell(hf, "https://arxiv.org/abs/2108.12409", "https://arxiv.org/abs/2401.00001", now=now)
    triage.decline(story=room.a, reason="太旧", by=member, now=now)
    triage.take(story=room.b, section=room.news, group="学术", by=member, now=now)
    found = {
        query: {story.rsplit("：")[-1] for story in titles(client, f"?{query}")}
        for query in (
            *("", "kind=hf", "kind=feed", "kind=several", "source=blog", "source=nope", "state=taken"),
            *("state=declined", "state=all", "q=00001", "q=BLOG.example&state=all", "q=%00", "q=no+such"),
        )
    }
    assert found == {
        "": {"2108.12409", "2401.00001"},
        "kind=hf": {"2108.12409", "2401.00001"},
        "kind=feed": {"2108.12409"},
        "kind=several": {"2108.12409"},
        "source=blog": {"2108.12409"},
        "source=nope": set(),
        "state=taken": {"b"},
        "state=declined": {"a"},
        "state=all": {"a", "b", "2108.12409", "2401.00001"},
        "q=00001": {"2401.00001"},
        "q=BLOG.example&state=all": {"a", "b"},
        "q=%00": {"2108.12409", "2401.00001"},
        "q=no+such": set(),
    }
    assert "太旧" in shown(client, "?state=declined")
    chips = {chip.word: chip.count for chip in client.get("/inbox/").context["kinds"]}
    assert chips == {"所有来源": None, "HF 每日论文": 2, "公众号与博客": 1, "多处出现": 1}


def test_similar_titles_are_suggested_and_never_merged(client, room, organizer, now):
    client.force_login(organizer.user)
    tell(room.feed, "https://blog.example/x", now=now, title="通义千问 Qwen-7B 开源，支持 8K 上下文")
    tell(room.feed, "https://blog.example/y", now=now, title="阿里开源通义千问 Qwen-7B，8K 上下文")
    lines = client.get("/inbox/").context["inbox"].lines
    [like] = [line for line in lines if line.like]
    assert {like.story.key, like.like.key} == {"blog.example/x", "blog.example/y"}
    assert f'value="{like.story.pk}.{like.like.pk}" data-key="m"' in shown(client)


def test_quiet_and_failing_sources_are_told_apart(client, room, now):
    for outcome in ("unchanged", "empty", "no_announcement", "ok"):
        row = source(outcome, now=now, name=f"来源{outcome}")
        FetchRun.objects.create(source=row, started_at=now, ended_at=now, outcome=outcome)
    source("bad", now=now, name="来源坏", failures=5, last_error="x")
    source("once", now=now, name="来源一", failures=1, last_error="x")
    source("rest", now=now, name="来源歇", failures=10, last_error="x", paused_at=now)
    page = shown(client)
    for said in ("来源unchanged 未变化", "来源empty 没有内容", "来源no_announcement 周末不公告"):
        assert said in page
    assert '<span class="bad">来源坏 连续 5 次失败</span>' in page
    assert '<span class="bad">来源一 上次没问到</span>' in page
    assert "<span>来源歇 已暂停</span>" in page  # as /ops/ says
    assert "2 个问不到" in page


@pytest.mark.parametrize("query", ["", "kind=hf", "kind=several", "kind=back", "state=taken", "source=blog", "q=00001"])
def test_every_count_is_that_of_the_rows(client, room, member, organizer, now, query):
    """Hidden and merged stories are nobody's work: not even an organizer's count says they are left."""
    client.force_login(organizer.user)
    hf = source("hf", kind="hf_daily", address="", now=now)
    links = [f"https://arxiv.org/abs/2401.{n:05d}" for n in range(1, 6)]
    tell(hf, *links, "https://arxiv.org/abs/2108.12409", now=now)
    tell(room.feed, "https://blog.example/old", now=now, published_at=now - timezone.timedelta(days=300))
    NewsItem.objects.filter(key="arxiv:2401.00005").update(is_hidden=True)
    triage.merge(story=room.b, into=room.paper, by=member, now=now)
    triage.take(story=room.a, section=room.news, group="学术", by=member, now=now)
    assert client.get("/inbox/").context["inbox"].left == len(titles(client)) == 5
    context = client.get(f"/inbox/?{query}").context
    chips = [chip for chip in (*context["states"], *context["kinds"]) if chip.count is not None]
    assert len(chips) > 3
    for chip in chips:
        assert len(titles(client, f"?{chip.query}")) == chip.count, chip


def test_the_radar_is_silent_about_what_rules_hide(client, room, organizer, now):
    client.force_login(organizer.user)
    hf = source("hf", kind="hf_daily", address="", now=now)
    tell(hf, "https://arxiv.org/abs/2401.00001", now=now, upvotes=90)
    assert client.get("/inbox/").context["gaps"]
    NewsItem.objects.filter(key="arxiv:2401.00001").update(is_hidden=True)
    assert client.get("/inbox/").context["gaps"] == []


def test_a_new_feed_does_not_flood_the_week(client, room, now):
    """What was published long ago is kept under its own filter; what somebody lists this week is news."""
    fresh = source("fresh", now=now)
    for days in (1, 10, 12, 13, 300):
        url = f"https://fresh.example/{days}"
        tell(fresh, url, now=now, title=f"{days} 天前", published_at=now - timezone.timedelta(days=days))
    old = now - timezone.timedelta(days=300)
    hf = source("hf", kind="hf_daily", address="", now=now)
    tell(hf, "https://arxiv.org/abs/2401.00001", now=now, title="今天上榜", published_at=old, listed_on=now.date())
    # The week began four days ago, with the talk 020.
    assert {"1 天前", "10 天前", "今天上榜"} <= set(titles(client))
    assert titles(client, "?kind=back") == ["12 天前", "13 天前", "300 天前"]
    page = shown(client, "?kind=back")
    assert "早先发表 3" in page
    assert "300 天前" not in client.get("/feeds/news.atom").content.decode()


def test_what_was_published_days_ago_is_not_new_today(client, room, now):
    days = [timezone.timedelta(hours=2), timezone.timedelta(days=2), timezone.timedelta(days=5)]
    for age in days:
        tell(room.feed, f"https://z.example/{9 - age.days}", now=now, title=f"{age.days} 天", published_at=now - age)
    rows = {line.story.title: line.reasons for line in client.get("/inbox/").context["inbox"].lines}
    assert [title for title in rows if title.endswith(" 天")] == ["0 天", "2 天", "5 天"]
    assert [title for title, reasons in rows.items() if title.endswith(" 天") and "今天新到" in reasons] == ["0 天"]
    story = NewsItem.objects.get(title="2 天")
    page = client.get(f"/inbox/{story.pk}/").content.decode()
    assert "发表于" in page
    assert "取来于" in page


def test_a_filed_story_whose_item_is_gone_was_not_declined(lead, room, now):
    act(lead, take=f"{room.a.pk}.1")
    Item.objects.filter(news_item=room.a).update(deleted_at=now)
    page = shown(lead, "?state=taken")
    assert "收进过，条目后来没有了" in page
    assert '<span class="tag">不要</span>' not in page
    assert "收进过，条目后来没有了" in lead.get(f"/inbox/{room.a.pk}/").content.decode()


def test_without_a_collecting_episode_it_says_how_one_comes_to_be(client, organizer):
    client.force_login(organizer.user)
    page = shown(client)
    assert "导入一份日期还没到的文档" in page
    assert page.count('href="/import/"') == 2  # in the navigation and where it is wanted


def test_feeds_are_linked_where_they_are_looked_for(client, room):
    for page in (shown(client), client.get("/papers/").content.decode()):
        for address in ("/feeds/news.atom", "/feeds/papers.atom"):
            assert f'<a href="{address}">' in page


def test_a_paper_is_previewed_with_its_formulas(client, room, now):
    facts = PaperFacts(arxiv_id="2108.12409", source="api", title="Train $x_1$", abstract="We show $\\alpha$.")
    store_facts([facts], by=SYSTEM, now=now)
    page = client.get(f"/inbox/{room.paper.pk}/").content.decode()
    assert "<math" in page
    assert "$" not in page.partition('id="read"')[2].partition("checks")[0]


def test_one_story_in_full(client, room, now):
    tell(
        room.feed, "https://blog.example/full", now=now, title="<b>题</b>", summary="<script>一段摘要", authors=("甲",)
    )
    story = NewsItem.objects.get(key="blog.example/full")
    page = client.get(f"/inbox/{story.pk}/").content.decode()
    assert "&lt;script&gt;一段摘要" in page
    assert "&lt;b&gt;题" in page
    assert "甲" in page
    assert "某博客" in page
    assert client.get("/inbox/999999/").status_code == 404


def test_a_merged_story_leads_to_the_other(client, room, member, now):
    triage.merge(story=room.a, into=room.b, by=member, now=now)
    assert client.get(f"/inbox/{room.a.pk}/")["Location"] == f"/inbox/{room.b.pk}/"


# ── What the buttons do ─────────────────────────────────────────────────────
@pytest.mark.parametrize("place", ["1", "2", "3"])
def test_filing_without_script_comes_back_to_the_row(lead, room, place):
    response = act(lead, take=f"{room.a.pk}.{place}", query="kind=feed&evil=//x")
    assert response["Location"] == f"/inbox/?kind=feed&did={room.a.pk}#story-{room.a.pk}"
    item = Item.objects.get(news_item=room.a)
    assert (item.section, item.group) == (room.news, PLACES[place])
    page = lead.get(response["Location"]).content.decode()
    assert f"收进 「新闻」 {PLACES[place]}" in page
    room.a.refresh_from_db()
    assert f'name="undo" value="{room.a.pk}.{room.a.version}"' in page
    act(lead, undo=f"{room.a.pk}.{room.a.version}")
    room.a.refresh_from_db()
    assert room.a.decision == Decision.OPEN


def test_picks_decline_and_merge(client, organizer, room):
    client.force_login(organizer.user)
    act(client, take=f"{room.a.pk}.r")
    assert Item.objects.get(news_item=room.a).section == room.picks
    act(client, decline=str(room.b.pk), reason="太旧")
    room.b.refresh_from_db()
    assert room.b.decision_reason == "太旧"
    act(client, merge=f"{room.paper.pk}.{room.b.pk}")
    room.paper.refresh_from_db()
    assert room.paper.merged_into == room.b


def test_a_script_gets_what_changed_by_whomever(lead, room, organizer, now):
    before = shown(lead)
    since = lead.get("/inbox/").context["since"]
    triage.decline(story=room.b, reason="太旧", by=organizer, now=timezone.now())
    reply = act(lead, fetch=True, take=f"{room.a.pk}.1", since=since)
    assert reply.status_code == 200
    said = reply.content.decode()
    assert f'id="story-{room.a.pk}"' in said
    assert f'id="story-{room.b.pk}"' in said
    assert f'id="story-{room.paper.pk}"' not in said
    assert "还剩 1 条" in said
    assert "<html" in before
    assert "<html" not in said


@pytest.mark.parametrize(("fetch", "status"), [(True, 409), (False, 302)])
def test_the_second_sees_who_was_first(lead, room, organizer, now, fetch, status):
    triage.take(story=room.a, section=room.picks, by=organizer, now=now)
    reply = act(lead, fetch=fetch, take=f"{room.a.pk}.1")
    assert reply.status_code == status
    said = (lead.get(reply["Location"]) if status == 302 else reply).content.decode()
    assert "青禾 已经收进：021 本周推荐" in said
    assert f'id="story-{room.a.pk}"' in said
    assert Item.objects.filter(news_item=room.a).count() == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"take": "x"}, 404),
        ({"take": "999999.1"}, 404),
        ({"take": "{a}.9"}, 400),
        ({"take": "{a}"}, 400),
        ({"take": "{a}.r"}, 403),
        ({"decline": "{a}"}, 400),
        ({"decline": "{a}", "reason": "x" * 300}, 400),
        ({"merge": "{a}.{a}"}, 400),
        ({"merge": "{a}.0"}, 404),
        ({"undo": "{a}.1"}, 409),
        ({"undo": "{a}.²"}, 400),
        ({"ignore": "nope", "reason": "x"}, 404),
        ({"take": "{a}.1", "since": "yesterday"}, 200),
        ({"take": "{a}.1", "since": "2026-13-41T99:00:00Z"}, 200),
        ({"take": "{a}.1", "since": "2026-01-01"}, 200),
        ({"take": "{a}.1", "since": "0001-01-01T00:00:00Z"}, 200),
        ({"take": "{a}.1", "since": "9999-12-31T23:59:59-14:00"}, 200),
    ],
)
def test_odd_requests_are_answered_in_a_sentence(lead, room, sent, status):
    sent = {name: value.format(a=room.a.pk) for name, value in sent.items()}
    assert act(lead, fetch=True, **sent).status_code == status
    assert (NewsItem.objects.get(pk=room.a.pk).decision == Decision.TAKEN) == (status == 200)


def test_who_may_not_changes_nothing(client, room, stranger):
    sent = {"take": f"{room.a.pk}.1"}
    assert act(client, **sent)["Location"] == "/accounts/login/?next=/inbox/"
    assert act(client, fetch=True, **sent).status_code == 403
    client.force_login(stranger.user)
    assert act(client, fetch=True, **sent).status_code == 403
    assert act(client, **sent).status_code == 403
    assert not Event.objects.filter(person=stranger).exists()
    assert client.get("/inbox/act/").status_code == 405


# ── Radar ───────────────────────────────────────────────────────────────────
def test_gaps_are_what_many_carry_and_nobody_nominated(lead, room, now):
    for n in (1, 2):
        tell(source(f"s{n}", now=now), "https://blog.example/a", "https://arxiv.org/abs/2108.12409", now=now)
    hf = source("hf", kind="hf_daily", address="", now=now)
    tell(hf, "https://arxiv.org/abs/2401.00001", now=now, upvotes=50)
    tell(hf, "https://arxiv.org/abs/2401.00002", now=now, upvotes=49)
    found = [gap.story.key for gap in lead.get("/inbox/").context["gaps"]]
    assert found == ["blog.example/a", "arxiv:2401.00001"]  # 020 talked about 2108.12409
    act(lead, ignore=f"gap:{room.a.pk}", reason="只是广告")
    act(lead, take=f"{NewsItem.objects.get(key='arxiv:2401.00001').pk}.1")
    assert lead.get("/inbox/").context["gaps"] == []
    assert lead.get("/inbox/").context["twice"] == []


def test_what_an_earlier_episode_had_is_a_double_and_can_be_taken_out(lead, room):
    act(lead, take=f"{room.paper.pk}.1")
    [double] = lead.get("/inbox/").context["twice"]
    assert (double.item.news_item, double.other.section.episode.code) == (room.paper, "020")
    version = NewsItem.objects.get(pk=room.paper.pk).version
    assert f'name="undo" value="{room.paper.pk}.{version}"' in shown(lead)
    act(lead, undo=f"{room.paper.pk}.{version}")
    assert lead.get("/inbox/").context["twice"] == []


# ── Its cost ────────────────────────────────────────────────────────────────
def queries(ask):
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as captured:
        response = ask()
    assert response.status_code == 200
    return len(captured)


def test_500_stories_cost_no_query_more_than_5(room, member, organizer, now):
    clients = {"nobody": Client(), "lead": Client(), "organizer": Client()}
    clients["lead"].force_login(member.user)
    clients["organizer"].force_login(organizer.user)
    hf = source("hf", kind="hf_daily", address="", now=now)
    third = source("third", now=now)

    def fill(first, last):
        links = [f"https://arxiv.org/abs/2401.{n:05d}" for n in range(first, last)]
        for place in (room.feed, hf, third):
            tell(place, *links, now=now, upvotes=60)

    addresses = ["/inbox/", "/inbox/?state=all&kind=hf&q=arxiv", f"/inbox/{room.a.pk}/"]

    def costs():
        return {
            (who, address): queries(lambda client=client, address=address: client.get(address))
            for who, client in clients.items()
            for address in addresses
        }

    fill(1, 6)
    few = costs()
    fill(6, 501)
    assert costs() == few
    for who, client in clients.items():
        assert len(client.get("/inbox/").context["inbox"].lines) == 500
        assert few[who, "/inbox/"] <= 33  # one of them counts what the signed-in have not read yet


def test_an_act_costs_the_same_in_a_long_week(lead, room, now):
    def one(story):
        since = timezone.now().isoformat()
        return queries(lambda: act(lead, fetch=True, take=f"{story.pk}.1", since=since))

    few = one(room.a)
    tell(room.feed, *[f"https://blog.example/{n}" for n in range(500)], now=now)
    assert one(room.b) == few
