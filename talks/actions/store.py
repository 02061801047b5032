"""A document into rows: new ones are made, known ones take the file's text unless somebody changed them here.

Every imported row keeps the digest of what was imported. Untouched here: the file's text is taken. Touched here and
unchanged in the file: it stays. Both: it stays, and the conflict is reported with both texts. Gone from the file:
the row is marked, never deleted. A row that was moved is known where it stands now (`elsewhere`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markup import links
from members.actions import people
from members.actions.events import event_of
from members.actors import Actor
from members.models import Row
from members.names import is_reserved
from talks.actions import merged_rows
from talks.actions.batch import Batch, Html
from talks.actions.elsewhere import Elsewhere, Key
from talks.actions.questions import next_serial, serials_of
from talks.documents import flat, matching
from talks.documents.flat import FlatRow
from talks.export import KINDS, Stored, rows_of
from talks.models import Answer, Episode, ImportedRow, Question

NAME_LISTS = ("hosts", "editors", "leads", "contributors")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that was changed both here and in the file; it stays as it is here."""

    kind: str
    row_id: int
    theirs: str
    yours: str


@dataclass(slots=True)
class Outcome:
    """What storing a document did, and which rows now stand apart from it: `gone` are all the file does not have.

    `rows` are those that were written, for the act to keep; `hidden` is what was left out, as it is not shown here.
    """

    made: int = 0
    changed: int = 0
    moved: int = 0
    gone: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not (self.made or self.changed or self.moved)


def names_in(rows: list[FlatRow]) -> list[str]:
    """Return every name that becomes a Person, in document order."""
    names: list[str] = []
    for row in rows:
        for key in NAME_LISTS:
            names += row.values.get(key, [])
        written = [row.values.get(key) for key in ("asker", "author") if row.kind != "item"]
        names += [name for name in written if name and not is_reserved(name)]  # words signed so are nobody's
    return list(dict.fromkeys(names))


def store(
    *, episode: Episode, rows: list[FlatRow], by: Actor, now: datetime, html: dict[int, Html], is_new: bool
) -> Outcome:
    """Bring the rows of a locked episode up to the document's. Runs inside the caller's transaction.

    `html` is what batch.rendered_ahead made of the rows; `is_new`: the episode was made for this document.
    """
    return _Store(episode=episode, rows=rows, by=by, now=now, html=html, is_new=is_new).run()


