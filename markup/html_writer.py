"""Tokens of the site dialect to HTML in the words of the stylesheet; only `html.render` may call it, which sanitises.

Blocks are written here, what stands in a line by `html_lines`. Every letter of a member goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from markdown_it.token import Token

from markup import html_lines
from markup.cjk import has_han
from markup.highlight import highlight
from markup.html_lines import Display, Line

_PLAIN = {
    "blockquote_open": "<blockquote>\n",
    "blockquote_close": "</blockquote>\n",
    "bullet_list_open": "<ul>\n",
    "bullet_list_close": "</ul>\n",
    "ordered_list_close": "</ol>\n",
    "list_item_close": "</li>\n",
    "hr": "<hr>\n",
    "table_open": '<div class="scroll" tabindex="0" role="region" aria-label="表格"><table>\n',
    "table_close": "</table></div>\n",
    "thead_open": "<thead>\n",
    "thead_close": "</thead>\n",
    "tbody_open": "<tbody>\n",
    "tbody_close": "</tbody>\n",
    "tr_open": "<tr>",
    "tr_close": "</tr>\n",
    "th_close": "</th>",
    "td_close": "</td>",
    "paragraph_open": "",
    "paragraph_close": "",
}
_CELL_CLASSES = {"text-align:right": ' class="figure"', "text-align:center": ' class="center"'}
_BOXES = {
    True: '<span class="task-box" role="img" aria-label="已完成">☑</span> ',
    False: '<span class="task-box" role="img" aria-label="未完成">☐</span> ',
}


@dataclass(frozen=True, slots=True)
class _Note:
    """A footnote of the text; its number, or None when nothing points to it."""

    tokens: Sequence[Token]
    number: int | None


@dataclass(slots=True)
class Writer:
    """Writes one text. `prefix` begins every id; `heading_base` is the level of the text's highest heading."""

    prefix: str = ""
    heading_base: int = 3
    _out: list[str] = field(default_factory=list)
    _levels: dict[str, int] = field(default_factory=dict)
    _definitions: set[str] = field(default_factory=set)
    # How often each footnote was pointed to, by its number.
    _references: dict[int, int] = field(default_factory=dict)

    def write(self, tokens: Sequence[Token], numbers: Mapping[str, int]) -> str:
        """The whole text; `numbers` has the number of every footnote that is pointed to, by its label."""
        headings = sorted({token.tag for token in tokens if token.type == "heading_open"})
        self._levels = {tag: min(self.heading_base + rank, 6) for rank, tag in enumerate(headings)}
        self._definitions = set(_used_labels(tokens))
        body, notes = _apart(tokens, numbers)
        self._blocks(body)
        if notes:
            self._write_notes(notes)
        return "".join(self._out)

    # ── Blocks ──────────────────────────────────────────────────────────────

    def _blocks(self, tokens: Sequence[Token]) -> None:
        before = ""
        for index, token in enumerate(tokens):
            kind = token.type
            if kind == "inline":
                self._line(token.children or [], tokens[index - 1], before)
                before = ""
            elif (plain := _PLAIN.get(kind)) is not None:
                self._out.append(plain)
            elif kind == "list_item_open":
                before = self._open_item(token, tokens[index + 1])
            else:
                self._out.append(self._block(token))

    def _block(self, token: Token) -> str:
        match token.type:
            case "heading_open":
                return f"<h{self._levels[token.tag]}>"
            case "heading_close":
                return f"</h{self._levels[token.tag]}>\n"
            case "ordered_list_open":
                start = token.attrGet("start")
                return "<ol>\n" if start is None else f'<ol start="{int(start)}">\n'
            case "th_open" | "td_open":
                return f"<{token.tag}{_CELL_CLASSES.get(str(token.attrGet('style')), '')}>"
            case "fence" | "code_block":
                return _code(token)
            case "math_block":
                return f"{html_lines.display_formula(token.content)}\n"
            case "definition":
                return self._definition(token)
        raise ValueError(f"the dialect has no {token.type}")

    def _open_item(self, token: Token, following: Token) -> str:
        """Open a list item; return the box of a task when it belongs into the paragraph that follows."""
        if "checked" not in token.meta:
            self._out.append("<li>")
            return ""
        box = _BOXES[token.meta["checked"]]
        is_paragraph = following.type == "paragraph_open"
        self._out.append('<li class="task">' + ("" if is_paragraph else box))
        return box if is_paragraph else ""

    def _definition(self, token: Token) -> str:
        """A link definition that nothing uses, or one that is no link, is somebody's text."""
        meta = token.meta
        if meta["id"] in self._definitions and html_lines.href(meta["url"]):
            self._definitions.remove(meta["id"])
            return ""
        title = f' "{meta["title"]}"' if meta["title"] else ""
        return f"<p>[{escape(meta['label'])}]: {html_lines.bare_address(meta['url'])}{escape(title)}</p>\n"

    def _line(self, children: Sequence[Token], opening: Token, before: str) -> None:
        """The text of a paragraph, heading or cell; a formula on its own splits a paragraph."""
        can_split = opening.type in ("paragraph_open", "td_open", "th_open")
        line = Line(children, self._references, prefix=self.prefix, can_split=can_split)
        is_paragraph = opening.type == "paragraph_open" and not opening.hidden
        for piece in _joined([before, *line.pieces()]):
            if isinstance(piece, Display):
                self._out.append(f"{piece.html}\n")
            else:
                self._out.append(f"<p>{piece}</p>\n" if is_paragraph else piece)

    # ── Footnotes ───────────────────────────────────────────────────────────

    def _write_notes(self, notes: Iterable[_Note]) -> None:
        """The footnotes in the order of the text, then those that nothing points to: no text is dropped."""
        self._out.append('<ol class="footnotes">\n')
        for number, note in enumerate(sorted(notes, key=_place), start=1):
            self._out.append(f'<li id="{self.prefix}fn{number}">')
            start = len(self._out)
            self._blocks(note.tokens)
            self._out[start:] = [self._with_ways_back("".join(self._out[start:]), note), "</li>\n"]
        self._out.append("</ol>\n")

    def _with_ways_back(self, html: str, note: _Note) -> str:
        """The footnote with a link back to each place that points to it, in its last paragraph (U+FE0E: no emoji)."""
        ways = "".join(
            f' <a href="#{self.prefix}fr{note.number}-{place}" aria-label="回到正文">↩\ufe0e</a>'
            for place in range(1, self._references.get(note.number or 0, 0) + 1)
        )
        end = "</p>\n"
        return f"{html.removesuffix(end)}{ways}{end}" if html.endswith(end) else html + ways


