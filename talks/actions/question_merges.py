"""Two questions that ask the same become one; votes, answers and credit follow, and all of it can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.notifications import notify
from members.actors import Actor, person_behind
from members.models import Event
from members.rules import StateRefusal, invalid
from talks.actions.item_rows import check_version
from talks.actions.question_rows import locked, note, require_moderating, save, standing
from talks.models import Answer, Carry, PaperMention, Question, QuestionVote, Review
from talks.models.order import next_position
from talks.telling import excerpt


def merge(*, question: Question, into: Question, by: Actor, now: datetime, version: int | None = None) -> Question:
    """Make a question, also one that waits, one with another of its episode, whose page its address leads to.

    Its answers, what goes on of it and the votes of those who have not voted for the other go there, and who asked it
    wants the other answered; the Event says which, so that `unmerge` takes back exactly these. Hosts, editors and
    organizers. Raises PermissionDenied, Http404, ValidationError, StateRefusal (`record_published`, `other_episode`,
    `has_follow_ups`, `not_shown`).
    """
    with transaction.atomic():
        other = Question.objects.filter(pk=into.pk).values_list("episode_id", flat=True).get()
        row = locked(question, other, by=by)
        target = standing(locked(into, row.episode_id, by=by))
        require_moderating(by, row.episode)
        check_version(row, version, yours={"into": target.public_id}, theirs={"review": row.review, "body": row.body})
        _check(row, target)
        before = {"review": row.review}
        answers, carries = _answers_to(target, Answer.objects.filter(question=row)), _carries_to(target, row)
        moved = {
            "answers": [[each.pk, place] for each, place in answers],
            "votes": _votes_to(target, row),
            "asker_votes": _vote_of_asker(target, row, now=now),
            "carries": [each.pk for each in carries],
        }
        _write([each for each, _place in answers], now=now)
        _write(carries, now=now)
        row.review, row.review_reason, row.merged_into = Review.MERGED, "", target
        row.deleted_at = row.deleted_at or now
        save(row, ["review", "review_reason", "merged_into", "deleted_at"], now=now)
        after = {"review": row.review, "into": target.public_id, **moved}
        changed = [*(each for each, _place in answers), *carries]
        note(row, "merge", before, after, by=by, now=now, others=changed)
        _tell(row, target, by=by, now=now)
    return row


def unmerge(*, question: Question, by: Actor, now: datetime, version: int | None = None) -> Question:
    """Let a merged question be one of its own again, with the answers, votes and carries that its merge moved, less
    what was taken back or taken elsewhere since; also from one that is not shown any more. Raises as `merge`
    (`not_merged`, `has_gone` while the other one is merged itself)."""
    with transaction.atomic():
        homes = Question.objects.filter(merged=question.pk).values_list("episode_id", flat=True)
        row = locked(question, *homes, by=by)
        require_moderating(by, row.episode)
        check_version(row, version, yours={"review": ""}, theirs={"review": row.review, "body": row.body})
        target = row.merged_into
        if row.review != Review.MERGED or target is None:
            raise StateRefusal(_("It is a question of its own."), code="not_merged")
        target = Question.objects.select_related("episode").get(pk=target.pk)
        require_moderating(by, target.episode)
        if target.review == Review.MERGED:
            message = _("What it was merged into, %(id)s, was merged itself: take that back first.")
            raise StateRefusal(message % {"id": target.public_id}, code="has_gone")
        act = Event.objects.about("question", row.public_id).filter(verb="merge").order_by("-pk").first()
        moved: dict[str, Any] = (act.after or {}) if act is not None else {}
        review = ((act.before or {}) if act is not None else {}).get("review", "")
        answers = _answers_back(row, target, moved.get("answers", []), now=now)
        carries = _carries_back(row, target, moved.get("carries", []), now=now)
        _votes_back(row, target, moved.get("votes", []))
        QuestionVote.objects.filter(pk__in=moved.get("asker_votes", []), question=target).delete()
        row.review, row.merged_into = review, None
        row.deleted_at = now if review else None
        save(row, ["review", "merged_into", "deleted_at"], now=now)
        before, after = {"review": Review.MERGED.value, "into": target.public_id}, {"review": review}
        note(row, "unmerge", before, after, by=by, now=now, others=[*answers, *carries])
    return row


def _check(row: Question, target: Question) -> None:
    if row.review not in ("", Review.WAITING):
        raise StateRefusal(_("It is not shown; show it first."), code="not_shown")
    if row.pk == target.pk:
        raise invalid("into", _("Choose another question."), "same")
    if row.episode_id != target.episode_id:
        raise StateRefusal(_("They stand in two episodes; move one of them first."), code="other_episode")
    if Question.objects.filter(parent=row, deleted_at=None).exists():
        message = _("It was asked further: merge the other one into this one, or its follow-ups first.")
        raise StateRefusal(message, code="has_follow_ups")


def _write(rows: Iterable[Answer | Carry], *, now: datetime) -> None:
    for row in rows:
        row.version, row.changed_at = row.version + 1, now
        row.save()


def _answers_to(target: Question, answers: Iterable[Answer]) -> list[tuple[Answer, int]]:
    """Let answers stand behind those of another question; return each with the place it had."""
    first = next_position(Answer.objects.filter(question=target))
    moved = []
    for place, each in enumerate(answers.order_by("position", "pk"), first):  # type: ignore[attr-defined]
        moved.append((each, each.position))
        each.question, each.position = target, place
    return moved


def _answers_back(row: Question, target: Question, moved: list[list[int]], *, now: datetime) -> list[Answer]:
    places = {pair[0]: pair[1] for pair in moved}
    answers = list(Answer.objects.filter(pk__in=places, question=target))
    for each in answers:
        each.question, each.position = row, places[each.pk]
    _write(answers, now=now)
    if row.episode_id != target.episode_id:
        PaperMention.objects.filter(answer__in=answers).update(episode=row.episode)
    return answers


def _carries_to(target: Question, row: Question) -> list[Carry]:
    """Let the other question go on where this one does and the other does not yet."""
    there = Carry.objects.filter(question=target, deleted_at=None).values("episode")
    moved = list(Carry.objects.filter(question=row, deleted_at=None).exclude(episode__in=there))
    for each in moved:
        each.question = target
    return moved


def _carries_back(row: Question, target: Question, keys: list[int], *, now: datetime) -> list[Carry]:
    moved = list(Carry.objects.filter(pk__in=keys, question=target, deleted_at=None))
    for each in moved:
        each.question = row
    _write(moved, now=now)
    return moved


def _votes_to(target: Question, row: Question) -> list[int]:
    """Let those who voted here and not there have voted there; the others' votes stay, and count again after."""
    votes = QuestionVote.objects.filter(question=row)
    there = QuestionVote.objects.filter(question=target)
    people = there.filter(person__isnull=False).values("person")
    visitors = there.exclude(visitor="").values("visitor")
    movable = votes.exclude(person__in=people).exclude(visitor__in=visitors)
    keys = sorted(movable.values_list("pk", flat=True))
    QuestionVote.objects.filter(pk__in=keys).update(question=target)
    return keys


