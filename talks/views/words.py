"""The page of a link for a word more (补一句): the question, what is noted, and one field. No account, no session."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Invitation
from members.rules import StateRefusal
from talks.actions.questions import Repeated
from talks.actions.words import add_words, is_closed, question_of
from talks.models import PaperMention
from talks.rules import ANSWER_LIMIT
from talks.views.record import thread_of


def words(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """What stands beside the question, and the field; a post adds words under the name that the link is for."""
    now, question = timezone.now(), question_of(invitation)
    refusal = ""
    if question is None or is_closed(invitation, now=now):
        refusal = _("This link has ended. Ask whoever sent it for another.")
    body, errors = "", list[str]()
    if request.method == "POST" and not refusal:
        body = request.POST.get("body", "").replace("\r\n", "\n").strip()
        try:
            add_words(key=invitation.key, body=body, now=now)
            messages.success(request, _("Thank you. Your words stand below the question."))
            return redirect("go", invitation.key)
        except Repeated:
            messages.success(request, _("Thank you. Your words stand below the question."))
            return redirect("go", invitation.key)
        except ValidationError as error:
            errors = error.messages
        except StateRefusal as error:
            refusal = str(error)
    context: dict[str, Any] = {
        "invitation": invitation,
        "person": invitation.person,
        "question": question,
        "episode": question.episode if question is not None else None,
        "refusal": refusal,
        "body": body,
        "errors": errors,
        "limit": ANSWER_LIMIT,
    }
    if question is not None and not refusal:
        mentions = PaperMention.objects.about_question(question).select_related("paper")
        context["thread"] = thread_of(question, mentions=list(mentions))
    status = 410 if refusal else 400 if errors else 200
    return render(request, "talks/word_more.html", context, status=status)
