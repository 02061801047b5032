"""Zhihu: what it cannot take is said, and what is written never leaves its rules."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from markup.dialect import parser
from markup.targets import UnknownOption, convert
from tests.markup.targets.fragments import texts


@pytest.mark.parametrize(
    ("text", "loss"),
    [
        ("---\na: b\n---\n", "front matter is dropped"),
        ("甲\n\n[TOC]", "[TOC] is dropped"),
        ("~~甲~~", "struck text is written as plain text"),
        ("## 甲", "the text begins with a heading, which Zhihu may take for the title: give lead=TEXT"),
        ("```mermaid\na\n```", "a diagram is not drawn: its source is written as text"),
        ("$\\def\\a{b}$", "a formula that Zhihu cannot draw is written as code"),
        ("- a\n  - b\n    - c", "lists deeper than two levels are flattened"),
        ("3. a", "a list with gaps, or with items of several paragraphs, is written as numbered text"),
        ("| **a** |\n|---|\n", "cells of tables are plain text: marks and links in them are written out"),
        ("![x](a.png)", "a picture that Zhihu cannot fetch, its description is written: a.png"),
        (
            "![x](data:image/png;base64,AA)",
            "a picture that Zhihu cannot fetch, its description is written: data: address",
        ),
        (
            "![x](https://a.example/x.svg)",
            "Zhihu takes neither svg nor video files, a link is written: https://a.example/x.svg",
        ),
        (
            "![x](https://raw.githubusercontent.com/a/b/x.png)",
            "Zhihu may not be able to fetch a picture, move it to the site: https://raw.githubusercontent.com/a/b/x.png",
        ),
        ("[x](#甲)", "a link that leads nowhere outside of the site is plain text: #甲"),
    ],
)
def test_losses(text, loss):
    assert convert(text, "zhihu").losses == (loss,)


def test_a_text_that_zhihu_finds_too_long():
    assert convert("甲" * 100_001, "zhihu").losses == ("the text has 100002 characters, Zhihu takes 100000",)


def test_nothing_lost_is_nothing_said():
    assert convert("前言\n\n## 甲\n\n- **乙** [丙](https://a.example/) $x$\n", "zhihu").losses == ()


@pytest.mark.parametrize(
    "options",
    [
        {"toc": "true"},
        {"zhihu_math": "svg"},
        {"zhihu_table": "csv"},
        {"heading_base": "0"},
        {"heading_base": "two"},
        {"lead": " "},
    ],
)
def test_wrong_options(options):
    with pytest.raises(UnknownOption):
        convert("甲", "zhihu", options)


def test_lead_stands_only_before_a_heading():
    assert convert("甲\n\n## 乙", "zhihu", {"lead": "导语"}).text == "甲\n\n## 乙\n"


def test_numbers_that_do_not_grow_are_counted():
    assert convert("3. a\n3. b\n", "zhihu").text == "3）a\n\n4）b\n"


def test_the_equation_tag_is_one_line_without_comments():
    written = convert("$$\na % 注\n\\\\\nb\n$$\n\n甲", "zhihu").text
    assert 'alt="a \\\\ b"' in written
    assert written.count("\n") == 3


_TAG = re.compile(
    r'<img src="https://www\.zhihu\.com/equation\?tex=[A-Za-z0-9%_.~-]*" alt="[^"\n]*" class="ee_img tr_noresize" eeimg="[12]">'
)


@given(text=texts)
def test_what_is_written_keeps_the_rules(text):
    """Two heading levels, two list levels of single paragraphs, plain cells, no HTML but formulas, no blank runs."""
    written = convert(text, "zhihu").text
    assert "\n\n\n" not in written or "```" in written or "~~~" in written
    depth = 0
    for token in parser().parse(_TAG.sub("式", written), {}):
        depth += token.nesting * (token.type.startswith(("bullet_list", "ordered_list")))
        assert depth <= 2
        assert token.type not in ("math_block", "footnote_reference_open", "html_block", "definition")
        assert token.type != "heading_open" or token.tag in ("h2", "h3")
        assert "checked" not in token.meta
        for inner in token.children or ():
            assert inner.type not in ("s_open", "math_inline", "math_inline_double", "footnote_ref")
