"""The order of a week explains itself: every point has a reason a reader can check."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.actions.store import store_entries
from news.entries import Entry
from news.models import NewsItem, Source
from news.ranking import FRESH_FOR, Rank, Told, Why, order, place_of, rank


def told(now, key="blog.example/1", sources=1, upvotes=0, age=timedelta(days=8)):
    return Told(key, sources, upvotes, now - age)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("arxiv:2307.09288", "arxiv"),
        ("blog.example/2026/a", "blog.example"),
        ("blog.example", "blog.example"),
        ("blog:entry 7", ""),
        ("a" * 64, ""),
    ],
)
def test_the_place_of_a_key(key, place):
    assert place_of(key) == place


def test_nothing_known_is_no_point(now):
    assert rank(told(now), taken={"other.example": 3}, now=now) == Rank(0, ())


def test_points_are_those_of_the_reasons(now):
    found = rank(told(now, sources=4, upvotes=92, age=timedelta(hours=5)), taken={"blog.example": 3}, now=now)
    assert [(reason.why, reason.count) for reason in found.reasons] == [
        (Why.UPVOTES, 92),
        (Why.SOURCES, 4),
        (Why.HOST, 3),
        (Why.FRESH, 5),
    ]
    assert found.score == pytest.approx(sum(reason.points for reason in found.reasons), abs=1e-4)
    assert found.reasons[2].name == "blog.example"


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"sources": 2}, {"sources": 1}),
        ({"upvotes": 31}, {"upvotes": 30}),
        ({"age": timedelta(hours=1)}, {"age": timedelta(days=3)}),
        ({"key": "often.example/1"}, {"key": "seldom.example/1"}),
        ({"key": "seldom.example/1"}, {"key": "never.example/1"}),
    ],
)
def test_more_of_anything_ranks_higher(now, better, worse):
    taken = {"often.example": 9, "seldom.example": 1}
    high, low = (rank(told(now, **each), taken=taken, now=now).score for each in (better, worse))
    assert high > low


def test_no_number_is_without_bound(now):
    most = rank(told(now, "arxiv:1", 10**6, 10**9, timedelta(0)), taken={"arxiv": 10**6}, now=now)
    assert most.score <= 2 * 7 + 8 + 2 + 1
    assert rank(told(now, age=-FRESH_FOR), taken={}, now=now).score == 1


def test_equals_stand_newest_first_and_always_the_same_way(now):
    ages = [timedelta(days=9), timedelta(days=8), timedelta(days=8)]
    stories = [told(now, f"{letter}.example/1", age=age) for letter, age in zip("acb", ages, strict=True)]
    assert [index for index, _rank in order(stories, taken={}, now=now)] == [2, 1, 0]


# ── What the rows know ──────────────────────────────────────────────────────


@pytest.fixture
def sources(db, now):
    return [
        Source.objects.create(
            slug=f"s{n}", name=f"S{n}", kind="feed", address=f"https://s{n}.example/", next_at=now,
            created_at=now, changed_at=now,
        )
        for n in range(3)
    ]  # fmt: skip


def tell(source, name, *, now, **more):
    entry = Entry(key=f"{source.slug}-{name}", url=f"https://blog.example/{name}", title=str(name), **more)
    store_entries(source=source, run=None, entries=[entry], now=now)


def test_distinct_sources_count_and_hidden_entries_do_not(sources, now):
    one, two, three = sources
    tell(one, "a", now=now, upvotes=7)
    entries = [Entry(key=f"again-{n}", url="https://blog.example/a", title="a") for n in range(3)]
    store_entries(source=one, run=None, entries=entries, now=now)
    tell(two, "a", now=now, upvotes=5)
    tell(three, "a", now=now, upvotes=900, is_hidden=True)
    tell(three, "b", now=now, is_hidden=True)
    [[pk, found]] = NewsItem.objects.visible_to(None).told().items()
    assert (pk, found.sources, found.upvotes) == (NewsItem.objects.get(key="blog.example/a").pk, 2, 7)


def test_a_longer_week_costs_no_query(sources, now):
    def count():
        with CaptureQueriesContext(connection) as captured:
            week = NewsItem.objects.visible_to(None).seen_between(now, now + timedelta(days=7))
            rows = list(week.with_sources())
            assert len(week.told()) == len(rows)
            assert {row.seen[0].source.name for row in rows} == {"S0"}
        return len(captured), len(rows)

    entries = [Entry(key=str(n), url=f"https://blog.example/{n}", title=str(n)) for n in range(500)]
    store_entries(source=sources[0], run=None, entries=entries[:5], now=now)
    few, fives = count()
    store_entries(source=sources[0], run=None, entries=entries, now=now)
    many, all_of_them = count()
    assert (fives, all_of_them) == (5, 500)
    assert many == few == 4


def test_a_story_is_as_new_as_its_publication(now):
    def at(published_at):
        return Told("k", 1, 0, now, published_at).at

    assert at(None) == now
    assert at(now - timedelta(days=2)) == now - timedelta(days=2)
    assert at(now + timedelta(days=2)) == now  # a clock that is wrong gains nothing
    told = [Told(key, 1, 0, now, now - timedelta(days=days)) for key, days in (("a", 90), ("b", 9), ("c", 1))]
    assert [told[index].key for index, _rank in order(told, taken={}, now=now)] == ["c", "b", "a"]
