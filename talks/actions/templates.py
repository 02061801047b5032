"""Templates in editions, and who takes a section every week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.models import Person
from members.rules import StateRefusal, check_text, invalid, may_write, require
from talks import first_edition
from talks.actions.claims import check_taker, release
from talks.actions.planning import newest_edition, owns
from talks.models import Claim, EpisodeState, Passage, SectionKind, StandingOwner, Template
from talks.moves import zone
from talks.rules import is_past_cut_off, may_plan

# What an edition says, besides its name and number.
FIELDS = ("sections", "passages", "weekday", "time", "locks_before", "minutes", "votes")
SECTIONS, PASSAGES = 20, 10
TITLE_LIMIT, BRIEF_LIMIT, BODY_LIMIT = 80, 500, 5_000
MINUTES_LIMIT, LOCKS_LIMIT, VOTES_LIMIT, GROUPS_LIMIT = 600, 167, 100, 20


def make_edition(*, edition: int, values: Mapping[str, Any], by: Actor, now: datetime) -> Template:
    """Change the weekly template: what differs from the newest edition makes a new one; the same makes none.

    `edition` is the one that was seen. Raises PermissionDenied, ValidationError (with code `conflict` and both texts
    when there is a newer one).
    """
    with transaction.atomic():
        require(may_plan(by), _("Only organizers change the template."))
        clean = check_values(values)
        newest = newest_edition(by=by, now=now)
        if newest.edition != edition:
            raise _conflict(yours=clean, theirs=newest, edition=edition)
        if all(getattr(newest, name) == clean[name] for name in clean):
            return newest
        said = {name: getattr(newest, name) for name in FIELDS} | clean
        stamp = {"edition": edition + 1, "created_at": now, "changed_at": now}
        try:
            with transaction.atomic():
                made = Template.objects.create(name=first_edition.NAME, **said, **stamp)
        except IntegrityError as error:  # somebody was faster
            newest = Template.objects.current().filter(name=newest.name)[0]
            raise _conflict(yours=clean, theirs=newest, edition=edition) from error
        before, after = as_json(newest), as_json(made)
        record(by=by, now=now, verb="edit", kind="template", key=made.pk, before=before, after=after)
    return made


def as_json(template: Template | Mapping[str, Any]) -> dict[str, Any]:
    """Return what an edition says as JSON has it."""
    values = template if isinstance(template, Mapping) else {name: getattr(template, name) for name in FIELDS}
    return {name: f"{value:%H:%M}" if isinstance(value, time) else value for name, value in values.items()}


def check_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an edition as they are stored. Raises ValidationError naming the field."""
    clean = dict(values)
    limits = {"weekday": (0, 6), "locks_before": (0, LOCKS_LIMIT), "minutes": (1, MINUTES_LIMIT)}
    for name, (least, most) in {**limits, "votes": (0, VOTES_LIMIT)}.items():
        if name in clean and not (isinstance(clean[name], int) and least <= clean[name] <= most):
            raise invalid(name, _("A number from %(least)d to %(most)d.") % {"least": least, "most": most}, "range")
    if "sections" in clean:
        clean["sections"] = [_section(each) for each in _listed(clean["sections"], "sections", SECTIONS)]
        if not clean["sections"]:
            raise invalid("sections", _("A talk has at least one section."), "required")
    if "passages" in clean:
        clean["passages"] = [_passage(each) for each in _listed(clean["passages"], "passages", PASSAGES)]
    return clean


def _listed(value: Any, field: str, limit: int) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or len(value) > limit or not all(isinstance(each, Mapping) for each in value):
        raise invalid(field, _("A list of at most %(limit)d.") % {"limit": limit}, "invalid")
    return value


def _text(spec: Mapping[str, Any], name: str, field: str, limit: int, *, required: bool = False) -> str:
    value = spec.get(name) or ""
    if not isinstance(value, str):
        raise invalid(field, _("This must be text."), "invalid")
    return check_text(value.strip(), field=field, limit=limit, required=required)


def _section(spec: Mapping[str, Any]) -> dict[str, Any]:
    if spec.get("kind") not in SectionKind.values:
        raise invalid("sections", _("Choose a kind of section."), "unknown")
    minutes = spec.get("minutes")
    if minutes is not None and not (isinstance(minutes, int) and 0 < minutes <= MINUTES_LIMIT):
        sentence = _("A number from %(least)d to %(most)d.")
        raise invalid("sections", sentence % {"least": 1, "most": MINUTES_LIMIT}, "range")
    groups = _listed(spec.get("groups") or [], "sections", GROUPS_LIMIT)
    titles = [_text(each, "title", "sections", TITLE_LIMIT, required=True) for each in groups]
    if len(set(titles)) < len(titles):
        raise invalid("sections", _("Name every group once."), "repeated")
    return {
        "kind": spec["kind"],
        "title": _text(spec, "title", "sections", TITLE_LIMIT, required=True),
        "is_optional": bool(spec.get("is_optional")),
        "brief": _text(spec, "brief", "sections", BRIEF_LIMIT),
        "minutes": minutes,
        "groups": [
            {"title": title, "body": _text(each, "body", "sections", BRIEF_LIMIT)}
            for title, each in zip(titles, groups, strict=True)
        ],
        "labels": [],
    }


