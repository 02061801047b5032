"""Which row of a new document is which row of the old one: equal first, then by key, then by likeness. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any

from markup import links

Values = dict[str, Any]

LIKE_ENOUGH = 0.6
COMPARED_CHARACTERS = 400
COMPARED_PAIRS = 400


def _by_address(values: Values) -> object:
    return links.key(values["url"]) if values["url"] else values["title"]


# What names a row of its kind among its siblings; None means that nothing does.
KEYS: dict[str, Callable[[Values], object]] = {
    "episode": lambda values: "episode",
    "recording": _by_address,
    "passage": lambda values: (values["place"], values["title"]),
    "section": lambda values: (values["kind"], values["title"] if values["kind"] == "custom" else None),
    "item": _by_address,
    "part": lambda values: values["part"],
    "question": lambda values: (values["part"], values["number"]) if values["number"] is not None else None,
    "reference": _by_address,
    "past": _by_address,
}


def text_of(values: Values) -> str:
    """Return what is compared when nothing else tells: the row's title and body."""
    return "\n".join(str(values[name]) for name in ("title", "body") if values.get(name))


def match(kind: str, old: Sequence[Values], new: Sequence[Values]) -> list[int | None]:
    """Return, for each new row, the index of the old row it continues, or None. Each old row is used once."""
    found: list[int | None] = [None] * len(new)
    free = dict.fromkeys(range(len(old)))

    def pair(name: Callable[[Values], object]) -> None:
        waiting: dict[object, list[int]] = {}
        for index in free:
            if (key := name(old[index])) is not None:
                waiting.setdefault(key, []).append(index)
        for index, values in enumerate(new):
            if found[index] is None and (places := waiting.get(name(values))):
                place = places.pop(0)
                found[index] = place
                free.pop(place)

    pair(lambda values: repr(sorted(values.items())))
    if kind in KEYS:
        pair(KEYS[kind])
    _pair_alike(old, new, found, free)
    if kind == "answer":  # a rewritten answer of the same person is the same answer
        pair(lambda values: ("by", values["author"]))
    return found


def _pair_alike(old: Sequence[Values], new: Sequence[Values], found: list[int | None], free: dict[int, None]) -> None:
    left = [index for index, old_index in enumerate(found) if old_index is None]
    if not left or not free or len(left) * len(free) > COMPARED_PAIRS:
        return
    scores = []
    for index in left:
        text = text_of(new[index])[:COMPARED_CHARACTERS]
        for place in free:
            ratio = difflib.SequenceMatcher(None, text_of(old[place])[:COMPARED_CHARACTERS], text).ratio()
            if ratio >= LIKE_ENOUGH:
                scores.append((-ratio, index, place))
    for _, index, place in sorted(scores):
        if found[index] is None and place in free:
            found[index] = place
            free.pop(place)
