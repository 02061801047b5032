"""What who asked without an account does with the question by its return code: look, add, settle, withdraw, reveal.

All but the last are acts of nobody: an Event without a person, and only the hour. The code is the right.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.actions.events import hour_of, record
from members.actors import ANONYMOUS, Actor
from members.models import Event, Person
from members.rules import StateRefusal, check_text, invalid, may_write, require
from talks import return_codes
from talks.actions.html import rendered
from talks.actions.keeping import keep
from talks.actions.limits import count_visitor, refuse_visitor
from talks.actions.questions import mention_papers
from talks.models import Answer, AskingRules, Episode, PaperMention, Question, QuestionState, ReturnCode, Review
from talks.rules import QUESTION_LIMIT, may_come_without_account


def find_by_code(*, code: str, address: str, now: datetime) -> ReturnCode:
    """Return what a return code stands for, its question with it.

    Raises ValidationError for a wrong one, which is counted against the address, and TooMany after too many of them.
    """
    refuse_visitor(purpose="return", address=address, now=now)
    words = return_codes.read_code(code)
    found = None
    if words is not None:
        rows = ReturnCode.objects.filter(digest=return_codes.digest_of(words))
        found = rows.select_related("question__episode", "question__merged_into__episode").first()
    if found is None:
        count_visitor(purpose="return", address=address, now=now)
        raise invalid("code", _("No question has this code. It is six words of two characters."), "unknown_code")
    return found


def add_details(*, held: ReturnCode, body: str, now: datetime, by: Actor = ANONYMOUS, address: str = "") -> Question:
    """Put more words under a question; the same again change nothing. It waits for approval again where such wait.

    Raises PermissionDenied and TooMany as all acts here do, ValidationError, StateRefusal when the record is published
    or others have answered.
    """
    check_text(body, field="body", limit=QUESTION_LIMIT, required=True)
    with _locked(held, by=by, address=address, now=now) as (row, _code):
        _require_theirs_alone(row)
        if row.body.endswith(f"\n\n{body}"):
            return row
        whole = check_text(f"{row.body}\n\n{body}", field="body", limit=QUESTION_LIMIT)
        before, row.body = row.body, whole
        for name, value in rendered(row).items():
            setattr(row, name, value)
        if AskingRules.current().is_reviewed:
            row.review, row.deleted_at = Review.WAITING, row.deleted_at or hour_of(now)
        PaperMention.objects.filter(question=row).delete()
        mention_papers(text=whole, episode=row.episode, now=hour_of(now), question=row)
        _save(row, "edit", now=now, before={"body": before}, after={"body": whole})
    return row


def settle(*, held: ReturnCode, is_settled: bool, now: datetime, by: Actor = ANONYMOUS, address: str = "") -> Question:
    """Say that a question is answered (解决了), or that it is not after all; what others decided stands.

    Raises StateRefusal where it does, for what is not shown, and when the record is published.
    """
    with _locked(held, by=by, address=address, now=now) as (row, _code):
        if row.deleted_at is not None or row.settled not in ("", QuestionState.ANSWERED):
            raise StateRefusal(_("This question was decided about already."), code="settled")
        wanted = QuestionState.ANSWERED.value if is_settled else ""
        if row.settled == wanted:
            return row
        _require_open(row)
        row.settled = wanted
        _save(row, "settle" if is_settled else "reopen", now=now)
    return row


def withdraw(*, held: ReturnCode, now: datetime, by: Actor = ANONYMOUS, address: str = "") -> Question:
    """Take a question out of the record; the same code brings it back (`undo_withdrawal`).

    Raises StateRefusal when the record is published, others have answered or asked further, another question was
    merged into it (`has_merged`), or it was decided about.
    """
    with _locked(held, by=by, address=address, now=now) as (row, code):
        if is_withdrawn(code, row):
            return row
        _require_theirs_alone(row)
        if goes_on_with_others(row):
            raise StateRefusal(
                _("Somebody asked the same or asked further, and that goes on here; it stands."), code="has_merged"
            )
        code.withdrawn_from = row.review
        code.save(update_fields=["withdrawn_from"])
        row.review, row.deleted_at = "", row.deleted_at or hour_of(now)
        _save(row, "withdraw", now=now)
    return row


def undo_withdrawal(*, held: ReturnCode, now: datetime, by: Actor = ANONYMOUS, address: str = "") -> Question:
    """Bring a withdrawn question back to where it was: into the record, or to those that wait; twice is once.

    Raises StateRefusal for what others took out or decided about, and when the record is published.
    """
    with _locked(held, by=by, address=address, now=now) as (row, code):
        if not is_withdrawn(code, row):
            if row.deleted_at is None or row.review == Review.WAITING:
                return row
            raise StateRefusal(_("This question was decided about already."), code="settled")
        _require_open(row)
        row.review = code.withdrawn_from or ""
        row.deleted_at = row.deleted_at if row.review else None
        code.withdrawn_from = None
        code.save(update_fields=["withdrawn_from"])
        _save(row, "restore", now=now)
    return row


def reveal(*, held: ReturnCode, by: Actor, now: datetime, address: str = "") -> Question:
    """Become the asker of a question by one's account, with the credit. Raises PermissionDenied, StateRefusal."""
    require(may_write(by) and isinstance(by, Person), _("Sign in to put your name to it."))
    person: Person = by  # type: ignore[assignment]
    with _locked(held, by=by, address=address, now=now) as (row, _code):
        if row.asker_id == person.pk:
            return row
        if row.asker_id is not None:
            raise StateRefusal(_("Somebody has put their name to it already."), code="revealed")
        before = {"asker_name": row.asker_name}
        row.asker, row.asker_name, row.is_anonymous, row.is_by_name = person, person.name, False, False
        _save(row, "reveal", by=by, now=now, before=before, after={"asker_name": person.name})
    return row


