"""A text of the site dialect as a tree: what the exporters change and write; nodes are values, never altered."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias


class MarkKind(enum.Enum):
    """The three marks that span text; the value is their HTML element."""

    STRONG = "strong"
    EMPHASIS = "em"
    STRIKE = "del"


# ── In a line ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Text:
    """Letters as a reader sees them: no escapes, no entities, no line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A code span."""

    text: str


@dataclass(frozen=True, slots=True)
class Math:
    """A formula in a line; `is_display` when it was written to stand on its own ($$…$$)."""

    tex: str
    is_display: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Bold, emphasized or struck text."""

    kind: MarkKind
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link; its address is as written. Text equal to the address makes it a bare address."""

    url: str
    children: tuple[Inline, ...]
    title: str = ""

    @property
    def is_bare(self) -> bool:
        """Whether the text is the address itself."""
        return not self.title and self.children == (Text(self.url),)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture by its address."""

    url: str
    alt: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class FootnoteReference:
    """A pointer to the note of that label."""

    label: str


@dataclass(frozen=True, slots=True)
class SoftBreak:
    """A line end in the source that reads as a space; where it reads as nothing, `normal.tidy` takes it out."""


@dataclass(frozen=True, slots=True)
class HardBreak:
    """A line break that is meant."""


Inline: TypeAlias = Text | Code | Math | Mark | Link | Image | FootnoteReference | SoftBreak | HardBreak
Line: TypeAlias = tuple[Inline, ...]

# ── Blocks ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    children: Line


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6."""

    level: int
    children: Line


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break."""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Code with the info string of its fence; the text has no last line end."""

    info: str
    text: str


@dataclass(frozen=True, slots=True)
class MathBlock:
    """A formula on its own; its lines are trimmed and none is empty."""

    tex: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation, or with `alert` one of GitHub's alerts (NOTE, TIP, IMPORTANT, WARNING, CAUTION)."""

    blocks: tuple[Block, ...]
    alert: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its number as written, and whether its box is checked (None: no box)."""

    blocks: tuple[Block, ...]
    number: str = ""
    is_done: bool | None = None


@dataclass(frozen=True, slots=True)
class List:
    """A list; `marker` is the bullet (- * +) or what follows the number (. or a parenthesis)."""

    items: tuple[Item, ...]
    marker: str
    is_tight: bool

    @property
    def is_ordered(self) -> bool:
        """Whether its items have numbers."""
        return self.marker in ".)"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first row is its head. `aligns` holds "", "left", "center" or "right" for each column."""

    aligns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Details:
    """Content folded under a summary of plain text."""

    summary: str
    blocks: tuple[Block, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class NotePlace:
    """Where a footnote stood in the text: its index among the notes of the document."""

    index: int


Block: TypeAlias = Paragraph | Heading | Rule | CodeBlock | MathBlock | Quote | List | Table | Details | NotePlace


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote."""

    label: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole text: its blocks, its footnotes, and whether it began with front matter."""

    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()
    front_matter: str = ""


# ── Walking ─────────────────────────────────────────────────────────────────


def plain(children: Iterable[Inline]) -> str:
    """The letters of a line without its markup; a formula gives its source, a picture its description."""
    pieces: list[str] = []
    for node in children:
        match node:
            case Text(text) | Code(text):
                pieces.append(text)
            case Math(tex):
                pieces.append(tex)
            case Mark(_, inner) | Link(_, inner):
                pieces.append(plain(inner))
            case Image(_, alt):
                pieces.append(alt)
            case SoftBreak() | HardBreak():
                pieces.append(" ")
    return "".join(pieces)


def leaves(nodes: Iterable[Inline]) -> Iterator[Inline]:
    """The nodes of a line that hold no others, in order."""
    for node in nodes:
        if isinstance(node, Mark | Link):
            yield from leaves(node.children)
        else:
            yield node


def change_lines(children: Iterable[Inline], change: Callable[[Inline], Iterable[Inline]]) -> Line:
    """The line with every node replaced by what `change` makes of it, the inner ones first."""
    result: list[Inline] = []
    for node in children:
        if isinstance(node, Mark | Link):
            node = replace(node, children=change_lines(node.children, change))
        result.extend(change(node))
    return tuple(result)


def without_inner_links(link: Link) -> tuple[Inline, ...]:
    """A link, and behind it the links that a change of its children has put into it: links do not nest."""
    inner: list[Inline] = []

    def change(node: Inline) -> Iterable[Inline]:
        if not isinstance(node, Link):
            return (node,)
        inner.extend((Text(" "), node))
        return node.children

    return (replace(link, children=change_lines(link.children, change)), *inner)


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """All blocks, the outer ones first, in the order of the text."""
    for block in blocks:
        yield block
        match block:
            case Quote(inner) | Details(_, inner):
                yield from walk(inner)
            case List(items):
                for item in items:
                    yield from walk(item.blocks)


def lines(blocks: Iterable[Block]) -> Iterator[Line]:
    """Every line of text in the blocks, in order: paragraphs, headings, cells."""
    for block in walk(blocks):
        match block:
            case Paragraph(children) | Heading(_, children):
                yield children
            case Table(_, rows):
                for row in rows:
                    yield from row


def map_lines(blocks: Iterable[Block], change: Callable[[Line], Line]) -> tuple[Block, ...]:
    """The same blocks with every line of text replaced by what `change` makes of it."""

    def mapped(block: Block) -> Block:
        match block:
            case Paragraph(children) | Heading(_, children):
                return replace(block, children=change(children))
            case Table(_, rows):
                return replace(block, rows=tuple(tuple(change(cell) for cell in row) for row in rows))
            case List(items):
                return replace(
                    block, items=tuple(replace(item, blocks=map_lines(item.blocks, change)) for item in items)
                )
            case Quote(inner) | Details(_, inner):
                return replace(block, blocks=map_lines(inner, change))
        return block

    return tuple(mapped(block) for block in blocks)


def map_document(document: Document, change: Callable[[Line], Line]) -> Document:
    """The same document with every line of text replaced by what `change` makes of it."""
    notes = tuple(replace(note, blocks=map_lines(note.blocks, change)) for note in document.notes)
    return replace(document, blocks=map_lines(document.blocks, change), notes=notes)
