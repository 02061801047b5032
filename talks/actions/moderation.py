"""What is shown of what people ask and answer: approved, declined with a reason, hidden, shown again, reported.

What is not shown is taken out of the record. Each of these acts is undone by `put_back`, an approval by `unapprove`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.notifications import notify
from members.actors import Actor, person_behind
from members.models import Event, Person
from members.rules import StateRefusal, check_text
from talks.actions.deliveries import announce
from talks.actions.item_rows import check_version
from talks.actions.keeping import keep
from talks.actions.question_merges import unmerge
from talks.actions.question_rows import (
    Words,
    key_of,
    locked,
    note,
    require_moderating,
    save,
    standing,
)
from talks.models import Answer, Question, Report, Review
from talks.rules import REASON_LIMIT, may_report
from talks.telling import excerpt


def approve(*, row: Words, by: Actor, now: datetime, version: int | None = None) -> Words:
    """Show what waits, or what was declined; robots and the asker hear of it now. Hosts, editors and organizers.

    Raises PermissionDenied, Http404, StateRefusal (`not_waiting`, `record_published`), ValidationError (`conflict`).
    """
    with transaction.atomic():
        fresh = _reviewed(row, (Review.WAITING, Review.DECLINED), "not_waiting", version, by=by)
        _put(fresh, "", "", "approve", by=by, now=now)
    return fresh


def unapprove(*, row: Words, by: Actor, now: datetime, version: int | None = None) -> Words:
    """Undo an approval: the row waits again, and its author hears of it; approved again, robots are not told twice.

    Only where approving was the last decision and nobody has gone on with it: what was answered, followed up, merged
    with or accepted since is hidden or stays.
    Votes stand in nobody's way; they wait with the question and count again with it.

    Raises as `approve` (`not_shown`, `not_approved`, `gone_on`).
    """
    with transaction.atomic():
        fresh = standing(_reviewed(row, ("",), "not_shown", version, by=by))
        if _last_decision(fresh) != "approve":
            raise StateRefusal(_("Nobody has approved this, or somebody decided on it since."), code="not_approved")
        if _is_gone_on_with(fresh):
            message = _("Others have gone on with it since: hide it, if it should not stand.")
            raise StateRefusal(message, code="gone_on")
        _put(fresh, Review.WAITING, "", "unapprove", by=by, now=now)
    return fresh


def decline(*, row: Words, reason: str, by: Actor, now: datetime, version: int | None = None) -> Words:
    """Do not show what waits, with a reason that its author sees. Raises as `approve`, ValidationError without one."""
    reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT, required=True)
    with transaction.atomic():
        fresh = _reviewed(row, (Review.WAITING,), "not_waiting", version, by=by)
        _put(fresh, Review.DECLINED, reason, "decline", by=by, now=now)
    return fresh


def hide(*, row: Words, by: Actor, now: datetime, reason: str = "", version: int | None = None) -> Words:
    """Take out of sight what is shown. Raises as `approve`."""
    reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT)
    with transaction.atomic():
        fresh = _reviewed(row, ("",), "not_shown", version, by=by)
        _put(standing(fresh), Review.HIDDEN, reason, "hide", by=by, now=now)
        _reports(fresh).filter(settled_at=None).update(settled_at=now)
    return fresh


def show(*, row: Words, by: Actor, now: datetime, version: int | None = None) -> Words:
    """Show again what was hidden. Raises as `approve` (`not_hidden`)."""
    with transaction.atomic():
        fresh = _reviewed(row, (Review.HIDDEN,), "not_hidden", version, by=by)
        _put(fresh, "", "", "show", by=by, now=now)
    return fresh


def put_back(*, row: Words, by: Actor, now: datetime, version: int | None = None) -> Words:
    """Undo what keeps a row from being shown: what was hidden is shown, what was declined waits, what was merged is a
    question of its own. Raises as these do, StateRefusal (`waiting`) for what nobody has decided on."""
    if isinstance(row, Question) and row.review == Review.MERGED:
        return cast(Words, unmerge(question=row, by=by, now=now, version=version))
    if row.review == Review.HIDDEN:
        return show(row=row, by=by, now=now, version=version)
    with transaction.atomic():
        fresh = _reviewed(row, (Review.DECLINED,), "waiting", version, by=by)
        _put(fresh, Review.WAITING, "", "undecline", by=by, now=now)
    return fresh


def report(*, row: Question | Answer, reason: str, by: Actor, now: datetime) -> Report:
    """Say that something should not stand so; twice is once. Signed-in people and guests who ask in the episode.

    Raises PermissionDenied, Http404, ValidationError without a reason.
    """
    reason = check_text(" ".join(reason.split()), field="reason", limit=REASON_LIMIT, required=True)
    person = person_behind(by)
    with transaction.atomic():
        fresh = standing(locked(row, by=by))
        if person is None or not may_report(by, fresh, now=now):
            raise PermissionDenied(_("Sign in to report what others wrote."))
        target: dict[str, Any] = {"question" if isinstance(fresh, Question) else "answer": fresh}
        made, is_new = Report.objects.get_or_create(
            person=person, **target, defaults={"reason": reason, "created_at": now}
        )
        if is_new:
            kind = "question" if isinstance(fresh, Question) else "answer"
            keep(record(by=by, now=now, verb="report", kind=kind, key=key_of(fresh)), [fresh])
    return made


def dismiss(*, row: Question | Answer, by: Actor, now: datetime) -> int:
    """Be done with the reports of a row that stays; return how many these were. Raises PermissionDenied, Http404."""
    with transaction.atomic():
        fresh = locked(row, by=by)
        require_moderating(by, fresh.episode)
        done = _reports(fresh).filter(settled_at=None).update(settled_at=now)
        if done:
            note(fresh, "dismiss", {}, {"reports": done}, by=by, now=now)
    return done


# What decides on whether a row is shown.
DECISIONS = ("approve", "unapprove", "decline", "undecline", "hide", "show", "merge", "unmerge")


def _last_decision(row: Question | Answer) -> str:
    kind = "question" if isinstance(row, Question) else "answer"
    done = Event.objects.about(kind, key_of(row)).filter(verb__in=DECISIONS).order_by("-pk")
    return done.values_list("verb", flat=True).first() or ""


def _is_gone_on_with(row: Question | Answer) -> bool:
    if isinstance(row, Answer):
        return row.is_accepted
    hanging = (row.answers.filter(deleted_at=None), row.follow_ups.filter(deleted_at=None), row.merged.all())
    return any(rows.exists() for rows in hanging)


def _reports(row: Question | Answer) -> Any:
    return Report.objects.filter(**{"question" if isinstance(row, Question) else "answer": row})


def _reviewed(row: Words, expected: tuple[str, ...], code: str, version: int | None, *, by: Actor) -> Words:
    """Return a locked row that is under review for one of these reasons. Raises what the acts do."""
    fresh = locked(row, by=by)
    require_moderating(by, fresh.episode)
    theirs = {"review": fresh.review, "reason": fresh.review_reason, "body": fresh.body}
    check_version(fresh, version, yours={}, theirs=theirs)
    if fresh.review not in expected:
        how = fresh.get_review_display() if fresh.review else _("shown")
        raise StateRefusal(_("Somebody was faster: it is %(how)s by now.") % {"how": how}, code=code)
    return fresh


def _put(row: Question | Answer, review: str, reason: str, verb: str, *, by: Actor, now: datetime) -> None:
    before = {"review": row.review, "review_reason": row.review_reason}
    was_told = verb == "approve" and _last_decision(row) == "unapprove"
    row.review, row.review_reason = str(review), reason
    row.deleted_at = None if not review else row.deleted_at or now
    save(row, ["review", "review_reason", "deleted_at"], now=now)
    after = {"review": row.review, "review_reason": reason}
    event = note(row, verb, before, after, by=by, now=now, reason=reason)
    question = row if isinstance(row, Question) else row.question
    where, writer = question.get_absolute_url(), _writer(row)
    name = (row.asker_name if isinstance(row, Question) else row.author_name) or str(_("Somebody"))
    if verb == "approve" and question.deleted_at is None and not was_told:
        kind = "question_asked" if isinstance(row, Question) else "question_answered"
        said: dict[str, Any] = {"question": question.public_id, "body": excerpt(row.body), "who": name}
        announce(event, question.episode, kind, now=now, url=where, **said)
        if isinstance(row, Answer):
            _tell(question.asker, "question_answered", question, row.body, by=by, now=now, who=name)
    if verb in ("approve", "unapprove", "decline", "hide"):
        what = "question" if isinstance(row, Question) else "answer"
        _tell(writer, f"{what}_{verb}", question, row.body, by=by, now=now, reason=reason)


def _writer(row: Question | Answer) -> Person | None:
    if isinstance(row, Question):
        return None if row.is_by_name else row.asker
    return row.transcriber or (None if row.is_by_name else row.author)


def _tell(
    person: Person | None, kind: str, question: Question, body: str, *, by: Actor, now: datetime, **more: str
) -> None:
    who = person_behind(by)
    said = {"who": who.name if who else "", "id": question.public_id, "code": question.episode.code, **more}
    target = ("question", question.public_id)
    notify([person], kind=kind, target=target, by=by, now=now, body=excerpt(body), **said)
