"""The page on which an episode goes on: what is missing, who hosts, its date, and the acts of hosts and organizers.

The board links here and may include `talks/_fragments/state.html` with what `state_of` returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.actors import ANONYMOUS, Actor
from members.conflicts import Conflict, sides_of
from members.keys import read_key
from members.models import Person
from members.rules import check_text, invalid, is_organizer
from talks.actions import hosting, life
from talks.actions.degrade import degrade
from talks.actions.rescue import links_of, rescue
from talks.checklist import checklist
from talks.days import hint_for
from talks.missing import ORDER, missing_for, next_state
from talks.models import Episode, EpisodeState, Hosting, HostingRole, Section
from talks.models.order import in_order
from talks.moves import MOVABLE, Preview, preview_of, zone
from talks.places import places_in
from talks.rules import REASON_LIMIT, is_past_cut_off, leaves_chair, runs, takes_claims
from talks.views.acting import Outcome, actor, attempt, person_named, undo_by, way_back
from talks.views.visitor import visitor

Sent = Mapping[str, str]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def state(request: HttpRequest, code: str) -> HttpResponse:
    """Where an episode stands and what it needs; a post does what its `act` says."""
    now, by = timezone.now(), actor(request)
    episode = _found(request, code)
    if code != episode.code:
        return redirect("episode-state", episode.code, permanent=True)
    if request.method != "POST":
        return _page(request, episode, by, now)
    if by is ANONYMOUS:
        return redirect_to_login(request.path)
    sent = request.POST.dict()
    act = VERBS.get(sent.get("act", ""))
    if act is None:
        return _page(request, episode, by, now, Outcome(_("Nothing was sent."), 400))
    if act is _preview:
        return _previewed(request, episode, sent, by, now)
    outcome = attempt(lambda: act(episode, sent, by, now))
    if not outcome.is_done:
        moving_to = sent.get("starts_at", "")[:40]
        episode = _found(request, code)
        return _page(request, episode, by, now, outcome, moving_to=moving_to, clash=_clash(outcome, moving_to, episode))
    undo = undo_by(episode.code, "hosting", sent.get("hosting", "")) if act is _leave else ""
    messages.success(request, outcome.said, extra_tags=undo)
    return redirect(way_back(request, request.path))


@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Open the next number, and go to its page."""
    by, now = actor(request), timezone.now()
    if by is ANONYMOUS:
        return redirect_to_login("/episodes/")
    episode = life.plan_next(by=by, now=now)
    said = _("%(episode)s is open.") if episode.created_at == now else _("%(episode)s is open already.")
    messages.success(request, said % {"episode": episode.label})
    return redirect("episode-state", episode.code)


def _clash(outcome: Outcome, moving_to: str, episode: Episode) -> Conflict | None:
    """Return both dates, when somebody moved the evening while this date was being chosen."""
    if outcome.texts is None:
        return None
    label = _("Day and time")
    return Conflict(sides_of([(label, moving_to)], [(label, _local(episode.starts_at))]))


def _found(request: HttpRequest, code: str) -> Episode:
    visible = Episode.objects.visible_to(visitor(request)).with_code(code)
    return get_object_or_404(visible.select_related("template"))


def state_of(episode: Episode, by: Actor, now: datetime) -> dict[str, Any]:
    """Return what the fragment of an episode's state shows, in as many queries whatever the episode holds."""
    hostings = list(in_order(Hosting.objects.filter(episode=episode).select_related("person")))
    entries = places_in(episode, by, now=now)
    coming = next_state(episode.state)
    person = by if isinstance(by, Person) else None
    may_run = runs(by, episode)
    open_sections = [entry.section for entry in entries if not entry.place.leads]
    is_over = episode.state == EpisodeState.PUBLISHED

    def of_role(role: str) -> list[Hosting]:
        return [row for row in hostings if row.role == role]

    return {
        "episode": episode,
        "states": [(value, value.label, value == episode.state) for value in ORDER],
        "coming": coming,
        "coming_label": coming.label if coming else "",
        "missing": missing_for(episode, coming) if coming else [],
        "checks": checklist(episode, entries, hostings),
        "entries": entries,
        "hosts": of_role(HostingRole.HOST),
        "editors": of_role(HostingRole.EDITOR),
        "my_hostings": [
            row for row in hostings if person is not None and row.person_id == person.pk and not row.is_by_name
        ],
        "may_host": person is not None and not is_over,
        "free_roles": [role for role in HostingRole.values if leaves_chair(of_role(role), by)],
        "may_run": may_run,
        "may_advance": may_run and (episode.state != EpisodeState.DRAFT or is_organizer(by)),
        "may_step_back": is_organizer(by) and episode.state != EpisodeState.DRAFT,
        "may_move": may_run and episode.state in MOVABLE,
        "may_settle": may_run and takes_claims(episode),
        "is_late": is_past_cut_off(episode, now=now),
        "is_over": is_over,
        "hint": hint_for(episode.starts_at) if episode.state in MOVABLE else "",
        "rescues": _links(open_sections, now) if may_run and takes_claims(episode) else [],
        "reason_limit": REASON_LIMIT,
    }


def _page(
    request: HttpRequest,
    episode: Episode,
    by: Actor,
    now: datetime,
    outcome: Outcome | None = None,
    **more: Any,
) -> HttpResponse:
    earlier = ORDER[: ORDER.index(EpisodeState(episode.state))]
    # A look at another date and the move itself share one reason; those of other acts have their own fields.
    act = {"preview": "postpone"}.get(sent_act := request.POST.get("act", ""), sent_act)
    context = {
        **state_of(episode, by, now),
        "outcome": outcome,
        "earlier": [(each.value, each.label) for each in reversed(earlier)],
        "names": Person.objects.current().filter(user__is_active=True).order_by("name")[:500]
        if runs(by, episode)
        else [],
        "moment": _local(episode.starts_at),
        "moving_to": "",
        "reasons": {act: request.POST.get("reason", "")},
        **more,
    }
    return render(request, "talks/state.html", context, status=outcome.status if outcome else 200)


