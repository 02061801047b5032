"""Differences: exact both ways, characters of Chinese, whole words and addresses, bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markup.diff import WHOLE, diff, shortened


def sides(pieces):
    before = "".join(text for op, text in pieces if op in "=-")
    return before, "".join(text for op, text in pieces if op in "=+")


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("词表多大合适？", "词表该多大合适？", [("=", "词表"), ("+", "该"), ("=", "多大合适？")]),
        ("", "新的", [("+", "新的")]),
        ("旧的", "", [("-", "旧的")]),
        ("一样", "一样", [("=", "一样")]),
        ("", "", []),
        (
            "见 https://arxiv.org/abs/2309.00071 一文",
            "见 https://arxiv.org/abs/2304.08177 一文",
            [
                ("=", "见 "),
                ("-", "https://arxiv.org/abs/2309.00071"),
                ("+", "https://arxiv.org/abs/2304.08177"),
                ("=", " 一文"),
            ],
        ),
        ("用 attention 做", "用 attentive 做", [("=", "用 "), ("-", "attention"), ("+", "attentive"), ("=", " 做")]),
        ("LLaMA2很好", "LLaMA-2很好", [("-", "LLaMA2"), ("+", "LLaMA-2"), ("=", "很好")]),
    ],
)
def test_what_is_different(before, after, pieces):
    assert diff(before, after) == pieces


texts = st.lists(
    st.sampled_from(
        ["词", "表", "，", "\n", " ", "word", "https://a.example/x?y=1", "é", "𠮷", "\U000f0001", "\U0010ffff", "<b>"]
    ),
    max_size=40,
).map("".join)


@given(texts, texts)
def test_both_texts_are_in_it(before, after):
    pieces = diff(before, after)
    assert sides(pieces) == (before, after)
    kept = "".join(text for op, text in shortened(pieces, around=2) if op in "=-…")
    assert kept == before


@given(texts, texts)
def test_no_word_is_cut(before, after):
    whole = {found[0] for found in WHOLE.finditer(before + " " + after)}
    for _op, text in diff(before, after):
        for found in WHOLE.finditer(text):
            assert found[0] in whole or len(found[0]) == 1


def test_a_long_text_ends_and_is_right():
    before = "".join(chr(0x4E00 + (n * 7919) % 20000) for n in range(20_000))
    after = "".join(chr(0x4E00 + (n * 104729) % 20000) for n in range(20_000))
    assert sides(diff(before, after, seconds=0.05)) == (before, after)


def test_what_both_have_is_left_out_in_the_middle():
    pieces = diff("头" * 200 + "旧" + "尾" * 200, "头" * 200 + "新" + "尾" * 200)
    assert shortened(pieces, around=10) == [
        ("…", "头" * 190),
        ("=", "头" * 10),
        ("-", "旧"),
        ("+", "新"),
        ("=", "尾" * 10),
        ("…", "尾" * 190),
    ]
