"""Hugging Face's daily papers, a day or a week at a time; HF_ENDPOINT may name a mirror.

Without a cursor: today and the day before. Cursors: {"day": "2026-03-04", "until": "2026-02-01"} goes from one day to
the other, {"week": "2026-W10"} is a week; {"page": n} beside them goes on in a long list. Days are those of UTC, as
Hugging Face counts them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from markup import links
from news.entries import Entry, Fetched, Parsed, Problem, Request, Unreadable
from news.sources import asking, dates, text
from papers.facts import Author, NamedLink, PaperFacts
from papers.models import FilledFrom, LinkKind

# The most that Hugging Face gives at once (Hub API, GET /api/daily_papers: limit; p counts pages from 0).
PAGE = 100
_MAX_PAGES = 20
_MINUTES = 120
_MOST_UPVOTES = 2_147_483_647
_WEEK = re.compile(r"\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])")
# What it says of a day that has not begun there.
_TOO_EARLY = re.compile(r"less than or equal|in the future", re.IGNORECASE)


def fetch(request: Request) -> Fetched:
    """Ask for the day or week of the cursor. Raises what `asking.ask` raises."""
    place = _place(request)
    asked = {name: place[name] for name in ("week",) if name in place} or {"date": place["day"]}
    query = urlencode({**asked, "p": place["page"], "limit": PAGE})
    # Its answers are cached by the tag of one address, and every page is another.
    url = f"{settings.HF_ENDPOINT}/api/daily_papers?{query}"
    return asking.ask(request, url, accept="application/json", is_conditional=False)


def parse(fetched: Fetched) -> Parsed:
    """Read a list. A day that has not begun there is empty. Raises Unreadable."""
    if fetched.status == 304:
        return Parsed()
    place = _place(fetched.request)
    listed = [] if _is_too_early(fetched, place) else _listed(fetched)
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for item in listed:
        entry = _entry(item, place, fetched.request.now, problems)
        if entry is not None and entry.key in entries:
            problems.append(Problem("repeated", _("The paper stands in the list twice."), entry.key))
        elif entry is not None:
            entries[entry.key] = entry
    return Parsed(
        entries=tuple(entries.values()),
        problems=tuple(problems),
        cursor=_next(place, len(listed)),
        title="Hugging Face Daily Papers",
        site_url="https://huggingface.co/papers",
        minutes=_MINUTES,
    )


def _place(request: Request) -> dict[str, Any]:
    """Where a cursor stands: day and until, or week; and the page. A cursor of no known form is the first page."""
    cursor = request.cursor if isinstance(request.cursor, Mapping) else {}
    page = cursor.get("page")
    page = page if isinstance(page, int) and 0 < page < _MAX_PAGES else 0
    week = cursor.get("week")
    if isinstance(week, str) and _WEEK.fullmatch(week):
        return {"week": week, "page": page}
    today = request.now.astimezone(UTC).date()
    day = min(_day(cursor.get("day")) or today, today)
    until = _day(cursor.get("until")) or (day if "day" in cursor else today - timedelta(days=1))
    return {"day": day.isoformat(), "until": min(until, today).isoformat(), "page": page}


def _next(place: Mapping[str, Any], count: int) -> dict[str, Any] | None:
    if count >= PAGE and place["page"] + 1 < _MAX_PAGES:
        return {**place, "page": place["page"] + 1}
    if "week" in place or place["day"] == place["until"]:
        return None
    step = timedelta(days=1 if place["day"] < place["until"] else -1)
    return {"day": (date.fromisoformat(place["day"]) + step).isoformat(), "until": place["until"]}


def _day(written: Any) -> date | None:
    try:
        return date.fromisoformat(written)
    except (TypeError, ValueError):
        return None


def _is_too_early(fetched: Fetched, place: Mapping[str, Any]) -> bool:
    """Whether the day asked for is today here and not yet there: it answers with an error, or knows no such page."""
    if fetched.status == 400:
        return bool(_TOO_EARLY.search(fetched.body[:2000].decode("utf-8", "replace")))
    today = fetched.request.now.astimezone(UTC).date().isoformat()
    return fetched.status == 404 and place.get("day") == today


def _listed(fetched: Fetched) -> list[Any]:
    try:
        found = json.loads(fetched.body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        asking.require_answer(fetched)
        raise Unreadable(_("This is no list of Hugging Face's: it is not JSON.")) from error
    if isinstance(found, list) and 200 <= fetched.status < 300:
        return found
    said = found.get("error") if isinstance(found, dict) else None
    if isinstance(said, str):
        raise Unreadable(_("Hugging Face refuses: %(said)s") % {"said": text.line(said)}, code="refused")
    asking.require_answer(fetched)
    raise Unreadable(_("This is no list of Hugging Face's."))


def _entry(item: Any, place: Mapping[str, Any], now: datetime, problems: list[Problem]) -> Entry | None:
    paper = item.get("paper") if isinstance(item, dict) else None
    identifier = _line(paper.get("id")) if isinstance(paper, dict) else ""
    if not isinstance(paper, dict) or not identifier or len(identifier) > 200:
        title = _line(item.get("title")) if isinstance(item, dict) else ""
        problems.append(Problem("no_identifier", _("The entry names no paper."), title))
        return None
    published = dates.read(_line(paper.get("publishedAt")), now=now)
    listed = dates.read(_line(paper.get("submittedOnDailyAt")), now=now)
    if published.trouble or listed.trouble:
        problems.append(Problem("date", _("A date of the entry cannot be right."), identifier))
    facts = _facts(identifier, item, paper, published.moment, now, problems)
    # It also lists works that are not on arXiv.
    found = links.arxiv_id(f"https://arxiv.org/abs/{identifier}")
    return Entry(
        key=identifier,
        url=f"https://huggingface.co/papers/{quote(identifier, safe='/')}",
        title=facts.title,
        summary=text.lines(facts.abstract),
        authors=tuple(author.name for author in facts.authors),
        published_at=published.moment,
        listed_on=listed.moment.date() if listed.moment else _day(place.get("day")),
        upvotes=facts.upvotes,
        language=text.language("", facts.title) or "en",
        is_hidden=any(one.get(name) is True for one in (item, paper) for name in ("hidden", "isHidden")),
        paper=replace(facts, arxiv_id=found.id) if found else None,
        extra=_extra(item, paper),
    )


def _facts(
    identifier: str,
    item: Mapping[str, Any],
    paper: Mapping[str, Any],
    published_at: datetime | None,
    now: datetime,
    problems: list[Problem],
) -> PaperFacts:
    upvotes = _upvotes(paper.get("upvotes"), identifier, problems)
    return PaperFacts(
        arxiv_id=identifier,
        source=FilledFrom.HUGGING_FACE.value,
        title=_line(paper.get("title")) or _line(item.get("title")),
        abstract=" ".join(_lines(paper.get("summary") or item.get("summary")).split()),
        authors=tuple(_authors(paper.get("authors"))),
        published_at=published_at,
        links=tuple(_links(paper, identifier, problems)),
        upvotes=upvotes,
        upvotes_on=None if upvotes is None else timezone.localdate(now),
    )


def _authors(listed: Any) -> list[Author]:
    """The names of the paper, hidden ones left out. Who they are on Hugging Face says nothing of who they are."""
    shown = (
        [one for one in listed if isinstance(one, dict) and not one.get("hidden")] if isinstance(listed, list) else []
    )
    return [Author(name) for one in shown if (name := text.line(_line(one.get("name")), limit=200))]


def _upvotes(said: Any, identifier: str, problems: list[Problem]) -> int | None:
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= _MOST_UPVOTES:
        problems.append(Problem("upvotes", _("Its number of upvotes is none."), identifier))
        return None
    return said


def _links(paper: Mapping[str, Any], identifier: str, problems: list[Problem]) -> list[NamedLink]:
    found = []
    for name, kind in (("githubRepo", LinkKind.CODE), ("projectPage", LinkKind.PROJECT)):
        url = paper.get(name)
        url = text.storable(url).strip() if isinstance(url, str) else ""
        if url and links.split(url) is None:
            problems.append(
                Problem("address", _("What it links to is no address: %(url)s") % {"url": url[:200]}, identifier)
            )
        elif url:
            found.append(NamedLink(kind.value, url))
    return found


def _extra(item: Mapping[str, Any], paper: Mapping[str, Any]) -> dict[str, Any]:
    who = paper.get("submittedOnDailyBy") or item.get("submittedBy")
    organization = paper.get("organization") or item.get("organization")
    comments = item.get("numComments")
    extra = {
        "ai_summary": _lines(paper.get("ai_summary")),
        "submitted_by": _name(who),
        "organization": _name(organization),
        "comments": comments if isinstance(comments, int) and not isinstance(comments, bool) else None,
    }
    return {name: value for name, value in extra.items() if value not in ("", None)}


def _name(who: Any) -> str:
    return (
        (_line(who.get("fullname")) or _line(who.get("name")) or _line(who.get("user")))
        if isinstance(who, dict)
        else ""
    )


def _line(value: Any) -> str:
    return text.line(value) if isinstance(value, str) else ""


def _lines(value: Any) -> str:
    return text.lines(value, limit=20_000) if isinstance(value, str) else ""
