"""What an import writes, gathered row by row and written in few statements.

An import of ten thousand questions must not hold the lock of the database for minutes: its HTML is made before
anything is locked, and each table is written in chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import models

from markup import links
from members.actions.events import record_all
from members.models import Event, Person, Row
from papers.actions.stubs import find_or_stub
from talks.actions.html import AHEAD, Html, give_ids, rendered
from talks.actions.keeping import hold
from talks.documents.flat import FlatRow
from talks.export import KINDS
from talks.models import Claim, Credit, CreditRole, Episode, Hosting, HostingRole, ImportedRow, PaperMention
from talks.rendering import RENDERED, html_fields
from talks.states import content_of, fields_of, set_fields

CHUNK = 500


def rendered_ahead(rows: list[FlatRow], *, episode_kind: str, number: int) -> dict[int, Html]:
    """Return, by index, the HTML of the rows that no import has stored yet. Raises markup.html.TextTooLong.

    Nothing is locked yet, so it only saves time: a row that is missing here is rendered when it is written.
    """
    stored = ImportedRow.objects.filter(episode__kind=episode_kind, episode__number=number)
    known = set(stored.values_list("kind", "digest"))
    found: dict[int, Html] = {}
    for index, row in enumerate(rows):
        if row.kind not in KINDS:
            continue
        model, fields = KINDS[row.kind]
        if model in RENDERED and (row.kind, row.digest()) not in known:
            summary = {"summary": row.values["summary"]} if row.values.get("summary") else {}
            found[index] = rendered(model(**{name: row.values[name] for name in fields}, **summary))
    return found


class Batch:
    """The rows of one import of a locked episode that are to be written, and what goes with them."""

    def __init__(self, *, episode: Episode, now: datetime, persons: dict[str, Person], html: dict[int, Html]) -> None:
        self.episode, self.now, self.persons, self.html = episode, now, persons, html
        self.new: dict[tuple[int, str], list[tuple[FlatRow, Any]]] = {}
        self.changed: dict[str, list[tuple[FlatRow, Any]]] = {}
        self.moved: dict[str, list[Any]] = {}
        self.adopted: list[tuple[FlatRow, Any]] = []
        self.marks: list[ImportedRow] = []
        self.events: list[Event] = []
        self.names: list[Row] = []
        self.with_ids: list[models.Model] = []

    def make(self, index: int, row: FlatRow, target: Any, *, depth: int) -> None:
        """Add a new row. Rows of a smaller depth are written first, so that a row's parent has its key."""
        self._dress(index, target)
        self.new.setdefault((depth, row.kind), []).append((row, target))

    def change(self, index: int, row: FlatRow, target: Any) -> None:
        """Add a known row that has new values."""
        self._dress(index, target)
        self.changed.setdefault(row.kind, []).append((row, target))

    def move(self, kind: str, target: Any) -> None:
        """Add a known row that has a new position."""
        self.moved.setdefault(kind, []).append(target)

    def _dress(self, index: int, target: models.Model) -> None:
        if type(target) not in RENDERED:
            return
        html = self.html.get(index) or rendered(target)
        for name, value in html.items():
            setattr(target, name, value)
        if AHEAD in str(html):
            self.with_ids.append(target)

    def write(self) -> list[Row]:
        """Write everything and return the rows, for the act to keep. Runs inside the caller's transaction."""
        for _place, pairs in sorted(self.new.items(), key=lambda entry: entry[0][0]):
            model: Any = type(pairs[0][1])
            model._default_manager.bulk_create([target for _row, target in pairs], batch_size=CHUNK)
        for kind, rows in self.moved.items():
            overwrite(rows, ["position"], model=KINDS[kind][0])
        for kind, pairs in self.changed.items():
            if kind != "episode":  # saved at the end
                overwrite([target for _row, target in pairs], _fields_of(kind), model=KINDS[kind][0])
        changed = [pair for pairs in self.changed.values() for pair in pairs]
        made = [pair for pairs in self.new.values() for pair in pairs]
        self._forget_names(changed)
        self._write_names([*changed, *made])
        self._write_papers([*changed, *made])
        self._mark([*self.adopted, *made])
        record_all(self.events)
        self.episode.save()
        give_ids(self.with_ids)
        moved = [target for rows in self.moved.values() for target in rows]
        return [*(target for _row, target in (*changed, *made)), *moved, *self.names]

    def _mark(self, pairs: list[tuple[FlatRow, Any]]) -> None:
        """Keep the digest of every row that came from the file."""
        overwrite(self.marks, ["digest", "is_gone"], model=ImportedRow)
        ImportedRow.objects.bulk_create(
            (
                ImportedRow(episode=self.episode, kind=row.kind, row_id=target.pk, digest=row.digest())
                for row, target in pairs
            ),
            batch_size=CHUNK,
        )

    def _forget_names(self, pairs: list[tuple[FlatRow, Any]]) -> None:
        """Take away the credits and papers of changed rows; they are written anew."""
        hold(target for _row, target in pairs)
        by_kind: dict[str, list[Any]] = {}
        for row, target in pairs:
            by_kind.setdefault(row.kind, []).append(target.pk)
        if "episode" in by_kind:
            Credit.objects.filter(episode=self.episode, section=None, item=None).delete()
        for kind, keys in by_kind.items():
            for part in (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)):
                if kind in ("section", "item"):
                    Credit.objects.filter(**{f"{kind}__in": part}).delete()
                if kind in MENTIONING:
                    PaperMention.objects.filter(**{f"{kind}__in": part}).delete()

    def _write_names(self, pairs: list[tuple[FlatRow, Any]]) -> None:
        common = {"created_at": self.now, "changed_at": self.now}
        hostings: list[Hosting] = []
        claims: list[Claim] = []
        credited: list[Credit] = []

        def credit(target: dict[str, Any], role: str, names: list[tuple[int, str, Person]]) -> None:
            for place, name, person in names:
                values = {"person": person, "name": name, "role": role, "position": place, **common}
                credited.append(Credit(**{"episode": self.episode, **target, **values}))

        for row, target in pairs:
            if row.kind == "episode":
                for role, key in ((HostingRole.HOST, "hosts"), (HostingRole.EDITOR, "editors")):
                    for place, name, person in self._written(row.values[key]):
                        values = {"person": person, "name": name, "role": role, "position": place, **common}
                        hostings.append(Hosting(episode=target, is_by_name=True, **values))
                credit({}, CreditRole.LEAD, self._written(row.values["leads"]))
            elif row.kind == "section":
                firsts, others = _first_of_each(self._written(row.values["leads"]))
                claims += [
                    Claim(section=target, person=person, name=name, position=place, is_by_name=True, **common)
                    for place, name, person in firsts
                ]
                credit({"section": target}, CreditRole.LEAD, others)
                credit({"section": target}, CreditRole.SOURCE, self._written(row.values["contributors"]))
            elif row.kind == "item":
                credit({"item": target}, CreditRole.SOURCE, self._written(row.values["contributors"]))
        Credit.objects.bulk_create(credited, batch_size=CHUNK)
        of = {kind: [target.pk for row, target in pairs if row.kind == kind] for kind in ("episode", "section")}
        standing = Hosting.objects.filter(episode__in=of["episode"], deleted_at=None)
        self._settle(list(standing), hostings, same=lambda row: (row.role, row.name))
        held = [
            claim
            for start in range(0, len(of["section"]), CHUNK)
            for claim in Claim.objects.current().filter(section__in=of["section"][start : start + CHUNK])
        ]
        self._settle(held, claims, same=lambda row: (row.section_id, row.person_id))

    def _settle(self, standing: list[Any], wanted: list[Any], *, same: Callable[[Any], Any]) -> None:
        """End the hostings or claims that are not wanted, bring the others up to what is, make those that are new."""
        known = {same(row): row for row in standing}
        ended = {row.pk: row for row in standing}
        new, changed = [], []
        for row in wanted:
            there = known.get(same(row))
            if there is None:
                new.append(row)
                continue
            del ended[there.pk]
            _keep_given(row, there)
            if fields_of(there) != fields_of(row):
                set_fields(there, fields_of(row))
                changed.append(there)
        for row in ended.values():
            row.deleted_at = self.now
        for rows in filter(None, (list(ended.values()), changed)):  # what ends first makes room
            for row in rows:
                row.version, row.changed_at = row.version + 1, self.now
            overwrite(rows, [*content_of(type(rows[0])), "version", "changed_at"], model=type(rows[0]))
        if new:
            type(new[0])._default_manager.bulk_create(new, batch_size=CHUNK)
        self.names += [*ended.values(), *changed, *new]

    def _written(self, names: list[str]) -> list[tuple[int, str, Person]]:
        return [(place, name, self.persons[name]) for place, name in enumerate(dict.fromkeys(names))]

    def _write_papers(self, pairs: list[tuple[FlatRow, Any]]) -> None:
        """Note the papers named in each row's text; an item's own list comes first."""
        named = [(row.kind, target, papers_in(row)) for row, target in pairs if row.kind in MENTIONING]
        papers = find_or_stub((arxiv_id for _kind, _target, found in named for arxiv_id in found), now=self.now)
        PaperMention.objects.bulk_create(
            (
                PaperMention(paper=papers[arxiv_id], episode=self.episode, paper_version=version, **{kind: target})
                for kind, target, found in named
                for arxiv_id, version in found.items()
            ),
            batch_size=CHUNK,
        )


