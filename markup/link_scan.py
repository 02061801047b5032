"""Where the addresses stand in a text: exact ends beside Chinese, inside Markdown and beside each other.

Every character is looked at a bounded number of times: a reading never crosses the start of a reading that follows.
"""

from __future__ import annotations

import html.entities
import re
import unicodedata
from dataclasses import dataclass, replace

from markup.cjk import CharacterClass, character_class

_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_HOST_START = re.compile(r"[^\W_]|\[[0-9a-fA-F:]")
_PLAIN_RUN = re.compile(r"[A-Za-z0-9._/?#@!$,;=%+-]+")
_ANGLE = re.compile(r"[^\s<>]++(?=>)")
_ANGLE_DESTINATION = re.compile(r"[^\n<>]++(?=>)")
_DESTINATION_RUN = re.compile(r"[^\s()\\<>\]]+")
_TITLE_AND_END = re.compile(
    r"[ \t]{1,16}\n?[ \t]{0,16}(?:\"[^\"\n]{0,400}\"|'[^'\n]{0,400}'|\([^()\n]{0,400}\))?[ \t]{0,16}\)"
)
_ESCAPE = re.compile(r"\\+([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AMPERSANDS = ("&amp;", "&AMP;", "&#38;", "&#x26;", "&#X26;")
_COOKED = re.compile(r"\\+([!-/:-@\[-`{-~])|&(?:amp|AMP|#38|#[xX]26);")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_TRAILING = frozenset(".,;:!?'*~([{")
# What may stand before an address inside an address: https://proxy.example/https://a.example/
_NESTING = frozenset("/=?&#")
_TO_LINK = re.compile(r"[^\w\s\[(]{0,3}[ ]?\]\(<?")


@dataclass(frozen=True, slots=True)
class Found:
    """An address in a text: text[start:end] is how it is written, url what it says (escapes removed)."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An address, where reading it stopped, and whether it is only a copy of the link target that follows."""

    start: int
    end: int
    url: str
    stop: int
    is_copy: bool = False


def find(text: str) -> list[Found]:
    """The http and https addresses of a Markdown or plain text, in order, code included.

    A link text that repeats its target counts once, as the target.
    """
    return [Found(item.start, item.end, item.url) for item in readings(text) if not item.is_copy]


def readings(text: str) -> list[Reading]:
    """Like `find`, with the link texts that repeat their target."""
    found: list[Reading] = []
    position = 0
    while match := _SCHEME.search(text, position):
        reading = read_at(text, match.start())
        position = match.end() if reading is None else reading.end
        if reading is not None:
            if found and _is_copy(text, found[-1], reading):
                found[-1] = replace(found[-1], is_copy=True)
            found.append(reading)
    return found


def read_at(text: str, start: int) -> Reading | None:
    """The address whose scheme begins at `start`, or None when nothing that could be a host follows."""
    body = start + text[start : start + 9].index("//") + 2
    if _SCHEME.match(text, body) or not _HOST_START.match(text, body):
        return None
    if text[max(0, start - 1) : start] == "<":
        pattern = _ANGLE_DESTINATION if text[max(0, start - 3) : start] == "](<" else _ANGLE
        if match := pattern.match(text, body):
            return _reading(text, start, match.end(), match.end() + 1)
    elif text[max(0, start - 2) : start] == "](" and (ends := _destination_ends(text, body)):
        return _reading(text, start, *ends)
    end, stop = _bare_ends(text, start, body)
    return _reading(text, start, end, stop) if end > body else None


def _reading(text: str, start: int, end: int, stop: int) -> Reading:
    return Reading(start, end, cooked(text[start:end]), stop)


def cooked(raw: str) -> str:
    """An address as written in Markdown, without its backslashes and with `&amp;` read.

    A backslash is no character of an address, so a doubled one (a text escaped twice) goes as well.
    """
    return _COOKED.sub(lambda match: match[1] or "&", raw)


def units(raw: str) -> list[tuple[int, int]]:
    """For each character of `cooked(raw)` the span of `raw` it was read from."""
    spans: list[tuple[int, int]] = []
    position = 0
    for match in _COOKED.finditer(raw):
        spans.extend((index, index + 1) for index in range(position, match.start()))
        spans.append(match.span())
        position = match.end()
    spans.extend((index, index + 1) for index in range(position, len(raw)))
    return spans


def _is_copy(text: str, link_text: Reading, target: Reading) -> bool:
    """Whether an address is the text of the link whose target is the next one: [u](u), or shortened with dots."""
    if target.start - link_text.end > 8:
        return False
    if not _TO_LINK.fullmatch(text, link_text.end, target.start):
        return False
    if link_text.url.rstrip("/") == target.url.rstrip("/"):
        return True
    return text.startswith(("…", "...", "⋯"), link_text.end) and target.url.startswith(link_text.url)


def _destination_ends(text: str, position: int) -> tuple[int, int] | None:
    """The end of a link destination and of the whole link, or None when this is no link."""
    depth = 0
    while position < len(text):
        if match := _DESTINATION_RUN.match(text, position):
            position = match.end()
            continue
        char = text[position]
        if char == "\\":
            position += 2
        elif char == "(":
            depth, position = depth + 1, position + 1
        elif char == ")":
            if depth == 0:
                return position, position + 1
            depth, position = depth - 1, position + 1
        elif char == "]" and text[position + 1 : position + 2] != "(":
            position += 1
        else:
            break
    if depth == 0 and (match := _TITLE_AND_END.match(text, position)):
        return position, match.end()
    return None


def _bare_ends(text: str, start: int, position: int) -> tuple[int, int]:
    """The end of an address that only the text around it delimits, and where reading stopped."""
    before = text[start - 1 : start]
    opened: list[tuple[str, int]] = []
    while position < len(text):
        if match := _PLAIN_RUN.match(text, position):
            position = match.end()
            continue
        step = _step(text, position, before, opened)
        if step == 0:
            break
        position += step
    nested = _nested_start(text, position)
    stop = position if nested is None else nested
    end = min(stop, opened[0][1]) if opened else stop
    return _trimmed(text, start, end, before), stop


def _step(text: str, position: int, before: str, opened: list[tuple[str, int]]) -> int:
    """How many characters of the text at `position` still belong to the address; 0 is its end."""
    char, length = text[position], 1
    if char == "\\":
        if not (match := _ESCAPE.match(text, position)):
            return 0
        char, length = match[1], match.end() - position
    elif char == "&":
        entity = _ENTITY.match(text, position)
        if entity and entity[0] in _AMPERSANDS:
            return entity.end() - position
        return 0 if entity and (entity[1][0] == "#" or entity[1] + ";" in html.entities.html5) else 1
    elif char == ":":
        nested = _nested_start(text, position)
        return 1 if nested is None or (not opened and text[nested - 1] in _NESTING) else 0
    elif char in "*~'":
        return 0 if text.startswith(char * 2, position) or before == char == "'" else 1
    if char in "([{":
        if text.startswith("[^", position):
            return 0
        opened.append((char, position))
    elif char in _BRACKETS:
        if not opened or opened[-1][0] != _BRACKETS[char]:
            return 0
        opened.pop()
    elif not _is_bare(char):
        return 0
    return length


def _is_bare(char: str) -> bool:
    """Whether the character may stand in an address that nothing delimits."""
    if char.isascii():
        return char > " " and char not in '"<>\\^`|\x7f'
    return character_class(char) is CharacterClass.OTHER and unicodedata.category(char)[0] in "LMN"


def _nested_start(text: str, position: int) -> int | None:
    """Where the scheme begins whose colon stands at `position`."""
    if not text.startswith("://", position):
        return None
    for length in (5, 4):
        if position >= length and _SCHEME.match(text, position - length):
            return position - length
    return None


def _trimmed(text: str, start: int, end: int, before: str) -> int:
    """The end without the marks of the sentence around the address."""
    while end > start:
        last = text[end - 1]
        if last == ";" and text.endswith(_AMPERSANDS, start, end):
            break
        if last not in _TRAILING and last != "\\" and not (last == "_" and before == "_"):
            break
        end -= 1
    return end
