"""The wrap-up page of an evening: what is left to do, highlights by ticks, signatures, and links for a word more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.actions import invitations
from members.actors import ANONYMOUS, Actor
from members.conflicts import Conflict, gone_on, read_base
from members.forms import sent
from members.keys import read_key
from members.models import Invitation, Person, Purpose
from talks.actions import highlights as highlights_
from talks.actions import signing
from talks.actions.words import ask_for_words
from talks.highlights import Candidate, chosen, lines_of
from talks.missing import missing_for, next_state, state_page
from talks.models import Answer, Episode, EpisodeState, Question
from talks.rules import HIGHLIGHT_LIMIT, HIGHLIGHTS, may_wrap_up
from talks.views.acting import Outcome, actor, attempt
from talks.views.visitor import visitor
from talks.wrapup import Link, Wrapup, words_to_send, wrapup_of

# How many rows of each list the page shows; of what is chosen or ticked, all.
SHOWN = 100


class HighlightsForm(forms.Form):
    """The highlights, one on a line; what is ticked beside them comes behind."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    highlights = forms.CharField(
        label=gettext_lazy("Highlights, one on a line"),
        required=False,
        max_length=HIGHLIGHTS * (HIGHLIGHT_LIMIT + 2),
        widget=forms.Textarea(attrs={"rows": 6, "lang": "zh-Hans"}),
    )

    @classmethod
    def of(cls, episode: Episode) -> dict[str, Any]:
        """Return what stands in the form of an episode."""
        return {"version": episode.version, "highlights": "\n".join(episode.highlights)}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def wrapup(request: HttpRequest, code: str) -> HttpResponse:
    """What an evening still needs once it is over; a post does what its `act` says."""
    by, now = actor(request), timezone.now()
    episode = get_object_or_404(Episode.objects.visible_to(visitor(request)).with_code(code))
    if code != episode.code:
        return redirect("wrapup", episode.code, permanent=True)
    if by is ANONYMOUS:
        return redirect_to_login(request.path)
    if not may_wrap_up(by, episode):
        raise PermissionDenied(_("Only hosts, editors and organizers wrap an evening up."))
    if request.method != "POST":
        return _page(request, episode, by, now)
    if request.POST.get("act") == "highlights":
        return _highlights(request, episode, by, now)
    act = VERBS.get(request.POST.get("act", ""))
    if act is None:
        return _page(request, episode, by, now, outcome=Outcome(_("Nothing was sent."), 400))
    anchor = "unsigned" if act in (_sign, _leave_unsigned) else "words"
    outcome = attempt(lambda: act(episode, request.POST.dict(), by, now))
    if not outcome.is_done:
        return _page(request, episode, by, now, outcome=outcome)
    messages.success(request, outcome.said)
    return redirect(f"{request.path}#{anchor}")


def _highlights(request: HttpRequest, episode: Episode, by: Actor, now: datetime) -> HttpResponse:
    """Write the highlights as typed and ticked. A conflict shows both and goes on from what stands."""
    form, found, conflict = HighlightsForm(request.POST), wrapup_of(episode, now=now), dict[str, Any]()
    read = read_base(form.data.get("base"))
    before = lines_of(read["highlights"]) if read and "highlights" in read else episode.highlights
    ticked = set(request.POST.getlist("pick"))

    def do() -> Episode:
        lines = lines_of(form.cleaned_data["highlights"])
        return highlights_.set_highlights(
            episode=episode,
            highlights=chosen(lines, found.candidates, ticked=ticked, before=before),
            version=form.cleaned_data["version"],
            by=by,
            now=now,
        )

    if (made := sent(form, do, conflict)) is not None:
        said = _("Saved: %(n)d lines.") % {"n": len(made.highlights)}
        messages.success(request, said if made.highlights else _("Saved: there are no highlights now."))
        return redirect(f"{request.path}#highlights")
    if not conflict:
        return _page(request, episode, by, now, form=form, ticked=ticked, status=400)
    episode.refresh_from_db()
    lines = chosen(lines_of(form.data.get("highlights", "")), found.candidates, ticked=ticked, before=before)
    typed = HighlightsForm({**form.data, "highlights": "\n".join(lines)})
    gone = gone_on(typed, HighlightsForm, HighlightsForm.of(episode))
    return _page(request, episode, by, now, form=gone[0], clash=gone[1], status=409)


# ── Acts ────────────────────────────────────────────────────────────────────

Sent = dict[str, str]


def _answer_of(episode: Episode, sent_: Sent) -> Answer:
    rows = Answer.objects.filter(question__episode=episode, deleted_at=None)
    return get_object_or_404(rows, pk=read_key(sent_.get("answer")))


def _version(sent_: Sent) -> int | None:
    return read_key(sent_.get("version")) or None


