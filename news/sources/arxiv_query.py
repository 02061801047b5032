"""A saved query of arXiv's API, in its own syntax, newest first, page by page.

A cursor is {"start": n}, and for a back-fill {"start": 0, "since": "2026-01-01"}. Pages end with the result, at a
paper older than `since` (without it: than two talks ago), or after MAX_PAGES.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from news.entries import Entry, Fetched, Parsed, Problem, Request, Unreadable
from news.sources import asking, text
from outbound.client import Failed, Refused
from papers import arxiv
from papers.facts import PaperFacts

WINDOW = timedelta(days=14)
MAX_PAGES = 20
# A query is a search, not a feed: new papers appear once a day.
_MINUTES = 360
_LONGEST = 2_000


def fetch(request: Request) -> Fetched:
    """Ask for the page of the cursor. Raises Refused for an empty query, and Failed when asking again may help.

    arXiv gives empty pages by mistake, and they must not end a run: that is a failure too.
    """
    query = " ".join(request.address.split())
    if not query or len(query) > _LONGEST:
        raise Refused(_("A query in arXiv's syntax is needed, such as cat:cs.CL AND ti:alignment."))
    start = _start(request.cursor)
    url = arxiv.address(settings.ARXIV_API_URL, query=query, start=start)
    fetched = asking.ask_arxiv(request, url, is_conditional=False)
    if fetched.status == 200 and _is_empty_by_mistake(fetched.body, start):
        raise Failed(_("arXiv gave an empty page by mistake."))
    return fetched


def parse(fetched: Fetched) -> Parsed:
    """Read a page. arXiv's errors (status 400) are entries of a feed: they become problems. Raises Unreadable."""
    if fetched.status == 304:
        return Parsed()
    if fetched.status != 400:
        asking.require_answer(fetched)
    answer = _read(fetched)
    entries: dict[str, Entry] = {}
    problems = [_problem(trouble) for trouble in answer.troubles]
    for paper in answer.papers:
        if paper.arxiv_id in entries:
            problems.append(Problem("repeated", _("The entry stands in the answer twice."), paper.arxiv_id))
        else:
            entries[paper.arxiv_id] = _entry(paper)
    return Parsed(
        entries=tuple(entries.values()),
        problems=tuple(problems),
        cursor=_next(fetched, answer) if fetched.status == 200 else None,
        minutes=_MINUTES,
    )


def _read(fetched: Fetched) -> arxiv.Answer:
    try:
        return arxiv.read(fetched.body)
    except arxiv.Unreadable as error:
        if fetched.status == 400:
            raise Unreadable(asking.words(400), code="refused") from error
        raise Unreadable(_("This is no answer of arXiv: %(error)s") % {"error": str(error)[:200]}) from error
    except (ValueError, OverflowError) as error:
        # The arxiv package reads dates without a net.
        raise Unreadable(_("This is no answer of arXiv: %(error)s") % {"error": str(error)[:200]}) from error


def _is_empty_by_mistake(body: bytes, start: int) -> bool:
    try:
        answer = arxiv.read(body)
    except (arxiv.Unreadable, ValueError, OverflowError):
        return False
    return not answer.entries and answer.total > start


def _problem(trouble: arxiv.Trouble) -> Problem:
    said = {
        "no_identifier": _("The entry names no paper."),
        "incomplete": _("The entry has no identifier, or no dates that can be right."),
        "arxiv_error": _("arXiv refuses the query: %(said)s") % {"said": text.line(trouble.message)},
    }
    return Problem(trouble.code, said.get(trouble.code, text.line(trouble.message)), text.line(trouble.entry))


def _entry(paper: PaperFacts) -> Entry:
    return Entry(
        key=paper.arxiv_id,
        url=f"https://arxiv.org/abs/{paper.arxiv_id}",
        title=text.line(paper.title),
        summary=text.lines(paper.abstract),
        authors=tuple(author.name for author in paper.authors),
        published_at=paper.published_at,
        language="en",
        paper=paper,
        extra={"categories": list(paper.categories), **({"withdrawn": True} if paper.is_withdrawn else {})},
    )


def _start(cursor: Any) -> int:
    start = cursor.get("start") if isinstance(cursor, Mapping) else 0
    return start if isinstance(start, int) and start > 0 else 0


def _next(fetched: Fetched, answer: arxiv.Answer) -> dict[str, Any] | None:
    """The cursor of the next page, None when this one was the last that anybody wants."""
    cursor = fetched.request.cursor if isinstance(fetched.request.cursor, Mapping) else {}
    start = _start(cursor)
    following = start + answer.entries
    if not answer.entries or following >= answer.total or following >= MAX_PAGES * arxiv.PAGE:
        return None
    dates = [paper.published_at for paper in answer.papers if paper.published_at]
    if not dates or min(dates) < _since(cursor, fetched.request.now):
        return None
    return {**cursor, "start": following}


def _since(cursor: Mapping[str, Any], now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(cursor["since"]).replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError):
        return now - WINDOW
