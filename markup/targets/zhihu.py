"""Markdown for Zhihu's "导入文档": two heading levels, formulas as equation images, flat lists, plain tables.

Rules: the Zhihu table of the project's Markdown rules. What is disputed there is an option, never a guess in a
template: zhihu_math, zhihu_table, heading_base. To be tried by hand on the site; written down November 2026.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from markup import links
from markup.targets import addresses, escape
from markup.targets.alerts import as_quote
from markup.targets.escape import Reader, Spot
from markup.targets.forms import EQUATION, GUARD_MARK
from markup.targets.marks import may_pair
from markup.targets.normal import spaced, tidy
from markup.targets.options import Converted, Losses, check_names, choice, number, site, words
from markup.targets.reading import read, read_line
from markup.targets.shape import settle, settle_document
from markup.targets.tex import one_line_tex
from markup.targets.tree import (
    Block,
    CodeBlock,
    Details,
    Document,
    FootnoteReference,
    HardBreak,
    Heading,
    Image,
    Inline,
    Item,
    Line,
    Link,
    List,
    Mark,
    MarkKind,
    Math,
    MathBlock,
    Note,
    NotePlace,
    Paragraph,
    Quote,
    Table,
    Text,
    change_lines,
    leaves,
    lines,
    map_document,
    map_lines,
)
from markup.targets.writing import Style, write, write_line
from markup.targets.zhihu_lines import Lines
from markup.targets.zhihu_lists import flat_list, labelled
from markup.targets.zhihu_marks import readable

OPTIONS = ("site_url", "lead", "zhihu_math", "zhihu_table", "heading_base")

_READER = Reader(is_github=False)
_MAX_LENGTH = 100_000
# Drawn by nobody on Zhihu; as text the code can at least be read.
_DIAGRAMS = frozenset(("mermaid", "graphviz", "dot", "plantuml", "puml", "flow", "flowchart", "sequence"))
_CONTENTS = re.compile(r"\[(?:TOC|\[TOC\]|\[_TOC_\])\]", re.IGNORECASE)
_NEEDS_ESCAPE = re.compile(r"[\\`$\[\]<&|]")


class _Place(enum.Enum):
    """What stands around a block, because quotes take no lists and items no breaks."""

    TOP = "top"
    ITEM = "item"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class _Settings:
    """The options, read and checked."""

    site_url: str = ""
    lead: str = ""
    math: str = "eeimg"
    table: str = "gfm"
    base: int = 2


def convert(text: str, options: Mapping[str, str]) -> Converted:
    """The text as Zhihu's import takes it; raises UnknownOption and TextTooLong.

    Options: site_url; lead=TEXT for the first paragraph when the text begins with a heading;
    zhihu_math=eeimg|dollars; zhihu_table=gfm|html; heading_base=1…5, the level of the upper headings.
    """
    check_names(options, OPTIONS)
    settings = _Settings(
        site_url=site(options),
        lead=words(options, "lead"),
        math=choice(options, "zhihu_math", ("eeimg", "dollars")),
        table=choice(options, "zhihu_table", ("gfm", "html")),
        base=number(options, "heading_base", 2, 1, 5),
    )
    losses = Losses()
    # Nothing is read back from there, so nothing has to say that a line is text.
    document = map_document(read(text), _unguarded)
    export_lines = Lines(settings.site_url, settings.math == "dollars", _note_numbers(document), losses)
    document = _Export(settings, losses, export_lines).document(document)
    written = write(settle_document(document), _style(settings))
    if len(written) > _MAX_LENGTH:
        losses.add(f"the text has {len(written)} characters, Zhihu takes {_MAX_LENGTH}")
    return Converted(written, losses.lines())


def _unguarded(line: Line) -> Line:
    def change(node: Inline) -> Iterable[Inline]:
        return (Text(node.text.replace(GUARD_MARK, "")),) if isinstance(node, Text) else (node,)

    return change_lines(line, change)


def _style(settings: _Settings) -> Style:
    is_image = settings.math == "eeimg"
    return Style(
        reader=_READER,
        inline_math=(lambda tex: equation_tag(tex, 1)) if is_image else (lambda tex: f"$${tex}$$"),
        block_math=lambda tex: [equation_tag(one_line_tex(tex), 2) if is_image else f"$${one_line_tex(tex)}$$"],
        bare_link=_bare_link,
        table=(lambda table: _html_table(table, settings)) if settings.table == "html" else None,
    )


def equation_tag(tex: str, form: int) -> str:
    """The tag that Zhihu draws as a formula; form 1 stands in a line, form 2 on its own.

    Source: md2zhihu, zhihu_obsidian 3768b5d for form 2. A pipe would end the cell of a table.
    """
    alt = escape.html_text(tex).replace('"', "&quot;").replace("|", "&#124;")
    source = EQUATION + quote(tex, safe="", errors="replace")
    return f'<img src="{source}" alt="{alt}" class="ee_img tr_noresize" eeimg="{form}">'


def _bare_link(url: str, is_cell: bool) -> str:
    """An address that is its own text: as a link with its exact end, in a cell as plain text."""
    if is_cell and links.find(url) == [links.Found(0, len(url), url)]:
        return url
    text = url
    if _NEEDS_ESCAPE.search(url) or may_pair(url):
        text = escape.escape(url, Spot(in_brackets=True, in_link=True, is_cell=is_cell), _READER)
    return f"[{text}]({escape.destination(url, is_cell=is_cell)})"


def _html_table(table: Table, settings: _Settings) -> list[str]:
    """A bare table: Zhihu empties one that has a head, a body or column groups (md2zhihu #22)."""
    rows: list[str] = []
    for index, row in enumerate(table.rows):
        name = "td" if index else "th"
        cells = ("".join(_html_cell(cell, settings)) for cell in row)
        rows.append("<tr>" + "".join(f"<{name}>{cell}</{name}>" for cell in cells) + "</tr>")
    return ["<table>", *rows, "</table>"]


def _html_cell(cell: Line, settings: _Settings) -> Iterator[str]:
    for node in cell:
        match node:
            case Link(url) if links.find(written := escape.html_text(url)) == [links.Found(0, len(written), url)]:
                yield written
            case Text(text) | Link(text):
                # What looks like an address and is none must not become one.
                yield escape.html_text(text).replace("://", "&#58;//")
            case Math(tex):
                yield equation_tag(tex, 1) if settings.math == "eeimg" else escape.html_text(f"$${tex}$$")
            case HardBreak():
                yield "<br>"


# ── Pieces for documents that are put together ──────────────────────────────


def escape_inline(text: str) -> str:
    """Plain text from a member that stays text wherever it is put: heading, link text, bold, start of a line."""
    spot = Spot(starts_line=True, continues_paragraph=True, in_brackets=True)
    return escape.heading_end(escape.escape(" ".join(text.split()), spot, _READER))


def bold(text: str) -> str:
    """Plain text from a member in bold, whatever stands beside it; marks of the sentence stand outside."""
    letters = " ".join(text.split())
    if not letters:
        return ""
    mark = Mark(MarkKind.STRONG, (Text(letters),))
    return write_line(readable(mark, "中", "中"), _style(_Settings()), spot=Spot(before="中", after="中"))


def inline(text: str) -> str:
    """A title in the site dialect, as Zhihu takes it on one line, without pictures."""
    line, _ = Lines("", False, {}, Losses()).line(read_line(text))
    spot = Spot(starts_line=True)
    return escape.heading_end(write_line(tidy(line), _style(_Settings()), spot=spot, is_single=True))


def link(text: str, url: str) -> str:
    """A link with plain text from a member; an address that can be no link stands behind the text in parentheses."""
    letters, url = " ".join(text.split()), url.strip().replace(" ", "%20")
    if not (addresses.is_linkable(url) and addresses.is_absolute(url)):
        return escape_inline(f"{letters}（{url}）" if letters and url else letters or url)
    if letters in ("", url):
        return _bare_link(url, False)
    return f"[{escape_inline(letters)}]({escape.destination(url)})"


# ── The tree as Zhihu takes it ──────────────────────────────────────────────


@dataclass
class _Export:
    """Turns the tree of the site dialect into the tree that is written for Zhihu."""

    settings: _Settings
    losses: Losses
    lines: Lines

    def document(self, document: Document) -> Document:
        """The whole document."""
        if document.front_matter:
            self.losses.add("front matter is dropped")
        blocks = list(self._blocks(document.blocks))
        if document.notes:
            blocks += self._references(document.notes)
        blocks = list(self._ranked(settle(blocks)))
        if blocks and isinstance(blocks[0], Heading):
            if self.settings.lead:
                blocks.insert(0, Paragraph((Text(self.settings.lead),)))
            else:
                self.losses.add("the text begins with a heading, which Zhihu may take for the title: give lead=TEXT")
        # A number or a sign may have been put before a formula.
        return Document(map_lines(blocks, spaced) if self.lines.with_dollars else tuple(blocks))

    def _references(self, notes: Sequence[Note]) -> Iterator[Block]:
        yield Paragraph((Mark(MarkKind.STRONG, (Text("参考资料"),)),))
        for note in sorted(notes, key=lambda note: self.lines.numbers[note.label]):
            yield from labelled(f"[{self.lines.numbers[note.label]}] ", list(self._blocks(note.blocks)))

    def _ranked(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks with two levels of headings; deeper ones are bold lines."""
        blocks = tuple(blocks)
        levels = sorted({block.level for block in blocks if isinstance(block, Heading)})
        for block in blocks:
            if not isinstance(block, Heading):
                yield block
            elif (rank := levels.index(block.level)) < 2:
                yield replace(block, level=self.settings.base + rank)
            else:
                yield self._bold(block.children)

    def _bold(self, line: Line) -> Paragraph:
        return Paragraph(self.lines.finished((Mark(MarkKind.STRONG, line),)))

    def _blocks(self, blocks: Iterable[Block], *, place: _Place = _Place.TOP) -> Iterator[Block]:
        for block in blocks:
            yield from self._block(block, place)

    def _block(self, block: Block, place: _Place) -> Iterator[Block]:
        match block:
            case Paragraph(children):
                yield from self._paragraph(children, place)
            case Heading(level, children):
                line, images = self.lines.line(children)
                if line:
                    yield Heading(level, line) if place is _Place.TOP else self._bold(line)
                yield from (Paragraph((image,)) for image in images)
            case Quote():
                quote = as_quote(block) if block.alert else block
                yield Quote(tuple(self._blocks(quote.blocks, place=_Place.QUOTE)))
            case Details(summary, inner):
                if summary:
                    yield self._bold((Text(summary),))
                yield from self._blocks(inner, place=place)
            case List(items):
                yield from self._list(block, [self._item(item, place) for item in items], place)
            case Table(_, rows):
                yield replace(block, rows=tuple(tuple(self.lines.cell(cell) for cell in row) for row in rows))
            case CodeBlock(info, text) if info.partition(" ")[0].lower() in _DIAGRAMS:
                self.losses.add("a diagram is not drawn: its source is written as text")
                yield CodeBlock("text", text)
            case MathBlock(tex):
                formula = self.lines.formula(tex)
                if formula is None:
                    yield CodeBlock("latex", tex)
                elif formula:
                    yield MathBlock(one_line_tex(formula))
            case NotePlace():
                pass  # notes are listed at the end
            case _:
                yield block

    def _paragraph(self, line: Line, place: _Place) -> Iterator[Block]:
        for piece in self.lines.pieces(line, joins_breaks=place is _Place.ITEM):
            match piece:
                case Image():
                    yield Paragraph((piece,))
                case Math(tex):
                    yield MathBlock(tex)
                case (Text(text),) if _CONTENTS.fullmatch(text):
                    self.losses.add("[TOC] is dropped")
                case _:
                    yield Paragraph(piece)

    def _item(self, item: Item, place: _Place) -> list[Block]:
        inner = _Place.QUOTE if place is _Place.QUOTE else _Place.ITEM
        blocks = list(self._blocks(item.blocks, place=inner))
        if item.is_done is not None:
            return list(labelled("✅ " if item.is_done else "⬜ ", blocks))
        return blocks

    def _list(self, block: List, parts: list[list[Block]], place: _Place) -> Iterator[Block]:
        return flat_list(block, parts, self.losses, is_spelled=place is _Place.QUOTE)


def _note_numbers(document: Document) -> dict[str, int]:
    """The number of each footnote: in the order in which the text refers to them, the others behind."""
    numbers: dict[str, int] = {}
    blocks = [*document.blocks, *(block for note in document.notes for block in note.blocks)]
    for line in lines(blocks):
        for node in leaves(line):
            if isinstance(node, FootnoteReference):
                numbers.setdefault(node.label, len(numbers) + 1)
    for note in document.notes:
        numbers.setdefault(note.label, len(numbers) + 1)
    return numbers
