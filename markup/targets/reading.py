"""A text of the site dialect read into the tree; the parser says what is structure, nothing is searched for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from markup import dialect, html, links
from markup.targets.forms import equation_image, recognize_forms
from markup.targets.normal import on_one_line, tidy
from markup.targets.notes import name_notes
from markup.targets.reading_lines import address, one_line, read_nodes
from markup.targets.tex import one_line_tex, whole_tex
from markup.targets.tree import (
    Block,
    CodeBlock,
    Details,
    Document,
    HardBreak,
    Heading,
    Inline,
    Item,
    Line,
    Link,
    List,
    Math,
    MathBlock,
    Note,
    NotePlace,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
)

_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]", re.IGNORECASE)
_FRONT_MATTER_LINE = re.compile(r"[\w][\w .-]*:(?:[ \t].*)?|[ \t]+\S.*|- .*|#.*|[ \t]*")
_FRONT_MATTER_KEY = re.compile(r"[\w][\w .-]*:(?:[ \t].*)?")
_CELL_PIECE = re.compile(r"<img\s[^<>]*>|<br>|[^<]+|<")


# Whole documents are exported, and a formula as an equation image takes ten times its space.
MAX_CHARACTERS = 10 * html.MAX_CHARACTERS


@cache
def _parser() -> MarkdownIt:
    """A parser of the site dialect of our own, which also recognizes the forms."""
    parser = type(dialect.parser())()
    recognize_forms(parser)
    return parser


def read(text: str) -> Document:
    """The tree of a text. Link definitions become part of their links, or text when nothing uses them.

    Raises TextTooLong above MAX_CHARACTERS.
    """
    if len(text) > MAX_CHARACTERS:
        raise html.TextTooLong(len(text), MAX_CHARACTERS)
    front_matter, body = split_front_matter(text.lstrip("\ufeff"))
    tokens = _parser().parse(body, {})
    reader = _Reader(_used_definitions(tokens))
    blocks = reader.blocks(iter(tokens), "")
    document = Document(tuple(blocks), tuple(reader.notes), front_matter)
    return name_notes(document)


def read_line(text: str) -> Line:
    """The tree of a text that is one line, such as a title: no blocks, whatever it begins with."""
    tokens = _parser().parseInline(" ".join(text.split()), {})
    return on_one_line(read_nodes(tokens[0].children or []))


def split_front_matter(text: str) -> tuple[str, str]:
    """The YAML between --- lines at the very start, if there is any, and the rest of the text."""
    if not re.match(r"---[ \t]*\r?\n", text):
        return "", text
    has_key, position = False, text.index("\n") + 1
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end].rstrip()
        if line in ("---", "..."):
            return (text[:end], text[end + 1 :]) if has_key else ("", text)
        if not _FRONT_MATTER_LINE.fullmatch(line):
            break
        has_key = has_key or bool(_FRONT_MATTER_KEY.fullmatch(line))
        position = end + 1
    return "", text


def _used_definitions(tokens: Sequence[Token]) -> frozenset[str]:
    """The labels of the link definitions that a link or a picture uses."""
    used: set[str] = set()
    for token in tokens:
        for child in token.children or ():
            if "label" in child.meta and child.type in ("link_open", "image"):
                used.add(child.meta["label"])
    return frozenset(used)


# ── Blocks ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _DetailsStart:
    """Where folded content may begin; text when it never ends."""

    summary: str
    source: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class _DetailsEnd:
    """Where folded content may end; text when it never began."""

    source: str


@dataclass(frozen=True, slots=True)
class _AlertStart:
    """A paragraph that begins with [!NOTE] on a line of its own; text unless it opens a quote."""

    kind: str
    rest: Line
    whole: Line


_Part: TypeAlias = Block | _DetailsStart | _DetailsEnd | _AlertStart


@dataclass
class _Reader:
    """Turns the parser's tokens into nodes; footnotes are collected on the way."""

    used: frozenset[str]
    notes: list[Note] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    placed: int = 0

    def blocks(self, tokens: Iterator[Token], closing: str) -> list[Block]:
        """The blocks up to the token that closes their container."""
        return _folded(self._found(tokens, closing))

    def _found(self, tokens: Iterator[Token], closing: str) -> list[_Part]:
        found: list[_Part] = []
        for token in tokens:
            if token.type == closing:
                break
            found.extend(self._block(token, tokens))
            if token.level == 0:
                found.extend(NotePlace(index) for index in range(self.placed, len(self.notes)))
                self.placed = len(self.notes)
        return found

    def _block(self, token: Token, tokens: Iterator[Token]) -> Iterator[_Part]:
        match token.type:
            case "paragraph_open":
                yield from self._paragraph(next(tokens))
                next(tokens)
            case "heading_open":
                yield Heading(int(token.tag[1]), self._inline(next(tokens)))
                next(tokens)
            case "hr":
                yield Rule()
            case "code_block":
                yield CodeBlock("", token.content.removesuffix("\n"))
            case "fence":
                yield from _fence(token)
            case "math_block":
                yield from _formula(token.content)
            case "blockquote_open":
                yield _quote(self._found(tokens, "blockquote_close"))
            case "bullet_list_open" | "ordered_list_open":
                yield self._list(token, tokens)
            case "table_open":
                yield self._table(tokens)
            case "html_table":
                yield _html_table(token.meta["rows"])
            case "details_open":
                yield _DetailsStart(token.meta["summary"], token.meta["source"], token.meta["is_open"])
            case "details_close":
                yield _DetailsEnd(token.content)
            case "footnote_reference_open":
                inner = self.blocks(tokens, "footnote_reference_close")
                self.notes.append(Note(token.meta["label"], tuple(inner)))
            case "definition":
                yield from self._definition(token)

    def _inline(self, token: Token) -> Line:
        return tidy(read_nodes(token.children or []))

    def _paragraph(self, token: Token) -> Iterator[_Part]:
        line, children = self._inline(token), token.children or []
        kind = _ALERT.fullmatch(token.content.partition("\n")[0].rstrip())
        if kind and (len(children) == 1 or children[1].type in ("softbreak", "hardbreak")):
            yield _AlertStart(kind[1].upper(), tidy(read_nodes(children[2:])), line)
            return
        match line:
            case (Math(tex, True),):
                yield from _formula(tex)
            case _:
                yield Paragraph(line)

    def _definition(self, token: Token) -> Iterator[Block]:
        """An address that no link uses is text; it must not vanish."""
        label = token.meta["id"]
        if label in self.used and label not in self.seen:
            self.seen.add(label)
            return
        url, title = address(token.meta["url"]), token.meta["title"]
        name = Text(f"[{token.meta['label']}]: ")
        yield Paragraph(tidy((name, Link(url, (Text(url),)), Text(f" {title}" if title else ""))))

    def _list(self, token: Token, tokens: Iterator[Token]) -> List:
        items: list[Item] = []
        is_tight = True
        for opening in tokens:
            if opening.type != "list_item_open":
                break
            collected = list(_until_close(tokens, "list_item_close", opening.level))
            is_tight = is_tight and not any(
                inner.type == "paragraph_open" and inner.level == opening.level + 1 and not inner.hidden
                for inner in collected
            )
            blocks = self.blocks(iter(collected), "")
            items.append(Item(tuple(blocks), opening.info, opening.meta.get("checked")))
        return List(tuple(items), token.markup, is_tight)

    def _table(self, tokens: Iterator[Token]) -> Table:
        rows: list[tuple[Line, ...]] = []
        aligns: list[str] = []
        cells: list[Line] = []
        for token in tokens:
            match token.type:
                case "table_close":
                    break
                case "th_open":
                    aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
                case "inline":
                    cells.append(self._inline(token))
                case "tr_close":
                    rows.append(tuple(cells))
                    cells = []
        return Table(tuple(aligns), tuple(rows))


