"""Markdown for GitHub: a file of a repository, or with place=issue the text of an issue, where names get mail.

Rules: the GitHub table of the project's Markdown rules; cmark-gfm is the judge of what its parser sees.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from markup.dialect import GUARD
from markup.targets import addresses, escape
from markup.targets.alerts import as_quote
from markup.targets.escape import Reader, Spot
from markup.targets.forms import GUARD_MARK
from markup.targets.marks import closes, opens
from markup.targets.normal import on_one_line, spaced, tidy
from markup.targets.options import Converted, Losses, check_names, choice, site
from markup.targets.reading import read, read_line
from markup.targets.shape import settle_document
from markup.targets.tex import without_pipes
from markup.targets.tree import (
    Block,
    Code,
    Details,
    Document,
    HardBreak,
    Heading,
    Image,
    Inline,
    Item,
    Line,
    Link,
    List,
    Math,
    MathBlock,
    Note,
    Paragraph,
    Quote,
    Table,
    Text,
    change_lines,
    map_document,
    plain,
    walk,
    without_inner_links,
)
from markup.targets.writing import Style, fenced, write, write_line

OPTIONS = ("site_url", "toc", "place")

_NO_FORMULA = "a formula is not drawn in headings, link texts and footnotes: written as code"


def convert(text: str, options: Mapping[str, str]) -> Converted:
    """The text as GitHub takes it; raises UnknownOption and TextTooLong.

    Options: site_url; toc=true for a list of contents, first or behind the title; place=file|issue.
    """
    check_names(options, OPTIONS)
    with_contents = choice(options, "toc", ("false", "true")) == "true"
    is_issue = choice(options, "place", ("file", "issue")) == "issue"
    losses = Losses()
    document = settle_document(_Export(site(options), losses).document(read(text)))
    if with_contents:
        document = settle_document(replace(document, blocks=_with_contents(document.blocks)))
    if is_issue:
        # There every end of a line is shown.
        document = map_document(document, on_one_line)
    written = write(document, _style(is_issue=is_issue))
    return Converted(written.replace(GUARD_MARK, GUARD), losses.lines())


def _style(*, is_issue: bool) -> Style:
    return Style(
        reader=Reader(is_github=True, links_mentions=is_issue),
        # A left quote is what a backtick is to TeX, and no backtick can stand between backticks.
        inline_math=lambda tex: f"$`{tex.replace('`', '‘')}`$",
        block_math=lambda tex: fenced("math", tex),
        bare_link=_bare_link,
    )


def _bare_link(url: str, is_cell: bool) -> str:
    if escape.is_autolink(url):
        written = url.replace("|", r"\|") if is_cell else url
        return f"<{written}>"
    spot = Spot(in_brackets=True, in_link=True, is_cell=is_cell)
    return f"[{escape.escape(url, spot, Reader(is_github=True))}]({escape.destination(url, is_cell=is_cell)})"


# ── Pieces for documents that are put together ──────────────────────────────


def escape_inline(text: str) -> str:
    """Plain text from a member that stays text wherever it is put: heading, link text, bold, start of a line."""
    spot = Spot(starts_line=True, continues_paragraph=True, in_brackets=True)
    return escape.heading_end(escape.escape(" ".join(text.split()), spot, Reader(is_github=True)))


def bold(text: str) -> str:
    """Plain text from a member in bold, whatever stands beside it."""
    letters = " ".join(text.split())
    if not letters:
        return ""
    if opens("*", "中", letters[0]) and closes("*", letters[-1], "中"):
        return f"**{escape_inline(letters)}**"
    return f"<strong>{escape_inline(letters)}</strong>"


def inline(text: str) -> str:
    """A title in the site dialect, as GitHub takes it on one line; formulas become code, as in headings."""
    line = _Export("", Losses()).line(read_line(text), keeps_formulas=False)
    return escape.heading_end(
        write_line(on_one_line(line), _style(is_issue=False), spot=Spot(starts_line=True), is_single=True)
    )


def link(text: str, url: str) -> str:
    """A link with plain text from a member; an address that can be no link stands behind the text in parentheses."""
    letters, url = " ".join(text.split()), url.strip().replace(" ", "%20")
    if not addresses.is_linkable(url):
        return escape_inline(f"{letters}（{url}）" if letters and url else letters or url)
    if letters in ("", url):
        return _bare_link(url, False)
    return f"[{escape_inline(letters)}]({escape.destination(url)})"


def anchor(title: str, seen: dict[str, int]) -> str:
    """The anchor GitHub gives a heading, from its visible text; `seen` counts titles and is changed.

    Lower case, spaces become hyphens, everything that is no letter, mark, digit, connector or hyphen goes; the
    second heading of one name ends in -1. Source: PUNCTUATION_REGEXP = /[^\\p{Word}\\- ]/u of html-pipeline.
    """
    kept = "".join(char for char in title.lower() if char in "- " or _is_word(char))
    name = kept.replace(" ", "-")
    count = seen.get(name, 0)
    seen[name] = count + 1
    return f"{name}-{count}" if count else name


def _is_word(char: str) -> bool:
    kind = unicodedata.category(char)
    return kind[0] in "LM" or kind in ("Nd", "Pc")


# ── The tree as GitHub takes it ─────────────────────────────────────────────


@dataclass
class _Export:
    """Turns the tree of the site dialect into the tree that is written for GitHub."""

    site_url: str
    losses: Losses

    def document(self, document: Document) -> Document:
        """The whole document."""
        if document.front_matter:
            self.losses.add("front matter is dropped")
        levels = iter(heading_levels(document))
        blocks = tuple(self._blocks(document.blocks, levels, is_top=True))
        notes = [Note(note.label, tuple(self._note_blocks(note, levels))) for note in document.notes]
        return Document(blocks, tuple(notes))

    def _note_blocks(self, note: Note, levels: Iterator[int]) -> Iterator[Block]:
        return self._blocks(note.blocks, levels, keeps_formulas=False)

    def _blocks(
        self, blocks: Iterable[Block], levels: Iterator[int], *, is_top: bool = False, keeps_formulas: bool = True
    ) -> Iterator[Block]:
        for block in blocks:
            yield from self._block(block, levels, is_top, keeps_formulas)

    def _block(self, block: Block, levels: Iterator[int], is_top: bool, keeps_formulas: bool) -> Iterator[Block]:
        match block:
            case Paragraph(children) if keeps_formulas:
                yield from self._paragraph(children)
            case Paragraph(children):
                yield Paragraph(self.line(children, keeps_formulas=False))
            case Heading(_, children):
                yield Heading(next(levels), self.line(children, keeps_formulas=False))
            case Quote(inner, alert):
                # GitHub draws alerts only where nothing else is around them.
                if alert and not is_top:
                    block, alert = as_quote(block), None
                yield Quote(tuple(self._blocks(block.blocks, levels, keeps_formulas=keeps_formulas)), alert)
            case Details(_, inner):
                inner = tuple(self._blocks(inner, levels, keeps_formulas=keeps_formulas))
                yield replace(block, blocks=inner)
            case List(items):
                yield replace(block, items=tuple(self._item(item, levels, keeps_formulas) for item in items))
            case Table(_, rows):
                yield replace(block, rows=tuple(tuple(self._cell(cell) for cell in row) for row in rows))
            case MathBlock(tex) if not keeps_formulas:
                self.losses.add(_NO_FORMULA)
                yield Paragraph((Code(" ".join(tex.split())),))
            case _:
                yield block

    def _item(self, item: Item, levels: Iterator[int], keeps_formulas: bool) -> Item:
        return replace(item, blocks=tuple(self._blocks(item.blocks, levels, keeps_formulas=keeps_formulas)))

    def _paragraph(self, line: Line) -> Iterator[Block]:
        """A paragraph, cut where a formula stands for itself."""
        rest: list[Inline] = []
        for node in line:
            if isinstance(node, Math) and node.is_display:
                yield Paragraph(self.line(tuple(rest)))
                yield MathBlock(node.tex)
                rest = []
            else:
                rest.append(node)
        yield Paragraph(self.line(tuple(rest)))

    def _cell(self, cell: Line) -> Line:
        def change(node: Inline) -> Iterable[Inline]:
            if isinstance(node, Math):
                return (Math(without_pipes(node.tex)),)
            return (node,)

        return self.line(change_lines(cell, change))

    def line(self, line: Line, *, keeps_formulas: bool = True) -> Line:
        """A line with its formulas where they are drawn, set off by spaces, and with addresses that work."""

        def change(node: Inline) -> Iterable[Inline]:
            match node:
                case Math(tex) if not keeps_formulas:
                    self.losses.add(_NO_FORMULA)
                    return (Code(tex),)
                case Link(url, children, title):
                    link = Link(self._absolute(url), self._link_text(children), title)
                    return without_inner_links(link)
                case Image():
                    return (self._image(node),)
            return (node,)

        return spaced(tidy(change_lines(line, change)))

    def _link_text(self, children: Line) -> Line:
        def change(node: Inline) -> Iterable[Inline]:
            if isinstance(node, Math):
                self.losses.add(_NO_FORMULA)
                return (Code(node.tex),)
            return (node,)

        return change_lines(children, change)

    def _absolute(self, url: str) -> str:
        return addresses.absolute(url, self.site_url)

    def _image(self, image: Image) -> Inline:
        if image.url.startswith("data:"):
            self.losses.add("a picture inside the text is not shown: its description is written")
            return Text(addresses.described(image.alt))
        url = self._absolute(image.url).replace(" ", "%20")
        if addresses.is_video_file(url):
            return Link(url, (Text(image.alt or url),), image.title)
        if url.startswith("/") and not url.startswith("//"):
            self.losses.add(f"a picture of the site is not shown without site_url: {url}")
        return replace(image, url=url)


# ── Headings ────────────────────────────────────────────────────────────────


def heading_levels(document: Document) -> list[int]:
    """The levels the headings get, in order: one h1, and no level skipped on the way down.

    Headings in lists, quotes and footnotes get levels for where they stand and do not move those behind them.
    """
    outline = _Outline()
    outline.add(document.blocks)
    for note in document.notes:
        outline.add(note.blocks, is_nested=True)
    return outline.levels


class _Outline:
    """The levels of headings; `opened` holds wanted and given levels of those a next one may stand under."""

    def __init__(self) -> None:
        self.levels: list[int] = []
        self.opened: list[tuple[int, int]] = []
        self.has_title = False
        self.shift = 0

    def add(self, blocks: Iterable[Block], *, is_nested: bool = False) -> None:
        """Give levels to the headings of some blocks, in order."""
        opened = list(self.opened)
        for block in blocks:
            match block:
                case Heading(level, ()):
                    self.levels.append(level)
                case Heading(level):
                    self._heading(level, is_nested=is_nested)
                case Quote(inner):
                    self.add(inner, is_nested=True)
                case Details(_, inner):
                    self.add(inner, is_nested=is_nested)
                case List(items):
                    for item in items:
                        self.add(item.blocks, is_nested=True)
        if is_nested:
            self.opened = opened

    def _heading(self, level: int, *, is_nested: bool) -> None:
        is_second = level == 1 and self.has_title
        self.has_title = self.has_title or level == 1
        if is_second and not is_nested:
            self.shift = 1
        wanted = level + (self.shift or is_second)
        while self.opened and self.opened[-1][0] >= wanted:
            self.opened.pop()
        given = min(self.opened[-1][1] + 1 if self.opened else wanted, 6)
        self.opened.append((wanted, given))
        self.levels.append(given)


def _with_contents(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks with a list of their headings first, but for the title; a list that stands there is made anew."""
    title, blocks = (blocks[:1], blocks[1:]) if blocks and _is_title(blocks[0]) else ((), blocks)
    if blocks and _is_contents(blocks[0]):
        blocks = blocks[1:]
    seen: dict[str, int] = {}
    named = [(block.level, _visible(block.children)) for block in walk((*title, *blocks)) if isinstance(block, Heading)]
    entries = [(level, name, anchor(name, seen)) for level, name in named]
    listed = [entry for entry in entries[len(title) :] if entry[1].strip()]
    return (*title, *_contents(listed), *blocks)


def _is_title(block: Block) -> bool:
    return isinstance(block, Heading) and block.level == 1


def _visible(line: Line) -> str:
    shown = change_lines(line, lambda node: () if isinstance(node, Image | HardBreak) else (node,))
    return plain(shown)


def _contents(entries: list[tuple[int, str, str]]) -> Iterator[List]:
    if not entries:
        return
    items: list[Item] = []
    position = 0
    while position < len(entries):
        level, title, name = entries[position]
        stop = position + 1
        while stop < len(entries) and entries[stop][0] > level:
            stop += 1
        entry = Paragraph((Link(f"#{name}", (Text(title),)),))
        items.append(Item((entry, *_contents(entries[position + 1 : stop]))))
        position = stop
    yield List(tuple(items), "-", True)


def _is_contents(block: Block) -> bool:
    match block:
        case List(items, "-"):
            return all(_is_entry(item) for item in items)
    return False


def _is_entry(item: Item) -> bool:
    match item.blocks:
        case (Paragraph((Link(url),)), *inner):
            return url.startswith("#") and all(_is_contents(block) for block in inner)
    return False
