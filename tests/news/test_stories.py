"""Stories are merged and split by hand, remembered, and keep their links when the rules of addresses change."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from members.actors import ANONYMOUS, SYSTEM
from members.models import Event
from members.rules import StateRefusal
from news import stories as rules
from news.actions import stories
from news.actions.store import store_entries
from news.entries import Entry
from news.models import NewsItem, Sighting, Source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def members_sort(settings):
    """As the news are without a talk that says who files them."""
    settings.STORY_SORTERS = "members.rules.may_write"


@pytest.fixture
def source(now):
    return Source.objects.create(
        slug="blog", name="Blog", kind="feed", address="https://b.example/", next_at=now, created_at=now, changed_at=now
    )


@pytest.fixture
def pair(source, now):
    tell(source, "1", "2", now=now)
    return NewsItem.objects.get(key="b.example/1"), NewsItem.objects.get(key="b.example/2")


def tell(source, *keys, now):
    store_entries(
        source=source,
        run=None,
        entries=[Entry(key=key, url=f"https://b.example/{key[0]}", title=key) for key in keys],
        now=now,
    )


def standing():
    rows = Sighting.objects.order_by("entry_key").values_list("entry_key", "news_item__key", "news_item__merged_into")
    return list(rows)


def test_merge_is_remembered_and_undone_exactly(source, pair, member, now):
    one, two = pair
    before = standing()
    stories.merge(story=one, into=two, by=member, now=now)
    tell(source, "1-later", now=now)
    assert {key for _, key, _ in standing()} == {"b.example/2"}
    assert list(NewsItem.objects.current()) == [two]
    stories.unmerge(story=one, by=member, now=now)
    assert [row for row in standing() if row[0] != "1-later"] == before
    assert Sighting.objects.get(entry_key="1-later").news_item == one
    assert [event.verb for event in Event.objects.about("news", one.pk).order_by("pk")] == ["merge", "unmerge"]


def test_chains_of_merges_stay_flat(source, pair, member, now):
    tell(source, "3", now=now)
    one, two = pair
    three = NewsItem.objects.get(key="b.example/3")
    stories.merge(story=one, into=two, by=member, now=now)
    stories.merge(story=two, into=three, by=member, now=now)
    assert set(NewsItem.objects.filter(merged_into=three)) == {one, two}
    tell(source, "1-later", now=now)
    assert Sighting.objects.get(entry_key="1-later").news_item == three


def test_a_merge_taken_back_takes_along_what_it_had_brought(source, pair, member, now):
    tell(source, "3", now=now)
    one, two = pair
    three = NewsItem.objects.get(key="b.example/3")
    stories.merge(story=one, into=two, by=member, now=now)
    stories.merge(story=two, into=three, by=member, now=now)
    tell(source, "1-later", now=now)
    stories.unmerge(story=two, by=member, now=now)
    assert standing() == [
        ("1", "b.example/2", None),
        ("1-later", "b.example/2", None),
        ("2", "b.example/2", None),
        ("3", "b.example/3", None),
    ]
    assert list(NewsItem.objects.exclude(merged_into=None).values_list("pk", "merged_into")) == [(one.pk, two.pk)]
    stories.unmerge(story=one, by=member, now=now)
    assert [key for _, key, _ in standing()] == ["b.example/1", "b.example/1", "b.example/2", "b.example/3"]


def test_what_a_hand_merged_anew_stays_when_an_older_merge_is_taken_back(source, pair, member, now):
    tell(source, "3", now=now)
    one, two = pair
    three = NewsItem.objects.get(key="b.example/3")
    stories.merge(story=one, into=two, by=member, now=now)
    stories.merge(story=two, into=three, by=member, now=now)
    stories.unmerge(story=one, by=member, now=now)
    one.refresh_from_db()
    stories.merge(story=one, into=three, by=member, now=now)
    stories.unmerge(story=two, by=member, now=now)
    assert [key for _, key, _ in standing()] == ["b.example/3", "b.example/2", "b.example/3"]


def test_a_story_that_was_split_off_is_merged_and_comes_back_whole(source, member, now):
    tell(source, "1a", "1b", "2", now=now)
    sighting = Sighting.objects.get(entry_key="1b")
    made = stories.split(sighting=sighting, by=member, now=now)
    other = NewsItem.objects.get(key="b.example/2")
    stories.merge(story=made, into=other, by=member, now=now)
    assert Sighting.objects.get(entry_key="1b").news_item == other
    stories.unmerge(story=made, by=member, now=now)
    assert [row.news_item for row in Sighting.objects.order_by("entry_key")] == [
        NewsItem.objects.get(key="b.example/1"),
        made,
        other,
    ]


def test_the_own_sighting_of_a_story_is_not_split_off(source, pair, member, now):
    tell(source, "1b", now=now)
    sighting = Sighting.objects.get(entry_key="1b")
    made = stories.split(sighting=sighting, by=member, now=now)
    stories.merge(story=pair[0], into=made, by=member, now=now)
    with pytest.raises(StateRefusal) as refused:
        stories.split(sighting=sighting, by=member, now=now)
    assert refused.value.code == "own_sighting"


def test_a_decided_story_is_not_merged_away(pair, member, now):
    one, two = pair
    NewsItem.objects.filter(pk=one.pk).update(decision="declined", decided_at=now)
    with pytest.raises(StateRefusal) as refused:
        stories.merge(story=one, into=two, by=member, now=now)
    assert refused.value.code == "decided_already"


def test_split_is_remembered(source, member, now):
    tell(source, "1a", "1b", now=now)
    sighting = Sighting.objects.get(entry_key="1b")
    made = stories.split(sighting=sighting, by=member, now=now)
    tell(source, "1a", "1b", "1c", now=now)
    assert Sighting.objects.get(entry_key="1b").news_item == made
    assert Sighting.objects.get(entry_key="1c").news_item.key == "b.example/1"
    with pytest.raises(StateRefusal):
        stories.split(sighting=sighting, by=member, now=now)


def test_what_cannot_be_merged(pair, member, stranger, now):
    one, two = pair
    with pytest.raises(ValidationError):
        stories.merge(story=one, into=one, by=member, now=now)
    stories.merge(story=one, into=two, by=member, now=now)
    for story, into in ((one, two), (two, one)):
        with pytest.raises(StateRefusal):
            stories.merge(story=story, into=into, by=stranger, now=now)
    with pytest.raises(StateRefusal):
        stories.unmerge(story=two, by=member, now=now)


def test_nobody_unnamed_sorts_stories(pair, now):
    one, two = pair
    for by in (ANONYMOUS, SYSTEM):
        with pytest.raises(PermissionDenied):
            stories.merge(story=one, into=two, by=by, now=now)


def test_a_change_of_the_rules_keeps_rows_and_hands_decisions(source, pair, member, now, monkeypatch):
    tell(source, "3", "4", now=now)
    one, two = pair
    three, four = NewsItem.objects.filter(key__in=("b.example/3", "b.example/4")).order_by("key")
    stories.merge(story=three, into=four, by=member, now=now)
    old = rules.address_key
    # the new rule: 1 and 2 are one page, and every key begins anew
    monkeypatch.setattr(
        rules, "address_key", lambda url, arxiv_id="": old(url).replace("b.example/2", "b.example/1") + "!"
    )
    assert stories.renormalise(by=SYSTEM, now=now) == 4
    one.refresh_from_db()
    two.refresh_from_db()
    assert {one.key, two.key} >= {"b.example/1!"}
    assert {one.merged_into, two.merged_into} == {None, one if two.merged_into else two}
    three.refresh_from_db()
    assert (three.key, three.merged_into) == ("b.example/3!", four)
    assert {row.news_item for row in Sighting.objects.filter(entry_key__in=("3", "4"))} == {four}


def test_a_new_rule_finds_two_that_hands_have_merged_already(source, pair, member, now, monkeypatch):
    one, two = pair
    stories.merge(story=two, into=one, by=member, now=now)
    old = rules.address_key
    monkeypatch.setattr(rules, "address_key", lambda url, arxiv_id="": old(url).replace("b.example/1", "b.example/2"))
    assert stories.renormalise(by=SYSTEM, now=now) == 1
    assert {key for _, key, _ in standing()} == {"b.example/1"}
    assert list(NewsItem.objects.current()) == [one]
