"""Reading lists: all of them, one with everything on it, and the forms to edit it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.actors import Actor, actor_of
from members.conflicts import gone_on
from members.forms import sent
from members.models import Person
from members.rules import may_write, require
from papers.actions import list_order as order
from papers.actions import list_sections as headings
from papers.actions import lists as actions
from papers.export import SUFFIXES, export, rows_of
from papers.forms import EntryForm, ListForm, PlaceForm, SectionForm, entry_initial
from papers.lists.shown import is_contents
from papers.models import ListEntry, ListSection, ListSource, ReadingList
from papers.rules import can_edit_list, can_import_lists

STEPS = {"up": -1, "down": 1}
VERBS = (*STEPS, "move", "remove", "restore")
CONTENT_TYPES = {"readme": "text/markdown", "bibtex": "application/x-bibtex", "json": "application/json"}


@dataclass(slots=True)
class Group:
    """Entries of a section under one word, or under none."""

    title: str
    entries: list[ListEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section as the page shows it."""

    section: ListSection
    groups: list[Group]

    @property
    def anchor(self) -> str:
        return f"section-{self.section.pk}"

    @property
    def count(self) -> int:
        return sum(len(group.entries) for group in self.groups)

    @property
    def depth(self) -> int:
        """The level of its heading on the page: 2 to 4."""
        return min(max(self.section.level, 2), 4)


def visible(request: HttpRequest) -> Any:
    person = actor_of(request.user)
    return ReadingList.objects.visible_to(person if isinstance(person, Person) else None)


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Every list with its counts; signed-in people may begin one."""
    by = actor_of(request.user)
    form = ListForm(request.POST or None)
    if request.method == "POST":
        made = _made_list(form, by)
        if made is not None:
            return redirect(f"{made.get_absolute_url()}?edit=1")
    context = {
        "lists": visible(request).with_counts().order_by("-changed_at", "slug"),
        "form": form if may_write(by) else None,
        "may_import": can_import_lists(by),
    }
    return render(request, "papers/lists.html", context, status=400 if form.errors else 200)


def _made_list(form: ListForm, by: Actor) -> ReadingList | None:
    if not form.is_valid():
        return None
    try:
        return actions.create_list(**form.cleaned_data, by=by, now=timezone.now())
    except ValidationError as error:
        form.add_error(None, error)
        return None


@require_safe
def reading_list(request: HttpRequest, slug: str) -> HttpResponse:
    """One list, whole. `?edit=1` shows its editors the buttons."""
    row = get_object_or_404(visible(request).with_counts(), slug=slug)
    may_edit = can_edit_list(actor_of(request.user), row)
    sections, entries = rows_of(row)
    is_editing = may_edit and request.GET.get("edit") == "1"
    # The contents that an imported README writes out are text of the list; the page has its own.
    kept = [each for each in sections if is_editing or entries[each.pk] or not is_contents(each.title)]
    shown = [ShownSection(section, _groups(entries[section.pk])) for section in kept]
    context = {
        "list": row,
        "sections": shown,
        "may_edit": may_edit,
        "is_editing": is_editing,
        "removed": _removed(row) if is_editing else [],
        "removed_sections": _removed_sections(row) if is_editing else [],
        "source": ListSource.objects.filter(reading_list=row, is_current=True).defer("data").first(),
    }
    return render(request, "papers/list.html", context)


def _groups(entries: list[ListEntry]) -> list[Group]:
    groups: list[Group] = []
    for entry in entries:
        if not groups or groups[-1].title != entry.group:
            groups.append(Group(entry.group))
        groups[-1].entries.append(entry)
    return groups


def _removed(row: ReadingList) -> Any:
    rows = ListEntry.objects.filter(section__reading_list=row, section__deleted_at=None).exclude(deleted_at=None)
    return rows.order_by("-deleted_at")[:50]


def _removed_sections(row: ReadingList) -> Any:
    return ListSection.objects.filter(reading_list=row).exclude(deleted_at=None).order_by("-deleted_at")[:50]


@require_safe
def text(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """The list as a README, BibTeX or JSON."""
    row = get_object_or_404(visible(request), slug=slug)
    response = HttpResponse(export(row, form), content_type=f"{CONTENT_TYPES[form]}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{row.slug}.{SUFFIXES[form]}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: HttpRequest, slug: str, section: int) -> HttpResponse:
    """The form of a new entry."""
    row = _editable(request, slug)
    place = get_object_or_404(ListSection, pk=section, reading_list=row, deleted_at=None)
    by = actor_of(request.user)
    form = EntryForm(request.POST or None, initial={"kind": "paper"})
    made = sent(form, lambda: actions.add_entry(section=place, values=form.values(), by=by, now=timezone.now()))
    if made is not None:
        messages.success(request, _("It stands on the list."))
        return redirect(_back(row, made))
    context = {"list": row, "section": place, "form": form}
    return render(request, "papers/list_entry.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def entry(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The form of an entry that stands; two edits at once show both texts."""
    row, found = _entry(request, slug, pk)
    form = EntryForm(request.POST or None, initial=entry_initial(found))
    conflict: dict[str, Any] = {}
    by = actor_of(request.user)
    changed = sent(
        form,
        lambda: actions.edit_entry(
            entry=found,
            version=form.cleaned_data["version"] or 0,
            values=form.values(),
            by=by,
            now=timezone.now(),
        ),
        conflict,
    )
    if changed is not None:
        messages.success(request, _("The entry is changed."))
        return redirect(_back(row, changed))
    clash = None
    if conflict:
        found.refresh_from_db()
        form, clash = gone_on(form, EntryForm, entry_initial(found))
    context = {"list": row, "section": found.section, "entry": found, "form": form, "clash": clash}
    status = 409 if clash else 400 if form.errors else 200
    return render(request, "papers/list_entry.html", context, status=status)


