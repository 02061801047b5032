"""What every act on a question or an answer shares: its episode locked, who may, one way to save and note it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.models import Event, Row
from members.rules import StateRefusal, is_organizer, may_write, require
from talks.actions.item_rows import locked_episodes
from talks.actions.keeping import keep
from talks.models import Answer, Episode, Question
from talks.rules import may_moderate, may_settle

Words = TypeVar("Words", bound=Question | Answer)


def locked(row: Words, *others: int, by: Actor) -> Words:
    """Lock the episode of a question or an answer, and `others`, and return it as it stands now, also one that is not
    shown. Raises Http404 for an episode that `by` may not know of, and for what was taken out by its author."""
    home = _home(row)
    locked_episodes(home, *others, by=by)
    fresh: Any
    if isinstance(row, Question):
        fresh = Question.objects.select_related("episode", "asker", "merged_into").filter(pk=row.pk).first()
    else:
        fresh = Answer.objects.select_related("question__episode", "question__asker", "author").get(pk=row.pk)
    if fresh is None or (fresh.episode.pk != home and fresh.episode.pk not in others):
        raise Http404  # it moved away in this moment; nothing is locked there
    if fresh.deleted_at is not None and not fresh.review:
        raise Http404
    return fresh


def _home(row: Question | Answer) -> int:
    if isinstance(row, Question):
        home = Question.objects.filter(pk=row.pk).values_list("episode_id", flat=True).first()
    else:
        home = Answer.objects.filter(pk=row.pk).values_list("question__episode_id", flat=True).first()
    if home is None:
        raise Http404
    return home


def standing(row: Words) -> Words:
    """Return a row that is shown. Raises Http404."""
    is_gone = row.deleted_at is not None or (isinstance(row, Answer) and row.question.deleted_at is not None)
    if is_gone:
        raise Http404
    return row


def require_moderating(by: Actor, episode: Episode) -> None:
    """Raise PermissionDenied, or StateRefusal when the record is published, unless `by` sees to its questions."""
    if not may_moderate(by, episode):
        _refuse_published(by, episode)
        require(False, _("Only hosts, editors and organizers see to what is asked and answered here."))


def require_settling(by: Actor, question: Question) -> None:
    """Raise PermissionDenied, or StateRefusal when the record is published, unless `by` settles this question."""
    if not may_settle(by, question):
        _refuse_published(by, question.episode)
        require(False, _("Only who asked, who leads the free talk, hosts, editors and organizers settle a question."))


def _refuse_published(by: Actor, episode: Episode) -> None:
    if not episode.is_open and may_write(by) and not is_organizer(by):
        raise StateRefusal(_("The record is published; only organizers change it."), code="record_published")


def key_of(row: Question | Answer) -> object:
    """Return what an Event calls a row."""
    return row.public_id if isinstance(row, Question) else row.pk


def save(row: Question | Answer, fields: Iterable[str], *, now: datetime) -> None:
    """Write these fields, and count the change."""
    row.version += 1
    row.changed_at = now
    row.save(update_fields=[*fields, "version", "changed_at"])


def note(
    row: Question | Answer,
    verb: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
    others: Iterable[Row] = (),
) -> Event:
    """Record what was done to a row and keep it, with the `others` that changed along."""
    kind = "question" if isinstance(row, Question) else "answer"
    values = {"before": dict(before), "after": dict(after), "reason": reason}
    return keep(record(by=by, now=now, verb=verb, kind=kind, key=key_of(row), **values), [row, *others])
