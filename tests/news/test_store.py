"""Entries become sightings and stories: nothing is dropped, nothing is told twice, nothing is written twice."""

import hashlib
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

import news.actions.store
from news.actions.store import store_entries
from news.entries import Entry
from news.models import NewsItem, Sighting, Source
from news.stories import Words, dry_run, is_hidden
from papers.facts import PaperFacts
from papers.models import Paper
from tests.threads import shared_database

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(now):
    return Source.objects.create(
        slug="blog",
        name="Blog",
        kind="feed",
        address="https://blog.example/feed",
        next_at=now,
        created_at=now,
        changed_at=now,
    )


@pytest.fixture
def other(now):
    return Source.objects.create(slug="hf", name="HF", kind="hf_daily", next_at=now, created_at=now, changed_at=now)


def entry(key="1", **fields):
    return Entry(**{"key": key, "url": f"https://blog.example/{key}", "title": f"Title {key}", **fields})


def store(source, *entries, now):
    return store_entries(source=source, run=None, entries=entries, now=now)


def counts(tally):
    return tally.new, tally.known, tally.duplicate, tally.hidden


def test_new_then_known_and_nothing_written(source, now):
    entries = [entry(str(n)) for n in range(30)]
    assert counts(store(source, *entries, now=now)) == (30, 0, 0, 0)
    with CaptureQueriesContext(connection) as queries:
        assert counts(store(source, *entries, now=now + timedelta(hours=1))) == (0, 30, 0, 0)
    assert [one["sql"] for one in queries if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert NewsItem.objects.count() == Sighting.objects.count() == 30


def paper_entry(**facts):
    said = {"arxiv_id": "2401.00001", "source": "hf", "title": "A paper", **facts}
    return entry("2401.00001", url="https://arxiv.org/abs/2401.00001", paper=PaperFacts(**said))


def test_a_paper_told_in_the_same_words_is_not_even_read(source, now):
    store(source, paper_entry(), now=now)
    with CaptureQueriesContext(connection) as queries:
        assert store(source, paper_entry(), now=now).changed == 0
    assert [one["sql"] for one in queries if "papers_" in one["sql"]] == []
    assert store(source, paper_entry(doi="10.1/x"), now=now).changed == 1
    assert Paper.objects.get().doi == "10.1/x"


def test_upvotes_of_another_day_are_kept_and_are_no_news(source, now):
    for day in (1, 2):
        said = paper_entry(upvotes=7, upvotes_on=date(2026, 3, day))
        tally = store(source, said, now=now)
    assert (tally.known, tally.changed) == (1, 0)
    assert list(Paper.objects.get().upvotes.values_list("day", "count")) == [
        (date(2026, 3, 1), 7),
        (date(2026, 3, 2), 7),
    ]


def test_one_story_however_many_carry_it(source, other, now):
    paper = PaperFacts(arxiv_id="2401.00001", source="hf", title="A paper")
    store(source, entry(url="https://arxiv.org/abs/2401.00001v2?utm_source=x"), now=now)
    tally = store(other, entry("2401.00001", url="https://huggingface.co/papers/2401.00001", paper=paper), now=now)
    assert counts(tally) == (0, 0, 1, 0)
    story = NewsItem.objects.get()
    assert story.key == "arxiv:2401.00001"
    assert story.paper == Paper.objects.get()
    assert story.sightings.count() == 2


def test_one_address_under_distinct_entries_stays_distinct_entries(source, now):
    same = [entry(str(n), url="https://blog.example/page") for n in range(18)]
    assert counts(store(source, *same, entry("x"), now=now)) == (2, 0, 17, 0)
    assert Sighting.objects.count() == 19
    assert NewsItem.objects.count() == 2
    assert counts(store(source, *same, entry("x"), now=now)) == (0, 19, 0, 0)


def test_an_entry_without_address_is_its_own_story(source, other, now):
    store(source, entry(url=""), now=now)
    store(other, entry(url=""), now=now)
    assert sorted(NewsItem.objects.values_list("key", flat=True)) == ["blog:1", "hf:1"]


def test_what_changed_is_taken_and_the_story_keeps_its_first_words(source, now):
    store(source, entry(upvotes=3), now=now)
    later = now + timedelta(days=1)
    tally = store(source, entry(title="Corrected", upvotes=2), now=later)
    assert (counts(tally), tally.changed) == ((0, 1, 0, 0), 1)
    sighting = Sighting.objects.get()
    assert (sighting.title, sighting.upvotes, sighting.first_seen_at, sighting.changed_at) == (
        "Corrected",
        2,
        now,
        later,
    )
    assert NewsItem.objects.get().title == "Title 1"


def test_the_rules_hide_and_lose_nothing(source, other, now):
    source.block_words = "招聘\nrag"
    tally = store(
        source, entry("1", title="我们在招聘"), entry("2", title="Storage"), entry("3", title="RAG 又来了"), now=now
    )
    assert counts(tally) == (1, 0, 0, 2)
    assert NewsItem.objects.filter(is_hidden=True).count() == 2
    assert Sighting.objects.filter(is_hidden=True).count() == 2
    # another source brings one of them in the open
    assert counts(store(other, entry("9", url="https://blog.example/1"), now=now)) == (0, 0, 1, 0)
    assert not NewsItem.objects.get(key="blog.example/1").is_hidden


def test_a_story_hidden_by_another_source_at_the_same_moment_is_shown(source, other, now, monkeypatch):
    looks, real = [], news.actions.store._stories

    def look(keys):
        """The first look finds nothing; before the story is written, another worker writes it, hidden."""
        looks.append(keys)
        if len(looks) > 1:
            return real(keys)
        other.block_words = "title"
        store(other, entry(), now=now)
        return {}

    monkeypatch.setattr(news.actions.store, "_stories", look)
    store(source, entry(), now=now)
    assert Sighting.objects.filter(is_hidden=True).count() == 1
    assert not NewsItem.objects.get().is_hidden


def test_a_merged_story_takes_what_comes_later(source, other, now):
    store(source, entry("1"), entry("2"), now=now)
    one, two = NewsItem.objects.order_by("key")
    one.merged_into = two
    one.save()
    store(other, entry("a", url="https://blog.example/1"), now=now)
    assert Sighting.objects.get(source=other).news_item == two


def test_twice_in_one_answer_is_once(source, now):
    assert counts(store(source, entry(), replace(entry(), title="again"), now=now)) == (1, 1, 0, 0)
    assert Sighting.objects.get().title == "Title 1"


def test_a_feed_that_reuses_an_identity_loses_nothing(source, now):
    for page in ("a", "b", "b"):
        store(source, Entry(key="latest", url=f"https://blog.example/{page}", title=page), now=now)
    assert sorted(Sighting.objects.values_list("title", flat=True)) == ["a", "b"]
    assert NewsItem.objects.count() == 2
    tally = store(source, Entry(key="latest", url="https://blog.example/b", title="b!"), now=now)
    assert (counts(tally), tally.changed) == ((0, 1, 0, 0), 1)


def test_every_field_is_kept(source, now):
    said = entry(
        summary="摘要", authors=("甲", "Ada"), published_at=datetime(2026, 3, 1, tzinfo=UTC), listed_on=date(2026, 3, 2),
        upvotes=7, extra={"announce": "cross"}, language="zh", title="标题\u2028" * 200, url="https://x.example/" + "长" * 900,
    )  # fmt: skip
    store(source, said, now=now)
    sighting = Sighting.objects.select_related("news_item").get()
    assert (sighting.url, sighting.title, sighting.summary) == (said.url, said.title, said.summary)
    assert (sighting.authors, sighting.extra) == (["甲", "Ada"], {"announce": "cross"})
    assert (sighting.listed_on, sighting.upvotes) == (said.listed_on, 7)
    assert len(sighting.news_item.key) <= 200


def test_queries_do_not_grow_with_the_entries(source, now):
    numbers = []
    for size in (2, 20):
        with CaptureQueriesContext(connection) as queries:
            store(source, *(entry(f"{size}-{n}") for n in range(size)), now=now)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("words", "title", "found"),
    [
        ("rag", "RAG wins", True),
        ("rag", "storage", False),
        ("大模型", "国产大模型发布", True),
        ("GPT-4", "gpt-4 vs", True),
        ("c++", "C++ 推理", True),
        ("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", False),
        ("", "x", False),
    ],
)
def test_words(words, title, found):
    assert Words(words).match(entry(title=title, url="")) is found


