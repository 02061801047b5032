"""The queue of an episode: what waits, what was reported, what is not shown, and what was carried too long."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.actors import ANONYMOUS
from talks.carrying import carried_too_long
from talks.models import Answer, Episode, Question, Report, Review
from talks.rules import REASON_LIMIT, may_moderate
from talks.similar import alike
from talks.views.acting import actor
from talks.views.visitor import visitor

MOST = 100


@require_safe
@never_cache
def queue(request: HttpRequest, code: str) -> HttpResponse:
    """What who runs an evening decides about its questions and answers."""
    by = actor(request)
    episode = get_object_or_404(Episode.objects.visible_to(visitor(request)).with_code(code))
    if code != episode.code:
        return redirect("moderation", episode.code, permanent=True)
    if by is ANONYMOUS:
        return redirect_to_login(request.path)
    if not may_moderate(by, episode):
        raise PermissionDenied(_("Only hosts, editors and organizers see to what is asked and answered here."))
    questions = Question.objects.filter(episode=episode).select_related("episode", "asker", "merged_into__episode")
    answers = Answer.objects.filter(question__episode=episode).select_related("question__episode", "author")
    others = list(questions.filter(deleted_at=None).order_by("position", "pk")[:MOST])
    off = (Review.DECLINED, Review.HIDDEN, Review.MERGED)
    context = {
        "episode": episode,
        "waiting": [
            *_with_likest(_in_order(questions.under_review(Review.WAITING)), others),
            *_in_order(answers.under_review(Review.WAITING)),
        ],
        "reported": _reported(episode),
        "off": [
            *questions.under_review(*off).order_by("-deleted_at", "-pk")[:MOST],
            *answers.under_review(*off).order_by("-deleted_at", "-pk")[:MOST],
        ],
        "tired": carried_too_long(episode),
        "others": others,
        "reason_limit": REASON_LIMIT,
    }
    return render(request, "talks/moderation.html", context)


def _in_order(rows: Any) -> list[Any]:
    return list(rows.order_by("created_at", "pk")[:MOST])


def _with_likest(rows: list[Any], others: list[Question]) -> list[Any]:
    """Say of each question which of the others asks most nearly the same, as `likest`."""
    bodies = [each.body for each in others]
    for row in rows:
        places = alike(row.body, bodies, most=1)
        row.likest = others[places[0]].public_id if places else ""
    return rows


def _reported(episode: Episode) -> list[tuple[Question | Answer, list[Report]]]:
    """Return what stands and was reported, with the reasons, the most often reported first."""
    about = Report.objects.filter(settled_at=None).select_related("question__episode", "answer__question__episode")
    rows = about.filter(question__episode=episode, question__deleted_at=None) | about.filter(
        answer__question__episode=episode, answer__deleted_at=None, answer__question__deleted_at=None
    )
    found: dict[Question | Answer, list[Report]] = defaultdict(list)
    for each in rows.order_by("created_at", "pk")[:MOST]:
        target = each.question or each.answer
        assert target is not None  # noqa: S101 - a constraint says so
        found[target].append(each)
    return sorted(found.items(), key=lambda pair: -len(pair[1]))
