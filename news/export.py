"""Sources as other programs read them."""

from __future__ import annotations

from news.models import Source, SourceKind
from news.opml import Outline
from news.sources import feed_address


def outlines() -> tuple[list[Outline], list[Source]]:
    """Return the sources that are feeds, by name, and those that only we can ask."""
    feeds, others = [], []
    for source in Source.objects.current().order_by("slug"):
        url = feed_address(SourceKind(source.kind), source.address)
        if url:
            feeds.append(Outline(url, source.name, source.site_url))
        else:
            others.append(source)
    return feeds, others
