"""What the sources have in common: asking an address, waiting for one's turn, and plain words for a status."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from news.entries import Fetched, Request, Unreadable
from outbound import client
from outbound.client import Failed
from papers.asking import arxiv_turn

# The other side is there and says "not now": asking again later is the right answer, not a change of the source.
TRANSIENT = {408, 423, 425, 429, *range(500, 600)}
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})")


def ask(request: Request, url: str, *, accept: str = "", is_conditional: bool = True) -> Fetched:
    """Ask an address, with what is known of its last answer. Raises Refused, and Failed when asking again may help."""
    reply = client.get(
        url,
        etag=request.etag if is_conditional else "",
        modified=request.last_modified if is_conditional else "",
        accept=accept,
    )
    if reply.status in TRANSIENT:
        raise Failed(words(reply.status), retry_after=reply.retry_after(request.now))
    age = _MAX_AGE.search(reply.headers.get("cache-control", "").lower())
    return Fetched(
        request=request,
        status=reply.status,
        url=reply.url,
        body=reply.body,
        content_type=reply.headers.get("content-type", ""),
        etag=reply.etag,
        last_modified=reply.last_modified,
        moved_to=reply.moved_to or "",
        max_age=int(age[1]) if age else None,
    )


def ask_arxiv(request: Request, url: str, *, is_conditional: bool = True) -> Fetched:
    """Ask arXiv when it is one's turn. Raises what `ask` raises."""
    with arxiv_turn():
        return ask(request, url, accept="application/atom+xml, application/rss+xml", is_conditional=is_conditional)


def require_answer(fetched: Fetched) -> None:
    """Raise Unreadable for a status that is no answer, in words for the person who looks after the source."""
    if not 200 <= fetched.status < 300:
        raise Unreadable(words(fetched.status), code=code(fetched.status))


def code(status: int) -> str:
    """The code that Unreadable has for a status."""
    return _CODES.get(status, "refused")


_CODES = {401: "login", 402: "login", 403: "forbidden", 404: "not_found", 407: "login", 410: "gone", 451: "forbidden"}


def words(status: int) -> str:
    """What a status that is no answer means, in plain words."""
    said = {
        401: _("It wants a login (401)."),
        402: _("It wants to be paid (402)."),
        403: _("It forbids us to read it (403)."),
        404: _("There is nothing at this address (404)."),
        407: _("The proxy wants a login (407)."),
        410: _("It is gone for good (410)."),
        429: _("It was asked too often and wants to be left alone for a while (429)."),
        451: _("It is withheld for legal reasons (451)."),
        503: _("It is overloaded or under repair (503)."),
    }
    if status in said:
        return said[status]
    if status >= 500:
        return _("Its server has a fault (%(status)d).") % {"status": status}
    if 300 <= status < 400:
        return _("It redirects without saying where to (%(status)d).") % {"status": status}
    return _("It refuses the request (%(status)d).") % {"status": status}