def _sign(episode: Episode, sent_: Sent, by: Actor, now: datetime) -> str:
    row, name = _answer_of(episode, sent_), sent_.get("name", "")
    made = signing.sign(answer=row, name=name, version=_version(sent_), by=by, now=now)
    return _("Signed: %(name)s.") % {"name": made.author_name}


def _leave_unsigned(episode: Episode, sent_: Sent, by: Actor, now: datetime) -> str:
    signing.leave_unsigned(answer=_answer_of(episode, sent_), version=_version(sent_), by=by, now=now)
    return _("It stays without a name.")


def _ask_for_words(episode: Episode, sent_: Sent, by: Actor, now: datetime) -> str:
    questions = Question.objects.filter(episode=episode, deleted_at=None)
    question = get_object_or_404(questions.with_public_id(sent_.get("question", "")))
    person = get_object_or_404(Person.objects.current().with_handle(sent_.get("person", "")))
    ask_for_words(question=question, person=person, by=by, now=now)
    return _("The link for %(name)s is ready: copy its text.") % {"name": person.name}


def _revoke(episode: Episode, sent_: Sent, by: Actor, now: datetime) -> str:
    pk = read_key(sent_.get("invitation"))
    invitation = get_object_or_404(Invitation, pk=pk, purpose=Purpose.ANSWER, deleted_at=None)
    if not Question.objects.filter(episode=episode).with_public_id(invitation.target).exists():
        raise Http404
    invitations.revoke(invitation=invitation, by=by, now=now)
    return _("The link is revoked; nothing comes by it any more.")


VERBS: dict[str, Callable[[Episode, Sent, Actor, datetime], str]] = {
    "sign": _sign,
    "leave_unsigned": _leave_unsigned,
    "ask_for_words": _ask_for_words,
    "revoke": _revoke,
}


# ── The page ────────────────────────────────────────────────────────────────


def _page(
    request: HttpRequest,
    episode: Episode,
    by: Actor,
    now: datetime,
    *,
    outcome: Outcome | None = None,
    form: HighlightsForm | None = None,
    clash: Conflict | None = None,
    ticked: set[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = wrapup_of(episode, now=now)
    wanted = request.GET.get("question", "")
    coming = next_state(episode.state)
    is_wrapup = episode.state == EpisodeState.WRAPUP
    context: dict[str, Any] = {
        "episode": episode,
        "wrapup": found,
        "form": form or HighlightsForm(initial=HighlightsForm.of(episode)),
        "clash": clash,
        "outcome": outcome,
        "groups": _groups(found, ticked),
        "moderation": reverse("moderation", args=[episode.code]) if found.waiting else "",
        "links": [_shown(request, link) for link in found.links],
        "wanted_person": request.GET.get("person", ""),
        "wanted_question": wanted,
        "choices": [_few([row for row in found.questions if bool(row.answer_count) == has], wanted) for has in (0, 1)],  # type: ignore[attr-defined]
        "shown": {
            name: {"rows": rows[:SHOWN], "more": max(len(rows) - SHOWN, 0)}
            for name, rows in (
                ("unanswered", found.unanswered),
                ("unsigned", found.unsigned),
                ("nameless", found.nameless),
            )
        },
        "missing": missing_for(episode, coming) if coming and is_wrapup else [],
        "coming": coming if is_wrapup else None,
        "state_page": state_page(episode),
        "typed": request.POST if outcome is not None else {},
    }
    return render(request, "talks/wrapup.html", context, status=outcome.status if outcome else status)


def _few(rows: list[Question], wanted: str) -> list[Question]:
    """Return the first rows, and the one that is wanted."""
    return [row for place, row in enumerate(rows) if place < SHOWN or row.public_id == wanted]


def _groups(found: Wrapup, ticked: set[str] | None) -> list[tuple[str, list[tuple[Candidate, bool]], int]]:
    """Return what may be ticked by section, questions together, each with whether it is, and how many are not shown:
    those that are ticked always are, for a line whose tick is not sent goes."""
    groups: dict[str, list[tuple[Candidate, bool]]] = {}
    for each in found.candidates:
        name = _("Questions") if each.key.startswith("question:") else each.about
        is_ticked = each.key in ticked if ticked is not None else each.line in found.episode.highlights
        groups.setdefault(name, []).append((each, is_ticked))
    few = {name: [pair for place, pair in enumerate(rows) if place < SHOWN or pair[1]] for name, rows in groups.items()}
    return [(name, few[name], len(rows) - len(few[name])) for name, rows in groups.items()]


def _shown(request: HttpRequest, link: Link) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("go", args=[link.invitation.key]))
    with translation.override(settings.LANGUAGE_CODE):  # people speak the language of the site
        text = words_to_send(link, address)
    return {"invitation": link.invitation, "question": link.question, "address": address, "text": text}
