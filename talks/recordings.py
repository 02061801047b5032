"""Where in a recording something is: places as people write them, links that begin there, chapters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from markup import links
from markup.excerpt import cut
from talks.documents.vocabulary import fold

PLACE = re.compile(r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)")
BILIBILI = ("bilibili.com",)
YOUTUBE = ("youtube.com", "youtu.be", "youtube-nocookie.com")
# What is sure of chapters anywhere: YouTube takes none shorter, and wants the first at 0:00.
SHORTEST = 10
# Characters of a chapter's title; what Bilibili takes is not documented, so it stays short.
TITLE = 30


def seconds_of(text: str) -> int | None:
    """Return the second that a place means: 10:10, 75:00, 1:02:03; None for anything else."""
    found = PLACE.fullmatch(fold(text).strip().replace("：", ":"))
    if found is None or (found["hours"] and int(found["minutes"]) > 59):
        return None
    return int(found["hours"] or 0) * 3600 + int(found["minutes"]) * 60 + int(found["seconds"])


def clock(seconds: int, *, with_hours: bool = False) -> str:
    """Return a place as a chapter says it: 00:00, 12:34, 1:02:03."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours or with_hours else f"{minutes:02d}:{rest:02d}"


def can_be_read(url: str) -> bool:
    """Whether an address has parts: http://[x has none."""
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def link_at(url: str, seconds: int) -> str:
    """Return an address that begins at a second: `t` for Bilibili and YouTube, `#t=` (a media fragment) for others.

    One that cannot be read, as documents may have it, stays as it is.
    """
    if not can_be_read(url):
        return url
    parts = urlsplit(url)
    if not _is_of(url, BILIBILI + YOUTUBE):
        return urlunsplit(parts._replace(fragment=f"t={seconds}"))
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "t"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("t", str(seconds))])))


def _is_of(url: str, hosts: tuple[str, ...]) -> bool:
    host = links.host(url)
    return any(host == one or host.endswith(f".{one}") for one in hosts)


def beginning(at: int, *, of: datetime, talk: datetime) -> int:
    """Return at which second of a video the talk begins when what began at `of` stands at `at`; below zero when the
    recording was begun late."""
    return at - round((of - talk).total_seconds())


def place_of(begins_at: int, *, of: datetime, talk: datetime) -> int | None:
    """Return at which second of a video something stands, None for what was before the recording."""
    place = begins_at + round((of - talk).total_seconds())
    return place if place >= 0 else None


def chapters(places: Iterable[tuple[int, str]], *, opening: str) -> list[str]:
    """Return the lines of a list of chapters, `12:34 title`, in their order.

    The first is at 00:00, called `opening` where nothing is said of it; what comes less than ten seconds after another
    takes its place, for the first of both was hardly spoken about.
    """
    found: list[tuple[int, str]] = [(0, opening)]
    for second, title in sorted(places, key=lambda each: each[0]):
        line = cut(" ".join(title.split()), TITLE)
        if len(found) == 1 and line == opening:
            continue  # the opening is there already, from the first second on
        if second - found[-1][0] < SHORTEST:
            second = found.pop()[0]
        found.append((second, line))
    is_long = found[-1][0] >= 3600
    return [f"{clock(second, with_hours=is_long)} {title}" for second, title in found]
