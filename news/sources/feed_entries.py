"""What an item of a feed becomes: its identity, address, words and date. Takes feedparser's names. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.utils.translation import gettext as _

from markup import links
from news.entries import Entry, Problem
from news.sources import dates, text

# What a column of keys takes, with room for what tells repeated ones apart.
_LONGEST_KEY = 200
_MOST = 20
# Browsers and servers take no longer ones; a feed can carry megabytes as an address.
_LONGEST_ADDRESS = 4_000


@dataclass(frozen=True, slots=True)
class Place:
    """What an entry is read against: where the feed was, its language, and when it was read."""

    url: str
    language: str
    now: datetime


def read(listed: Sequence[dict[str, Any]], place: Place, problems: list[Problem]) -> Iterator[Entry]:
    """The entries of a feed, with doubts as problems. Different entries of one guid or address stay apart."""
    entries = [entry for raw in listed if (entry := _entry(raw, place, problems)) is not None]
    counted = Counter(entry.key for entry in entries)
    meant: dict[str, set[str]] = {}
    for entry in entries:
        if counted[entry.key] > 1:
            meant.setdefault(entry.key, set()).add(_digest(entry))
    for entry in entries:
        if len(meant.get(entry.key, ())) > 1:
            problems.append(Problem("shared_guid", _("Several entries share this identifier."), entry.key))
            yield replace(entry, key=f"{entry.key} {_digest(entry)}")
        else:
            yield entry


def words(value: Any) -> str:
    """A title in one line, from feedparser's detail of a text or a bare text."""
    return text.line(" ".join(_text(value).split()))


def address(value: Any, place: Place) -> str:
    """An address made absolute against the feed's own; "" for what is none of the web."""
    written = text.storable(value).strip() if isinstance(value, str) else ""
    try:
        found = urljoin(place.url, written) if written else ""
    except ValueError:
        return ""
    return found if len(found) <= _LONGEST_ADDRESS and links.split(found) else ""


def _entry(raw: dict[str, Any], place: Place, problems: list[Problem]) -> Entry | None:
    url, title = _url(raw, place), words(raw.get("title_detail") or raw.get("title"))
    summary = text.lines(_summary(raw))
    # Untitled posts are named by how they begin.
    title = title or text.line(summary, limit=80)
    if any(isinstance(said, str) and len(said) > _LONGEST_ADDRESS for said in (raw.get("link"), raw.get("id"))):
        problems.append(Problem("address", _("An address is too long to be one; it was left out."), title))
    guid = text.storable(raw["id"]).strip() if isinstance(raw.get("id"), str) else ""
    if not (url or title):
        problems.append(Problem("no_content", _("The entry has neither an address nor words."), text.line(guid)))
        return None
    written = next((raw[name] for name in ("published", "updated", "created") if _is_text(raw.get(name))), "")
    moment = _moment(raw, written, place, f"{title} {place.language}")
    key = _key(guid, url, title, written)
    if moment.trouble:
        said = _("Its date cannot be right: %(date)s") % {"date": text.line(written, limit=100)}
        problems.append(Problem("date", said, key))
    return Entry(
        key=key,
        url=url,
        title=title,
        summary=summary,
        authors=tuple(_authors(raw)),
        published_at=moment.moment,
        language=text.language(place.language, title),
        extra=_extra(raw, place),
    )


def _url(raw: dict[str, Any], place: Place) -> str:
    """The entry's own address: its link, else its guid where that is an address, else its first medium.

    feedparser takes a guid for a link where there is none, also one that is no address.
    """
    guid = raw.get("id")
    for candidate in (raw.get("link"), guid, *(one.get("href") for one in _media(raw))):
        is_name = candidate == guid and not str(guid).startswith(("/", "http://", "https://"))
        found = "" if is_name else address(candidate, place)
        # Nothing, made absolute, is the feed itself.
        if found and found != place.url:
            return found
    return ""


def _key(guid: str, url: str, title: str, written: str) -> str:
    """The identity of an entry in its feed: guid, else address, else what it says."""
    key = " ".join(guid.split()) or (links.short_key(url) if url else "")
    if not key:
        return "digest:" + hashlib.sha256(f"{title}\n{written}".encode("utf-8", "replace")).hexdigest()[:32]
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _digest(entry: Entry) -> str:
    """What tells apart the entries that share a guid, or without guids an address."""
    said = f"{links.key(entry.url) if entry.url else ''}\n{entry.title}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


def _moment(raw: dict[str, Any], written: str, place: Place, sample: str) -> dates.Dated:
    name = next((name for name in ("published", "updated", "created") if raw.get(name) == written), "")
    guess = raw.get(f"{name}_parsed")
    is_chinese = text.language(place.language, sample) == "zh"
    return dates.read(written, now=place.now, is_chinese=is_chinese, guess=guess if isinstance(guess, str) else "")


def _summary(raw: dict[str, Any]) -> str:
    """The summary, or the beginning of the content of an entry that has none."""
    summary = _text(raw.get("summary_detail") or raw.get("summary"))
    if summary.strip():
        return summary
    return next((said for one in _dicts(raw.get("content")) if (said := _text(one)).strip()), "")


def _text(value: Any) -> str:
    """The plain text of a detail, which says whether it is HTML, or of a bare text."""
    if isinstance(value, dict):
        said = value.get("value")
        is_html = value.get("type") in ("text/html", "application/xhtml+xml")
    else:
        said, is_html = value, True
    if not isinstance(said, str):
        return ""
    return text.from_html(said) if is_html else text.from_plain(said)


def _authors(raw: dict[str, Any]) -> Iterator[str]:
    named = [one.get("name") for one in _dicts(raw.get("authors"))] or [raw.get("author")]
    for name in dict.fromkeys(name for name in named[:_MOST] if isinstance(name, str)):
        if shown := text.line(text.from_html(name), limit=200):
            yield shown


def _extra(raw: dict[str, Any], place: Place) -> dict[str, Any]:
    """Tags and media as text: nothing of them is ever loaded."""
    tags = [text.line(one["term"], limit=60) for one in _dicts(raw.get("tags")) if _is_text(one.get("term"))]
    media = [
        {"url": url, "type": text.line(str(one.get("type") or ""), limit=60)}
        for one in [*_media(raw), *_dicts(raw.get("media_content"))]
        if (url := address(one.get("href") or one.get("url"), place))
    ]
    other = address(raw.get("external_url"), place)
    extra = {"tags": list(dict.fromkeys(tags))[:_MOST], "media": media[:5], "external_url": other}
    return {name: value for name, value in extra.items() if value}


def _media(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """The enclosures, which feedparser keeps among the links."""
    linked = [one for one in _dicts(raw.get("links")) if one.get("rel") == "enclosure"]
    return [*_dicts(raw.get("enclosures")), *linked][:_MOST]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
