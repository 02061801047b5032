"""The recordings of an evening: added by their address, and one place that is known makes all the others known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.actors import ANONYMOUS, Actor
from members.keys import read_key
from talks.actions import recordings as actions
from talks.evening import title_of
from talks.models import Cue, Episode, Recording
from talks.models.order import in_order
from talks.recordings import chapters, link_at, place_of
from talks.rules import may_wrap_up
from talks.views.acting import Outcome, actor, attempt, undo_by
from talks.views.visitor import visitor

Sent = dict[str, str]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def index(request: HttpRequest, code: str) -> HttpResponse:
    """The recordings with what follows from them; a post does what its `act` says."""
    by, now = actor(request), timezone.now()
    episode = get_object_or_404(Episode.objects.visible_to(visitor(request)).with_code(code))
    if code != episode.code:
        return redirect("recordings", episode.code, permanent=True)
    if by is ANONYMOUS:
        return redirect_to_login(request.path)
    if not may_wrap_up(by, episode):
        raise PermissionDenied(_("Only hosts, editors and organizers keep the recordings."))
    if request.method != "POST":
        return _page(request, episode)
    act = VERBS.get(request.POST.get("act", ""))
    if act is None:
        return _page(request, episode, Outcome(_("Nothing was sent."), 400))
    sent = request.POST.dict()
    outcome = attempt(lambda: act(episode, sent, by, now))
    if not outcome.is_done:
        return _page(request, episode, outcome)
    undo = undo_by(episode.code, "recording", sent.get("recording", "")) if act is _remove else ""
    messages.success(request, outcome.said, extra_tags=undo)
    return redirect(request.path)


def _recording_of(episode: Episode, sent: Sent) -> Recording:
    return get_object_or_404(Recording, pk=read_key(sent.get("recording")), episode=episode, deleted_at=None)


def _add(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    actions.add_recording(episode=episode, url=sent.get("url", ""), title=sent.get("title", ""), by=by, now=now)
    return _("The recording is here. Say now where one thing stands in it.")


def _edit(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    row, version = _recording_of(episode, sent), read_key(sent.get("version")) or None
    values = {"url": sent.get("url", ""), "title": sent.get("title", "")}
    actions.edit_recording(recording=row, version=version, by=by, now=now, **values)
    return _("Saved.")


def _align(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    row, version = _recording_of(episode, sent), read_key(sent.get("version")) or None
    cue = get_object_or_404(Cue, pk=read_key(sent.get("cue")), rundown__episode=episode)
    made = actions.align(recording=row, cue=cue, at=sent.get("at", ""), version=version, by=by, now=now)
    n = len([each for each in _places(made, _cues(episode)) if each["second"] is not None])
    return ngettext("%(n)d place is known now.", "%(n)d places are known now.", n) % {"n": n}


def _remove(episode: Episode, sent: Sent, by: Actor, now: datetime) -> str:
    row, version = _recording_of(episode, sent), read_key(sent.get("version")) or None
    actions.remove_recording(recording=row, version=version, by=by, now=now)
    return _("The recording is taken out.")


VERBS: dict[str, Callable[[Episode, Sent, Actor, datetime], str]] = {
    "add": _add,
    "edit": _edit,
    "align": _align,
    "remove": _remove,
}


def _cues(episode: Episode) -> list[Cue]:
    """Return what was on the air, in the order in which it was."""
    cues = Cue.objects.filter(rundown__episode=episode, rundown__started_at__isnull=False)
    return list(
        cues.exclude(started_at=None).in_order().select_related("rundown").order_by("started_at", "position", "pk")
    )


def _places(recording: Recording, cues: list[Cue]) -> list[dict[str, Any]]:
    """Return where in a recording everything stands; None for what was before it, or where that is not known."""
    begins = recording.begins_at
    found = []
    for cue in cues:
        talk, second = cue.rundown.started_at, None
        if begins is not None and talk is not None and cue.started_at is not None:
            second = place_of(begins, of=cue.started_at, talk=talk)
        url = link_at(recording.url, second) if second is not None and recording.url else ""
        found.append({"cue": cue, "title": title_of(cue), "second": second, "url": url})
    return found


def _page(request: HttpRequest, episode: Episode, outcome: Outcome | None = None) -> HttpResponse:
    cues = _cues(episode)
    shown = []
    for row in in_order(Recording.objects.filter(episode=episode)):
        places = _places(row, cues)
        known = [(each["second"], each["title"]) for each in places if each["second"] is not None]
        lines = chapters(known, opening=_("Opening")) if known else []
        shown.append({"recording": row, "places": places, "chapters": "\n".join(lines), "known": len(known)})
    context = {
        "episode": episode,
        "recordings": shown,
        "cues": [{"cue": cue, "title": title_of(cue)} for cue in cues],
        "outcome": outcome,
        "typed": request.POST if outcome is not None else {},
    }
    return render(request, "talks/recordings.html", context, status=outcome.status if outcome else 200)
