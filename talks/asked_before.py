"""What was asked before in much the same words, and which questions a reader wants answered, too. Reads only."""

from __future__ import annotations

from collections.abc import Iterable

from members.models import Person
from talks.models import Episode, Question, QuestionVote
from talks.return_codes import visitor_digest
from talks.similar import alike

# How many questions are compared, the newest; how many are shown.
COMPARED, SHOWN = 5_000, 3
# Shorter texts say nothing yet.
LEAST_LETTERS = 4


def similar_questions(text: str, episode: Episode, person: Person | None) -> list[Question]:
    """Return the questions, of all episodes that this person sees, that ask much what a text asks; two queries.

    Those of the sample stay among themselves.
    """
    text = text.strip()
    if len(text) < LEAST_LETTERS:
        return []
    beside = Episode.objects.visible_to(person).beside(episode.code)
    known = Question.objects.filter(deleted_at=None, episode__in=list(beside.values_list("pk", flat=True)))
    rows = list(known.order_by("-pk").values_list("pk", "body")[:COMPARED])
    places = alike(text, [body for _key, body in rows], most=SHOWN)
    if not places:
        return []
    keys = [rows[place][0] for place in places]
    found = Question.objects.visible_to(person).with_state().with_votes().select_related("episode").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def voices_of(questions: Iterable[Question], person: Person | None, visitor: str) -> set[int]:
    """Return the keys of those of these questions that a person, or the browser of a visitor, wants answered, too."""
    keys = [question.pk for question in questions]
    votes = QuestionVote.objects.filter(question__in=keys)
    if person is not None:
        votes = votes.filter(person=person)
    elif visitor and keys:
        votes = votes.filter(visitor__in=[visitor_digest(visitor, key) for key in merged_into(*keys)])
    else:
        return set()
    return set(votes.values_list("question_id", flat=True))


def merged_into(*keys: int) -> list[int]:
    """Return the keys of questions with those of all that was merged into them, in as many queries as there are steps.

    A visitor's vote that came with a merged question still carries that question in its digest.
    """
    found, step = list(keys), list(keys)
    while step:
        step = list(Question.objects.filter(merged_into__in=step).exclude(pk__in=found).values_list("pk", flat=True))
        found += step
    return found
