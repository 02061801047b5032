"""The import page: files are read and shown beside their source; only what is confirmed is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile, File
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.models import Person
from members.rules import check_text, in_one
from talks.actions import imports, uploads
from talks.actions.imports import ImportResult
from talks.documents import decode, pdf
from talks.documents.model import Refused
from talks.rules import can_import
from talks.views.preview import Preview, preview_of
from talks.views.visitor import visitor

FILES_AT_ONCE = 50
NAME_LIMIT = 200
PASTED = "pasted.md"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent: where it stands on the page, what it is called, where its bytes wait, what is in it."""

    anchor: str
    name: str
    value: str
    preview: Preview | None
    refused: ImportResult | None
    taken: ImportResult | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a confirmed file; `value` says where its bytes still wait, to take it after all."""

    value: str
    result: ImportResult

    @property
    def conflicts(self) -> list[dict[str, Any]]:
        return [problem for problem in self.result.problems if problem["code"] == "conflict"]

    @property
    def doubts(self) -> list[dict[str, Any]]:
        return [problem for problem in self.result.problems if problem["code"] != "conflict"]

    @property
    def is_taken(self) -> bool:
        return any(problem["code"] == imports.NUMBER_TAKEN for problem in self.result.problems)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """The form that takes files or pasted text, and the preview of what it was sent; `again` brings the text back."""
    by = _organizer(request)
    errors: dict[str, list[str]] = {}
    if request.method == "POST" and "again" not in request.POST:
        try:
            run: dict[str, ImportResult] = {}
            # Large files wait on the disk and are read one after the other: their bytes are never in memory together.
            sent = [_sent(f"f{place}", *file, by, run) for place, file in enumerate(_files_in(request), 1)]
            readable = sum(file.preview is not None for file in sent)
            pasted = {"pasted_name": request.POST.get("name", ""), "pasted": request.POST.get("text", "")}
            return render(request, "talks/import_preview.html", {"sent": sent, "readable": readable, **pasted})
        except ValidationError as error:
            errors = error.message_dict
    context = {
        "errors": errors,
        "pasted_name": request.POST.get("name", ""),
        "pasted": request.POST.get("text", ""),
        "megabytes": decode.MAX_BYTES // 1024 // 1024,
        "pdf_megabytes": pdf.MAX_BYTES // 1024 // 1024,
        "files_at_once": FILES_AT_ONCE,
    }
    return render(request, "talks/import.html", context, status=400 if errors else 200)


@require_POST
@login_required
def store(request: HttpRequest) -> HttpResponse:
    """Store what was confirmed, each file by itself, and say what became of each."""
    by = _organizer(request)
    replaced = set(request.POST.getlist("replace"))
    values = request.POST.getlist("upload")[:FILES_AT_ONCE]
    stored = [_store(value, by, replace=value in replaced) for value in values]
    return render(request, "talks/import_result.html", {"stored": stored})


def _organizer(request: HttpRequest) -> Person:
    person = visitor(request)
    if person is None or not can_import(person):
        raise PermissionDenied(_("Only organizers import documents."))
    return person


def _files_in(request: HttpRequest) -> list[tuple[str, File[bytes]]]:
    """Return what was sent, each with its name, and nothing read yet. Raises ValidationError naming the field."""
    files = request.FILES.getlist("files")
    if len(files) > FILES_AT_ONCE:
        message = _("At most %(n)d files at once; send the others afterwards.")
        raise ValidationError({"files": message % {"n": FILES_AT_ONCE}})
    found: list[tuple[str, File[bytes]]] = [(_name(file.name or "", "files"), file) for file in files]
    if text := request.POST.get("text", "").replace("\r\n", "\n"):
        name = _name(request.POST.get("name", "").strip() or PASTED, "name")
        found.append((name if "." in name else f"{name}.md", ContentFile(text.encode())))
    if not found:
        raise ValidationError({"files": _("Choose a file or paste a text.")})
    return found


def _name(name: str, field: str) -> str:
    return check_text(name.rpartition("/")[2], field=field, limit=NAME_LIMIT, required=True)


def _sent(anchor: str, name: str, file: File[bytes], by: Person, run: dict[str, ImportResult]) -> Sent:
    """Return one file with its preview and note its number in `run`, so that a second file of it can be told.

    Of a file that is too large only so much is read as shows it; the reader then refuses it by name.
    """
    data = file.read(max(decode.MAX_BYTES, pdf.MAX_BYTES) + 1)
    try:
        read = imports.read_file(data=data, name=name)
    except Refused as refusal:
        return Sent(anchor, name, "", None, imports.refusal_of(name, refusal), None)
    value = f"{uploads.keep(data=data, by=by, now=timezone.now())}:{name}"
    taken = imports.taken_by(read) or imports.taken_in_run(read, run)
    run.setdefault(read.document.code, ImportResult(name, "parsed", read.document.code, sha256=read.sha256))
    return Sent(anchor, name, value, preview_of(read), None, taken)


def _store(value: str, by: Person, *, replace: bool) -> Stored:
    key, _colon, name = value.partition(":")
    data = uploads.fetch(key=key, by=by)
    if data is None:
        message = _("The preview is older than a day; choose the file again.")
        problem = {"line": None, "code": "expired", "message": message}
        return Stored("", ImportResult(name[:NAME_LIMIT], "refused", problems=(problem,)))
    try:
        name = _name(name, "upload")
    except ValidationError as error:
        problem = {"line": None, "code": "unknown_type", "message": in_one(error.messages)}
        return Stored("", ImportResult("", "refused", problems=(problem,)))
    result = imports.import_file(data=data, name=name, by=by, now=timezone.now(), replace=replace)
    return Stored(value, result)
