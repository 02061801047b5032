"""Exporters take time in proportion to the text, whatever it is made of."""

from __future__ import annotations

import time

import pytest

from markup.targets import convert

PATTERNS = {
    "bold": "**a** ",
    "bold beside marks": "**《a》**b",
    "bold and emphasis": "***a***b",
    "tags": "<strong>",
    "open images": "<img ",
    "images": '<img src="https://www.zhihu.com/equation?tex=a" eeimg="1">',
    "details": "<details>\n",
    "summaries": "<details><summary>x</summary>\n",
    "code": "`a``b",
    "tilde": "~a~ ",
    "formulas": "$a$ $b$",
    "open formulas": "$`a",
    "backslashes": "\\",
    "colors": "$ {\\color{a} ",
    "headings": "# a\n",
    "items": "- a\n",
    "numbers": "3. a\n",
    "notes": "[^1]: a\n",
    "definitions": "[a]: http://b.example\n",
    "addresses": "https://a.example/c ",
    "breaks": "a\\\n",
    "soft breaks": "a\n",
    "table rows": "|a|b|\n",
    "html tables": "<table>\n<tr><td>a</td></tr>\n",
}


def seconds(text):
    start = time.process_time()
    for target in ("github", "zhihu"):
        convert(text, target)
    return time.process_time() - start


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_time_of_a_long_text(pattern):
    """Takes a tenth of the limit; where a step is quadratic, twice the limit."""
    assert seconds(pattern * (10_000 // len(pattern))) < 8


@pytest.mark.proof
@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_time_of_the_longest_text(pattern):
    assert seconds(pattern * (100_000 // len(pattern))) < 60


def test_one_long_attribute():
    assert seconds("<img " + "a" * 100_000 + ">") < 8
