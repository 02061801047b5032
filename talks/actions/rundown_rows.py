"""What acts on a rundown share: its row locked, its cues in order, the clock of one cue, a way to note an act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.models import Event
from members.rules import StateRefusal, require
from talks.models import Cue, CueState, Episode, EpisodeState, Rundown
from talks.rules import runs


def locked_rundown(episode: Episode, *, by: Actor) -> Rundown:
    """Lock an episode, and return its rundown as it stands now: who has the one has the other.

    Raises PermissionDenied for who does not run the evening, Http404, StateRefusal (`no_rundown`).
    """
    home = Episode.objects.under_lock().filter(pk=episode.pk, deleted_at=None).select_related("template").first()
    if home is None:
        raise Http404
    require(runs(by, home), _("Only hosts and organizers run the evening."))
    row = Rundown.objects.filter(episode=home).first()
    if row is None:
        raise StateRefusal(_("There is no rundown yet: make it first."), code="no_rundown")
    row.episode = home
    return row


def require_going_on(row: Rundown) -> None:
    """Raise StateRefusal unless the show has begun and is not over."""
    if row.episode.state != EpisodeState.LIVE:
        raise StateRefusal(_("This evening is not on the air."), code="not_live")
    if row.started_at is None:
        raise StateRefusal(_("The show has not begun: start the clock first."), code="not_started")
    if row.ended_at is not None:
        raise StateRefusal(_("The show is over; it can be taken up again."), code="over")


def require_open(row: Rundown) -> None:
    """Raise StateRefusal when nothing is to be arranged any more."""
    if row.episode.state not in (EpisodeState.LOCKED, EpisodeState.LIVE):
        raise StateRefusal(_("This evening is not being prepared, and not on the air."), code="not_live")
    if row.ended_at is not None:
        raise StateRefusal(_("The show is over; it can be taken up again."), code="over")


def cues_of(row: Rundown) -> list[Cue]:
    """Return the cues of a locked rundown in order."""
    found = list(Cue.objects.filter(rundown=row).in_order())
    for cue in found:
        cue.rundown = row
    return found


def own(cues: Sequence[Cue], cue: Cue) -> Cue:
    """Return a cue as the locked rundown has it. Raises Http404 for one of another evening."""
    found = next((each for each in cues if each.pk == cue.pk), None)
    if found is None:
        raise Http404
    return found


def put_on_air(row: Rundown, cue: Cue, *, now: datetime) -> None:
    """Let a cue be the one on the air; its clock runs unless the show is paused."""
    cue.state = CueState.RUNNING
    cue.started_at = cue.started_at or now
    cue.running_since = None if row.paused_at is not None else now
    cue.save(update_fields=["state", "started_at", "running_since"])
    row.current = cue


def leave(cue: Cue, state: CueState, *, now: datetime) -> None:
    """Take a cue off the air, with the time it has had."""
    stop(cue, now=now)
    cue.state, cue.ended_at = state, now
    cue.save(update_fields=["spent_seconds", "running_since", "state", "ended_at"])


def stop(cue: Cue, *, now: datetime) -> None:
    """Stop the clock of a cue."""
    cue.spent_seconds, cue.running_since = round(cue.spent(now).total_seconds()), None


def following(cues: Iterable[Cue], cue: Cue) -> Cue | None:
    """Return the next cue that is still to come."""
    ahead = (each for each in cues if each.state == CueState.PLANNED and each.position > cue.position)
    return next((each for each in ahead if each.is_shown), None)


def arrange(cues: Sequence[Cue]) -> None:
    """Give cues their places in this order."""
    changed = [cue for place, cue in enumerate(cues, 1) if cue.position != place]
    for place, cue in enumerate(cues, 1):
        cue.position = place
    Cue.objects.bulk_update(changed, ["position"])


def note(row: Rundown, verb: str, *, by: Actor, now: datetime, cue: Cue | None = None, **said: Any) -> Event:
    """Save the clock, let the pages know, and record what was done."""
    clock = {name: getattr(row, name) for name in ("current", "started_at", "paused_at", "ended_at")}
    Rundown.objects.filter(pk=row.pk).update(**clock, version=F("version") + 1)
    row.version += 1
    if cue is not None:  # of a question only which: its words may be nobody's to read one day
        about: dict[str, Any] = {"question": cue.question_id} if cue.question_id is not None else {"title": str(cue)}
        said |= {"cue": cue.pk, **about}
    return record(by=by, now=now, verb=verb, kind="episode", key=row.episode.code, after=said or None)
