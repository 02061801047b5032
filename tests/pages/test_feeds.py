"""Atom feeds: valid, absolute, stable, and nothing in them that was not meant for everybody."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import feedparser
import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actors import SYSTEM
from news.actions.store import store_entries
from news.entries import Entry
from news.models import NewsItem, Source
from papers.actions.facts import store_facts
from papers.actions.stubs import find_or_stub
from papers.facts import Author, PaperFacts
from talks.models import Episode, Item, PaperMention, Section
from talks.views.feeds import xml_text

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "a]]>b</title><x>\x00\x08\ufffe\ud800 & \U0001f600 \"'"
FEEDS = ("/feeds/papers.atom", "/feeds/news.atom", "/feeds/episodes.atom", "/feeds/questions.atom")


def read(client, address, **headers):
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.bozo_exception
    assert_valid(ElementTree.fromstring(response.content))
    return parsed


def assert_valid(feed):
    """What RFC 4287 demands of every feed and entry."""
    for node in (feed, *feed.iter(f"{ATOM}entry")):
        assert all(len(node.findall(f"{ATOM}{name}")) == 1 for name in ("id", "title", "updated"))
        for link in node.findall(f"{ATOM}link"):
            assert link.get("href").startswith(("http://", "https://"))
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [node.text for node in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))


@pytest.fixture
def source(db, now):
    return Source.objects.create(slug="s", name="每日", kind="feed", next_at=now, created_at=now, changed_at=now)


@pytest.fixture
def carry(source, now):
    def carry(key, *, url="https://blog.example/x", title="一条新闻", at=now, **changes):
        entry = Entry(key=key, url=url, title=title, **changes)
        store_entries(source=source, run=None, entries=[entry], now=at)

    return carry


@pytest.fixture(autouse=True)
def moment(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.mark.parametrize("address", FEEDS)
def test_an_empty_feed_is_one(client, db, address):
    assert read(client, address).entries == []


def test_papers_as_they_are_mentioned(client, site, settings):
    settings.SITE_URL = "https://talk.example.org"
    parsed = read(client, "/feeds/papers.atom", host="testserver")
    assert parsed.feed.link == "https://talk.example.org/papers/"
    links = {link.rel: link.href for link in parsed.feed.links}
    assert links["self"] == "https://talk.example.org/feeds/papers.atom"
    entry = next(entry for entry in parsed.entries if "2108.12409" in entry.id)
    assert entry.title == "Attention with Linear Biases"
    assert entry.link == "https://talk.example.org/papers/2108.12409/#episode-020"
    assert entry.id == "tag:talk.example.org,2023:paper/2108.12409/020"
    assert entry.published == "2026-02-28T13:00:00+00:00"
    assert "020 新闻" in entry.summary
    assert 'id="episode-020"' in client.get("/papers/2108.12409/").content.decode()


def test_a_paper_talked_about_again_is_a_new_entry(client, site, make):
    make.rich(22, starts_at="2026-03-03T21:00:00+08:00")
    ids = [entry.id.rpartition(":")[2] for entry in read(client, "/feeds/papers.atom").entries]
    assert ids.index("paper/2108.12409/022") < ids.index("paper/2108.12409/020")


def test_a_draft_is_nobodys(client, site, organizer):
    Episode.objects.filter(code="020").update(state="draft")
    client.force_login(organizer.user)
    assert read(client, "/feeds/papers.atom").entries == []


def test_what_arxiv_says_is_in_the_feed_and_dates_it(client, site, now):
    title, authors = "T ]]></title><x>\x08", (Author("A <b> & B"),)
    facts = PaperFacts("2108.12409", "api", title=title, authors=authors, categories=("cs.CL",))
    store_facts([facts], by=SYSTEM, now=now)
    entry = next(entry for entry in read(client, "/feeds/papers.atom").entries if "2108.12409" in entry.id)
    assert entry.updated_parsed[:3] == (2026, 3, 4)
    assert [one.term for one in entry.tags] == ["cs.CL"]
    assert "A &lt;b&gt; &amp; B" in entry.summary


def test_news_of_the_week_in_the_open(client, carry, now):
    carry("a", url="https://blog.example/a", title="留下", summary="<script>x</script>")
    carry("old", url="https://blog.example/old", at=now - timedelta(days=8))
    for key in ("hidden", "declined", "deleted", "merged"):
        carry(key, url=f"https://blog.example/{key}")
    kept = NewsItem.objects.get(url="https://blog.example/a")
    rows = {key: NewsItem.objects.filter(url=f"https://blog.example/{key}") for key in ("hidden", "declined")}
    rows["hidden"].update(is_hidden=True)
    rows["declined"].update(decision="declined", decided_at=now)
    NewsItem.objects.filter(url="https://blog.example/deleted").update(deleted_at=now)
    NewsItem.objects.filter(url="https://blog.example/merged").update(merged_into=kept)
    [entry] = read(client, "/feeds/news.atom").entries
    assert (entry.title, entry.link) == ("留下", "https://blog.example/a")
    assert entry.id.endswith(",2023:news/blog.example/a")
    assert "<script" not in entry.summary


def test_a_story_is_dated_by_its_publication(client, carry, now):
    carry("a", published_at=datetime(2026, 3, 1, 8, tzinfo=UTC))
    carry("future", url="https://blog.example/f", published_at=now + timedelta(days=3))
    carry("old", url="https://blog.example/o", published_at=datetime(2025, 3, 1, tzinfo=UTC))
    parsed = read(client, "/feeds/news.atom")
    dates = {entry.link.rsplit("/")[-1]: entry.published for entry in parsed.entries}
    assert dates == {"x": "2026-03-01T08:00:00+00:00", "f": "2026-03-04T12:00:00+00:00"}
    assert parsed.feed.title == "OpenLLM Talk 新闻收件箱"  # not what a talk made of it
    assert parsed.feed.link.endswith("/inbox/")


def test_a_paper_filed_later_is_dated_when_it_was(client, make, now):
    coming = make.coming()
    at = now + timedelta(days=2)
    section = Section.objects.get(episode=coming, kind="news")
    item = Item.objects.create(section=section, position=9, title="论文", created_at=at, changed_at=at)
    PaperMention.objects.create(paper=find_or_stub(["2401.77777"], now=at)["2401.77777"], episode=coming, item=item)
    [entry] = read(client, "/feeds/papers.atom").entries
    assert entry.published == "2026-03-06T12:00:00+00:00"


def test_a_story_about_a_paper_leads_here_too(client, carry, settings):
    settings.SITE_URL = "https://talk.example.org"
    carry("2401.77777", url="https://arxiv.org/abs/2401.77777")
    [entry] = read(client, "/feeds/news.atom").entries
    assert "https://talk.example.org/papers/2401.77777/" in entry.summary
    assert entry.id == "tag:talk.example.org,2023:news/arxiv:2401.77777"


def test_text_that_is_hostile_to_xml_is_safe(client, carry):
    stored = HOSTILE.replace("\x00", "").replace("\ud800", "")  # no database takes these
    carry("x", title=stored, summary=stored, url="https://blog.example/?q=<&\"'")
    carry("y", title="", url="")
    carry("z", title="script", url="javascript:alert(1)")
    entries = read(client, "/feeds/news.atom").entries
    assert len(entries) == 3
    assert all(entry.link.startswith("http") for entry in entries)
    assert xml_text(HOSTILE) == "a]]>b</title><x> & \U0001f600 \"'"


@pytest.mark.parametrize("address", FEEDS)
def test_who_has_a_feed_is_told_so(client, site, carry, address):
    carry("a")
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304
    carry("b", url="https://arxiv.org/abs/2108.12409")
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200
    assert client.head(address).content == b""
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", FEEDS)
def test_every_page_names_the_feeds(client, site, address):
    link = f'<link rel="alternate" type="application/atom+xml" href="{address}"'
    assert all(link in client.get(page).content.decode() for page in ("/", "/papers/", "/episodes/020/"))


@pytest.mark.parametrize("address", FEEDS)
def test_a_longer_feed_costs_no_query(client, make, carry, address):
    def count():
        caches["pages"].clear()
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    make.wide(30, items=3, questions=3)
    carry("a", url="https://blog.example/a")
    few = count()
    make.wide(31, items=60, questions=60)
    for n in range(20):
        carry(f"n{n}", url=f"https://arxiv.org/abs/2402.{n + 1:05d}", published_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert count() == few <= 7


# ── Episodes and questions ──────────────────────────────────────────────────


def test_questions_come_with_their_answers_and_under_their_own_id(client, site):
    entries = {entry.id: entry for entry in read(client, "/feeds/questions.atom").entries}
    entry = entries["tag:localhost,2023:question/020-1"]
    assert entry.title.startswith("020-1 词表多大合适？")
    assert entry.link == "http://localhost:8000/q/020-1/"
    assert "先看语料" in entry.summary
    assert "<script" not in entry.summary


def test_episodes_come_with_state_and_evening(client, site):
    entries = {entry.id: entry for entry in read(client, "/feeds/episodes.atom").entries}
    assert {"tag:localhost,2023:episode/020", "tag:localhost,2023:episode/021"} <= set(entries)
    assert "2026 年 2 月 28 日" in entries["tag:localhost,2023:episode/020"].summary


def test_nothing_of_a_draft_is_in_a_feed(client, site):
    Episode.objects.filter(code="021").update(state="draft")
    caches["pages"].clear()
    for address in ("/feeds/episodes.atom", "/feeds/questions.atom"):
        assert all("/021" not in entry.id for entry in read(client, address).entries)
