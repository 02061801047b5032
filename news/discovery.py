"""From the address of a page to the feeds of its site: the page itself, what it links to, the usual places."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin

from news.entries import Unreadable
from news.sources import asking
from news.sources.pages import Feed, feeds_in, looks_like_feed
from outbound import client
from outbound.client import Failed, Refused

# Where blog engines put their feed (WordPress, Ghost, Jekyll, Hugo, Hexo, Typecho), the most usual first.
USUAL_PLACES = ("/feed", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml")


def discover(url: str) -> list[Feed]:
    """The feeds of a page, the page itself first when it is one; at most one request and one for each usual place.

    Raises Refused and Failed as outbound does, and Unreadable for an answer that is none.
    """
    reply = client.get(url)
    if not 200 <= reply.status < 300:
        raise Unreadable(asking.words(reply.status), code=asking.code(reply.status))
    if looks_like_feed(reply.body, reply.content_type):
        return [Feed(reply.moved_to or reply.url)]
    found = feeds_in(reply.body, reply.content_type, reply.url)
    return found or list(_usual(reply.url))


def _usual(page: str) -> Iterator[Feed]:
    """The first usual place at which there is a feed."""
    for path in USUAL_PLACES:
        try:
            reply = client.get(urljoin(page, path))
        except (Refused, Failed):
            continue
        if 200 <= reply.status < 300 and looks_like_feed(reply.body, reply.content_type):
            yield Feed(reply.moved_to or reply.url)
            return