def _vote_of_asker(target: Question, row: Question, *, now: datetime) -> list[int]:
    """Let who asked the one have voted for the other, unless they have or asked that, too. A mere name has no voice."""
    if row.asker_id is None or row.is_by_name or row.asker_id == target.asker_id:
        return []
    vote, is_new = QuestionVote.objects.get_or_create(
        question=target, person_id=row.asker_id, defaults={"created_at": now}
    )
    return [vote.pk] if is_new else []


def _votes_back(row: Question, target: Question, keys: list[int]) -> None:
    QuestionVote.objects.filter(pk__in=keys, question=target).update(question=row)


def _tell(row: Question, target: Question, *, by: Actor, now: datetime) -> None:
    who = person_behind(by)
    said = {"id": row.public_id, "into": target.public_id, "code": target.episode.code, "body": excerpt(row.body)}
    where = ("question", target.public_id)
    asker = None if row.is_by_name else row.asker
    notify([asker], kind="question_merge", target=where, by=by, now=now, who=who.name if who else "", **said)


def end_of(question: Question) -> Question:
    """Return the question that a merged one leads to. Raises Http404 when that is not shown."""
    seen = {question.pk}
    while question.merged_into_id is not None and question.merged_into_id not in seen:
        question = Question.objects.select_related("episode").get(pk=question.merged_into_id)
        seen.add(question.pk)
    if question.deleted_at is not None:
        raise Http404
    return question
