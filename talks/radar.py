"""The radar: what the week brought and nobody nominated (gaps), what the coming episode has twice or had before.

A finding that somebody ignored stays ignored: the last Event about its key says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from members.models import Event, Person
from news.models import Decision, NewsItem
from news.ranking import Told
from talks.models import Episode, Item, PaperMention
from talks.models.episodes import Week

# What Events call a finding: gap:<story> or twice:<item of the coming episode>.
KIND = "radar"
KEY = re.compile(r"(?:gap|twice):[0-9]{1,18}")
# From how many distinct sources or upvotes on nobody's nomination is a gap.
GAP_SOURCES = 3
GAP_UPVOTES = 50
MOST = 10


@dataclass(frozen=True, slots=True)
class Gap:
    """A story that many carry and nobody nominated."""

    story: NewsItem
    told: Told

    @property
    def key(self) -> str:
        return f"gap:{self.story.pk}"


@dataclass(frozen=True, slots=True)
class Twice:
    """An item of the coming episode, and another one about the same address or paper."""

    item: Item
    other: Item

    @property
    def key(self) -> str:
        return f"twice:{self.item.pk}"


Finding = TypeVar("Finding", Gap, Twice)
# How many of the week's loudest stories are looked at.
LOUDEST = 50


def found_for(week: Week, person: Person | None) -> tuple[list[Gap], list[Twice]]:
    """Return the gaps and doubles of the coming episode. Its queries are as many for 5 as for 500 stories."""
    rows = NewsItem.objects.in_inbox().current().seen_between(week.start, week.end).back_catalogue(week.start, False)
    told = rows.filter(decision=Decision.OPEN).told()
    stories = read(sorted(told, key=lambda pk: (-told[pk].sources, -told[pk].upvotes, pk))[:LOUDEST])
    return gaps(stories, told, talked_of(stories, person)), twice(week.coming, person)


def read(keys: Sequence[int]) -> list[NewsItem]:
    """Return stories in the order of their keys, light, with sources and who decided."""
    rows = NewsItem.objects.in_inbox().with_sources().select_related("decided_by", "merged_into").defer("summary")
    found = rows.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def talked_of(stories: Sequence[NewsItem], person: Person | None) -> dict[int, list[Item]]:
    """Return, by key of the story, the items that have its address or paper, the newest talk first.

    Three queries. Every item says its section and episode.
    """
    by_key: dict[str, set[int]] = defaultdict(set)
    by_paper: dict[int, set[int]] = defaultdict(set)
    ids = [story.pk for story in stories]
    for story in stories:
        by_key[story.key].add(story.pk)
        if story.paper_id is not None:
            by_paper[story.paper_id].add(story.pk)
    for key, story_id in NewsItem.objects.filter(merged_into__in=ids).values_list("key", "merged_into_id"):
        by_key[key].add(story_id)
    shown = Item.objects.shown().filter(section__episode__in=Episode.objects.visible_to(person))
    rows = shown.select_related("section__episode")
    found: dict[int, dict[int, Item]] = defaultdict(dict)
    for item in rows.filter(url_key__in=list(by_key)):
        for story_id in by_key[item.url_key]:
            found[story_id][item.pk] = item
    mentions = PaperMention.objects.filter(paper__in=list(by_paper), item__in=shown)
    for mention in mentions.select_related("item__section__episode"):
        for story_id in by_paper[mention.paper_id]:
            if mention.item is not None:
                found[story_id][mention.item.pk] = mention.item
    return {story_id: sorted(items.values(), key=_newest_first) for story_id, items in found.items()}


def _newest_first(item: Item) -> tuple[float, int]:
    starts_at = item.section.episode.starts_at
    return -(starts_at.timestamp() if starts_at else 0), item.pk


def gaps(stories: Iterable[NewsItem], told: dict[int, Told], talked: dict[int, list[Item]]) -> list[Gap]:
    """Return the open stories of many sources or upvotes that no item is about, in the order given."""
    found = [
        Gap(story, told[story.pk])
        for story in stories
        if story.decision == Decision.OPEN and story.merged_into_id is None and not talked.get(story.pk)
        if told[story.pk].sources >= GAP_SOURCES or told[story.pk].upvotes >= GAP_UPVOTES
    ]
    return without_ignored(found)[:MOST]


def twice(coming: Episode | None, person: Person | None) -> list[Twice]:
    """Return the items of the coming episode that it has twice, or that an earlier one had. Three queries."""
    if coming is None:
        return []
    ours = list(Item.objects.shown().filter(section__episode=coming).select_related("section__episode").order_by("pk"))
    keys = {item.url_key for item in ours if item.url_key}
    shown = Item.objects.shown().filter(section__episode__in=Episode.objects.visible_to(person), url_key__in=keys)
    others: dict[str, list[Item]] = defaultdict(list)
    for other in shown.select_related("section__episode").order_by("pk"):
        others[other.url_key].append(other)
    found = []
    for item in ours:
        earlier = [other for other in others[item.url_key] if _comes_before(other, item)] if item.url_key else []
        if earlier:
            found.append(Twice(item, earlier[-1]))
    return without_ignored(found)[:MOST]


def _comes_before(other: Item, item: Item) -> bool:
    """In the same episode the older row, in another one whatever is not of a later evening."""
    theirs, ours = other.section.episode, item.section.episode
    if theirs.pk == ours.pk:
        return other.pk < item.pk
    return not (theirs.starts_at and ours.starts_at and theirs.starts_at > ours.starts_at)


def without_ignored(found: list[Finding]) -> list[Finding]:
    """Leave out what somebody ignored, by the last Event about each. One query."""
    events = Event.objects.filter(target_kind=KIND, target_key__in=[each.key for each in found]).order_by("pk")
    last = dict(events.values_list("target_key", "verb"))
    return [each for each in found if last.get(each.key) != "ignore"]
