"""The site dialect: the one Markdown parser of this project; the site's HTML and every export read its tokens.

CommonMark, GFM tables, strikethrough and task lists, `$…$` and `$$…$$`, `[^n]`, emphasis that works beside Chinese.
Raw HTML is text. Nothing here patches the library: other parsers in the same process are not affected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def, footnote_ref

from markup.cjk import flanking, has_han
from markup.link_scan import read_at

# Deeper containers are text: a quote counts one, a list two. Every level walks its lines once more.
MAX_DEPTH = 12
# Deeper brackets are text; also what bounds the recursion of the library.
MAX_NESTING = 20

# One formula between dollars; `\$` is a dollar inside it. Possessive, so that no text is read twice.
_FORMULA = re.compile(r"\$((?:[^\\$]|\\.)++)\$(?![0-9])", re.DOTALL)
_DISPLAY_FORMULA = re.compile(r"\$\$((?:[^\\$]|\\.|\$(?!\$))++)\$\$(?![0-9])", re.DOTALL)
_GROUP = re.compile(r"\{[^{}]*\}")
_LATIN = re.compile(r"[A-Za-z0-9\\]")
# At the start of a line it says, shown to nobody, that the line is text; a comment there would make a block of HTML.
GUARD = "<span></span>"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)", re.IGNORECASE)
_PICTURE_DATA = re.compile(r"data:image/(?:gif|png|jpeg|webp);", re.IGNORECASE)
# A longer label is none; without a bound `[^[^[^…` would be read to its end from every bracket.
_NOTE_LABEL = re.compile(r"\[\^[^\s\[\]]{1,100}\]")

BlockRule: TypeAlias = Callable[[StateBlock, int, int, bool], bool]


@cache
def parser() -> MarkdownIt:
    """The parser of the site dialect; shared, so never change it. `parser().parse(text, {})` gives the tokens.

    Beside the library's own tokens: `math_inline`, `math_inline_double` ($$ in a line) and `math_block` with the
    TeX as content; `footnote_ref` and, where they stand, `footnote_reference_open/_close` with `meta["label"]`;
    `list_item_open` with `meta["checked"]`; `definition` for link definitions. A `link_open` with `info == "auto"`
    is an address that stands in the text. Addresses are as written (escapes read, nothing encoded).
    """
    return _Dialect()


class _Inline(ParserInline):
    """The inline parser with delimiter runs judged beside Chinese."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _InlineState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _InlineState(StateInline):
    """The state of a line; a run of `*`, `_` or `~` opens and closes by the CJK-friendly rule."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 - the library's names
        marker, end = self.src[start], start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        run = flanking(self.src, start, end)
        can_open = run.left and (canSplitWord or not run.right or run.before.is_punctuation)
        can_close = run.right and (canSplitWord or not run.left or run.after.is_punctuation)
        return Scanned(can_open, can_close, end - start)


class _Dialect(MarkdownIt):
    """The library's parser with our rules and our idea of an address."""

    def __init__(self) -> None:
        super().__init__("zero")
        self.inline = _Inline()
        options = {"html": False, "maxNesting": MAX_NESTING, "tasklists": True}
        self.configure("commonmark", {**options, "inline_definitions": True, "store_labels": True})
        self.enable(["table", "strikethrough"])
        self.use(footnote_plugin, inline=False, move_to_end=False)
        block, inline = self.block.ruler, self.inline.ruler
        block.at("blockquote", _shallow(blockquote), {"alt": ["paragraph", "reference", "blockquote", "list"]})
        block.at("table", _table, {"alt": ["paragraph", "reference"]})
        block.at("list", _shallow(list_block), {"alt": ["paragraph", "reference", "blockquote"]})
        block.at("footnote_def", _shallow(footnote_def), {"alt": ["paragraph", "reference"]})
        block.before("fence", "math_block", _math_block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
        inline.at("footnote_ref", _footnote_ref)
        inline.before("escape", "math_inline", _math_inline)
        inline.after("text", "address", _address)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        """Addresses stay as written; who writes them out encodes them."""
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library's name
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Whether this may be a link at all; else it stays text. What the page may point to is judged in html.py."""
        if scheme := _SCHEME.match(url.strip()):
            return scheme[0].lower() in ("http", "https", "mailto") or bool(_PICTURE_DATA.match(url))
        # [GQA](分组查询) is a remark in brackets, no link to a page of that name.
        return url.isascii() or url.startswith(("/", "#", ".", "?"))


def _shallow(rule: BlockRule) -> BlockRule:
    """The rule, off where containers stand too deep: there their marks are text and nothing is lost."""

    def guarded(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        return state.level < MAX_DEPTH and rule(state, start_line, end_line, silent)

    return guarded


def _table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A table; cells that its head has no column for are text of the last cell, where GFM would drop them."""
    first = len(state.tokens)
    if _begins_block(state, start_line, end_line) or not table(state, start_line, end_line, silent):
        return False
    row: list[Token] = []
    for token in state.tokens[first:]:
        if token.type == "tr_open":
            row = []
        elif token.type == "inline":
            row.append(token)
        elif token.type == "tr_close" and row[0].map:
            cells = escapedSplit(_line(state, row[0].map[0]).strip().removeprefix("|"))
            if len(cells) > 1 and not cells[-1]:
                cells.pop()
            if len(cells) > len(row):
                row[-1].content = "|".join(cells[len(row) - 1 :]).strip()
    return True


def _begins_block(state: StateBlock, start_line: int, end_line: int) -> bool:
    """Whether a line that a table's head would be is a heading, list or quote: to GFM a head is text of a paragraph."""
    if start_line + 1 >= end_line or _line(state, start_line + 1).strip(" \t|:-"):
        return False
    return any(rule(state, start_line, end_line, True) for rule in state.md.block.ruler.getRules("blockquote"))


def _footnote_ref(state: StateInline, silent: bool) -> bool:
    return bool(_NOTE_LABEL.match(state.src, state.pos, state.posMax)) and footnote_ref(state, silent)


def _address(state: StateInline, silent: bool) -> bool:
    """An address in running text, with the exact end that `links.find` gives it."""
    pos = state.pos
    if state.linkLevel or not state.src.startswith("://", pos):
        return False
    for scheme in ("https", "http"):
        start = pos - len(scheme)
        if state.pending[-len(scheme) :].lower() == scheme and state.src[max(0, start) : pos].lower() == scheme:
            break
    else:
        return False
    reading = read_at(state.src, start)
    if reading is None or reading.end > state.posMax:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme)]
        _push_link(state, reading.url)
    state.pos = reading.end
    return True


