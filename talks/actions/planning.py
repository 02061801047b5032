"""The next number as its template has it: date, deadline, sections, standing owners."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.notifications import notify
from members.actors import Actor, person_behind
from members.rules import invalid
from talks import first_edition
from talks.actions.deliveries import announce
from talks.actions.html import give_ids, rendered
from talks.actions.keeping import keep
from talks.actions.reminders import plan_reminders
from talks.documents.model import code_of
from talks.models import (
    Break,
    Claim,
    ClaimRole,
    Episode,
    EpisodeKind,
    EpisodeState,
    Passage,
    Section,
    StandingOwner,
    Template,
)
from talks.moves import evening_by_rule, zone
from talks.schedule import lock_of

LEADS = 2


def make_next(*, by: Actor, now: datetime) -> Episode:
    """Return the number that is open, or open the next one, in the transaction of the caller.

    Two at once would make the same number: the database refuses the second (IntegrityError). Raises ValidationError
    when the rule finds no evening or the sample holds the number.
    """
    series = Episode.objects.of_series()
    last = series.under_lock().order_by("-number").first()
    if last is not None and last.state in (EpisodeState.DRAFT, EpisodeState.COLLECTING):
        return last
    template = newest_edition(by=by, now=now)
    number = last.number + 1 if last is not None else 1
    code = code_of(EpisodeKind.REGULAR, number)
    if Episode.objects.of_sample().filter(code=code).exists():
        sentence = _("The sample holds number %(code)s; remove the sample first.")
        raise invalid("number", sentence % {"code": code}, "number_taken")
    after = last.starts_at if last is not None else None
    starts_at = evening_by_rule(template, after=after, now=now, free=Break.objects.days())
    if starts_at is None:
        raise invalid("starts_at", _("The rule of the template finds no evening within a year."), "no_evening")
    episode = Episode.objects.create(
        kind=EpisodeKind.REGULAR,
        number=number,
        code=code,
        state=EpisodeState.COLLECTING,
        starts_at=starts_at,
        locks_at=lock_of(starts_at, template.locks_before),
        template=template,
        created_at=now,
        changed_at=now,
    )
    sections = _make_sections(episode, template, now=now)
    passages = _make_passages(episode, template, now=now)
    claims = _claim_for_owners(sections, starts_at.astimezone(zone()).date(), now=now)
    after_values = {"state": episode.state, "starts_at": starts_at.isoformat(), "template": template.pk}
    event = record(by=by, now=now, verb="plan", kind="episode", key=code, after=after_values)
    keep(event, [episode, *sections, *passages, *claims])
    _tell(claims, by=by, now=now)
    announce(event, episode, "episode_opened", "episode_planned", now=now)
    plan_reminders(episode, by=by, now=now)
    return episode


def newest_edition(*, by: Actor, now: datetime) -> Template:
    """Return the newest edition of the weekly template; a new site's first one is the shipped one."""
    known = Template.objects.newest(first_edition.NAME)
    if known is not None:
        return known
    made = Template.objects.create(**shipped(), created_at=now, changed_at=now)
    record(by=by, now=now, verb="edit", kind="template", key=made.pk, after={"name": made.name, "edition": 1})
    return made


def shipped() -> dict[str, Any]:
    """Return the values of the shipped edition."""
    return {
        "name": first_edition.NAME,
        "edition": 1,
        "sections": [dict(each) for each in first_edition.SECTIONS],
        "passages": [dict(each) for each in first_edition.PASSAGES],
    }


def _make_sections(episode: Episode, template: Template, *, now: datetime) -> list[Section]:
    made = []
    for position, spec in enumerate(template.sections, 1):
        values = {
            "kind": spec["kind"],
            "title": spec["title"],
            "is_optional": bool(spec.get("is_optional")),
            "brief": spec.get("brief") or None,
            "minutes": spec.get("minutes"),
            "groups": spec.get("groups") or [],
            "labels": spec.get("labels") or [],
        }
        html = rendered(Section(**values))
        stamp = {"episode": episode, "position": position, "created_at": now, "changed_at": now}
        made.append(Section(**values, **html, **stamp))
    Section.objects.bulk_create(made)
    give_ids(made)
    return made


def _make_passages(episode: Episode, template: Template, *, now: datetime) -> list[Passage]:
    made = []
    for position, spec in enumerate(template.passages, 1):
        values = {
            "place": spec["place"],
            "title": spec.get("title") or None,
            "level": spec.get("level", 2),
            "body": spec.get("body", ""),
        }
        html = rendered(Passage(**values))
        stamp = {"episode": episode, "position": position, "created_at": now, "changed_at": now}
        made.append(Passage(**values, **html, **stamp))
    Passage.objects.bulk_create(made)
    give_ids(made)
    return made


def _claim_for_owners(sections: list[Section], day: date, *, now: datetime) -> list[Claim]:
    """Take each section for its standing owners, but for those who leave this day out; two at most."""
    owners = [each for each in StandingOwner.objects.current() if day.isoformat() not in each.skips]
    made = []
    for section in sections:
        found = [each for each in owners if owns(each, section)]
        by_person = list({each.person_id: each for each in sorted(found, key=lambda one: one.position)}.values())
        for place, owner in enumerate(by_person[:LEADS], 1):
            made.append(
                Claim(
                    section=section,
                    person=owner.person,
                    name=owner.person.name,
                    role=ClaimRole.LEAD,
                    place=place,
                    position=place,
                    created_at=now,
                    changed_at=now,
                )
            )
    Claim.objects.bulk_create(made)
    return made


def owns(owner: StandingOwner, section: Section) -> bool:
    """Whether somebody takes this section every week: by its title where one is given, else by its kind."""
    return section.title == owner.title if owner.title else section.kind == owner.kind


def _tell(claims: list[Claim], *, by: Actor, now: datetime) -> None:
    who = person_behind(by)
    for claim in claims:
        values = {"who": who.name if who else "", "section": claim.section.name, "code": claim.section.episode.code}
        notify([claim.person], kind="preclaimed", target=("section", claim.section_id), by=by, now=now, **values)
