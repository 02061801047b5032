"""Votes for items: whose week they belong to, how many somebody has given, who stands behind which item. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from members.models import Person
from talks.models import Carry, Episode, EpisodeState, Item, ItemState, ItemVote
from talks.rules import takes_nominations

# A vote for what was turned down or deleted is free again.
COUNTED = (ItemState.NOMINATED, ItemState.ACCEPTED, ItemState.DEFERRED)


def episode_of_votes(item: Item) -> Episode | None:
    """Return the collecting episode that votes for an item are given in: its own, or the one that goes on with it."""
    if takes_nominations(item.section.episode):
        return item.section.episode
    carries = Carry.objects.filter(item=item, deleted_at=None, episode__state=EpisodeState.COLLECTING)
    carry = carries.filter(episode__deleted_at=None).select_related("episode__template").order_by("-pk").first()
    return carry.episode if carry is not None else None


def votes_given(person: Person, episode: Episode) -> list[Item]:
    """Return the items that somebody has given a vote of this week; what was merged counts as what it is now.

    Votes that came along with an item of an earlier week cost nothing here. Two queries.
    """
    since = {
        key: created_at
        for item_id, made_id, created_at in Carry.objects.filter(episode=episode, deleted_at=None).values_list(
            "item_id", "made_id", "created_at"
        )
        for key in (item_id, made_id)
        if key is not None
    }
    there = Q(item__section__episode=episode) | Q(item__in=list(since))
    rows = ItemVote.objects.filter(there, person=person, item__deleted_at=None, item__section__deleted_at=None)
    found: dict[int, Item] = {}
    for vote in rows.select_related("item__merged_into").order_by("pk"):
        item = root_of(vote.item)
        is_old = vote.item_id in since and vote.created_at <= since[vote.item_id]
        if not is_old and item.deleted_at is None and item.state in COUNTED:
            found[item.pk] = item
    return list(found.values())


def root_of(item: Item) -> Item:
    """Return what an item was merged into, itself when it was not. Reads `merged_into` of each step."""
    return list(steps_of(item).values())[-1]


def steps_of(item: Item) -> dict[int, Item]:
    """Return an item, what it was merged into, and so on, by key; at most twenty."""
    steps = {item.pk: item}
    while item.state == ItemState.MERGED and item.merged_into is not None and len(steps) < 20:
        item = item.merged_into
        if item.pk in steps:
            break
        steps[item.pk] = item
    return steps


def voters_of(items: Iterable[Item]) -> dict[int, set[int]]:
    """Return the keys of the people behind each item, those of what was merged into it included. One query.

    `items` are all that may be merged into one another, with `merged_into`.
    """
    by_key = {item.pk: item for item in items}
    found: dict[int, set[int]] = defaultdict(set)
    for item_id, person_id in ItemVote.objects.filter(item__in=list(by_key)).values_list("item_id", "person_id"):
        found[item_id].add(person_id)
        found[root_of(by_key[item_id]).pk].add(person_id)
    return found
