"""What one does with a question and its answers: mend them, sum them up, and the buttons beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from markup import html
from members.actors import ANONYMOUS, Actor
from members.conflicts import Conflict, gone_on
from members.forms import sent
from members.keys import read_key
from members.models import Person
from members.rules import StateRefusal, invalid, may_write
from talks.actions import answers, moderation, question_merges, questions, settling
from talks.models import Answer, Episode, Question
from talks.models.questions import read_public_id
from talks.rules import (
    ANSWER_LIMIT,
    QUESTION_LIMIT,
    REASON_LIMIT,
    SUMMARY_LIMIT,
    can_edit,
    has_written,
    may_moderate,
    may_read_under_review,
    may_report,
    may_settle,
)
from talks.views.acting import actor, attempt, unapproved_by, undo_by, way_back
from talks.views.record import with_cue
from talks.views.visitor import visitor

MOST = 100


class WordsForm(forms.Form):
    """The words of a question or an answer."""

    body = forms.CharField(
        label=gettext_lazy("Text, in Markdown"), strip=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_body(self) -> str:
        return self.cleaned_data["body"].replace("\r\n", "\n").strip()


class SummaryForm(forms.Form):
    """A summary and the answers that it uses."""

    summary = forms.CharField(
        label=gettext_lazy("Summary, in Markdown"), required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip
    cites = forms.MultipleChoiceField(
        label=gettext_lazy("It uses these answers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["cites"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["cites"]

    def clean_summary(self) -> str:
        return self.cleaned_data["summary"].replace("\r\n", "\n").strip("\n")


def of_id(public_id: str, person: Person | None) -> Question:
    """Return the question of an id, whether it is shown or not, of an episode that is seen. Raises Http404."""
    rows = Question.objects.filter(episode__in=Episode.objects.visible_to(person)).with_public_id(public_id)
    counted = with_cue(rows.with_votes())
    return get_object_or_404(counted.select_related("episode", "asker", "parent__asker", "merged_into__episode"))


def readable(row: Question, by: Actor) -> Question:
    """Return a question that this visitor may read, also one under review. Raises Http404."""
    is_shown = row.deleted_at is None and (row.parent is None or row.parent.deleted_at is None)
    if not is_shown and not (row.review and may_read_under_review(by, row)):
        raise Http404
    return row


def found(public_id: str, person: Person | None, by: Actor) -> Question:
    """Return the question of an id that this visitor may read. Raises Http404."""
    return readable(of_id(public_id, person), by)


def _answer_of(question: Question, pk: int, by: Actor) -> Answer:
    rows = Answer.objects.filter(question=question).select_related("question__episode", "author", "transcriber")
    row = get_object_or_404(rows, pk=pk)
    if row.deleted_at is not None and not (row.review and may_read_under_review(by, row)):
        raise Http404
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit_question(request: HttpRequest, public_id: str) -> HttpResponse:
    """Other words for a question; two edits at once show both texts."""
    by = actor(request)
    row = found(public_id, visitor(request), by)
    return _edit(request, row, row, by, limit=QUESTION_LIMIT)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit_answer(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """Other words for an answer, or taking one's own out; two edits at once show both texts."""
    by = actor(request)
    question = found(public_id, visitor(request), by)
    return _edit(request, question, _answer_of(question, pk, by), by, limit=ANSWER_LIMIT)


def _edit(request: HttpRequest, question: Question, row: Question | Answer, by: Actor, *, limit: int) -> HttpResponse:
    if by is ANONYMOUS:
        return redirect_to_login(request.path)
    if not can_edit(by, row):
        if has_written(by, row):
            raise StateRefusal(_("The record is published; its words stand."), code="record_published")
        raise PermissionDenied(_("Only who wrote this, hosts and editors change it."))
    form = WordsForm(request.POST if request.method == "POST" else None, initial=_said(row))
    conflict: dict[str, Any] = {}
    clash: Conflict | None = None
    preview = ""
    if request.method == "POST":
        if "preview" in request.POST:
            preview = html.render(request.POST.get("body", "")[:limit], prefix="preview-")
        elif sent(form, lambda: _change(row, form, by), conflict) is not None:
            messages.success(request, _("Saved."))
            return redirect(_place_of(question, row))
        if conflict:
            row.refresh_from_db()
            form, clash = gone_on(form, WordsForm, _said(row), conflict.get("base"))
    context = {
        "episode": question.episode,
        "question": question,
        "answer": row if isinstance(row, Answer) else None,
        "form": form,
        "clash": clash,
        "preview_html": preview,
        "is_own": has_written(by, row),
        "back": _place_of(question, row),
    }
    is_wrong = bool(form.errors) and "preview" not in request.POST
    return render(request, "talks/words.html", context, status=409 if conflict else 400 if is_wrong else 200)