class _Store:
    """One run: what stands, what comes, and who pairs with whom."""

    def __init__(
        self, *, episode: Episode, rows: list[FlatRow], by: Actor, now: datetime, html: dict[int, Html], is_new: bool
    ) -> None:
        self.episode, self.rows, self.by, self.now, self.is_new = episode, rows, by, now, is_new
        self.outcome = Outcome()
        self.persons = people.find_or_name(names_in(rows), by=by, now=now)
        self.batch = Batch(episode=episode, now=now, persons=self.persons, html=html)
        self.stored = rows_of(episode, everything=True)
        self.imported = {(made.kind, made.row_id): made for made in ImportedRow.objects.filter(episode=episode)}
        self.elsewhere = Elsewhere(self.imported, self.stored)
        self.hidden = _hidden_in(episode, self.stored)
        self.standing: dict[tuple[int | None, str], list[int]] = {}
        for index, stored in enumerate(self.stored):
            self.standing.setdefault((stored.flat.parent, stored.flat.kind), []).append(index)
        self.coming: dict[tuple[int, str], list[int]] = {}
        self.coming_kinds: dict[int, list[str]] = {}
        for index, row in enumerate(rows):
            if row.parent is not None and row.kind != "merged":
                places = self.coming.setdefault((row.parent, row.kind), [])
                if not places:
                    self.coming_kinds.setdefault(row.parent, []).append(row.kind)
                places.append(index)
        self.kept: set[tuple[str, int]] = set()
        self.made: dict[int, Any] = {0: episode}
        self.changed: set[tuple[str, int]] = set()
        self.serials = serials_of(episode)
        self.follow_ups: dict[tuple[str, int], int] = {}
        for stored in self.stored:
            if isinstance(stored.row, Question):
                own = (stored.row.first_code, stored.row.serial)
                self.follow_ups[own] = max(self.follow_ups.get(own, 0), stored.row.follow_up)

    def run(self) -> Outcome:
        self._settle(0, self.stored[0], depth=0)
        self._children(0, 0, depth=1)
        self._mark_gone()
        merged = merged_rows.missing(
            self.rows,
            made=self.made,
            stored=self.stored,
            episode=self.episode,
            serials=self.serials,
            persons=self.persons,
            now=self.now,
        )
        self.outcome.made += len(merged)
        if self.is_new or self.batch.adopted or not self.outcome.is_nothing:
            self.outcome.rows = self.batch.write()
            self.outcome.rows += merged_rows.bring(merged)
        return self.outcome

    def _children(self, new_parent: int, old_parent: int | None, *, depth: int) -> None:
        """Pair and settle the children of one row, kind by kind, then theirs."""
        for kind in self.coming_kinds.get(new_parent, []):
            self._pair(kind, self.coming[new_parent, kind], self.standing.get((old_parent, kind), []), depth=depth)

    def _pair(self, kind: str, new: list[int], old: list[int], *, depth: int) -> None:
        free = [index for index in old if (kind, self.stored[index].row.pk) not in self.kept]
        mine = [index for index in free if (kind, self.stored[index].row.pk) in self.imported]
        others = [index for index in free if (kind, self.stored[index].row.pk) not in self.imported]
        values = [self.rows[index].values for index in new]
        pairs = matching.match(kind, [self.stored[index].flat.values for index in mine], values)
        order: list[Any] = []
        for place, index in enumerate(new):
            found = pairs[place]
            known = mine[found] if found is not None else self._equal(others, values[place])
            if known is None and (self._is_elsewhere(index, depth=depth) or self._is_hidden(index)):
                continue
            self._settle(index, None if known is None else self.stored[known], depth=depth)
            order.append(self.made[index])
            self._children(index, known, depth=depth + 1)
        self._put_in_order(kind, order, [self.stored[index].row for index in old])

    def _equal(self, others: list[int], values: dict[str, Any]) -> int | None:
        """A row made here that says exactly what the file says is taken over as the file's."""
        for index in others:
            stored = self.stored[index]
            if stored.row.deleted_at is None and stored.flat.values == values:
                others.remove(index)
                return index
        return None

    def _is_elsewhere(self, index: int, *, depth: int) -> bool:
        """Settle a row of the file that somebody moved. What stands in another section of this episode takes the
        file's words as the others do; what stands in another episode, with all below it, is left alone."""
        row = self.rows[index]
        here = self.elsewhere.index_of(row, self.kept) if row.kind in ("item", "answer") else None
        if here is not None:
            self._settle(index, self.stored[here], depth=depth)
            return True
        key = self.elsewhere.key_of(row, self.kept)
        if key is not None:
            self._leave_away(index, key)
        return key is not None

    def _is_hidden(self, index: int) -> bool:
        """Whether a row of the file says what stands here and is not shown: it stays so, with all below it."""
        row = self.rows[index]
        if row.kind not in ("question", "answer"):
            return False
        parent = self.made[row.parent or 0].pk if row.kind == "answer" else None
        is_hidden = (row.kind, parent, row.values["body"].strip()) in self.hidden
        if is_hidden:
            self.outcome.hidden.append(_text(self.rows, index)[:200])
        return is_hidden

    def _leave_away(self, index: int, key: Key) -> None:
        """Keep a row that stands in another episode; report what the file says otherwise, of those below it, too."""
        row, mark, stored = self.rows[index], self.imported[key], self.elsewhere.away[key]
        self.kept.add(key)
        coming = row.digest()
        if coming != mark.digest:
            if coming == flat.digest(stored.flat.values):
                mark.digest = coming
                self._note(mark)
            else:
                self.outcome.conflicts.append(_conflict(row, stored))
        for kind in self.coming_kinds.get(index, []):
            for child in self.coming[index, kind]:
                below = self.elsewhere.key_of(self.rows[child], self.kept, key)
                if below is not None:
                    self._leave_away(child, below)
                else:
                    self.outcome.conflicts.append(Conflict(kind, stored.row.pk, "", _text(self.rows, child)))

    def _settle(self, index: int, stored: Stored | None, *, depth: int) -> None:
        """Decide for one row of the file: make, take, keep or report."""
        row = self.rows[index]
        if stored is None:
            self.made[index] = self._make(row, self.made[row.parent or 0])
            self.batch.make(index, row, self.made[index], depth=depth)
            self.outcome.made += 1
            return
        self.made[index] = stored.row
        mark = self.imported.get((row.kind, stored.row.pk))
        self.kept.add((row.kind, stored.row.pk))
        if mark is None:
            if row.kind == "episode":  # a new episode, or one made here: the file fills it
                self._take(index, stored, is_first=self.is_new)
            self.batch.adopted.append((row, stored.row))
            return
        coming = row.digest()
        here = "deleted" if stored.row.deleted_at else flat.digest(stored.flat.values)
        if mark.is_gone:
            mark.is_gone = False
            self._note(mark)
        if coming == mark.digest:
            return
        if here == mark.digest:
            self._take(index, stored)
        elif here != coming:
            self.outcome.conflicts.append(_conflict(row, stored))
            return
        mark.digest = coming
        self._note(mark)

    def _note(self, mark: ImportedRow) -> None:
        """Count a change that is kept with the mark of its row, once."""
        if mark not in self.batch.marks[-1:]:
            self.batch.marks.append(mark)
        self.outcome.changed += 1

    def _take(self, index: int, stored: Stored, *, is_first: bool = False) -> None:
        """Write the file's values over a row nobody touched here, and record what it said before."""
        row, target = self.rows[index], stored.row
        self._fill(target, row)
        self.batch.change(index, row, target)
        self.changed.add((row.kind, target.pk))
        if is_first:
            return
        target.version += 1
        target.changed_at = self.now
        self.batch.events.append(
            event_of(
                by=self.by,
                now=self.now,
                verb="import",
                kind=row.kind,
                key=self._key_of(target),
                before=_plain(stored.flat.values),
                after=_plain(row.values),
            )
        )

    def _key_of(self, target: Any) -> object:
        """What an Event calls a row: as its address does."""
        if isinstance(target, Question):
            target.episode = self.episode
            return target.public_id
        return target.code if isinstance(target, Episode) else target.pk

    def _make(self, row: FlatRow, parent: Any) -> Any:
        model = KINDS[row.kind][0]
        target: Any = model(created_at=self.now, changed_at=self.now)
        target.position = 0
        self._fill(target, row)
        if row.kind in ("item", "suggestion"):
            target.section = parent
        elif row.kind == "answer":
            target.question = parent
        else:
            target.episode = self.episode
        if row.kind == "question":
            self._number(target, row, parent)
        return target

    def _fill(self, target: Any, row: FlatRow) -> None:
        for name in KINDS[row.kind][1]:
            setattr(target, name, row.values[name])
        if row.kind == "item":
            target.url_key = key_of(row.values["url"])
        if row.kind == "question":
            self._sign(target, "asker", row.values["asker"])
            if (summary := row.values.get("summary", "")) != target.summary:
                target.summary, target.summary_cites = summary, []
        if row.kind == "answer":
            self._sign(target, "author", row.values["author"])

    def _sign(self, target: Any, key: str, name: str | None) -> None:
        """Sign words with a name: credit for whoever has it, and no right to the words, which they may have never
        written. Words that were signed so before stay whose they are."""
        is_new = target.pk is None
        if not is_new and getattr(target, f"{key}_name") == name:
            return
        person = self.persons.get(name) if name is not None else None
        if is_new or person is None or person.pk != getattr(target, f"{key}_id"):
            target.is_by_name = person is not None
        setattr(target, f"{key}_name", name)
        setattr(target, key, person)

    def _number(self, question: Question, row: FlatRow, parent: Any) -> None:
        """Give the public id, once and for good (glossary, 问题编号)."""
        if isinstance(parent, Question):
            question.parent, question.serial, question.first_code = parent, parent.serial, parent.first_code
            own = (parent.first_code, parent.serial)
            question.follow_up = self.follow_ups[own] = self.follow_ups.get(own, 0) + 1
        else:
            question.serial = next_serial(self.episode, self.serials, number=row.values["number"])

    def _put_in_order(self, kind: str, order: list[Any], before: list[Any]) -> None:
        """Number the rows as the file has them; rows of the site stay behind the row they stood behind."""
        listed = {row.pk for row in order}
        followers: dict[int | None, list[Any]] = {}
        behind: int | None = None
        for row in before:
            if row.pk in listed:
                behind = row.pk
            else:
                followers.setdefault(behind, []).append(row)
        wanted = [*followers.get(None, [])]
        for row in order:
            wanted += [row, *(followers.get(row.pk, []) if row.pk is not None else [])]
        for place, row in enumerate(wanted, 1):
            if row.position != place:
                row.position = place
                if row.pk is not None:
                    self.outcome.moved += 1
                    if (kind, row.pk) not in self.changed:  # else it is written with the rest of the row
                        self.batch.move(kind, row)

    def _mark_gone(self) -> None:
        for stored in self.stored:
            key = (stored.flat.kind, stored.row.pk)
            mark = self.imported.get(key)
            if mark is None or key in self.kept:
                continue
            if not mark.is_gone:
                mark.is_gone = True
                self._note(mark)
            if stored.row.deleted_at is None:
                self.outcome.gone.append(matching.text_of(stored.flat.values)[:200] or stored.flat.kind)


