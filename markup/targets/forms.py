"""The forms of raw HTML that exporters recognize; on the site all of it is text.

They are the forms members bring along (`<details>`, `<br>`, a Bilibili `<iframe>`) and those our exporters write
themselves, so that exporting an exported text changes nothing. Rules for the parser; `reading` builds the tree.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from markup import links
from markup.dialect import GUARD

EQUATION = "https://www.zhihu.com/equation?tex="

_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)(strong|em|del)>")
_DOLLAR = "<span>$</span>"
_COMMENT = "<!-- -->"
# How the guard of a line stands in a tree: the parser reads no text that holds this character.
GUARD_MARK = "\0"
_IMAGE = re.compile(r"<img\s([^<>]*)>")
_IFRAME = re.compile(r"<iframe\s([^<>]*)>\s{0,8}</iframe>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![A-Za-z-])([A-Za-z-]++)=(?:\"([^\"]*)\"|'([^']*)')")
_DETAILS = re.compile(r"<details(?P<open>[ \t]+open(?:=\"[a-z]*\")?)?>", re.IGNORECASE)
_SUMMARY = re.compile(r"<summary>(.*?)</summary>", re.IGNORECASE | re.DOTALL)
_DETAILS_END = re.compile(r"</details>[ \t]*", re.IGNORECASE)
_SUMMARY_LINES = 4
_STYLING = re.compile(r"</?(?:b|strong|i|em|code)>", re.IGNORECASE)
_ROW = re.compile(r"<tr>((?:<t[hd]>(?:[^<]|<br>|<img\s[^<>]*>)*+</t[hd]>)+)</tr>")
_CELL = re.compile(r"<t[hd]>(.*?)</t[hd]>")
_TERMINATES: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def recognize_forms(parser: MarkdownIt) -> None:
    """Teach a parser of the site dialect the forms; it must be the exporters' own, never the site's."""
    parser.inline.ruler.before("math_inline", "tick_math", _tick_math)
    parser.inline.ruler.before("autolink", "html_form", _html_form)
    parser.block.ruler.before("fence", "details", _details, _TERMINATES)
    parser.block.ruler.before("fence", "html_table", _html_table, _TERMINATES)


# ── In a line ───────────────────────────────────────────────────────────────


def _tick_math(state: StateInline, silent: bool) -> bool:
    """GitHub's $`…`$."""
    start = state.pos
    if not state.src.startswith("$`", start):
        return False
    end = state.src.find("`", start + 2, state.posMax)
    if end <= start + 2 or not state.src.startswith("$", end + 1) or end + 1 >= state.posMax:
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = state.src[start + 2 : end]
    state.pos = end + 2
    return True


def _html_form(state: StateInline, silent: bool) -> bool:
    """One of the forms that begin with <."""
    form = _form_at(state.src, state.pos) if state.src[state.pos] == "<" else None
    if form is None or form.end > state.posMax:
        return False
    if form.token and not silent:
        token = state.push(form.token, "", 0)
        token.content, token.markup = form.content, form.markup
    state.pos = form.end
    return True


@dataclass(frozen=True, slots=True)
class _Form:
    """A form in a line: where it ends and the token it becomes, if any."""

    end: int
    token: str = ""
    content: str = ""
    markup: str = ""


def _form_at(source: str, start: int) -> _Form | None:
    if match := _BREAK.match(source, start):
        return _Form(match.end(), "hardbreak")
    if match := _TAG.match(source, start):
        return _Form(match.end(), "form_tag", match[0], match[1] + match[2])
    if source.startswith(_DOLLAR, start):
        return _Form(start + len(_DOLLAR), "text_special", "$")
    if source.startswith(GUARD, start) and not source[:start].rpartition("\n")[2].strip(" "):
        return _Form(start + len(GUARD), "text_special", GUARD_MARK)
    if source.startswith(_COMMENT, start) and _is_guard(source, start):
        return _Form(start + len(_COMMENT))
    if match := _IMAGE.match(source, start) or _IFRAME.match(source, start):
        return _element(match)
    return None


def _is_guard(source: str, start: int) -> bool:
    """Whether an empty comment stands where we put one: after the sign of a mention."""
    return source[start - 1 : start] in ("@", "#") or source[max(0, start - 3) : start].upper() == "GH-"


@dataclass(frozen=True, slots=True)
class Formula:
    """What an equation image shows."""

    tex: str
    is_display: bool


