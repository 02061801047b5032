"""我也想问: the buttons of questions. A visitor's browser gets a random key when they vote for the first time."""

from __future__ import annotations

import re
import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.actors import ANONYMOUS, actor_of
from talks.actions.limits import TooMany
from talks.actions.question_votes import unvote_question, vote_question
from talks.models import Episode, Question
from talks.views.acting import way_back
from talks.views.visitor import visitor

COOKIE, SECONDS = "voter", 60 * 60 * 24 * 180
KEY = re.compile(r"[A-Za-z0-9_-]{22}")


def voter_at(request: HttpRequest) -> str:
    """Return the random key that a browser votes with; "" for one that has never voted."""
    found = request.COOKIES.get(COOKIE, "")
    return found if KEY.fullmatch(found) else ""


@require_POST
def vote(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Want a question answered, too, or take that back; goes on where the form wants to, else to the question."""
    person = visitor(request)
    seen = Question.objects.filter(episode__in=Episode.objects.visible_to(person))
    row = seen.with_public_id(public_id).first()
    if row is None:
        raise Http404
    key = voter_at(request)
    by, now = actor_of(request.user), timezone.now()
    if verb == "unvote":
        counted = unvote_question(question=row, by=by, now=now, visitor=key)
        return redirect(way_back(request, counted.get_absolute_url()))
    is_new = by is ANONYMOUS and not key
    key = key or secrets.token_urlsafe(16)
    try:
        address = request.META["REMOTE_ADDR"]
        counted = vote_question(question=row, by=by, now=now, visitor=key, address=address)
    except TooMany as error:
        return render(request, "403.html", {"sentence": error.messages[0]}, status=429)
    if "also" in request.POST:  # pressed while another question was being written: the page goes on from there
        said = _("Noted: you want %(id)s answered, too.") % {"id": counted.public_id}
        messages.success(request, said, extra_tags=f"look {counted.public_id}")
    reply = redirect(way_back(request, counted.get_absolute_url()))
    if is_new:
        reply.set_cookie(
            COOKIE, key, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure(), path="/"
        )
    return reply
