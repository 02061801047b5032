"""Which questions and answers under review somebody may read: those they wrote, and those they see to. Reads only."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from members.models import Person
from members.rules import is_organizer, may_write
from talks.models import Answer, Episode, EpisodeState, Hosting, Question


def questions_under_review(person: Person | None) -> QuerySet[Question]:
    """Return the questions that are not shown and that this visitor may read."""
    rows: Any = Question.objects.under_review().filter(episode__in=Episode.objects.visible_to(person))
    return _readable(rows, person, "episode", Q(asker=person, is_by_name=False))


def answers_under_review(person: Person | None) -> QuerySet[Answer]:
    """Return the answers that are not shown and that this visitor may read."""
    rows: Any = Answer.objects.under_review().filter(question__episode__in=Episode.objects.visible_to(person))
    own = Q(transcriber=person) | Q(author=person, is_by_name=False)
    return _readable(rows, person, "question__episode", own)


def _readable(rows: QuerySet[Any], person: Person | None, home: str, own: Q) -> QuerySet[Any]:
    if person is None:
        return rows.none()
    if is_organizer(person):
        return rows
    if not may_write(person):
        return rows.filter(own)
    hosted = Hosting.objects.filter(person=person, is_by_name=False, deleted_at=None)
    seen_to = hosted.exclude(episode__state=EpisodeState.PUBLISHED).values("episode")
    return rows.filter(own | Q(**{f"{home}__in": seen_to}))