def equation_image(tag: str) -> Formula | None:
    """The formula of an equation image of Zhihu, None for any other tag."""
    attributes = _attributes(tag)
    source = attributes.get("src", "")
    address = "https:" + source if source.startswith("//") else source.replace("http://", "https://", 1)
    if not address.startswith(EQUATION):
        return None
    tex = unquote(address.removeprefix(EQUATION))
    # Before 2026 a formula of its own was marked by a line break at its end, not by eeimg="2".
    is_display = attributes.get("eeimg") == "2" or tex.endswith("\\\\")
    return Formula(tex.removesuffix("\\\\"), is_display)


def _attributes(tag: str) -> dict[str, str]:
    return {name.lower(): html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _element(match: re.Match[str]) -> _Form | None:
    """An equation image or a video, by the address it shows."""
    if not match[0].startswith("<img"):
        url = video(_attributes(match[1]).get("src", ""))
        return _Form(match.end(), "form_link", url) if url else None
    formula = equation_image(match[1])
    if formula is None:
        return None
    return _Form(match.end(), "math_inline_double" if formula.is_display else "math_inline", formula.tex)


def video(url: str) -> str | None:
    """The canonical address of a video on Bilibili, None for any other address."""
    address = "https:" + url if url.startswith("//") else url
    return links.canonical(address) if links.key(address).startswith("bilibili:") else None


# ── Blocks ──────────────────────────────────────────────────────────────────


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _details(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """The start or the end of folded content; whether they belong together is seen in the tree."""
    if state.is_code_block(start_line):
        return False
    line = _line(state, start_line)
    if line[:2] not in ("<d", "<D", "</"):
        return False
    if match := _DETAILS_END.fullmatch(line):
        if not silent:
            state.push("details_close", "details", 0).content = match[0].strip()
            state.line = start_line + 1
        return True
    match = _DETAILS.match(line)
    if match is None:
        return False
    if not silent:
        _open_details(state, start_line, end_line, match)
    return True


def _open_details(state: StateBlock, start_line: int, end_line: int, match: re.Match[str]) -> None:
    """The start of folded content, with its summary when one follows."""
    token = state.push("details_open", "details", 0)
    token.content = match[0]
    token.meta = {"is_open": bool(match["open"]), "summary": "", "source": match[0]}
    rest, next_line = _line(state, start_line)[match.end() :], start_line + 1
    if summary := _summary(state, rest, next_line, end_line):
        text, rest, next_line = summary
        token.meta["summary"] = html.unescape(_STYLING.sub("", text))
        token.meta["source"] = f"{match[0]} <summary>{text}</summary>"
    token.map = [start_line, next_line]
    state.line = next_line
    rest = rest.strip()
    is_closed = rest.lower().endswith("</details>")
    if content := rest[: len(rest) - len("</details>")].strip() if is_closed else rest:
        state.push("paragraph_open", "p", 1).map = [start_line, next_line]
        inline = state.push("inline", "", 0)
        inline.content, inline.map, inline.children = content, [start_line, next_line], []
        state.push("paragraph_close", "p", -1)
    if is_closed:
        state.push("details_close", "details", 0).content = "</details>"


def _summary(state: StateBlock, rest: str, next_line: int, end_line: int) -> tuple[str, str, int] | None:
    """The summary in the next few lines: its text, what follows it on its line, and the line after that."""
    collected = rest.strip()
    for number in range(next_line, min(next_line + _SUMMARY_LINES, end_line) + 1):
        if collected and not "<summary>".startswith(collected[:9].lower()):
            return None
        if match := _SUMMARY.match(collected):
            return match[1], collected[match.end() :], number
        if number >= end_line or state.isEmpty(number) or state.sCount[number] < state.blkIndent:
            return None
        collected = f"{collected} {_line(state, number)}".strip()
    return None


def _html_table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A bare table of plain cells, one row on a line, as the Zhihu exporter writes it."""
    if state.is_code_block(start_line) or _line(state, start_line) != "<table>":
        return False
    rows: list[list[str]] = []
    number = start_line + 1
    while number < end_line and (match := _ROW.fullmatch(_line(state, number))):
        rows.append(_CELL.findall(match[1]))
        number += 1
    if not rows or number >= end_line or _line(state, number) != "</table>":
        return False
    if len({len(row) for row in rows}) != 1:
        return False
    if not silent:
        token = state.push("html_table", "table", 0)
        token.meta, token.map = {"rows": rows}, [start_line, number + 1]
        state.line = number + 1
    return True
