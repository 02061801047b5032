"""Which row of a new file is which row that stands: equal first, then by what names it, then by likeness. Pure."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from markup import links
from papers.lists.titles import words_of

Values = dict[str, Any]

LIKE_ENOUGH = 0.6
COMPARED_CHARACTERS = 400
# More pairs than this are not compared letter by letter: the rows are new then.
COMPARED_PAIRS = 2_000


def digest(values: Values) -> str:
    """Return what an imported row is remembered by."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def match(
    old: Sequence[Values], new: Sequence[Values], names: Sequence[Callable[[Values], Hashable | None]]
) -> list[int | None]:
    """Return, for each new row, the index of the old row it continues, or None. Each old row is used once.

    `names` are tried one after the other; None means that nothing names the row. Values hold `digest`: of an old row
    that of what was imported, so that an edit here does not hide it.
    """
    found: list[int | None] = [None] * len(new)
    free = dict.fromkeys(range(len(old)))
    for name in names:
        waiting: dict[Hashable, list[int]] = {}
        for index in free:
            if (key := name(old[index])) is not None:
                waiting.setdefault(key, []).append(index)
        for place, values in enumerate(new):
            if found[place] is None and (places := waiting.get(name(values))):
                index = places.pop(0)
                found[place] = index
                free.pop(index)
    _pair_alike(old, new, found, free)
    return found


def _pair_alike(old: Sequence[Values], new: Sequence[Values], found: list[int | None], free: dict[int, None]) -> None:
    left = [place for place, index in enumerate(found) if index is None]
    if not left or not free or len(left) * len(free) > COMPARED_PAIRS:
        return
    scores = []
    for place in left:
        text = _text_of(new[place])
        for index in free:
            ratio = difflib.SequenceMatcher(None, _text_of(old[index]), text).ratio()
            if ratio >= LIKE_ENOUGH:
                scores.append((-ratio, place, index))
    for _, place, index in sorted(scores):
        if found[place] is None and index in free:
            found[place] = index
            free.pop(index)


def _text_of(values: Values) -> str:
    return "\n".join(str(values[name]) for name in ("title", "note", "body") if values.get(name))[:COMPARED_CHARACTERS]


# What names an entry: its section, title and address; then less and less.
ENTRY_NAMES: tuple[Callable[[Values], Hashable | None], ...] = (
    lambda values: ("same", values["digest"], values["place"]),
    lambda values: ("same", values["digest"]),
    lambda values: ("all", values["place"], _title(values), _address(values)),
    lambda values: ("both", _title(values), _address(values)),
    lambda values: ("title", values["place"], _title(values)) if _title(values) else None,
    lambda values: ("address", values["place"], _address(values)) if _address(values) else None,
    lambda values: ("title", _title(values)) if _title(values) else None,
    lambda values: ("address", _address(values)) if _address(values) else None,
)
SECTION_NAMES: tuple[Callable[[Values], Hashable | None], ...] = (
    lambda values: ("same", values["digest"], values["path"]),
    lambda values: ("path", values["path"]),
    lambda values: ("title", values["title"]) if values["title"] else None,
)


def _title(values: Values) -> tuple[str, ...]:
    return tuple(words_of(values["title"]))


def _address(values: Values) -> str:
    return links.key(values["url"]) if values["url"] else ""
