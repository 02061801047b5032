"""The tree written as Markdown; every target gives its `Style`, everything else about writing stands here.

What is written here is read back by `reading` as the same tree: whoever changes one side changes the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from markup.targets import escape
from markup.targets.escape import Reader, Spot
from markup.targets.marks import closes, opens
from markup.targets.tree import (
    Block,
    Code,
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
    Rule,
    SoftBreak,
    Table,
    Text,
)

_MARKERS = {MarkKind.STRONG: ("**",), MarkKind.EMPHASIS: ("*", "_"), MarkKind.STRIKE: ("~~",)}
_OTHER_LIST = {"-": "*", "*": "-", "+": "-", ".": ")", ")": "."}
# Behind the marker of an item these would be a rule, or a box that GitHub does not see.
_NOT_BEHIND_MARKER = re.compile(r"(?:-[ \t]*){3,}$|(?:\*[ \t]*){3,}$|(?:(?:[-+*]|[0-9]{1,9}[.)]) ){2,}\[[ x]\] ")
_DELIMITER_ROW = {"": "---", "left": ":--", "center": ":-:", "right": "--:"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a target is written where targets differ.

    `inline_math` and `block_math` get TeX; `bare_link` writes an address that is its own text, and is told
    whether it stands in a cell; `table`, when given, writes a whole table.
    """

    reader: Reader
    inline_math: Callable[[str], str]
    block_math: Callable[[str], list[str]]
    bare_link: Callable[[str, bool], str]
    table: Callable[[Table], list[str]] | None = None


def write(document: Document, style: Style) -> str:
    """The whole text, ended by one line end; "" for an empty document."""
    lines = _Blocks(style, document.notes).document(document)
    return "\n".join(lines) + "\n" if lines else ""


# ── Lines ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a run of nodes: neighbouring characters, and delimiters that must not be touched."""

    before: str = ""
    after: str = ""
    live_before: str = ""
    live_after: str = ""
    starts_line: bool = False
    in_link: bool = False


def write_line(line: Line, style: Style, *, spot: Spot, is_single: bool = False) -> str:
    """A line of text; hard breaks are `<br>` when it must stay one line, a backslash and a line end otherwise."""
    has_math = any(_has_math(node) for node in line)
    writer = _Line(style, replace(spot, has_math=has_math), is_single or spot.is_cell)
    return writer.nodes(line, _Around(starts_line=spot.starts_line))


def _has_math(node: Inline) -> bool:
    if isinstance(node, Mark | Link):
        return any(_has_math(child) for child in node.children)
    return isinstance(node, Math)


def first_chars(node: Inline) -> str:
    """The characters that may count as the first of a node when it is written."""
    match node:
        case Text(text):
            return text[0]
        case Mark(MarkKind.STRIKE, children):
            # GitHub's parser looks through a tilde when it judges the delimiters beside it.
            return "~" + first_chars(children[0])
        case Mark():
            return "*"
        case HardBreak():
            return "\\"
        case SoftBreak():
            return " "
        case _:
            return "["


def last_chars(node: Inline) -> str:
    """The characters that may count as the last of a node when it is written."""
    match node:
        case Text(text):
            return text[-1]
        case Mark(MarkKind.STRIKE, children):
            return "~" + last_chars(children[-1])
        case Mark():
            return "*"
        case HardBreak():
            return " >"
        case SoftBreak():
            return " "
        case _:
            return ")"


