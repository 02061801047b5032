"""Links that let somebody without an account take an open section, for the group chat on Friday."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.invitations import FEW_PLACES, LONGEST, NOTE_LIMIT, invite
from members.actors import Actor
from members.models import Invitation, Purpose
from members.rules import StateRefusal, require
from talks.missing import unclaimed
from talks.models import Episode, Section
from talks.rules import runs, takes_claims


def rescue(*, episode: Episode, by: Actor, now: datetime) -> list[tuple[Section, Invitation]]:
    """Return a link for every section that nobody leads; those that stand already are kept. Hosts and organizers.

    Raises PermissionDenied, Http404, StateRefusal (`claims_closed`).
    """
    with transaction.atomic():
        row = Episode.objects.under_lock().filter(pk=episode.pk, deleted_at=None).first()
        if row is None:
            raise Http404
        require(runs(by, row), _("Only hosts and organizers make rescue links."))
        if not takes_claims(row) or (row.starts_at is not None and row.starts_at <= now):
            raise StateRefusal(_("The sections of this evening are settled."), code="claims_closed")
        sections = unclaimed(row)
        known = links_of(sections, now=now)
        return [(section, known.get(section.pk) or _invite(section, row, by=by, now=now)) for section in sections]


def links_of(sections: list[Section], *, now: datetime) -> dict[int, Invitation]:
    """Return the links that let somebody in, by key of the section."""
    targets = [str(section.pk) for section in sections]
    rows = Invitation.objects.open(now).filter(purpose=Purpose.CLAIM, target__in=targets).order_by("-pk")
    return {int(row.target): row for row in rows}


def _invite(section: Section, episode: Episode, *, by: Actor, now: datetime) -> Invitation:
    ends = min(episode.starts_at, now + LONGEST) if episode.starts_at is not None else None
    note = f"{episode.label} {section.name}"[:NOTE_LIMIT]
    return invite(
        purpose=Purpose.CLAIM, target=str(section.pk), places=FEW_PLACES, expires_at=ends, note=note, by=by, now=now
    )
