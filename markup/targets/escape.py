"""Text and addresses as a target's Markdown: a backslash exactly where a reader would see structure.

Whether a character is structure is judged by its neighbours alone, never by what stands far away, so that one
more word in a line does not change how the rest of it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markup.targets.marks import may_delimit

_SPECIAL = re.compile(r"[\\`$\[\]<&|@#]|\*+|_+|~+|(?:https?|ftp)(?=://)|www(?=\.)|GH-(?=[0-9])", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});")
_BEFORE_WWW = "*_~("

# What opens a block at the start of a line; the group is the character to escape.
_LINE_START = re.compile(
    r"(#)#{0,5}(?=[ \t]|$)|([-+*])(?=[ \t]|$)|[0-9]{1,9}([.)])(?=[ \t]|$)|(>)|(~)~~|(\[)[ xX]\](?=\s|$)|(\[)!"
    r"|(-)[ \t]*(?:-[ \t]*){2,}$|(_)[ \t]*(?:_[ \t]*){2,}$|(\*)[ \t]*(?:\*[ \t]*){2,}$"
)
# What makes the line above a heading or a table.
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*|[-:|][-:| \t]*")
_DESTINATION_NEEDS_ANGLES = re.compile(r"[\s()<>]")
_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)")
_AUTOLINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\\\x00-\x20\x7f]*")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a text stands: what decides which of its characters are structure.

    `before` and `after` are the characters beside it, "" when it is not known what may stand there.
    """

    before: str = ""
    after: str = ""
    starts_line: bool = False
    continues_paragraph: bool = False
    is_box_item: bool = False
    follows_box: bool = False
    follows_note: bool = False
    precedes_bracket: bool = False
    in_brackets: bool = False
    in_link: bool = False
    is_cell: bool = False
    has_math: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """What the target's parser sees in text beyond CommonMark."""

    is_github: bool
    links_mentions: bool = False


def escape(text: str, spot: Spot, reader: Reader) -> str:
    """The text so that it is read as exactly these letters at this spot."""
    changes: dict[int, str] = {}
    for match in _SPECIAL.finditer(text):
        changes.update(_changes(text, match, spot, reader))
    if text and spot.precedes_bracket and text[-1] == "!":
        changes[len(text) - 1] = r"\!"
    if text and spot.follows_note and text[0] in "(:":
        changes[0] = "\\" + text[0]
    if spot.follows_box and text.startswith("("):
        changes[0] = r"\("
    if spot.starts_line:
        index = _line_start(text, spot)
        if index is not None and index not in changes:
            changes[index] = "\\" + text[index]
    return _applied(text, changes)


def _applied(text: str, changes: dict[int, str]) -> str:
    pieces: list[str] = []
    position = 0
    for index in sorted(changes):
        pieces += (text[position:index], changes[index])
        position = index + 1
    pieces.append(text[position:])
    return "".join(pieces)


def _changes(text: str, match: re.Match[str], spot: Spot, reader: Reader) -> dict[int, str]:
    """What each character of a special run becomes, by its index; nothing when it is harmless."""
    run, start, end = match[0], match.start(), match.end()
    after = text[end : end + 1]
    escaped = {start: "\\" + run[0]}
    match run[0]:
        case "\\":
            return escaped if not after or _PUNCTUATION.match(after) else {}
        case "`":
            return escaped
        case "$":
            return {start: "<span>$</span>"} if reader.is_github and spot.has_math else escaped
        case "[":
            return escaped if spot.in_brackets or after == "^" else {}
        case "]":
            # GitHub checks the box of an item that holds [x] anywhere in its line.
            is_check = spot.is_box_item and text[max(0, start - 2) : start].lower() == "[x"
            return escaped if spot.in_brackets or after in ("(", ":") or is_check else {}
        case "<":
            return escaped if after.isascii() and (after.isalpha() or after in ("/", "!", "?")) else {}
        case "&":
            return escaped if _ENTITY.match(text, start) else {}
        case "|":
            return escaped if spot.is_cell else {}
        case "*" | "_" | "~":
            return _run_changes(text, start, end, spot, reader)
        case "@" | "#" | "G" | "g":
            return _mention_changes(text, start, end) if reader.links_mentions else {}
        case _:
            return {} if spot.in_link else _address_changes(text, start, end, reader)


