"""What a new date moves (顺延): the evening, its deadlines, and evenings behind it that come too near. Reads only."""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from talks.models import Break, Claim, Episode, EpisodeKind, EpisodeState, Template
from talks.schedule import LEAST_GAP, USUAL_HOURS, lock_of, next_evening

MOVABLE = (EpisodeState.DRAFT, EpisodeState.COLLECTING, EpisodeState.LOCKED)


@dataclass(frozen=True, slots=True)
class Move:
    """An episode with its old and new evening and the moments its board is locked."""

    episode: Episode
    starts_at: datetime
    locks_at: datetime

    @property
    def old_lock(self) -> datetime | None:
        return self.episode.cut_off


@dataclass(frozen=True, slots=True)
class Preview:
    """All that a new date moves, and the words to tell the group."""

    moves: list[Move]
    claims: list[Claim]
    notice: str


def zone() -> zoneinfo.ZoneInfo:
    """Return the time zone in which evenings are meant."""
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def hours_before(episode: Episode) -> int:
    """Return how many hours before the evening the board is locked."""
    return episode.template.locks_before if episode.template is not None else USUAL_HOURS


def evening_by_rule(
    template: Template, *, after: datetime | None, now: datetime, free: Collection[date]
) -> datetime | None:
    """Return the next evening by a template's rule; None when a year holds none."""
    return next_evening(
        weekday=template.weekday,
        at=template.time,
        hours=template.locks_before,
        after=after,
        now=now,
        free=free,
        zone=zone(),
    )


def moves_of(
    episode: Episode, starts_at: datetime, *, now: datetime, free: Collection[date] | None = None
) -> list[Move]:
    """Return what moves when an episode begins at another time: it, and later ones that would come too near to it.

    Those go to the next evening of their own rule, and may push others in turn. Numbers stay. `free` are the days
    without a talk, those that are known unless it says otherwise.
    """
    moves = [Move(episode, starts_at, lock_of(starts_at, hours_before(episode)))]
    if episode.kind != EpisodeKind.REGULAR:
        return moves
    later = Episode.objects.filter(
        kind=EpisodeKind.REGULAR,
        state__in=MOVABLE,
        number__gt=episode.number,
        starts_at__isnull=False,
        deleted_at=None,
    )
    free = Break.objects.days() if free is None else free
    for row in later.beside(episode.code).select_related("template").order_by("number"):
        last = moves[-1].starts_at
        if row.starts_at is None or row.starts_at.astimezone(UTC) - last.astimezone(UTC) >= LEAST_GAP:
            break
        found = evening_after(row, last, free, now=now)
        moves.append(Move(row, found, lock_of(found, hours_before(row))))
    return moves


def evening_after(row: Episode, last: datetime, free: Collection[date], *, now: datetime) -> datetime:
    """Return the evening of a later episode after `last`, by its template or by the weekday and time it has now."""
    if row.template is not None and (found := evening_by_rule(row.template, after=last, now=now, free=free)):
        return found
    local = row.starts_at.astimezone(zone()) if row.starts_at else last.astimezone(zone())
    found = next_evening(
        weekday=local.weekday(),
        at=local.time(),
        hours=hours_before(row),
        after=last,
        now=now,
        free=free,
        zone=zone(),
    )
    return found or last + timedelta(days=7)


def planned_on(day: date) -> QuerySet[Episode]:
    """Return the numbers of the series whose evening is on a day and would move when it is left out."""
    start = datetime.combine(day, datetime.min.time(), tzinfo=zone())
    end = start.replace(hour=23, minute=59, second=59)
    rows = Episode.objects.of_series().filter(state__in=MOVABLE, deleted_at=None, starts_at__range=(start, end))
    return Episode.objects.filter(pk__in=rows.values("pk"), kind=EpisodeKind.REGULAR).order_by("number")


def previews_of_break(day: date, reason: str, *, now: datetime) -> list[Preview]:
    """Return what leaving a day out would move, with the words for the group; nothing when no talk is planned on it."""
    free = {*Break.objects.days(), day}
    found = []
    for row in planned_on(day).select_related("template"):
        assert row.starts_at is not None  # noqa: S101 - planned on that day
        found.append(preview_of(row, evening_after(row, row.starts_at, free, now=now), reason, now=now, free=free))
    return found


def preview_of(
    episode: Episode, starts_at: datetime, reason: str, *, now: datetime, free: Collection[date] | None = None
) -> Preview:
    """Return what a new date moves, whose claims go along, and the words for the group."""
    moves = moves_of(episode, starts_at, now=now, free=free)
    claims = Claim.objects.current().filter(section__episode__in=[move.episode for move in moves])
    rows = claims.filter(section__deleted_at=None).select_related("section__episode", "person__user")
    held = list(rows.order_by("section__episode__number", "section__position", "position", "pk"))
    return Preview(moves, held, _notice(moves, held, reason))


def moment(value: datetime | None) -> str:
    """Return a moment as it is written into a chat: 2026-03-07 星期六 21:00."""
    if value is None:
        return ""
    local = value.astimezone(zone())
    return f"{local:%Y-%m-%d} {WEEKDAYS[local.weekday()]} {local:%H:%M}"


def _notice(moves: list[Move], claims: list[Claim], reason: str) -> str:
    first, *others = moves
    lines = [
        _("OpenLLM Talk %(episode)s moves to %(new)s (it was %(old)s).")
        % {"episode": first.episode.label, "new": moment(first.starts_at), "old": moment(first.episode.starts_at)}
    ]
    if reason:
        lines.append(_("Why: %(reason)s") % {"reason": reason})
    lines.append(_("The board is open until %(lock)s.") % {"lock": moment(first.locks_at)})
    own = [claim for claim in claims if claim.section.episode_id == first.episode.pk]
    if own:
        said = "；".join(f"{claim.section.name} {claim.name}" for claim in own)
        lines.append(_("What is taken stays taken: %(claims)s.") % {"claims": said})
    for move in others:
        values = {"episode": move.episode.label, "new": moment(move.starts_at)}
        lines.append(_("%(episode)s then moves to %(new)s.") % values)
    return "\n".join(lines)
