"""Which lines are headings, in any of the styles people use: `## x`, `**x**`, `### **x**`, underlined, or bare.

Levels mean nothing in most documents (学术 stands at the level of 本周新闻); titles say what a heading is.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from talks.documents import structure_lines
from talks.documents.lines import Line, atx, bare
from talks.documents.vocabulary import KnownTitle, TitleKind, fold, known_title, word_key

MAX_TITLE = 60
_UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,})\s*")
_GLUED = re.compile(r" {0,3}(#{1,6})([^\s#].{0,60})")
_BRACKETED = re.compile(r"【(?P<title>[^【】]{1,20})】")
_NOT_FIRST = tuple("!\"#$%&'*+,-./:;<=>?@\\^_`|~")
_NOT_LAST = tuple("<>&$|=^\\+")
_BOLD = re.compile(r"\s*(?:\*\*|__)\s*(?P<title>[^*_\n]{1,60}?)\s*(?:\*\*|__)\s*[:：]?\s*")


class Style(enum.Enum):
    """How a heading is marked as one."""

    ATX = "atx"
    BOLD = "bold"
    UNDERLINED = "underlined"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its lines, level (0 when it has none), title, and what the tables know of it.

    `raw` is the title with all its marks. One that the writer protected with a backslash is not looked up.
    """

    lines: tuple[Line, ...]
    style: Style
    level: int
    title: str
    known: KnownTitle | None
    raw: str = ""
    is_protected: bool = False

    @property
    def line(self) -> int:
        return self.lines[0].number


def read_heading(line: Line, following: Line | None = None) -> Heading | None:
    """The heading that a line is, or None. Without a `#` only titles of the tables make one."""
    if line.is_blank or line.is_code or line.text.lstrip().startswith("\\"):
        return None
    if marked := atx(line.text):
        return _marked(line, *marked)
    if len(line.text) > 4 * MAX_TITLE:
        return None
    if match := _GLUED.fullmatch(line.text.rstrip()):
        known = known_title(match[2])
        return Heading((line,), Style.ATX, len(match[1]), bare(match[2]), known) if known else None
    if match := _BOLD.fullmatch(line.bare if line.bare.startswith(("**", "__")) else line.text):
        known = known_title(match["title"])
        return Heading((line,), Style.BOLD, 0, match["title"], known) if known else None
    return _plain(line, following)


def _marked(line: Line, level: int, title: str) -> Heading:
    if title.startswith("\\"):
        return Heading((line,), Style.ATX, level, title[1:], None, title[1:], is_protected=True)
    shown = bare(title)
    return Heading((line,), Style.ATX, level, shown, known_title(shown) if len(shown) <= MAX_TITLE else None, title)


def _plain(line: Line, following: Line | None) -> Heading | None:
    title = line.bare
    if group := _BRACKETED.fullmatch(title):
        known = known_title(group["title"])
        is_group = known is not None and known.kind is TitleKind.GROUP
        return Heading((line,), Style.PLAIN, 0, group["title"].strip(), known) if is_group else None
    if len(title) > MAX_TITLE or title.startswith("【") or "<span>$" in line.text:  # a label, GitHub's dollars
        return None
    known = known_title(title)
    if known is None:
        return None
    if following and not following.is_code and _UNDERLINE.fullmatch(following.text):
        level = 1 if following.text.strip().startswith("=") else 2
        return Heading((line, following), Style.UNDERLINED, level, title, known)
    if known.needs_mark or not _is_only_title(title, known):
        return None
    return Heading((line,), Style.PLAIN, 0, title, known)


def _is_only_title(title: str, known: KnownTitle) -> bool:
    """Whether a bare line is the title and nothing else; `1. 项目` and 「资料」 are entries of a list or text."""
    if known.kind is TitleKind.SECTION or known.kind is TitleKind.BACK:
        return not title.startswith(("「", "《", "“", *_NOT_FIRST)) and not title.endswith(_NOT_LAST)
    spaceless = re.sub(r"\s+", "", fold(title)).rstrip(":!。~")
    return spaceless == word_key(title)[0]


def write_heading(level: int, title: str, *, is_protected: bool = False) -> str:
    """The line of a heading; a protected title is taken as it stands, whatever it looks like."""
    return structure_lines.write_heading(level, f"\\{title}" if is_protected else title)


def reads_as_sentence(title: str) -> bool:
    """Whether a heading is a torn piece of a paragraph, as converters make them."""
    return title.endswith(("。", "；", "，", ",", "、")) or (len(title) > MAX_TITLE and "。" in title)
