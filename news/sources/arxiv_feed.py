"""arXiv's announcements of a day, in RSS or Atom: one category ("cs.CL") or several joined by + as the address."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree

from markup import links
from markup.links import ArxivId
from news.entries import Entry, Fetched, Parsed, Problem, Request, Unreadable
from news.sources import asking, dates, text, xml
from news.sources.arxiv_names import authors
from outbound.client import Refused
from papers import tex
from papers.arxiv import ABSTRACT, is_withdrawn
from papers.facts import PaperFacts
from papers.models import FilledFrom

# Category names of arXiv: an archive, and mostly a subject class.
ADDRESS = re.compile(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?(?:\+[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?){0,30}")
# Announcements come once a day.
_MINUTES = 60
_ZONE = ZoneInfo("America/New_York")
_WEEKEND = {"saturday", "sunday"}
_GUID = re.compile(r"oai:arxiv\.org:(\S+)", re.IGNORECASE)
_HEAD = re.compile(
    r"\s*arXiv:(?P<id>\S+)\s+Announce\s+Type:\s*(?P<kind>[A-Za-z-]+)\s*(?:Abstract:\s*)?(?P<abstract>.*)",
    re.DOTALL | re.IGNORECASE,
)


def fetch(request: Request) -> Fetched:
    """Ask for today's announcements. Raises Refused for an address that is no category, and what `asking.ask` does."""
    categories = request.address.strip()
    if not ADDRESS.fullmatch(categories):
        raise Refused(_("An address here is a category such as cs.CL, or several joined by +."))
    return asking.ask_arxiv(request, f"{settings.ARXIV_RSS_URL}/rss/{categories}")


def parse(fetched: Fetched) -> Parsed:
    """Read the announcements of a day; a weekend without any is a quiet day. Raises Unreadable."""
    if fetched.status == 304:
        return Parsed()
    asking.require_answer(fetched)
    root = xml.root_of(fetched.body)
    form = xml.local(root)
    head = next((child for child in root if xml.local(child) == "channel"), None) if form == "rss" else root
    if head is None or form not in ("rss", "feed"):
        raise Unreadable(_("This is no feed of arXiv."))
    items = [child for child in root.iter() if xml.local(child) in ("item", "entry")]
    day = _day(xml.text_of(head, "pubdate") or xml.text_of(head, "updated") or xml.text_of(head, "lastbuilddate"))
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for item in items:
        entry = _entry(item, day, fetched.request.now, problems)
        if entry is not None and entry.key in entries:
            problems.append(Problem("repeated", _("The entry stands in the feed twice."), entry.key))
        elif entry is not None:
            entries[entry.key] = entry
    link = xml.text_of(head, "link")
    return Parsed(
        entries=tuple(entries.values()),
        problems=tuple(problems),
        is_quiet_day=not items and _is_quiet(head, day, fetched.request.now),
        title=text.line(xml.text_of(head, "title")),
        site_url=link.strip() if link.strip().startswith(("http://", "https://")) else "",
        minutes=_MINUTES,
    )


def _is_quiet(head: etree._Element, day: date | None, now: datetime) -> bool:
    """Whether arXiv itself says that it announces nothing on the day of this feed."""
    skipped = [child for child in head if xml.local(child) == "skipdays"]
    names = {name.strip().lower() for days in skipped for name in xml.texts_of(days, "day")} or _WEEKEND
    return f"{day or now.astimezone(_ZONE).date():%A}".lower() in names


def _day(written: str) -> date | None:
    """The day of an announcement: as written, for it begins at midnight there and its offset may be last season's."""
    moment = dates.as_written(written)
    return None if moment is None else moment.date()


def _entry(item: etree._Element, feed_day: date | None, now: datetime, problems: list[Problem]) -> Entry | None:
    guid = (xml.text_of(item, "guid") or xml.text_of(item, "id")).strip()
    said = xml.text_of(item, "description") or xml.text_of(item, "summary")
    match = _HEAD.fullmatch(said)
    paper = _identity(guid, match["id"] if match else "", _link(item))
    title = text.line(tex.plain(text.line(text.from_plain(xml.text_of(item, "title")))))
    if paper is None:
        problems.append(Problem("no_identifier", _("The entry names no paper."), text.line(guid or title)))
        return None
    written = xml.text_of(item, "pubdate") or xml.text_of(item, "published") or xml.text_of(item, "updated")
    moment = dates.read(written, now=now)
    if moment.trouble:
        problems.append(Problem("date", _("Its date cannot be right: %(date)s") % {"date": text.line(written)}, guid))
    kind = (xml.text_of(item, "announce_type") or (match["kind"] if match else "")).strip().lower()
    abstract = tex.plain(text.line(match["abstract"] if match else said, limit=ABSTRACT))
    categories = tuple(text.line(name, limit=40) for name in _categories(item))
    names = authors(", ".join(xml.texts_of(item, "creator")))
    facts = PaperFacts(
        arxiv_id=paper.id,
        source=FilledFrom.FEED.value,
        version=paper.version,
        title=title,
        abstract=abstract,
        authors=names,
        primary_category=categories[0] if categories else "",
        categories=categories,
        is_withdrawn=is_withdrawn("", abstract),
    )
    return Entry(
        key=f"{paper.id}v{paper.version}" if paper.version else paper.id,
        url=f"https://arxiv.org/abs/{paper.id}",
        title=title,
        summary=text.lines(abstract),
        authors=tuple(author.name for author in names),
        published_at=moment.moment,
        listed_on=(_day(written) if moment.moment else None) or feed_day,
        language="en",
        paper=facts,
        extra={"announce_type": kind[:20], "categories": list(categories)},
    )


def _identity(guid: str, said: str, link: str) -> ArxivId | None:
    """The paper and its version: by the guid, else by the first words of the summary, else by the link."""
    match = _GUID.fullmatch(guid)
    for name in (match[1] if match else "", said):
        if name and (found := links.arxiv_id(f"https://arxiv.org/abs/{name}")):
            return found
    return links.arxiv_id(link) if link else None


def _link(item: etree._Element) -> str:
    for child in item:
        if xml.local(child) == "link":
            return (child.get("href") or child.text or "").strip()
    return ""


def _categories(item: etree._Element) -> list[str]:
    found = [(child.get("term") or child.text or "").strip() for child in item if xml.local(child) == "category"]
    return list(dict.fromkeys(name for name in found if name))[:50]
