"""The scribe's page: questions, answers and links of the evening, section by section, one scribe for each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.actors import Actor
from members.keys import read_key
from members.models import Person
from talks.actions import scribe as actions
from talks.actions.questions import Repeated
from talks.models import Cue, CueState, Episode, Question, ScribeLock, Section, SectionKind
from talks.rules import ANSWER_LIMIT, NAME_LIMIT, QUESTION_LIMIT, may_scribe, may_see_presence, takes_items
from talks.views.acting import Outcome, actor, attempt
from talks.views.live import found
from talks.views.live_rows import log_context, offered_to_answer
from talks.views.writing import DRAFT, keep_fields, kept_fields

WORDS = ("question", "answer", "url")
FIELDS = (*WORDS, "act", "section", "asker", "to", "author")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def scribe(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the record of a section; a post does what its `act` says, and what is refused is still in the form."""
    by, now = actor(request), timezone.now()
    episode = found(request, code)
    page = reverse("scribe", args=[episode.code])
    if not isinstance(by, Person):
        return _signed_out(request, page)
    if request.method != "POST" and code != episode.code:
        return redirect("scribe", episode.code, permanent=True)
    sections = list(Section.objects.filter(episode=episode, deleted_at=None).order_by("position", "pk"))
    kept = kept_fields(request)
    wanted = read_key((request.POST if request.method == "POST" else kept or request.GET).get("section"))
    section = next((each for each in sections if each.pk == wanted), None)
    if section is None and wanted:
        raise Http404
    section = section or _section_on_air(episode, sections)
    outcome, sent = None, {"to": request.GET.get("to", ""), **kept}
    if request.method == "POST":
        sent = request.POST.dict()
        act = ACTS.get(sent.get("act", ""))
        if act is None or section is None:
            outcome = Outcome(_("Nothing was sent."), 400)
        else:
            outcome = attempt(lambda: act(section, sent, by, now))
        if outcome.is_done and sent.get("act") == "here":
            return HttpResponse(status=204)
        if outcome.is_done:
            request.session.pop(DRAFT, None)
            messages.success(request, outcome.said)
            chosen = f"&to={read_key(sent.get('to'))}" if sent.get("act") in ("answer", "question") else ""
            return redirect(f"{page}?section={section.pk}{chosen}" if section is not None else page)
    context = _context(episode, section, sections, by, now) | {
        "asked": offered_to_answer(episode, read_key(sent.get("to"))),
        "outcome": outcome,
        "sent": sent,
    }
    return render(request, "talks/scribe.html", context, status=outcome.status if outcome is not None else 200)


def _signed_out(request: HttpRequest, page: str) -> HttpResponse:
    """Show the way to the sign-in page; words that were written wait in the session and are in the form afterwards."""
    if request.method != "POST" or not any(request.POST.get(name, "").strip() for name in WORDS):
        return redirect_to_login(page)
    fields = {name: _text(request.POST.dict(), name) for name in FIELDS if name in request.POST}
    if (reply := keep_fields(request, fields)) is not None:
        return reply
    sentence = _("Too many texts from your network wait for a sign-in. Keep yours somewhere and sign in first.")
    return render(request, "403.html", {"sentence": sentence}, status=429)


def _context(
    episode: Episode, section: Section | None, sections: list[Section], by: Actor, now: datetime
) -> dict[str, Any]:
    lock = ScribeLock.objects.select_related("person").filter(section=section).first() if section is not None else None
    holder = lock.person if lock is not None and lock.stands(now) else None
    return {
        "episode": episode,
        "section": section,
        "sections": sections,
        "takes_items": section is not None and takes_items(section),
        "for_links": [each for each in sections if takes_items(each)],
        "may_scribe": may_scribe(by, episode),
        "holder": holder,
        "is_mine": holder is not None and holder == by,
        "limits": {"question": QUESTION_LIMIT, "answer": ANSWER_LIMIT, "name": NAME_LIMIT},
        **log_context(episode, now=now, sees_presence=may_see_presence(by)),
    }


def _section_on_air(episode: Episode, sections: list[Section]) -> Section | None:
    """Return the section that is on, else the free talk, else the first one."""
    cue = Cue.objects.filter(rundown__episode=episode, state=CueState.RUNNING, section__isnull=False).first()
    on = next((each for each in sections if cue is not None and each.pk == cue.section_id), None)
    free = next((each for each in sections if each.kind == SectionKind.FREE_TALK), None)
    return on or free or next(iter(sections), None)


# ── Acts ────────────────────────────────────────────────────────────────────

Sent = dict[str, str]


def _text(sent: Sent, name: str) -> str:
    return sent.get(name, "").replace("\r\n", "\n")


def _take(section: Section, sent: Sent, by: Actor, now: datetime) -> str:
    actions.take_section(section=section, by=by, now=now, take_over="over" in sent)
    return _("You keep the record of %(section)s.") % {"section": section.name}


def _here(section: Section, sent: Sent, by: Actor, now: datetime) -> str:
    actions.take_section(section=section, by=by, now=now)
    return ""


def _leave(section: Section, sent: Sent, by: Actor, now: datetime) -> str:
    actions.leave_section(section=section, by=by)
    return _("Somebody else may keep the record of %(section)s now.") % {"section": section.name}


def _question(section: Section, sent: Sent, by: Actor, now: datetime) -> str:
    values = {"body": _text(sent, "question"), "asker_name": sent.get("asker", "")}
    try:
        row = actions.note_question(section=section, by=by, now=now, take_over="over" in sent, **values)
    except Repeated as error:
        row = error.made  # type: ignore[assignment]
    sent["to"] = str(row.pk)  # what was just asked is what is answered next
    return _("Written down: %(id)s") % {"id": row.public_id}


def _answer(section: Section, sent: Sent, by: Actor, now: datetime) -> str:
    rows = Question.objects.filter(pk=read_key(sent.get("to")), episode=section.episode_id, deleted_at=None)
    question = rows.select_related("episode").first()
    if question is None:
        raise Http404
    values = {"author_name": sent.get("author", ""), "body": _text(sent, "answer")}
    with suppress(Repeated):
        actions.note_answer(question=question, section=section, by=by, now=now, take_over="over" in sent, **values)
    return _("Written down, to %(id)s") % {"id": question.public_id}


def _link(section: Section, sent: Sent, by: Actor, now: datetime) -> str:
    into = None
    if wanted := read_key(sent.get("into")):
        into = Section.objects.filter(pk=wanted, episode=section.episode_id, deleted_at=None).first()
        if into is None:
            raise Http404
    row = actions.note_link(
        section=section, into=into, url=sent.get("url", ""), by=by, now=now, take_over="over" in sent
    )
    return _("A card: “%(title)s”") % {"title": row}


ACTS: dict[str, Callable[[Section, Sent, Actor, datetime], str]] = {
    "take": _take,
    "here": _here,
    "leave": _leave,
    "question": _question,
    "answer": _answer,
    "link": _link,
}
