"""The words of a rendered text on one line: for lists, titles of pages and descriptions."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

# What stands beside something else on a page, so that its words must not touch in a line either.
BLOCKS = frozenset({"blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"})
BLOCKS |= {"table", "td", "th", "tr", "ul"}
VOID = frozenset({"br", "hr", "img"})
# Marks of a footnote and the footnotes: they say nothing without each other.
NOTES = {("sup", None), ("ol", "footnotes")}
# Parts of a formula that stand above, below or under a stroke: what is written before each of them in a line.
PARTS = {
    **dict.fromkeys(("msub", "munder"), ("", "_")),
    **dict.fromkeys(("msup", "mover"), ("", "^")),
    **dict.fromkeys(("msubsup", "munderover"), ("", "_", "^")),
    "mfrac": ("", "/"),
}
MORE_LEFT_OUT = re.compile(r"…(?: …)+")
# One paragraph without an element in it, as most questions and titles are: read without a parser.
PLAIN = re.compile(r"\s*<p>([^<]*)</p>\s*")
POWER = re.compile(r"\^(\d+)(?!\w)")
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
WORD_AT_END = re.compile(r"[A-Za-z0-9_'’-]{1,24}\Z")
# A line does not end with one of these before its "…".
LOOSE_END = " \t,;:.…，、；：。（(「『《—-"


class _Enough(Exception):
    """As many words are read as are shown."""


class _Words(HTMLParser):
    """Gathers the words of sanitized HTML; code blocks and formulas on their own become "…" unless they are wanted."""

    def __init__(self, enough: int, *, with_blocks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.enough, self.with_blocks = enough, with_blocks
        self.pieces: list[str] = []
        self.length = 0
        # Each open element and how many it holds so far.
        self.open: list[tuple[str, int]] = []
        self.skipped_from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._begin_part()
        if tag in BLOCKS:
            self.pieces.append(" ")
        if tag in VOID:
            return
        self.open.append((tag, 0))
        named = dict(attrs)
        is_block = not self.with_blocks and (tag == "pre" or named.get("display") == "block")
        if not self.skipped_from and (is_block or (tag, named.get("class")) in NOTES):
            self.skipped_from = len(self.open)
            self.pieces.append(" … " if is_block else "")

    def _begin_part(self) -> None:
        if self.open:
            tag, place = self.open[-1]
            self.open[-1] = (tag, place + 1)
            signs = PARTS.get(tag, ())
            if place < len(signs) and not self.skipped_from:
                self.pieces.append(signs[place])

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.pieces.append(" ")
        if self.open and self.open[-1][0] == tag:
            if self.skipped_from == len(self.open):
                self.skipped_from = 0
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.skipped_from:
            return
        self.pieces.append(data)
        self.length += len(data.strip())
        if self.length > self.enough:
            raise _Enough


def excerpt(html: str, limit: int) -> str:
    """Return the words of what markup.html.render made, as plain text on one line of at most `limit` characters."""
    words = _words(html, limit, with_blocks=False)
    return cut(words if words.strip("… ") else _words(html, limit, with_blocks=True), limit)


def _words(html: str, enough: int, *, with_blocks: bool) -> str:
    if plain := PLAIN.fullmatch(html):
        text = unescape(plain[1])
    else:
        reader = _Words(enough, with_blocks=with_blocks)
        try:
            reader.feed(html)
            reader.close()
        except _Enough:
            pass
        text = MORE_LEFT_OUT.sub("…", " ".join("".join(reader.pieces).split()))
    words = " ".join(text.split())
    return POWER.sub(lambda found: found[1].translate(RAISED), words)


def cut(text: str, limit: int) -> str:
    """Return the text, or its beginning and "…": at most `limit` characters, not cut within a Latin word or number."""
    if len(text) <= limit:
        return text
    start = text[: limit - 1]
    if WORD_AT_END.match(text[limit - 1]) and (word := WORD_AT_END.search(start)) and word.start():
        start = start[: word.start()]
    return f"{start.rstrip(LOOSE_END) or text[: limit - 1]}…"
