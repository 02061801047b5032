"""Stories are merged and split by hand, and the site remembers: what a source says later follows the hand's decision.

`Sighting.story_key` is what the address says; `Sighting.news_item` is where the sighting stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.revisions import touch
from members.actors import Actor
from members.rules import StateRefusal, invalid, require
from news import stories
from news.models import NewsItem, Sighting
from news.rules import may_renormalise, may_sort_stories

CHUNK = 1000


def merge(*, story: NewsItem, into: NewsItem, by: Actor, now: datetime) -> NewsItem:
    """Make two stories one; `into` keeps its words. What later comes under `story` goes there too.

    Raises PermissionDenied, and ValidationError when there is nothing to merge.
    """
    with transaction.atomic():
        story, into = _locked(story, into)
        require(may_sort_stories(by), _("Sign in to merge stories."))
        return _merge(story, into, by=by, now=now)


def _merge(story: NewsItem, into: NewsItem, *, by: Actor, now: datetime) -> NewsItem:
    if story.pk == into.pk:
        raise invalid("into", _("Choose another story: this is the same one."), "same_story")
    if story.merged_into_id or into.merged_into_id:
        raise StateRefusal(_("One of them was merged already."), code="merged_already")
    moved = list(Sighting.objects.filter(news_item=story).values_list("pk", flat=True))
    Sighting.objects.filter(pk__in=moved).update(news_item=into)
    followed = list(NewsItem.objects.filter(merged_into=story).values_list("pk", flat=True))
    NewsItem.objects.filter(pk__in=followed).update(merged_into=into)
    story.merged_into = into
    _touch(story, now)
    if into.is_hidden and not story.is_hidden:
        into.is_hidden = False
        _touch(into, now)
    record(
        by=by,
        now=now,
        verb="merge",
        kind="news",
        key=story.pk,
        before={"sightings": moved, "followed": followed},
        after={"into": into.pk},
    )
    return into


def unmerge(*, story: NewsItem, by: Actor, now: datetime) -> NewsItem:
    """Take a merged story out again, with the sightings whose address says so."""
    with transaction.atomic():
        story = NewsItem.objects.select_for_update().get(pk=story.pk)
        require(may_sort_stories(by), _("Sign in to take stories apart."))
        if story.merged_into is None:
            raise StateRefusal(_("This story stands for itself already."), code="not_merged")
        into = story.merged_into
        own = Sighting.objects.filter(news_item=into, story_key=story.key)
        moved = list(own.values_list("pk", flat=True))
        Sighting.objects.filter(pk__in=moved).update(news_item=story)
        story.merged_into = None
        _touch(story, now)
        record(by=by, now=now, verb="unmerge", kind="news", key=story.pk, before={"into": into.pk, "sightings": moved})
    return story


def split(*, sighting: Sighting, by: Actor, now: datetime) -> NewsItem:
    """Make a sighting a story of its own: its address says another's, a person says it is not."""
    with transaction.atomic():
        sighting = Sighting.objects.select_for_update().select_related("news_item", "source").get(pk=sighting.pk)
        require(may_sort_stories(by), _("Sign in to take stories apart."))
        before = sighting.news_item
        if not Sighting.objects.filter(news_item=before).exclude(pk=sighting.pk).exists():
            raise StateRefusal(_("It is the only sighting of its story."), code="only_sighting")
        story, _made = NewsItem.objects.get_or_create(
            key=f"sighting:{sighting.pk}",
            defaults={
                "title": sighting.title,
                "url": sighting.url,
                "summary": sighting.summary,
                "published_at": sighting.published_at,
                "first_seen_at": sighting.first_seen_at,
                "is_hidden": sighting.is_hidden,
                "created_at": now,
                "changed_at": now,
            },
        )
        if story.merged_into_id:
            story.merged_into = None
            _touch(story, now)
        sighting.news_item = story
        sighting.save(update_fields=["news_item"])
        record(
            by=by,
            now=now,
            verb="split",
            kind="news",
            key=story.pk,
            before={"sighting": sighting.pk, "story": before.pk},
            after={"story": story.pk},
        )
    return story


def renormalise(*, by: Actor, now: datetime) -> int:
    """Compute the identity of every sighting again, after the rules of addresses have changed. Return how many moved.

    A story keeps its row, and with it decisions and links: its key is renamed, or it is merged into the story that
    has the new key. What hands have merged or split stays so.
    """
    require(may_renormalise(by), _("Only workers and organizers may do this."))
    moved = 0
    last = 0
    while True:
        with transaction.atomic():
            rows = list(Sighting.objects.filter(pk__gt=last).select_related("news_item__paper").order_by("pk")[:CHUNK])
            if not rows:
                return moved
            last = rows[-1].pk
            moved += _renormalise(rows, by=by, now=now)


def _renormalise(rows: Iterable[Sighting], *, by: Actor, now: datetime) -> int:
    renamed = {
        row.story_key: new
        for row in rows
        if row.url and (new := stories.address_key(row.url, arxiv_id=_paper_in(row))) != row.story_key
    }
    for old, new in renamed.items():
        Sighting.objects.filter(story_key=old).update(story_key=new)
        story = NewsItem.objects.filter(key=old).first()
        if story is None:
            continue
        there = NewsItem.objects.filter(key=new).first()
        if there is None:
            story.key = new
            _touch(story, now)
        elif story.merged_into_id is None:
            _merge(*_locked(story, there.merged_into or there), by=by, now=now)
    if renamed:
        touch()
    return len(renamed)


def _paper_in(row: Sighting) -> str:
    return row.story_key.removeprefix("arxiv:") if row.story_key.startswith("arxiv:") else ""


def _locked(*items: NewsItem) -> list[NewsItem]:
    """The rows, locked in one order, in the order asked for."""
    rows = NewsItem.objects.select_for_update().in_bulk([item.pk for item in items])
    return [rows[item.pk] for item in items]


def _touch(item: NewsItem, now: datetime) -> None:
    item.version += 1
    item.changed_at = now
    item.save()
