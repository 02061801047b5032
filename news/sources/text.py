"""Text of a source as plain text: no element, no control character, one space between words. Pure."""

from __future__ import annotations

import html
import re

import nh3

from markup import cjk

TITLE, SUMMARY = 500, 6_000
# What feeds carry is cut before it is read: an article in full is no summary, and reading costs time.
_READ = 200_000

# Neither a page nor a database takes these; the marks that turn the order of letters round would reach other text.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069\ufeff]")
_BREAKS = re.compile(
    r"<(?:/?(?:p|div|li|ul|ol|tr|table|h[1-6]|blockquote|pre|section|article|header|footer|figure|figcaption|dd|dt)"
    r"|br|hr)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
# Elements as people put them into titles, and nothing that could be a formula (a<b and c>d).
_ELEMENT = re.compile(
    r"</?(?:a|abbr|b|big|br|code|div|em|font|h[1-6]|i|img|li|mark|ol|p|q|s|script|small|span|strong|style|sub|sup|tt|u|ul)"
    r"(?:\s+[a-z-]{1,20}\s*=[^<>]*)?\s*/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[a-z][a-z0-9]{1,8}|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=$|[-_])")


def storable(text: str) -> str:
    """The text without characters that neither a page nor a database takes."""
    return _UNWANTED.sub("", text)


def line(text: str, *, limit: int = TITLE) -> str:
    """The text in one line, at most `limit` characters; a cut is shown by …"""
    text = " ".join(storable(text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def lines(text: str, *, limit: int = SUMMARY) -> str:
    """The text in paragraphs, each in one line, at most `limit` characters."""
    paragraphs = (" ".join(part.split()) for part in storable(text).splitlines())
    text = "\n".join(part for part in paragraphs if part)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def from_html(source: str) -> str:
    """What a reader of the HTML would see as text: elements gone, scripts and styles with their content."""
    broken = _BREAKS.sub("\n", storable(source[:_READ]))
    return html.unescape(nh3.clean(broken, tags=set(), clean_content_tags={"script", "style", "template", "noscript"}))


def from_plain(source: str) -> str:
    """A text that should be plain: what was escaped once too often is undone, entities and elements."""
    if _ELEMENT.search(source[:_READ]):
        return from_html(source)
    return html.unescape(source[:_READ]) if _ENTITY.search(source[:_READ]) else source[:_READ]


def language(declared: str, sample: str) -> str:
    """The language as two or three letters, from what the source declares; Chinese when the sample shows it."""
    match = _LANGUAGE.match(declared.strip().lower())
    found = match[0] if match else ""
    if cjk.has_han(sample) and found not in ("zh", "ja", "ko"):
        return "zh"
    return found