def _keep_given(row: Any, there: Any) -> None:
    """Let a place that somebody was given on the site be theirs, whoever has the name that the document writes."""
    if not there.is_by_name and there.role == row.role:
        for name in ("person_id", "is_by_name", *(["place"] if isinstance(row, Claim) else [])):
            setattr(row, name, getattr(there, name))


def _first_of_each(names: list[tuple[int, str, Person]]) -> tuple[list[tuple[int, str, Person]], ...]:
    """Split names into the first one of each person and the others: a section is claimed once, however it is signed."""
    firsts: dict[int, tuple[int, str, Person]] = {}
    others = [written for written in names if firsts.setdefault(written[2].pk, written) is not written]
    return list(firsts.values()), others


# Kinds of rows whose text may name papers.
MENTIONING = ("item", "question", "answer", "section", "passage")


def papers_in(row: FlatRow) -> dict[str, int | None]:
    """Return the arXiv ids that a row names, those in its text, for an item those it lists; with the version named."""
    texts = [row.values.get(name) or "" for name in ("url", "title", "body", "after", "summary")]
    texts += [group["body"] for group in row.values.get("groups", [])]
    versions = links.arxiv_versions("\n".join(texts))
    if row.kind == "item":
        return {arxiv_id: versions.get(arxiv_id) for arxiv_id in row.values["papers"]}
    return versions


def _fields_of(kind: str) -> list[str]:
    """Return what a changed row of a kind is written with."""
    model, fields = KINDS[kind]
    more = {
        "item": ["url_key"],
        "question": ["asker", "asker_name", "is_by_name", "summary", "summary_cites"],
        "answer": ["author", "author_name", "is_by_name"],
    }
    html = html_fields(model) if model in RENDERED else []
    return [*fields, *html, *more.get(kind, []), "position", "version", "changed_at"]


def overwrite(rows: Iterable[Any], fields: list[str], *, model: type[models.Model]) -> None:
    """Write these fields of rows that exist. An upsert by key: `bulk_update` is slower than saving one by one."""
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=fields, batch_size=CHUNK
    )
