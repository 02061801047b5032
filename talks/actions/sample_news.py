"""The news of the sample: made-up stories of its coming week, from sources that nobody ever asks."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from markup import links
from members.models import Event, Person
from news.actions.store import Tally, store_entries
from news.entries import Entry
from news.models import SAMPLE, FetchRun, NewsItem, Outcome, Source
from talks.actions import triage
from talks.models import Episode, Item, Section, SectionKind
from talks.radar import KIND


def make_news(path: Path, people: dict[str, Person], *, opened: datetime, now: datetime) -> list[Source]:
    """Tell the stories of a file, each some hours before `now` but never before `opened`, and file what it says.

    The sources are paused: they are no real ones. Raises ValidationError when the address of one is taken.
    """
    if not path.exists():
        return []
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    sources = {row["slug"]: _source(row, now=now) for row in told["sources"]}
    tallies = {slug: Tally() for slug in sources}
    for (slug, hours), entries in groupby(told["entries"], key=lambda each: (each["source"], each["hours_ago"])):
        at = max(opened, now - timedelta(hours=hours))
        made = [_entry(each, at=at) for each in entries]
        tally = store_entries(source=sources[slug], run=None, entries=made, now=at)
        for name in ("new", "known", "duplicate", "hidden"):
            setattr(tallies[slug], name, getattr(tallies[slug], name) + getattr(tally, name))
    for row in told["sources"]:
        _run(sources[row["slug"]], row, tallies[row["slug"]], now=now)
    for act in told["acts"]:
        _act(act, people[act["login"]], now=now)
    return list(sources.values())


def _source(row: dict[str, Any], *, now: datetime) -> Source:
    slug = f"{SAMPLE}{row['slug']}"
    address = f"https://{row['slug']}.example/feed"
    if Source.objects.filter(Q(slug=slug) | Q(address=address)).exists():
        raise ValidationError(_("The address %(slug)s is taken by another source.") % {"slug": slug})
    return Source.objects.create(
        slug=slug,
        name=row["name"],
        kind=row["kind"],
        address=address,
        next_at=now,
        paused_at=now,
        pause_reason=_("It belongs to the sample: nobody is ever asked."),
        failures=row.get("failures", 0),
        last_error=row.get("error", ""),
        created_at=now,
        changed_at=now,
    )


def _entry(row: dict[str, Any], *, at: datetime) -> Entry:
    return Entry(
        key=row["url"],
        url=row["url"],
        title=row["title"],
        summary=row.get("summary", ""),
        upvotes=row.get("upvotes"),
        published_at=at,
    )


def _run(source: Source, row: dict[str, Any], tally: Tally, *, now: datetime) -> None:
    """A first look that brought everything, and a last one that ended as the file says."""
    start = now - timedelta(hours=6)
    counts = {name: getattr(tally, name) for name in ("new", "known", "duplicate", "hidden", "fetched")}
    if tally.fetched:
        FetchRun.objects.create(source=source, started_at=start, ended_at=start, outcome=Outcome.OK, pages=1, **counts)
    last = now - timedelta(minutes=20)
    values = {"outcome": row["outcome"], "error": row.get("error", "")}
    FetchRun.objects.create(source=source, started_at=last, ended_at=last, pages=1, **values)


def _act(act: dict[str, Any], by: Person, *, now: datetime) -> None:
    """File or decline one story as its reader would. Nothing happens where no episode is collecting."""
    story = NewsItem.objects.get(key=links.short_key(act.get("take") or act["decline"]))
    if "decline" in act:
        triage.decline(story=story, reason=act["reason"], by=by, now=now)
        return
    coming = Episode.objects.visible_to(by).collecting().first()
    section = Section.objects.filter(episode=coming, kind=SectionKind.NEWS, deleted_at=None).first()
    if section is not None:
        triage.take(story=story, section=section, group=act["group"], by=by, now=now)


def remove_news(sources: list[int], stories: list[int]) -> None:
    """Delete the sources of the sample with all they said, and its stories, unless another source tells them, too."""
    Source.objects.filter(pk__in=sources).delete()
    gone = NewsItem.objects.filter(pk__in=stories, sightings=None)
    keys = [str(pk) for pk in gone.values_list("pk", flat=True)]
    items = [str(pk) for pk in Item.objects.filter(news_item__in=gone).values_list("pk", flat=True)]
    findings = [*(f"gap:{key}" for key in keys), *(f"twice:{key}" for key in items)]
    Event.objects.filter(
        Q(target_kind="news", target_key__in=keys) | Q(target_kind=KIND, target_key__in=findings)
    ).delete()
    gone.filter(merged_into__isnull=False).delete()
    NewsItem.objects.filter(pk__in=keys, merged=None).delete()
