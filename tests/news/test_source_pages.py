"""The pages of sources: what everybody reads, and what organizers do there without JavaScript."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.actions import jobs
from jobs.models import Job
from members.actors import SYSTEM
from members.models import Event
from news.actions import collect, sources
from news.actions.sources import free_slug
from news.actions.store import store_entries
from news.entries import Entry
from news.models import FetchRun, NewsItem, Outcome, Sighting, Source
from tests.news.conftest import articles, source

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(client, organizer):
    client.force_login(organizer.user)
    return client


def look(row):
    run = collect.start(source=row, by=SYSTEM, now=timezone.now())
    while jobs.perform_next(now=timezone.now()):
        pass
    run.refresh_from_db()
    return run


def text_of(response):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def ended(row, outcome, **counts):
    now = timezone.now()
    return FetchRun.objects.create(source=row, started_at=now, ended_at=now, outcome=outcome, **counts)


def form_of(row, **changes):
    names = (*sources.FIELDS, "version")
    return {**{name: getattr(row, name) for name in names}, **changes}


# ── Reading ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome.NO_ANNOUNCEMENT, "周末不公告"),
        (Outcome.EMPTY, "真的为空"),
        (Outcome.UNCHANGED, "未变化"),
        (Outcome.FAILED, "失败"),
    ],
)
def test_every_quiet_has_its_word(client, blog, outcome, word):
    ended(blog, outcome)
    others = {"周末不公告", "真的为空", "未变化", "失败"} - {word}
    for address in ("/sources/", "/sources/blog/"):
        said = text_of(client.get(address))
        assert word in said
        assert not [other for other in others if other in said]


def test_the_list_says_how_each_is_doing(client, blog):
    assert "还没问过" in text_of(client.get("/sources/"))
    look(blog)
    said = text_of(client.get("/sources/"))
    assert "取到 5：新 5、已有 0、重复 0、隐去 0" in said
    assert "北京时间" in said
    assert "3 月 4 日 周三 20:00" in said
    blog.refresh_from_db()
    assert f"{timezone.localtime(blog.next_at):%H:%M}" in said


def test_one_source_shows_runs_problems_and_entries(client, blog):
    run = look(blog)
    FetchRun.objects.filter(pk=run.pk).update(problems=[{"code": "date", "entry": "3", "message": "日期读不出"}])
    ended(blog, Outcome.FAILED, error="等了 10 秒没有回答")
    said = text_of(client.get("/sources/blog/"))
    for words in ("正常", "失败", "等了 10 秒没有回答", "日期读不出", "第 4 篇"):
        assert words in said
    assert "现在就问" not in said


def test_what_the_rules_hide_is_the_organizers(client, blog, organizer):
    blog.block_words = "第 3 篇"
    blog.save()
    look(blog)
    assert "第 3 篇" not in "".join(re.findall(r"<h3.*?</h3>", client.get("/sources/blog/").content.decode()))
    client.force_login(organizer.user)
    assert "被规则隐去" in text_of(client.get("/sources/blog/"))


def test_more_sources_cost_no_more_queries(client, outside, signed_in):
    def count():
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/sources/").status_code == 200
        return len(captured)

    def more(first, last):
        for n in range(first, last):
            ended(source("feed", f"https://{n}.example/feed", slug=f"s{n}"), Outcome.EMPTY)

    more(0, 3)
    few = count()
    more(3, 40)
    assert count() == few


def test_only_organizers_find_the_forms(client, blog, member):
    paths = ["/sources/add/", "/sources/blog/edit/"]
    assert client.get("/sources/add/")["Location"].startswith("/accounts/login/")
    client.force_login(member.user)
    assert [client.get(path).status_code for path in paths] == [403, 403]
    verbs = ("run", "pause", "resume", "remove", "restore")
    assert {client.post(f"/sources/blog/{verb}/").status_code for verb in verbs} == {403}
    assert client.post("/sources/add/", {"kind": "hf_daily", "name": "x", "interval_minutes": 60}).status_code == 403
    assert "加一个来源" not in text_of(client.get("/sources/"))
    assert not Event.objects.filter(target_kind="source").exists()
    assert not FetchRun.objects.exists()


def test_every_form_wants_its_token(organizer, blog):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(organizer.user)
    for path in ("add/", "blog/edit/", "blog/run/", "blog/pause/", "blog/resume/", "blog/remove/", "blog/restore/"):
        assert strict.post(f"/sources/{path}").status_code == 403


# ── Adding ──────────────────────────────────────────────────────────────────


def pressed(page, words):
    """The fields of the form that has a button with these words."""
    for form in re.findall(r"<form.*?</form>", page, re.S):
        if words in html.unescape(re.sub(r"<[^>]+>", "", form)):
            fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
            return {name: html.unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}
    raise AssertionError(words)


@pytest.mark.parametrize(
    ("words", "kind", "address"),
    [("arXiv cs.CL", "arxiv_feed", "cs.CL"), ("Hugging Face Daily Papers", "hf_daily", "")],
)
def test_a_preset_is_one_press(signed_in, words, kind, address):
    page = signed_in.get("/sources/add/").content.decode()
    made = signed_in.post("/sources/add/", pressed(page, words))
    row = Source.objects.get()
    assert (row.kind, row.address, made["Location"]) == (kind, address, f"/sources/{row.slug}/")
    assert Event.objects.get(target_kind="source").person is not None
    with pytest.raises(AssertionError):
        pressed(signed_in.get("/sources/add/").content.decode(), words)


def test_a_page_gives_its_feeds_and_one_is_chosen(signed_in, outside):
    feed = outside.put("/feed.xml", articles(2), "application/rss+xml")
    link = '<link rel="alternate" type="application/rss+xml" title="全部文章" href="/feed.xml">'
    page = outside.put("/about", f"<html><head>{link}</head></html>")
    shown = signed_in.post("/sources/add/", {"page": page}).content.decode()
    fields = pressed(shown, "添加")
    assert (fields["address"], fields["name"], fields["site_url"]) == (feed, "A blog", page)
    signed_in.post("/sources/add/", fields)
    assert Source.objects.get().address == feed
    assert "已经是来源" in text_of(signed_in.post("/sources/add/", {"page": page}))


def test_saved_rules_hold_for_what_nobody_has_decided_on_and_can_be_taken_back(signed_in, blog):
    look(blog)
    decided = NewsItem.objects.get(title="第 3 篇")
    NewsItem.objects.filter(pk=decided.pk).update(decision="declined", decided_at=timezone.now())
    signed_in.post("/sources/blog/edit/", form_of(blog, block_words="第 3 篇\n第 4 篇"))
    hidden = NewsItem.objects.filter(is_hidden=True)
    assert [story.title for story in hidden] == ["第 4 篇"]
    assert Sighting.objects.filter(is_hidden=True).count() == 1
    assert Event.objects.filter(verb="edit").latest("pk").after["hidden"] == 1
    # A story that another source carries in the open stays there.
    elsewhere = source("feed", "https://z.example/f", slug="z")
    story = NewsItem.objects.get(title="第 2 篇")
    entry = Entry("2", url=story.url, title="第 2 篇")
    store_entries(source=elsewhere, run=None, entries=[entry], now=timezone.now())
    # What the source itself hides does not come out with the rules.
    Sighting.objects.filter(news_item__title="第 0 篇").update(is_hidden=True)
    NewsItem.objects.filter(title="第 0 篇").update(is_hidden=True)
    blog.refresh_from_db()
    signed_in.post("/sources/blog/edit/", form_of(blog, block_words="第 2 篇"))
    assert [story.title for story in NewsItem.objects.filter(is_hidden=True)] == ["第 0 篇"]
    assert set(Sighting.objects.filter(is_hidden=True).values_list("title", flat=True)) == {"第 0 篇", "第 2 篇"}


def test_a_source_of_the_sample_asks_nobody(signed_in, outside):
    now = timezone.now()
    made_up = source("feed", "https://long.example/feed", slug="sample-long", name="长文笔记（示例）", paused_at=now)
    for page in ("/sources/", "/ops/", "/sources/sample-long/"):
        assert "/sources/sample-long/run/" not in signed_in.get(page).content.decode(), page
    for verb in ("run", "resume"):
        assert "示例" in text_of(signed_in.post(f"/sources/sample-long/{verb}/", follow=True))
    made_up.refresh_from_db()
    assert made_up.paused_at is not None
    assert not FetchRun.objects.exists()


def test_a_feed_is_called_what_it_calls_itself_until_somebody_names_it(signed_in, outside):
    feed = outside.put("/feed.xml", articles(2), "application/rss+xml")
    unnamed = source("feed", feed, slug="a", name="127.0.0.1")
    look(unnamed)
    unnamed.refresh_from_db()
    assert unnamed.name == "A blog"
    named = source("feed", outside.put("/2.xml", articles(2), "application/rss+xml"), slug="b", name="我的")
    look(named)
    named.refresh_from_db()
    assert named.name == "我的"


@pytest.mark.parametrize("name", ["long.blog.example", "长文笔记"])
def test_a_slug_says_whose_it_is(db, name):
    assert free_slug(kind="feed", address="https://long.blog.example/feed", name=name) == "long-blog-example"


@pytest.mark.parametrize("page", ["http://10.0.0.1/", "", "ftp://a.example/", "nowhere"])
def test_a_page_that_gives_none_says_why(signed_in, outside, page):
    shown = signed_in.post("/sources/add/", {"page": page})
    assert shown.status_code == 400
    assert 'class="error"' in shown.content.decode()


def test_a_form_that_is_not_taken_keeps_its_words(signed_in, blog):
    sent = {"kind": "feed", "name": "又一个", "address": blog.address, "interval_minutes": 60}
    refused = signed_in.post("/sources/add/", sent)
    assert refused.status_code == 400
    assert "又一个" in refused.content.decode()
    assert "这个地址" in text_of(refused)
    assert signed_in.post("/sources/add/", {**sent, "address": "https://x.example/f", "slug": "add"}).status_code == 400
    assert signed_in.post("/sources/add/", {**sent, "address": "https://x.example/f", "slug": "好"}).status_code == 400
    assert Source.objects.count() == 1


# ── Changing ────────────────────────────────────────────────────────────────


def test_rules_are_tried_on_what_came_and_nothing_is_saved(signed_in, blog):
    look(blog)
    blog.refresh_from_db()
    tried = signed_in.post("/sources/blog/edit/", form_of(blog, block_words="第 3 篇\n第 4 篇") | {"try": "1"})
    said = tried.content.decode()
    assert tried.status_code == 200
    assert (said.count("check-done"), said.count("check-good")) == (2, 3)
    blog.refresh_from_db()
    assert blog.block_words == ""
    saved = signed_in.post("/sources/blog/edit/", form_of(blog, block_words="第 3 篇"))
    assert saved.status_code == 302
    blog.refresh_from_db()
    assert (blog.block_words, blog.version) == ("第 3 篇", 2)


def test_two_edits_at_once_show_both_and_the_second_can_go_on(signed_in, blog, organizer, now):
    mine = form_of(blog, name="我的名字", site_url="https://mine.example/")
    sources.edit(source=blog, version=1, by=organizer, now=now, name="他的名字")
    refused = signed_in.post("/sources/blog/edit/", mine)
    assert refused.status_code == 409
    page = refused.content.decode()
    assert 'value="我的名字"' in page  # both changed it: one's own stands in the form
    assert re.search(r"<mark>他</mark>的名字|他的名字", page)
    blog.refresh_from_db()
    assert blog.name == "他的名字"
    assert f'name="version" value="{blog.version}"' in refused.content.decode()
    assert signed_in.post("/sources/blog/edit/", {**mine, "version": blog.version}).status_code == 302
    blog.refresh_from_db()
    assert blog.name == "我的名字"


def test_pausing_says_why_and_can_be_undone(signed_in, blog):
    signed_in.post("/sources/blog/pause/", {"reason": "它在搬家"})
    assert "它在搬家" in text_of(Client().get("/sources/blog/"))
    assert list(Source.objects.due(timezone.now() + timedelta(days=9))) == []
    signed_in.post("/sources/blog/resume/")
    assert list(Source.objects.due(timezone.now() + timedelta(days=9))) == [blog]


def test_removing_can_be_undone(signed_in, blog):
    after = signed_in.post("/sources/blog/remove/", follow=True)
    assert after.redirect_chain[-1][0] == "/sources/"
    assert "可在本页末尾恢复" in text_of(after)
    assert Client().get("/sources/blog/").status_code == 404
    assert "一个博客" not in text_of(Client().get("/sources/"))
    signed_in.post("/sources/blog/restore/")
    assert Client().get("/sources/blog/").status_code == 200


def test_running_now_enqueues_its_page_and_twice_is_once(signed_in, blog):
    signed_in.post("/sources/blog/run/")
    again = signed_in.post("/sources/blog/run/", follow=True)
    assert "message-bad" in again.content.decode()
    assert Job.objects.filter(kind="collect_page").count() == 1
    assert "进行中" in text_of(Client().get("/sources/"))
    while jobs.perform_next(now=timezone.now()):
        pass
    assert Sighting.objects.count() == 5


def test_a_slug_that_nobody_has_has_no_page(signed_in, blog):
    assert signed_in.get("/sources/nobody/").status_code == 404
    assert signed_in.get("/sources/nobody/edit/").status_code == 404
    assert signed_in.post("/sources/nobody/run/").status_code == 404
