"""Asking without an account: anonymously, or under a name that one writes. Nothing is kept of who it was.

Such a question has no asker, no moment but the hour, and an Event without a person; what is counted against abuse
hangs on nothing (`limits`). Who asked comes back by a return code (`returns`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.events import hour_of, record
from members.actions.invitations import check_name, refuse_taken
from members.actors import ANONYMOUS, Actor
from members.names import folded, looks
from members.rules import StateRefusal, check_text, invalid, require
from talks import return_codes
from talks.actions.html import Html, rendered
from talks.actions.keeping import keep
from talks.actions.limits import count_visitor
from talks.actions.questions import put_question, tell_asked
from talks.documents.people import is_placeholder
from talks.models import AskingRules, Episode, Question, ReturnCode, Review
from talks.rules import GUEST_NAME_LIMIT, QUESTION_LIMIT, may_come_without_account, may_set_asking, takes_questions

# Names that say what somebody is; under one, a visitor would speak for the site or the evening.
OFFICES = frozenset(
    (
        "匿名",
        "匿名用户",
        "主持人",
        "主持",
        "编辑",
        "管理员",
        "组织者",
        "站长",
        "官方",
        "本站",
        "admin",
        "host",
        "openllm talk",
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked without an account, and the code by which its asker comes back."""

    question: Question
    code: str


def ask_without_account(
    *,
    episode: Episode,
    body: str,
    key: str,
    address: str,
    by: Actor,
    now: datetime,
    name: str = "",
    html: Html | None = None,
) -> Asked:
    """Ask anonymously, or under a `name`, whoever `by` is: of them nothing is kept. `key` came with the form.

    The same key, episode and text again is the same question with the same code. Raises PermissionDenied (also where
    nobody may), StateRefusal when the episode takes no questions, ValidationError for bad text, a name of somebody
    else, and TooMany.
    """
    require(may_come_without_account(by), _("This account is suspended; it may only read."))
    check_text(body, field="body", limit=QUESTION_LIMIT, required=True)
    key = key if return_codes.is_key(key) else return_codes.new_key()
    code = return_codes.code_of(key=key, episode=episode.code, body=body)
    if (known := _asked_before(code)) is not None:
        return known
    if name:
        check_guest_name(name)
    html = html or rendered(Question(body=body))
    hour = hour_of(now)
    with transaction.atomic():
        episode = Episode.objects.under_lock().get(pk=episode.pk)
        if (known := _asked_before(code)) is not None:
            return known
        rules = AskingRules.current()
        if not rules.is_open:
            raise PermissionDenied(_("Asking without an account is turned off here; sign in to ask."))
        if not takes_questions(episode):
            raise StateRefusal(_("This episode takes no questions now; ask in the next one."), code="questions_closed")
        count_visitor(purpose="ask", address=address, now=now)
        waiting: dict[str, Any] = {"review": Review.WAITING, "deleted_at": hour} if rules.is_reviewed else {}
        whose = {"asker_name": name or None, "is_by_name": bool(name), "is_anonymous": not name}
        question = put_question(episode=episode, body=body, html=html, now=hour, **whose, **waiting)
        ReturnCode.objects.create(question=question, digest=return_codes.digest_of(code))
        after = {"body": body}
        event = record(by=ANONYMOUS, now=hour, verb="ask", kind="question", key=question.public_id, after=after)
        keep(event, [question])
        if not rules.is_reviewed:
            tell_asked(event=event, question=question, now=hour)
    return Asked(question, code)


def asked_with(*, key: str, episode: Episode, body: str) -> Asked | None:
    """Return what a form made that was sent before; None when it was not. Reads only."""
    if not return_codes.is_key(key):
        return None
    return _asked_before(return_codes.code_of(key=key, episode=episode.code, body=body))


def _asked_before(code: str) -> Asked | None:
    found = ReturnCode.objects.filter(digest=return_codes.digest_of(code)).select_related("question__episode").first()
    return Asked(found.question, code) if found is not None else None


def check_guest_name(name: str) -> None:
    """Raise ValidationError for a name under which a visitor may not ask: one of somebody, of nobody, or an office."""
    check_name(name, limit=GUEST_NAME_LIMIT)
    if is_placeholder(name) or looks(name) & {folded(each) for each in OFFICES}:
        raise invalid("name", _("This names nobody. Write what you are called here, or ask anonymously."), "nobody")
    refuse_taken(name)


def set_asking(*, is_open: bool, is_reviewed: bool, by: Actor, now: datetime) -> AskingRules:
    """Say whether people without an account may ask, and whether what they send waits for approval.

    Raises PermissionDenied. The same again changes nothing.
    """
    require(may_set_asking(by), _("Only organizers decide about this."))
    with transaction.atomic():
        AskingRules.objects.bulk_create([AskingRules(pk=1, created_at=now, changed_at=now)], ignore_conflicts=True)
        row = AskingRules.objects.select_for_update().get(pk=1)
        before = {"is_open": row.is_open, "is_reviewed": row.is_reviewed}
        after = {"is_open": is_open, "is_reviewed": is_reviewed}
        if before != after:
            row.is_open, row.is_reviewed, row.version, row.changed_at = is_open, is_reviewed, row.version + 1, now
            row.save()
            record(by=by, now=now, verb="set_asking", kind="site", key="asking", before=before, after=after)
    return row