def _said(row: Question | Answer) -> dict[str, Any]:
    return {"body": row.body, "version": row.version}


def _change(row: Question | Answer, form: WordsForm, by: Actor) -> Question | Answer:
    values = {"version": form.cleaned_data["version"], "body": form.cleaned_data["body"]}
    if isinstance(row, Question):
        return questions.edit_question(question=row, by=by, now=timezone.now(), **values)
    return questions.edit_answer(answer=row, by=by, now=timezone.now(), **values)


def _place_of(question: Question, row: Question | Answer) -> str:
    return question.get_absolute_url() + (f"#answer-{row.pk}" if isinstance(row, Answer) else "")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def summary(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write what the answers come to, and say which of them it uses."""
    by = actor(request)
    row = found(public_id, visitor(request), by)
    if by is ANONYMOUS:
        return redirect_to_login(request.path)
    if not may_settle(by, row):
        raise PermissionDenied(
            _("Only who asked, who leads the free talk, hosts, editors and organizers settle a question.")
        )
    rows = list(Answer.objects.filter(question=row, deleted_at=None).order_by("position", "pk"))
    choices = [
        (str(each.pk), f"{each.author_name or _('unsigned')}: {' '.join(each.body.split())[:60]}") for each in rows
    ]

    def make(data: Any = None, **more: Any) -> SummaryForm:
        return SummaryForm(data, choices=choices, **more)

    form = make(request.POST if request.method == "POST" else None, initial=_summed(row))
    conflict: dict[str, Any] = {}
    clash: Conflict | None = None
    if request.method == "POST":
        if sent(form, lambda: _summarize(row, form, by), conflict) is not None:
            messages.success(request, _("Saved."))
            return redirect(f"{row.get_absolute_url()}#summary")
        if conflict:
            row.refresh_from_db()
            form, clash = gone_on(form, make, _summed(row), conflict.get("base"))
    context = {"episode": row.episode, "question": row, "form": form, "clash": clash}
    status = 409 if conflict else 400 if form.errors else 200
    return render(request, "talks/summary.html", context, status=status)


def _summed(row: Question) -> dict[str, Any]:
    return {"summary": row.summary, "cites": [str(key) for key in row.summary_cites], "version": row.version}


def _summarize(row: Question, form: SummaryForm, by: Actor) -> Question:
    said = form.cleaned_data
    cites = [int(key) for key in said.get("cites", [])]
    return settling.summarize(
        question=row, body=said["summary"], cites=cites, version=said["version"], by=by, now=timezone.now()
    )


# ── The buttons beside a question and its answers ───────────────────────────

Sent = Mapping[str, Any]
Act = Callable[[Question | Answer, Sent, Actor, datetime], str]


def _reviewing(verb: str, done: Any) -> Act:
    def act(row: Question | Answer, sent: Sent, by: Actor, now: datetime) -> str:
        more = {"reason": sent.get("reason", "")} if verb in ("decline", "hide") else {}
        version = read_key(sent.get("version")) or None
        getattr(moderation, verb)(row=row, by=by, now=now, version=version, **more)
        return str(done)

    return act


def _approve(row: Question | Answer, sent: Sent, by: Actor, now: datetime) -> str:
    moderation.approve(row=row, by=by, now=now, version=read_key(sent.get("version")) or None)
    if isinstance(row, Answer):
        return _("The answer to %(id)s is shown now.") % {"id": row.question.public_id}
    return _("%(id)s is shown now.") % {"id": row.public_id}


def _accepting(verb: str, done: Any) -> Act:
    def act(row: Question | Answer, sent: Sent, by: Actor, now: datetime) -> str:
        if not isinstance(row, Answer):
            raise Http404
        getattr(settling, verb)(answer=row, by=by, now=now)
        return str(done)

    return act


def _question(row: Question | Answer) -> Question:
    if not isinstance(row, Question):
        raise Http404
    return row


def _settle(row: Question | Answer, sent: Sent, by: Actor, now: datetime) -> str:
    values = {"state": sent.get("state", ""), "reason": sent.get("reason", "")}
    made = settling.settle(question=_question(row), by=by, now=now, **values)
    return _("%(id)s is now: %(state)s.") % {"id": made.public_id, "state": made.get_settled_display()}


def _reopen(row: Question | Answer, sent: Sent, by: Actor, now: datetime) -> str:
    made = settling.reopen(question=_question(row), by=by, now=now)
    return _("%(id)s is open again.") % {"id": made.public_id}


def _merge(row: Question | Answer, sent: Sent, by: Actor, now: datetime) -> str:
    question = _question(row)
    wanted = str(sent.get("into", "")).strip()[:24]
    if not wanted:
        raise invalid("into", _("Choose another question."), "required")
    if not read_public_id(wanted):
        wanted = f"{question.episode.code}-{wanted}"
    into = Question.objects.visible_to(by if isinstance(by, Person) else None).with_public_id(wanted).first()
    if into is None:
        raise Http404
    version = read_key(sent.get("version")) or None
    made = question_merges.merge(question=question, into=into, by=by, now=now, version=version)
    return _("%(id)s is one with %(into)s now.") % {"id": made.public_id, "into": into.public_id}


def _report(row: Question | Answer, sent: Sent, by: Actor, now: datetime) -> str:
    moderation.report(row=row, reason=sent.get("reason", ""), by=by, now=now)
    return _("Thank you; who runs the evening will look at it.")


def _dismiss(row: Question | Answer, sent: Sent, by: Actor, now: datetime) -> str:
    moderation.dismiss(row=row, by=by, now=now)
    return _("It stands as it is.")


def _remove(row: Question | Answer, sent: Sent, by: Actor, now: datetime) -> str:
    if not isinstance(row, Answer):
        raise Http404
    answers.remove_answer(answer=row, by=by, now=now, version=read_key(sent.get("version")) or None)
    return _("Your answer is taken out.")


ACTS: dict[str, Act] = {
    "accept": _accepting("accept", gettext_lazy("Accepted.")),
    "unaccept": _accepting("unaccept", gettext_lazy("It is accepted no more.")),
    "settle": _settle,
    "reopen": _reopen,
    "approve": _approve,
    "unapprove": _reviewing("unapprove", gettext_lazy("It waits for approval again.")),
    "decline": _reviewing("decline", gettext_lazy("Declined; who wrote it sees why.")),
    "hide": _reviewing("hide", gettext_lazy("It is hidden.")),
    "put_back": _reviewing("put_back", gettext_lazy("It is back.")),
    "merge": _merge,
    "report": _report,
    "dismiss": _dismiss,
    "remove": _remove,
}
# What these did is undone by bringing the row back.
UNDONE = ("decline", "hide", "merge", "remove")


@require_POST
def act(request: HttpRequest, public_id: str) -> HttpResponse:
    """One button beside a question or, with `answer`, beside an answer to it."""
    by, now = actor(request), timezone.now()
    question = found(public_id, visitor(request), by)
    page = way_back(request, question.get_absolute_url())
    if by is ANONYMOUS:
        return redirect_to_login(question.get_absolute_url())
    row: Question | Answer = question
    if "answer" in request.POST:
        row = _answer_of(question, read_key(request.POST["answer"]), by)
    verb = next((name for name in ACTS if name in request.POST), None)
    if verb is None:
        raise Http404
    outcome = attempt(lambda: ACTS[verb](row, request.POST, by, now))
    kind = "question" if isinstance(row, Question) else "answer"
    undo = undo_by(question.episode.code, kind, row.pk) if outcome.is_done and verb in UNDONE else ""
    if outcome.is_done and verb == "approve":
        undo = unapproved_by(row)
    level = messages.SUCCESS if outcome.is_done else messages.ERROR
    messages.add_message(request, level, outcome.said, extra_tags=undo)
    return redirect(page)


def rights(question: Question, answers_: list[Answer], by: Actor) -> dict[str, Any]:
    """Return what the page of a question offers this visitor; the actions decide."""
    now = timezone.now()
    settles, moderates = may_settle(by, question), may_moderate(by, question.episode)
    is_shown = not question.review
    is_open = question.episode.is_open and may_write(by)
    own = {each.pk for each in answers_ if has_written(by, each)}
    others = Question.objects.visible_to(None).filter(episode=question.episode_id).exclude(pk=question.pk)
    return {
        "may_settle": settles and is_shown,
        "may_moderate": moderates,
        "may_edit": can_edit(by, question),
        "may_report": may_report(by, question, now=now) and not moderates and is_shown,
        "editable": set() if not is_open else {each.pk for each in answers_} if moderates else own,
        "own": own,
        "merge_into": list(others.select_related("episode").order_by("position", "pk")[:MOST]) if moderates else [],
        "settled_states": [(state, label) for state, label in Question._meta.get_field("settled").choices or ()],
        "reason_limit": REASON_LIMIT,
        "summary_limit": SUMMARY_LIMIT,
    }
