"""The host's desk: what this week still needs, texts for the group, the hand-off pack, the series in numbers."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models import Person
from members.rules import is_organizer, may_write
from talks.actions.visits import note_visit
from talks.acts import KINDS as ROWS
from talks.desk import Choice, Desk, choice_of, desk_of, fresh_since
from talks.group_texts import KINDS, group_text, offered
from talks.missing import next_state, state_page
from talks.models import BoardVisit, EpisodeState, HostingRole
from talks.moves import MOVABLE
from talks.pace import steps_of_last
from talks.series import tally
from talks.views.charts import people_chart, questions_chart, statistics_of
from talks.views.desk_rows import (
    deadlines_of,
    in_the_way,
    lines_of,
    outbox_of,
    readiness_of,
    reminders_of,
)
from talks.views.home import countdown
from talks.views.kept import kept
from talks.views.visitor import visitor


@require_safe
@never_cache
def dashboard(request: HttpRequest) -> HttpResponse:
    """What the next evening still needs; of another one with `?episode=`. For everybody with an account."""
    person, now = visitor(request), timezone.now()
    if person is None:
        return redirect_to_login(request.get_full_path())
    choice = _choice(request, person)
    if choice.episode is None:
        return render(request, "talks/dashboard.html", {"episode": None, "may_plan": is_organizer(person)})
    episode = choice.episode
    desk = desk_of(episode, choice.evenings, person, now=now)
    since = None
    if request.method == "GET":
        since = note_visit(episode=episode, by=person, now=now, page=BoardVisit.Page.DESK)
    rows = tally(choice.evenings, desk.breaks)
    context = {
        **_shared(choice, desk),
        **_going_on(desk, person),
        "countdown": countdown(episode, now=now.replace(second=0, microsecond=0)),
        "deadlines": deadlines_of(episode, now),
        "since": since,
        "fresh": [(kind, str(ROWS[kind]), n) for kind, n in fresh_since(episode, person, since)] if since else [],
        **_texts(request, desk),
        "reminders": reminders_of(desk),
        "outbox": outbox_of(episode) if desk.may_run else "",
        "is_named_only": _is_named_only(desk, person),
        "may_moderate": desk.may_moderate,
        "charts": [chart for chart in (people_chart(rows), questions_chart(rows)) if chart is not None],
        "tired": desk.tired,
        "to_ask": desk.to_ask,
    }
    return render(request, "talks/dashboard.html", context)


@require_safe
@never_cache
def hand_off(request: HttpRequest) -> HttpResponse:
    """What who hosts next has to know: what is done and what is open, and how long each step took the last times."""
    person, now = visitor(request), timezone.now()
    if person is None:
        return redirect_to_login(request.get_full_path())
    choice = _choice(request, person)
    if choice.episode is None:
        raise Http404
    desk = desk_of(choice.episode, choice.evenings, person, now=now, with_hosts=True)
    evenings, steps = steps_of_last(without=choice.episode)
    context = {
        **_shared(choice, desk),
        "evenings": evenings,
        "steps": steps,
        "mine": [row for row in desk.hostings if row.person_id == person.pk and not row.is_by_name],
        "to_ask": desk.to_ask,
        "outbox": outbox_of(choice.episode),
        "is_over": choice.episode.state == EpisodeState.PUBLISHED,
    }
    return render(request, "talks/hand_off.html", context)


@require_safe
@kept()
def statistics(request: HttpRequest) -> HttpResponse:
    """The last evenings in numbers: counts only, for everybody."""
    return render(request, "talks/statistics.html", statistics_of())


def _choice(request: HttpRequest, person: Person) -> Choice:
    wanted = request.GET.get("episode", "")[:20]
    choice = choice_of(person, wanted)
    if wanted and choice.episode is None:
        raise Http404
    return choice


def _shared(choice: Choice, desk: Desk) -> dict[str, Any]:
    lines = lines_of(desk)
    return {
        "episode": desk.episode,
        "open_episode": choice.upcoming,
        "others": [row for row in choice.under_way if row.pk != desk.episode.pk],
        "lines": lines,
        "readiness": readiness_of(desk.episode, lines),
        "hosts": [row for row in desk.hostings if row.role == HostingRole.HOST],
        "state_page": state_page(desk.episode),
        "may_run": desk.may_run,
    }


def _going_on(desk: Desk, person: Person) -> dict[str, Any]:
    """Return the button of the next state, and why it is not possible yet."""
    episode, coming = desk.episode, next_state(desk.episode.state)
    may = desk.may_run and (episode.state != EpisodeState.DRAFT or is_organizer(person))
    return {
        "coming": coming if may else None,
        "coming_label": coming.label if coming is not None else "",
        "in_the_way": in_the_way(desk),
        "may_move": desk.may_run and episode.state in MOVABLE,
        "wrap_up": reverse("wrapup", args=[episode.code]) if _wraps_up(desk, person) else "",
    }


def _is_named_only(desk: Desk, person: Person) -> bool:
    """Whether a document names this person as host or editor, which gives no rights, and nothing else does."""
    named = any(row.person_id == person.pk and row.is_by_name for row in desk.hostings)
    return named and not desk.may_moderate and desk.episode.is_open


def _wraps_up(desk: Desk, person: Person) -> bool:
    """Whether the evening is in its wrap-up and this person sees to it, as talks.rules.may_wrap_up says."""
    own = any(row.person_id == person.pk and not row.is_by_name for row in desk.hostings)
    return desk.episode.state == EpisodeState.WRAPUP and (desk.may_run or (own and may_write(person)))


def _texts(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """Return the text that is wanted, and which others there are."""
    kinds = offered(desk.facts)
    wanted = request.GET.get("text", "")
    kind = wanted if wanted in kinds else next(iter(kinds), "")
    return {
        "text_kinds": [(name, str(KINDS[name])) for name in kinds],
        "text_kind": kind,
        "text_name": str(KINDS[kind]) if kind else "",
        "text": group_text(kind, desk.facts) if kind else "",
    }
