"""Formulas as the targets need them: on one line, without what ends the cell of a table, with colors in braces."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_PIPE = re.compile(r"\\?\|")
_BRACE = re.compile(r"\\.|[{}]")
_COLOR = re.compile(r"\{\\color\{[^{}]*\}[ \t]*")


def one_line_tex(tex: str) -> str:
    """A formula on one line, without its comments, which would swallow what follows them."""
    lines = (_COMMENT.sub(r"\1", line).strip() for line in tex.split("\n"))
    return whole_tex(" ".join(line for line in lines if line))


def whole_tex(tex: str) -> str:
    """A formula without a backslash at its end that would escape what closes it."""
    backslashes = len(tex) - len(tex.rstrip("\\"))
    return tex[:-1].rstrip() if backslashes % 2 else tex


def without_pipes(tex: str) -> str:
    """A formula with its bars in words, because a pipe ends the cell of a table."""
    return _PIPE.sub(lambda match: r"\Vert " if len(match[0]) == 2 else r"\vert ", tex).strip()


def colored(tex: str) -> str:
    """The formula with what a color applies to in braces of its own: {\\color{red} x} as {\\color{red}{x}}."""
    ends = _closing_braces(tex)
    inserted: dict[int, str] = {}
    for match in _COLOR.finditer(tex):
        start, end = match.end(), ends.get(match.start())
        if end is None or ends.get(start) == end - 1:
            continue
        inserted[start] = "{" + inserted.get(start, "")
        inserted[end] = inserted.get(end, "") + "}"
    pieces: list[str] = []
    position = 0
    for index in sorted(inserted):
        pieces += (tex[position:index].rstrip() if inserted[index][0] == "{" else tex[position:index], inserted[index])
        position = index
    return "".join(pieces) + tex[position:]


def _closing_braces(tex: str) -> dict[int, int]:
    """For each opening brace the index of the one that closes it."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACE.finditer(tex):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            ends[opened.pop()] = match.start()
    return ends
