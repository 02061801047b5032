"""What was done in an episode, act by act: read by everybody as far as they may, and brought back from there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.actors import ANONYMOUS, Actor
from members.keys import read_key
from members.models import Event, Person
from members.rules import is_organizer, may_write
from talks.actions import history
from talks.acts import KINDS, Change, acts_with_changes, changes_between, sentence_of, who_of
from talks.history import about_section, acts_in, load, taken_out
from talks.models import Answer, Episode, Item, KeptRow, Question, Section
from talks.models.history import KeptRowQuerySet
from talks.models.order import in_order
from talks.rules import REASON_LIMIT, can_edit, has_written, sections_to_run
from talks.states import KEPT, KIND_OF, states_of
from talks.views.acting import actor, attempt, way_back
from talks.views.visitor import visitor

PER_PAGE = 20
# How many rows the preview of a restored episode shows; it counts them all.
SHOWN = 60


@require_safe
@never_cache
def index(request: HttpRequest, code: str) -> HttpResponse:
    """The acts on an episode, the newest first; by section, person, kind of row, or of one row alone."""
    by, now = actor(request), timezone.now()
    episode = _found(request, code)
    if code != episode.code:
        return redirect("history", episode.code, permanent=True)
    kept = KeptRow.objects.visible_to(visitor(request)).filter(episode=episode)
    chosen = _chosen(request, episode)
    narrowed = kept.filter(chosen["about"])
    events = acts_in(narrowed)
    if chosen["person"] is not None:
        events = events.filter(person=chosen["person"])
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    rights = _Rights(by, episode)
    acts = acts_with_changes(page.object_list, narrowed)
    context = {
        **chosen,
        "episode": episode,
        "page": page,
        "acts": [(act, [(change, rights.may(change)) for change in act.changes]) for act in acts],
        "newest": kept.order_by("-event").values_list("event", flat=True).first(),
        "may_restore": rights.all and may_write(by),
        "taken": _taken(episode, now=now) if rights.all else [],
        "sections": list(in_order(Section.objects.filter(episode=episode))),
        "people": _people(kept),
        "kinds": [(kind, str(KINDS[kind])) for kind in KEPT],
    }
    return render(request, "talks/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def restore(request: HttpRequest, code: str, event: int) -> HttpResponse:
    """What changes when the whole episode becomes what it was after an act; a post with its number does it."""
    by, now = actor(request), timezone.now()
    episode = _found(request, code)
    if by is ANONYMOUS:
        return redirect_to_login(request.path)
    if not history.may_restore(by, episode):
        raise PermissionDenied(history.REFUSAL())
    act = _act(episode, event, visitor(request))
    outcome = None
    if request.method == "POST":
        typed, reason = request.POST.get("typed", ""), request.POST.get("reason", "")

        def do() -> str:
            history.restore_episode(episode=episode, event=event, typed=typed, by=by, now=now, reason=reason)
            return _("%(episode)s is as it was.") % {"episode": episode.label}

        outcome = attempt(do)
        if outcome.is_done:
            messages.success(request, outcome.said)
            return redirect("history", episode.code)
    differing = history.changes_of_episode(episode, event, now=now)
    shown = dict(list(differing.items())[:SHOWN])
    changes = changes_between(shown, load(shown))
    context = {
        "episode": episode,
        "event": act,
        "sentence": _sentence(act, episode),
        "who": who_of(act),
        "changes": changes,
        "count": len(differing),
        "more": len(differing) - len(changes),
        "outcome": outcome,
        "reason_limit": REASON_LIMIT,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "talks/history_restore.html", context, status=outcome.status if outcome else 200)


@require_POST
def restore_row(request: HttpRequest, code: str, event: int, kind: str, key: int) -> HttpResponse:
    """Let one row be as it was after an act."""
    by, now = actor(request), timezone.now()
    episode = _found(request, code)
    page = _page_of_row(episode, kind, str(key))
    if by is ANONYMOUS:
        return redirect_to_login(page)
    _act(episode, event, visitor(request))
    version = read_key(request.POST.get("version")) or None

    def do() -> str:
        history.restore_row(kind=kind, key=str(key), event=event, by=by, now=now, version=version)
        return _("It is as it was.")

    return _answered(request, do, page)


@require_POST
def bring_back(request: HttpRequest, code: str) -> HttpResponse:
    """Bring back what was taken out."""
    by, now = actor(request), timezone.now()
    episode = _found(request, code)
    page = reverse("history", args=[episode.code])
    if by is ANONYMOUS:
        return redirect_to_login(page)
    kind, _colon, key = request.POST.get("row", "").partition(":")
    if not KeptRow.objects.filter(episode=episode, kind=kind, key=key).exists():
        raise Http404

    def do() -> str:
        history.bring_back(kind=kind, key=key, by=by, now=now)
        return _("It is back.")

    return _answered(request, do, page)


def _answered(request: HttpRequest, do: Callable[[], str], page: str) -> HttpResponse:
    outcome = attempt(do)
    (messages.success if outcome.is_done else messages.error)(request, outcome.said)
    return redirect(way_back(request, page))


def _found(request: HttpRequest, code: str) -> Episode:
    visible = Episode.objects.visible_to(visitor(request)).with_code(code)
    return get_object_or_404(visible.select_related("template"))


def _act(episode: Episode, event: int, viewer: Person | None) -> Event:
    """Return an act on the episode that this visitor may know of. Raises Http404."""
    kept = KeptRow.objects.visible_to(viewer).filter(episode=episode)
    return get_object_or_404(acts_in(kept), pk=event)


def _sentence(act: Event, episode: Episode) -> str:
    kept = KeptRow.objects.filter(episode=episode)
    return sentence_of(act, acts_with_changes([act], kept)[0].changes)


def _page_of_row(episode: Episode, kind: str, key: str) -> str:
    return f"{reverse('history', args=[episode.code])}?{urlencode({'row': f'{kind}:{key}'})}"


def _chosen(request: HttpRequest, episode: Episode) -> dict[str, Any]:
    """Return what the address narrows the acts to; what it names wrongly is left out."""
    about = Q()
    kind, _colon, key = request.GET.get("row", "").partition(":")
    row = f"{kind}:{key}" if kind in KEPT and read_key(key) else ""
    if row:
        about &= Q(kind=kind, key=key)
    only = request.GET.get("kind", "")
    only = only if only in KEPT else ""
    if only:
        about &= Q(kind=only)
    section = Section.objects.filter(pk=read_key(request.GET.get("section")), episode=episode).first()
    if section is not None:
        about &= about_section(section)
    handle = request.GET.get("person", "")[:80]
    person = Person.objects.with_handle(handle).first() if handle else None
    query = {
        "row": row,
        "kind": only,
        "section": section.pk if section is not None else "",
        "person": person.handle if person is not None else "",
    }
    kept = {name: value for name, value in query.items() if value}
    return {
        "about": about,
        "row": row,
        "kind": only,
        "section": section,
        "person": person,
        "is_narrowed": bool(kept),
        "query": f"{urlencode(kept)}&" if kept else "",
    }


def _people(kept: KeptRowQuerySet) -> list[Person]:
    """Return who acted, by name."""
    acted = Event.objects.filter(pk__in=kept.order_by().values("event"))
    return list(Person.objects.filter(pk__in=acted.values("person")).order_by("name", "pk")[:200])


def _taken(episode: Episode, *, now: datetime) -> list[tuple[Change, Event]]:
    """Return what was taken out lately, as the page names it, with the last act on it."""
    found = taken_out(episode, now=now)
    rows = {(KIND_OF[type(row)], str(row.pk)): row for row, _event in found}
    states = states_of(rows.values())
    named = changes_between({key: (states[row], states[row]) for key, row in rows.items()}, rows)
    return list(zip(named, [event for _row, event in found], strict=True))


class _Rights:
    """What a visitor may bring back in an episode, read once for the whole page; the action decides."""

    def __init__(self, by: Actor, episode: Episode) -> None:
        self.by, self.episode = by, episode
        self.all = history.may_restore(by, episode)
        self.sections = set() if self.all or by is ANONYMOUS else sections_to_run(by, episode)

    def may(self, change: Change) -> bool:
        row = change.row
        if row is None or change.is_last or not may_write(self.by):
            return False
        if isinstance(row, Question | Answer) and row.review:
            return False  # the queue decides
        if self.all or is_organizer(self.by):
            return True
        if isinstance(row, Item):
            return row.section_id in self.sections
        if isinstance(row, Section):
            return row.pk in self.sections
        if isinstance(row, Question):
            row.episode = self.episode
            return can_edit(self.by, row)
        return isinstance(row, Answer) and has_written(self.by, row)
