"""The lines of a list and the blocks on them, as the dialect's parser sees them without comments and kept texts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from markup.dialect import parser
from papers.lists.inline import TAG

# `<!-- text 1 -->` … `<!-- /text 1 -->`: what the writer puts round a text that would be read as something else.
OPENING = re.compile(r"\s*<!-- text (\d{1,9}) -->\s*")
_FENCE = re.compile(r"\s*(?:[-*+]\s+|\d{1,9}[.)]\s+)?(`{3,}(?=[^`]*$)|~{3,})")
_TIGHT_BULLET = re.compile(r"^(\s{0,3}[-+*])(?=\[[^\]]{2,}\]\()")
# Folds and headings written in HTML. What stands behind their end on the same line makes them text.
_DETAILS = re.compile(r"\s*<details\b[^>]*>", re.IGNORECASE)
_SUMMARY = re.compile(r"\s*<summary\b[^>]*>(.*?)</summary\s*>\s*", re.IGNORECASE | re.DOTALL)
_END_DETAILS = re.compile(r"\s*</details\s*>\s*(?:<br\s*/?>\s*)*", re.IGNORECASE)
_HTML_HEADING = re.compile(r" {0,3}<h([1-6])\b[^>]*>(.*?)</h\1\s*>\s*", re.IGNORECASE | re.DOTALL)
_HTML_LINES = 8
_MARKER = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])(\s+|$)")
# A rule: it ends the paragraph before it, as a comment does on GitHub.
_HIDDEN = "___"


@dataclass(slots=True)
class Lines:
    """A source cut into lines (from 0), what the parser is shown of them, and the kept texts by their first line."""

    written: list[str]
    shown: list[str] = field(default_factory=list)
    kept: dict[int, int] = field(default_factory=dict)  # line of the opening marker → line of the closing one
    fenced: set[int] = field(default_factory=set)
    folds: dict[int, tuple[int, str]] = field(default_factory=dict)  # first line → last line, words of the summary
    fold_ends: set[int] = field(default_factory=set)
    headings: dict[int, int] = field(default_factory=dict)  # of HTML headings: first line → last line

    def is_blank(self, number: int) -> bool:
        return not self.written[number].strip()

    def written_in(self, start: int, end: int) -> list[int]:
        return [number for number in range(start, end) if not self.is_blank(number)]


def split(text: str) -> list[str]:
    """Return the lines of a text, whatever ends them; a byte order mark is gone."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def lines_of(text: str) -> Lines:
    """Return the lines of a source with comments and kept texts hidden from the parser."""
    lines = Lines(split(text))
    number, fence, fence_indent = 0, "", 0
    while number < len(lines.written):
        line = lines.written[number]
        stripped = line.strip()
        if fence and stripped and len(line) - len(line.lstrip()) < fence_indent:
            fence = ""  # the item that the code stands in has ended
        if fence:
            lines.fenced.add(number)
            if stripped.startswith(fence) and not stripped.strip(fence[0]):
                fence = ""
        elif (end := _hidden_until(lines.written, number)) is not None:
            if OPENING.fullmatch(line):
                lines.kept[number] = end
            indent = line[: len(line) - len(line.lstrip())]
            lines.shown += [indent + _HIDDEN] * (end + 1 - number)
            number = end + 1
            continue
        elif (end := _html_structure(lines, number)) is not None:
            number = end + 1
            continue
        elif match := _FENCE.match(line):
            fence, fence_indent = match[1], match.start(1)
            lines.fenced.add(number)
        lines.shown.append(line if number in lines.fenced else _TIGHT_BULLET.sub(r"\1 ", line))
        number += 1
    return lines


