"""Asking and answering."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from markup import links
from members.actions.events import record
from members.actors import Actor
from members.models import Person
from members.rules import StateRefusal, check_text, may_write
from papers.actions.stubs import find_or_stub
from talks.actions.html import render_and_save
from talks.documents.model import MAX_NUMBER
from talks.models import Answer, Episode, PaperMention, Question, QuestionPart
from talks.rules import ANSWER_LIMIT, QUESTION_LIMIT, can_answer, takes_questions


class Repeated(ValidationError):
    """The same person sent exactly this before; `made` is the row that came of it."""

    def __init__(self, made: Question | Answer) -> None:
        message = _("You have sent exactly this already.")
        super().__init__({"body": [ValidationError(message, code="repeated")]})
        self.made = made


def serials_of(episode: Episode) -> set[int]:
    """Return the serials given in a locked episode and note the highest. Those of deleted questions stay taken."""
    taken = set(Question.objects.filter(episode=episode).values_list("serial", flat=True))
    episode.last_serial = max([episode.last_serial, *taken])
    return taken


def next_serial(episode: Episode, taken: set[int], *, number: int | None = None) -> int:
    """Return the serial of the next question of a locked episode and note it as given, in `taken` too.

    The document's number if no earlier question has it, else one more than the highest ever given (glossary,
    问题编号).
    """
    is_free = number is not None and 0 < number <= MAX_NUMBER and number not in taken
    serial = number if number and is_free else episode.last_serial + 1
    episode.last_serial = max(episode.last_serial, serial)
    taken.add(serial)
    return serial


def mention_papers(*, text: str, episode: Episode, now: datetime, **target: object) -> None:
    """Note the arXiv papers named in the text of one row, given as `question=…` or `answer=…`."""
    for paper in find_or_stub(links.arxiv_ids(text), now=now).values():
        PaperMention.objects.create(paper=paper, episode=episode, **target)


def ask(*, episode: Episode, body: str, by: Actor, now: datetime) -> Question:
    """Ask a question on the site.

    Raises PermissionDenied for who may not write, StateRefusal when the episode takes no questions, ValidationError
    for bad text, Repeated for what this person asked there already.
    """
    with transaction.atomic():
        episode = Episode.objects.select_for_update().get(pk=episode.pk)
        if not may_write(by) or not isinstance(by, Person):
            raise PermissionDenied(_("Sign in to ask."))
        if not takes_questions(episode):
            raise StateRefusal(_("This episode takes no questions now; ask in the next one."), code="questions_closed")
        check_text(body, field="body", limit=QUESTION_LIMIT, required=True)
        _refuse_repetition(Question.objects.filter(episode=episode, asker=by, deleted_at=None), body)
        last = Question.objects.filter(episode=episode).aggregate(last=Max("position"))["last"]
        question = Question.objects.create(
            episode=episode,
            position=(last or 0) + 1,
            serial=next_serial(episode, serials_of(episode)),
            part=QuestionPart.SITE,
            asker=by,
            asker_name=by.name,
            body=body,
            created_at=now,
            changed_at=now,
        )
        episode.save(update_fields=["last_serial"])
        mention_papers(text=body, episode=episode, now=now, question=question)
        render_and_save([question])
        record(by=by, now=now, verb="ask", kind="question", key=question.public_id, after={"body": body})
    return question


def answer(*, question: Question, body: str, by: Actor, now: datetime) -> Answer:
    """Add one signed answer to a question.

    Raises PermissionDenied when this person may not answer, ValidationError for bad text, Repeated for what this
    person answered already.
    """
    with transaction.atomic():
        question = Question.objects.select_for_update(of=("self",)).select_related("episode").get(pk=question.pk)
        if not may_write(by) or not isinstance(by, Person):
            raise PermissionDenied(_("Sign in to answer."))
        if not can_answer(by, question):
            raise StateRefusal(_("This question takes no answers yet."), code="answers_closed")
        check_text(body, field="body", limit=ANSWER_LIMIT, required=True)
        _refuse_repetition(Answer.objects.filter(question=question, author=by, deleted_at=None), body)
        last = Answer.objects.filter(question=question).aggregate(last=Max("position"))["last"]
        written = Answer.objects.create(
            question=question,
            position=(last or 0) + 1,
            author=by,
            author_name=by.name,
            body=body,
            created_at=now,
            changed_at=now,
        )
        mention_papers(text=body, episode=question.episode, now=now, answer=written)
        render_and_save([written])
        record(by=by, now=now, verb="answer", kind="answer", key=written.pk, after={"body": body})
    return written


def _refuse_repetition(own: QuerySet[Any], body: str) -> None:
    if (made := own.filter(body=body).order_by("pk").first()) is not None:
        raise Repeated(made)
