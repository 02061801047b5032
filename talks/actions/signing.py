"""Answers that nobody signed: somebody says who said it, or that it needs no name."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.invitations import NAME_LIMIT, check_name
from members.actors import Actor
from members.rules import StateRefusal, require
from talks.actions.answers import AT, check_author, signed_with
from talks.actions.item_rows import check_version
from talks.actions.keeping import keep
from talks.models import Answer, Episode
from talks.rules import may_wrap_up


def sign(*, answer: Answer, name: str, version: int | None, by: Actor, now: datetime) -> Answer:
    """Sign an answer with a name, as the alias book reads it; a new name becomes a new person. It earns no rights, for
    nobody has proved it; @name makes the words that person's own, as it does when words are written down.

    Raises PermissionDenied, Http404, ValidationError (also `conflict`, `unknown`, `ambiguous`), StateRefusal (`signed`)
    where a name stands.
    """
    name = check_author(name, field="name")
    if not name.startswith(AT):
        check_name(name, limit=NAME_LIMIT)
    with transaction.atomic():
        row = _locked(answer, by)
        if row.author_id is not None or row.author_name:
            raise StateRefusal(_("This answer is signed already."), code="signed")
        before = _said(row)
        check_version(row, version, yours={"author_name": name}, theirs=before)
        signed = signed_with(name, by=by, now=now, field="name")
        row.author, row.author_name, row.is_by_name = signed["author"], signed["author_name"], signed["is_by_name"]
        row.stays_unsigned = False
        return _save(row, "sign", before, by=by, now=now)


def leave_unsigned(*, answer: Answer, version: int | None, by: Actor, now: datetime) -> Answer:
    """Decide that an answer needs no name (不署名). Twice is once. Raises as `sign` does."""
    with transaction.atomic():
        row = _locked(answer, by)
        if row.author_id is not None or row.author_name:
            raise StateRefusal(_("This answer is signed already."), code="signed")
        if row.stays_unsigned:
            return row
        before = _said(row)
        check_version(row, version, yours={"stays_unsigned": True}, theirs=before)
        row.stays_unsigned = True
        return _save(row, "leave_unsigned", before, by=by, now=now)


def _locked(answer: Answer, by: Actor) -> Answer:
    """Lock the episode of an answer, then read it. An import locks it first, too."""
    if Episode.objects.under_lock().filter(questions__answers=answer.pk).first() is None:
        raise Http404
    rows = Answer.objects.filter(pk=answer.pk, deleted_at=None, question__deleted_at=None)
    row = rows.select_related("question__episode").first()
    if row is None or row.question.episode.deleted_at is not None:
        raise Http404
    require(may_wrap_up(by, row.question.episode), _("Only hosts, editors and organizers wrap an evening up."))
    return row


def _said(row: Answer) -> dict[str, object]:
    return {"author_name": row.author_name, "stays_unsigned": row.stays_unsigned}


def _save(row: Answer, verb: str, before: dict[str, object], *, by: Actor, now: datetime) -> Answer:
    row.version, row.changed_at = row.version + 1, now
    fields = ("author", "author_name", "is_by_name", "stays_unsigned", "version", "changed_at")
    row.save(update_fields=fields)
    keep(record(by=by, now=now, verb=verb, kind="answer", key=row.pk, before=before, after=_said(row)), [row])
    return row
