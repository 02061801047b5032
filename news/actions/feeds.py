"""A list of feeds comes in: each feed that no source has becomes one, and of the others it is said why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError

from markup import links
from members.actors import Actor
from members.rules import in_one
from news.actions.sources import LIMITS, add, free_slug
from news.models import Source, SourceKind
from news.opml import Outline
from news.sources import feed_address, key_of, recognise


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a feed of a list: added, known (`slug` is the source that has it) or refused, and why."""

    outline: Outline
    status: str
    slug: str = ""
    message: str = ""


def known_feeds() -> dict[str, str]:
    """The slugs of the sources that are feeds, by what tells these apart."""
    rows = Source.objects.current()
    return {links.key(feed_address(SourceKind(source.kind), source.address)): source.slug for source in rows}


def take_feeds(*, outlines: Iterable[Outline], by: Actor, now: datetime) -> list[Taken]:
    """Add the feeds that no source has, one by one: a bad one keeps no other out. Raises PermissionDenied.

    Folders are left behind: a source stands in none.
    """
    known = known_feeds()
    taken = []
    for outline in outlines:
        key = key_of(outline.url)
        if key in known:
            taken.append(Taken(outline, "known", known[key]))
            continue
        one = _take(outline, by=by, now=now)
        if one.status == "added":
            known[key] = one.slug
        taken.append(one)
    return taken


def _take(outline: Outline, *, by: Actor, now: datetime) -> Taken:
    kind, address = recognise(outline.url)
    name = (outline.title or links.host(outline.url) or outline.url)[: LIMITS["name"]]
    slug = free_slug(kind=kind, address=address, name=name)
    try:
        source = add(kind=kind, slug=slug, by=by, now=now, name=name, address=address, site_url=outline.site_url)
    except ValidationError as error:
        return Taken(outline, "refused", message=in_one(error.messages))
    return Taken(outline, "added", source.slug)