class _Line:
    """Writes the nodes of one line."""

    def __init__(self, style: Style, spot: Spot, is_single: bool) -> None:
        self.style = style
        self.spot = spot
        self.is_single = is_single
        self.is_first_line = not spot.continues_paragraph

    def nodes(self, nodes: Sequence[Inline], around: _Around) -> str:
        """The nodes one after the other, each knowing its neighbours."""
        pieces: list[str] = []
        live = around.live_before
        starts_line = around.starts_line
        for index, node in enumerate(nodes):
            is_last = index == len(nodes) - 1
            before = last_chars(nodes[index - 1]) if index else around.before
            after = around.after if is_last else first_chars(nodes[index + 1])
            here = replace(
                around,
                before=before,
                after=after,
                live_before=live,
                live_after=around.live_after if is_last else "",
                starts_line=starts_line,
            )
            live = ""
            match node:
                case Text(text):
                    pieces.append(self._text(text, here, nodes[max(0, index - 1) : index + 2], index > 0))
                case Mark():
                    written, live = self._mark(node, here)
                    pieces.append(written)
                case HardBreak():
                    pieces.append("<br>" if self.is_single else "\\\n")
                    self.is_first_line = False
                case SoftBreak():
                    pieces.append("\n")
                    self.is_first_line = False
                case _:
                    pieces.append(self._leaf(node))
            starts_line = isinstance(node, HardBreak | SoftBreak) and not self.is_single
        return "".join(pieces)

    def _text(self, text: str, around: _Around, neighbours: Sequence[Inline], has_left: bool) -> str:
        left = neighbours[0] if has_left else None
        right = neighbours[-1] if len(neighbours) > 1 + has_left else None
        is_at_start = around.starts_line and self.is_first_line
        spot = replace(
            self.spot,
            # Where the line begins or ends, nothing stands beside the text that could make it structure.
            before="" if around.before else " ",
            after="" if around.after else " ",
            starts_line=around.starts_line,
            continues_paragraph=around.starts_line and not self.is_first_line,
            follows_box=self.spot.is_box_item and is_at_start,
            follows_note=isinstance(left, FootnoteReference),
            precedes_bracket=isinstance(right, Link | FootnoteReference),
            in_brackets=around.in_link,
            in_link=around.in_link,
        )
        return escape.escape(text, spot, self.style.reader)

    def _mark(self, mark: Mark, around: _Around) -> tuple[str, str]:
        """The mark, and the delimiter it ends with when that must not touch another one of its kind."""
        match mark:
            case Mark(MarkKind.EMPHASIS, (Mark(MarkKind.STRONG, inner),)) if self._pairs("***", inner, around):
                return self._between("***", inner, around), "*"
        for marker in _MARKERS[mark.kind]:
            if self._pairs(marker, mark.children, around):
                return self._between(marker, mark.children, around), marker[0]
        inside = replace(around, before=">", after="<", live_before="", live_after="", starts_line=False)
        if not self.style.reader.is_github:
            # Never met: the Zhihu exporter makes every mark readable before. Letters count more than a mark.
            return self.nodes(mark.children, inside), ""
        name = mark.kind.value
        return f"<{name}>{self.nodes(mark.children, inside)}</{name}>", ""

    def _pairs(self, marker: str, children: Sequence[Inline], around: _Around) -> bool:
        if marker[0] in (around.live_before, around.live_after):
            return False
        first, last = first_chars(children[0]), last_chars(children[-1])
        return opens(marker[0], around.before, first) and closes(marker[0], last, around.after)

    def _between(self, marker: str, children: Sequence[Inline], around: _Around) -> str:
        char = marker[0]
        is_seen_through = char == "~"
        inside = replace(
            around,
            before=char + (around.before or " ") * is_seen_through,
            after=char + (around.after or " ") * is_seen_through,
            live_before=char,
            live_after=char,
            starts_line=False,
        )
        return marker + self.nodes(children, inside) + marker

    def _leaf(self, node: Inline) -> str:
        is_cell = self.spot.is_cell
        match node:
            case Code(text):
                return self._code(text)
            case Math(tex):
                return self.style.inline_math(tex)
            case Link(url, children, title):
                if node.is_bare:
                    return self.style.bare_link(url, is_cell)
                inside = _Around("[", "]", in_link=True)
                target = escape.destination(url, is_cell=is_cell) + escape.quoted_title(title, is_cell=is_cell)
                return f"[{self.nodes(children, inside)}]({target})"
            case Image(url, alt, title):
                spot = Spot(in_brackets=True, in_link=True, is_cell=is_cell)
                target = escape.destination(url, is_cell=is_cell) + escape.quoted_title(title, is_cell=is_cell)
                return f"![{escape.escape(alt, spot, self.style.reader)}]({target})"
            case FootnoteReference(label):
                return f"[^{label}]"
        raise TypeError(f"{type(node).__name__} has no written form")

    def _code(self, text: str) -> str:
        return code_span(text.replace("|", r"\|") if self.spot.is_cell else text)


def code_span(text: str) -> str:
    """A code span that holds exactly this text."""
    lengths = {len(run) for run in re.findall("`+", text)}
    fence = "`" * next(length for length in range(1, len(lengths) + 2) if length not in lengths)
    is_padded = text[:1] == "`" or text[-1:] == "`" or (text[:1] == text[-1:] == " " and text.strip(" ") != "")
    pad = " " if is_padded else ""
    return f"{fence}{pad}{text}{pad}{fence}"


# ── Blocks ──────────────────────────────────────────────────────────────────


def fenced(info: str, text: str) -> list[str]:
    """A fenced code block, its fence longer than any in the code."""
    char = "~" if "`" in info else "`"
    longest = max((len(run) for run in re.findall(f"{char}+", text)), default=0)
    fence = char * max(3, longest + 1)
    gap = " " if info.startswith(char) else ""
    return [fence + gap + info, *(text.split("\n") if text else ()), fence]


