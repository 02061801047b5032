r"""Accents and letters that TeX spells out, in names and titles: Erd\H{o}s is Erdős. Formulas stay. Pure."""

from __future__ import annotations

import re
import unicodedata

# Source: the LaTeX accents of text mode ("The LaTeX Companion", table of accents); each is one combining character.
_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ",
}  # fmt: skip
_DOTLESS = {"\\i": "i", "\\j": "j"}

# No formula of a title or abstract is longer; without a bound, beginnings that never end cost the square of a text.
_FORMULA = re.compile(r"(\$\$.{1,2000}?\$\$|\$[^$]{1,2000}\$|\\\(.{1,2000}?\\\))", re.DOTALL)
_BASE = r"(?:\{\s*(\\[ij]|[A-Za-z])\s*\}|(\\[ij])(?![A-Za-z])|([A-Za-z]))"
_SIGN_ACCENT = re.compile(r"\\(['`^\"~=.])\s*" + _BASE)
_LETTER_ACCENT = re.compile(r"\\([uvHckrdb])(?:\s+|(?=\{)|(?=\\))" + _BASE)
_LETTER = re.compile(r"\\(" + "|".join(sorted(_LETTERS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\}|\s?)")
_GROUP = re.compile(r"\{([^{}\\$]*)\}")


def plain(text: str) -> str:
    """The text with accents and special letters composed and their braces gone, outside of formulas."""
    pieces = _FORMULA.split(text)
    return "".join(piece if index % 2 else _plain(piece) for index, piece in enumerate(pieces))


def _plain(text: str) -> str:
    if "\\" not in text:
        return text
    text = _SIGN_ACCENT.sub(_composed, text)
    text = _LETTER_ACCENT.sub(_composed, text)
    text = _LETTER.sub(lambda match: _LETTERS[match[1]], text)
    # {\"o} has become {ö}: only braces around what was just composed go, a title may mean its own.
    return _GROUP.sub(lambda match: match[1] if not match[1].isascii() else match[0], text)


def _composed(match: re.Match[str]) -> str:
    base = match[2] or match[3] or match[4]
    return unicodedata.normalize("NFC", _DOTLESS.get(base, base) + _ACCENTS[match[1]])
