"""The words of questions that were made one with another: shown and exported with the one they lead to. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from members.models import Event
from talks.models import Question, Review


def words_in(episode_id: int) -> dict[int, list[Question]]:
    """Return the merged questions of an episode by the key of the question that each leads to.

    Not those that waited for approval until they were merged, nor those that their asker withdrew: nobody saw these.
    """
    rows = Question.objects.filter(episode=episode_id, review=Review.MERGED).select_related("episode")
    rows = rows.exclude(return_code__withdrawn_from__isnull=False).order_by("position", "pk")
    by_key = {row.pk: row for row in rows}
    unseen = _unseen(by_key.values()) if by_key else set()
    found: dict[int, list[Question]] = defaultdict(list)
    for row in by_key.values():
        end, seen = row.merged_into_id, {row.pk}
        while end in by_key and end not in seen:
            seen.add(end)
            end = by_key[end].merged_into_id
        if end is not None and row.public_id not in unseen:
            found[end].append(row)
    return found


def _unseen(rows: Iterable[Question]) -> set[str]:
    """Return the public ids of those that waited when they were last merged."""
    keys = [row.public_id for row in rows]
    merges = Event.objects.filter(target_kind="question", target_key__in=keys, verb="merge").order_by("pk")
    last = {event.target_key: (event.before or {}).get("review", "") for event in merges}
    return {key for key, review in last.items() if review}