@require_POST
@login_required
def change(request: HttpRequest, slug: str, pk: int, verb: str) -> HttpResponse:
    """Move, remove or bring back an entry by a button, or put it where it was drawn to."""
    row, found = _entry(request, slug, pk)
    by, now = actor_of(request.user), timezone.now()
    if verb in STEPS:
        version = _sent_place(request)["version"]
        _moved(request, lambda: order.move_entry(entry=found, steps=STEPS[verb], version=version, by=by, now=now))
    elif verb == "move":
        place = _sent_place(request)
        place["section"] = place["section"] or found.section_id
        _moved(request, lambda: order.place_entry(entry=found, **place, by=by, now=now))
    elif verb == "remove":
        actions.remove_entry(entry=found, by=by, now=now)
        messages.success(request, _("Removed. It can be brought back at the end of the page."))
        return redirect(_at_section(row, found.section))
    else:
        actions.restore_entry(entry=found, by=by, now=now)
    return redirect(_back(row, found))


@require_POST
@login_required
def change_section(request: HttpRequest, slug: str, pk: int, verb: str) -> HttpResponse:
    """Move, remove or bring back a section by a button, or put it where it was drawn to."""
    row, found = _section(request, slug, pk)
    by, now, place = actor_of(request.user), timezone.now(), _sent_place(request)
    version = place["version"]
    if verb in STEPS:
        _moved(request, lambda: order.move_section(section=found, steps=STEPS[verb], version=version, by=by, now=now))
    elif verb == "move":
        behind = place["behind"]
        _moved(request, lambda: order.place_section(section=found, behind=behind, version=version, by=by, now=now))
    elif verb == "remove":
        if _moved(request, lambda: headings.remove_section(section=found, by=by, now=now)):
            messages.success(
                request, _("The heading is removed; what stood under it is kept. It can be brought back below.")
            )
            return redirect(f"{row.get_absolute_url()}?edit=1")
    else:
        headings.restore_section(section=found, by=by, now=now)
    return redirect(_at_section(row, found))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add_section(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a new heading."""
    row = _editable(request, slug)
    form = SectionForm(request.POST or None)
    by = actor_of(request.user)
    made = sent(form, lambda: headings.add_section(reading_list=row, **form.values(), by=by, now=timezone.now()))
    if made is not None:
        return redirect(_at_section(row, made))
    context = {"list": row, "form": form, "is_heading": True}
    return render(request, "papers/list_entry.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_section(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The form of a heading that stands; two edits at once show both texts."""
    row, found = _section(request, slug, pk)
    if found.deleted_at is not None or not found.level:
        raise Http404
    form = SectionForm(request.POST or None, section=found)
    conflict: dict[str, Any] = {}
    by = actor_of(request.user)
    changed = sent(
        form,
        lambda: headings.edit_section(
            section=found,
            version=form.cleaned_data["version"] or 0,
            **form.values(),
            by=by,
            now=timezone.now(),
        ),
        conflict,
    )
    if changed is not None:
        messages.success(request, _("The heading is changed."))
        return redirect(_at_section(row, changed))
    clash = None
    if conflict:
        found.refresh_from_db()
        standing = SectionForm(section=found).initial
        form, clash = gone_on(form, lambda data: SectionForm(data, section=found), standing)
    context = {"list": row, "section": found, "form": form, "is_heading": True, "clash": clash}
    status = 409 if clash else 400 if form.errors else 200
    return render(request, "papers/list_entry.html", context, status=status)


def _sent_place(request: HttpRequest) -> dict[str, Any]:
    """Return the place that was sent; a number that is none is as good as not sent, and the version is then wrong."""
    form = PlaceForm(request.POST)
    return form.cleaned_data if form.is_valid() else {"section": None, "behind": None, "version": 0}


def _moved(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Do it and say whether it was done; somebody who was faster is told of on the page that comes next."""
    try:
        act()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return False
    return True


def _editable(request: HttpRequest, slug: str) -> ReadingList:
    row: ReadingList = get_object_or_404(visible(request), slug=slug)
    require(can_edit_list(actor_of(request.user), row), _("Only organizers and the maker of a list edit it."))
    return row


def _entry(request: HttpRequest, slug: str, pk: int) -> tuple[ReadingList, ListEntry]:
    row = _editable(request, slug)
    found = ListEntry.objects.filter(section__reading_list=row).select_related("section__reading_list")
    return row, get_object_or_404(found, pk=pk)


def _section(request: HttpRequest, slug: str, pk: int) -> tuple[ReadingList, ListSection]:
    row = _editable(request, slug)
    return row, get_object_or_404(ListSection.objects.select_related("reading_list"), pk=pk, reading_list=row)


def _at_section(row: ReadingList, found: ListSection) -> str:
    return f"{row.get_absolute_url()}?edit=1#section-{found.pk}"


def _back(row: ReadingList, found: ListEntry) -> str:
    return f"{row.get_absolute_url()}?edit=1#entry-{found.pk}"
