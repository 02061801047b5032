"""The outbox of an evening: what its people will be told, when and in which words, and how what was told arrived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.actors import ANONYMOUS, Actor
from members.keys import read_key
from talks.actions import reminders
from talks.models import Episode, Reminder
from talks.reminders import outbox
from talks.rules import runs
from talks.views.acting import Outcome, actor, attempt
from talks.views.visitor import visitor

Sent = Mapping[str, str]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest, code: str) -> HttpResponse:
    """What is to be sent and what was; a post does what its `act` says to one reminder. Hosts and organizers."""
    by, now = actor(request), timezone.now()
    episode = get_object_or_404(Episode.objects.visible_to(visitor(request)).with_code(code))
    if code != episode.code:
        return redirect("outbox", episode.code, permanent=True)
    if by is ANONYMOUS:
        return redirect_to_login(request.path)
    if not runs(by, episode):
        raise PermissionDenied(_("Only hosts and organizers see to reminders."))
    if request.method != "POST":
        return _question(request, episode) if "send" in request.GET else _page(request, episode)
    sent = request.POST.dict()
    row = _reminder(episode, sent.get("reminder", ""))
    act = VERBS.get(sent.get("act", ""))
    if act is None:
        return _page(request, episode, Outcome(_("Nothing was sent."), 400), row)
    outcome = attempt(lambda: act(row, sent, by, now))
    if not outcome.is_done:
        return _page(request, episode, outcome, row)
    messages.success(request, outcome.said)
    return redirect(f"{request.path}#reminder-{row.pk}")


def _reminder(episode: Episode, key: str) -> Reminder:
    return get_object_or_404(Reminder.objects.of(episode), pk=read_key(key))


def _question(request: HttpRequest, episode: Episode) -> HttpResponse:
    """Ask once more before a reminder is sent now: what it says, and to whom."""
    row = _reminder(episode, request.GET["send"])
    entry = next((each for each in outbox(episode) if each.reminder.pk == row.pk), None)
    if entry is None or row.sent_at is not None:
        return redirect(request.path)
    return render(request, "talks/outbox_send.html", {"episode": episode, "entry": entry, "row": row})


def _page(
    request: HttpRequest, episode: Episode, outcome: Outcome | None = None, wrong: Reminder | None = None
) -> HttpResponse:
    context = {
        "episode": episode,
        "entries": outbox(episode),
        "outcome": outcome,
        "wrong": wrong.pk if wrong is not None else None,
        "written": request.POST.get("text", ""),
        "text_limit": reminders.TEXT_LIMIT,
    }
    return render(request, "talks/outbox.html", context, status=outcome.status if outcome else 200)


# ── Acts ────────────────────────────────────────────────────────────────────


def _edit(row: Reminder, sent: Sent, by: Actor, now: datetime) -> str:
    text, version = sent.get("text", ""), _version(sent)
    made = reminders.edit_reminder(reminder=row, version=version, text=text, by=by, now=now)
    return _("Saved. This is what will be sent.") if made.text else _("It will be said in the usual words.")


def _leave_out(row: Reminder, sent: Sent, by: Actor, now: datetime) -> str:
    reminders.edit_reminder(reminder=row, version=_version(sent), is_off=True, by=by, now=now)
    return _("It will not be sent.")


def _take_in(row: Reminder, sent: Sent, by: Actor, now: datetime) -> str:
    reminders.edit_reminder(reminder=row, version=_version(sent), is_off=False, by=by, now=now)
    return _("It will be sent at its time.")


def _send(row: Reminder, sent: Sent, by: Actor, now: datetime) -> str:
    reminders.send_now(reminder=row, by=by, now=now, version=_version(sent))
    return _("Sent.")


def _version(sent: Sent) -> int | None:
    return read_key(sent.get("version")) or None


VERBS: dict[str, Callable[[Reminder, Sent, Actor, datetime], str]] = {
    "edit": _edit,
    "leave_out": _leave_out,
    "take_in": _take_in,
    "send": _send,
}
