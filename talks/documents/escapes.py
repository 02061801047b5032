"""The one backslash that keeps a line of a body from being read as structure, in documents we write ourselves.

`protected` and `unprotected` are each other's reverse for every body; both ask the same two questions of a line.
Where the backslash would change what the line says (`\\[题](…)` is no link), a guard, which nobody sees, stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape

from markup.dialect import GUARD
from talks.documents.headings import read_heading
from talks.documents.labels import read_label
from talks.documents.lines import GENERATED_END, GENERATED_START, Line, fenced, is_section_heading
from talks.documents.marks import read_answer_mark
from talks.documents.people import signature

# Before these Markdown takes the backslash away, and GitHub's form of the text has it again.
_TAKES_BACKSLASH = re.compile(r"\\(?:#{1,6}(?:[ \t]|$)|[-+*](?:\s|$)|[-=]+\s*$|>|~~~|`{3}|\s+$)")
# Before these the backslash would change what the line says, or be gone in GitHub's form of it.
_IS_CHANGED = re.compile(
    r"\\*(?:[&\[!$]|<(?!!--|span></span>)|#(?!#{0,5}(?:[ \t]|$)))|`(?!``)|\\+`|\\+[^!-/:-@\[-`{-~]"
)
# An item or quote that begins with a break or with space of its own: it would begin with the text of the next line.
_BEGINS_WITH_BREAK = re.compile(r"(?:[ \t]*+(?:[-+*>]|\d{1,9}[.)])(?=\s))++(?=.*[^ \t])\s*+\\?")
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")
_FENCE = re.compile(r" *(?:`{3,}[^`]*$|~~~)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*")


def is_structure(text: str) -> bool:
    """Whether a line is structure wherever it stands: a heading in any style, a label, the marker of an answer.

    So is one that would be without its entities, as GitHub's form has it.
    """
    return _is_structure(text) or ("&" in text and _is_structure(unescape(text)))


def _is_structure(text: str) -> bool:
    if text.strip() in (GENERATED_START, GENERATED_END) or _BEGINS_WITH_BREAK.fullmatch(text):
        return True
    if text.lstrip().startswith(GUARD) or is_section_heading(text.strip()):
        return True
    if text.lstrip().startswith("\\"):
        return False  # in GitHub's form a protected line may stand in a list
    if read_label(text.lstrip()) is not None or read_answer_mark(text) is not None:
        return True
    return read_heading(Line((0,), text)) is not None


def is_signed(text: str) -> bool:
    """Whether a line ends in a name, as it is or without its entities."""
    return signature(unescape(text).rstrip()) is not None


def _is_empty(text: str) -> bool:
    """Whether a line shows nothing: GitHub's form leaves out space that is written as entities or as code."""
    return not unescape(text).replace("`", "").strip()


def is_protected(text: str) -> bool:
    """Whether the line begins with the backslash that `protected` put there."""
    if not text.startswith("\\"):
        return False
    core = text.lstrip("\\")
    return is_structure(core) or _is_empty(core) or is_signed(core) or _is_fence(core)


def protected(body: str) -> list[str]:
    """The lines of a body, each that would be taken for structure with one backslash or guard before it.

    Blank lines at its start or end stand behind or before a line with a backslash alone.
    """
    if not body:
        return []
    lines = body.split("\n")
    code = fenced(lines, is_section_heading)
    written = [index for index, text in enumerate(lines) if text.strip()]
    if not written:
        return [f"\\{text}" for text in lines]
    first, last = written[0], written[-1]
    found: list[str] = []
    for index, text in enumerate(lines):
        is_open = _needs(text, is_at_edge=index in (first, last)) or _underlines(text, found[-1:])
        # Between two dollars a backslash would make a formula of what is none; behind a guard, backticks make code.
        is_changed = _IS_CHANGED.match(text) or (("$" in body or _is_empty(text)) and not _is_fence(text))
        mark = GUARD if is_changed else "\\"
        found.append(f"{mark}{text}" if is_open and index not in code else text)
    return ["\\"] * (first > 0) + found + ["\\"] * (last < len(lines) - 1)


def _underlines(text: str, before: Sequence[str]) -> bool:
    """Whether the line would make a heading of the one before it, which no other target reads as text again."""
    core = text.lstrip("\\")
    return _UNDERLINE.fullmatch(core) is not None and bool(before and before[0].strip(" \t"))


def _needs(text: str, *, is_at_edge: bool) -> bool:
    core = text.lstrip("\\")
    if not text.strip():
        return False
    if is_structure(core) or _is_fence(core):
        return True
    return (_is_empty(core) and is_at_edge) or (core != text and (_is_empty(core) or is_signed(core)))


def _is_fence(text: str) -> bool:
    return _FENCE.match(text) is not None


def guarded(text: str) -> str:
    """The written document with guards, which nobody sees, for backslashes that readers would see; both read alike."""
    lines = text.split("\n")
    code = fenced(lines, is_section_heading)
    return "\n".join(
        GUARD + line[1:]
        if index not in code
        and line.startswith("\\")
        and not _TAKES_BACKSLASH.match(line)
        and _is_marked(line, lines[index - 1 : index] if index else [])
        else line
        for index, line in enumerate(lines)
    )


def unguarded(line: Line) -> Line:
    """The line with the backslash for which its guard stands; without either where it would only escape a sign."""
    indent = len(line.text) - len(line.text.lstrip(" "))
    if line.is_code or not line.text.startswith(GUARD, indent):
        return line
    rest = line.text[indent + len(GUARD) :]
    is_sign = _SIGN.match(rest) and not is_protected(f"\\{rest}") and not _UNDERLINE.fullmatch(rest.lstrip("\\"))
    return replace(line, text=line.text[:indent] + ("" if is_sign else "\\") + rest)


def unprotected(lines: Sequence[Line]) -> str:
    """The body that `protected` wrote as these lines."""
    texts = [line.as_written for line in lines]
    found = [
        text[1:] if not line.is_code and _is_marked(text, texts[index - 1 : index] if index else []) else text
        for index, (line, text) in enumerate(zip(lines, texts, strict=True))
    ]
    if not any(text.strip() for text in found):
        # A backslash alone is what is left in GitHub's form of a text that shows nothing.
        return "\n".join(found) or "".join(texts)
    starts_blank = len(texts) > 1 and texts[0] == "\\" and not texts[1].strip()
    ends_blank = len(texts) > 1 and texts[-1] == "\\" and not texts[-2].strip()
    return "\n".join(found[starts_blank : len(found) - ends_blank])


def _is_marked(text: str, before: Sequence[str]) -> bool:
    return is_protected(text) or (text.startswith("\\") and _underlines(text, before))
