"""What a character is to Chinese text: Han, full-width, a mark; nothing here changes text that is stored."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category, east_asian_width

_HAN_RANGES = (
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3005),  # 々
    (0x3007, 0x3007),  # 〇
    (0x3021, 0x3029),  # 〡 … 〩
    (0x3038, 0x303B),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFD),
)
_HANGUL_RANGES = ((0x1100, 0x11FF), (0x3131, 0x318E), (0xA960, 0xA97C), (0xAC00, 0xD7FB), (0xFFA0, 0xFFDC))

# Wide characters drawn as emoji by default (UTS #51, Emoji_Presentation) are no CJK characters.
_EMOJI_BLOCKS = ((0x231A, 0x2328), (0x232B, 0x2BFF), (0x1F000, 0x1F1FF), (0x1F300, 0x1FAFF))
_EMOJI_AMONG_SQUARED_WORDS = frozenset("\U0001f201🈚🈯🈲🈳🈴🈵🈶🈸🈹🈺🉐🉑")
# The signs of the Yijing and counting rods: wide since Unicode 16, narrow in the tables of Python 3.11.
_SIGNS = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D356), (0x1D360, 0x1D376))

# Marks of Chinese prose that Unicode calls "ambiguous" because Latin text uses them too.
SHARED_MARKS = frozenset("“”‘’…—·")

_RECOGNITION = str.maketrans(
    {
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        **{chr(0xFF21 + step): chr(ord("A") + step) for step in range(26)},
        **{chr(0xFF41 + step): chr(ord("a") + step) for step in range(26)},
        **dict.fromkeys("：﹕︰∶", ":"),
        "．": ".",
        "／": "/",
        "－": "-",
    }
)


class CharacterClass(enum.Enum):
    """What the emphasis rule asks about the neighbour of a delimiter run."""

    WHITESPACE = "whitespace"
    PUNCTUATION = "punctuation"
    CJK_PUNCTUATION = "cjk punctuation"
    CJK = "cjk"
    OTHER = "other"

    @property
    def is_cjk(self) -> bool:
        return self in (CharacterClass.CJK, CharacterClass.CJK_PUNCTUATION)

    @property
    def is_punctuation(self) -> bool:
        return self in (CharacterClass.PUNCTUATION, CharacterClass.CJK_PUNCTUATION)


@dataclass(frozen=True, slots=True)
class Flanking:
    """How a run of `*`, `_` or `~` stands in its line; before and after are the classes of its neighbours."""

    left: bool
    right: bool
    before: CharacterClass
    after: CharacterClass


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


@lru_cache(maxsize=8192)
def is_han(char: str) -> bool:
    """Whether the character is a Han character (radicals, 々 and 〇 included)."""
    return _within(ord(char), _HAN_RANGES)


def has_han(text: str) -> bool:
    """Whether any Han character stands in the text."""
    return any(char >= "\u2e80" and is_han(char) for char in text)


def _is_emoji(char: str) -> bool:
    return char in _EMOJI_AMONG_SQUARED_WORDS or _within(ord(char), _EMOJI_BLOCKS)


@lru_cache(maxsize=8192)
def character_class(char: str) -> CharacterClass:
    """The class of one character as the CommonMark CJK-friendly amendments define it.

    Source: https://github.com/tats-u/markdown-cjk-friendly, specification.md §2.1. A CJK character is one of
    East Asian Width W, F or H that is not shown as an emoji by default, or Hangul; punctuation is Unicode
    category P or S.
    """
    kind = category(char)
    if kind == "Zs" or char in "\t\n\f\r":
        return CharacterClass.WHITESPACE
    code = ord(char)
    # The tables of Python call every unassigned character full-width.
    is_full = kind != "Cn" and east_asian_width(char) in ("W", "F", "H") and not _is_emoji(char)
    is_cjk = is_full or is_han(char) or _within(code, _HANGUL_RANGES) or _within(code, _SIGNS)
    if kind[0] in "PS":
        return CharacterClass.CJK_PUNCTUATION if is_cjk else CharacterClass.PUNCTUATION
    return CharacterClass.CJK if is_cjk else CharacterClass.OTHER


def is_cjk_punctuation(char: str) -> bool:
    """Whether the character is a full-width mark such as ，。「; “ and … are not, see `SHARED_MARKS`."""
    return character_class(char) is CharacterClass.CJK_PUNCTUATION


@lru_cache(maxsize=8192)
def is_wide(char: str) -> bool:
    """Whether the character is Han, kana or full-width, so that no space belongs beside it; Hangul is not."""
    return character_class(char).is_cjk and not _within(ord(char), _HANGUL_RANGES)


def join_soft_break(left: str, right: str) -> str:
    """What a soft line break between two texts becomes: nothing between wide characters, else a space.

    Only the last character of `left` and the first of `right` count. Either side missing gives nothing.
    A shared mark (“ ” ‘ ’ … — ·) counts as wide beside a wide character.
    """
    left, right = left.rstrip(), right.lstrip()
    if not left or not right:
        return ""
    before, after = left[-1], right[0]
    if is_wide(before) and (is_wide(after) or after in SHARED_MARKS):
        return ""
    if is_wide(after) and before in SHARED_MARKS:
        return ""
    return " "


def _class_before(text: str, start: int) -> CharacterClass:
    """The class of what stands before `start`; a variation selector belongs to the character it follows."""
    if start == 0:
        return CharacterClass.WHITESPACE
    char = text[start - 1]
    if "\U000e0100" <= char <= "\U000e01ef":  # an ideographic variation selector follows Han only
        return CharacterClass.CJK
    if "\ufe00" <= char <= "\ufe0e" and start > 1:
        base = text[start - 2]
        if char == "\ufe01" and base in "‘’“”":
            return CharacterClass.CJK_PUNCTUATION
        return character_class(base)
    return character_class(char)


def flanking(text: str, start: int, end: int) -> Flanking:
    """Whether the delimiter run text[start:end] is left-flanking and right-flanking by the CJK-friendly rule.

    Source: specification.md §6.2 of markdown-cjk-friendly. Full-width marks count as letters here, and an
    ASCII mark beside a CJK character flanks as if a space stood there. The ends of the text are whitespace.
    """
    before = _class_before(text, start)
    after = character_class(text[end]) if end < len(text) else CharacterClass.WHITESPACE
    space, mark = CharacterClass.WHITESPACE, CharacterClass.PUNCTUATION
    left = after is not space and (after is not mark or before in (space, mark) or before.is_cjk)
    right = before is not space and (before is not mark or after in (space, mark) or after.is_cjk)
    return Flanking(left, right, before, after)


def normalise_digits(text: str) -> str:
    """The text with full-width digits, Latin letters and : . / - made ASCII, of the same length.

    Offsets therefore hold. For recognition only (dates, numbers, labels): what is stored stays as written.
    """
    return text.translate(_RECOGNITION)
