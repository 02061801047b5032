"""Text as it is shown and exported when it came out of a PDF: list marks, paragraphs and code that Markdown can see.

What is stored keeps its bytes. Letters and addresses are the same, and a readable text is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from markup.cjk import has_han
from talks.documents.lines import Wrap, fenced, is_section_heading, width
from talks.documents.model import EpisodeDoc

_TEXTS = frozenset(("body", "after", "text", "plans_body"))
# Word's bullets are characters of the fonts Symbol and Wingdings, which no other font has.
_BULLET = re.compile(r"^(?P<indent>[ \t]{0,12})[\uf020-\uf0ff][ \t]*(?=\S)")
_FULL = 60
_LATIN_WORD = re.compile(r"[!-~]+")

_KEYWORD = re.compile(
    r"\s*(?:(?:async )?def \w+\(.*|class \w+.*:|import [\w.]+(?: as \w+)?(?:, ?[\w.]+)*|from [\w.]+ import .+"
    r"|@\w[\w.]*(?:\(.*\))?|(?:return|yield|raise|assert|del)\b.*[\w)\]}'\"({\[,]"
    r"|(?:for \w.* in .*|while .*|if .*|elif .*|with .*|except.*|else|try|finally):)\s*"
)
_ASSIGNMENT = re.compile(r"\s*[A-Za-z_][\w.]*(?:\[[^\]]*\])?(?:, ?[A-Za-z_][\w.]*)*\s?(?::\s?\w+\s?)?[-+*/]?=(?!=).*")
_CALL = re.compile(r"\s*[A-Za-z_][\w.]*\(.*[),({\[;]\s*")
_PART = re.compile(r"\s*[\w.\s()\[\]{},:;=+*/<>'\"%&|!@-]*")
_BREAKS_OFF = re.compile(r".*[_.(){}\[\],=:;\\*+-]\s*|\s{2,}\S.*|\s*[\w.]*[_.]\w[\w.]*\s*|\s*\w+=.*")
_COMMENT = re.compile(r"\s*(?:#|//).*")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|(?:#|//).*")
_NO_CODE = re.compile(r"^\s*(?:[-*+>|]\s|\d+[.)、]|#{1,6} \S+$|【)|\$\$|https?://")
_LEAST = 3
_LONGEST = 300


def readable(text: str) -> str:
    """The text as Markdown that shows what its author saw.

    Bullets of Word are list marks, the paragraphs of a PDF that ends each with a space are paragraphs, and lines that
    are clearly code are a code block.
    """
    lines = text.split("\n")
    if len(lines) == 1 and not _BULLET.match(text):
        return text
    lines = _with_code_blocks(lines)
    code = fenced(lines, is_section_heading)
    lines = [line if index in code else _BULLET.sub(r"\g<indent>- ", line, count=1) for index, line in enumerate(lines)]
    return "\n".join(_with_paragraphs(lines, code))


def readable_document(doc: EpisodeDoc) -> EpisodeDoc:
    """The document with all its texts readable."""
    result: EpisodeDoc = _readable(doc, "")
    return result


def _readable(value: Any, name: str) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: _readable(getattr(value, field.name), field.name) for field in fields(value)}
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(_readable(part, name) for part in value)
    return readable(value) if isinstance(value, str) and name in _TEXTS else value


# paragraphs


def _with_paragraphs(lines: Sequence[str], code: set[int]) -> list[str]:
    """The lines with an empty one behind every end of a paragraph, where a space at the end of a line is one."""
    if not Wrap.of([line for index, line in enumerate(lines) if index not in code]).ends_with_space:
        return list(lines)
    found: list[str] = []
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else ""
        if index and index not in code and index - 1 not in code and _ends_paragraph(before, line):
            # Behind an empty line four spaces would make it code.
            found += ["", line.lstrip() if line.expandtabs(4).startswith("    ") else line]
        else:
            found.append(line)
    return found


def _ends_paragraph(line: str, following: str) -> bool:
    if not line.strip() or not following.strip() or not line.endswith(" ") or line.endswith("  "):
        return False
    word = _LATIN_WORD.match(following.strip())
    is_between_words = word is not None and line.rstrip()[-1].isascii() and line.rstrip()[-1].isalnum()
    return not (is_between_words and width(line) >= _FULL and following.strip()[0].isalnum())


# code


def _with_code_blocks(lines: Sequence[str]) -> list[str]:
    """The lines with a fence around each run that is clearly code."""
    ends = _code_ends(lines, fenced(lines, is_section_heading))
    found: list[str] = []
    index = 0
    while index < len(lines):
        end = ends.get(index, index)
        if end > index and not _is_indented_code(lines, index):
            found += ["```", *lines[index:end], "```"]
            index = end
        else:
            found.append(lines[index])
            index += 1
    return found


def _code_ends(lines: Sequence[str], closed: set[int]) -> dict[int, int]:
    """The index behind the code that begins at a line, for each line at which code begins.

    From the last line to the first, so that every line is looked at once, however many look like the start of code.
    """
    ends: dict[int, int] = {}
    end = strong = keywords = written = 0
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        is_strong = _is_statement(line)
        if index in closed or "```" in line or not (is_strong or not line.strip() or _is_part(line)):
            strong = keywords = written = 0  # code ends before this line
            continue
        if not line.strip():
            continue
        end = end if written else index + 1
        strong, written = strong + is_strong, written + 1
        keywords += is_strong and bool(_KEYWORD.fullmatch(line))
        if is_strong and strong >= _LEAST and keywords and strong * 2 >= written:
            ends[index] = end
    return ends


def _is_statement(line: str) -> bool:
    """Whether a line is a statement of a program; Chinese stands only in its strings and comments."""
    if len(line) > _LONGEST or _NO_CODE.search(line) or has_han(_QUOTED.sub("", line)):
        return False
    return any(pattern.fullmatch(line) for pattern in (_KEYWORD, _ASSIGNMENT, _CALL))


def _is_part(line: str) -> bool:
    """Whether a line among statements is a comment, or the rest of a statement that was broken."""
    if len(line) > _LONGEST:
        return False
    if _COMMENT.fullmatch(line):
        return True
    if "://" in line or has_han(_QUOTED.sub("", line)):
        return False
    return bool(_PART.fullmatch(line) and _BREAKS_OFF.fullmatch(line))


def _is_indented_code(lines: Sequence[str], start: int) -> bool:
    """Whether Markdown sees code here anyway, by its four spaces behind an empty line."""
    return lines[start].expandtabs(4).startswith("    ") and not (start and lines[start - 1].strip())
