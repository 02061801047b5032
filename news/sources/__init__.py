"""Where news comes from: each kind of source is a module with `fetch` (asks, stores nothing) and `parse` (pure)."""

from __future__ import annotations

from typing import Protocol, cast

from django.conf import settings

from markup import links
from news.entries import Fetched, Parsed, Request
from news.models import SourceKind
from news.sources import arxiv_feed, arxiv_query, feed, hf_daily


class SourceModule(Protocol):
    """What a module of a source has."""

    def fetch(self, request: Request) -> Fetched:
        """Ask for the page that `request.cursor` names. Raises outbound's Refused and Failed."""

    def parse(self, fetched: Fetched) -> Parsed:
        """Read an answer of any status. Raises Unreadable and nothing else, whatever the bytes."""


MODULES: dict[SourceKind, SourceModule] = {
    SourceKind.ARXIV_FEED: cast(SourceModule, arxiv_feed),
    SourceKind.ARXIV_QUERY: cast(SourceModule, arxiv_query),
    SourceKind.HF_DAILY: cast(SourceModule, hf_daily),
    SourceKind.FEED: cast(SourceModule, feed),
}


def recognise(url: str) -> tuple[SourceKind, str]:
    """The kind and address of a source from a feed's address: arXiv's own feeds are announcements, others feeds."""
    for form in ("rss", "atom"):
        for host in ("https://rss.arxiv.org", "http://rss.arxiv.org", settings.ARXIV_RSS_URL):
            categories = url.removeprefix(f"{host}/{form}/").rstrip("/")
            if categories != url and arxiv_feed.ADDRESS.fullmatch(categories):
                return SourceKind.ARXIV_FEED, categories
    return SourceKind.FEED, url


def key_of(url: str) -> str:
    """What tells a feed from others: arXiv's announcements come in two forms at two addresses, and are one source."""
    return links.key(feed_address(*recognise(url)))


def feed_address(kind: SourceKind, address: str) -> str:
    """The address of a source as other programs read it, for lists of feeds; "" for what only we can ask."""
    if kind == SourceKind.ARXIV_FEED and not arxiv_feed.ADDRESS.fullmatch(address):
        return ""  # something else was stored there: no address of a feed is made of it
    if kind == SourceKind.ARXIV_FEED:
        return f"{settings.ARXIV_RSS_URL}/rss/{address}"
    return address if kind == SourceKind.FEED else ""
