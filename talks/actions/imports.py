"""Old documents come in: one file is read, weighed against what stands, and stored whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from markup import links
from markup.html import TextTooLong
from members.actions.events import record
from members.actors import Actor
from members.models import Person
from members.rules import require
from talks.actions import pdf_child
from talks.actions.batch import Html, rendered_ahead
from talks.actions.keeping import keep
from talks.actions.reasons import about, sentence_of
from talks.actions.store import NAME_LISTS, Outcome, names_in, store
from talks.documents import decode, model, problems, reader
from talks.documents.coming_back import in_own_words
from talks.documents.flat import FlatRow, flatten
from talks.documents.ledger import Claim
from talks.documents.lines import GENERATED_START
from talks.documents.model import EpisodeDoc, Problem, Refused
from talks.documents.problems import Code
from talks.export import KINDS, export, json_text, rows_of
from talks.models import Episode, EpisodeState, SourceDocument
from talks.rules import can_import

NAME_LIMIT = 80
NUMBER_LIMIT = 999_999
NUMBER_TAKEN = "number_taken"
# Two imports of one number at once: the loser of the race sees what the winner stored when it tries again.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was understood: its text, its document, every doubt, and what each line became (none for JSON)."""

    name: str
    data: bytes
    encoding: str
    text: str
    document: EpisodeDoc
    problems: tuple[Problem, ...]
    claims: Mapping[int, Claim]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one file; `as_json` is the element of the public contract."""

    file: str
    status: str
    code: str | None = None
    problems: tuple[dict[str, Any], ...] = ()
    document: EpisodeDoc | None = None
    episode: Episode | None = field(default=None, compare=False)
    sha256: str = field(default="", compare=False)

    @property
    def is_refused(self) -> bool:
        return self.status == "refused"

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "status": self.status,
            "code": self.code,
            "problems": list(self.problems),
            "document": model.to_json(self.document) if self.document else None,
        }


def json_bytes(value: dict[str, Any]) -> bytes:
    """Return the JSON of a document, right or wrong, as the bytes of the file that export writes of it."""
    return json_text(value).encode()


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as the contract has it, its sentence in the reader's language."""
    return {"line": problem.line, "code": problem.code, "message": sentence_of(problem)}


def read_file(*, data: bytes, name: str) -> Read:
    """Return what a file says. Raises Refused with the reason."""
    kind = decode.kind_of(name)
    claims: Mapping[int, Claim] = {}
    if kind == "pdf":
        taken = pdf_child.text_of(data)
        text, encoding, doubts = taken.text, "pdf", taken.problems
    else:
        decoded = decode.decode(data, name=name)
        text, encoding, doubts = decoded.text, decoded.encoding, decoded.problems
    if kind == "json":
        document = _from_json(text)
    else:
        reading = reader.read(text, name=name)
        document, claims, doubts = reading.document, reading.claims, (*doubts, *reading.problems)
    _refuse_what_no_row_holds(document)
    return Read(name, data, encoding, text, document, problems.in_order(doubts), claims)


def _from_json(text: str) -> EpisodeDoc:
    try:
        return model.from_json(json.loads(text))
    except (ValueError, RecursionError) as error:  # DocumentError names the path, JSONDecodeError the line
        raise problems.refused(Code.NOT_AN_EPISODE, str(error)) from error


def _refuse_what_no_row_holds(document: EpisodeDoc) -> None:
    """Raise Refused for values longer than their column, papers that are no arXiv identifiers, and lists that name
    somebody or something twice: rows could not say that, and the document would not come back as it came."""
    rows = flatten(document)
    if document.number > NUMBER_LIMIT:
        raise problems.refused(Code.NOT_AN_EPISODE, f"number > {NUMBER_LIMIT}")
    for name in names_in(rows):
        if len(name) > NAME_LIMIT:
            raise problems.refused(Code.NAME_DOUBT, f"{name[:NAME_LIMIT]}… > {NAME_LIMIT}")
    for row in (row for row in rows if row.kind in KINDS):
        table, fields = KINDS[row.kind]
        for field_name in fields:
            limit = getattr(table._meta.get_field(field_name), "max_length", None)
            value = row.values[field_name]
            if limit and isinstance(value, str) and len(value) > limit:
                raise problems.refused(Code.NOT_AN_EPISODE, f"{row.kind}.{field_name} > {limit}")
        for field_name in (*NAME_LISTS, "papers"):
            listed = row.values.get(field_name, [])
            if len(set(listed)) < len(listed):
                twice = next(each for each in listed if listed.count(each) > 1)
                raise problems.refused(Code.NOT_AN_EPISODE, f"{row.kind}.{field_name}: 2 × {twice[:NAME_LIMIT]}")
        for paper in row.values.get("papers", []):
            if links.arxiv_ids(f"arXiv:{paper}") != [paper]:
                raise problems.refused(Code.NOT_AN_EPISODE, f"{row.kind}.papers: {paper[:80]}")


