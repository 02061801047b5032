"""Whom one might ask to take a section, or to host: who never did, then who did longest ago. Reads only.

Only people who want to be asked, never anybody who takes part already, and never with a number beside the name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import OuterRef, Subquery

from members.models import Person
from talks.models import Claim, ClaimRole, Hosting, HostingRole, Section

SUGGESTED = 3


def suggestions_for(
    sections: Sequence[Section],
    *,
    now: datetime,
    busy: Collection[tuple[int, int]] | None = None,
    people: Sequence[Person] | None = None,
) -> dict[int, list[Person]]:
    """Return up to three people for each of these sections, by its key, in two queries.

    `busy` are keys of an episode and of somebody who has a part in it, `people` those of `askable`: who knows them
    saves a query. Of those who never led such a section the order is shuffled the same way for everybody, so that it is
    not always the same names that come first.
    """
    if not sections:
        return {}
    if busy is None:
        taken = Claim.objects.current().filter(section__episode__in={row.episode_id for row in sections})
        busy = set(taken.values_list("section__episode", "person"))
    if people is None:
        people = askable({row.kind for row in sections}, now=now)
    found = {}
    for section in sections:
        free = [person for person in people if (section.episode_id, person.pk) not in busy]
        free.sort(key=lambda person: _place(section, person, getattr(person, f"last_{section.kind}")))
        found[section.pk] = free[:SUGGESTED]
    return found


def hosts_to_ask(people: Sequence[Person], *, without: Collection[int] = ()) -> list[Person]:
    """Return up to three of the `askable` who might host: who never did, mixed, then who did longest ago."""

    def place(person: Person) -> tuple[float, str]:
        last = getattr(person, "last_hosted", None)
        return (last.timestamp() if last else float("-inf")), _mixed(f"host {person.pk}")

    return sorted((row for row in people if row.pk not in without), key=place)[:SUGGESTED]


def askable(kinds: Collection[str], *, now: datetime) -> list[Person]:
    """Return who wants to be asked, each with when they last led a section of these kinds (`last_<kind>`) and when they
    last hosted (`last_hosted`). One query."""
    rows = Person.objects.current().filter(wants_suggestions=True, is_collective=False)
    rows = rows.filter(user__is_active=True, user__suspended_at=None)
    led = Claim.objects.current().filter(
        person=OuterRef("pk"), role=ClaimRole.LEAD, section__deleted_at=None, section__episode__starts_at__lte=now
    )
    begins = "section__episode__starts_at"
    last = {
        f"last_{kind}": Subquery(led.filter(section__kind=kind).order_by(f"-{begins}").values(begins)[:1])
        for kind in kinds
    }
    hosted = Hosting.objects.filter(
        person=OuterRef("pk"), role=HostingRole.HOST, deleted_at=None, episode__deleted_at=None
    )
    ago = hosted.filter(episode__starts_at__lte=now).order_by("-episode__starts_at").values("episode__starts_at")[:1]
    people: list[Person] = list(rows.only("pk", "name", "handle").annotate(**last, last_hosted=Subquery(ago)))
    return people


def _place(section: Section, person: Person, last: datetime | None) -> tuple[float, str]:
    mixed = _mixed(f"{section.episode_id} {section.kind} {person.pk}")
    return (last.timestamp() if last else float("-inf")), mixed


def _mixed(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
