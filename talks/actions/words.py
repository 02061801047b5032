"""补一句: a host asks somebody for words to a question by a link that needs no account, and the words come in by it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.invitations import ANSWERS, invite, locked, take_place
from members.actors import ANONYMOUS, Actor
from members.models import Invitation, Person, Purpose
from members.rules import StateRefusal, check_text, invalid, require
from talks.actions.deliveries import announce
from talks.actions.html import Html, rendered
from talks.actions.keeping import keep
from talks.actions.question_merges import end_of
from talks.actions.questions import Repeated, put_answer
from talks.models import Answer, Episode, Question
from talks.rules import ANSWER_LIMIT, may_wrap_up
from talks.telling import excerpt


def ask_for_words(*, question: Question, person: Person, by: Actor, now: datetime) -> Invitation:
    """Return the link by which somebody adds words to a question; one that lets them is kept. Hosts, editors and
    organizers.

    Raises PermissionDenied, Http404, ValidationError for a group or somebody who is not in the record any more.
    """
    with transaction.atomic():
        row = Episode.objects.under_lock().filter(pk=question.episode_id, deleted_at=None).first()
        asked = Question.objects.filter(pk=question.pk, deleted_at=None).select_related("episode").first()
        if row is None or asked is None or asked.episode_id != row.pk:
            raise Http404
        require(may_wrap_up(by, row), _("Only hosts, editors and organizers ask for words."))
        if not Person.objects.current().filter(pk=person.pk, is_collective=False).exists():
            raise invalid("person", _("A link is for one person of the record."), "invalid")
        standing = links_to(asked, now=now).filter(person=person).order_by("-pk").first()
        return standing or invite(
            purpose=Purpose.ANSWER, target=asked.public_id, places=ANSWERS, person=person, by=by, now=now
        )


def links_to(*questions: Question, now: datetime) -> QuerySet[Invitation]:
    """Return the links by which words still come to these questions."""
    targets = [question.public_id for question in questions]
    return Invitation.objects.open(now).filter(purpose=Purpose.ANSWER, target__in=targets)


def question_of(invitation: Invitation) -> Question | None:
    """Return the question of a link, or what it was merged into, as everybody sees it; None where that is not there."""
    named = Question.objects.with_public_id(invitation.target).select_related("episode").first()
    if named is None:
        return None
    try:
        end = end_of(named)
    except Http404:
        return None
    return Question.objects.visible_to(None).filter(pk=end.pk).select_related("episode", "asker").first()


def is_closed(invitation: Invitation, *, now: datetime) -> bool:
    """Whether no words come by a link any more: it is over, used up or revoked, or whom it is for may not write."""
    person = invitation.person
    user = person.user if person is not None else None
    is_barred = user is not None and (not user.is_active or user.suspended_at is not None)
    is_gone = person is None or person.deleted_at is not None or is_barred
    return is_gone or not Invitation.objects.open(now).filter(pk=invitation.pk).exists()


def add_words(*, key: str, body: str, now: datetime, html: Html | None = None) -> Answer:
    """Add an answer by the key of a link, signed with the name that the link is for.

    Whoever holds the link may, and has proved nothing: the words earn nobody any right, and the act is recorded as
    nobody's.

    Raises Http404, ValidationError for bad text, Repeated for the same words again, StateRefusal
    (`invitation_ended`).
    """
    check_text(body, field="body", limit=ANSWER_LIMIT, required=True)
    html = html or rendered(Answer(body=body))
    with transaction.atomic():
        invitation, question, person = _opened(key, now=now)
        same = Answer.objects.filter(question=question, author=person, body=body, deleted_at=None)
        if (made := same.order_by("pk").first()) is not None:
            raise Repeated(made)
        take_place(invitation, now=now)
        signed = {"author": person, "author_name": person.name, "is_by_name": True}
        written = put_answer(question=question, body=body, html=html, now=now, **signed)
        after = {"body": body, "invitation": invitation.pk}
        event = record(by=ANONYMOUS, now=now, verb="add_words", kind="answer", key=written.pk, after=after)
        keep(event, [written])
        where, number = question.get_absolute_url(), question.public_id
        announce(event, question.episode, "question_answered", now=now, url=where, question=number, body=excerpt(body))
    return written


def _opened(key: str, *, now: datetime) -> tuple[Invitation, Question, Person]:
    """Lock the episode that a link leads to, as all that decides about its questions does, then the link; return it
    with its question and its person as they stand now."""
    link = Invitation.objects.with_key(key).filter(purpose=Purpose.ANSWER, deleted_at=None).first()
    if link is None:
        raise Http404
    before = question_of(link)
    if before is not None:
        Episode.objects.under_lock().get(pk=before.episode_id)
    invitation = locked(key)
    question, person = question_of(invitation), invitation.person
    is_there = before is not None and question is not None and question.episode_id == before.episode_id
    if question is None or not is_there or person is None or is_closed(invitation, now=now):
        raise StateRefusal(_("This link has ended. Ask whoever sent it for another."), code="invitation_ended")
    return invitation, question, person.merged_into or person
