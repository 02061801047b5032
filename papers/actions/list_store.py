"""A list document into rows: new ones are made, known ones take the file's text unless somebody changed them here.

A row made by hand is the file's too once the file says exactly the same, as an export does.
Untouched here: the file's text is taken. Touched here and unchanged in the file: it stays. Both: it stays, and the
conflict is reported with both texts. Gone from the file: the row is marked, never deleted. The order of the file is
taken where the file changed it; else the order here stays and new rows stand behind the row they follow in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from markup import links
from members.actions.events import record
from members.actors import Actor
from papers.actions.list_html import render_and_save
from papers.lists import matching
from papers.lists.matching import digest
from papers.lists.model import EntryDoc, ListDoc, SectionDoc
from papers.models import ListEntry, ListSection, ReadingList

LIST_FIELDS = ("heading", "intro")
SECTION_FIELDS = ("title", "level", "body")
ENTRY_FIELDS = (*("kind", "group", "title", "url", "authors", "venue", "year", "links", "note", "stars", "after"),)
KINDS: dict[type[models.Model], tuple[str, tuple[str, ...]]] = {
    ReadingList: ("reading_list", LIST_FIELDS),
    ListSection: ("list_section", SECTION_FIELDS),
    ListEntry: ("list_entry", ENTRY_FIELDS),
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that was changed both here and in the file; it stays as it is here."""

    line: int | None
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


def values_of(row: Any) -> dict[str, Any]:
    """Return what a row says, as a file would."""
    return {name: getattr(row, name) for name in KINDS[type(row)][1]}


def list_values(document: ListDoc) -> dict[str, Any]:
    """Return what a document says of the list as a whole, as its row keeps it."""
    return {"heading": document.title, "intro": document.intro}


def entry_values(entry: EntryDoc) -> dict[str, Any]:
    """Return what an entry of a document says, as its row keeps it."""
    found = {name: getattr(entry, name) for name in ENTRY_FIELDS}
    return {**found, "links": [{"label": link.label, "url": link.url} for link in entry.links]}


def fill_entry(row: ListEntry, values: dict[str, Any], *, arxiv_id: str | None) -> None:
    """Write an entry's values and what follows from them."""
    for name, value in values.items():
        setattr(row, name, value)
    row.url_key = links.short_key(row.url) if row.url else ""
    row.arxiv_id = arxiv_id or ""


def store(*, reading_list: ReadingList, document: ListDoc, by: Actor, now: datetime) -> Outcome:
    """Bring the rows of a locked list up to the document's. Runs inside the caller's transaction."""
    return _Store(reading_list, document, by=by, now=now).run()


