"""What a board may go on with (承接): what an earlier week left unused, open plans, questions nobody answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from talks.models import Carry, Episode, Item, ItemState, Plan, Question
from talks.rules import is_over, takes_nominations
from talks.votes import voters_of

# Most wanted first, and no more than these (design, "Episode states").
QUESTIONS = 3
MOST = 12
# After so many numbers without an answer somebody is invited, or the question is closed (the issue of questions).
TIRED = 4


@dataclass(frozen=True, slots=True)
class LeftItem:
    """An item of an earlier week that may go on. It is voted for here while this board collects and goes on with it."""

    item: Item
    voters: set[int]
    can_be_voted: bool

    @property
    def votes(self) -> int:
        return len(self.voters)


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What may go on: items with their votes, open plans, questions; `carried` are the questions that do already."""

    items: list[LeftItem]
    plans: list[Plan]
    questions: list[Question]
    carried: list[Carry]

    def __bool__(self) -> bool:
        return bool(self.items or self.plans or self.questions or self.carried)


def left_over(episode: Episode, titles: set[str | None]) -> LeftOver:
    """Return what the number before left, and what goes on from earlier ones. Eight queries at most.

    `titles` are those of the episode's own items: a plan that was taken is called like one of them.
    """
    carries = Carry.objects.filter(episode=episode, deleted_at=None)
    rows = list(carries.select_related("item", "question__episode").order_by("pk"))
    questions = [row for row in rows if row.question is not None and row.question.deleted_at is None]
    before = _before(episode)
    if before is None:
        return LeftOver([], [], [], questions)
    taken = {row.item_id for row in rows if row.made_id is not None}
    put_off = Q(section__episode=before, state=ItemState.DEFERRED)
    if is_over(before):
        put_off |= Q(section__episode=before, state=ItemState.NOMINATED)
    going_on = [row.item_id for row in rows if row.item_id is not None and row.made_id is None]
    earlier = Carry.objects.filter(episode=before, deleted_at=None, made=None, item__isnull=False).values("item")
    waits = Q(pk__in=going_on) | Q(pk__in=earlier) & Q(state__in=(ItemState.NOMINATED, ItemState.DEFERRED))
    open_ones = Item.objects.current().filter(put_off | waits, section__deleted_at=None).exclude(pk__in=taken)
    open_ones = open_ones.exclude(section__episode=episode).filter(section__episode__deleted_at=None)
    items = list(open_ones.select_related("section__episode", "nominated_by", "merged_into"))
    voters = voters_of(items)
    votable = set(going_on) if takes_nominations(episode) else set()
    found = [
        LeftItem(item, voters[item.pk], item.pk in votable and item.state in (ItemState.NOMINATED, ItemState.DEFERRED))
        for item in items
    ]
    found.sort(key=lambda each: (-each.votes, each.item.pk))
    plans = Plan.objects.filter(episode=before, deleted_at=None).order_by("position", "pk")[:MOST]
    return LeftOver(
        found[:MOST],
        [plan for plan in plans if " ".join(plan.body.split()) not in titles],
        _unanswered(before, {row.question_id for row in questions}),
        questions,
    )


def _before(episode: Episode) -> Episode | None:
    beside = Episode.objects.visible_to(None).beside(episode.code).filter(kind=episode.kind)
    return beside.filter(number__lt=episode.number).order_by("-number").first()


def _unanswered(before: Episode, without: set[int | None]) -> list[Question]:
    """Return the questions that nobody answered, those first that most want answered, then those followed up most."""
    asked = Question.objects.filter(episode=before, parent=None, deleted_at=None).unanswered()
    wanted = asked.with_votes().annotate(wishes=Count("follow_ups", filter=Q(follow_ups__deleted_at=None)))
    rows = wanted.exclude(pk__in=[key for key in without if key]).select_related("episode")
    return list(rows.order_by("-vote_count", "-wishes", "position", "pk")[:QUESTIONS])


def carried_too_long(episode: Episode) -> list[tuple[Question, int]]:
    """Return the open questions that have gone on through so many numbers (TIRED), here or from here, that somebody is
    to be invited or they are closed honestly; each with how many numbers it has gone through, the longest first."""
    here = Q(episode=episode) | Q(pk__in=Carry.objects.filter(episode=episode, deleted_at=None).values("question"))
    rows = Question.objects.filter(here, deleted_at=None).unanswered()
    gone = Count("carries__episode", filter=Q(carries__deleted_at=None), distinct=True)
    counted: Any = rows.annotate(numbers=gone).filter(numbers__gte=TIRED).select_related("episode")
    return [(row, row.numbers) for row in counted.order_by("-numbers", "pk")]


def goes_on_in(question: Question) -> list[Episode]:
    """Return the episodes that everybody sees and in which a question goes on, in their order."""
    carried = Carry.objects.filter(question=question, deleted_at=None).values("episode")
    return list(Episode.objects.visible_to(None).filter(pk__in=carried).order_by("number", "pk"))