def _run_changes(text: str, start: int, end: int, spot: Spot, reader: Reader) -> dict[int, str]:
    """A run of delimiters is escaped, each of them, when it could open or close anything."""
    marker = text[start]
    if marker == "~" and end - start == 1 and not reader.is_github:
        return {}
    before = text[start - 1 : start] or spot.before
    after = text[end : end + 1] or spot.after
    if before and after and not may_delimit(marker, before, after):
        return {}
    return dict.fromkeys(range(start, end), "\\" + marker)


def _mention_changes(text: str, start: int, end: int) -> dict[int, str]:
    """GitHub mails people who are named @name and links #12 and GH-12, but not across a comment."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start] == "@":
        is_linked = (
            after.isascii() and after.isalnum() and not (before.isascii() and (before.isalnum() or before == "_"))
        )
    elif text[start] == "#":
        is_linked = after.isascii() and after.isdigit()
    else:
        is_linked = not (before.isascii() and before.isalnum())
    return {end - 1: text[end - 1] + "<!-- -->"} if is_linked else {}


def _address_changes(text: str, start: int, end: int, reader: Reader) -> dict[int, str]:
    """Text that looks like an address but is no link, such as https\\://… in the source, stays text."""
    if text[start] not in "wW":
        return {end: r"\:"}
    if reader.is_github and (start == 0 or text[start - 1].isspace() or text[start - 1] in _BEFORE_WWW):
        return {end: r"\."}
    return {}


def _line_start(text: str, spot: Spot) -> int | None:
    """The index of the character that would open a block at the start of a line."""
    if match := _LINE_START.match(text):
        return match.start(match.lastindex or 0)
    if spot.continues_paragraph and _UNDERLINE.fullmatch(text):
        return 0
    return None


def heading_end(line: str) -> str:
    """The text of a heading so that # signs at its end are not taken for its closing sequence."""
    kept = line.rstrip("#")
    if kept == line or (kept and kept[-1] not in " \t"):
        return line
    return f"{kept}\\{line[len(kept) :]}"


def destination(url: str, *, is_cell: bool = False) -> str:
    """An address as the destination of a link, in angle brackets when it holds spaces or parentheses."""
    escaped = _beside_markup(url)
    if is_cell:
        escaped = escaped.replace("|", r"\|")
    if not _DESTINATION_NEEDS_ANGLES.search(url):
        return escaped
    return "<" + escaped.replace("<", r"\<").replace(">", r"\>") + ">"


def quoted_title(title: str, *, is_cell: bool = False) -> str:
    """The title of a link with its quotes and the space before it; nothing when there is none."""
    if not title:
        return ""
    escaped = _beside_markup(title).replace('"', r"\"")
    if is_cell:
        escaped = escaped.replace("|", r"\|")
    return f' "{escaped}"'


def is_autolink(url: str) -> bool:
    """Whether `<url>` is read as a link with exactly this address."""
    return bool(_AUTOLINK.fullmatch(url)) and not _ENTITY.search(url)


def info_string(info: str) -> str:
    """What follows an opening code fence."""
    return _beside_markup(info)


def _beside_markup(text: str) -> str:
    """Text where only backslashes and entities mean anything; GitHub reads entities before backslashes."""
    return _ENTITY.sub(lambda match: "&amp;" + match[0][1:], _BACKSLASH.sub(r"\\\\", text))


def html_text(text: str) -> str:
    """Text inside an HTML element that stands in Markdown."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
