"""Taking in what was said in the chat group: a log is pasted, what was read is shown, and what is ticked is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
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

from members.actors import ANONYMOUS
from members.models import Alias, ChatWish
from talks.actions import chats
from talks.asked_before import SHOWN
from talks.documents.chat import read_chat
from talks.documents.chat_questions import Asked, Proposal, Told, is_small_talk, propose
from talks.models import Episode, Question
from talks.rules import CHAT_LIMIT, runs
from talks.similar import alike
from talks.views.acting import Outcome, actor, attempt
from talks.views.visitor import visitor

# How many questions, the newest, those of a log are compared with.
COMPARED = 3_000


@dataclass(frozen=True, slots=True)
class Line:
    """An answer of the preview: its key in the form, and whether it is signed: by whom the alias book knows and who
    wishes it."""

    key: str
    told: Told
    is_known: bool
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A question of the preview; `twins` are questions in the same words, `similar` ones in nearly the same."""

    key: str
    asked: Asked
    is_known: bool
    is_nameless: bool
    is_taken: bool
    answers: list[Line]
    twins: list[Question]
    similar: list[Question]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest, code: str) -> HttpResponse:
    """A field for the log; a post shows what is read of it, and with `act=store` stores what is ticked."""
    by, now = actor(request), timezone.now()
    episode = get_object_or_404(Episode.objects.visible_to(visitor(request)).with_code(code))
    if code != episode.code:
        return redirect("chat", episode.code, permanent=True)
    if by is ANONYMOUS:
        return redirect_to_login(request.path)
    if not runs(by, episode):
        raise PermissionDenied(_("Only hosts and organizers take in what was said in the group."))
    if request.method != "POST":
        return _page(request, episode)
    text = request.POST.get("text", "")
    if len(text) > CHAT_LIMIT:
        said = _("The log is longer than %(n)d characters; take it in in parts.") % {"n": CHAT_LIMIT}
        return _page(request, episode, outcome=Outcome(said, 400))
    found = propose(read_chat(text))
    if not found.log.messages:
        return _page(
            request, episode, outcome=Outcome(_("No message was found: each needs the name of who said it."), 400)
        )
    if request.POST.get("act") != "store":
        return _page(request, episode, found)
    chosen = _chosen(found, set(request.POST.getlist("take")))  # what is left out by wish, the action leaves out

    def do() -> str:
        stored = chats.import_chat(episode=episode, asked=chosen, by=by, now=now)
        return _said(stored)

    outcome = attempt(do) if chosen else Outcome(_("Tick what is to be stored."), 400)
    if not outcome.is_done:
        return _page(request, episode, found, outcome)
    messages.success(request, outcome.said)
    return redirect(episode)


def _said(stored: chats.Stored) -> str:
    asked, answered = len(stored.questions), len(stored.answers)
    if not asked and not answered:
        return _("All of it was here already.")
    said = {"n": asked, "answers": answered}
    sentence = ngettext(
        "Stored: %(n)d question and %(answers)d answers.", "Stored: %(n)d questions and %(answers)d answers.", asked
    )
    return sentence % said


def _chosen(found: Proposal, ticked: set[str]) -> list[Asked]:
    """Return the questions that are ticked with their answers that are."""
    return [
        replace(asked, answers=[told for n, told in enumerate(asked.answers) if f"{place}.{n}" in ticked])
        for place, asked in enumerate(found.questions)
        if str(place) in ticked
    ]


def _page(
    request: HttpRequest, episode: Episode, found: Proposal | None = None, outcome: Outcome | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "episode": episode,
        "text": request.POST.get("text", ""),
        "found": None,
        "entries": [],
        "outcome": outcome,
    }
    if found is not None:
        out = chats.wishing(found.log.speakers, ChatWish.LEAVE_OUT)
        context |= {"found": found.without(out), "entries": _entries(request, found, out)}
    return render(request, "talks/chat.html", context, status=outcome.status if outcome else 200)


def _near(body: str, questions: list[Question], bodies: list[str]) -> list[Question]:
    """Return which of these questions, of which `bodies` are the beginnings, ask nearly what a text asks."""
    found = [questions[place] for place in alike(body, bodies, most=SHOWN)]
    return [question for question in found if question.body.strip() != body.strip()]


def _entries(request: HttpRequest, found: Proposal, out: set[str]) -> list[Entry]:
    """Return the questions with their answers, without those by people who wish to be left out. Keys are places in the
    whole proposal, so that they mean the same when a wish changes meanwhile."""
    names = {told.speaker for each in found.questions for told in (each, *each.answers)}
    known = set(Alias.objects.filter(name__in=names, person__deleted_at=None).values_list("name", flat=True))
    nameless = chats.wishing(names, ChatWish.ANONYMOUS)
    known -= nameless
    seen = Question.objects.visible_to(visitor(request)).select_related("episode").order_by("-pk")
    seen = seen.only("body", "serial", "follow_up", "first_code", "episode__code")
    known_ones = list(seen[:COMPARED])
    bodies = [question.body for question in known_ones]
    twins: dict[str, list[Question]] = {}
    for question in reversed(known_ones):
        twins.setdefault(question.body.strip(), []).append(question)
    is_again = request.POST.get("act") == "store"
    ticked = set(request.POST.getlist("take"))
    return [
        Entry(
            str(place),
            each,
            each.speaker in known,
            each.speaker in nameless,
            str(place) in ticked if is_again else True,
            [
                Line(
                    f"{place}.{n}",
                    told,
                    told.speaker in known,
                    f"{place}.{n}" in ticked if is_again else not is_small_talk(told.body),
                )
                for n, told in enumerate(each.answers)
                if told.speaker not in out
            ],
            twins.get(each.body.strip(), []),
            _near(each.body, known_ones, bodies),
        )
        for place, each in enumerate(found.questions)
        if each.speaker not in out
    ]
