"""In which order what was asked in an evening is read: by chance until the host opens the list, then as one likes.

Before the talk nobody's question is first for everybody; the order is another one for each visitor and stays so.
"""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext_lazy as _

from talks.models import Episode, EpisodeState, Question
from talks.models.questions import QuestionQuerySet

RANDOM, VOTES, NEWEST, UNANSWERED = "random", "votes", "newest", "unanswered"
NAMES = {RANDOM: _("by chance"), VOTES: _("most wanted"), NEWEST: _("newest"), UNANSWERED: _("unanswered")}
OPENED = (EpisodeState.LIVE, EpisodeState.WRAPUP, EpisodeState.PUBLISHED)
ORDERS = {
    VOTES: ("-vote_count", "position", "pk"),
    NEWEST: ("-created_at", "-position", "-pk"),
    UNANSWERED: ("-vote_count", "position", "pk"),
}


def orders_of(episode: Episode) -> list[str]:
    """Return the orders that may be chosen, the usual one first: votes show from when the host opens the list."""
    return [VOTES if episode.state in OPENED else RANDOM, NEWEST, UNANSWERED]


def in_order_of(rows: QuestionQuerySet, episode: Episode, order: str, seed: str, *, most: int) -> list[Question]:
    """Return so many questions of an episode in an order (`orders_of`; any other word is the usual one)."""
    orders = orders_of(episode)
    order = order if order in orders else orders[0]
    shown = rows.with_answer_count().with_votes().with_state().select_related("asker", "episode")
    if order == RANDOM:
        keys = sorted(rows.order_by("pk").values_list("pk", flat=True), key=lambda key: _chance(seed, key))[:most]
        by_key = shown.in_bulk(keys)
        return [by_key[key] for key in keys if key in by_key]
    if order == UNANSWERED:
        shown = shown.filter(pk__in=rows.unanswered().values("pk"))
    return list(shown.order_by(*ORDERS[order])[:most])


def _chance(seed: str, key: int) -> str:
    return hashlib.sha256(f"{seed} {key}".encode()).hexdigest()
