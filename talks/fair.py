"""Whom one might ask to take a section, or to host: who never did, then who did longest ago. Reads only.

Only people who want to be asked, never anybody who takes part already, and never with a number beside the name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from members.models import Person
from talks.models import Claim, ClaimRole, Hosting, HostingRole, Section

SUGGESTED = 3


def suggestions_for(
    sections: Sequence[Section], *, now: datetime, busy: Collection[tuple[int, int]] | None = None
) -> dict[int, list[Person]]:
    """Return up to three people for each of these sections, by its key, in two queries.

    `busy` are keys of an episode and of somebody who has a part in it; who knows them saves a query. Of those who never
    led such a section the order is shuffled the same way for everybody, so that it is not always the same names that
    come first.
    """
    if not sections:
        return {}
    if busy is None:
        taken = Claim.objects.current().filter(section__episode__in={row.episode_id for row in sections})
        busy = set(taken.values_list("section__episode", "person"))
    led = Claim.objects.current().filter(
        person=OuterRef("pk"), role=ClaimRole.LEAD, section__deleted_at=None, section__episode__starts_at__lte=now
    )
    last = {f"last_{kind}": _newest(led.filter(section__kind=kind)) for kind in {row.kind for row in sections}}
    people = list(_who_may_be_asked().only("pk", "name", "handle").annotate(**last))
    found = {}
    for section in sections:
        free = [person for person in people if (section.episode_id, person.pk) not in busy]
        free.sort(key=lambda person: _place(section, person, getattr(person, f"last_{section.kind}")))
        found[section.pk] = free[:SUGGESTED]
    return found


def hosts_to_ask(*, now: datetime, without: Collection[int] = ()) -> list[Person]:
    """Return up to three people who might host: who never did, in a fixed mixture, then who did longest ago."""
    hosted = Hosting.objects.filter(
        person=OuterRef("pk"), role=HostingRole.HOST, deleted_at=None, episode__deleted_at=None
    )
    ago = hosted.filter(episode__starts_at__lte=now).order_by("-episode__starts_at").values("episode__starts_at")[:1]
    rows = _who_may_be_asked().exclude(pk__in=without).only("pk", "name", "handle").annotate(last_hosted=Subquery(ago))

    def place(person: Person) -> tuple[float, str]:
        last = getattr(person, "last_hosted", None)
        return (last.timestamp() if last else float("-inf")), _mixed(f"host {person.pk}")

    people: list[Person] = list(rows)
    return sorted(people, key=place)[:SUGGESTED]


def _who_may_be_asked() -> QuerySet[Person]:
    rows = Person.objects.current().filter(wants_suggestions=True, is_collective=False)
    return rows.filter(user__is_active=True, user__suspended_at=None)


def _newest(led: QuerySet[Claim]) -> Subquery:
    newest = led.order_by("-section__episode__starts_at")
    return Subquery(newest.values("section__episode__starts_at")[:1])


def _place(section: Section, person: Person, last: datetime | None) -> tuple[float, str]:
    mixed = _mixed(f"{section.episode_id} {section.kind} {person.pk}")
    return (last.timestamp() if last else float("-inf")), mixed


def _mixed(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
