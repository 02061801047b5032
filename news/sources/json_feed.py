"""JSON Feed (versions 1 and 1.1) in the form in which `news.sources.child` gives RSS and Atom. Pure."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from news.entries import Unreadable


def read(body: bytes) -> dict[str, Any]:
    """The feed and its entries, under the names of feedparser; `not_entries` counts items that are none.

    Raises Unreadable for what is no JSON Feed.
    """
    try:
        found = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("This is neither a feed nor JSON.")) from error
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(items, list) or "jsonfeed.org" not in _text(found, "version"):
        raise Unreadable(_("This is JSON, but no JSON Feed."))
    authors = _authors(found)
    entries = [_entry(item, authors) for item in items if isinstance(item, dict)]
    return {
        "version": "json",
        "feed": {
            "title": _text(found, "title"),
            "link": _text(found, "home_page_url"),
            "language": _text(found, "language"),
        },
        "entries": entries,
        "not_entries": len(items) - len(entries),
    }


def _entry(item: dict[str, Any], authors: list[dict[str, str]]) -> dict[str, Any]:
    is_html = not _text(item, "content_text")
    content = _text(item, "content_html" if is_html else "content_text")
    summary = _text(item, "summary")
    tags = item.get("tags")
    attachments = item.get("attachments")
    return {
        "id": _text(item, "id"),
        "link": _text(item, "url") or _text(item, "external_url"),
        "external_url": _text(item, "external_url"),
        "title_detail": {"type": "text/plain", "value": _text(item, "title")},
        "summary_detail": {"type": "text/plain", "value": summary},
        "content": [{"type": "text/html" if is_html else "text/plain", "value": content}] if content else [],
        "published": _text(item, "date_published"),
        "updated": _text(item, "date_modified"),
        "authors": _authors(item) or authors,
        "tags": [{"term": tag} for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        "enclosures": [
            {"href": _text(one, "url"), "type": _text(one, "mime_type")}
            for one in (attachments if isinstance(attachments, list) else [])
            if isinstance(one, dict)
        ],
    }


def _authors(holder: dict[str, Any]) -> list[dict[str, str]]:
    """The names of `authors` (version 1.1) or of `author` (version 1)."""
    several = holder.get("authors")
    named = [*(several if isinstance(several, list) else []), holder.get("author")]
    return [{"name": name} for one in named if isinstance(one, dict) and (name := _text(one, "name"))]


def _text(holder: dict[str, Any], name: str) -> str:
    """A text, or the digits of a number: ids are both."""
    value = holder.get(name)
    if isinstance(value, bool):
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""
