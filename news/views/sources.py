"""Sources: all of them with how they are doing, one with its runs, and the forms of organizers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from markup import links
from members.actors import Actor, actor_of
from members.conflicts import gone_on
from members.forms import sent
from members.models import Person
from members.rules import StateRefusal, in_one, require
from news import discovery, stories
from news.actions import collect
from news.actions import sources as actions
from news.entries import Entry, Unreadable
from news.forms import PRESETS, NewSourceForm, SourceForm, initial_of
from news.models import FetchRun, Sighting, Source
from news.rules import may_manage_sources
from news.sources import recognise
from outbound.client import Failed, Refused

VERBS = ("run", "pause", "resume", "remove", "restore")
RUNS, ENTRIES, TRIED = 30, 20, 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A source with the run that ended last."""

    source: Any
    run: FetchRun | None

    @property
    def site(self) -> str:
        """Where readers find it: its site, else the page its feed stands on."""
        return self.source.site_url or (self.source.address if self.source.kind == "feed" else "")


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that a page names, as a source to be added."""

    kind: str
    address: str
    name: str
    url: str
    is_known: bool


def viewer(request: HttpRequest) -> Person | None:
    person = actor_of(request.user)
    return person if isinstance(person, Person) else None


def with_runs(sources: Iterable[Any]) -> list[Shown]:
    """Each source with its last run, in one query."""
    rows = list(sources)
    runs = FetchRun.objects.defer("problems").in_bulk([row.last_run_id for row in rows if row.last_run_id])
    return [Shown(row, runs.get(row.last_run_id)) for row in rows]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every source with its last look; organizers also see what was removed."""
    person = viewer(request)
    rows = Source.objects.visible_to(person).with_last_run().order_by("name", "pk")
    shown = with_runs(rows)
    context = {
        "sources": [one for one in shown if one.source.deleted_at is None],
        "removed": [one.source for one in shown if one.source.deleted_at is not None],
        "may_manage": person is not None and may_manage_sources(person),
    }
    return render(request, "news/sources.html", context)


@require_safe
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One source: its runs, the problems of the newest run that has any, and its last entries."""
    person = viewer(request)
    row: Any = get_object_or_404(Source.objects.visible_to(person).with_last_run(), slug=slug)
    runs = list(FetchRun.objects.visible_to(person).filter(source=row).newest_first()[:RUNS])
    context = {
        "source": row,
        "shown": Shown(row, next((run for run in runs if run.pk == row.last_run_id), None)),
        "runs": runs,
        "doubtful": next((run for run in runs if run.problems), None),
        "entries": Sighting.objects.visible_to(person).filter(source=row).newest_first()[:ENTRIES],
        "may_manage": person is not None and may_manage_sources(person),
    }
    return render(request, "news/source.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: HttpRequest) -> HttpResponse:
    """Add a source: by one press, from the feeds of a page, or by hand."""
    by = organizer(request)
    context: dict[str, Any] = {"page": request.POST.get("page", "")}
    form = NewSourceForm()
    if "page" in request.POST:
        context |= _found_on(context["page"].strip())
    elif request.method == "POST":
        form = NewSourceForm(request.POST)
        made = sent(form, lambda: _add(form, by))
        if made is not None:
            messages.success(request, _("Added. It is asked for the first time within a minute."))
            return redirect(made)
    known = set(Source.objects.current().values_list("kind", "address"))
    context |= {"form": form, "presets": [one for one in PRESETS if (one.kind, one.address) not in known]}
    return render(request, "news/source_add.html", context, status=400 if form.errors or "error" in context else 200)


def _add(form: NewSourceForm, by: Actor) -> Source:
    values = form.values()
    kind = form.cleaned_data["kind"]
    slug = form.cleaned_data["slug"] or actions.free_slug(kind=kind, address=values["address"], name=values["name"])
    return actions.add(kind=kind, slug=slug, by=by, now=timezone.now(), **values)


def _found_on(page: str) -> dict[str, Any]:
    """The feeds of a page, or why there are none."""
    try:
        feeds = discovery.discover(page)
    except (Refused, Failed, Unreadable) as error:
        return {"error": str(error)}
    if not feeds:
        return {"error": _("No feed was found there: neither named by the page nor in the usual places.")}
    known = set(Source.objects.current().values_list("kind", "address"))
    site = "" if feeds[0].url == page else page
    found = []
    for feed in feeds:
        kind, address = recognise(feed.url)
        name = (feed.title or links.host(feed.url))[: actions.LIMITS["name"]]
        found.append(Found(kind, address, name, feed.url, (kind, address) in known))
    return {"found": found, "site": site}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a source. `try` shows what the rules would do; two edits at once show both versions."""
    by = organizer(request)
    row = get_object_or_404(Source.objects.visible_to(viewer(request)).current(), slug=slug)
    form = SourceForm(request.POST or None, initial=initial_of(row))
    context: dict[str, Any] = {"source": row, "form": form}
    conflict: dict[str, Any] = {}
    if "try" in request.POST:
        if form.is_valid():
            context["tried"] = _tried(row, form)
    elif request.method == "POST":
        changed = sent(form, lambda: _edit(row, form, by), conflict)
        if changed is not None:
            messages.success(request, _("The source is changed; its rules hold for what nobody has decided on, too."))
            return redirect(changed)
    if conflict:
        row.refresh_from_db()
        context["form"], context["clash"] = gone_on(form, SourceForm, initial_of(row))
    return render(request, "news/source_edit.html", context, status=409 if conflict else 400 if form.errors else 200)


def _edit(row: Source, form: SourceForm, by: Actor) -> Source:
    version = form.cleaned_data["version"] or 0
    return actions.edit(source=row, version=version, by=by, now=timezone.now(), **form.values())


def _tried(row: Source, form: SourceForm) -> list[tuple[Entry, bool]]:
    """The last entries of a source, each with whether these rules would hide it."""
    last = Sighting.objects.filter(source=row).newest_first()[:TRIED]
    entries = [Entry(one.entry_key, one.url, one.title, one.summary, tuple(one.authors)) for one in last]
    words = {name: form.cleaned_data[name] for name in ("keep_words", "block_words")}
    return stories.dry_run(entries, **words)


@require_POST
@login_required
def change(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Run, pause, resume, remove or bring back a source by a button."""
    by = organizer(request)
    row = get_object_or_404(Source.objects.visible_to(viewer(request)), slug=slug)
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "run": (collect.start, _("It is being asked now. Look again in a moment.")),
        "pause": (actions.pause, _("It is asked no more until somebody resumes it.")),
        "resume": (actions.resume, _("It is asked again.")),
        "remove": (actions.remove, _("Removed. It can be brought back at the end of this page.")),
        "restore": (actions.restore, _("It is back.")),
    }
    act, said = acts[verb]
    more = {"reason": request.POST.get("reason", "").strip()} if verb == "pause" else {}
    try:
        act(source=row, by=by, now=timezone.now(), **more)
        messages.success(request, said)
    except ValidationError as error:
        messages.error(request, in_one(error.messages))
    except StateRefusal as refusal:
        messages.error(request, str(refusal))
    if request.POST.get("back") in ("sources", "ops"):
        return redirect(request.POST["back"])
    return redirect("sources") if verb == "remove" else redirect(row)


def organizer(request: HttpRequest) -> Actor:
    """Who sends this, an organizer. Raises PermissionDenied."""
    by = actor_of(request.user)
    require(may_manage_sources(by), _("Only organizers look after sources."))
    return by
