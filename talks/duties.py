"""What somebody has taken that is still to come: given up when they leave, and said on the page before they do."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.models import Person
from talks.models import Claim, EpisodeState, Hosting, StandingOwner

# What has begun stays: who leaves then was there.
TO_COME = (EpisodeState.DRAFT, EpisodeState.COLLECTING, EpisodeState.LOCKED)


def hostings_to_come(people: Collection[int]) -> QuerySet[Hosting]:
    """Episodes these people host or edit that have not begun, in order."""
    rows = Hosting.objects.filter(person__in=people, deleted_at=None)
    found = rows.filter(episode__state__in=TO_COME, episode__deleted_at=None)
    return found.select_related("episode").order_by("episode", "pk")


def claims_to_come(people: Collection[int]) -> QuerySet[Claim]:
    """Sections these people lead or stand by for in episodes that take claims, in order."""
    rows = Claim.objects.current().filter(person__in=people, section__deleted_at=None)
    found = rows.filter(section__episode__state__in=TO_COME[1:], section__episode__deleted_at=None)
    return found.select_related("section__episode").order_by("section__episode", "section__position", "pk")


def owned_by(people: Collection[int]) -> QuerySet[StandingOwner]:
    """What these people take every week."""
    return StandingOwner.objects.current().filter(person__in=people).order_by("pk")


def told_before_leaving(*, person: Person) -> list[str]:
    """Return a sentence for everything that is given up with this account."""
    said = [
        _("%(episode)s: you are %(role)s.") % {"episode": row.episode.label, "role": row.get_role_display()}
        for row in hostings_to_come([person.pk])
    ]
    said += [
        _("%(episode)s %(section)s: you are %(role)s.")
        % {"episode": row.section.episode.label, "section": row.section.name, "role": row.get_role_display()}
        for row in claims_to_come([person.pk])
    ]
    said += [
        _("%(section)s: you take it every week.") % {"section": row.title or row.kind_label}
        for row in owned_by([person.pk])
    ]
    return said
