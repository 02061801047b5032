"""How far a question has come: answers that are accepted, the summary, and what was decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.notifications import notify
from members.actors import Actor, person_behind
from members.rules import check_text, invalid
from talks.actions.html import Html, rendered
from talks.actions.item_rows import check_version
from talks.actions.question_rows import locked, note, require_settling, save, standing
from talks.models import SETTLED, Answer, Question, QuestionState
from talks.rules import REASON_LIMIT, SUMMARY_LIMIT
from talks.telling import excerpt


def accept(*, answer: Answer, by: Actor, now: datetime, version: int | None = None) -> Answer:
    """Accept an answer; several may be. Who asked, who leads the free talk, hosts, editors and organizers.

    Raises PermissionDenied, Http404, StateRefusal when the record is published, ValidationError (`conflict`).
    """
    return _accepted(answer, True, version, by=by, now=now)


def unaccept(*, answer: Answer, by: Actor, now: datetime, version: int | None = None) -> Answer:
    """Let an answer not be accepted any more. Raises as `accept`."""
    return _accepted(answer, False, version, by=by, now=now)


def _accepted(answer: Answer, wanted: bool, version: int | None, *, by: Actor, now: datetime) -> Answer:
    with transaction.atomic():
        row = standing(locked(answer, by=by))
        require_settling(by, row.question)
        theirs = {"is_accepted": row.is_accepted, "body": row.body}
        check_version(row, version, yours={"is_accepted": wanted}, theirs=theirs)
        if row.is_accepted == wanted:
            return row
        before, row.is_accepted = row.is_accepted, wanted
        save(row, ["is_accepted"], now=now)
        values = ({"is_accepted": before}, {"is_accepted": wanted})
        note(row, "accept" if wanted else "unaccept", *values, by=by, now=now)
        if wanted:
            _tell([row.author, row.transcriber], "answer_accept", row.question, row.body, by=by, now=now)
    return row


def settle(
    *, question: Question, state: str, reason: str = "", by: Actor, now: datetime, version: int | None = None
) -> Question:
    """Decide that a question is answered, outdated or closed; to close one takes a reason. Who: as `accept`.

    Raises PermissionDenied, Http404, StateRefusal when the record is published, ValidationError.
    """
    if state not in SETTLED:
        raise invalid("state", _("Choose answered, outdated or closed."), "unknown")
    needs_reason = state == QuestionState.CLOSED
    reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT, required=needs_reason)
    return _settled(question, state, reason, "settle", version, by=by, now=now)


def reopen(*, question: Question, by: Actor, now: datetime, version: int | None = None) -> Question:
    """Take back what was decided about a question; answers and summary stay. Raises as `settle`."""
    return _settled(question, "", "", "reopen", version, by=by, now=now)


def _settled(
    question: Question, state: str, reason: str, verb: str, version: int | None, *, by: Actor, now: datetime
) -> Question:
    with transaction.atomic():
        row = standing(locked(question, by=by))
        require_settling(by, row)
        before = {"settled": row.settled, "settled_reason": row.settled_reason}
        after = {"settled": str(state), "settled_reason": reason}
        check_version(row, version, yours=after, theirs=before)
        if before == after:
            return row
        row.settled, row.settled_reason = after["settled"], reason
        save(row, ["settled", "settled_reason"], now=now)
        note(row, verb, before, after, by=by, now=now, reason=reason)
        _tell([row.asker], f"question_{verb}", row, row.body, by=by, now=now, settled=after["settled"], reason=reason)
    return row


def summarize(
    *,
    question: Question,
    body: str,
    cites: Sequence[int] = (),
    by: Actor,
    now: datetime,
    version: int | None = None,
    html: Html | None = None,
) -> Question:
    """Write what the answers come to (小结), with the keys of those it uses; nothing written takes it out.

    `html` is what `html_with` made of it, for callers that hold a lock. Raises PermissionDenied, Http404, StateRefusal
    when the record is published, ValidationError for bad text, for an answer of another question (`unknown`) and, with
    code `conflict` and both texts, for another version.
    """
    body = check_text(_neat(body), field="summary", limit=SUMMARY_LIMIT)
    html = html or html_with(question, body)
    with transaction.atomic():
        row = standing(locked(question, by=by))
        require_settling(by, row)
        before = {"summary": row.summary, "cites": list(row.summary_cites)}
        own = Answer.objects.filter(question=row, deleted_at=None).order_by("position", "pk")
        known = list(own.values_list("pk", flat=True))
        after: dict[str, Any] = {"summary": body, "cites": [key for key in known if key in set(cites)] if body else []}
        check_version(row, version, yours={"summary": body, "cites": list(cites)}, theirs=before)
        if set(cites) - set(known):
            raise invalid("cites", _("A summary uses answers to its own question."), "unknown")
        if before == after:
            return row
        if (row.body, row.after) != (question.body, question.after):  # somebody was faster
            html = html_with(row, body)
        row.summary, row.summary_cites = body, after["cites"]
        for name, value in html.items():
            setattr(row, name, value)
        save(row, ["summary", "summary_cites", *html], now=now)
        note(row, "summarize", before, after, by=by, now=now)
    return row


def _neat(body: str) -> str:
    body = body.replace("\r\n", "\n").strip("\n")
    return body if body.strip() else ""


def html_with(row: Question, summary: str) -> Html:
    """Return the HTML of a question with this summary."""
    return rendered(Question(pk=row.pk, body=row.body, after=row.after, summary=_neat(summary)))


def _tell(
    people: Sequence[Any], kind: str, question: Question, body: str, *, by: Actor, now: datetime, **more: str
) -> None:
    who = person_behind(by)
    said = {"id": question.public_id, "code": question.episode.code, "body": excerpt(body), **more}
    notify(
        people, kind=kind, target=("question", question.public_id), by=by, now=now, who=who.name if who else "", **said
    )
