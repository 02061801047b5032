"""Words on one line: nothing runs together, nothing of a formula changes its meaning, one sign says that more follows."""

import re

import pytest

from markup import excerpt as words_of
from markup.excerpt import cut, excerpt
from markup.html import render


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("## 背景\n\n- 一\n- 二\n\n怎么看？", "背景 一 二 怎么看？"),
        ("怎么看？\n\n| PI | YaRN |\n|---|---|\n| 8K | 128K |", "怎么看？ PI YaRN 8K 128K"),
        ("为什么是 $n^2$ 而不是 $n^{12}$？", "为什么是 n² 而不是 n¹²？"),
        ("每个词 $2×L×n_{kv}×d_h$ 个数", "每个词 2×L×n_kv×d_h 个数"),
        (r"除以 $\frac{a}{b}$", "除以 a/b"),
        ("用 `x=1` 行吗？\n\n```py\nx = 1\n```\n\n报错", "用 x=1 行吗？ … 报错"),
        ("推导\n\n$$\na+b\n$$\n\n对吗？", "推导 … 对吗？"),
        ("```py\nx = 1\n```", "x = 1"),
        ("有出处[^1]吗？\n\n[^1]: 有。", "有出处吗？"),
        ("1 < 2 & “三”<br>", "1 < 2 & “三”<br>"),
    ],
)
def test_words_on_one_line(text, words):
    assert excerpt(render(text), 120) == words


@pytest.mark.parametrize(
    "html",
    [
        "<p>1 &lt; 2 &amp;amp; n^2</p>\n",
        "<p></p>",
        "<p> … </p>",
        "<p>&nbsp;甲\n乙 &copy 丙</p>",
        "<p>" + "问" * 200 + "</p>",
    ],
)
def test_a_plain_paragraph_is_read_as_the_parser_reads_it(html, monkeypatch):
    quick = excerpt(html, 120)
    monkeypatch.setattr(words_of, "PLAIN", re.compile("(?!)"))
    assert excerpt(html, 120) == quick


def test_a_long_text_ends_at_a_word_and_with_one_sign():
    assert excerpt(render("问" * 200), 120) == "问" * 119 + "…"
    assert excerpt(render("问" * 120), 120) == "问" * 120
    assert cut("和 Ilya Sutskever 聊天", 10) == "和 Ilya…"
    assert cut("说了很多……然后", 7) == "说了很多…"
    assert cut("a" * 40, 10) == "a" * 9 + "…"
    assert cut("3.14159，对", 9) == "3.14159，对"


@pytest.mark.parametrize(
    ("html", "words"),
    [("", ""), ("<p>", ""), ("</p></p>", ""), ("<math><msup><mi>n</mi>", "n"), ("<p>a<", "a<")],
)
def test_odd_html_is_no_error(html, words):
    assert excerpt(html, 10) == words