class _Store:
    """One run: what stands, what comes, and who pairs with whom."""

    def __init__(self, reading_list: ReadingList, document: ListDoc, *, by: Actor, now: datetime) -> None:
        self.reading_list, self.document, self.by, self.now = reading_list, document, by, now
        self.outcome = Outcome()
        self.dirty: list[models.Model] = []
        self.common = {"created_at": now, "changed_at": now}

    def run(self) -> Outcome:
        values = list_values(self.document)
        if not self.reading_list.digest:
            self._fill(self.reading_list, values)
            self.dirty.append(self.reading_list)
            self.reading_list.save()
        else:
            self._settle(self.reading_list, values, line=None)
        sections = self._sections()
        self._entries(sections)
        render_and_save(self.dirty)
        return self.outcome

    def _sections(self) -> list[ListSection]:
        """The rows of the document's sections, in its order."""
        standing = list(ListSection.objects.filter(reading_list=self.reading_list))
        old = [row for row in standing if row.digest or not row.level]  # a head made here is the file's, too
        wanted = [section_values(section) for section in self.document.sections]
        paths, pairs = section_pairs(old, wanted)
        rows: list[ListSection] = []
        own = _made_by_hand(standing)
        for place, (values, pair) in enumerate(zip(wanted, pairs, strict=True)):
            if pair is None and (made := own.pop((self.reading_list.pk, digest(values)), None)):
                row = self._adopt(made, digest(values), file_place=place)
            elif pair is None:
                row = ListSection(reading_list=self.reading_list, position=0, file_place=place, **self.common)
                self._fill(row, values)
                row.save()
                self.dirty.append(row)
                self.outcome.made += 1
            else:
                row = old[pair]
                self._settle(row, values, line=self.document.sections[place].line)
            rows.append(row)
        kept = {row.pk for row in rows}
        self._mark_gone([row for row in old if row.digest and row.pk not in kept])
        self._put_in_order(rows, standing)
        self._note_places(rows)
        for row, path in zip(rows, paths, strict=True):
            if tuple(row.file_path) != path:
                row.file_path = list(path)
                row.save(update_fields=["file_path"])
        return rows

    def _entries(self, sections: list[ListSection]) -> None:
        """Pair the document's entries with those that stand, wherever in the list they stand."""
        rows_here = ListEntry.objects.filter(section__reading_list=self.reading_list).select_related("section")
        standing = list(rows_here.in_order())
        old = [row for row in standing if row.digest]
        coming = [
            (section, entry)
            for section, doc in zip(sections, self.document.sections, strict=True)
            for entry in doc.entries
        ]
        wanted = [entry_values(entry) for _, entry in coming]
        pairs = entry_pairs(old, wanted, [section.pk for section, _ in coming])
        homes = {one.pk: one if one.deleted_at is None else home_of(one, now=self.now) for one in sections}
        rows: list[ListEntry] = []
        new: list[ListEntry] = []
        own = _made_by_hand(standing)
        for place, ((section, entry), values, pair) in enumerate(zip(coming, wanted, pairs, strict=True)):
            home = homes[section.pk]
            if pair is None and (made := own.pop((home.pk, digest(values)), None)):
                row = self._adopt(made, digest(values), file_section=section, file_place=place)
            elif pair is None:
                row = ListEntry(section=home, position=0, file_section=section, file_place=place, **self.common)
                self._fill(row, values, entry)
                new.append(row)
            else:
                row = old[pair]
                self._settle(row, values, entry, line=entry.line)
                self._move(row, section, home)
            rows.append(row)
        ListEntry.objects.bulk_create(new, batch_size=200)
        self.dirty += new
        self.outcome.made += len(new)
        kept = {row.pk for row in rows}
        self._mark_gone([row for row in old if row.pk not in kept])
        for pk in {row.section_id for row in [*standing, *rows]}:
            self._put_in_order(
                [row for row in rows if row.section_id == pk],
                [row for row in standing if row.section_id == pk],
            )
        self._note_places(rows)

    def _adopt(self, row: Any, imported: str, **places: Any) -> Any:
        """Remember a row that was made by hand as what the file says."""
        for name, value in {"digest": imported, **places}.items():
            setattr(row, name, value)
        row.save(update_fields=["digest", *places])
        return row

    def _fill(self, row: Any, values: dict[str, Any], entry: EntryDoc | None = None) -> None:
        if entry is not None:
            fill_entry(row, values, arxiv_id=entry.arxiv_id)
        else:
            for name, value in values.items():
                setattr(row, name, value)
        row.digest = digest(values)

    def _settle(self, row: Any, values: dict[str, Any], entry: EntryDoc | None = None, *, line: int | None) -> None:
        """Decide for one row that stands: take the file's text, keep this one, or report both."""
        coming = digest(values)
        if getattr(row, "is_gone", False):
            row.is_gone = False
            self.outcome.changed += 1
            row.save(update_fields=["is_gone"])
        if coming == row.digest:
            return
        if found := clash(row, values, line):
            self.outcome.conflicts.append(found)
            return
        if digest(values_of(row)) == row.digest:  # nobody touched it here
            self._take(row, values, entry)
        row.digest = coming
        row.save()
        self.outcome.changed += 1

    def _take(self, row: Any, values: dict[str, Any], entry: EntryDoc | None) -> None:
        before = values_of(row)
        self._fill(row, values, entry)
        row.version += 1
        row.changed_at = self.now
        self.dirty.append(row)
        kind = KINDS[type(row)][0]
        key = row.slug if isinstance(row, ReadingList) else row.pk
        record(by=self.by, now=self.now, verb="import", kind=kind, key=key, before=before, after=values)

    def _move(self, row: ListEntry, section: ListSection, home: ListSection) -> None:
        """Follow the file into another section, or what holds that one's entries, when it moved the entry there."""
        if row.file_section_id == section.pk:
            return
        row.file_section = section
        if row.section_id != home.pk:
            row.section = home
            self.outcome.moved += 1
        row.save(update_fields=["section", "file_section"])

    def _mark_gone(self, rows: Sequence[ListSection | ListEntry]) -> None:
        for row in rows:
            if not row.is_gone:
                row.is_gone = True
                row.save(update_fields=["is_gone"])
                self.outcome.gone.append(str(row)[:200])

    def _put_in_order(self, rows: Sequence[Any], before: Sequence[Any]) -> None:
        """Give positions: by the file where it changed its order, else as they stand, new ones behind their like."""
        known = {row.pk for row in before}
        places = [row.file_place or 0 for row in rows if row.pk in known]
        is_reordered = places != sorted(places)
        spine = list(rows) if is_reordered else [row for row in before if row.pk in {one.pk for one in rows}]
        followers = followers_of(rows, before)  # rows of the site, and rows that the file no longer has
        wanted = list(followers.get(None, []))
        new_behind = {} if is_reordered else _new_behind(rows, known)
        wanted += new_behind.get(None, [])
        for row in spine:
            wanted += [row, *new_behind.get(row.pk, []), *followers.get(row.pk, [])]
        has_moved = number(wanted)
        self.outcome.moved += is_reordered and has_moved

    def _note_places(self, rows: Sequence[Any]) -> None:
        """Remember the order of the file."""
        changed = []
        for place, row in enumerate(rows):
            if row.file_place != place:
                row.file_place = place
                changed.append(row)
        if changed:
            type(changed[0])._default_manager.bulk_update(changed, ["file_place"], batch_size=200)


