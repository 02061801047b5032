"""A board put together: its sections with their items in every state, minutes, what is missing and what is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.actors import Actor
from members.models import Person
from talks.actions.item_order import in_groups
from talks.budget import SHOW, Budget, Part, budget_of, show_of
from talks.carrying import LeftOver, left_over
from talks.missing import Missing, missing_for, next_state
from talks.models import (
    Claim,
    Credit,
    Depth,
    Episode,
    Hosting,
    Item,
    ItemState,
    Question,
    Section,
    SectionKind,
    Suggestion,
)
from talks.models.order import grouped, in_order
from talks.radar import Gap, Twice, twice
from talks.rules import can_vote, is_over, is_own_nomination, sections_to_run, takes_nominations, votes_of
from talks.views.inbox_rows import desk_of, radar_of
from talks.views.record import word_of
from talks.votes import voters_of, votes_given

REMOVED = 10
TAGS = {
    ItemState.NOMINATED: "tag-blue",
    ItemState.ACCEPTED: "tag-green",
    ItemState.DEFERRED: "tag-amber",
    ItemState.DECLINED: "",
    ItemState.MERGED: "",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An item on the board; `twice` is another one about the same, `shorter` what would save minutes."""

    item: Item
    credits: list[Credit]
    votes: int
    is_mine: bool
    is_new: bool
    is_own: bool
    twice: Twice | None
    shorter: str = ""
    saves: int = 0

    @property
    def tag(self) -> str:
        return TAGS[ItemState(self.item.state)]

    @property
    def part(self) -> Part:
        return Part(self.item.pk, self.item.depth, self.item.minutes, self.votes)

    @property
    def can_be_voted(self) -> bool:
        return self.item.state in (ItemState.NOMINATED, ItemState.ACCEPTED)

    @property
    def shorter_word(self) -> str:
        return str(Depth(self.shorter).label) if self.shorter else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Accepted items under one word, or under none."""

    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Card:
    """A section on the board."""

    section: Section
    claims: list[Claim]
    groups: list[Group]
    nominated: list[Row]
    others: list[Row]
    suggestions: list[Suggestion]
    budget: Budget
    may_run: bool

    @property
    def word(self) -> str:
        return word_of(self.section)

    @property
    def is_free(self) -> bool:
        return self.section.kind == SectionKind.FREE_TALK

    @property
    def is_open(self) -> bool:
        """Whether somebody is still wanted for it."""
        return not self.is_free and not any(claim.role == "lead" for claim in self.claims)

    @property
    def accepted(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def said(self) -> str:
        """How many items it has, in words."""
        n = len(self.accepted)
        return ngettext("%(n)d item", "%(n)d items", n) % {"n": n}

    @property
    def resolved(self) -> list[Suggestion]:
        return [row for row in self.suggestions if row.resolved_at is not None]

    @property
    def wished(self) -> list[Suggestion]:
        return [row for row in self.suggestions if row.resolved_at is None]

    @property
    def meter(self) -> dict[str, str]:
        return meter_of(self.budget)


@dataclass(frozen=True, slots=True)
class Fresh:
    """Something new since the last visit, and where."""

    said: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the page shows."""

    episode: Episode
    columns: list[list[Card]]
    show: Budget
    missing: list[Missing]
    hosts: list[Hosting]
    fresh: list[Fresh]
    since: datetime | None
    left: LeftOver
    gaps: list[Gap]
    twice: list[Twice]
    question_count: int
    votes_left: int | None
    person: Person | None
    runs: set[int]
    removed: list[Item]
    takes_nominations: bool
    may_bring: bool
    take_into: Mapping[str, Section] = field(default_factory=dict)

    @property
    def cards(self) -> list[Card]:
        return [card for column in self.columns for card in column]

    @property
    def over(self) -> list[Card]:
        return [card for card in self.cards if card.budget.over]

    @property
    def meter(self) -> dict[str, str]:
        return meter_of(self.show)

    @property
    def demoted(self) -> list[Row]:
        """What to shorten so that the whole show fits."""
        wanted = {each.key: each for each in self.show.demotions}
        return [row for card in self.cards for row in card.accepted if row.item.pk in wanted]


def meter_of(budget: Budget) -> dict[str, str]:
    """Return the widths of a meter for SVG attributes: what is taken, where the limit is."""
    if not budget.limit:
        return {}
    whole = max(budget.asked, budget.limit)
    return {
        "whole": f"{100 * budget.asked / whole:.1f}%",
        "taken": f"{100 * min(budget.asked, budget.limit) / whole:.1f}%",
        "limit": f"{100 * budget.limit / whole:.1f}%",
    }


