"""The only way from members' text to HTML on a page: site dialect → own writer → MathML → allow-list, in that order.

What comes out may be stored and shown as it is; nothing else may be marked safe in a template.
"""

from __future__ import annotations

import re

from markup import sanitizer
from markup.dialect import parser
from markup.html_lines import Display, Line
from markup.html_writer import Writer

# Raise by one whenever the same text gives other HTML than before (here, in the dialect, in its allow-list, by an
# upgrade of a library): `manage.py rerender` then makes the stored HTML of all older versions again.
HTML_VERSION = 4

# A long episode has 60,000 characters, and Zhihu takes no more than this. The slowest text of this size that is known
# (twelve quotes deep, then 50,000 lines) takes three seconds.
MAX_CHARACTERS = 100_000

# Controls but tab and line ends, halves of surrogate pairs, U+FFFE and U+FFFF cannot stand in a page.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# They turn the order of letters round, also of those that follow: text is shown in the order it is stored in.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")


class TextTooLong(ValueError):
    """A text is longer than MAX_CHARACTERS (exporters: `limit`); `length` says how long."""

    def __init__(self, length: int, limit: int = MAX_CHARACTERS) -> None:
        super().__init__(f"The text has {length} characters; {limit} are possible.")
        self.length, self.limit = length, limit


def render(text: str, *, prefix: str = "", heading_base: int = 3) -> str:
    """The text as safe HTML, in blocks.

    `prefix` begins every id (of footnotes), so that two texts on a page do not share one: letters, digits, - and _.
    `heading_base` (1–6) is the level that the highest heading of the text gets; the levels used follow each other.
    Never fails on what is in the text; raises TextTooLong for its length.
    """
    if not sanitizer.PREFIX.fullmatch(prefix):
        raise ValueError(f"not a prefix of ids: {prefix!r}")
    if not 1 <= heading_base <= 6:
        raise ValueError(f"not a level of headings: {heading_base}")
    environment: dict[str, dict[str, dict[int, dict[str, str]]]] = {}
    tokens = parser().parse(_checked(text), environment)
    noted = environment.get("footnotes", {}).get("list", {})
    numbers = {note["label"]: index + 1 for index, note in noted.items()}
    return sanitizer.clean(Writer(prefix=prefix, heading_base=heading_base).write(tokens, numbers))


def render_inline(text: str) -> str:
    """A title as safe HTML: marks, code and formulas; links, pictures and line breaks leave their text.

    Raises TextTooLong.
    """
    pieces: list[str] = []
    for token in parser().parseInline(_checked(text), {}):
        for piece in Line(token.children or [], {}, is_title=True).pieces():
            pieces.append(piece.html if isinstance(piece, Display) else piece)
    return sanitizer.clean("".join(pieces)).strip()


def _checked(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise TextTooLong(len(text))
    return printable(text)


def printable(text: str) -> str:
    """The text with � for what cannot be shown and without what would turn its order. A page break ends a line."""
    return _UNPRINTABLE.sub("\ufffd", _BIDI_CONTROLS.sub("", text.replace("\f", "\n")))
