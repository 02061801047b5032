"""Who an answer is by: who writes it, or whose words are written down (搬运); and taking one's own out again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.actions.notifications import notify
from members.actions.people import find_or_name
from members.actors import Actor
from members.models import Person
from members.names import is_reserved
from members.rules import StateRefusal, check_text, invalid, may_write, require
from talks.actions.item_rows import check_version
from talks.actions.question_rows import locked, note, save, standing
from talks.documents.people import is_placeholder
from talks.models import Answer, Question
from talks.rules import NAME_LIMIT, has_written
from talks.telling import excerpt

AT = ("@", "＠")


def check_author(name: str, *, field: str = "author") -> str:
    """Return the name of whose words are written down, on one line; "" for one's own. Raises ValidationError."""
    name = " ".join(check_text(name, field=field, limit=NAME_LIMIT).split())
    bare = name.lstrip("@＠ ")
    if name and (not bare or is_reserved(bare) or is_placeholder(bare)):
        raise invalid(field, _("This is nobody's name."), "invalid")
    return name


def signature(author: str, *, by: Person, now: datetime) -> dict[str, Any]:
    """Return how an answer is signed: by who writes it, or by `author` (name or @name) with who writes as transcriber.

    A name alone is credit; @name makes the words that person's own, too. Runs inside the caller's transaction. Raises
    ValidationError for an @name that nobody has or that several have.
    """
    own = {"author": by, "author_name": by.name, "is_by_name": False, "transcriber": None, "transcriber_name": None}
    if not author:
        return own
    signed = signed_with(author, by=by, now=now)
    return own if signed["author"].pk == by.pk else {**signed, "transcriber": by, "transcriber_name": by.name}


def signed_with(author: str, *, by: Actor, now: datetime, field: str = "author") -> dict[str, Any]:
    """Return whose words `author` (name or @name) makes them. Raises as `signature` does."""
    if author.startswith(AT):
        person = _known(author.lstrip("@＠ "), field)
        return {"author": person, "author_name": person.name, "is_by_name": False}
    person = find_or_name([author], by=by, now=now)[author]
    return {"author": person, "author_name": author, "is_by_name": True}


def _known(name: str, field: str) -> Person:
    """Return who a handle, a name or an alias means. Raises ValidationError (`unknown`, `ambiguous`)."""
    named = Q(handle=name) | Q(name=name) | Q(aliases__name=name, aliases__deleted_at=None)
    found = list(Person.objects.current().filter(named).distinct().order_by("pk")[:2])
    if not found:
        raise invalid(
            field,
            _("Nobody is called %(name)s here. Without @ the name alone is credited.") % {"name": name},
            "unknown",
        )
    if len(found) > 1:
        message = _("More than one is called %(name)s here; write the name without @, or their handle.")
        raise invalid(field, message % {"name": name}, "ambiguous")
    return found[0]


def tell_of_answer(answer: Answer, question: Question, *, by: Person, now: datetime) -> None:
    """Tell who asked of an answer, and whose words were written down."""
    said = {"id": question.public_id, "code": question.episode.code, "body": excerpt(answer.body)}
    target = ("question", question.public_id)
    asker = None if question.is_by_name else question.asker
    notify([asker], kind="question_answered", target=target, by=by, now=now, who=answer.author_name or "", **said)
    if answer.transcriber_id is not None:
        notify([answer.author], kind="answer_written", target=target, by=by, now=now, who=by.name, **said)


def remove_answer(*, answer: Answer, by: Actor, now: datetime, version: int | None = None) -> Answer:
    """Take one's own answer out; `bring_back` undoes it. Raises PermissionDenied for others, Http404, StateRefusal when
    the record is published, ValidationError (`conflict`)."""
    with transaction.atomic():
        row = standing(locked(answer, by=by))
        is_own = may_write(by) and has_written(by, row)
        require(is_own, _("Only who wrote this takes it out; hosts and editors hide it."))
        if not row.episode.is_open:
            raise StateRefusal(_("The record is published; its words stand."), code="record_published")
        check_version(row, version, yours={"deleted": True}, theirs={"body": row.body})
        row.deleted_at = now
        save(row, ["deleted_at"], now=now)
        note(row, "delete", {"body": row.body}, {}, by=by, now=now)
    return row
