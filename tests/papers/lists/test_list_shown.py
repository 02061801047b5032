"""What a list's page shows of the HTML and the badges of a README."""

import pytest

from papers.lists.reader import read
from papers.lists.shown import is_contents, shown


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ('<p align="center">\n  <b>清单</b>\n</p>', "\n清单\n"),
        ('<h1 align="center">清单</h1>', "清单"),
        ('<a href="https://a.example/x?a=1&amp;b=2">甲</a> 后', "[甲](https://a.example/x?a=1&b=2) 后"),
        ('<a href="https://a.example/"><img src="logo.png" alt="标志" width="200"></a>', "[标志](https://a.example/)"),
        ('<a href="https://a.example/"><img src="https://img.shields.io/github/stars/a/b"></a>', ""),
        ("![stars](https://img.shields.io/github/stars/a/b) 说明", " 说明"),
        ("[![Awesome](https://awesome.re/badge.svg)](https://awesome.re)", ""),
        ("![图](https://a.example/figure.png)", "![图](https://a.example/figure.png)"),
        ("1 < 2 且 x<y", "1 < 2 且 x<y"),
        ("用 `<p align=center>` 居中", "用 `<p align=center>` 居中"),
        ("```html\n<p align=center>\n```", "```html\n<p align=center>\n```"),
    ],
)
def test_layout_is_left_out_and_words_stay(written, seen):
    assert shown(written) == seen


@pytest.mark.parametrize(
    ("title", "found"),
    [("Contents", True), ("📖 Table of Contents", True), ("目录", True), ("Content safety", False), ("", False)],
)
def test_a_contents_list_is_known_by_its_heading(title, found):
    assert is_contents(title) is found


def test_authors_and_badges_beside_a_bold_title():
    """The style of many lists: - **Title**, Authors. [[Paper](…)] ![stars](…)."""
    line = "- **{}**, {} [[Paper](https://arxiv.org/abs/{})] ![stars](https://img.shields.io/github/stars/a/b)\n"
    text = line.format("Attention Is All You Need", "Ashish Vaswani, Noam Shazeer.", "1706.03762")
    text += line.format("BERT", "Jacob Devlin et al.", "1810.04805")
    first, second = read(text).document.entries
    assert (first.title, first.authors, first.arxiv_id) == (
        *("Attention Is All You Need", "Ashish Vaswani, Noam Shazeer"),
        "1706.03762",
    )
    assert (second.title, second.authors, second.arxiv_id) == ("BERT", "Jacob Devlin et al.", "1810.04805")
    assert first.note == "![stars](https://img.shields.io/github/stars/a/b)"
    assert not read("- **Note**, this explains https://arxiv.org/abs/1706.03762 and goes on\n").document.entries