def _made_by_hand(standing: Sequence[Any]) -> dict[tuple[int, str], Any]:
    """Rows that no file brought, by what they stand in and what they say; of equal ones the first."""
    rows = [row for row in standing if not row.digest and row.deleted_at is None]
    parents = {row.pk: row.section_id if isinstance(row, ListEntry) else row.reading_list_id for row in rows}
    return {(parents[row.pk], digest(values_of(row))): row for row in reversed(rows)}


def section_values(section: SectionDoc) -> dict[str, Any]:
    """Return what a section of a document says, as its row keeps it."""
    return {name: getattr(section, name) for name in SECTION_FIELDS}


def _paths(sections: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The titles that each section stands under, its own last: 2023 under Papers is not 2023 under Blogs.

    Of what stands before the first heading there is none.
    """
    path: list[tuple[int, str]] = []
    found = []
    for values in sections:
        while path and path[-1][0] >= values["level"]:
            path.pop()
        if values["level"]:
            path.append((values["level"], values["title"]))
        found.append(tuple(title for _, title in path))
    return found


def _as_in_file(row: ListSection) -> dict[str, Any]:
    """What names a section that stands: what it was called in the file, whatever it is called here."""
    title = row.file_path[-1] if row.file_path else ""
    return {**values_of(row), "title": title, "digest": row.digest, "path": tuple(row.file_path)}


def _new_behind(rows: Sequence[Any], known: set[int]) -> dict[int | None, list[Any]]:
    """New rows by the known row that they follow in the file."""
    found: dict[int | None, list[Any]] = {}
    behind: int | None = None
    for row in rows:
        if row.pk in known:
            behind = row.pk
        else:
            found.setdefault(behind, []).append(row)
    return found


def section_pairs(
    old: Sequence[ListSection], wanted: Sequence[dict[str, Any]]
) -> tuple[list[tuple[str, ...]], list[int | None]]:
    """Return the path of each section of a file, and which of the old ones it is."""
    paths = _paths(wanted)
    new = [{**values, "digest": digest(values), "path": path} for values, path in zip(wanted, paths, strict=True)]
    return paths, matching.match([_as_in_file(row) for row in old], new, matching.SECTION_NAMES)


def entry_pairs(old: Sequence[ListEntry], wanted: Sequence[dict[str, Any]], places: Sequence[int]) -> list[int | None]:
    """Return which of the old entries each entry of a file is; `places` are the sections that it stands in there."""
    return matching.match(
        [{**values_of(row), "digest": row.digest, "place": row.file_section_id} for row in old],
        [{**values, "digest": digest(values), "place": place} for values, place in zip(wanted, places, strict=True)],
        matching.ENTRY_NAMES,
    )


def clash(row: Any, values: dict[str, Any], line: int | None) -> Conflict | None:
    """Return both texts when a row was changed here and in the file, in different ways: what differs, one per line."""
    coming, now = digest(values), digest(values_of(row))
    is_touched = now != row.digest or row.deleted_at is not None
    if coming == row.digest or not is_touched or (now == coming and row.deleted_at is None):
        return None
    here = values_of(row)
    differing = [name for name in values if values[name] != here.get(name)]
    theirs, yours = ("\n".join(str(one.get(name)) for name in differing) for one in (here, values))
    return Conflict(line, theirs if row.deleted_at is None else "", yours)


def followers_of(rows: Sequence[Any], before: Sequence[Any]) -> dict[int | None, list[Any]]:
    """Return the rows of `before` that are not among `rows`, by the one of these that they stand behind."""
    followers: dict[int | None, list[Any]] = {}
    behind: int | None = None
    taken = {row.pk for row in rows}
    for row in before:
        if row.pk in taken:
            behind = row.pk
        else:
            followers.setdefault(behind, []).append(row)
    return followers


def home_of(row: ListSection, *, now: datetime) -> ListSection:
    """Return what holds the entries of a removed section: that before it, else the list's head, made if need be."""
    rows = list(ListSection.objects.filter(reading_list=row.reading_list_id))
    place = [one.pk for one in rows].index(row.pk)
    before = [one for one in rows[:place] if one.deleted_at is None]
    if before:
        return before[-1]
    head = ListSection.objects.create(
        reading_list_id=row.reading_list_id, position=0, level=0, created_at=now, changed_at=now
    )
    render_and_save([head])
    number([head, *rows])
    return head


def number(rows: Sequence[Any]) -> bool:
    """Give rows of one kind their places from 1 on, writing those that move. Return whether any did."""
    changed = []
    for position, row in enumerate(rows, 1):
        if row.position != position:
            row.position = position
            changed.append(row)
    if changed:
        type(changed[0])._default_manager.bulk_update(changed, ["position"], batch_size=200)
    return bool(changed)
