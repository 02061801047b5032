"""Lists of feeds as OPML, in and out. Pure: bytes become feeds and problems, feeds become bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from lxml import etree

from markup import links
from news.entries import Problem, Unreadable
from news.sources import decoding, text, xml
from news.sources.pages import web_address

MOST_FEEDS = 5_000
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in a list; `folders` are the names of the folders around it, the outermost first."""

    url: str
    title: str = ""
    site_url: str = ""
    folders: tuple[str, ...] = ()


def read(body: bytes) -> tuple[tuple[Outline, ...], tuple[Problem, ...]]:
    """The feeds of a list in order, each address once, and what in it is no feed.

    Raises Unreadable for what is not well-formed, defines entities, or is no OPML.
    """
    source = decoding.decode(body, "").text.encode()
    root = xml.root_of(_in_utf8(source))
    outer = next((child for child in root if xml.local(child) == "body"), None)
    if xml.local(root) != "opml" or outer is None:
        raise Unreadable(_("This is no OPML."))
    found: dict[str, Outline] = {}
    problems: list[Problem] = []
    for outline in _feeds(outer, (), problems):
        key = links.key(outline.url)
        if key in found:
            problems.append(Problem("repeated", _("The feed stands in the list twice."), outline.url))
        elif len(found) >= MOST_FEEDS:
            problems.append(Problem("too_many", _("The list is too long; this feed was left out."), outline.url))
        else:
            found[key] = outline
    return tuple(found.values()), tuple(problems)


def write(outlines: Iterable[Outline], *, title: str) -> bytes:
    """A list of feeds in OPML 2.0, in the order given; folders stand where their first feed does. Stable bytes."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for outline in outlines:
        for depth in range(1, len(outline.folders) + 1):
            path = outline.folders[:depth]
            if path not in folders:
                folders[path] = etree.SubElement(folders[path[:-1]], "outline", text=text.line(path[-1]))
        name = text.line(outline.title) or outline.url
        said = {"type": "rss", "text": name, "title": name, "xmlUrl": outline.url, "htmlUrl": outline.site_url}
        given = {key: text.storable(value) for key, value in said.items() if value}
        etree.SubElement(folders[outline.folders], "outline", given)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _in_utf8(source: bytes) -> bytes:
    """The document without its declaration, whose encoding is no longer true."""
    return source.partition(b"?>")[2] if source.startswith(b"<?xml") else source


def _feeds(parent: etree._Element, folders: tuple[str, ...], problems: list[Problem]) -> Iterator[Outline]:
    for element in parent:
        if xml.local(element) != "outline":
            continue
        # Programs write xmlUrl, xmlurl and XMLURL.
        said = {str(name).rpartition("}")[2].lower(): text.storable(str(value)) for name, value in element.items()}
        name = text.line(said.get("title") or said.get("text") or "", limit=120)
        written = (said.get("xmlurl") or (said.get("url", "") if said.get("type", "").lower() == "rss" else "")).strip()
        has_children = any(xml.local(child) == "outline" for child in element)
        if written:
            yield from _feed(written, name, said.get("htmlurl", "").strip(), folders, problems)
        elif not has_children:
            problems.append(Problem("no_address", _("An outline without the address of a feed."), name))
        if has_children and len(folders) < _DEEPEST:
            yield from _feeds(element, folders if written else (*folders, name or "?"), problems)
        elif has_children:
            problems.append(Problem("too_deep", _("Folders stand too deep in each other."), name))


def _feed(written: str, name: str, site: str, folders: tuple[str, ...], problems: list[Problem]) -> Iterator[Outline]:
    url = web_address(written)
    if not url:
        problems.append(Problem("bad_address", _("No address of the web: %(url)s") % {"url": written[:200]}, name))
        return
    yield Outline(url, name, site if links.split(site) else "", folders)
