r"""Lines of structure in documents of our own: headings, labels, entries of the lists at the end.

Such a line is Markdown, yet means its letters: `as_markdown` escapes what would not come back from Markdown as
written, and the reader takes the escapes away again, those of ours and those that GitHub's form adds
(`\~`, `<https://…>`). Bodies are not touched by either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

from markup import links, targets
from markup.dialect import parser
from markup.targets import escape, reading, tree
from markup.targets.escape import Reader, Spot
from talks.documents.lines import atx

_LOUD = re.compile(r"[\\`$\[\]<>&|@#*_~!^\t\f\v\u00a0]|://|www\.|  |^[-+=>]|^\d+[.)]", re.IGNORECASE)
_WRITTEN = re.compile(
    r"\\(?P<char>[!-/:-@\[-`{-~])|<(?P<url>https?://[^\s<>]+)>|\$`(?P<tex>[^`]+)`\$|(?P<tag></?(?:strong|em|del)>)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?=[a-z/!?])(?!https?://)", re.IGNORECASE)
_FORMULA = re.compile(r"(?<!\\)\$[^$\n]+\$")
_LONGEST = 2000
_TAGS = {"strong": "**", "em": "*", "del": "~~"}


def meant(line: str) -> str:
    """The line without the escapes of Markdown, addresses without their angle brackets."""
    return _WRITTEN.sub(_meant, line) if "\\" in line or "<" in line or "$`" in line else line


def _meant(match: re.Match[str]) -> str:
    if match["tag"]:
        return _TAGS[match["tag"].strip("</>").lower()]
    return f"${match['tex']}$" if match["tex"] else match["char"] or match["url"]


@lru_cache(maxsize=4096)
def as_markdown(line: str) -> str:
    """The line as Markdown that is read as written, as it is and out of GitHub's form of it.

    Formulas stay, which GitHub's form writes in another way.
    """
    if stands_as_written(line):
        return line
    head, rest = _parts(line)
    written = head + _escaped(rest, is_entry=head == "- ")
    return escape.heading_end(written) if head.startswith("#") else written


def stands_as_written(line: str) -> bool:
    """Whether a line needs no escape to come back from Markdown as it is."""
    rest = _parts(line)[1]
    if not _LOUD.search(rest):
        return True
    return not _TAG.search(rest) and meant(rest) == rest and _is_one_line(line) and meant_line(_by_github(line)) == line


def meant_line(line: str) -> str:
    """A line of structure as what it means."""
    heading = atx(line)
    return meant(line) if heading is None else write_heading(heading[0], meant(heading[1]))


def write_heading(level: int, title: str) -> str:
    """The line of a heading."""
    line = f"{'#' * level} {title}"
    read = atx(line)
    # A run of # behind a space would be taken for the closing one, so a closing one is added.
    return line if read and read[1] == line[level + 1 :] else f"{line} #"


def _parts(line: str) -> tuple[str, str]:
    """The mark of a heading or entry, and the text behind it."""
    if (heading := atx(line)) is not None:
        return f"{'#' * heading[0]} ", heading[1]
    return ("- ", line[2:]) if line.startswith("- ") else ("", line)


def _is_one_line(line: str) -> bool:
    """Whether Markdown sees one line of text: an entry of a list may hold a heading or another list."""
    match reading.read(line).blocks:
        case (tree.Paragraph() | tree.Heading(),) | (tree.List((tree.Item((tree.Paragraph(),)),)),):
            return True
    return False


def starts_paragraph(line: str) -> bool:
    """Whether a line is running text for Markdown, so that it may stand behind a number or marker."""
    # No block begins with a letter, and none but text goes on with one: most lines need no parser.
    if all(part[:1].isalpha() for part in line.split("\n")):
        return True
    match reading.read(line).blocks:
        case (tree.Paragraph(),):
            return True
    return False


def ends_inside_formula(lines: Sequence[str]) -> bool:
    """Whether a formula or code goes over the end of a line in the paragraph that the lines begin with."""
    if "$" not in lines[0] and "`" not in lines[0]:
        return False
    paragraph = list(takewhile(str.strip, lines))
    if len(paragraph) < 2:
        return False
    tokens = parser().parseInline("\n".join(paragraph), {})[0].children or []
    return sum(token.type in ("softbreak", "hardbreak") for token in tokens) < len(paragraph) - 1


def _by_github(line: str) -> str:
    return targets.convert(line, "github").text.removesuffix("\n")


def _escaped(text: str, *, is_entry: bool) -> str:
    """The text with its marks escaped, but for its addresses and, in a line of sane length, its formulas."""
    kept = [(one.start, one.end, f"<{one.url}>") for one in links.find(text) if _is_plain_address(text, one)]
    for match in _FORMULA.finditer(text) if len(text) <= _LONGEST else ():
        if not any(start < match.end() and match.start() < end for start, end, _ in kept) and _is_formula(match[0]):
            kept.append((match.start(), match.end(), match[0]))
    pieces, position = [], 0
    for start, end, piece in sorted(kept):
        pieces += [_plain(text[position:start], starts_line=is_entry and not position), piece]
        position = end
    return "".join([*pieces, _plain(text[position:], starts_line=is_entry and not position)])


def _is_plain_address(text: str, found: links.Found) -> bool:
    return escape.is_autolink(found.url) and text[found.start : found.end] == found.url


def _is_formula(text: str) -> bool:
    match reading.read_line(text):
        case (tree.Math(),):
            return meant(text) == text
    return False


def _plain(text: str, *, starts_line: bool) -> str:
    spot = Spot(starts_line=starts_line, continues_paragraph=starts_line, in_brackets=True)
    return escape.escape(text, spot, Reader(is_github=True))
