"""What a source says, as values: asked for (Request), answered (Fetched), read (Parsed, Entry, Problem). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from papers.facts import PaperFacts


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask a source for, and when. `cursor` None is the first page; its form belongs to the source's module."""

    address: str
    now: datetime
    cursor: Any = None
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back, before anybody read it. `status` 304 has no body; `request` is what was asked.

    `moved_to` is where the address has gone for good; `max_age` is for how many seconds the answer stays good.
    """

    request: Request
    status: int
    url: str
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a source. `key` is its identity there, `url` absolute and as the source wrote it.

    `listed_on` is the day the source itself gives it to; `summary` is plain text; `extra` is small JSON. `is_hidden`:
    the source itself hides it.
    """

    key: str
    url: str = ""
    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    listed_on: date | None = None
    upvotes: int | None = None
    language: str = ""
    paper: PaperFacts | None = None
    is_hidden: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in an answer that could not be used as it was; `entry` names where, "" for the whole answer."""

    code: str
    message: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What an answer says. `cursor` asks for the next page, None ends the run.

    `is_quiet_day`: the source itself says that it announces nothing today. `minutes` is the interval it wishes for.
    """

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    cursor: Any = None
    is_quiet_day: bool = False
    title: str = ""
    site_url: str = ""
    minutes: int | None = None


class Unreadable(Exception):
    """The answer is none of what this source gives; the message is for the person who looks after it.

    `code` is for programs: a status that no waiting heals (gone, not_found, forbidden, login, refused), a page instead
    of a feed (page, with the addresses of the feeds that it names), or nothing readable at all (unreadable).
    """

    def __init__(self, message: str, *, code: str = "unreadable", feeds: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.feeds = feeds