def _passage(spec: Mapping[str, Any]) -> dict[str, Any]:
    place = spec.get("place", Passage.Place.INTRO.value)
    if place not in Passage.Place.values:
        raise invalid("passages", _("Choose before or after the sections."), "unknown")
    return {
        "place": place,
        "title": _text(spec, "title", "passages", TITLE_LIMIT, required=True),
        "level": 2,
        "body": _text(spec, "body", "passages", BODY_LIMIT),
    }


def _conflict(*, yours: Mapping[str, Any], theirs: Template, edition: int) -> ValidationError:
    message = _("Somebody has made a newer edition meanwhile; here is what it says.")
    seen = Template.objects.current().filter(name=theirs.name, edition=edition).first()
    base = as_json(seen) if seen is not None else None
    params = {"yours": as_json(yours), "theirs": as_json(theirs), "base": base, "edition": theirs.edition}
    return ValidationError({"edition": [ValidationError(message, code="conflict", params=params)]})


# ── Standing owners ─────────────────────────────────────────────────────────


def own(*, kind: str, title: str, person: Person, by: Actor, now: datetime) -> StandingOwner:
    """Let somebody take a section every week. Organizers.

    Raises PermissionDenied, ValidationError, StateRefusal when they have it already.
    """
    with transaction.atomic():
        require(may_plan(by), _("Only organizers change the template."))
        if kind not in SectionKind.values:
            raise invalid("kind", _("Choose a kind of section."), "unknown")
        title = check_text(title.strip(), field="title", limit=TITLE_LIMIT)
        person = check_taker(person, field="person")
        if StandingOwner.objects.current().filter(kind=kind, title=title, person=person).exists():
            raise StateRefusal(_("%(who)s has this section already.") % {"who": person.name}, code="owned_already")
        position = StandingOwner.objects.filter(kind=kind, title=title).count()
        stamp = {"created_at": now, "changed_at": now}
        made = StandingOwner.objects.create(kind=kind, title=title, person=person, position=position, **stamp)
        after = {"kind": kind, "title": title, "person": person.pk}
        record(by=by, now=now, verb="own", kind="standing_owner", key=made.pk, after=after)
    return made


def disown(*, owner: StandingOwner, by: Actor, now: datetime) -> StandingOwner:
    """Let somebody take a section every week no more: organizers, and they themselves.

    Raises PermissionDenied, Http404.
    """
    with transaction.atomic():
        row = _locked_owner(owner, by)
        row.deleted_at = row.changed_at = now
        row.version += 1
        row.save(update_fields=["deleted_at", "changed_at", "version"])
        record(by=by, now=now, verb="disown", kind="standing_owner", key=row.pk)
    return row


def skip(*, owner: StandingOwner, day: date, by: Actor, now: datetime) -> StandingOwner:
    """Leave one day's talk out; when it is planned already, the section is given up.

    Organizers and they themselves. Raises PermissionDenied, Http404, StateRefusal after the cut-off.
    """
    with transaction.atomic():
        row = _locked_owner(owner, by)
        if day.isoformat() in row.skips:
            return row
        row.skips = sorted([*row.skips, day.isoformat()])
        row.version, row.changed_at = row.version + 1, now
        row.save(update_fields=["skips", "version", "changed_at"])
        after = {"day": day.isoformat()}
        record(by=by, now=now, verb="skip", kind="standing_owner", key=row.pk, after=after)
        for claim in _claims_on(row, day):
            if is_past_cut_off(claim.section.episode, now=now):
                sentence = _("The board is locked: hand the section over to the standby or to somebody you name.")
                raise StateRefusal(sentence, code="cut_off_passed")
            release(claim=claim, by=by, now=now)
    return row


def unskip(*, owner: StandingOwner, day: date, by: Actor, now: datetime) -> StandingOwner:
    """Take a day's talk after all, if it is not planned yet. Raises PermissionDenied, Http404."""
    with transaction.atomic():
        row = _locked_owner(owner, by)
        if day.isoformat() in row.skips:
            row.skips = [each for each in row.skips if each != day.isoformat()]
            row.version, row.changed_at = row.version + 1, now
            row.save(update_fields=["skips", "version", "changed_at"])
            after = {"day": day.isoformat()}
            record(by=by, now=now, verb="unskip", kind="standing_owner", key=row.pk, after=after)
    return row


def _locked_owner(owner: StandingOwner, by: Actor) -> StandingOwner:
    row = StandingOwner.objects.select_for_update(of=("self",)).filter(pk=owner.pk, deleted_at=None)
    found = row.select_related("person").first()
    if found is None:
        raise Http404
    is_own = may_write(by) and isinstance(by, Person) and found.person_id == by.pk
    require(is_own or may_plan(by), _("Only organizers and the owner do this."))
    return found


def _claims_on(owner: StandingOwner, day: date) -> list[Claim]:
    """Return what somebody has taken of the sections they own, in the talk of that day."""
    states = (EpisodeState.COLLECTING, EpisodeState.LOCKED)
    rows = Claim.objects.current().filter(person=owner.person, section__episode__state__in=states)
    found = rows.filter(section__deleted_at=None, section__episode__starts_at__isnull=False)
    claims = list(found.select_related("section__episode"))
    return [
        claim
        for claim in claims
        if owns(owner, claim.section)
        and claim.section.episode.starts_at is not None
        and claim.section.episode.starts_at.astimezone(zone()).date() == day
    ]
