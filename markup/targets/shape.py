"""The one form blocks have in the tree before they are written: nothing empty, lists as tight as they can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from markup.targets.normal import on_one_line, tidy
from markup.targets.tree import (
    Block,
    Code,
    CodeBlock,
    Details,
    Document,
    Heading,
    Inline,
    Item,
    Line,
    List,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
    change_lines,
)

# What may follow a block without a blank line and still be read as what it is.
_CLOSED = (CodeBlock, MathBlock, Heading, Rule)
_AFTER_CLOSED = (Paragraph, List, CodeBlock, MathBlock, Heading, Quote)
_AFTER_PARAGRAPH = (CodeBlock, MathBlock, Heading, Quote)


def settle_document(document: Document) -> Document:
    """The document with all its blocks in their one form."""
    notes = tuple(replace(note, blocks=settle(note.blocks)) for note in document.notes)
    return replace(document, blocks=settle(document.blocks), notes=notes)


def settle(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with their lines tidied, without empty ones; `settle(settle(blocks)) == settle(blocks)`."""
    settled = (_settled(block) for block in blocks)
    return tuple(block for block in settled if block is not None)


def _settled(block: Block) -> Block | None:
    match block:
        case Paragraph(children):
            line = tidy(children)
            return Paragraph(line) if line else None
        case Heading(level, children):
            line = on_one_line(children)
            return Heading(level, line) if line else None
        case Quote(blocks, alert):
            inner = settle(blocks)
            return Quote(inner, alert) if inner else None
        case Details(summary, blocks, is_open):
            return Details(" ".join(summary.split()), settle(blocks), is_open)
        case Table(aligns, rows):
            return Table(aligns, tuple(tuple(on_one_line(_for_cell(cell)) for cell in row) for row in rows))
        case List(items):
            return _list(replace(block, items=tuple(_item(item) for item in items)))
    return block


def _item(item: Item) -> Item:
    blocks = settle(item.blocks)
    has_text = bool(blocks) and isinstance(blocks[0], Paragraph)
    return Item(blocks, item.number, item.is_done if has_text else None)


def _list(block: List) -> List | None:
    if not block.items:
        return None
    if len(block.items) == 1 and len(block.items[0].blocks) < 2:
        # No blank line can stand anywhere, so nothing could tell a loose list from a tight one.
        return replace(block, is_tight=True)
    # Only paragraphs show whether a list is loose.
    has_paragraphs = any(isinstance(inner, Paragraph) for item in block.items for inner in item.blocks)
    is_tight = block.is_tight or not has_paragraphs
    return replace(block, is_tight=is_tight and all(_is_tight(item) for item in block.items))


def _is_tight(item: Item) -> bool:
    """Whether the blocks of an item can follow each other without blank lines."""
    for inner in item.blocks:
        if isinstance(inner, Details) or (isinstance(inner, List) and not inner.is_tight):
            return False
    return all(_may_touch(above, below) for above, below in pairwise(item.blocks))


def _may_touch(above: Block, below: Block) -> bool:
    if isinstance(above, _CLOSED):
        return isinstance(below, _AFTER_CLOSED)
    if isinstance(above, Paragraph):
        return isinstance(below, _AFTER_PARAGRAPH) or (isinstance(below, List) and _interrupts(below))
    return False


def _interrupts(block: List) -> bool:
    """Whether a list is seen directly below a paragraph: it begins with text and, if numbered, with 1."""
    first = block.items[0]
    is_visible = bool(first.blocks) and not isinstance(first.blocks[0], List)
    return is_visible and (not block.is_ordered or int(first.number) == 1)


def _for_cell(cell: Line) -> Line:
    """A cell as all parsers read it: no code span in a cell can hold a backslash before a pipe."""

    def change(node: Inline) -> Iterable[Inline]:
        if isinstance(node, Code) and "\\|" in node.text:
            return (Text(node.text),)
        return (node,)

    return change_lines(cell, change)