def test_keep_and_block():
    entries = [entry("1", title="LLM 推理"), entry("2", title="体育"), entry("3", title="LLM 招聘")]
    shown = [one.key for one, hides in dry_run(entries, keep_words="LLM", block_words="招聘") if not hides]
    assert shown == ["1"]
    assert not is_hidden(entries[1], keep=Words(""), block=Words(""))


@pytest.mark.django_db(transaction=True)
def test_of_two_sources_that_tell_it_at_once_only_one_brought_it(tmp_path, monkeypatch, now):
    """On PostgreSQL both have looked before either writes; SQLite lets one in at a time."""
    both_have_looked = threading.Barrier(2 if connection.vendor == "postgresql" else 1)
    stub = news.actions.store.find_or_stub

    def stub_when_both_have_looked(named, *, now):
        both_have_looked.wait(10)
        return stub(named, now=now)

    monkeypatch.setattr(news.actions.store, "find_or_stub", stub_when_both_have_looked)
    shared = [entry(str(n)) for n in range(5)]
    with shared_database(tmp_path) as at_once:
        sources = [
            Source.objects.create(
                slug=slug, name=slug, kind="feed", address=slug, next_at=now, created_at=now, changed_at=now
            )
            for slug in ("left", "right")
        ]

        def tell(source, *own):
            with transaction.atomic():
                return store(source, *shared, *own, now=now)

        tallies = at_once(
            lambda: tell(sources[0], entry("only-left"), entry("0")),
            lambda: tell(sources[1], entry("only-right")),
        )
        left, right = sorted(tallies, key=lambda tally: tally.duplicate)
        assert (left.new, left.duplicate) == (6, 0)
        assert (right.new, right.duplicate) == (1, 5)
        assert sorted((left.known, right.known)) == [0, 1]
        assert sum(tally.fetched for tally in tallies) == 13
        assert NewsItem.objects.count() == 7
        assert Sighting.objects.count() == 12


