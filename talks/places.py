"""Who has a section, what is still free in it, and what one may do about that now. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, OuterRef, QuerySet, Subquery

from members.actors import ANONYMOUS, Actor, person_behind
from members.models import Guest, Person, Purpose
from members.rules import may_write
from talks.degrading import sentence_of
from talks.fair import suggestions_for
from talks.models import Claim, ClaimRole, Episode, EpisodeState, Section, SectionKind
from talks.models.order import grouped, in_order
from talks.rules import is_past_cut_off, takes_claims

LEADS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A section with its claims, and what the one who looks may do: the buttons of its fragment."""

    section: Section
    leads: list[Claim]
    standbys: list[Claim]
    mine: Claim | None
    is_open: bool
    may_act: bool
    may_sign_in: bool
    is_late: bool

    @property
    def is_free(self) -> bool:
        """Whether another lead may come."""
        return self.is_open and len(self.leads) < LEADS

    @property
    def can_lead(self) -> bool:
        has_it = self.mine is not None and self.mine.role == ClaimRole.LEAD
        return self.is_free and self.may_act and not has_it

    @property
    def can_stand_by(self) -> bool:
        return self.is_open and self.may_act and not self.standbys and self.mine is None and bool(self.leads)

    @property
    def can_release(self) -> bool:
        return self.is_open and self.may_act and self.mine is not None and not self.is_late

    @property
    def can_hand_over(self) -> bool:
        return self.is_open and self.may_act and self.mine is not None


def place_of(section: Section, claims: Iterable[Claim], by: Actor, *, now: datetime) -> Place:
    """Return what one may do about a section. Its episode is at hand; asks the database nothing."""
    rows = list(claims)
    person = person_behind(by)
    return Place(
        section,
        [row for row in rows if row.role == ClaimRole.LEAD],
        [row for row in rows if row.role == ClaimRole.STANDBY],
        next((row for row in rows if person is not None and row.person_id == person.pk and not row.is_by_name), None),
        takes_claims(section.episode),
        _may_act(by, section),
        by is ANONYMOUS,
        is_past_cut_off(section.episode, now=now),
    )


def _may_act(by: Actor, section: Section) -> bool:
    """What the action judges again: members, and the guest whose invitation names this section."""
    if isinstance(by, Guest):
        return by.invitation.purpose == Purpose.CLAIM and by.invitation.target == str(section.pk)
    return may_write(by)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of what can be taken: the section's place, who had it last, what happens otherwise, whom to ask."""

    place: Place
    last_owner: str
    sentence: str
    asked: list[Person] = field(default_factory=list)

    @property
    def section(self) -> Section:
        return self.place.section


def takeable(by: Actor, *, now: datetime) -> list[Entry]:
    """Return every section that can be taken or is one's own, over all episodes to come, the next evening first.

    Whom one might ask is said to the signed-in only. The number of queries does not depend on that of the sections.
    """
    person = by if isinstance(by, Person) else None
    episodes = Episode.objects.visible_to(person).of_record()
    states = (EpisodeState.COLLECTING, EpisodeState.LOCKED)
    rows = Section.objects.filter(episode__in=episodes, episode__state__in=states, deleted_at=None)
    order = (F("episode__starts_at").asc(nulls_last=True), "episode__number", "position", "pk")
    sections = list(
        with_last_owner(rows).exclude(kind=SectionKind.FREE_TALK).select_related("episode").order_by(*order)
    )
    claims = _claims_of(sections)
    places = [place_of(section, claims[section.pk], by, now=now) for section in sections]
    shown = [each for each in places if each.mine or each.is_free or not each.standbys]
    waiting = [each.section for each in shown if not each.leads]
    asked = suggestions_for(waiting, now=now) if person is not None else {}
    return [_entry(each, asked, by) for each in shown]


def places_in(episode: Episode, by: Actor, *, now: datetime) -> list[Entry]:
    """Return the sections of one episode, each with its claims and what happens when nobody takes it."""
    rows = with_last_owner(Section.objects.filter(episode=episode, deleted_at=None))
    sections = list(rows.exclude(kind=SectionKind.FREE_TALK).order_by("position", "pk"))
    for section in sections:
        section.episode = episode
    claims = _claims_of(sections)
    places = [place_of(section, claims[section.pk], by, now=now) for section in sections]
    waiting = [each.section for each in places if not each.leads]
    asked = suggestions_for(waiting, now=now) if by is not ANONYMOUS else {}
    return [_entry(each, asked, by) for each in places]


def _entry(place: Place, asked: Mapping[int, list[Person]], by: Actor) -> Entry:
    section, reader = place.section, person_behind(by)
    last_owner = getattr(section, "last_owner", None) or ""
    others = [each for each in asked.get(section.pk, []) if each != reader]  # nobody has to be told to ask themselves
    return Entry(place, last_owner, sentence_of(section), others)


def _claims_of(sections: Sequence[Section]) -> dict[int, list[Claim]]:
    rows = in_order(Claim.objects.filter(section__in=[section.pk for section in sections]))
    return grouped(rows.select_related("person"), "section_id")


def with_last_owner(rows: QuerySet[Section]) -> QuerySet[Section]:
    """Add who led the last section of this kind, of a talk before this one that is over, as `last_owner`."""
    led = Claim.objects.current().filter(
        role=ClaimRole.LEAD,
        section__kind=OuterRef("kind"),
        section__deleted_at=None,
        section__episode__deleted_at=None,
        section__episode__starts_at__lt=OuterRef("episode__starts_at"),
    )
    led = led.filter(section__episode__state__in=(EpisodeState.WRAPUP, EpisodeState.PUBLISHED))
    newest = led.order_by("-section__episode__starts_at", "position", "pk")
    return rows.annotate(last_owner=Subquery(newest.values("name")[:1]))
