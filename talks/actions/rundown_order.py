"""What comes when: cues added, moved, pushed to the next number, and questions put on the stage, while it goes on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actors import Actor
from members.rules import StateRefusal, check_text, invalid
from talks import clock
from talks.actions import carries, items
from talks.actions.rundown_rows import (
    arrange,
    cues_of,
    following,
    leave,
    locked_rundown,
    note,
    own,
    put_on_air,
    require_going_on,
    require_open,
)
from talks.models import Cue, CueKind, CueState, Episode, Question, Rundown
from talks.nominations import next_collecting
from talks.rules import MINUTES_LIMIT, TITLE_LIMIT

AHEAD = (CueState.PLANNED, CueState.RUNNING)


def reorder(*, episode: Episode, cue: Cue, behind: Cue | None, by: Actor, now: datetime) -> Rundown:
    """Put a cue that is still to come behind another one, or, behind none, next of all.

    Raises PermissionDenied, Http404, StateRefusal (`not_ahead` for what is over or on the air).
    """
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        require_open(row)
        cues = cues_of(row)
        moved = own(cues, cue)
        target = own(cues, behind) if behind is not None else None
        if moved.state != CueState.PLANNED or (target is not None and target.state not in AHEAD):
            raise StateRefusal(_("Only what is still to come can be moved."), code="not_ahead")
        if target is not None and target.pk == moved.pk:
            return row
        after = target.pk if target is not None else _last_behind(cues)
        keys = clock.placed([each.pk for each in cues], moved.pk, after=after)
        if keys == [each.pk for each in cues]:
            return row
        _arrange(cues, keys)
        note(row, "reorder_cue", by=by, now=now, cue=moved)
    return row


def add_cue(*, episode: Episode, title: str, minutes: int | None, by: Actor, now: datetime, say: str = "") -> Cue:
    """Add a cue of one's own behind the present one; one of this title that is still to come is returned as it is.

    Without minutes its time counts up. Raises PermissionDenied, Http404, StateRefusal, ValidationError.
    """
    title = check_text(" ".join(title.split()), field="title", limit=TITLE_LIMIT, required=True)
    say = check_text(say.strip(), field="say", limit=TITLE_LIMIT)
    if minutes is not None and not 0 < minutes <= MINUTES_LIMIT:
        raise invalid("minutes", _("From 1 to %(limit)d minutes.") % {"limit": MINUTES_LIMIT}, "invalid")
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        require_open(row)
        cues = cues_of(row)
        for cue in cues:
            if cue.kind == CueKind.CUSTOM and cue.title == title and cue.state in AHEAD:
                return cue
        made = Cue.objects.create(
            rundown=row, position=len(cues) + 1, kind=CueKind.CUSTOM, title=title, say=say, minutes=minutes
        )
        _insert(cues, made, after=_last_behind(cues) or _opening(cues))
        note(row, "add_cue", by=by, now=now, cue=made)
    return made


def put_on_stage(*, episode: Episode, question: Question, by: Actor, now: datetime) -> Cue:
    """Make a question a cue: in the free talk, behind the questions that wait there already; once that
    is over, behind the present cue and those that wait; always before a closing that is still to come.

    One that was left out or talked about comes once more; one that waits, waits.

    Raises PermissionDenied, Http404 for a question that this evening does not have, StateRefusal.
    """
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        require_open(row)
        cues = cues_of(row)
        found = Question.objects.standing().filter(pk=question.pk).first()
        if found is None or not (found.episode_id == row.episode_id or _is_carried(found, row.episode)):
            raise Http404
        there = next((cue for cue in cues if cue.question_id == found.pk), None)
        if there is not None and there.state in AHEAD:
            return there
        if there is None:
            there = Cue.objects.create(rundown=row, position=len(cues) + 1, kind=CueKind.QUESTION, question=found)
        else:
            there.state = CueState.PLANNED
            there.save(update_fields=["state"])
            cues = [cue for cue in cues if cue.pk != there.pk]
        _insert(cues, there, after=_place_of_questions(cues))
        note(row, "put_on_stage", by=by, now=now, cue=there)
    return there


def push_cue(*, episode: Episode, cue: Cue, by: Actor, now: datetime) -> Rundown:
    """Push a cue to the next number: its item is put off, its question goes on there. What is over stays.

    Raises PermissionDenied, Http404, StateRefusal (`nothing_to_push`, `no_next`, `last_cue`).
    """
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        require_open(row)
        cues = cues_of(row)
        there = own(cues, cue)
        if there.state not in AHEAD:
            return row
        coming = None
        if there.state == CueState.RUNNING:
            require_going_on(row)
            if (coming := following(cues, there)) is None:
                raise StateRefusal(_("This is the last one: end the show."), code="last_cue")
        _carry(there, row.episode, by=by, now=now)
        leave(there, CueState.PUSHED, now=now)
        if coming is not None:
            put_on_air(row, coming, now=now)
        note(row, "push_cue", by=by, now=now, cue=there)
    return row


def _carry(cue: Cue, episode: Episode, *, by: Actor, now: datetime) -> None:
    if cue.item is not None:
        items.defer(item=cue.item, version=None, by=by, now=now, reason=_("no time was left"))
    elif cue.question is not None:
        if (coming := next_collecting(episode)) is None:
            raise StateRefusal(_("The next number is not open yet."), code="no_next")
        carries.carry_question_on(cue.question, coming, by=by, now=now)
    else:
        raise StateRefusal(_("Only items and questions go on in the next number."), code="nothing_to_push")


def _is_carried(question: Question, episode: Episode) -> bool:
    return episode.carried.filter(question=question, deleted_at=None).exists()


def _last_behind(cues: list[Cue]) -> int | None:
    """Return the key of the cue on the air, or else of the last one that is over."""
    behind = [cue.pk for cue in cues if cue.state != CueState.PLANNED]
    running = [cue.pk for cue in cues if cue.state == CueState.RUNNING]
    return running[-1] if running else behind[-1] if behind else None


def _opening(cues: list[Cue]) -> int | None:
    return next((cue.pk for cue in cues if cue.kind == CueKind.OPENING), None)


def _place_of_questions(cues: list[Cue]) -> int | None:
    """Return the key of the cue that a question comes behind."""
    wanted = (CueKind.FREE_TALK, CueKind.QUESTION)
    start = next((n for n, cue in enumerate(cues) if cue.kind in wanted and cue.state == CueState.RUNNING), None)
    if start is None:
        free = (n for n, cue in enumerate(cues) if cue.kind == CueKind.FREE_TALK and cue.state in AHEAD)
        start = next(free, None)
    if start is None:
        here = _last_behind(cues)
        start = next((n for n, cue in enumerate(cues) if cue.pk == here), None)
    if start is None:
        return _opening(cues)
    while start + 1 < len(cues) and cues[start + 1].kind == CueKind.QUESTION:
        start += 1
    ahead = (n for n, cue in enumerate(cues) if cue.kind == CueKind.CLOSING and cue.state == CueState.PLANNED)
    closing = next(ahead, len(cues))
    return cues[min(start, closing - 1)].pk if closing else None


def _insert(cues: list[Cue], cue: Cue, *, after: int | None) -> None:
    rest = [each for each in cues if each.pk != cue.pk] + [cue]
    _arrange(rest, clock.placed([each.pk for each in rest], cue.pk, after=after))


def _arrange(cues: list[Cue], keys: list[int]) -> None:
    by_key = {cue.pk: cue for cue in cues}
    arrange([by_key[key] for key in keys])