def test_what_no_race_explains_is_an_error(source, now, monkeypatch):
    monkeypatch.setattr(news.actions.store, "_story", lambda *args, **more: NewsItem(key="x", is_hidden=None))
    with pytest.raises(IntegrityError):
        store(source, entry(), now=now)


def test_a_feed_that_names_an_entry_like_a_key_of_ours_loses_nothing(source, now):
    store(source, entry("X", url="https://blog.example/a"), now=now)
    turned = entry("X", url="https://blog.example/b")
    ours = f"X#{hashlib.sha256(b'blog.example/b').hexdigest()[:16]}"
    named_so = entry(ours, url="https://blog.example/c")
    assert counts(store(source, turned, named_so, now=now)) == (2, 0, 0, 0)
    assert counts(store(source, turned, named_so, now=now)) == (0, 2, 0, 0)
    assert set(Sighting.objects.values_list("news_item__key", flat=True)) == {f"blog.example/{n}" for n in "abc"}


def test_a_merge_that_comes_between_is_followed(source, other, member, now, monkeypatch):
    store(source, entry("1"), entry("2"), now=now)
    one, two = (NewsItem.objects.get(key=f"blog.example/{n}") for n in (1, 2))
    follow = news.actions.store._follow_merges

    def merged_meanwhile(items):
        # What another transaction does while this one waits to insert: its sighting is not among those it moves.
        NewsItem.objects.filter(pk=one.pk).update(merged_into=two)
        follow(items)

    monkeypatch.setattr(news.actions.store, "_follow_merges", merged_meanwhile)
    store(other, entry("1"), now=now)
    assert Sighting.objects.get(source=other).news_item == two
