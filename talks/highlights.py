"""Highlights (提要) by ticks: a line of an item or a question, and what becomes of a list by what was ticked. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markup.excerpt import cut

# Characters of a line: titles stand in it whole; pages that have less room cut what they show.
LONGEST = 200
SENTENCE = re.compile(r".*?[。！？!?；;\n]|.+", re.S)
# What ends a sentence but says nothing in a list.
END = "。；;，,：: "


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be ticked: its key in the form, its line, and what it is (a section's name, a question's id)."""

    key: str
    line: str
    about: str


def line_of(words: str) -> str:
    """Return the words of a title or a question as one line of the highlights: the first sentence, whole unless it
    is longer than a line may be, without the mark that ends it; a question keeps its question mark."""
    text = " ".join(words.split())
    first = SENTENCE.match(text)
    return cut(first[0].strip().rstrip(END) if first else "", LONGEST)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that say something, without white space around them, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def chosen(
    lines: Sequence[str], candidates: Sequence[Candidate], *, ticked: Collection[str], before: Collection[str]
) -> list[str]:
    """Return the list that comes of the written lines and the ticks; `before` are the lines that the form began with.

    What is newly ticked comes behind, in the order of the page; what is no longer ticked goes. A line that was taken
    out by hand stays out, although its tick was left.
    """
    gone = {each.line for each in candidates if each.line in before and each.key not in ticked}
    kept = [line for line in lines if line not in gone]
    new = [each.line for each in candidates if each.key in ticked and each.line not in before]
    return list(dict.fromkeys([*kept, *(line for line in new if line)]))
