"""The authors of an announcement, which come as one text: "A. One (Lab, Town), B. Two Jr., P. Erd\\H{o}s". Pure."""

from __future__ import annotations

import re

from news.sources import text
from papers import tex
from papers.facts import Author

# They follow a name after a comma and are no name of their own.
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|Ph\.?D|M\.?D)\.?", re.IGNORECASE)
_NAME = 200


def authors(written: str) -> tuple[Author, ...]:
    """The names in order, each with its affiliations; commas inside parentheses separate affiliations."""
    names: list[str] = []
    for part in _split(" ".join(text.storable(text.from_plain(written)).split())):
        if names and _SUFFIX.fullmatch(part):
            names[-1] += f", {part}"
        elif part:
            names.append(part)
    return tuple(author for author in map(_author, names) if author.name)


def _split(written: str) -> list[str]:
    """The pieces between commas outside of parentheses; a parenthesis that never closes is a letter like others."""
    if not _is_balanced(written):
        return [part.strip() for part in written.split(",")]
    parts, depth = [""], 0
    for char in written:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _is_balanced(written: str) -> bool:
    depth = 0
    for char in written:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth < 0:
            return False
    return depth == 0


def _author(written: str) -> Author:
    """One author: what stands in parentheses are affiliations, what stands outside is the name."""
    if not _is_balanced(written):
        return Author(text.line(tex.plain(written), limit=_NAME))
    name, groups, depth = "", [""], 0
    for char in written:
        if char == ")" and (depth := depth - 1) == 0:
            groups.append("")
            continue
        if depth:
            groups[-1] += char
        elif char != "(":
            name += char
        depth += char == "("
    name = text.line(tex.plain(name), limit=_NAME)
    places = [text.line(tex.plain(place), limit=_NAME) for group in groups for place in _split(group)]
    # A name that is nothing but a parenthesis is a name all the same.
    return Author(name, tuple(filter(None, places))) if name else Author(text.line(tex.plain(written), limit=_NAME))
