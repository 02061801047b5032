"""A line of a list cut into pieces with their places: links, bold, italic, pictures, addresses, comments and text.

The pieces of a line, joined, are the line: whoever takes some of them knows what is left.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from markup import links

_ESCAPABLE = re.compile(r"\\[!-/:-@\[-`{-~]")
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_AUTOLINK = re.compile(r"<(https?://[^\s<>]+)>", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\s[^<>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)[\"']?[^>]*>(.*?)</a\s*>", re.IGNORECASE | re.DOTALL)
_IMG = re.compile(r"<img\s[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
# Tags that only shape text; any other, such as <think>, is text itself.
TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|center|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|ol|p|picture|s|small|source|span"
    r"|strong|sub|sup|table|tbody|td|th|tr|tt|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_DESTINATION = re.compile(
    r"\(\s*+(?:<([^<>\n]*)>|((?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\]|\([^\s()]*\))*\))*))(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
_REFERENCE = re.compile(r"\[([^\[\]]*)\]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_TORN = re.compile(r"^\[+(?=https?://)")
# A longer one-line text is prose, and its pieces are not looked at.
MAX_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line. `raw` is as written; `text` what stands inside (a label, the bold words), `url` where it leads.

    Kinds: text, code, link, badge (a linked picture), image, address, bold, italic, comment, tag.
    """

    kind: str
    raw: str
    text: str = ""
    url: str = ""


def scan(line: str, references: Mapping[str, str]) -> list[Piece]:
    """Return the pieces of a line; `references` are the link definitions of the document, label → address."""
    if len(line) > MAX_CHARACTERS:
        return [Piece("text", line, line)]
    bare = {found.start: found for found in links.find(line)} if "://" in line else {}
    pieces: list[Piece] = []
    hopeless: dict[str, set[int]] = {}
    start = position = 0
    while position < len(line):
        found = None
        if position in bare:
            address = bare[position]
            found = Piece("address", line[position : address.end], url=address.url)
        elif line[position] in "\\`![<*_":
            found = _piece_at(line, position, references, hopeless)
        if found is None:
            position += 1
            continue
        if start < position:
            pieces.append(_text(line[start:position]))
        pieces.append(found)
        start = position = position + len(found.raw)
    if start < len(line):
        pieces.append(_text(line[start:]))
    return list(_joined(pieces))


