"""Who erases their account gives up what they had taken: it is open for others, and those it concerns are told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from members.actors import SYSTEM
from talks.actions.claims import release
from talks.actions.hosting import leave_hosting
from talks.actions.templates import disown
from talks.duties import claims_to_come, hostings_to_come, owned_by
from talks.models import Claim, Episode, Hosting


def give_up(*, people: Collection[int], name: str, now: datetime) -> None:
    """Give up all that these people have of evenings to come, also after the cut-off. The first part of an erasure.

    `name` is written for theirs before anybody is told. Episodes are locked first, as everywhere, in one order.
    """
    hostings, claims = hostings_to_come(people), claims_to_come(people)
    keys = {row.episode_id for row in hostings} | {row.section.episode_id for row in claims}
    list(Episode.objects.under_lock().filter(pk__in=keys).order_by("pk"))
    for claim in claims.all():
        Claim.objects.filter(pk=claim.pk).update(name=name)
        release(claim=claim, by=SYSTEM, now=now)
    for hosting in hostings.all():
        Hosting.objects.filter(pk=hosting.pk).update(name=name)
        leave_hosting(hosting=hosting, by=SYSTEM, now=now)
    for owner in owned_by(people):
        disown(owner=owner, by=SYSTEM, now=now)
