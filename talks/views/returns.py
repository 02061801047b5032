"""The page to come back to with a return code: what became of a question, and what its asker may still do with it.

The code is only ever in the body of a post, or in the fragment of a link, which no server sees.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.actors import actor_of
from talks.actions import returns
from talks.actions.limits import TooMany
from talks.models import Answer, PaperMention, Question, QuestionState, ReturnCode, Review
from talks.rules import may_come_without_account
from talks.views.acting import Outcome, attempt
from talks.views.record import thread_of
from talks.views.visitor import visitor

ACTS = ("add", "settle", "unsettle", "withdraw", "undo", "reveal")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """The form for a code; a post with one shows its question, and does what it asks for."""
    if request.method != "POST":
        return render(request, "talks/return.html", {"code": ""})
    code, now = request.POST.get("code", ""), timezone.now()
    try:
        held = returns.find_by_code(code=code, address=request.META["REMOTE_ADDR"], now=now)
    except TooMany:
        error = _("Too many wrong codes came from your network within this hour. Try again later.")
        return render(request, "talks/return.html", {"code": code, "error": error}, status=429)
    except ValidationError as wrong:
        return render(request, "talks/return.html", {"code": code, "error": wrong.messages[0]}, status=400)
    act, outcome = request.POST.get("act", ""), None
    if act in ACTS:
        outcome = _outcome(request, held, act)
    status = outcome.status if outcome is not None else 200
    context = {"code": code, "outcome": outcome, "text": request.POST.get("body", ""), **_shown(request, held.pk)}
    return render(request, "talks/return.html", context, status=status)


def _outcome(request: HttpRequest, held: ReturnCode, act: str) -> Outcome:
    now, body = timezone.now(), request.POST.get("body", "").replace("\r\n", "\n").strip()
    values = {"held": held, "by": actor_of(request.user), "address": request.META["REMOTE_ADDR"], "now": now}

    def do() -> str:
        if act == "add":
            returns.add_details(body=body, **values)
            return _("Your words stand under the question.")
        if act in ("settle", "unsettle"):
            returns.settle(is_settled=act == "settle", **values)
            return _("It is answered, then.") if act == "settle" else _("It is open again.")
        if act == "reveal":
            returns.reveal(**values)
            return _("The question is signed with your name now.")
        if act == "withdraw":
            returns.withdraw(**values)
            return _("It is withdrawn. With the same code you can bring it back.")
        returns.undo_withdrawal(**values)
        return _("It is back where it was.")

    try:
        return attempt(do)
    except PermissionDenied as error:
        return Outcome(str(error), 403)


def _shown(request: HttpRequest, key: int) -> dict[str, Any]:
    """Return what the page says of a question, read again after the act."""
    held = ReturnCode.objects.select_related("question__merged_into__episode").get(pk=key)
    row = Question.objects.with_state().with_votes().select_related("episode", "asker", "parent").get(pk=key)
    person = visitor(request)
    is_shown = Question.objects.visible_to(person).filter(pk=key).exists()
    is_withdrawn = returns.is_withdrawn(held, row)
    may_act = may_come_without_account(actor_of(request.user))
    is_open = may_act and row.episode.is_open
    is_alone = is_open and not Answer.objects.filter(question=row, deleted_at=None).exists()
    is_theirs = (is_shown or row.review == Review.WAITING) and is_alone
    mentions = PaperMention.objects.about_question(row).select_related("paper")
    return {
        "question": row,
        "episode": row.episode,
        "merged_into": held.question.merged_into,
        "is_shown": is_shown,
        "is_withdrawn": is_withdrawn,
        "is_waiting": row.review == Review.WAITING,
        "thread": thread_of(row, mentions=list(mentions)) if is_shown else None,
        "may_add": is_theirs,
        "may_withdraw": is_theirs and not returns.goes_on_with_others(row),
        "may_undo": is_withdrawn and is_open,
        "may_settle": is_shown and is_open and row.settled == "",
        "may_unsettle": is_shown and is_open and row.settled == QuestionState.ANSWERED,
        "may_reveal": may_act and row.asker_id is None and not is_withdrawn,
        "is_own": person is not None and row.asker_id == person.pk,
    }
