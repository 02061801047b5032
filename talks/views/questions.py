"""The page of one question, and the form to answer it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.actors import ANONYMOUS
from members.models import Person
from talks.actions import question_merges
from talks.actions import questions as actions
from talks.asked_before import voices_of
from talks.carrying import goes_on_in
from talks.merged import words_in
from talks.models import Episode, PaperMention, Question, Review
from talks.rules import ANSWER_LIMIT, can_answer, may_move, takes_questions
from talks.views.acting import actor
from talks.views.answering import of_id, readable, rights
from talks.views.record import thread_of, video_of
from talks.views.visitor import visitor
from talks.views.voting import voter_at
from talks.views.writing import Draft, kept_draft, send


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, public_id: str) -> HttpResponse:
    """One question with its answers and follow-ups, and the form to answer it."""
    person, by = visitor(request), actor(request)
    visible = Question.objects.visible_to(person)
    row = of_id(public_id, person)
    if row.review == Review.MERGED:  # its address leads to what it became
        return redirect(get_object_or_404(visible.select_related("episode"), pk=question_merges.end_of(row).pk))
    readable(row, by)
    if request.method != "POST" and request.path != row.get_absolute_url():
        return redirect(row, permanent=True)
    draft: Draft | HttpResponse = kept_draft(request)
    if request.method == "POST":
        made, draft = send(
            request,
            limit=ANSWER_LIMIT,
            act=lambda body, by: actions.answer(
                question=row, body=body, by=by, now=timezone.now(), author=request.POST.get("author", "")
            ),
        )
        if made is not None:
            said = _("Your answer stands below, signed with your name.")
            if made.transcriber_id is not None:
                said = _("Written down; it stands below, signed %(name)s.") % {"name": made.author_name}
            messages.success(request, said)
            return redirect(f"{row.get_absolute_url()}#answer-{made.pk}")
    if isinstance(draft, HttpResponse):
        return draft
    mentions = PaperMention.objects.about_question(row).select_related("paper")
    if row.parent is not None:
        row.parent.episode = row.episode
    thread = thread_of(row, mentions=list(mentions))
    merged = list(Question.objects.filter(merged_into=row).select_related("episode").order_by("pk"))
    context = {
        **rights(row, [entry.answer for entry in thread.answers], by),
        "has_acts": by is not ANONYMOUS,
        "thread": thread,
        "goes_on_in": goes_on_in(row),
        "merged": merged,
        "merged_words": words_in(row.episode_id)[row.pk] if merged else [],
        "author": request.POST.get("author", ""),
        "episode": row.episode,
        "parent": row.parent,
        "video": video_of(row),
        "draft": draft,
        "voices": voices_of([row], person, voter_at(request)),
        "may_answer": not row.review
        and (not request.user.is_authenticated or (person is not None and can_answer(person, row))),
        "move_to": _places_for(row, person),
        "previous": visible.before(row).first(),
        "next": visible.after(row).first(),
    }
    return render(request, "talks/question.html", context, status=draft.status)


def _places_for(row: Question, person: Person | None) -> list[Episode]:
    """Return the episodes that this person may move a question to: those beside its own that take questions."""
    if person is None or row.parent_id is not None or not may_move(person, row):
        return []
    beside = Episode.objects.visible_to(None).beside(row.episode.code).exclude(pk=row.episode_id)
    return [episode for episode in beside.order_by("number") if takes_questions(episode)]