def _indented(lines: Iterable[str], first: str, rest: str) -> list[str]:
    """The lines behind a marker; empty ones stay empty."""
    return [(first if index == 0 else rest) + line if line else "" for index, line in enumerate(lines)]


class _Blocks:
    """Writes blocks as lines."""

    def __init__(self, style: Style, notes: Sequence[Note] = ()) -> None:
        self.style = style
        self.notes = notes

    def document(self, document: Document) -> list[str]:
        """All blocks, the footnotes where they stood."""
        lines = self.blocks(document.blocks)
        if lines and lines[0] == "---":
            # A rule in the first line would be read as the start of front matter.
            lines[0] = "___"
        return lines

    def _note(self, label: str, blocks: tuple[Block, ...]) -> list[str]:
        head = f"[^{label}]:"
        lines = self.blocks(blocks, in_list=True)
        if blocks and isinstance(blocks[0], Paragraph):
            return _indented(lines, f"{head} ", "    ")
        return [head, *_indented(lines, "    ", "    ")]

    def blocks(self, blocks: Sequence[Block], *, is_tight: bool = False, in_list: bool = False) -> list[str]:
        """The blocks with a blank line between them, but for tight lists."""
        lines: list[str] = []
        previous_marker = ""
        for index, block in enumerate(blocks):
            if index and not is_tight:
                lines.append("")
            if isinstance(block, List) and block.marker == previous_marker:
                block = replace(block, marker=_OTHER_LIST[block.marker])
            previous_marker = block.marker if isinstance(block, List) else ""
            lines += self._block(block, in_list)
        return lines

    def _block(self, block: Block, in_list: bool) -> list[str]:
        match block:
            case Paragraph(children):
                return self._paragraph(children, Spot(starts_line=True))
            case Heading(level, children):
                text = write_line(children, self.style, spot=Spot(), is_single=True)
                return [f"{'#' * level} {escape.heading_end(text)}"]
            case Rule():
                # Three dashes behind the dash of an item would be a rule instead of the item.
                return ["___" if in_list else "---"]
            case CodeBlock(info, text):
                return fenced(escape.info_string(info), text)
            case MathBlock(tex):
                return self.style.block_math(tex)
            case Quote(inner, alert):
                lines = self.blocks(inner, in_list=in_list)
                if alert:
                    # Only a paragraph surely belongs to the line above it.
                    lines[:0] = [f"[!{alert}]"] if isinstance(inner[0], Paragraph) else [f"[!{alert}]", ""]
                return [f"> {line}" if line else ">" for line in lines]
            case List():
                return self._list(block)
            case Table():
                return self.style.table(block) if self.style.table else self._table(block)
            case Details(summary, inner, is_open):
                return self._details(summary, self.blocks(inner, in_list=in_list), is_open)
            case NotePlace(index):
                return self._note(self.notes[index].label, self.notes[index].blocks)

    def _paragraph(self, children: Line, spot: Spot) -> list[str]:
        return write_line(children, self.style, spot=spot).split("\n")

    def _list(self, block: List) -> list[str]:
        lines: list[str] = []
        for index, item in enumerate(block.items):
            if index and not block.is_tight:
                lines.append("")
            lines += self._item(item, block)
        return lines

    def _item(self, item: Item, block: List) -> list[str]:
        marker = item.number + block.marker
        blocks, box = item.blocks, ""
        lines: list[str] = []
        if item.is_done is not None and isinstance(first := blocks[0], Paragraph):
            box = "[x] " if item.is_done else "[ ] "
            lines = self._paragraph(first.children, Spot(starts_line=True, is_box_item=True))
            lines[0] = box + lines[0]
            rest = self.blocks(blocks[1:], is_tight=block.is_tight, in_list=True)
            lines += rest if block.is_tight or not rest else ["", *rest]
        else:
            lines = self.blocks(blocks, is_tight=block.is_tight, in_list=True)
        if not lines:
            return [marker]
        indent = " " * (len(marker) + 1)
        written = _indented(lines, f"{marker} ", indent)
        if _NOT_BEHIND_MARKER.match(written[0]):
            return [marker, *_indented(lines, indent, indent)]
        return written

    def _table(self, table: Table) -> list[str]:
        rows = [[write_line(cell, self.style, spot=Spot(is_cell=True)) for cell in row] for row in table.rows]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "| " + " | ".join(_DELIMITER_ROW[align] for align in table.aligns) + " |")
        return lines

    def _details(self, summary: str, inner: list[str], is_open: bool) -> list[str]:
        lines = ["<details open>" if is_open else "<details>"]
        if summary:
            lines.append(f"<summary>{escape.html_text(summary)}</summary>")
        return [*lines, "", *inner, *([""] if inner else []), "</details>"]
