"""The clock of an evening: the host starts, pauses and ends the show and goes from cue to cue.

An act names the cue it means, as the page showed it: a second tap, or a page that is behind, changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.actors import Actor
from members.rules import StateRefusal, invalid
from talks.actions.rundown_rows import (
    cues_of,
    following,
    leave,
    locked_rundown,
    note,
    own,
    put_on_air,
    require_going_on,
    require_open,
    stop,
)
from talks.models import Cue, CueState, Episode, EpisodeState, Rundown
from talks.rules import MINUTES_LIMIT

# What the key on the page adds.
MORE_MINUTES = 2


def start(*, episode: Episode, by: Actor, now: datetime) -> Rundown:
    """Start the clock with the first cue; a show that has begun goes on.

    Raises PermissionDenied, Http404, StateRefusal (`no_rundown`, `not_live`, `no_cues`).
    """
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        if row.episode.state != EpisodeState.LIVE:
            raise StateRefusal(_("This evening is not on the air."), code="not_live")
        if row.started_at is not None:
            return row
        first = next((cue for cue in cues_of(row) if cue.state == CueState.PLANNED and cue.is_shown), None)
        if first is None:
            raise StateRefusal(_("Nothing is left on the rundown."), code="no_cues")
        row.started_at = now
        put_on_air(row, first, now=now)
        note(row, "start_rundown", by=by, now=now, cue=first)
    return row


def pause(*, episode: Episode, by: Actor, now: datetime) -> Rundown:
    """Stop the clock; a paused show stays so. Raises PermissionDenied, Http404, StateRefusal."""
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        require_going_on(row)
        if row.paused_at is not None:
            return row
        row.paused_at = now
        if (cue := _current(row)) is not None:
            stop(cue, now=now)
            cue.save(update_fields=["spent_seconds", "running_since"])
        note(row, "pause_rundown", by=by, now=now, cue=cue)
    return row


def resume(*, episode: Episode, by: Actor, now: datetime) -> Rundown:
    """Let the clock go on, also of a show that was ended by mistake. Raises PermissionDenied, Http404, StateRefusal."""
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        if row.ended_at is None or row.episode.state != EpisodeState.LIVE:
            require_going_on(row)
            if row.paused_at is None:
                return row
        row.paused_at = row.ended_at = None
        if (cue := _current(row)) is not None:
            put_on_air(row, cue, now=now)
        note(row, "resume_rundown", by=by, now=now, cue=cue)
    return row


def next_cue(*, episode: Episode, cue: Cue, by: Actor, now: datetime) -> Rundown:
    """Go on from this cue to the next one; when another is on the air already, nothing changes.

    Raises PermissionDenied, Http404, StateRefusal (also `last_cue`).
    """
    return _go_on(episode, cue, CueState.DONE, "next_cue", by=by, now=now)


def skip(*, episode: Episode, cue: Cue, by: Actor, now: datetime) -> Rundown:
    """Leave a cue out: the one on the air, or one still to come. Raises as `next_cue`."""
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        require_open(row)
        there = own(cues_of(row), cue)
        if there.state == CueState.RUNNING:
            return _go_on(episode, cue, CueState.SKIPPED, "skip_cue", by=by, now=now)
        if there.state == CueState.PLANNED:
            there.state = CueState.SKIPPED
            there.save(update_fields=["state"])
            note(row, "skip_cue", by=by, now=now, cue=there)
    return row


def back(*, episode: Episode, cue: Cue, by: Actor, now: datetime) -> Rundown:
    """Go back to the cue before this one; its clock goes on where it stood. Raises as `next_cue`, `first_cue`."""
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        require_going_on(row)
        cues = cues_of(row)
        here = own(cues, cue)
        if row.current_id != here.pk:
            return row
        earlier = [each for each in cues if each.position < here.position]
        before = next((each for each in reversed(earlier) if each.state in (CueState.DONE, CueState.SKIPPED)), None)
        if before is None:
            raise StateRefusal(_("This is the first one."), code="first_cue")
        leave(here, CueState.PLANNED, now=now)
        put_on_air(row, before, now=now)
        note(row, "back_cue", by=by, now=now, cue=before)
    return row


def add_minutes(
    *, episode: Episode, cue: Cue, by: Actor, now: datetime, minutes: int = MORE_MINUTES, seen: int | None = None
) -> Rundown:
    """Give a cue more time. `seen` is what it had been given when the page was made: another number changes nothing.

    Raises PermissionDenied, Http404, StateRefusal (`counts_up`), ValidationError.
    """
    if not 0 < minutes <= MINUTES_LIMIT:
        raise invalid("minutes", _("From 1 to %(limit)d minutes.") % {"limit": MINUTES_LIMIT}, "invalid")
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        require_open(row)
        there = own(cues_of(row), cue)
        if there.minutes is None:
            raise StateRefusal(_("Its time counts up; it needs no more."), code="counts_up")
        if there.state not in (CueState.PLANNED, CueState.RUNNING) or seen not in (None, there.extra_minutes):
            return row
        there.extra_minutes = min(there.extra_minutes + minutes, MINUTES_LIMIT)
        there.save(update_fields=["extra_minutes"])
        note(row, "extend_cue", by=by, now=now, cue=there, minutes=minutes)
    return row


def end(*, episode: Episode, by: Actor, now: datetime) -> Rundown:
    """End the show; the episode then goes on to being written up by an act of its own (`life.advance`).

    Raises PermissionDenied, Http404, StateRefusal.
    """
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        if row.ended_at is not None:
            return row
        require_going_on(row)
        _end(row, by=by, now=now)
    return row


def end_with_evening(*, episode: Episode, by: Actor, now: datetime) -> None:
    """End a show that is still going on, for its evening is over. Part of the locked episode's going on."""
    row = Rundown.objects.filter(episode=episode.pk).first()
    if row is not None and row.started_at is not None and row.ended_at is None:
        row.episode = episode
        _end(row, by=by, now=now)


def _end(row: Rundown, *, by: Actor, now: datetime) -> None:
    if (cue := _current(row)) is not None:
        leave(cue, CueState.DONE, now=now)
    row.ended_at, row.paused_at = now, None
    note(row, "end_rundown", by=by, now=now)


def _current(row: Rundown) -> Cue | None:
    return next((cue for cue in cues_of(row) if cue.pk == row.current_id), None)


def _go_on(episode: Episode, cue: Cue, left: CueState, verb: str, *, by: Actor, now: datetime) -> Rundown:
    with transaction.atomic():
        row = locked_rundown(episode, by=by)
        require_going_on(row)
        cues = cues_of(row)
        here = own(cues, cue)
        if row.current_id != here.pk:
            return row
        coming = following(cues, here)
        if coming is None:
            raise StateRefusal(_("This is the last one: end the show."), code="last_cue")
        leave(here, left, now=now)
        put_on_air(row, coming, now=now)
        note(row, verb, by=by, now=now, cue=coming)
    return row