# What became of the files of a run, by code: of several files of one number, the first is taken.
Run = Mapping[str, ImportResult]


def preview_file(*, data: bytes, name: str, run: Run | None = None) -> ImportResult:
    """Return what importing a file would read. Touches no database; never raises for a bad file."""
    try:
        read = read_file(data=data, name=name)
    except Refused as refusal:
        return refusal_of(name, refusal)
    found = [problem_json(problem) for problem in read.problems]
    if taken := taken_in_run(read, run or {}):
        found += taken.problems
    return ImportResult(name, "parsed", read.document.code, tuple(found), read.document, sha256=read.sha256)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read: its rows, and the HTML of those that no import has stored yet."""

    read: Read
    rows: list[FlatRow]
    html: dict[int, Html]


def prepare(*, data: bytes, name: str) -> Prepared | ImportResult:
    """Do all of an import that takes long and needs no lock; return the refusal of a bad file."""
    try:
        read = read_file(data=data, name=name)
    except Refused as refusal:
        return refusal_of(name, refusal)
    rows = _in_own_words(read, flatten(read.document))
    try:
        html = rendered_ahead(rows, episode_kind=read.document.kind, number=read.document.number)
    except TextTooLong as error:
        return refusal_of(name, problems.refused(Code.TOO_LARGE, str(error)), read.document.code)
    return Prepared(read, rows, html)


def _in_own_words(read: Read, rows: list[FlatRow]) -> list[FlatRow]:
    """Return the rows of a file; of one that was exported here, in the words that it was exported from."""
    if decode.kind_of(read.name) not in ("md", "txt") or GENERATED_START not in read.text:
        return rows
    episode = Episode.objects.filter(kind=read.document.kind, number=read.document.number).first()
    if episode is None:
        return rows
    try:
        came_back = reader.read(export(episode, "github").text, name=f"{episode.code}.md").document
    except TextTooLong:
        return rows
    return in_own_words(rows, standing=[stored.flat for stored in rows_of(episode)], came_back=came_back)


def import_file(
    *, data: bytes, name: str, by: Actor, now: datetime, replace: bool = False, run: Run | None = None
) -> ImportResult:
    """Read one file and store it in one transaction; a bad file is a result with status "refused", not an error.

    `replace` lets the file take over a number that another document holds, but for those of the same `run`.
    Raises PermissionDenied.
    """
    require(can_import(by), _("Only organizers import documents."))
    return import_prepared(file=prepare(data=data, name=name), by=by, now=now, replace=replace, run=run)


def import_prepared(
    *, file: Prepared | ImportResult, by: Actor, now: datetime, replace: bool = False, run: Run | None = None
) -> ImportResult:
    """Store what prepare returned, as import_file does. Raises PermissionDenied."""
    require(can_import(by), _("Only organizers import documents."))
    if isinstance(file, ImportResult):
        return file
    read = file.read
    if taken := taken_in_run(read, run or {}):
        return taken
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return _store(file, by=by, now=now, replace=replace)
        except (IntegrityError, OperationalError):  # somebody was faster, or PostgreSQL chose us of a deadlock
            if attempt == TRIES:
                raise
        except TextTooLong as error:
            return refusal_of(read.name, problems.refused(Code.TOO_LARGE, str(error)), read.document.code)
    raise AssertionError("unreachable")


def _store(file: Prepared, *, by: Actor, now: datetime, replace: bool) -> ImportResult:
    read, document = file.read, file.read.document
    sha256 = read.sha256
    episode = Episode.objects.under_lock().filter(kind=document.kind, number=document.number).first()
    is_new = episode is None
    current = None
    if episode is None:
        episode = _new_episode(document, now=now)
    else:
        current = SourceDocument.objects.current().filter(episode=episode).first()
        if not replace and not _is_same(read, current):
            return _taken(read, current)
    outcome = store(episode=episode, rows=file.rows, by=by, now=now, html=file.html, is_new=is_new)
    status = "created" if is_new else "unchanged" if outcome.is_nothing else "updated"
    found = _problems_of(read, outcome)
    if current is None or current.sha256 != sha256:
        _keep_source(read, episode, found, by=by, now=now)
        status = "created" if is_new else "updated"
    elif current.problems != found:
        current.problems = found
        current.save(update_fields=["problems"])
    if status != "unchanged":
        values = {"key": episode.code, "after": {"file": read.name, "sha256": sha256, "state": episode.state}}
        keep(record(by=by, now=now, verb="import", kind="episode", reason="imported", **values), outcome.rows)
    return ImportResult(read.name, status, document.code, tuple(found), document, episode=episode, sha256=sha256)


def _new_episode(document: EpisodeDoc, *, now: datetime) -> Episode:
    """An episode of the past is published, one of the future collects (design, "Episode states")."""
    is_future = document.starts_at is not None and document.starts_at > now
    return Episode.objects.create(
        kind=document.kind,
        number=document.number,
        code=document.code,
        state=EpisodeState.COLLECTING if is_future else EpisodeState.PUBLISHED,
        created_at=now,
        changed_at=now,
    )


def _keep_source(read: Read, episode: Episode, found: list[dict[str, Any]], *, by: Actor, now: datetime) -> None:
    SourceDocument.objects.current().filter(episode=episode).update(is_current=False)
    SourceDocument.objects.create(
        episode=episode,
        name=read.name,
        data=read.data,
        sha256=read.sha256,
        encoding=read.encoding,
        text=read.text.replace("\0", ""),
        document=model.to_json(read.document),
        problems=found,
        imported_at=now,
        imported_by=by if isinstance(by, Person) else None,
    )


def _problems_of(read: Read, outcome: Outcome) -> list[dict[str, Any]]:
    """Return every doubt about the file, and where the episode now says something else than it."""
    found = [problem_json(problem) for problem in read.problems]
    for conflict in outcome.conflicts:
        said = [
            _("Changed here and in the file; the text here stays."),
            about(_("Here"), conflict.theirs),
            about(_("In the file"), conflict.yours),
        ]
        found.append(
            {
                "line": None,
                "code": "conflict",
                "message": "\n".join(said),
                "theirs": conflict.theirs,
                "yours": conflict.yours,
            }
        )
    for text in outcome.gone:
        message = about(_("No longer in the file; it stays here, marked."), text)
        found.append({"line": None, "code": "gone", "message": message})
    for text in outcome.hidden:
        message = about(_("Under review or withdrawn here; it was left out."), text)
        found.append({"line": None, "code": "hidden", "message": message})
    return found


def refusal_of(name: str, refusal: Refused, code: str | None = None) -> ImportResult:
    """Return the result of a file that was refused."""
    problem = Problem(None, refusal.code, refusal.message, refusal.detail)
    return ImportResult(name, "refused", code, (problem_json(problem),))


def taken_by(read: Read) -> ImportResult | None:
    """Return the refusal of a file whose number another document holds, None when it may be stored."""
    document = read.document
    episode = Episode.objects.filter(kind=document.kind, number=document.number).first()
    current = SourceDocument.objects.current().filter(episode=episode).defer("data", "text", "document").first()
    return None if episode is None or _is_same(read, current) else _taken(read, current)


def taken_in_run(read: Read, run: Run) -> ImportResult | None:
    """Return the refusal of a file whose number another file of the same run has, None when there is none."""
    first = run.get(read.document.code)
    if first is None or first.sha256 == read.sha256:
        return None
    message = _("%(code)s was read from %(name)s already; of several files of one number the first is taken.")
    return _refusal(read, message % {"code": first.code, "name": first.file})


def _is_same(read: Read, current: SourceDocument | None) -> bool:
    """A file of the same name or with the same bytes is the document that holds the number."""
    return current is not None and (current.name == read.name or current.sha256 == read.sha256)


def _taken(read: Read, current: SourceDocument | None) -> ImportResult:
    if current is None:
        message = _("%(code)s was made on this site and comes from no file.")
    else:
        message = _("%(code)s comes from another file, %(name)s.")
    return _refusal(read, message % {"code": read.document.code, "name": current.name if current else ""})


def _refusal(read: Read, message: str) -> ImportResult:
    problem = {"line": None, "code": NUMBER_TAKEN, "message": message}
    return ImportResult(read.name, "refused", read.document.code, (problem,))