def _text(raw: str) -> Piece:
    return Piece("text", raw, raw)


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Neighbouring texts (escapes are cut out as such) as one."""
    waiting = ""
    for piece in pieces:
        if piece.kind == "text":
            waiting += piece.raw
            continue
        if waiting:
            yield _text(waiting)
            waiting = ""
        yield piece
    if waiting:
        yield _text(waiting)


def _piece_at(line: str, start: int, references: Mapping[str, str], hopeless: dict[str, set[int]]) -> Piece | None:
    """What begins here. `hopeless`: for each mark of emphasis the places from which on nothing closes it."""
    char = line[start]
    if char == "\\":
        return _text(match[0]) if (match := _ESCAPABLE.match(line, start)) else None
    if char == "`":
        match = _CODE.match(line, start)
        if match:
            return Piece("code", match[0], match[2])
        return _text(line[start : start + _run_at(line, start)])
    if char == "<":
        return _html_at(line, start)
    if char == "!":
        if line.startswith("![", start) and (link := _link_at(line, start + 1, references)):
            return Piece("image", f"!{link.raw}", link.text, link.url)
        return None
    if char == "[":
        return _link_at(line, start, references)
    return _emphasis_at(line, start, hopeless)


def _html_at(line: str, start: int) -> Piece | None:
    if line.startswith("<!--", start) and (end := line.find("-->", start + 4)) >= 0:
        return Piece("comment", line[start : end + 3], line[start + 4 : end].strip())
    if match := _AUTOLINK.match(line, start):
        return Piece("address", match[0], url=match[1])
    if match := _ANCHOR.match(line, start):
        url = html.unescape(match[1])
        if picture := _IMG.search(match[2]):
            return Piece("badge", match[0], _attributes(picture[0]).get("alt", ""), url)
        return Piece("link", match[0], " ".join(TAG.sub("", match[2]).split()), url)
    if match := _IMG.match(line, start):
        found = _attributes(match[0])
        return Piece("image", match[0], found.get("alt", ""), found.get("src", ""))
    return Piece("tag", match[0]) if (match := TAG.match(line, start)) else None


def _attributes(tag: str) -> dict[str, str]:
    return {name.lower(): html.unescape(first or second) for name, first, second in _ATTRIBUTE.findall(tag)}


def _link_at(line: str, start: int, references: Mapping[str, str]) -> Piece | None:
    end = closing_bracket(line, start)
    if end is None:
        return None
    label = line[start + 1 : end]
    if match := _DESTINATION.match(line, end + 1):
        url = _address(match[1] if match[1] is not None else match[2])
        return _made(line[start : match.end()], label, url)
    if match := _REFERENCE.match(line, end + 1):
        url = references.get(" ".join((match[1] or label).split()).upper(), "")
        return _made(line[start : match.end()], label, url) if url else None
    return None


def _made(raw: str, label: str, url: str) -> Piece:
    """A link, or a badge when its label is nothing but a picture."""
    if label.lstrip().startswith("!["):
        end = closing_bracket(label.strip(), 1)
        if end is not None and (match := _DESTINATION.fullmatch(label.strip(), end + 1)) and match:
            return Piece("badge", raw, label.strip()[2:end], url)
    return Piece("link", raw, label, url)


def _address(written: str) -> str:
    """The address of a destination: escapes read, a stray bracket before it gone, no space in it."""
    read = _ENTITY.sub(lambda match: html.unescape(match[0]), written)
    url = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", read).strip()
    return re.sub(r"\s", "%20", _TORN.sub("", url))


def closing_bracket(line: str, start: int) -> int | None:
    """Return where the bracket that opens at `start` closes; code and escapes hide brackets."""
    found = _brackets(line, 0)
    # What is hidden seen from the beginning of the line may not be seen from here.
    return found[start] if start in found else _brackets(line, start).get(start)


@lru_cache(maxsize=64)
def _brackets(line: str, start: int) -> dict[int, int | None]:
    """Where each bracket from `start` on closes, all in one pass: a line may be nothing but brackets."""
    found: dict[int, int | None] = {}
    opened: list[int] = []
    position = start
    while position < len(line):
        char = line[position]
        if char == "\\":
            position += 1
        elif char == "`" and (match := _CODE.match(line, position)):
            position = match.end() - 1
        elif char == "[":
            opened.append(position)
            found[position] = None
        elif char == "]" and opened:
            found[opened.pop()] = position
        position += 1
    return found


def _emphasis_at(line: str, start: int, hopeless: dict[str, set[int]]) -> Piece | None:
    """Bold or italic that begins here and ends further on, as readers of such lists would take it."""
    char = line[start]
    width = 2 if line.startswith(char * 2, start) else 1
    if char == "_" and start and line[start - 1].isalnum():
        return None
    first = start + width
    if first >= len(line) or line[first].isspace():
        return None
    end = _closing_mark(line, first, char * width, hopeless.setdefault(char * width, set()))
    if end is None:
        return None
    inner = line[first:end]
    return Piece("bold" if width == 2 else "italic", line[start : end + width], inner)


def _run_at(line: str, start: int) -> int:
    """How often the character at `start` stands there in a row."""
    rest = line[start:]
    return len(rest) - len(rest.lstrip(line[start]))


def _closing_mark(line: str, first: int, mark: str, hopeless: set[int]) -> int | None:
    """Where the mark is closed. What an earlier search in vain came by is not looked at again."""
    position, passed = first, []
    while position < len(line) and position not in hopeless:
        passed.append(position)
        char = line[position]
        if char == "\\":
            position += 2
            continue
        if char == "`" and (match := _CODE.match(line, position)):
            position = match.end()
            continue
        if char == "[" and (end := closing_bracket(line, position)) and (to := _DESTINATION.match(line, end + 1)):
            position = to.end()
            continue
        if line.startswith(mark, position):
            run = _run_at(line, position)
            fits = run == len(mark) or (run == 3 and len(mark) == 2) or (run == 3 and len(mark) == 1)
            after = line[position + run : position + run + 1]
            if (
                fits
                and position > first
                and not line[position - 1].isspace()
                and not (mark[0] == "_" and after.isalnum())
            ):
                return position + (run - len(mark))
            position += run
            continue
        position += 1
    hopeless.update(passed)
    return None
