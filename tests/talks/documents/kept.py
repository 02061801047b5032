"""What may not get lost between any source and what is made of it: runs of letters, addresses."""

from __future__ import annotations

import re

from markup import links
from talks.documents.lines import split
from talks.documents.outline import Source
from talks.documents.vocabulary import TitleKind, known_title

# Markers say what a line is and are written in one way only, titles of the back matter as well.
_MARKERS = set("答案回解问题提第期番外")


def has_words(text: str, written: str) -> None:
    """Every run of letters outside ASCII of a source, less markers, stands in what is written."""
    for run in re.findall(r"[^\W\d_a-zA-Z]+", text):
        known = known_title(run)
        assert run in written or set(run) <= _MARKERS or (known and known.kind is TitleKind.BACK), run


def has_addresses(text: str, written: str) -> None:
    """Every address of a source, whole again where it was torn, stands in what is written."""
    kept = {links.key(one.url) for one in links.find(written)}
    for one in (found for row in Source.of(split(text)).lines for found in links.find(row.text)):
        assert links.key(one.url) in kept, one.url
