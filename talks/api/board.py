"""The board of an episode for programs: minutes, what is missing, what stands in every section, votes that are left."""

from __future__ import annotations

from collections import Counter
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.rows import Rows, person_of
from talks.api.life import MissingSerializer
from talks.budget import SHOW, Budget, Part, budget_of, show_of
from talks.missing import missing_for, next_state
from talks.models import Claim, ClaimRole, Depth, Episode, Item, ItemState, Section
from talks.models.order import grouped, in_order
from talks.radar import twice
from talks.rules import can_vote, takes_nominations, votes_of
from talks.votes import voters_of, votes_given


class DemotionSerializer(serializers.Serializer[Any]):
    """An item that could get less of the evening, and the minutes this saves."""

    item = serializers.IntegerField(source="key")
    depth = serializers.ChoiceField(Depth.choices)
    saves = serializers.IntegerField()


class BudgetSerializer(serializers.Serializer[Any]):
    """Minutes asked for against those there are (null: no limit), and what to demote so that they fit."""

    asked = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True)
    over = serializers.IntegerField()
    demotions = DemotionSerializer(many=True)


class CardSerializer(serializers.Serializer[Any]):
    """A section on the board: who leads it, its minutes, and how many items it has in each state."""

    section = serializers.IntegerField()
    title = serializers.CharField()
    leads = serializers.ListField(child=serializers.CharField())
    minutes = BudgetSerializer()
    items = serializers.DictField(child=serializers.IntegerField())


class DoubleSerializer(serializers.Serializer[Any]):
    """An item, and another one, here or in an earlier episode, about the same."""

    item = serializers.IntegerField(source="item.pk")
    other = serializers.IntegerField(source="other.pk")
    episode = serializers.CharField(source="other.section.episode.code")


class BoardSerializer(serializers.Serializer[Any]):
    """The board of an episode."""

    episode = serializers.CharField()
    takes_nominations = serializers.BooleanField()
    votes_left = serializers.IntegerField(allow_null=True)
    minutes = BudgetSerializer()
    sections = CardSerializer(many=True)
    missing = MissingSerializer(many=True)
    twice = DoubleSerializer(many=True)


class BoardActs(Rows):
    """The board of an episode."""

    @extend_schema(responses=BoardSerializer)
    @action(detail=True)
    def board(self, request: Request, code: str) -> Response:
        """The board: minutes, what is missing, doubles, and what stands in every section."""
        episode = self.get_object()
        return self.reply(episode, BoardSerializer(summary_of(episode, request)).data)


def summary_of(episode: Episode, request: Request) -> dict[str, Any]:
    """Return what the serializer shows. As many queries for 5 items as for 500."""
    person = person_of(request)
    items = list(in_order(Item.objects.filter(section__episode=episode).select_related("merged_into")))
    voters = voters_of(items)
    by_section = grouped(items, "section_id")
    claims = Claim.objects.filter(section__episode=episode, role=ClaimRole.LEAD)
    leads = grouped(in_order(claims), "section_id")
    cards: list[dict[str, Any]] = []
    rows: list[tuple[list[Part], int | None]] = []
    for section in in_order(Section.objects.filter(episode=episode)):
        parts = [
            Part(item.pk, item.depth, item.minutes, len(voters[item.pk]))
            for item in by_section[section.pk]
            if item.state == ItemState.ACCEPTED
        ]
        rows.append((parts, section.minutes))
        cards.append(_card(section, by_section[section.pk], leads[section.pk], budget_of(parts, section.minutes)))
    following = next_state(episode.state)
    left = None
    if person is not None and can_vote(person) and takes_nominations(episode):
        left = max(votes_of(episode) - len(votes_given(person, episode)), 0)
    return {
        "episode": episode.code,
        "takes_nominations": takes_nominations(episode),
        "votes_left": left,
        "minutes": show_of(rows, episode.template.minutes if episode.template is not None else SHOW),
        "sections": cards,
        "missing": missing_for(episode, following) if following is not None else [],
        "twice": twice(episode, person),
    }


def _card(section: Section, items: list[Item], leads: list[Claim], budget: Budget) -> dict[str, Any]:
    return {
        "section": section.pk,
        "title": section.name,
        "leads": [claim.name for claim in leads],
        "minutes": budget,
        "items": dict(Counter(item.state for item in items)),
    }
