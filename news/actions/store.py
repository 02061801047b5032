"""Entries become sightings and stories, in bulk: what was said before in the same words is not written again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from markup import links
from members.actions.revisions import touch
from members.actors import SYSTEM
from news import stories
from news.entries import Entry
from news.models import FetchRun, NewsItem, Sighting, Source
from papers.actions.facts import store_facts
from papers.actions.stubs import find_or_stub
from papers.models import Paper

CHUNK = 500
_SAID = ("url", "title", "summary", "authors", "published_at", "listed_on", "upvotes", "extra", "digest", "changed_at")


@dataclass(slots=True)
class Tally:
    """What became of entries: fetched = new + known + duplicate + hidden. `changed` counts known ones with news."""

    new: int = 0
    known: int = 0
    duplicate: int = 0
    hidden: int = 0
    changed: int = 0

    @property
    def fetched(self) -> int:
        return self.new + self.known + self.duplicate + self.hidden


@dataclass(slots=True)
class _Told:
    """An entry with what is computed from it once."""

    entry: Entry
    digest: str
    story_key: str
    is_hidden: bool
    arxiv_id: str = field(default="")


def store_entries(*, source: Source, run: FetchRun | None, entries: Iterable[Entry], now: datetime) -> Tally:
    """Store what a source says and count what became of it. Belongs into the caller's transaction."""
    tally = Tally()
    told: dict[str, _Told] = {}
    keep, block = stories.Words(source.keep_words), stories.Words(source.block_words)
    for entry in entries:
        if entry.key in told:  # a source that says one thing twice has said it once
            tally.known += 1
            continue
        paper = entry.paper.arxiv_id if entry.paper else _paper_of(entry.url)
        told[entry.key] = _Told(
            entry,
            stories.digest(entry),
            stories.address_key(entry.url, arxiv_id=paper) or stories.story_key(source.slug, entry),
            entry.is_hidden or stories.is_hidden(entry, keep=keep, block=block),
            paper,
        )
    keys = sorted(told)
    known: dict[str, Any] = {}
    for start in range(0, len(keys), CHUNK):
        known |= _known(source, keys[start : start + CHUNK])
    # What this source said before in the same words was told to the paper then; upvotes are counted anew every day.
    said = ((one.entry.paper, known.get(key)) for key, one in told.items() if one.entry.paper)
    facts = (
        paper
        for paper, row in said
        if row is None or row.digest != told[row.entry_key].digest or paper.upvotes is not None
    )
    papers = store_facts(facts, by=SYSTEM, now=now)
    for start in range(0, len(keys), CHUNK):
        _store(source, run, [told[key] for key in keys[start : start + CHUNK]], known, papers, tally, now=now)
    if tally.fetched > tally.known or tally.changed:
        touch()
    return tally


def _paper_of(url: str) -> str:
    found = links.arxiv_id(url) if url else None
    return found.id if found else ""


def _store(
    source: Source,
    run: FetchRun | None,
    told: Sequence[_Told],
    known: Mapping[str, Any],
    papers: Mapping[str, Paper],
    tally: Tally,
    *,
    now: datetime,
) -> None:
    reused = [one for one in told if one.entry.key in known and known[one.entry.key].story_key != one.story_key]
    taken = {one.entry.key for one in told}
    for one in reused:  # a feed that shows something new under an old identity: both stay
        key = _apart(one)  # which a feed that knows how it is made can have given to another entry
        one.entry = replace(one.entry, key=f"{key}#" if key in taken else key)
    known = {**known, **_known(source, [one.entry.key for one in reused])}
    fresh = [one for one in told if one.entry.key not in known]
    changed = [one for one in told if one.entry.key in known and known[one.entry.key].digest != one.digest]
    tally.known += len(told) - len(fresh)
    tally.changed += len(changed)
    if changed:
        said = [_sighting(source, run, one, now=now, pk=known[one.entry.key].pk) for one in changed]
        Sighting.objects.bulk_update(said, _SAID)
    if fresh:
        _store_fresh(source, run, fresh, papers, tally, now=now)


def _known(source: Source, keys: Sequence[str]) -> dict[str, Any]:
    """What was said before, by key of its entry: pk, digest and story_key."""
    rows = Sighting.objects.filter(source=source, entry_key__in=keys)
    named = rows.values_list("pk", "entry_key", "digest", "story_key", named=True)
    return {row.entry_key: row for row in named} if keys else {}


def _apart(told: _Told) -> str:
    """The key of an entry whose own key stands for another story already."""
    return f"{told.entry.key[:250]}#{hashlib.sha256(told.story_key.encode()).hexdigest()[:16]}"


