"""An evening while it goes on: the host's phone, everybody's page, the projector, and the polls of all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.cache import caches
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from members.actors import ANONYMOUS
from members.keys import read_key
from members.rules import require
from talks.evening import is_shown_live
from talks.models import AskingRules, Episode, Question
from talks.models.episodes import read_code
from talks.present import mark_of
from talks.rules import QUESTION_LIMIT, may_see_presence, runs, takes_questions
from talks.views.acting import actor, attempt, unapproved_by
from talks.views.live_acts import ACTS
from talks.views.live_rows import audience_context, host_context, log_context, stage_context
from talks.views.visitor import visitor

# For so long a process believes the version that it read, and keeps a fragment of one version, in seconds.
BELIEVED, KEPT, PAUSE = 1, 60, 0.1
FRAGMENTS: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "audience": ("talks/_fragments/live_audience.html", audience_context),
    "stage": ("talks/_fragments/stage.html", stage_context),
    "scribe": ("talks/_fragments/scribe_log.html", log_context),
}
# Those that say who is writing, so that visitors get none of them.
INSIDE = ("host", "scribe")
_making = threading.Lock()


def found(request: HttpRequest, code: str) -> Episode:
    """Return the episode of an address, for who may know of it."""
    visible = Episode.objects.visible_to(visitor(request)).with_code(code)
    return get_object_or_404(visible.select_related("template"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@ensure_csrf_cookie
def live(request: HttpRequest, code: str) -> HttpResponse:
    """The evening: keys and words for who runs it, what is on and the questions for everybody else."""
    by, now = actor(request), timezone.now()
    episode = found(request, code)
    page = reverse("live", args=[episode.code])
    if request.method == "POST":
        onward = f"{page}?arrange=1" if "arrange" in request.GET else page
        return redirect_to_login(page) if by is ANONYMOUS else _act(request, episode, onward)
    if code != episode.code:
        return redirect("live", episode.code, permanent=True)
    is_host = runs(by, episode)
    context: dict[str, Any] = {"is_host": is_host, "now": now, "question_limit": QUESTION_LIMIT}
    if not is_shown_live(episode):
        return render(request, "talks/live_later.html", context | {"episode": episode})
    if is_host and request.GET.get("view") != "audience":
        arranging = "arrange" in request.GET
        return render(request, "talks/live_host.html", context | host_context(episode, now=now, arranging=arranging))
    rules = AskingRules.current()
    asking = {"as_nobody": "nobody" if rules.is_open else "me", "is_reviewed": rules.is_reviewed}
    context |= audience_context(episode, now=now) | {"takes_questions": takes_questions(episode)} | asking
    return render(request, "talks/live.html", context)


def _act(request: HttpRequest, episode: Episode, page: str) -> HttpResponse:
    """Do what a key says; who may not is refused by the action."""
    verb, _dot, key = request.POST.get("act", "").partition(".")
    act = ACTS.get(verb)
    if act is None:
        messages.error(request, _("Nothing was sent."))
        return redirect(page)
    done = attempt(lambda: act(episode, key, request.POST.dict(), actor(request), timezone.now()))
    if not done.is_done:
        messages.error(request, done.said)
    elif done.said:
        messages.success(request, done.said, extra_tags=_undo(verb, key))
    return redirect(page)


def _undo(verb: str, key: str) -> str:
    """Return the tag of a message whose act can be taken back."""
    if verb != "approve":
        return ""
    return unapproved_by(Question.objects.select_related("episode").get(pk=read_key(key.partition(".")[0])))


@require_safe
@never_cache
def stage(request: HttpRequest, code: str) -> HttpResponse:
    """The projector: what is on, as large as it can be."""
    episode = found(request, code)
    if code != episode.code:
        return redirect("stage", episode.code, permanent=True)
    now = timezone.now()
    return render(request, "talks/stage.html", stage_context(episode, now=now) | {"now": now})


# ── Polls ───────────────────────────────────────────────────────────────────


@require_safe
def now(request: HttpRequest, code: str) -> HttpResponse:
    """Answer 204 while nothing has changed since version `v` (304 to who sends it as an ETag), else the fragment.

    A poll that learns nothing new costs no session and no user, and in one process at most a query a second, however
    many pages ask. What everybody sees is made once for every version and language.
    """
    stored, view, seen = read_code(code) or "", request.GET.get("view", "audience"), request.GET.get("v", "")
    known, mark = _version(stored, seen=read_key(seen.partition("-")[0]), is_inside=view in INSIDE)
    version = f"{known}-{mark}" if mark else str(known)
    tag = f'"{version}"'
    if seen == version:
        return HttpResponse(status=204, headers={"ETag": tag, "Cache-Control": "no-cache"})
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": "no-cache"})
    if view == "host":
        content = _for_host(request, stored, version)
    elif view in FRAGMENTS:
        if view in INSIDE:
            require(may_see_presence(actor(request)), _("Sign in to see who is editing."))
        content = _for_everybody(stored, version, view)
    else:
        raise Http404
    return HttpResponse(content, headers={"ETag": tag, "Cache-Control": "no-cache"})


def _version(code: str, *, seen: int, is_inside: bool) -> tuple[int, str]:
    """Return the version of an evening that everybody may know of, believed for a second; for those inside also a mark
    of who is writing just now, which nobody can guess who is not told. Raises Http404.

    A page that has seen a later one was made by another process meanwhile: then the database is asked, so often as
    `PAUSE` allows, whatever is claimed to have been seen.
    """
    key = f"live-{code}-inside" if is_inside else f"live-{code}"
    known: tuple[int, str] | None = caches["pages"].get(key)
    if known is None or (seen > known[0] and caches["pages"].add(f"{key}-asked", 1, PAUSE)):
        with _making:
            fresh: tuple[int, str] | None = caches["pages"].get(key)
            if known is None and fresh is not None:
                known = fresh
            else:
                known = _read(code, is_inside=is_inside)
                caches["pages"].set(key, known, BELIEVED)
    return known


def _read(code: str, *, is_inside: bool) -> tuple[int, str]:
    rows: QuerySet[Any] = Episode.objects.visible_to(None).filter(code=code)
    wanted = ["rundown__version"]
    if is_inside:
        rows, wanted = mark_of(rows, now=timezone.now()), [*wanted, "pk", "keeping", "editing"]
    row = rows.values_list(*wanted).first()
    if row is None:
        raise Http404
    mark = salted_hmac("talks.present", ":".join(map(str, row[1:]))).hexdigest()[:12] if is_inside else ""
    return row[0] or 0, mark  # nothing has happened while there is no rundown


def _for_everybody(code: str, version: str, view: str) -> str:
    """Return a fragment of this version or a later one, made once in this process."""
    key = f"live-{code}-{version}-{view}-{get_language()}"
    content: str | None = caches["pages"].get(key)
    if content is None:
        with _making:
            content = caches["pages"].get(key)
            if content is None:
                episode = get_object_or_404(
                    Episode.objects.visible_to(None).filter(code=code).select_related("template")
                )
                moment = timezone.now()
                template, context = FRAGMENTS[view]
                made = context(episode, now=moment) | {"version": version, "now": moment}
                content = render_to_string(template, made)
                caches["pages"].set(key, content, KEPT)
    return content


def _for_host(request: HttpRequest, code: str, version: str) -> str:
    episode = found(request, code)
    require(runs(actor(request), episode), _("Only hosts and organizers run the evening."))
    moment = timezone.now()
    context = host_context(episode, now=moment, arranging="arrange" in request.GET)
    context |= {"now": moment, "version": version}
    return render_to_string("talks/_fragments/live_host.html", context, request)
