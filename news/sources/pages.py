"""Pages and what they name as their feeds. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from markup import links
from news.sources import decoding, text

MOST_FEEDS = 20
_READ = 1_000_000
_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
# These name a feed only when the link says so too: JSON and XML are much else.
_VAGUE_TYPES = {"application/json", "application/xml", "text/xml"}


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was found; `title` is what the page calls it."""

    url: str
    title: str = ""


def looks_like_feed(body: bytes, content_type: str) -> bool:
    """Whether the first element, or the version of a JSON document, is a feed's."""
    start = decoding.decode(body[:20_000], content_type).text
    if start.startswith("{"):
        return is_json_feed(body)
    while start.startswith(("<?", "<!")):
        end = start.find("-->" if start.startswith("<!--") else ">")
        start = start[end + 1 :].lstrip("->").lstrip() if end >= 0 else ""
    name = start[1:80].split(">", 1)[0].split("/", 1)[0].split(None, 1)
    return (
        start.startswith("<") and bool(name) and name[0].rpartition(":")[2].lower() in ("rss", "feed", "rdf", "channel")
    )


def is_json_feed(body: bytes) -> bool:
    """Whether the bytes are a JSON Feed of any version."""
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    version = found.get("version") if isinstance(found, dict) else None
    return isinstance(version, str) and "jsonfeed.org/version" in version


def feeds_in(body: bytes, content_type: str, url: str) -> list[Feed]:
    """The feeds that a page names in its head, in order, each once, with absolute addresses."""
    source = decoding.decode(body[:_READ], content_type).text
    parser = etree.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8", remove_comments=True)
    try:
        root = etree.fromstring(source.encode(), parser=parser) if source else None
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return []
    base = next((element.get("href") or "" for element in root.iter("base")), "")
    page = _joined(url, base) or url
    found: dict[str, Feed] = {}
    for element in root.iter("link"):
        address = _joined(page, element.get("href") or "") if _names_feed(element) else ""
        if address and links.key(address) not in found:
            found[links.key(address)] = Feed(address, text.line(element.get("title") or "", limit=120))
    return list(found.values())[:MOST_FEEDS]


def _names_feed(element: etree._Element) -> bool:
    relations = (element.get("rel") or "").lower().split()
    kind = (element.get("type") or "").split(";")[0].strip().lower()
    if "feed" in relations:
        return kind in _TYPES | _VAGUE_TYPES | {""}
    if "alternate" not in relations or "stylesheet" in relations:
        return False
    said = f"{element.get('title') or ''} {element.get('href') or ''}".lower()
    return kind in _TYPES or (kind in _VAGUE_TYPES and any(word in said for word in ("rss", "atom", "feed")))


def _joined(page: str, address: str) -> str:
    """An address of a page made absolute, "" for what nobody can ask."""
    address = text.storable(address).strip()
    address = web_address(address) if address.lower().startswith("feed:") else address
    try:
        return web_address(urljoin(page, address) if address else "")
    except ValueError:
        return ""


def web_address(written: str) -> str:
    """An address that can be asked, feed: turned into what it stands for; "" for any other."""
    if written.lower().startswith("feed:"):
        written = written[5:]
        written = f"http:{written}" if written.startswith("//") else written
    return written if links.split(written) else ""
