"""A file becomes a reading list: it is read, weighed against what stands, and stored whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.validators import validate_slug
from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from markup import decode, links
from markup.html import TextTooLong
from members.actions.events import record
from members.actors import Actor
from members.models import Person
from members.rules import check_text, in_one, invalid
from papers.actions.list_forecast import foresee
from papers.actions.list_papers import link_entries
from papers.actions.list_store import Outcome, store
from papers.actions.stubs import find_or_stub
from papers.lists import problems, writer
from papers.lists.heads import Head, read_head
from papers.lists.model import ListDoc, Problem, Refused
from papers.lists.problems import Code
from papers.lists.reader import read
from papers.models import ListSource, ReadingList
from papers.rules import can_import_lists

# The largest list of the community is 1 MB.
MAX_BYTES = 2 * 1024 * 1024
NAME_LIMIT = 200
SLUG_LIMIT = 80
RESERVED = {"import"}  # a page of its own under /lists/
TRIES = 3


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was understood. `papers` are all valid arXiv identifiers in its text."""

    name: str
    data: bytes
    encoding: str
    document: ListDoc
    papers: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class ListResult:
    """What became of a file; `as_json` is the public contract."""

    status: str
    sections: int = 0
    entries: int = 0
    papers: int = 0
    problems: tuple[dict[str, Any], ...] = ()
    reading_list: ReadingList | None = field(default=None, compare=False)

    @property
    def is_refused(self) -> bool:
        return self.status == "refused"

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "sections": self.sections,
            "entries": self.entries,
            "papers": self.papers,
            "problems": list(self.problems),
        }


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as the contract has it, its sentence in the reader's language."""
    message = _(problem.message)
    return {
        "line": problem.line,
        "code": problem.code,
        "message": f"{message} {problem.detail}" if problem.detail else message,
    }


def read_file(*, data: bytes, name: str) -> ReadFile:
    """Return what a file says. Raises Refused with the reason."""
    if len(data) > MAX_BYTES:
        raise problems.refused(Code.TOO_LARGE, f"> {MAX_BYTES // 1024 // 1024} MiB")
    try:
        decoded = decode.decode(data)
    except decode.Undecodable as error:
        raise problems.refused(Code(error.code), error.detail) from error
    reading = read(decoded.text)
    if not reading.document.entries:
        raise problems.refused(Code.NO_ENTRIES)
    doubts = [problems.problem(Code(doubt.code), doubt.line, doubt.detail) for doubt in decoded.doubts]
    doubts += problems.problems_of(decoded.text, reading.document, reading.claims)
    papers = tuple(links.arxiv_ids(decoded.text))
    return ReadFile(name, data, decoded.encoding, writer.normal(reading.document), papers, tuple(doubts))


def preview_list(*, data: bytes, name: str, slug: str = "") -> ListResult:
    """Return what importing a file would read, and with `slug` what it would report of the list that stands there.

    Without it no database is touched. Never raises for a bad file.
    """
    try:
        file = read_file(data=data, name=name)
    except Refused as refusal:
        return _refusal(refusal)
    merged = merged_with(file, slug) if slug else ()
    return _result("parsed", file, (*map(problem_json, file.problems), *merged))


def merged_with(file: ReadFile, slug: str) -> tuple[dict[str, Any], ...]:
    """Return the conflicts that storing a file as the list `slug` would report, and what is gone. Only reads."""
    found = ReadingList.objects.filter(slug=slug).first()
    if found is None:
        return ()
    return _merged(foresee(reading_list=found, document=_headed(file.document, found)))


def import_list(*, data: bytes, name: str, slug: str, by: Actor, now: datetime, title: str = "") -> ListResult:
    """Read a file and store it as the list `slug` in one transaction; a bad file is a result with status "refused".

    Raises PermissionDenied, and ValidationError for a slug or title that no list can have.
    """
    if not can_import_lists(by):
        raise PermissionDenied(_("Only organizers import reading lists."))
    check_slug(slug)
    check_text(title, field="title", limit=NAME_LIMIT)
    try:
        file = read_file(data=data, name=name)
    except Refused as refusal:
        return _refusal(refusal)
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return _store(file, slug=slug, title=" ".join(title.split()), by=by, now=now)
        except (IntegrityError, OperationalError):  # somebody was faster, or PostgreSQL chose us of a deadlock
            if attempt == TRIES:
                raise
        except TextTooLong as error:
            said = _("One of its texts has %(length)s characters; %(limit)s are possible.")
            counts = {"length": error.length, "limit": error.limit}
            refused = problems.refused(Code.TOO_LARGE)
            return _refusal(Refused(refused.code, in_one([_(refused.message), said % counts])))
    raise AssertionError("unreachable")