def _push_link(state: StateInline, url: str) -> None:
    """Push a link whose text is its address."""
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": url}
    opening.markup, opening.info = "linkify", "auto"
    state.push("text", "", 0).content = url
    closing = state.push("link_close", "a", -1)
    closing.markup, closing.info = "linkify", "auto"


def _math_inline(state: StateInline, silent: bool) -> bool:
    """A formula in a line. A digit before or after the dollars makes them prices."""
    pos = state.pos
    if state.src[pos] != "$" or (pos and state.src[pos - 1].isdigit()):
        return False
    markup = "$$" if state.src.startswith("$$", pos) else "$"
    match = (_DISPLAY_FORMULA if markup == "$$" else _FORMULA).match(state.src, pos, state.posMax)
    if not match or _is_prose(match[1]):
        return False
    if not silent:
        token = state.push("math_inline" if markup == "$" else "math_inline_double", "math", 0)
        token.content, token.markup = match[1], markup
    state.pos = match.end()
    return True


def _is_prose(between: str) -> bool:
    """Whether two dollars only happen to stand in one line: 用 $HOME 和 $PATH, $5，共 8$, $ 和 $."""
    between = between.replace(GUARD, "")
    if not has_han(_GROUP.sub("", between)):
        return not between.strip()
    is_lopsided = between[0].isspace() != between[-1].isspace()
    return is_lopsided or between[0].isdigit() or not _LATIN.search(between)


def _math_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A formula on its own lines, from `$$` at the start of one to `$$` at the end of one; no line in it is empty."""
    if state.is_code_block(start_line) or not _line(state, start_line).startswith("$$"):
        return False
    line = start_line
    rest = _line(state, line)[2:]
    while "$$" not in rest:
        line += 1
        if line >= end_line or state.sCount[line] < state.blkIndent or not (rest := _line(state, line)):
            return False
    if rest.index("$$") != len(rest) - 2:
        return False
    lines = state.getLines(start_line, line + 1, state.sCount[start_line], False).strip()
    if not (content := lines[2:-2].strip()):
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.block, token.markup, token.content = True, "$$", content
        token.map = [start_line, line + 1]
        state.line = line + 1
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