def board_of(episode: Episode, by: Actor, *, since: datetime | None, now: datetime) -> Board:
    """Return the board of an episode as somebody sees it. As many queries for 5 items as for 500."""
    person = by if isinstance(by, Person) else None
    runs = sections_to_run(by, episode)
    sections = list(in_order(Section.objects.filter(episode=episode)))
    for section in sections:
        section.episode = episode
    rows, doubles = _rows(episode, by, person, since)
    claims = grouped(in_order(Claim.objects.filter(section__episode=episode).select_related("person")), "section_id")
    wishes = in_order(Suggestion.objects.filter(section__episode=episode))
    suggestions = grouped(wishes.select_related("person", "owner", "resolved_by"), "section_id")
    cards = [_card(each, rows, claims[each.pk], suggestions[each.pk], each.pk in runs) for each in sections]
    minutes = episode.template.minutes if episode.template is not None else SHOW
    show = show_of([([row.part for row in card.accepted], card.section.minutes) for card in cards], minutes)
    desk = desk_of(person, now) if person is not None else None
    is_coming = desk is not None and desk.week.coming is not None and desk.week.coming.pk == episode.pk
    following = next_state(episode.state)
    given = len(votes_given(person, episode)) if person is not None and can_vote(person) else None
    return Board(
        episode=episode,
        columns=_columns(cards),
        show=show,
        missing=missing_for(episode, following) if following is not None else [],
        hosts=list(in_order(Hosting.objects.filter(episode=episode, role="host").select_related("person"))),
        fresh=_fresh(cards, since, person) if since is not None else [],
        since=since,
        left=left_over(episode, {row.item.title for row in rows}),
        gaps=radar_of(desk)[0] if is_coming and desk is not None and desk.sections else [],
        twice=list(doubles.values()),
        question_count=Question.objects.filter(episode=episode, parent=None, deleted_at=None).count(),
        votes_left=max(votes_of(episode) - given, 0) if given is not None and takes_nominations(episode) else None,
        person=person,
        runs=runs,
        removed=_removed(episode, runs, person) if runs or person is not None else [],
        takes_nominations=takes_nominations(episode),
        may_bring=not is_over(episode),  # what comes too late goes to the next number
        take_into={card.section.kind: card.section for card in reversed(cards) if card.may_run},
    )


def _rows(
    episode: Episode, by: Actor, person: Person | None, since: datetime | None
) -> tuple[list[Row], dict[int, Twice]]:
    found = Item.objects.current().filter(section__episode=episode, section__deleted_at=None)
    items = list(
        in_order(found.select_related("section", "nominated_by", "decided_by", "merged_into__section__episode"))
    )
    for item in items:
        item.section.episode = episode
    voters = voters_of(items)
    credited = Credit.objects.filter(item__in=[item.pk for item in items], deleted_at=None).select_related("person")
    names = grouped(credited.order_by("position", "pk"), "item_id")
    doubles = {each.item.pk: each for each in twice(episode, person)}
    return [
        Row(
            item,
            [each for each in names[item.pk] if each.person_id != item.nominated_by_id or each.role != "source"],
            len(voters[item.pk]),
            person is not None and person.pk in voters[item.pk],
            since is not None and item.created_at > since and (person is None or item.nominated_by_id != person.pk),
            is_own_nomination(by, item),
            doubles.get(item.pk),
        )
        for item in items
    ], doubles


def _card(
    section: Section, rows: Sequence[Row], claims: list[Claim], suggestions: list[Suggestion], may_run: bool
) -> Card:
    own = [row for row in rows if row.item.section_id == section.pk]
    by_key = {row.item.pk: row for row in own}
    accepted = [row.item for row in own if row.item.state == ItemState.ACCEPTED]
    ordered = [by_key[item.pk] for item in in_groups(accepted, section)]
    budget = budget_of([row.part for row in ordered], section.minutes)
    shorter = {each.key: each for each in budget.demotions}
    groups: list[Group] = []
    for row in ordered:
        if not groups or groups[-1].title != (row.item.group or ""):
            groups.append(Group(row.item.group or "", []))
        groups[-1].rows.append(_shortened(row, shorter))
    nominated = [row for row in own if row.item.state == ItemState.NOMINATED]
    closed = (ItemState.DEFERRED, ItemState.DECLINED, ItemState.MERGED)
    return Card(
        section,
        claims,
        groups,
        sorted(nominated, key=lambda row: (-row.votes, row.item.position, row.item.pk)),
        [row for row in own if row.item.state in closed],
        suggestions,
        budget,
        may_run,
    )


def _shortened(row: Row, shorter: Mapping[int, Any]) -> Row:
    wanted = shorter.get(row.item.pk)
    if wanted is None:
        return row
    return Row(
        row.item, row.credits, row.votes, row.is_mine, row.is_new, row.is_own, row.twice, wanted.depth, wanted.saves
    )


def _removed(episode: Episode, runs: set[int], person: Person | None) -> list[Item]:
    """Return what was taken out, the last first, to who may bring it back."""
    rows = Item.objects.filter(section__episode=episode, section__deleted_at=None).exclude(deleted_at=None)
    mine = Q(section__in=runs) | (Q(nominated_by=person) if person is not None else Q(pk=None))
    return list(rows.filter(mine).select_related("section").order_by("-deleted_at", "-pk")[:REMOVED])


def _columns(cards: Iterable[Card]) -> list[list[Card]]:
    """Return the cards in three columns: the first two sections that must be, and the others."""
    columns: list[list[Card]] = [[], [], []]
    for card in cards:
        is_main = not card.section.is_optional and not card.is_free
        place = next((place for place in (0, 1) if is_main and not columns[place]), 2)
        columns[place].append(card)
    return [column for column in columns if column]


def _fresh(cards: Sequence[Card], since: datetime, person: Person | None) -> list[Fresh]:
    """Return what came after the last visit, by whoever else."""
    own = person.pk if person is not None else None
    found = []
    nominated = [row for card in cards for row in (*card.nominated, *card.accepted, *card.others) if row.is_new]
    if nominated:
        said = ngettext("%(n)d new nomination", "%(n)d new nominations", len(nominated)) % {"n": len(nominated)}
        found.append(Fresh(said, f"item-{nominated[0].item.pk}"))
    for card in cards:
        for claim in card.claims:
            if claim.created_at > since and claim.person_id != own:
                said = _("%(name)s takes %(section)s") % {"name": claim.name, "section": card.word}
                found.append(Fresh(said, f"section-{card.section.pk}"))
    wishes = [each for card in cards for each in card.suggestions if each.created_at > since and each.person_id != own]
    if wishes:
        said = ngettext("%(n)d new suggestion", "%(n)d new suggestions", len(wishes)) % {"n": len(wishes)}
        found.append(Fresh(said, f"suggestion-{wishes[0].pk}"))
    return found
