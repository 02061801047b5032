"""Whom one might ask to take a section: who never did, then who did longest ago. Reads only.

Only people who want to be asked, never anybody who takes part already, and never with a number beside the name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from members.models import Person
from talks.models import Claim, ClaimRole, Section

SUGGESTED = 3


def suggestions_for(sections: Sequence[Section], *, now: datetime) -> dict[int, list[Person]]:
    """Return up to three people for each of these sections, by its key, in three queries.

    Of those who never led such a section the order is shuffled the same way for everybody, so that it is not always
    the same names that come first.
    """
    if not sections:
        return {}
    asked = Person.objects.current().filter(wants_suggestions=True, is_collective=False)
    asked = asked.filter(user__is_active=True, user__suspended_at=None)
    people = list(asked.only("pk", "name", "handle"))
    led = Claim.objects.current().filter(role=ClaimRole.LEAD, section__deleted_at=None, person__in=asked)
    past = led.filter(section__episode__starts_at__lte=now, section__kind__in={row.kind for row in sections})
    last = {
        (kind, person): at
        for kind, person, at in past.values_list("section__kind", "person").annotate(Max("section__episode__starts_at"))
    }
    busy = set(
        Claim.objects.current()
        .filter(section__episode__in={row.episode_id for row in sections})
        .values_list("section__episode", "person")
    )
    found = {}
    for section in sections:
        free = [person for person in people if (section.episode_id, person.pk) not in busy]
        free.sort(key=lambda person: _place(section, person, last.get((section.kind, person.pk))))
        found[section.pk] = free[:SUGGESTED]
    return found


def _place(section: Section, person: Person, last: datetime | None) -> tuple[float, str]:
    mixed = hashlib.blake2b(f"{section.episode_id} {section.kind} {person.pk}".encode(), digest_size=8).hexdigest()
    return (last.timestamp() if last else float("-inf")), mixed
