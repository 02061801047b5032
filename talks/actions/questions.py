"""Asking and answering, and other words for what one asked or answered."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from markup import links
from members.actions.events import record
from members.actors import Actor, person_behind
from members.models import Event, Person, Purpose
from members.rules import StateRefusal, check_text, guest_may, may_write
from papers.actions.stubs import find_or_stub
from talks.actions.answers import check_author, signature, tell_of_answer
from talks.actions.deliveries import announce
from talks.actions.html import Html, give_ids, rendered
from talks.actions.keeping import keep
from talks.documents.model import MAX_NUMBER
from talks.history import base_of_row
from talks.models import Answer, Episode, PaperMention, Question, QuestionPart
from talks.models.order import next_position
from talks.rules import ANSWER_LIMIT, QUESTION_LIMIT, can_answer, can_edit, has_written, may_moderate, takes_questions
from talks.telling import excerpt


class Repeated(ValidationError):
    """The same person sent exactly this before; `made` is the row that came of it."""

    def __init__(self, made: Question | Answer) -> None:
        message = _("You have sent exactly this already.")
        super().__init__({"body": [ValidationError(message, code="repeated")]})
        self.made = made


def serials_of(episode: Episode) -> set[int]:
    """Return the serials given in a locked episode and note the highest. Those of deleted questions stay taken."""
    taken = set(Question.objects.numbered_in(episode.code).values_list("serial", flat=True))
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
    """Note the arXiv papers named in the text of one row, given as `question=…` or `answer=…`, in its order."""
    versions = links.arxiv_versions(text)
    papers = find_or_stub(versions, now=now)
    PaperMention.objects.bulk_create(
        PaperMention(paper=papers[key], episode=episode, paper_version=version, **target)
        for key, version in versions.items()
    )


def ask(*, episode: Episode, body: str, by: Actor, now: datetime, html: Html | None = None) -> Question:
    """Ask a question on the site. `html` is what `rendered` made of it, for callers that hold a lock.

    Members ask, and guests who were invited to ask in this episode. Raises PermissionDenied for who may not,
    StateRefusal when the episode takes no questions, ValidationError for bad text, Repeated for what this person asked
    there already.
    """
    asker = person_behind(by)
    if asker is None or not (may_write(by) or guest_may(by, Purpose.ASK, episode.code, now=now)):
        raise PermissionDenied(_("Sign in to ask."))
    check_text(body, field="body", limit=QUESTION_LIMIT, required=True)
    html = html or rendered(Question(body=body))
    with transaction.atomic():
        episode = Episode.objects.under_lock().get(pk=episode.pk)
        if not takes_questions(episode):
            raise StateRefusal(_("This episode takes no questions now; ask in the next one."), code="questions_closed")
        _refuse_repetition(Question.objects.filter(episode=episode, asker=asker, deleted_at=None), body)
        question = put_question(episode=episode, body=body, html=html, now=now, asker=asker, asker_name=asker.name)
        key, after = question.public_id, {"body": body}
        event = keep(record(by=by, now=now, verb="ask", kind="question", key=key, after=after), [question])
        tell_asked(event=event, question=question, now=now)
    return question


def put_question(*, episode: Episode, body: str, html: Html, now: datetime, **fields: object) -> Question:
    """Write a question, with its number and the papers it names, into a locked episode; `fields` say whose it is."""
    values = {"part": QuestionPart.SITE, "created_at": now, "changed_at": now, **html, **fields}
    question = Question.objects.create(
        episode=episode,
        position=next_position(Question.objects.filter(episode=episode)),
        serial=next_serial(episode, serials_of(episode)),
        body=body,
        **values,
    )
    episode.save(update_fields=["last_serial"])
    mention_papers(text=body, episode=episode, now=now, question=question)
    give_ids([question])
    return question


def put_answer(*, question: Question, body: str, html: Html, now: datetime, **signed: Any) -> Answer:
    """Write an answer, with the papers it names, behind the others; its episode is locked."""
    position = next_position(Answer.objects.filter(question=question))
    stamp = {"created_at": now, "changed_at": now}
    written = Answer.objects.create(question=question, position=position, body=body, **stamp, **signed, **html)
    mention_papers(text=body, episode=question.episode, now=now, answer=written)
    give_ids([written])
    return written


def tell_asked(*, event: Event, question: Question, now: datetime) -> None:
    """Tell webhooks of a question that everybody may see now."""
    who = {"who": question.asker_name} if question.asker_name and event.person is None else {}
    _announce(event, "question_asked", question, question.body, now=now, **who)


def answer(
    *, question: Question, body: str, by: Actor, now: datetime, html: Html | None = None, author: str = ""
) -> Answer:
    """Add one signed answer to a question. `html` is what `rendered` made of it, for callers that hold a lock.

    With `author`, a name or @name, it is written down for somebody else; who writes is its transcriber then. Raises
    PermissionDenied when this person may not answer, ValidationError for bad text or an author nobody knows, Repeated
    for what this person answered already.
    """
    if not may_write(by) or not isinstance(by, Person):
        raise PermissionDenied(_("Sign in to answer."))
    check_text(body, field="body", limit=ANSWER_LIMIT, required=True)
    author = check_author(author)
    html = html or rendered(Answer(body=body))
    with transaction.atomic():
        _lock_episode(questions=question.pk)  # first, as all that decides about questions does
        question = Question.objects.select_related("episode").get(pk=question.pk)
        if not can_answer(by, question):
            raise StateRefusal(_("This question takes no answers yet."), code="answers_closed")
        if question.deleted_at is not None:
            raise StateRefusal(_("This question is not shown any more."), code="not_shown")
        signed = signature(author, by=by, now=now)
        _refuse_repetition(Answer.objects.filter(question=question, deleted_at=None, **signed), body)
        written = put_answer(question=question, body=body, html=html, now=now, **signed)
        event = record(by=by, now=now, verb="answer", kind="answer", key=written.pk, after={"body": body})
        keep(event, [written])
        _announce(event, "question_answered", question, body, now=now)
        tell_of_answer(written, question, by=by, now=now)
    return written


def edit_question(*, question: Question, version: int, body: str, by: Actor, now: datetime) -> Question:
    """Put other words into a question: who asked it, hosts, editors and organizers; the same words change nothing.

    Raises PermissionDenied for others, StateRefusal when the record is published, ValidationError for bad text and,
    with code `conflict` and both texts, when the question is not of this version any more.
    """
    _check_edit(question, body, limit=QUESTION_LIMIT, by=by)
    html = rendered(Question(pk=question.pk, body=body, after=question.after, summary=question.summary))
    with transaction.atomic():
        _lock_episode(questions=question.pk)
        row = Question.objects.select_related("episode").get(pk=question.pk)
        if (row.after, row.summary) != (question.after, question.summary):  # somebody was faster
            html = rendered(Question(pk=row.pk, body=body, after=row.after, summary=row.summary))
        own = Question.objects.filter(episode=row.episode, asker=row.asker, deleted_at=None)
        _edit(row, own, version=version, body=body, html=html, by=by, now=now)
    return row


def edit_answer(*, answer: Answer, version: int, body: str, by: Actor, now: datetime) -> Answer:
    """Put other words into an answer: who wrote it, hosts, editors and organizers. Raises as `edit_question` does."""
    _check_edit(answer, body, limit=ANSWER_LIMIT, by=by)
    html = rendered(Answer(pk=answer.pk, body=body))
    with transaction.atomic():
        _lock_episode(questions__answers=answer.pk)
        row = Answer.objects.select_related("question__episode").get(pk=answer.pk)
        own = Answer.objects.filter(question=row.question, author=row.author, deleted_at=None)
        _edit(row, own, version=version, body=body, html=html, by=by, now=now)
    return row


def _lock_episode(**holds: int) -> None:
    """Let nobody import into the episode, publish it or edit in it meanwhile: an import locks it first, too."""
    Episode.objects.under_lock().get(**holds)


def _check_edit(row: Question | Answer, body: str, *, limit: int, by: Actor) -> None:
    """Check all that no lock is needed for."""
    if not may_write(by) or not (has_written(by, row) or may_moderate(by, row.episode)):
        raise PermissionDenied(_("Only who wrote this, hosts and editors change it."))
    check_text(body, field="body", limit=limit, required=True)


def _edit(
    row: Question | Answer, own: QuerySet[Any], *, version: int, body: str, html: Html, by: Actor, now: datetime
) -> None:
    """Write other words into a row of a locked episode; `own` are all that its author wrote there."""
    if not has_written(by, row) and not may_moderate(by, row.episode):
        raise PermissionDenied(_("Only who wrote this, hosts and editors change it."))
    if row.deleted_at is not None and not row.review:
        raise Http404
    if not can_edit(by, row):
        raise StateRefusal(_("The record is published; its words stand."), code="record_published")
    if row.version != version:
        raise _conflict(row, yours=body, base=base_of_row(row, version))
    if body == row.body:
        return
    _refuse_repetition(own.exclude(pk=row.pk), body)
    before, row.body = row.body, body
    row.version, row.changed_at = row.version + 1, now
    for name, value in html.items():
        setattr(row, name, value)
    row.save(update_fields=["body", "version", "changed_at", *html])
    kind = "question" if isinstance(row, Question) else "answer"
    episode = row.episode
    PaperMention.objects.filter(**{kind: row}).delete()
    mention_papers(text=body, episode=episode, now=now, **{kind: row})
    key = row.public_id if isinstance(row, Question) else row.pk
    values = {"before": {"body": before}, "after": {"body": body}}
    keep(record(by=by, now=now, verb="edit", kind=kind, key=key, **values), [row])


def _conflict(row: Question | Answer, *, yours: str, base: dict[str, Any] | None) -> ValidationError:
    message = _("This has changed since you read it; here is what stands now.")
    texts = {"yours": {"body": yours}, "theirs": {"body": row.body}, "base": base, "standing": (row.pk, row.version)}
    return ValidationError({"body": [ValidationError(message, code="conflict", params=texts)]})


def _refuse_repetition(own: QuerySet[Any], body: str) -> None:
    if (made := own.filter(body=body).order_by("pk").first()) is not None:
        raise Repeated(made)


def _announce(event: Event, kind: str, question: Question, body: str, *, now: datetime, **who: Any) -> None:
    """Tell webhooks of a question, or of an answer to it."""
    where, key = question.get_absolute_url(), question.public_id
    announce(event, question.episode, kind, now=now, url=where, question=key, body=excerpt(body), **who)
