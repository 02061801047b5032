"""From the address of a page to the feeds of its site: the page itself, what it links to, the usual places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin

from django.utils import timezone

from news.entries import Fetched, Request, Unreadable
from news.sources import asking, feed
from news.sources.pages import Feed, feeds_in, looks_like_feed
from outbound import client
from outbound.client import Failed, Refused, Reply

# Of so many feeds that a page names it is asked what they call themselves.
NAMED = 5
# Where blog engines put their feed (WordPress, Ghost, Jekyll, Hugo, Hexo, Typecho), the most usual first.
USUAL_PLACES = ("/feed", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml")


def discover(url: str) -> list[Feed]:
    """The feeds of a page, the page itself first when it is one; one request, and one for each feed or usual place.

    Raises Refused and Failed as outbound does, and Unreadable for an answer that is none.
    """
    reply = client.get(url)
    if not 200 <= reply.status < 300:
        raise Unreadable(asking.words(reply.status), code=asking.code(reply.status))
    if looks_like_feed(reply.body, reply.content_type):
        return [_feed(reply)]
    found = feeds_in(reply.body, reply.content_type, reply.url)
    named = [_named(one) for one in found[:NAMED]] + found[NAMED:]
    return named or list(_usual(reply.url))


def _named(found: Feed) -> Feed:
    """A feed that a page names, called what it calls itself: pages say RSS."""
    try:
        reply = client.get(found.url)
    except (Refused, Failed):
        return found
    return replace(found, title=_title(reply)[:120] or found.title)


def _feed(reply: Reply) -> Feed:
    return Feed(reply.moved_to or reply.url, _title(reply)[:120])


def _title(reply: Reply) -> str:
    """What a feed calls itself, "" when it cannot be read."""
    request = Request(address=reply.url, now=timezone.now())
    try:
        return feed.parse(Fetched(request, reply.status, reply.url, reply.body, content_type=reply.content_type)).title
    except Unreadable:
        return ""


def _usual(page: str) -> Iterator[Feed]:
    """The first usual place at which there is a feed."""
    for path in USUAL_PLACES:
        try:
            reply = client.get(urljoin(page, path))
        except (Refused, Failed):
            continue
        if 200 <= reply.status < 300 and looks_like_feed(reply.body, reply.content_type):
            yield _feed(reply)
            return
