"""Rows of a document that do not stand where it has them any more, because somebody moved them.

An old file that comes again must know them: the item that went to another section or week, the question that went with
its answers. They stay where they are; what the file now says otherwise of one in another episode is only reported.
"""

from __future__ import annotations

from collections.abc import Iterable

from members.models import Event
from talks.documents import matching
from talks.documents.flat import FlatRow
from talks.export import Stored, rows_of
from talks.models import Answer, Episode, ImportedRow, Item, Question, Review

Key = tuple[str, int]

# The episode in which a row of a kind stands, of those kinds that can be moved, answers with their questions.
HOMES = {
    "item": (Item, "section__episode"),
    "question": (Question, "episode"),
    "answer": (Answer, "question__episode"),
}


class Elsewhere:
    """The imported rows of one episode that were moved, in this episode (`here`) or to another one (`away`)."""

    def __init__(self, marks: dict[Key, ImportedRow], stored: list[Stored]) -> None:
        self.marks = marks
        self.here: dict[int, Stored] = {}
        self.away: dict[Key, Stored] = {}
        self.parents: dict[Key, Key] = {}
        if marks:
            self._find_here(stored)
            self._find_away({(each.flat.kind, each.row.pk) for each in stored})

    def _find_here(self, stored: list[Stored]) -> None:
        """Items that somebody put into another section, answers that a merge put under another question: an event says
        so."""
        merges = Event.objects.filter(target_kind="question", verb="merge", target_key__in=_merged_in(stored))
        gone = {("answer", key) for event in merges for key, _place in (event.after or {}).get("answers", [])}
        for index, each in enumerate(stored) if gone else ():
            if (each.flat.kind, each.row.pk) in gone & self.marks.keys():
                self.here[index] = each
        mine = [str(pk) for kind, pk in self.marks if kind == "item"]
        moves = Event.objects.filter(target_kind="item", target_key__in=mine, verb="move")
        moved = {int(key) for key in moves.values_list("target_key", flat=True)}
        for index, each in enumerate(stored) if moved else ():
            key = (each.flat.kind, each.row.pk)
            if key[0] == "item" and key[1] in moved:
                self.here[index] = each

    def _find_away(self, standing: set[Key]) -> None:
        left: dict[str, list[int]] = {}
        for kind, pk in self.marks:
            if kind in HOMES and (kind, pk) not in standing:
                left.setdefault(kind, []).append(pk)
        homes: set[int] = set()
        for kind, keys in left.items():
            model, path = HOMES[kind]
            homes.update(model._default_manager.filter(pk__in=keys).values_list(path, flat=True))
        for episode in Episode.objects.filter(pk__in=homes).order_by("pk"):
            rows = rows_of(episode, everything=True)
            for each in rows:
                key = (each.flat.kind, each.row.pk)
                if key in self.marks and key not in standing:
                    self.away[key] = each
                    parent = rows[each.flat.parent or 0]
                    self.parents[key] = (parent.flat.kind, parent.row.pk)

    def index_of(self, row: FlatRow, kept: Iterable[Key]) -> int | None:
        """Return the index of the moved row of this episode that a row of the file is."""
        free = {(row.kind, each.row.pk): index for index, each in self.here.items() if each.flat.kind == row.kind}
        key = self._that_is(row, {key: self.here[index] for key, index in free.items() if key not in set(kept)})
        return free[key] if key is not None else None

    def key_of(self, row: FlatRow, kept: Iterable[Key], parent: Key | None = None) -> Key | None:
        """Return the key of the row in another episode that a row of the file is, below `parent` if given."""
        without = set(kept)
        free = {key: each for key, each in self.away.items() if key not in without and key[0] == row.kind}
        if parent is None:
            return self._that_is(row, free)
        return self._that_is(row, {key: each for key, each in free.items() if self.parents[key] == parent})

    def _that_is(self, row: FlatRow, free: dict[Key, Stored]) -> Key | None:
        """The one that said so when it was imported; else the one that has its address or number."""
        digest = row.digest()
        for key in free:
            if self.marks[key].digest == digest:
                return key
        name = matching.KEYS.get(row.kind)
        wanted = name(row.values) if name is not None else None
        if name is None or wanted is None:
            return None
        return next((key for key, each in free.items() if name(each.flat.values) == wanted), None)


def _merged_in(stored: list[Stored]) -> list[str]:
    """Return the public ids of the questions that are merged into others just now."""
    rows = [each.row for each in stored if each.flat.kind == "question"]
    return [row.public_id for row in rows if row.review == Review.MERGED]