def _hidden_in(episode: Episode, stored: list[Stored]) -> set[tuple[str, int | None, str]]:
    """Return what is under review or withdrawn by its asker: kind, of an answer its question, and words."""
    withdrawn = set(Question.objects.withdrawn().filter(episode=episode).values_list("pk", flat=True))
    found: set[tuple[str, int | None, str]] = set()
    for row in (each.row for each in stored):
        if isinstance(row, Question) and (row.review or row.pk in withdrawn):
            found.add(("question", None, row.body.strip()))
        if isinstance(row, Answer) and row.review:
            found.add(("answer", row.question_id, row.body.strip()))
    return found


def key_of(url: str | None) -> str:
    """Return the identity of an address as stored: its key, or the key's digest when that is long."""
    key = links.key(url) if url else ""
    return key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest()


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _text(rows: list[FlatRow], index: int) -> str:
    """What a row of the file says, with the name under it."""
    values = rows[index].values
    return "\n".join(filter(None, [matching.text_of(values), values.get("author") or values.get("asker")]))


def _conflict(row: FlatRow, stored: Stored) -> Conflict:
    """Both texts: the values that differ, one per line."""
    differing = [name for name in row.values if row.values[name] != stored.flat.values.get(name)]
    here, coming = (
        "\n".join(str(values.get(name)) for name in differing) for values in (stored.flat.values, row.values)
    )
    return Conflict(kind=row.kind, row_id=stored.row.pk, theirs=here, yours=coming)
