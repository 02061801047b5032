"""What begins a line: the number of a question or entry, the marker of an answer, a bullet."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from talks.documents.dates import number_of
from talks.documents.vocabulary import fold

_BOLD = r"(?:\*\*|__)?"
# 问：**粗体** begins with bold text; only what was opened before the marker ends behind it.
_OPEN, _END = r"(?P<open>\*\*|__)?", r"(?(open)(?:\*\*|__)?)"
_ENTRY = re.compile(r"(?P<number>\d{1,3})\s{0,2}(?P<mark>[.、)）])(?P<space>\s*)")
_BRACKETED = re.compile(r"[(（](?P<number>\d{1,3})[)）](?P<space>\s*)")
_QUESTION = re.compile(
    rf"{_OPEN}(?:q|问题|问|提问)\s{{0,2}}(?P<number>\d{{1,6}})?\s{{0,2}}{_BOLD}\s?(?P<mark>[:、.)）])?{_END}(?P<space>\s*)"
)
_ANSWER = re.compile(
    rf"{_OPEN}(?P<word>答案|回答|答|解答|answer|a)\s{{0,2}}(?P<number>\d{{1,2}})?\s{{0,2}}"
    rf"(?:[(（]\s?(?P<author>[^()（）:]{{1,30}}?)\s?[)）]\s?)?{_BOLD}\s?:{_END}\s*"
)
# A1. is the answer to Q1.
_NUMBERED_ANSWER = re.compile(rf"{_BOLD}(?:答|a)\s?(?P<number>\d{{1,2}})\s?[.、)）](?!\d){_BOLD}\s*")
_CIRCLED = re.compile(r"(?P<number>[①-⑳])\s*[.、:]?\s*")
_SPOKEN = re.compile(
    r"(?:第(?P<ordinal>[一二三四五六七八九十]{1,3})(?:个问题|问|题)|问题(?P<number>[一二三四五六七八九十]{1,3}))\s?[:、]\s*"
)
_IN_BRACKETS = re.compile(r"[(（]\s?(?:a|答)\s?\d{0,2}\s?:\s*")
_BULLET = re.compile(r"(?P<indent>\s*)(?:[-*+](?=\s)|[•·●▪◦‣■○\uf0b7\uf06c\uf0a7\uf0d8\uf09f\uf075])\s*")


class Numbering(enum.Enum):
    """How a line is numbered; within one list all entries are numbered in one way."""

    DOT = "1."
    COMMA = "1、"
    PAREN = "1)"
    BRACKETS = "(1)"
    CIRCLED = "①"
    QUESTION = "Q1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A number at the start of a line; the text behind it begins at `end`."""

    numbering: Numbering
    number: int | None
    end: int
    is_decimal: bool = False


_BY_MARK = {".": Numbering.DOT, "、": Numbering.COMMA, ")": Numbering.PAREN, "）": Numbering.PAREN}


def read_number(text: str) -> Entry | None:
    """The number that a line begins with, or None.

    `2023 智源大会` has none; `2.117 页` may be entry 2 or a decimal, which is said.
    """
    folded = fold(text)
    indent = len(folded) - len(folded.lstrip())
    start = indent + (2 if folded.startswith("**", indent) else 0)
    if match := _ENTRY.match(folded, start):
        after = folded[match.end() : match.end() + 1]
        is_decimal = match["mark"] == "." and not match["space"] and after.isdigit()
        return Entry(_BY_MARK[match["mark"]], int(match["number"]), match.end(), is_decimal)
    if match := _BRACKETED.match(folded, start):
        return Entry(Numbering.BRACKETS, int(match["number"]), match.end())
    if match := _CIRCLED.match(text, start):
        return Entry(Numbering.CIRCLED, ord(match["number"]) - ord("①") + 1, match.end())
    if match := _SPOKEN.match(folded, start):
        return Entry(Numbering.QUESTION, number_of(match["ordinal"] or match["number"]), match.end())
    return _question(folded, indent)


def _question(folded: str, indent: int) -> Entry | None:
    match = _QUESTION.match(folded, indent)
    if match is None:
        return None
    is_set_off = match["number"] is not None and folded[match.end("number") :][:1].isspace()
    if not match["mark"] and not is_set_off:
        return None
    if match["number"] is None and match["mark"] != ":":
        return None
    number = None if match["number"] is None else int(match["number"])
    return Entry(Numbering.QUESTION, number, match.end())


@dataclass(frozen=True, slots=True)
class AnswerMark:
    """The marker of an answer (答：, A1：, （A: …）); the answer's text begins at `end`."""

    number: int | None
    end: int
    is_bracketed: bool = False
    author: str | None = None


def read_answer_mark(text: str) -> AnswerMark | None:
    """The marker of an answer that a line begins with, or None."""
    folded = fold(text)
    indent = len(folded) - len(folded.lstrip())
    if match := _ANSWER.match(folded, indent):
        author = match["author"] and text[match.start("author") : match.end("author")]
        return AnswerMark(int(match["number"]) if match["number"] else None, match.end(), author=author)
    if match := _NUMBERED_ANSWER.match(folded, indent):
        return AnswerMark(int(match["number"]), match.end())
    if match := _IN_BRACKETS.match(folded, indent):
        return AnswerMark(None, match.end(), is_bracketed=True)
    return None


@dataclass(frozen=True, slots=True)
class InnerMark:
    """The marker of an answer inside a line, from `start` up to its text at `end`."""

    start: int
    end: int


def find_inner_answer(text: str) -> InnerMark | None:
    """The marker of an answer in parentheses that stands behind its question: 问题？（A: 回答）."""
    match = _IN_BRACKETS.search(fold(text))
    return InnerMark(match.start(), match.end()) if match and match.start() > 0 else None


def bullet_end(text: str) -> int | None:
    """Where the text behind a bullet begins, or None when the line has none; Word's own bullets count."""
    match = _BULLET.match(text)
    return match.end() if match else None


def indent_of(text: str) -> int:
    """The columns a line is indented by."""
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())
