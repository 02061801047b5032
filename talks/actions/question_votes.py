"""我也想问: one voice for a question, by a person, or by a visitor whose browser keeps a random key."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import hour_of, record
from members.actions.revisions import touch
from members.actors import Actor
from members.models import Person
from members.rules import may_write, require
from talks import return_codes
from talks.actions.limits import count_person, count_visitor
from talks.actions.rundown_version import touch_rundown
from talks.asked_before import merged_into
from talks.models import Episode, Question, QuestionVote
from talks.rules import may_come_without_account

# How far a chain of merged questions is followed.
STEPS = 20


def vote_question(*, question: Question, by: Actor, now: datetime, visitor: str = "", address: str = "") -> Question:
    """Want a question answered, too; who does already changes nothing. Returns what the voice counts for.

    A merged question's goes to what it was merged into. Without an account, `visitor` is the random key of a browser:
    of it, the moment and the order of such votes nothing is kept. Raises PermissionDenied, Http404 and TooMany.
    """
    require(may_come_without_account(by), _("This account is suspended; it may only read."))
    person = _person(by)
    require(person is not None or bool(visitor), _("Sign in to vote."))
    with transaction.atomic():
        row = _standing(question)
        own = _own(row, person, visitor)
        if own.exists():
            return row
        if person is None:
            count_visitor(purpose="vote", address=address, now=now)
            count_visitor(purpose="vote_for_one", address=address, now=now, about=row.pk)
            digest = return_codes.visitor_digest(visitor, row.pk)
            # Keys below zero, drawn at random: rows of one visitor stand nowhere near one another.
            vote = QuestionVote(pk=-1 - secrets.randbelow(2**62), question=row, visitor=digest, created_at=hour_of(now))
        else:
            count_person(purpose="vote_signed_in", person=person, now=now)
            vote = QuestionVote(question=row, person=person, created_at=now)
        QuestionVote.objects.bulk_create([vote], ignore_conflicts=True)
        _note(row, person, "vote", now=now)
    return row


def unvote_question(*, question: Question, by: Actor, now: datetime, visitor: str = "") -> Question:
    """Take one's voice for a question back; who gave none changes nothing. Raises as `vote_question` does."""
    require(may_come_without_account(by), _("This account is suspended; it may only read."))
    person = _person(by)
    with transaction.atomic():
        row = _standing(question)
        gone, _by_table = _own(row, person, visitor).delete()
        if gone:
            _note(row, person, "unvote", now=now)
    return row


def _person(by: Actor) -> Person | None:
    return by if isinstance(by, Person) and may_write(by) else None


def _standing(question: Question) -> Question:
    """Return the question, or what it was merged into, as it stands. Raises Http404 for what is not shown.

    Its episode is locked: a merge that comes meanwhile would leave the voice behind.
    """
    Episode.objects.under_lock().get(questions=question.pk)
    row = Question.objects.select_related("episode", "merged_into").get(pk=question.pk)
    for _step in range(STEPS):
        if row.merged_into_id is None:
            break
        row = Question.objects.select_related("episode", "merged_into").get(pk=row.merged_into_id)
    if row.deleted_at is not None:
        raise Http404
    return row


def _own(row: Question, person: Person | None, visitor: str) -> QuerySet[QuestionVote]:
    votes = QuestionVote.objects.filter(question=row)
    if person is not None:
        return votes.filter(person=person)
    if not visitor:
        return votes.none()
    return votes.filter(visitor__in=[return_codes.visitor_digest(visitor, key) for key in merged_into(row.pk)])


def _note(row: Question, person: Person | None, verb: str, *, now: datetime) -> None:
    """A person's voice is an act like others; of a visitor's only that pages have changed is noted."""
    if person is not None:
        record(by=person, now=now, verb=verb, kind="question", key=row.public_id)
    else:
        touch()
    touch_rundown(episode=row.episode_id, question=row.pk)
