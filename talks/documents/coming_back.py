r"""A file that was exported here and comes back: what it says in a channel's form, in the record's own words again.

GitHub's form writes some marks in another way (`\<!--`, a fence that is never closed, a table without spaces), and two
texts may have one form. So no mark is undone: what the record itself would come back as is known, and what is exactly
that is the record's own. Pure.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from talks.documents import flat, matching
from talks.documents.flat import FlatRow
from talks.documents.model import EpisodeDoc
from talks.documents.normal import normal


def in_own_words(coming: Sequence[FlatRow], *, standing: Sequence[FlatRow], came_back: EpisodeDoc) -> list[FlatRow]:
    """Return the rows of a file, with the words of the `standing` record where it says what these were exported as.

    `came_back` is what the record's export reads as: a file that says just this is the record. Of one that was edited,
    each untouched row is the record's, and of a touched row each value that can be only one of the record's.
    """
    back = flat.flatten(came_back)
    if list(coming) == back:
        return list(standing)
    whole: dict[tuple[str, str], deque[FlatRow]] = defaultdict(deque)
    single: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for own, form in _pairs(flat.flatten(normal(flat.unflatten(standing))), back):
        whole[form.kind, form.digest()].append(own)
        for name, value in form.values.items():
            if (meant := own.values.get(name)) not in single[form.kind, name, repr(value)]:
                single[form.kind, name, repr(value)].append(meant)
    return [_own(row, whole, single) for row in coming]


def _own(row: FlatRow, whole: Any, single: Any) -> FlatRow:
    if same := whole.get((row.kind, row.digest())):
        return replace(row, values=same.popleft().values)  # rows that came back alike, in their order
    values = {name: single.get((row.kind, name, repr(value)), ()) for name, value in row.values.items()}
    return replace(row, values={name: own[0] if len(own) == 1 else row.values[name] for name, own in values.items()})


def _pairs(stands: Sequence[FlatRow], back: Sequence[FlatRow]) -> Iterator[tuple[FlatRow, FlatRow]]:
    """Each row beside what it came back as; of siblings whose number is another now, those that are known again."""
    old, new = _families(stands), _families(back)
    known: dict[int, int] = {0: 0}
    yield stands[0], back[0]
    for (parent, kind), places in new.items():  # parents come before those below them
        own = old.get((known.get(parent, -1), kind), [])
        found: Sequence[int | None] = range(len(places))
        if len(own) != len(places):
            found = matching.match(kind, [stands[at].values for at in own], [back[at].values for at in places])
        for place, at in zip(places, found, strict=True):
            if at is not None:
                known[place] = own[at]
                yield stands[own[at]], back[place]


def _families(rows: Sequence[FlatRow]) -> dict[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.parent is not None:
            found[row.parent, row.kind].append(index)
    return found