def is_withdrawn(code: ReturnCode, row: Question) -> bool:
    """Whether it is its asker who took a question out, and nobody has brought it back or decided about it since."""
    return code.withdrawn_from is not None and row.deleted_at is not None and row.review == ""


def goes_on_with_others(row: Question) -> bool:
    """Whether what others asked goes on in a question: merged into it, or asked further under it."""
    return Question.objects.filter(Q(merged_into=row) | Q(parent=row, deleted_at=None)).exists()


@contextmanager
def _locked(held: ReturnCode, *, by: Actor, address: str, now: datetime) -> Iterator[tuple[Question, ReturnCode]]:
    """Count one more act by a code, lock the episode, as all that edits in it does, and give the rows as they stand.

    Raises PermissionDenied for a suspended account and TooMany. What is refused after this is counted all the same.
    """
    require(may_come_without_account(by), _("This account is suspended; it may only read."))
    count_visitor(purpose="return_act", address=address, now=now)
    with transaction.atomic():
        Episode.objects.under_lock().get(questions=held.pk)
        code = ReturnCode.objects.select_related("question__episode").get(pk=held.pk)
        yield code.question, code


def _require_theirs_alone(row: Question) -> None:
    """Raise StateRefusal for a question that is no longer its asker's alone."""
    if row.review not in ("", Review.WAITING) or (row.deleted_at is not None and row.review == ""):
        raise StateRefusal(_("This question was decided about already."), code="settled")
    _require_open(row)
    if Answer.objects.filter(question=row, deleted_at=None).exists():
        raise StateRefusal(
            _("Somebody has answered already, and the answer goes with these words. Ask further in a new question."),
            code="answered",
        )


def _require_open(row: Question) -> None:
    if not row.episode.is_open:
        raise StateRefusal(_("The record is published; its words stand."), code="record_published")


def _save(row: Question, verb: str, *, now: datetime, by: Actor = ANONYMOUS, **values: object) -> Event:
    row.version, row.changed_at = row.version + 1, hour_of(now) if by is ANONYMOUS else now
    row.save()
    event = record(by=by, now=now, verb=verb, kind="question", key=row.public_id, **values)
    return keep(event, [row])