def _store_fresh(
    source: Source,
    run: FetchRun | None,
    told: Sequence[_Told],
    papers: Mapping[str, Paper],
    tally: Tally,
    *,
    now: datetime,
) -> None:
    by_key: dict[str, list[_Told]] = {}
    for one in told:
        by_key.setdefault(one.story_key, []).append(one)
    known = _stories(by_key)
    named = (one.arxiv_id for one in told if one.arxiv_id and one.arxiv_id not in papers)
    papers = {**papers, **find_or_stub(named, now=now)}
    known, made = _known_and_made(by_key, known, papers, now=now)
    sightings = []
    for key, ones in by_key.items():
        story = known[key]
        for index, one in enumerate(ones):
            sightings.append(_sighting(source, run, one, now=now, story=story.merged_into_id or story.pk))
            if one.is_hidden:
                tally.hidden += 1
            elif key not in made or index:
                tally.duplicate += 1
            else:
                tally.new += 1
    Sighting.objects.bulk_create(sightings)
    _follow_merges(known.values())
    # Those that another source has just made, too: it may have hidden them.
    _show_again(
        [story for key, story in known.items() if story.is_hidden and not all(o.is_hidden for o in by_key[key])]
    )


def _known_and_made(
    by_key: Mapping[str, Sequence[_Told]], known: dict[str, NewsItem], papers: Mapping[str, Paper], *, now: datetime
) -> tuple[dict[str, NewsItem], set[str]]:
    """Make the stories that nobody knows; return all by key, and the keys of those that were made here.

    Another source may be telling the same story at this moment: then its row is the one, and its run counts it as new.
    """
    while missing := sorted(by_key.keys() - known.keys()):
        made = [_story(key, by_key[key], papers, now=now) for key in missing]
        try:
            with transaction.atomic():
                NewsItem.objects.bulk_create(made)
            return {**known, **dict(zip(missing, made, strict=True))}, set(missing)
        except IntegrityError:
            before, known = known, _stories(by_key)
            if len(known) == len(before):  # it is not that somebody was faster
                raise
    return known, set()


def _follow_merges(items: Iterable[NewsItem]) -> None:
    """Put what was just stored where a hand has merged its story meanwhile: the merge did not see it yet.

    The new rows hold their stories against another merge until the transaction ends.
    """
    alone = [item.pk for item in items if item.merged_into_id is None]
    merged = NewsItem.objects.filter(pk__in=alone).exclude(merged_into=None)
    for pk, into in merged.values_list("pk", "merged_into"):
        Sighting.objects.filter(news_item=pk).update(news_item=into)


def _stories(keys: Iterable[str]) -> dict[str, NewsItem]:
    rows = NewsItem.objects.filter(key__in=list(keys)).only("key", "is_hidden", "merged_into")
    return {row.key: row for row in rows}


def _show_again(items: Sequence[NewsItem]) -> None:
    """A story that was seen only hidden is shown once a source brings it in the open."""
    for item in items:
        item.is_hidden = False
    NewsItem.objects.bulk_update(items, ["is_hidden"])


def _story(key: str, told: Sequence[_Told], papers: Mapping[str, Paper], *, now: datetime) -> NewsItem:
    open_ones = [one for one in told if not one.is_hidden]
    first = (open_ones or list(told))[0]
    entry = first.entry
    return NewsItem(
        key=key,
        title=entry.title,
        url=links.canonical(entry.url) if entry.url else "",
        summary=entry.summary,
        language=entry.language,
        paper=papers.get(first.arxiv_id),
        published_at=entry.published_at,
        first_seen_at=now,
        is_hidden=not open_ones,
        created_at=now,
        changed_at=now,
    )


def _sighting(
    source: Source,
    run: FetchRun | None,
    told: _Told,
    *,
    now: datetime,
    story: int | None = None,
    pk: int | None = None,
) -> Sighting:
    entry = told.entry
    sighting = Sighting(
        pk=pk,
        source=source,
        entry_key=entry.key,
        story_key=told.story_key,
        run=run,
        url=entry.url,
        title=entry.title,
        summary=entry.summary,
        authors=list(entry.authors),
        published_at=entry.published_at,
        listed_on=entry.listed_on,
        upvotes=entry.upvotes,
        extra=dict(entry.extra),
        digest=told.digest,
        is_hidden=told.is_hidden,
        first_seen_at=now,
        changed_at=now,
    )
    if story is not None:
        sighting.news_item_id = story
    return sighting
