"""Sections are taken, given up before the cut-off and handed over after it; whom it concerns is told.

The lock on the episode decides who was first; the database keeps two leads and one standby besides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.notifications import notify
from members.actors import Actor, person_behind
from members.models import Person
from members.rules import StateRefusal, invalid, is_system, require
from talks.actions.degrade import let_run, restore
from talks.actions.deliveries import announce
from talks.actions.keeping import keep
from talks.degrading import Rule, rule_of
from talks.models import Claim, ClaimRole, Episode, EpisodeState, Hosting, HostingRole, Section
from talks.models.order import in_order, next_position
from talks.rules import holds, is_past_cut_off, may_claim, runs, takes_claims

# How many lead a section.
LEADS = 2


def claim(*, section: Section, role: str, by: Actor, now: datetime) -> Claim:
    """Take a section as lead or standby; a standby who takes it becomes a lead, and so does who a document names.

    Raises PermissionDenied, Http404, ValidationError for an unknown role, StateRefusal when the evening takes no
    claims (`claims_closed`), the places are taken (`leads_full`, `standby_taken`) or one has it (`claimed_already`).
    """
    if role not in ClaimRole.values:
        raise invalid("role", _("Choose lead or standby."), "unknown")
    with transaction.atomic():
        section = _locked(section)
        require(may_claim(by, section, now=now), _("Sign in to take a section."))
        person = person_behind(by)
        assert person is not None  # noqa: S101 - may_claim is for people and guests only
        _check_open(section.episode)
        claims = _of(section)
        own = next((each for each in claims if each.person_id == person.pk), None)
        if own is not None and not own.is_by_name and (own.role == ClaimRole.LEAD or role == ClaimRole.STANDBY):
            raise StateRefusal(_("You have this section already."), code="claimed_already")
        _check_free([each for each in claims if each is not own], role)
        made = _take(section, person, role, claims, own, now=now)
        if section.degraded_at is not None and role == ClaimRole.LEAD:
            restore(section, by=by, now=now)
        event = record(by=by, now=now, verb="claim", kind="claim", key=made.pk, after=_values(made))
        keep(event, [made])
        _tell("claimed", section, claims, by=by, now=now, role=role)
        announce(event, section.episode, "section_claimed", now=now, section=section.name, role=role)
    return made


def release(*, claim: Claim, by: Actor, now: datetime) -> Claim:
    """Give a section up: one's own before the cut-off; hosts and organizers anybody's until it begins, and so does
    the system for who leaves.

    Raises PermissionDenied, Http404, StateRefusal (`claims_closed`, `cut_off_passed`).
    """
    with transaction.atomic():
        row = _locked_claim(claim)
        episode = row.section.episode
        may_settle = runs(by, episode) or is_system(by)
        require(may_settle or holds(by, row, now=now), _("Only who has a section gives it up."))
        _check_open(episode)
        if not may_settle and is_past_cut_off(episode, now=now):
            sentence = _("The board is locked: hand the section over to the standby or to somebody you name.")
            raise StateRefusal(sentence, code="cut_off_passed")
        before = _values(row)
        _end(row, now=now)
        event = record(by=by, now=now, verb="release", kind="claim", key=row.pk, before=before)
        keep(event, [row])
        rest = _of(row.section)
        _tell("released", row.section, [*rest, row], by=by, now=now, name=row.name, role=row.role)
        announce(event, episode, "section_released", now=now, section=row.section.name, name=row.name, role=row.role)
        led = any(each.role == ClaimRole.LEAD for each in rest)
        is_left = not led and row.section.degraded_at is None
        if is_left and episode.state == EpisodeState.LOCKED and rule_of(row.section) is not Rule.NOTHING:
            let_run(row.section, by=by, now=now)
    return row


def hand_over(*, claim: Claim, to: Person, by: Actor, now: datetime) -> Claim:
    """Give a section to the standby or to somebody named, and return their claim.

    Raises PermissionDenied, Http404, ValidationError for who cannot have it, StateRefusal (`claims_closed`).
    """
    with transaction.atomic():
        row = _locked_claim(claim)
        episode = row.section.episode
        require(runs(by, episode) or holds(by, row, now=now), _("Only who has a section hands it over."))
        _check_open(episode)
        to = check_taker(to, field="to")
        claims = _of(row.section)
        theirs = next((each for each in claims if each.person_id == to.pk), None)
        is_theirs = theirs is not None and not theirs.is_by_name
        if theirs is not None and is_theirs and (theirs.role == ClaimRole.LEAD or row.role == ClaimRole.STANDBY):
            raise invalid("to", _("%(who)s has this section already.") % {"who": to.name}, "claimed_already")
        before = _values(row)
        _end(row, now=now)
        rest = [each for each in claims if each.pk != row.pk]
        own = theirs if theirs is not None and theirs.pk != row.pk else None
        made = _take(row.section, to, row.role, rest, own, now=now)
        after = _values(made)
        values = {"before": before, "after": after}
        keep(record(by=by, now=now, verb="hand_over", kind="claim", key=row.pk, **values), [row, made])
        _tell("handed_over", row.section, [*rest, row, made], by=by, now=now, name=row.name, to=made.name)
    return made


def check_taker(person: Person, *, field: str) -> Person:
    """Return the person meant, when a section or an evening can be given to them. Raises ValidationError."""
    row = Person.objects.select_related("user").get(pk=person.pk)
    while row.merged_into_id is not None:
        row = Person.objects.select_related("user").get(pk=row.merged_into_id)
    if row.deleted_at is not None or row.is_collective:
        raise invalid(field, _("Name one person."), "nobody")
    if row.user is not None and (row.user.suspended_at is not None or not row.user.is_active):
        raise invalid(field, _("This account is suspended."), "suspended")
    return row


# ── Checks ──────────────────────────────────────────────────────────────────


def _locked(section: Section) -> Section:
    """Return the section with its episode locked; Http404 for one that is gone."""
    episode = Episode.objects.under_lock().filter(pk=section.episode_id, deleted_at=None).first()
    row = Section.objects.filter(pk=section.pk, deleted_at=None).first()
    if episode is None or row is None:
        raise Http404
    row.episode = episode
    return row


def _locked_claim(claim: Claim) -> Claim:
    section = _locked(Section.objects.get(pk=claim.section_id))
    row = Claim.objects.current().filter(pk=claim.pk).select_related("person").first()
    if row is None:
        raise Http404
    row.section = section
    return row


def _check_open(episode: Episode) -> None:
    if not takes_claims(episode):
        raise StateRefusal(_("The sections of this evening are settled."), code="claims_closed")


def _check_free(claims: list[Claim], role: str) -> None:
    """Raise StateRefusal when all places of a role are taken, saying by whom and what is still free."""
    leads = [each.name for each in claims if each.role == ClaimRole.LEAD]
    standby = next((each.name for each in claims if each.role == ClaimRole.STANDBY), None)
    if role == ClaimRole.STANDBY and standby is not None:
        raise StateRefusal(_("%(who)s stands by already.") % {"who": standby}, code="standby_taken")
    if role == ClaimRole.LEAD and len(leads) >= LEADS:
        sentence = _("%(who)s have it already, both places are taken. You can stand by.")
        if standby is not None:
            sentence = _("%(who)s have it already, and %(standby)s stands by.")
        raise StateRefusal(sentence % {"who": "、".join(leads), "standby": standby}, code="leads_full")


# ── Rows ────────────────────────────────────────────────────────────────────


def _of(section: Section) -> list[Claim]:
    return list(in_order(Claim.objects.filter(section=section).select_related("person__user")))


def _take(
    section: Section, person: Person, role: str, claims: Iterable[Claim], own: Claim | None, *, now: datetime
) -> Claim:
    """Make a claim, or a lead of the standby's own one."""
    taken = {each.place for each in claims}
    free = next((place for place in range(1, LEADS + 1) if place not in taken), None)
    place = free if role == ClaimRole.LEAD else None
    if own is not None:
        own.role, own.place, own.is_by_name = role, place, False
        own.version, own.changed_at = own.version + 1, now
        own.save(update_fields=["role", "place", "is_by_name", "version", "changed_at"])
        return own
    return Claim.objects.create(
        section=section,
        person=person,
        name=person.name,
        role=role,
        place=place,
        position=next_position(Claim.objects.filter(section=section)),
        created_at=now,
        changed_at=now,
    )


def _end(claim: Claim, *, now: datetime) -> None:
    claim.deleted_at = claim.changed_at = now
    claim.version += 1
    claim.save(update_fields=["deleted_at", "changed_at", "version"])


def _values(claim: Claim) -> dict[str, Any]:
    return {"section": claim.section_id, "person": claim.person_id, "role": claim.role, "place": claim.place}


def _tell(kind: str, section: Section, claims: Iterable[Claim], *, by: Actor, now: datetime, **values: str) -> None:
    """Tell those who have the section and its hosts, not whom only a document names as one."""
    hosts = Hosting.objects.filter(episode=section.episode, role=HostingRole.HOST, is_by_name=False, deleted_at=None)
    people = [each.person for each in claims] + [each.person for each in hosts.select_related("person")]
    who = person_behind(by)
    said = {"who": who.name if who else "", "section": section.name, "code": section.episode.code, **values}
    notify(people, kind=kind, target=("section", section.pk), by=by, now=now, **said)