def check_slug(slug: str) -> None:
    """Raise ValidationError unless the slug can stand in an address."""
    try:
        validate_slug(slug)
    except Exception as error:
        raise invalid("slug", _("Use letters, digits, - and _ for the address of a list."), "invalid") from error
    if slug in RESERVED:
        raise invalid("slug", _("This address is a page of its own; choose another."), "taken")
    if len(slug) > SLUG_LIMIT:
        raise invalid("slug", _("At most %(limit)d characters.") % {"limit": SLUG_LIMIT}, "too_long")


def _store(file: ReadFile, *, slug: str, title: str, by: Actor, now: datetime) -> ListResult:
    found = ReadingList.objects.select_for_update().filter(slug=slug).first()
    is_new, is_renamed = found is None, False
    document = file.document
    if found is None:
        named = title or _plain(document.title) or slug
        found = ReadingList.objects.create(
            slug=slug,
            title=named[:NAME_LIMIT],
            maker=by if isinstance(by, Person) else None,
            created_at=now,
            changed_at=now,
        )
    elif title and title != found.title:
        record(by=by, now=now, verb="rename", kind="reading_list", key=slug, before=found.title, after=title)
        is_renamed = True
        found.title, found.version, found.changed_at = title, found.version + 1, now
        found.save(update_fields=["title", "version", "changed_at"])
    document = _headed(document, found)
    outcome = store(reading_list=found, document=document, by=by, now=now)
    find_or_stub(file.papers, now=now)
    link_entries(sorted({entry.arxiv_id for entry in document.entries if entry.arxiv_id}), now=now)
    status = "created" if is_new else "unchanged" if outcome.is_nothing and not is_renamed else "updated"
    if status != "unchanged":
        _keep_source(file, found, by=by, now=now)
        after = {"file": file.name, "sha256": file.sha256, "entries": len(document.entries)}
        record(by=by, now=now, verb="import", kind="reading_list", key=slug, after=after)
    problems_found = (*map(problem_json, file.problems), *_merged(outcome))
    return _result(status, file, problems_found, reading_list=found)


def _headed(document: ListDoc, found: ReadingList) -> ListDoc:
    """A file without a headline says nothing about it."""
    if document.title:
        return document
    return writer.normal(replace(document, title=found.heading or found.title))


def _plain(title: str) -> str:
    """The words of a headline without Markdown."""
    head: Head | None = read_head(title, {})
    return " ".join(title.split()) if head is None or head.lead != "link" else head.title


def _keep_source(file: ReadFile, reading_list: ReadingList, *, by: Actor, now: datetime) -> None:
    ListSource.objects.filter(reading_list=reading_list, is_current=True).update(is_current=False)
    ListSource.objects.create(
        reading_list=reading_list,
        name=file.name,
        data=file.data,
        sha256=file.sha256,
        encoding=file.encoding,
        problems=[problem_json(problem) for problem in file.problems],
        imported_at=now,
        imported_by=by if isinstance(by, Person) else None,
    )


def _merged(outcome: Outcome) -> tuple[dict[str, Any], ...]:
    """Where the list says something else than the file."""
    found: list[dict[str, Any]] = []
    here, there = _("Here:"), _("In the file:")
    for conflict in outcome.conflicts:
        message = _("Changed here and in the file; the text here stays.")
        found.append(
            {
                "line": conflict.line,
                "code": "conflict",
                "message": f"{message}\n{here} {conflict.theirs}\n{there} {conflict.yours}",
                "theirs": conflict.theirs,
                "yours": conflict.yours,
            }
        )
    for text in outcome.gone:
        message = _("No longer in the file; it stays here, marked.")
        found.append({"line": None, "code": "gone", "message": f"{message} {text}"})
    return tuple(found)


def _result(
    status: str, file: ReadFile, found: tuple[dict[str, Any], ...], *, reading_list: ReadingList | None = None
) -> ListResult:
    document = file.document
    headings = sum(1 for section in document.sections if section.level)
    return ListResult(status, headings, len(document.entries), len(file.papers), found, reading_list)


def _refusal(refusal: Refused) -> ListResult:
    problem = Problem(None, refusal.code, refusal.message, refusal.detail)
    return ListResult("refused", problems=(problem_json(problem),))
