"""Text made to be slow: twice as much of it takes about twice as long, wherever it comes in."""

import contextlib
import time

import pytest

from markup import html, links
from markup.targets import github, zhihu
from talks.documents import reader

pytestmark = pytest.mark.proof

SMALL, STEPS = 4_000, 2
# Linear is 2 for each doubling, quadratic 4; a machine that does other things is given some room.
WORST, FLOOR_SECONDS, TRIES = 3.2, 0.05, 4
SEEDS = {
    "nothing": "a",
    "spaces": " ",
    "blank lines": "\n",
    "tabs": "\t",
    "brackets": "[",
    "links": "[](",
    "open links": "[a](<",
    "images": "![",
    "footnotes": "[^1]: ",
    "footnote marks": "[^a]",
    "emphasis": "*a _b ",
    "stars": "*",
    "strong": "**a",
    "strikes": "~~a ",
    "backticks": "`a``b```",
    "fences": "```\n",
    "dollars": "$",
    "formulas": "$a$ $$b$$ ",
    "open formulas": "$\\frac{",
    "braces": "{",
    "entities": "&#1;&amp",
    "tags": "<a ",
    "comments": "<!--",
    "details": "<details>",
    "quotes": "> ",
    "lists": "- ",
    "nested lists": "- a\n  - b\n",
    "numbers": "1. ",
    "tables": "|a|b\n|-|-\n",
    "table rows": "|",
    "headings": "# a\n",
    "underlines": "a\n=\n",
    "addresses": "https://a.example/",
    "open addresses": "https://a.example/(",
    "schemes": "http://",
    "mails": "a@",
    "papers": "arXiv:2401.00001 ",
    "dots": "a.",
    "backslashes": "\\",
    "labels": "【a】：b\n",
    "open labels": "【",
    "close labels": "】",
    "questions": "1. a？\n答：b —c\n",
    "signatures": "（a",
    "dashes": "——",
    "commas": "、",
    "dates": "2023年7月22日",
    "digits": "1",
    "combining": "a\u0300\u0301",
    "zero width": "\u200b",
    "han": "字",
    "han emphasis": "**字**字",
    "mixed": "字a ",
    "talk": "OpenLLM Talk 001 ",
    "sections": "## 本周新闻\n- a\nhttps://a.example\n",
}
DOORS = {
    "html": lambda text: html.render(text),
    "title": lambda text: html.render_inline(text),
    "github": lambda text: github.convert(text, {}),
    "zhihu": lambda text: zhihu.convert(text, {}),
    "papers": lambda text: links.arxiv_ids(text),
    "reader": lambda text: reader.read(text, name="005.md"),
}


def seconds(act, text):
    started = time.process_time()
    with contextlib.suppress(html.TextTooLong, ValueError):  # refused is an answer
        act(text)
    return time.process_time() - started


@pytest.mark.parametrize("door", DOORS)
def test_time_grows_with_the_text(door):
    act, worst = DOORS[door], {}
    for name, seed in SEEDS.items():
        text = (seed * SMALL)[:SMALL]
        longer = text * 2**STEPS
        for _try in range(TRIES):
            short, long = seconds(act, text), seconds(act, longer)
            ratio = (max(long, FLOOR_SECONDS) / max(short, FLOOR_SECONDS / 2**STEPS)) ** (1 / STEPS)
            worst[name] = min(worst.get(name, 99), ratio)
            if ratio < WORST:
                break
    slow = {name: round(ratio, 1) for name, ratio in worst.items() if ratio > WORST}
    print(f"hostile text, {door}: {len(SEEDS)} kinds, a doubling costs at most ×{max(worst.values()):.1f}")
    assert slow == {}
