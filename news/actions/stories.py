"""Stories are merged and split by hand, and the site remembers: what a source says later follows the hand's decision.

`Sighting.story_key` is what the address says; `Sighting.news_item` is where the sighting stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.revisions import touch
from members.actors import Actor
from members.models import Event
from members.rules import StateRefusal, invalid, require
from news import stories
from news.models import Decision, NewsItem, Sighting
from news.rules import may_renormalise, may_sort_stories

CHUNK = 1000


def sorters_only() -> str:
    """Return the sentence for who may not sort stories."""
    return _("Only leads of the news or picks, hosts and organizers sort stories.")


def merge(*, story: NewsItem, into: NewsItem, by: Actor, now: datetime) -> NewsItem:
    """Make two stories one; `into` keeps its words. What later comes under `story` goes there too.

    Raises PermissionDenied, ValidationError when there is nothing to merge, StateRefusal when one of them is merged or
    `story` is decided: what was filed or declined must not be up for decision again under another name.
    """
    with transaction.atomic():
        story, into = _locked(story, into)
        require(may_sort_stories(by), sorters_only())
        if story.decision != Decision.OPEN and story.merged_into_id is None:
            raise StateRefusal(_("It is decided already; undo that first."), code="decided_already")
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
    """Take a merged story out again, with what the merge brought along and what came under it since."""
    with transaction.atomic():
        story = NewsItem.objects.select_for_update().get(pk=story.pk)
        require(may_sort_stories(by), sorters_only())
        if story.merged_into is None:
            raise StateRefusal(_("This story stands for itself already."), code="not_merged")
        into = story.merged_into
        own, followed = _came_along(story, into)
        moved = list(own.values_list("pk", flat=True))
        Sighting.objects.filter(pk__in=moved).update(news_item=story)
        back = list(followed.values_list("pk", flat=True))
        NewsItem.objects.filter(pk__in=back).update(merged_into=story)
        story.merged_into = None
        _touch(story, now)
        before = {"into": into.pk, "sightings": moved, "followed": back}
        record(by=by, now=now, verb="unmerge", kind="news", key=story.pk, before=before)
    return story


def _came_along(story: NewsItem, into: NewsItem) -> tuple[models.QuerySet[Sighting], models.QuerySet[NewsItem]]:
    """What stands on `into` because `story` was merged: sightings, and stories that had been merged into it before.

    What hands have merged into `into` since stays there, though it had come along once.
    """
    others = NewsItem.objects.filter(merged_into=into).exclude(pk=story.pk)
    merges = Event.objects.filter(target_kind="news", verb="merge").order_by("pk")
    own = merges.filter(target_key=str(story.pk)).last()
    if own is None:
        return Sighting.objects.filter(news_item=into, story_key=story.key), others.none()
    followed, sightings = set(own.before["followed"]), set(own.before["sightings"])
    stayed: set[int] = set()
    for later in merges.filter(target_key__in=[str(one.pk) for one in others], pk__gt=own.pk):
        if story.pk not in later.before["followed"]:  # else `story` came along with that one
            followed.discard(int(later.target_key))
            stayed.update(later.before["sightings"])
    rows = others.filter(pk__in=followed)
    keys = [story.key, *rows.values_list("key", flat=True)]
    said = models.Q(story_key__in=keys) | models.Q(pk__in=sightings)
    return Sighting.objects.filter(said, news_item=into).exclude(pk__in=stayed), rows


def split(*, sighting: Sighting, by: Actor, now: datetime) -> NewsItem:
    """Make a sighting a story of its own: its address says another's, a person says it is not."""
    with transaction.atomic():
        sighting = Sighting.objects.select_for_update().select_related("news_item", "source").get(pk=sighting.pk)
        require(may_sort_stories(by), sorters_only())
        before = sighting.news_item
        if before.key == f"sighting:{sighting.pk}":
            raise StateRefusal(
                _("It is the story's own; take out those that were merged into it."), code="own_sighting"
            )
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
        elif story.merged_into_id is None and there.merged_into_id != story.pk:
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