def _links(sections: list[Section], now: datetime) -> list[tuple[Section, str]]:
    """Return the rescue links that stand, as they are pasted into a chat."""
    known = links_of(sections, now=now)
    return [(row, link_of(known[row.pk].key)) for row in sections if row.pk in known]


def link_of(key: str) -> str:
    """Return the address by which a guest comes in."""
    return f"{settings.SITE_URL}{reverse('go', args=[key])}"


# ── Acts ────────────────────────────────────────────────────────────────────


def _advance(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    row = life.advance(episode=episode, to=sent.get("to", ""), by=by, now=now, reason=sent.get("reason", ""))
    return _("%(episode)s is now: %(state)s.") % {"episode": row.label, "state": row.get_state_display()}


def _step_back(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    row = life.step_back(episode=episode, to=sent.get("to", ""), reason=sent.get("reason", ""), by=by, now=now)
    return _("%(episode)s is now: %(state)s.") % {"episode": row.label, "state": row.get_state_display()}


def _host(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    made = hosting.host(episode=episode, role=sent.get("role", HostingRole.HOST), by=by, now=now)
    return _("You are %(role)s of %(episode)s.") % {"role": made.get_role_display(), "episode": episode.label}


def _name_host(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    person = person_named(sent.get("person", ""), field="person")
    made = hosting.name_host(episode=episode, person=person, role=sent.get("role", ""), by=by, now=now)
    return _("%(name)s is %(role)s now.") % {"name": made.name, "role": made.get_role_display()}


def _leave(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    row = hosting.leave_hosting(hosting=_hosting(episode, sent), by=by, now=now)
    return _("%(name)s is no longer %(role)s.") % {"name": row.name, "role": row.get_role_display()}


def _hand_over(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    to = person_named(sent.get("person", ""), field="to")
    made = hosting.hand_over_hosting(hosting=_hosting(episode, sent), to=to, by=by, now=now)
    said = {"name": made.name, "role": made.get_role_display()}
    if to.user_id is None:
        return _("%(name)s is %(role)s now, but has no account here and was not told: say it yourself.") % said
    return _("%(name)s is %(role)s now.") % said


def _postpone(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    version = int(sent["version"]) if sent.get("version", "").isdigit() else None
    moment = _moment(sent.get("starts_at", ""))
    life.postpone(episode=episode, starts_at=moment, reason=sent.get("reason", ""), by=by, now=now, version=version)
    return _("Moved. Whom it concerns has been told.")


def _preview(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    raise AssertionError("a preview is shown, not done")


def _previewed(request: HttpRequest, episode: Episode, sent: Sent, by: Actor, now: datetime) -> HttpResponse:
    """Show all that a new date would move; nothing is written."""
    found: list[Preview] = []

    def act() -> str:
        if not runs(by, episode):
            raise PermissionDenied(_("Only hosts and organizers move an evening."))
        reason = check_text(sent.get("reason", "").strip(), field="reason", limit=REASON_LIMIT, required=True)
        moment = _moment(sent.get("starts_at", ""))
        life.check_move(episode, moment, now=now)
        found.append(preview_of(episode, moment, reason, now=now))
        return ""

    outcome = attempt(act)
    if not found:
        # The form leads to its own part of the page, so that is where one has to read why.
        more: dict[str, Any] = {"moving_to": sent.get("starts_at", ""), "is_look_refused": episode.state in MOVABLE}
        return _page(request, episode, by, now, outcome, **more)
    moved = found[0].moves[0].starts_at
    more = {"preview": found[0], "preview_hint": hint_for(moved), "moving_to": sent.get("starts_at", "")}
    return _page(request, episode, by, now, **more)


def _degrade(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    rows = Section.objects.filter(episode=episode, deleted_at=None)
    row = get_object_or_404(rows, pk=read_key(sent.get("section")))
    degrade(section=row, by=by, now=now)
    return _("%(section)s runs without a lead.") % {"section": row.name}


def _rescue(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    rescue(episode=episode, by=by, now=now)
    return _("The links are made. Paste them into the group.")


VERBS: dict[str, Callable[[Episode, Sent, Actor, datetime], str]] = {
    "advance": _advance,
    "step_back": _step_back,
    "host": _host,
    "name_host": _name_host,
    "leave": _leave,
    "hand_over": _hand_over,
    "preview": _preview,
    "postpone": _postpone,
    "degrade": _degrade,
    "rescue": _rescue,
}


def _hosting(episode: Episode, sent: Sent) -> Hosting:
    rows: QuerySet[Hosting] = Hosting.objects.filter(episode=episode, deleted_at=None)
    return get_object_or_404(rows, pk=read_key(sent.get("hosting")))


def _moment(text: str) -> datetime:
    """Return the moment of a form, on the site's wall clock unless it says another offset."""
    try:
        found = parse_datetime(text.strip()[:40])
    except ValueError:
        found = None
    if found is None:
        raise invalid("starts_at", _("Choose a day and a time."), "invalid")
    return found if timezone.is_aware(found) else found.replace(tzinfo=zone())


def _local(moment: datetime | None) -> str:
    """Return a moment as the field of a form has it."""
    return f"{moment.astimezone(zone()):%Y-%m-%dT%H:%M}" if moment else ""