# ── Pieces ──────────────────────────────────────────────────────────────────


def _until_close(tokens: Iterator[Token], closing: str, level: int) -> Iterator[Token]:
    for token in tokens:
        if token.type == closing and token.level == level:
            return
        yield token


def _folded(found: list[_Part]) -> list[Block]:
    """The blocks with folded content put together; a start or an end without the other is text."""
    stack: list[tuple[_DetailsStart | None, list[Block]]] = [(None, [])]
    for part in found:
        match part:
            case _DetailsStart():
                stack.append((part, []))
            case _DetailsEnd(source) if stack[-1][0] is None:
                stack[-1][1].append(Paragraph((Text(source),)))
            case _DetailsEnd():
                start, inner = stack.pop()
                if start is not None:
                    stack[-1][1].append(Details(start.summary, tuple(inner), start.is_open))
            case _AlertStart():
                stack[-1][1].append(Paragraph(part.whole))
            case _:
                stack[-1][1].append(part)
    result: list[Block] = []
    for start, inner in stack:
        if start is not None:
            result.append(Paragraph((Text(start.source),)))
        result.extend(inner)
    return result


def _fence(token: Token) -> Iterator[Block]:
    info = one_line(unescapeAll(token.info))
    if info.partition(" ")[0] == "math":
        yield from _formula(token.content)
    else:
        yield CodeBlock(info, token.content.removesuffix("\n"))


def _formula(tex: str) -> Iterator[Block]:
    lines = (line.strip() for line in tex.split("\n"))
    if text := whole_tex("\n".join(line for line in lines if line)):
        yield MathBlock(text)


def _quote(found: list[_Part]) -> Quote:
    """A quote, or an alert when its first line says so and something follows it."""
    match found:
        case [_AlertStart(kind, rest), *others] if rest or others:
            return Quote(tuple(_folded([Paragraph(rest), *others])), kind)
    return Quote(tuple(_folded(found)))


def _html_table(rows: list[list[str]]) -> Table:
    cells = tuple(tuple(tidy(_html_cell(cell)) for cell in row) for row in rows)
    return Table(("",) * len(cells[0]), cells)


def _html_cell(source: str) -> Iterator[Inline]:
    """The nodes of a cell of plain text: its addresses are links, its formulas formulas."""
    for piece in _CELL_PIECE.findall(source):
        if piece == "<br>":
            yield HardBreak()
        elif piece.startswith("<img") and (formula := equation_image(piece)):
            yield Math(one_line_tex(formula.tex), formula.is_display)
        else:
            position = 0
            for found in links.find(piece):
                yield Text(unescape(piece[position : found.start]))
                yield Link(found.url, (Text(found.url),))
                position = found.end
            yield Text(unescape(piece[position:]))
