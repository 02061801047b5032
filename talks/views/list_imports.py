"""The import page of reading lists: what is read of a file is shown first; only what is confirmed is stored."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.models import Person
from members.rules import check_text, invalid
from papers.actions.list_imports import (
    MAX_BYTES,
    NAME_LIMIT,
    ListResult,
    ReadFile,
    check_slug,
    import_list,
    merged_with,
    problem_json,
    read_file,
)
from papers.lists.model import EntryDoc, Problem, Refused
from papers.models import ReadingList
from papers.rules import can_import_lists
from talks.actions import uploads
from talks.views.visitor import visitor

PASTED = "README.md"
FIELDS = ("slug", "title")
# A list of the community has a thousand entries; so many show whether it was read well.
SHOWN = 40


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """The form that takes a README, and what was read of it; `again` brings the form back."""
    by = _organizer(request)
    values = {name: request.POST.get(name, "") for name in (*FIELDS, "text")}
    values["slug"] = values["slug"] or request.GET.get("slug", "")
    errors: dict[str, list[str]] = {}
    if request.method == "POST" and "again" not in request.POST:
        try:
            name, data = _sent(request)
            file = read_file(data=data, name=name)
            upload = f"{uploads.keep(data=data, by=by, now=timezone.now())}:{name}"
            shown = {**values, **_preview(file, values["slug"]), "upload": upload}
            return render(request, "talks/list_import_preview.html", shown)
        except ValidationError as error:
            errors = error.message_dict
        except Refused as refusal:
            problem = Problem(None, refusal.code, refusal.message, refusal.detail)
            errors = {"file": [problem_json(problem)["message"]]}
    context = {**values, "errors": errors, "megabytes": MAX_BYTES // 1024 // 1024}
    return render(request, "talks/list_import.html", context, status=400 if errors else 200)


@require_POST
@login_required
def store(request: HttpRequest) -> HttpResponse:
    """Store what was confirmed and lead to the list, where the doubts and conflicts stand."""
    by = _organizer(request)
    key, _colon, name = request.POST.get("upload", "").partition(":")
    data = uploads.fetch(key=key, by=by)
    try:
        if data is None:
            raise invalid("file", _("The preview is older than a day; choose the file again."), "expired")
        sent = {field: request.POST.get(field, "") for field in FIELDS}
        result = import_list(data=data, name=_name(name), **sent, by=by, now=timezone.now())
    except ValidationError as error:
        context = {**request.POST.dict(), "errors": error.message_dict, "megabytes": MAX_BYTES // 1024 // 1024}
        return render(request, "talks/list_import.html", context, status=400)
    if result.reading_list is None:
        context = {"errors": {"file": [problem["message"] for problem in result.problems]}}
        return render(request, "talks/list_import.html", context, status=400)
    _tell(request, result)
    merged = [problem for problem in result.problems if problem["code"] in ("conflict", "gone")]
    if merged:
        return render(request, "talks/list_import_result.html", {"list": result.reading_list, "merged": merged})
    return redirect(result.reading_list)


def _tell(request: HttpRequest, result: ListResult) -> None:
    said = {
        "created": _("The list is stored."),
        "updated": _("The list is merged with the file."),
        "unchanged": _("The file says nothing that the list does not say already."),
    }
    messages.success(request, said[result.status])


def _organizer(request: HttpRequest) -> Person:
    person = visitor(request)
    if person is None or not can_import_lists(person):
        raise PermissionDenied(_("Only organizers import reading lists."))
    return person


def _sent(request: HttpRequest) -> tuple[str, bytes]:
    """Return the name and the bytes that were sent. Raises ValidationError naming the field."""
    check_slug(request.POST.get("slug", ""))
    check_text(request.POST.get("title", ""), field="title", limit=NAME_LIMIT)
    file = request.FILES.get("file")
    if file is not None:
        return _name(file.name or ""), file.read(MAX_BYTES + 1)
    if text := request.POST.get("text", "").replace("\r\n", "\n"):
        return PASTED, text.encode()
    raise invalid("file", _("Choose a file or paste a text."), "required")


def _name(name: str) -> str:
    return check_text(name.rpartition("/")[2], field="file", limit=NAME_LIMIT, required=True)


def _preview(file: ReadFile, slug: str) -> dict[str, Any]:
    left, sections = SHOWN, []
    for section in file.document.sections:
        entries: tuple[EntryDoc, ...] = section.entries[:left]
        left -= len(entries)
        sections.append((section, entries, len(section.entries)))
    return {
        "file": file,
        "sections": sections,
        "counts": {
            "sections": sum(1 for section in file.document.sections if section.level),
            "entries": len(file.document.entries),
            "papers": len(file.papers),
        },
        "doubts": [problem_json(problem) for problem in file.problems],
        "merged": merged_with(file, slug),
        "standing": ReadingList.objects.visible_to(None).filter(slug=slug).first(),
        "is_cut": len(file.document.entries) > SHOWN,
    }