def _html_structure(lines: Lines, start: int) -> int | None:
    """Note a fold or a heading in HTML that begins on a line, show a rule or a heading for it; return its last line."""
    first = lines.written[start]
    if "<" not in first:
        return None
    indent = first[: len(first) - len(first.lstrip())]
    if _END_DETAILS.fullmatch(first):
        lines.fold_ends.add(start)
        lines.shown.append(indent + _HIDDEN)
        return start
    is_fold = _DETAILS.match(first)
    if not is_fold and not _HTML_HEADING.match(f"{first}</h1></h2></h3></h4></h5></h6>"):
        return None
    for end in range(start, min(start + _HTML_LINES, len(lines.written))):
        whole = "\n".join(lines.written[start : end + 1])
        if is_fold and (match := _SUMMARY.fullmatch(whole, is_fold.end())):
            lines.folds[start] = (end, " ".join(html.unescape(TAG.sub(" ", match[1])).split()))
            lines.shown += [indent + _HIDDEN] * (end + 1 - start)
            return end
        if not is_fold and (match := _HTML_HEADING.fullmatch(whole)):
            lines.headings[start] = end
            lines.shown += [f"{'#' * int(match[1])} {' '.join(match[2].split())}", *[""] * (end - start)]
            return end
    if is_fold and is_fold.end() == len(first.rstrip()):  # without a summary
        lines.folds[start] = (start, "")
        lines.shown.append(indent + _HIDDEN)
        return start
    return None


def _hidden_until(lines: list[str], start: int) -> int | None:
    """Return the last line of the comment or kept text that begins on a line."""
    if match := OPENING.fullmatch(lines[start]):
        closing = f"<!-- /text {match[1]} -->"
        return next((number for number in range(start + 1, len(lines)) if lines[number].strip() == closing), None)
    if not lines[start].lstrip().startswith("<!--"):
        return None
    for number in range(start, len(lines)):
        if "-->" in lines[number]:
            ends_there = not lines[number].partition("-->")[2].strip()
            return number if ends_there or number > start else None
    return len(lines) - 1


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the document: its kind, its lines (from 0, end excluded), its tokens."""

    kind: str  # heading, list, table, paragraph, other
    start: int
    end: int
    tokens: Sequence[Token]


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: its lines and the blocks inside."""

    start: int
    end: int
    blocks: tuple[Block, ...]


_KINDS = {
    "heading": "heading",
    "bullet_list": "list",
    "ordered_list": "list",
    "table": "table",
    "paragraph": "paragraph",
}


def blocks_of(lines: Lines) -> tuple[list[Block], dict[str, str]]:
    """Return the blocks of a document and its link definitions."""
    environment: dict[str, dict[str, dict[str, str]]] = {}
    tokens = parser().parse("\n".join(lines.shown), environment)
    references = {name: found["href"] for name, found in environment.get("references", {}).items()}
    return list(_blocks(tokens, lines)), references


def _blocks(tokens: Sequence[Token], lines: Lines) -> Iterator[Block]:
    """Cut tokens at their lowest level."""
    level = tokens[0].level if tokens else 0
    first = 0
    for place, token in enumerate(tokens):
        if token.level != level or token.nesting == 1:
            continue
        opening = tokens[first]
        if opening.map:
            start, end = opening.map
            while end > start + 1 and lines.is_blank(end - 1):
                end -= 1
            kind = _KINDS.get(opening.type.removesuffix("_open"), "other")
            yield Block(kind, start, end, tokens[first : place + 1])
        first = place + 1


def items_of(block: Block, lines: Lines) -> list[Item]:
    """Return the items of a list."""
    found = []
    for item in _blocks(block.tokens[1:-1], lines):
        inner = list(_blocks(item.tokens[1:-1], lines))
        found.append(Item(item.start, item.end, tuple(inner)))
    return found


def content_of(block: Block) -> str:
    """Return the inline text of a paragraph or heading."""
    return next((token.content for token in block.tokens if token.type == "inline"), "")


def without_indent(lines: Sequence[str], *, least: int = 0) -> list[str]:
    """Return lines without the indent that all of them have; lines less indented than `least` do not count."""
    spread = [_spread(line) for line in lines]
    indents = [len(line) - len(line.lstrip(" ")) for line in spread if line.strip()]
    common = min([indent for indent in indents if indent >= least], default=0)
    return [line[min(common, len(line) - len(line.lstrip(" "))) :] if line.strip() else "" for line in spread]


def _spread(line: str) -> str:
    """The line with tabs of its indent as spaces."""
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return indent.expandtabs(4) + line[len(indent) :] if "\t" in indent else line


def marker_width(line: str) -> int:
    """Return how far the text of an item stands in, by its first line."""
    match = _MARKER.match(_spread(line))
    return match.end() if match and len(match[2]) <= 4 else match.end() - len(match[2]) + 1 if match else 0


def trimmed(lines: Sequence[str]) -> str:
    """Return lines as a text without blank lines at its ends."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return "\n".join(lines[first:last])
