"""What is written when a record is published: the credits of who hosted, edited and led."""

from __future__ import annotations

from datetime import datetime

from talks.actions.keeping import hold
from talks.models import Claim, ClaimRole, Credit, CreditRole, Episode, Hosting, Section
from talks.models.order import in_order


def write_credits(episode: Episode, *, now: datetime) -> list[Section]:
    """Credit hosts, editors and leads of a locked episode, each once; a second publication adds who came since.

    Returns the sections that may have new names, for the act to keep.
    """
    sections = list(Section.objects.filter(episode=episode, deleted_at=None))
    hold([episode, *sections])
    stamp = {"episode": episode, "created_at": now, "changed_at": now}
    known = set(
        Credit.objects.filter(episode=episode, item=None, deleted_at=None).values_list("section", "name", "role")
    )
    made = []
    for place, hosting in enumerate(in_order(Hosting.objects.filter(episode=episode)), 1):
        if (None, hosting.name, hosting.role) not in known:
            values = {"person_id": hosting.person_id, "name": hosting.name, "role": CreditRole(hosting.role)}
            made.append(Credit(**stamp, **values, position=place))
    claims = Claim.objects.filter(section__episode=episode, section__deleted_at=None, role=ClaimRole.LEAD)
    for claim in in_order(claims):
        if (claim.section_id, claim.name, CreditRole.LEAD.value) not in known:
            values = {"person_id": claim.person_id, "name": claim.name, "role": CreditRole.LEAD}
            made.append(Credit(**stamp, **values, section_id=claim.section_id, position=claim.position))
    Credit.objects.bulk_create(made)
    return sections
