"""Where news comes from: each kind of source is a module with `fetch` (asks, stores nothing) and `parse` (pure)."""

from __future__ import annotations

from typing import Protocol, cast

from news.entries import Fetched, Parsed, Request
from news.models import SourceKind
from news.sources import arxiv_feed, arxiv_query, feed, hf_daily


class SourceModule(Protocol):
    """What a module of a source has."""

    def fetch(self, request: Request) -> Fetched:
        """Ask for the page that `request.cursor` names. Raises outbound's Refused and Failed."""

    def parse(self, fetched: Fetched) -> Parsed:
        """Read an answer of any status. Raises Unreadable and nothing else, whatever the bytes."""


SOURCES: dict[SourceKind, SourceModule] = {
    SourceKind.ARXIV_FEED: cast(SourceModule, arxiv_feed),
    SourceKind.ARXIV_QUERY: cast(SourceModule, arxiv_query),
    SourceKind.HF_DAILY: cast(SourceModule, hf_daily),
    SourceKind.FEED: cast(SourceModule, feed),
}
