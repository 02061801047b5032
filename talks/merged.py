"""The words of questions that were made one with another: shown and exported with the one they lead to. Reads only."""

from __future__ import annotations

from collections import defaultdict

from talks.models import Question, Review
from talks.models.history import merged_unseen


def words_in(episode_id: int) -> dict[int, list[Question]]:
    """Return the merged questions of an episode by the key of the question that each leads to.

    Not those that waited for approval until they were merged, nor those that their asker withdrew: nobody saw these.
    """
    rows = Question.objects.filter(episode=episode_id, review=Review.MERGED).select_related("episode")
    rows = rows.exclude(return_code__withdrawn_from__isnull=False).order_by("position", "pk")
    by_key = {row.pk: row for row in rows}
    unseen = set(merged_unseen().filter(pk__in=by_key).values_list("pk", flat=True)) if by_key else set()
    found: dict[int, list[Question]] = defaultdict(list)
    for row in by_key.values():
        end, seen = row.merged_into_id, {row.pk}
        while end in by_key and end not in seen:
            seen.add(end)
            end = by_key[end].merged_into_id
        if end is not None and row.pk not in unseen:
            found[end].append(row)
    return found
