"""RSS 0.9x to 2.0, Atom and JSON Feed of anybody, broken ones included; the address is the feed's.

XML is read by feedparser in a child process (`news.sources.child`), after its encoding was settled here. What an
entry becomes stands in `news.sources.feed_entries`. A feed of more than MOST entries is taken in parts, each asked
for anew: {"start": 5000} is a cursor. Storing a hundred thousand at once would keep everybody else from writing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from news.entries import Entry, Fetched, Parsed, Problem, Request, Unreadable
from news.sources import asking, child, decoding, feed_entries, json_feed, pages, text

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
# How often a feed may be asked, whatever it wishes: not every minute, and at least once a day.
SHORTEST, LONGEST = 15, 24 * 60
MOST = 5_000
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
_UNREAD = re.compile(r"<!--|<!\[CDATA\[")
_ITEM = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)


def fetch(request: Request) -> Fetched:
    """Ask for the feed if it has changed. Raises what `asking.ask` raises."""
    return asking.ask(request, request.address, accept=_ACCEPT)


def parse(fetched: Fetched) -> Parsed:
    """Read a feed. Every item becomes an entry or a problem. Raises Unreadable."""
    if fetched.status == 304:
        return Parsed()
    asking.require_answer(fetched)
    problems: list[Problem] = []
    return _part(gather(_read(fetched, problems), fetched, problems), fetched.request.cursor)


def _part(found: Parsed, cursor: Any) -> Parsed:
    """The part of a feed that the cursor names; what is wrong with the feed is told with the first one."""
    start = cursor.get("start") if isinstance(cursor, Mapping) else 0
    start = start if isinstance(start, int) and start > 0 else 0
    following = start + MOST
    return replace(
        found,
        entries=found.entries[start:following],
        problems=() if start else found.problems,
        cursor={"start": following} if following < len(found.entries) else None,
    )


def gather(found: dict[str, Any], fetched: Fetched, problems: list[Problem]) -> Parsed:
    """The feed out of what a reader found in it, under feedparser's names and of any types, with earlier problems.

    Raises Unreadable when it is broken and nothing came of it: that is a failure, and no empty feed.
    """
    about = found.get("feed")
    about = about if isinstance(about, dict) else {}
    listed = found.get("entries")
    listed = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    language = text.line(str(about.get("language") or ""), limit=20)
    place = feed_entries.Place(url=fetched.url or fetched.request.address, language=language, now=fetched.request.now)
    entries: dict[str, Entry] = {}
    for entry in feed_entries.read(listed, place, problems):
        if entry.key in entries:
            problems.append(Problem("repeated", _("The entry stands in the feed twice."), entry.key))
        else:
            entries[entry.key] = entry
    broken = next((problem for problem in problems if problem.code == "malformed"), None)
    if broken is not None and not entries:
        raise Unreadable(_("%(what)s No entry could be read.") % {"what": broken.message})
    return Parsed(
        entries=tuple(entries.values()),
        problems=tuple(problems),
        title=feed_entries.words(about.get("title_detail") or about.get("title")),
        site_url=feed_entries.address(about.get("link"), place),
        minutes=_minutes(about, fetched.max_age),
    )


def _read(fetched: Fetched, problems: list[Problem]) -> dict[str, Any]:
    """The feed under feedparser's names; what was wrong with it as a whole becomes a problem."""
    decoded = decoding.decode(fetched.body, fetched.content_type)
    if not decoded.text:
        raise Unreadable(_("The answer is empty."))
    if decoded.text.startswith(("{", "[")):
        found = json_feed.read(decoded.text.encode())
        problems += [Problem("no_entry", _("An item of the feed is no entry."))] * found["not_entries"]
        return found
    if not pages.looks_like_feed(decoded.text.encode(), ""):
        _raise_for_page(fetched, decoded.text)
    found = child.parse_feed(decoded.text.encode(), content_type="application/xml; charset=utf-8")
    if decoded.doubt:
        message = _("Its encoding is not what it says; it was read as %(encoding)s.") % {"encoding": decoded.doubt}
        problems.append(Problem("encoding", message))
    if found.get("bozo"):
        # The parser speaks of classes and columns; where to look is what helps.
        line = re.search(r":([0-9]{1,9}):[0-9]+:", str(found.get("bozo_exception") or ""))
        said = _("It is not well-formed in line %(line)s.") % {"line": line[1]} if line else _("It is not well-formed.")
        problems.append(Problem("malformed", said))
    missing = len(_ITEM.findall(_markup_of(decoded.text))) - len(found.get("entries") or ())
    problems += [Problem("lost", _("An entry could not be read."))] * max(missing, 0)
    return found


def _markup_of(source: str) -> str:
    """The document without its comments and CDATA sections; what never ends stays. Linear, whatever the document."""
    pieces, position = [], 0
    while match := _UNREAD.search(source, position):
        end = source.find("-->" if match[0] == "<!--" else "]]>", match.end())
        if end < 0:
            break
        pieces.append(source[position : match.start()])
        position = end + 3
    return "".join(pieces) + source[position:]


def _raise_for_page(fetched: Fetched, source: str) -> None:
    """Raise Unreadable for a page where a feed was expected, with the feeds that the page names."""
    if not re.search(r"<(?:!doctype\s+html|html|head|body)\b", source[:20_000], re.IGNORECASE):
        return
    feeds = tuple(one.url for one in pages.feeds_in(fetched.body, fetched.content_type, fetched.url))
    if feeds:
        message = _("This is a page, no feed. The page names: %(feeds)s") % {"feeds": " ".join(feeds)}
    else:
        message = _("This is a page, no feed, and it names none.")
    raise Unreadable(message, code="page", feeds=feeds)


def _minutes(about: dict[str, Any], max_age: int | None) -> int | None:
    """The interval that the feed asks for: its ttl, its update period, or how long the answer stays good."""
    wishes = [_number(about.get("ttl")), None if max_age is None else max_age // 60]
    period = _PERIODS.get(str(about.get("sy_updateperiod") or "").strip().lower())
    if period:
        wishes.append(period // max(_number(about.get("sy_updatefrequency")) or 1, 1))
    said = [wish for wish in wishes if wish]
    return min(max(*said, SHORTEST), LONGEST) if said else None


def _number(value: Any) -> int | None:
    digits = str(value or "").strip()
    return int(digits[:9]) if digits.isascii() and digits.isdigit() else None