def _place(note: _Note) -> tuple[bool, int]:
    return note.number is None, note.number or 0


def _apart(tokens: Sequence[Token], numbers: Mapping[str, int]) -> tuple[list[Token], list[_Note]]:
    """The text without its footnotes, and the footnotes, those inside others on their own as well."""
    body: list[Token] = []
    notes: list[_Note] = []
    open_notes: list[list[Token]] = []
    left = dict(numbers)
    for token in tokens:
        if token.type == "footnote_reference_open":
            open_notes.append([])
            # Of two footnotes with one label the first is meant.
            notes.append(_Note(open_notes[-1], left.pop(token.meta["label"], None)))
        elif token.type == "footnote_reference_close":
            open_notes.pop()
        else:
            (open_notes[-1] if open_notes else body).append(token)
    return body, notes


def _used_labels(tokens: Iterable[Token]) -> Iterable[str]:
    """The labels of the link definitions that the text uses."""
    for token in tokens:
        for child in token.children or ():
            if child.type in ("link_open", "image") and "label" in child.meta:
                yield child.meta["label"]


def _joined(pieces: Iterable[str | Display]) -> Iterable[str | Display]:
    """The pieces with the texts between two formulas made one, and those that are empty left out."""
    texts: list[str] = []
    for piece in [*pieces, Display("")]:
        if isinstance(piece, str):
            texts.append(piece)
            continue
        if text := "".join(texts).strip(" \n"):
            yield text
        texts.clear()
        if piece.html:
            yield piece


def _code(token: Token) -> str:
    words = token.info.split()
    language = words[0] if words else ""
    code = token.content.removesuffix("\n")
    if has_han(token.info):  # no language, but words that somebody wrote behind the fence
        code = f"{token.info.strip()}\n{code}"
    if language == "math":
        return f"{html_lines.display_formula(code)}\n"
    return f'<pre tabindex="0" role="group" aria-label="代码"><code>{highlight(code, language)}</code></pre>\n'
