"""A rundown comes of what an episode has: an opening, its sections' items, the free talk, a closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.rules import StateRefusal, require
from talks.actions.rundown_rows import arrange, cues_of
from talks.actions.rundown_version import touch_rundown
from talks.budget import USUAL, Part
from talks.models import (
    Claim,
    Cue,
    CueKind,
    CueState,
    Depth,
    Episode,
    EpisodeState,
    Item,
    ItemState,
    Rundown,
    Section,
    SectionKind,
)
from talks.rules import runs

# Minutes to say hello, and to say who hosts the next one.
OPENING = CLOSING = 2


def make_rundown(*, episode: Episode, by: Actor, now: datetime) -> Rundown:
    """Make the rundown of an evening, or take into it what was accepted since. Twice is once.

    Raises PermissionDenied, Http404, StateRefusal (`not_prepared`) while it still collects or is over.
    """
    with transaction.atomic():
        row = Episode.objects.under_lock().select_related("template").filter(pk=episode.pk).first()
        if row is None or row.deleted_at is not None:
            raise Http404
        require(runs(by, row), _("Only hosts and organizers run the evening."))
        if row.state not in (EpisodeState.LOCKED, EpisodeState.LIVE):
            raise StateRefusal(_("The rundown is made once the board is locked."), code="not_prepared")
        return make_of_locked(row, by=by, now=now)


def make_of_locked(episode: Episode, *, by: Actor, now: datetime) -> Rundown:
    """Make the rundown of a locked episode, or take into it what was accepted since; part of its going on the air."""
    row, is_new = Rundown.objects.get_or_create(episode=episode)
    row.episode = episode
    if row.ended_at is not None:
        return row
    cues = cues_of(row)
    sections = _sections_of(episode)
    added = _all_of(row, sections) if not cues else _taken_in(row, cues, sections)
    if added:
        touch_rundown(episode=episode.pk)
        row.version += 1
    if added or is_new:
        record(by=by, now=now, verb="make_rundown", kind="episode", key=episode.code, after={"cues": added})
    return row


def _sections_of(episode: Episode) -> list[tuple[Section, list[Item]]]:
    """Return the sections that are held, in order, each with its items that get a part of the evening."""
    sections = Section.objects.filter(episode=episode, deleted_at=None).order_by("position", "pk")
    items: dict[int, list[Item]] = {}
    taken = Item.objects.current().filter(section__episode=episode, section__deleted_at=None, state=ItemState.ACCEPTED)
    for item in taken.order_by("position", "pk"):
        items.setdefault(item.section_id, []).append(item)
    led = set(Claim.objects.current().filter(section__episode=episode, role="lead").values_list("section", flat=True))
    found = []
    for section in sections:
        own = items.get(section.pk, [])
        is_held = bool(own) or not section.is_optional or section.pk in led
        if is_held:
            found.append((section, [item for item in own if item.depth != Depth.LISTED]))
    return found


def _all_of(row: Rundown, sections: Sequence[tuple[Section, list[Item]]]) -> int:
    cues = [Cue(rundown=row, kind=CueKind.OPENING, minutes=OPENING)]
    free = None
    for section, items in sections:
        if section.kind == SectionKind.FREE_TALK:
            free = free or section
        elif items:
            cues += [_cue_of(row, section, item) for item in items]
        else:
            minutes = section.minutes or USUAL[Depth.TALK]
            cues.append(Cue(rundown=row, kind=CueKind.SECTION, section=section, title=section.name, minutes=minutes))
    title = free.name if free is not None else "Free Talk"
    cues.append(Cue(rundown=row, kind=CueKind.FREE_TALK, section=free, title=title))
    cues.append(Cue(rundown=row, kind=CueKind.CLOSING, minutes=CLOSING))
    for place, cue in enumerate(cues, 1):
        cue.position = place
    Cue.objects.bulk_create(cues)
    return len(cues)


def _cue_of(row: Rundown, section: Section, item: Item) -> Cue:
    length = Part(item.pk, item.depth, item.minutes).length
    return Cue(rundown=row, kind=CueKind.ITEM, section=section, item=item, minutes=length, position=0)


def _taken_in(row: Rundown, cues: list[Cue], sections: Sequence[tuple[Section, list[Item]]]) -> int:
    """Add the items that have no cue yet, each behind the last one of its section that is not over, else before the
    free talk; what is over stays as it was. Return how many."""
    known = {cue.item_id for cue in cues if cue.item_id is not None}
    new = [(section, item) for section, items in sections for item in items if item.pk not in known]
    for section, item in new:
        cue = _cue_of(row, section, item)
        cue.save()
        cues.insert(_place_for(section, cues), cue)
    if new:
        arrange(cues)
    return len(new)


def _place_for(section: Section, cues: Sequence[Cue]) -> int:
    ahead = [n for n, cue in enumerate(cues) if cue.state in (CueState.PLANNED, CueState.RUNNING)]
    first = ahead[0] if ahead else len(cues)
    of_section = [n for n in ahead if cues[n].section_id == section.pk]
    if of_section:
        return of_section[-1] + 1
    if cues and first < len(cues) and cues[first].state == CueState.RUNNING:
        first += 1
    later = (CueKind.FREE_TALK, CueKind.QUESTION, CueKind.CLOSING)
    return next((n for n in ahead if n >= first and cues[n].kind in later), max(first, len(cues)))
