"""Doubts about lists, with their lines; which titles are the same work; BibTeX."""

from __future__ import annotations

import re

import pytest

from papers.lists import bibtex
from papers.lists.problems import problems_of
from papers.lists.reader import read
from papers.lists.titles import are_alike, same_title


def doubts(text):
    reading = read(text)
    return [(one.line, one.code) for one in problems_of(text, reading.document, reading.claims)]


def test_every_doubt_has_its_line():
    text = """- **甲作.** [[pdf](./docs/a.pdf)] [[arxiv](https://arxiv.org/abs/2210.107605)]
- [Speech Model With Hands](https://arxiv.org/abs/2305.00001)
- [A Benchmark of Many Things](https://arxiv.org/abs/2305.00001)
- [乙作](https://example.org/b)
- [乙作](https://example.org/b/)
- **丙作.** [[code]()] [[web](https://example.org/c)]
```
[x](./not-looked-at.md)
```
"""
    assert doubts(text) == [
        (1, "link_relative"),
        (1, "arxiv_id_invalid"),
        (3, "id_on_two_works"),
        (5, "entry_repeated"),
        (6, "link_empty"),
    ]


def test_a_paper_that_was_left_as_text_is_a_doubt():
    text = (
        "前言 https://arxiv.org/abs/2401.00009\n\n- [乙作](https://example.org/b) 见 https://arxiv.org/abs/2401.00008\n"
    )
    assert [one for one in doubts(text) if one[1] == "arxiv_in_text"] == [(1, "arxiv_in_text")]


def test_prose_with_a_few_works_says_so():
    text = "\n\n".join([*("一段话。" for _ in range(20)), "- [a](https://example.org/a)"])
    assert doubts(text) == [(None, "mostly_text")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("LLaMA", "LLaMA: Open and Efficient Foundation Language Models"),
        ("OPT: Open Pre-trained Transformer Language Models", "OPT-66B"),
        ("Attention is all you need", "Attention Is All You Need."),
        ("", "Anything"),
        ("A Survey of Large Language Model", "A Survey of Large Language Models"),
    ],
)
def test_titles_of_one_work(first, second):
    assert are_alike(first, second)
    assert are_alike(second, first)


def test_titles_of_two_works():
    assert not are_alike("VoiceGPT: A Model With Ears", "HARD-bench")
    assert not are_alike("ABC-12B: An Open Bilingual Model", "Using the Strength of LLMs")
    assert not same_title("Llama 3.1-8|70B", "Llama 3.2-1|3B")


def test_bibtex_keys_are_unique_and_values_are_harmless():
    text = r"""- [A & B: 100% {of} $x_1$ \_ ~](https://arxiv.org/abs/2401.00001)
  - Authors: Jane Doe, John Roe, et al.
- [A & B again](https://example.org/b?q={1})
  - Authors: Ann Doe
  - Year: 2024
- [甲](https://example.org/c)
- [乙](https://example.org/d)
"""
    written = bibtex.write(read(text).document)
    keys = re.findall(r"@\w+\{([^,]+),", written)
    assert len(keys) == len(set(keys)) == 4
    assert keys[0] == "doe2024b"
    assert r"A \& B: 100\% \{of\} \$x\_1\$ \_ \textasciitilde{}" in written
    assert "author = {Jane Doe and John Roe and others}" in written
    assert "url = {https://example.org/b?q=%7B1%7D}" in written
    assert written.count("{") - written.count(r"\{") == written.count("}") - written.count(r"\}")
    assert written == bibtex.write(read(text).document)
