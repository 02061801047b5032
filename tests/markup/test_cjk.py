"""Character classes against the published ranges, and the two rules built on them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markup import cjk
from markup.cjk import CharacterClass

# Facts of Unicode as ranges.md of markdown-cjk-friendly lists them, one sample from each kind of block.
CJK = "한ᄀ中々〇㐀𠀀豈あアｱ，。：！？（）《》【】「」、～￥　Ａ１ㄅ㈱☰䷀𝌀🈂〈₩"
NOT_CJK = "aé1 ,.!?()[]*_~`“”‘’…—·€😀⌚⭐🀄🈚🈯🉐"


@pytest.mark.parametrize("char", [char for char in CJK if char != "\u3000"])
def test_cjk_characters_are_cjk(char):
    assert cjk.character_class(char).is_cjk


@pytest.mark.parametrize("char", NOT_CJK)
def test_other_characters_are_not_cjk(char):
    assert not cjk.character_class(char).is_cjk


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("，", CharacterClass.CJK_PUNCTUATION),
        ("￥", CharacterClass.CJK_PUNCTUATION),
        ("“", CharacterClass.PUNCTUATION),
        ("+", CharacterClass.PUNCTUATION),
        ("😀", CharacterClass.PUNCTUATION),
        ("中", CharacterClass.CJK),
        ("Ａ", CharacterClass.CJK),
        ("a", CharacterClass.OTHER),
        ("\x00", CharacterClass.OTHER),
        ("\ud800", CharacterClass.OTHER),
        ("\u0e5c", CharacterClass.OTHER),  # unassigned
        ("\U0002fffd", CharacterClass.CJK),  # unassigned, but kept for Han
        ("\n", CharacterClass.WHITESPACE),
        ("\u3000", CharacterClass.WHITESPACE),
        ("\u00a0", CharacterClass.WHITESPACE),
    ],
)
def test_character_class(char, expected):
    assert cjk.character_class(char) is expected


@given(st.characters())
def test_a_class_is_punctuation_exactly_when_unicode_says_so(char):
    is_mark = unicodedata.category(char)[0] in "PS"
    assert cjk.character_class(char).is_punctuation == is_mark
    assert cjk.is_cjk_punctuation(char) == (is_mark and cjk.character_class(char).is_cjk)


@pytest.mark.parametrize("char", "中々〇㐀𠀀豈羨羡⼀")
def test_han(char):
    assert cjk.is_han(char)
    assert cjk.is_wide(char)


@pytest.mark.parametrize("char", "aあ한，1 ")
def test_not_han(char):
    assert not cjk.is_han(char)


@pytest.mark.parametrize("char", "あアｱ，（１Ａ。")
def test_wide_without_being_han(char):
    assert cjk.is_wide(char)


@pytest.mark.parametrize("char", "a1,한😀“\u3000 ")
def test_not_wide(char):
    assert not cjk.is_wide(char)


def test_has_han():
    assert cjk.has_han("GPT-4 的版块")
    assert not cjk.has_han("GPT-4 ，あ")
    assert not cjk.has_han("")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("前半句", "后半句", ""),
        ("前半句，", "后半句", ""),
        ("前半句", "（后半句", ""),
        ("カタ", "カナ", ""),
        ("用了 LoRA", "之后", " "),
        ("之后", "LoRA", " "),
        ("one", "two", " "),
        ("한국어", "문장", " "),
        ("他说", "“可以”", ""),
        ("“可以”", "他说", ""),
        ("“yes”", "“no”", " "),
        ("前半句 ", "  后半句", ""),
        ("", "后半句", ""),
        ("前半句", "   ", ""),
    ],
)
def test_join_soft_break(left, right, expected):
    assert cjk.join_soft_break(left, right) == expected


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        # CommonMark lets none of the first four both open and close
        ("强调。|**|后文", True, True),
        ("前文|**|（强调", True, True),
        ("前文|**|“强调", True, True),
        ("100%|**|后文", True, True),
        ("前文|**|+强调", True, True),
        ("word|**|+more", False, True),
        ("more+|**|word", True, False),
        (" |**|word", True, False),
        ("word|**| ", False, True),
        ("|**|word", True, False),
        ("word|**|", False, True),
        ("。|**| ", False, True),
        ("\u3000|**|，", True, False),
        ("👍|**|word", True, False),
        # a variation selector belongs to what it follows
        ("‘\ufe01|**|+a", True, True),
        ("葛\U000e0101|**|+a", True, True),
        ("+\ufe00|**|a", True, False),
    ],
)
def test_flanking(text, left, right):
    before, run, after = text.split("|")
    found = cjk.flanking(before + run + after, len(before), len(before) + len(run))
    assert (found.left, found.right) == (left, right)


def test_flanking_tells_the_neighbours():
    found = cjk.flanking("。_中", 1, 2)
    assert found.before is CharacterClass.CJK_PUNCTUATION
    assert found.after is CharacterClass.CJK


def commonmark_flanking(before, after):
    """The unamended rule of CommonMark 0.31.2, for text without any CJK character."""
    is_mark = [bool(char) and unicodedata.category(char)[0] in "PS" for char in (before, after)]
    is_space = [not char or unicodedata.category(char) == "Zs" or char in "\t\n\f\r" for char in (before, after)]
    left = not is_space[1] and (not is_mark[1] or is_space[0] or is_mark[0])
    right = not is_space[0] and (not is_mark[0] or is_space[1] or is_mark[1])
    return left, right


latin = st.characters(max_codepoint=0x10FF) | st.sampled_from("“”…—“😀")


@given(before=latin | st.just(""), after=latin | st.just(""))
def test_flanking_without_cjk_is_commonmark(before, after):
    found = cjk.flanking(f"{before}**{after}", len(before), len(before) + 2)
    assert (found.left, found.right) == commonmark_flanking(before, after)


@given(st.text())
def test_normalise_digits_keeps_every_offset(text):
    assert len(cjk.normalise_digits(text)) == len(text)


def test_normalise_digits():
    assert cjk.normalise_digits("Ｑ１：２０２３－０７－２２　２１：００，（可选）") == "Q1:2023-07-22　21:00，（可选）"
