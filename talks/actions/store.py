"""A document into rows: new ones are made, known ones take the file's text unless somebody changed them here.

Every imported row keeps the digest of what was imported. Untouched here: the file's text is taken. Touched here and
unchanged in the file: it stays. Both: it stays, and the conflict is reported with both texts. Gone from the file:
the row is marked, never deleted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from markup import links
from members.actions import people
from members.actions.events import record
from members.actors import Actor
from members.models import Person
from papers.actions.stubs import find_or_stub
from talks.actions.html import render_and_save
from talks.actions.questions import next_serial
from talks.documents import flat, matching
from talks.documents.flat import FlatRow
from talks.export import KINDS, Stored, rows_of
from talks.models import (
    Claim,
    Credit,
    CreditRole,
    Episode,
    Hosting,
    HostingRole,
    ImportedRow,
    PaperMention,
    Question,
)

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
    """What storing a document did."""

    made: int = 0
    changed: int = 0
    moved: int = 0
    gone: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not (self.made or self.changed or self.moved or self.gone)


def names_in(rows: list[FlatRow]) -> list[str]:
    """Return every name that becomes a Person, in document order."""
    names: list[str] = []
    for row in rows:
        for key in NAME_LISTS:
            names += row.values.get(key, [])
        names += [row.values[key] for key in ("asker", "author") if row.kind != "item" and row.values.get(key)]
    return list(dict.fromkeys(names))


def store(*, episode: Episode, rows: list[FlatRow], by: Actor, now: datetime) -> Outcome:
    """Bring the rows of a locked episode up to the document's. Runs inside the caller's transaction."""
    return _Store(episode=episode, rows=rows, by=by, now=now).run()


class _Store:
    """One run: what stands, what comes, and who pairs with whom."""

    def __init__(self, *, episode: Episode, rows: list[FlatRow], by: Actor, now: datetime) -> None:
        self.episode, self.rows, self.by, self.now = episode, rows, by, now
        self.outcome = Outcome()
        self.persons = people.find_or_name(names_in(rows), by=by, now=now)
        self.stored = rows_of(episode, everything=True)
        self.imported = {(made.kind, made.row_id): made for made in ImportedRow.objects.filter(episode=episode)}
        self.standing: dict[tuple[int | None, str], list[int]] = {}
        for index, stored in enumerate(self.stored):
            self.standing.setdefault((stored.flat.parent, stored.flat.kind), []).append(index)
        self.coming: dict[tuple[int, str], list[int]] = {}
        self.coming_kinds: dict[int, list[str]] = {}
        for index, row in enumerate(rows):
            if row.parent is not None:
                places = self.coming.setdefault((row.parent, row.kind), [])
                if not places:
                    self.coming_kinds.setdefault(row.parent, []).append(row.kind)
                places.append(index)
        self.kept: set[tuple[str, int]] = set()
        self.made: dict[int, Any] = {0: episode}
        self.dirty: list[models.Model] = []
        self.new_marks: list[ImportedRow] = []

    def run(self) -> Outcome:
        self._settle(0, self.stored[0])
        self._children(0, 0)
        ImportedRow.objects.bulk_create(self.new_marks)
        self._mark_gone()
        render_and_save(self.dirty)
        self.episode.save()
        return self.outcome

    def _children(self, new_parent: int, old_parent: int | None) -> None:
        """Pair and store the children of one row, kind by kind, then theirs."""
        for kind in self.coming_kinds.get(new_parent, []):
            self._pair(kind, self.coming[new_parent, kind], self.standing.get((old_parent, kind), []))

    def _pair(self, kind: str, new: list[int], old: list[int]) -> None:
        mine = [index for index in old if (kind, self.stored[index].row.pk) in self.imported]
        others = [index for index in old if (kind, self.stored[index].row.pk) not in self.imported]
        values = [self.rows[index].values for index in new]
        pairs = matching.match(kind, [self.stored[index].flat.values for index in mine], values)
        order: list[Any] = []
        for place, index in enumerate(new):
            found = pairs[place]
            known = mine[found] if found is not None else self._equal(others, values[place])
            self._settle(index, None if known is None else self.stored[known])
            order.append(self.made[index])
            self._children(index, known)
        self._put_in_order(order, [self.stored[index].row for index in old])

    def _equal(self, others: list[int], values: dict[str, Any]) -> int | None:
        """A row made here that says exactly what the file says is taken over as the file's."""
        for index in others:
            stored = self.stored[index]
            if stored.row.deleted_at is None and stored.flat.values == values:
                others.remove(index)
                return index
        return None

    def _settle(self, index: int, stored: Stored | None) -> None:
        """Decide for one row of the file: make, take, keep or report."""
        row = self.rows[index]
        if stored is None:
            self.made[index] = self._make(row, self.made[row.parent or 0])
            self._mark(row, self.made[index])
            self.outcome.made += 1
            return
        self.made[index] = stored.row
        mark = self.imported.get((row.kind, stored.row.pk))
        self.kept.add((row.kind, stored.row.pk))
        coming = row.digest()
        if mark is None:
            if row.kind == "episode":  # a new episode, or one made here: the file fills it
                self._take(row, stored, first=True)
            self._mark(row, stored.row)
            return
        here = "deleted" if stored.row.deleted_at else flat.digest(stored.flat.values)
        if mark.is_gone:
            ImportedRow.objects.filter(pk=mark.pk).update(is_gone=False)
            self.outcome.changed += 1
        if coming == mark.digest:
            return
        if here == mark.digest:
            self._take(row, stored)
        elif here != coming:
            self.outcome.conflicts.append(_conflict(row, stored))
            return
        ImportedRow.objects.filter(pk=mark.pk).update(digest=coming)
        self.outcome.changed += 1

    def _mark(self, row: FlatRow, made: Any) -> None:
        self.new_marks.append(ImportedRow(episode=self.episode, kind=row.kind, row_id=made.pk, digest=row.digest()))

    def _take(self, row: FlatRow, stored: Stored, *, first: bool = False) -> None:
        """Write the file's values over a row nobody touched here."""
        target = stored.row
        self._fill(target, row)
        if not first:
            target.version += 1
            target.changed_at = self.now
        target.save()
        self._write_names(target, row)
        self._write_papers(target, row)
        self.dirty.append(target)
        if not first:
            record(
                by=self.by,
                now=self.now,
                verb="import",
                kind=row.kind,
                key=target.pk,
                before=_plain(stored.flat.values),
                after=_plain(row.values),
            )

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
        target.save()
        self._write_names(target, row)
        self._write_papers(target, row)
        self.dirty.append(target)
        return target

    def _fill(self, target: Any, row: FlatRow) -> None:
        for name in KINDS[row.kind][1]:
            setattr(target, name, row.values[name])
        if row.kind == "item":
            target.url_key = key_of(row.values["url"])
        if row.kind == "question":
            target.asker_name = row.values["asker"]
            target.asker = self.persons.get(row.values["asker"])
        if row.kind == "answer":
            target.author_name = row.values["author"]
            target.author = self.persons.get(row.values["author"])

    def _number(self, question: Question, row: FlatRow, parent: Any) -> None:
        """Give the public id, once and for good (glossary, 问题编号)."""
        if isinstance(parent, Question):
            root = parent
            question.parent, question.serial = parent, root.serial
            siblings = Question.objects.filter(episode=self.episode, serial=root.serial)
            question.follow_up = (siblings.aggregate(last=models.Max("follow_up"))["last"] or 0) + 1
        else:
            question.serial = next_serial(self.episode, number=row.values["number"])

    def _write_names(self, target: Any, row: FlatRow) -> None:
        common = {"created_at": self.now, "changed_at": self.now}

        def written(names: list[str]) -> list[tuple[int, str, Person]]:
            return [(place, name, self.persons[name]) for place, name in enumerate(dict.fromkeys(names))]

        if row.kind == "episode":
            Hosting.objects.filter(episode=target).delete()
            Credit.objects.filter(episode=target, section=None, item=None).delete()
            for role, key in ((HostingRole.HOST, "hosts"), (HostingRole.EDITOR, "editors")):
                for place, name, person in written(row.values[key]):
                    Hosting.objects.create(
                        episode=target, person=person, name=name, role=role, position=place, **common
                    )
            self._credit({"episode": target}, CreditRole.LEAD, written(row.values["leads"]))
        elif row.kind == "section":
            Claim.objects.filter(section=target).delete()
            Credit.objects.filter(section=target).delete()
            claimed: set[int] = set()
            for place, name, person in written(row.values["leads"]):
                if person.pk not in claimed:  # two written names of one person are one claim
                    claimed.add(person.pk)
                    Claim.objects.create(section=target, person=person, name=name, position=place, **common)
            self._credit({"section": target}, CreditRole.SOURCE, written(row.values["contributors"]))
        elif row.kind == "item":
            Credit.objects.filter(item=target).delete()
            self._credit({"item": target}, CreditRole.SOURCE, written(row.values["contributors"]))

    def _credit(self, target: dict[str, Any], role: str, names: list[tuple[int, str, Person]]) -> None:
        Credit.objects.bulk_create(
            Credit(
                **{"episode": self.episode, **target},
                person=person,
                name=name,
                role=role,
                position=place,
                created_at=self.now,
                changed_at=self.now,
            )
            for place, name, person in names
        )

    def _write_papers(self, target: Any, row: FlatRow) -> None:
        """Note the papers named in the row's text; an item's own list comes first."""
        if row.kind not in ("item", "question", "answer", "section", "passage"):
            return
        PaperMention.objects.filter(**{row.kind: target}).delete()
        found = list(row.values.get("papers", []))
        texts = [row.values.get(name) or "" for name in ("title", "url", "body", "after")]
        texts += [group["body"] for group in row.values.get("groups", [])]
        if row.kind != "item":
            found += links.arxiv_ids("\n".join(texts))
        papers = find_or_stub(found, now=self.now)
        for arxiv_id in dict.fromkeys(found):
            PaperMention.objects.create(paper=papers[arxiv_id], episode=self.episode, **{row.kind: target})

    def _put_in_order(self, order: list[Any], before: list[Any]) -> None:
        """Number the rows as the file has them; rows of the site stay behind the row they stood behind."""
        listed = {row.pk for row in order}
        known = {row.pk for row in before}
        followers: dict[int | None, list[Any]] = {}
        behind: int | None = None
        for row in before:
            if row.pk in listed:
                behind = row.pk
            else:
                followers.setdefault(behind, []).append(row)
        wanted = [*followers.get(None, [])]
        for row in order:
            wanted += [row, *followers.get(row.pk, [])]
        for place, row in enumerate(wanted, 1):
            if row.position != place:
                self.outcome.moved += row.pk in known
                row.position = place
                type(row)._default_manager.filter(pk=row.pk).update(position=place)

    def _mark_gone(self) -> None:
        for stored in self.stored:
            key = (stored.flat.kind, stored.row.pk)
            mark = self.imported.get(key)
            if mark is not None and key not in self.kept and not mark.is_gone:
                ImportedRow.objects.filter(pk=mark.pk).update(is_gone=True)
                self.outcome.gone.append(matching.text_of(stored.flat.values)[:200] or stored.flat.kind)


def key_of(url: str | None) -> str:
    """Return the identity of an address as stored: its key, or the key's digest when that is long."""
    key = links.key(url) if url else ""
    return key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest()


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _conflict(row: FlatRow, stored: Stored) -> Conflict:
    """Both texts: the values that differ, one per line."""
    differing = [name for name in row.values if row.values[name] != stored.flat.values.get(name)]
    here, coming = (
        "\n".join(str(values.get(name)) for name in differing) for values in (stored.flat.values, row.values)
    )
    return Conflict(kind=row.kind, row_id=stored.row.pk, theirs=here, yours=coming)
