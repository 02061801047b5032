"""The version of an evening's rundown: pages that poll learn from one number whether there is anything new."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, Q

from talks.models import Carry, Cue, Rundown

# Of more rows at once only their episodes are asked for.
MOST = 500


def touch_rundown(*, episode: int, question: int | None = None) -> None:
    """Let the pages of an evening know that something they show has changed; nothing where there is no rundown."""
    touch_rundowns(episodes=[episode], questions=[question] if question is not None else [])


def touch_rundowns(*, episodes: Collection[int], questions: Collection[int] = (), items: Collection[int] = ()) -> None:
    """Let the pages of these evenings know, and of all in which one of these questions or items is a cue or goes on."""
    shown = Q(episode__in=list(episodes))
    if 0 < len(questions) + len(items) <= MOST:
        cues = Cue.objects.filter(Q(question__in=list(questions)) | Q(item__in=list(items)))
        carried = Carry.objects.filter(question__in=list(questions), deleted_at=None)
        shown |= Q(pk__in=cues.values("rundown")) | Q(episode__in=carried.values("episode"))
    # In one order: of two acts that tell the same evenings each would hold what the other waits for.
    keys = Rundown.objects.filter(shown).select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    Rundown.objects.filter(pk__in=list(keys)).update(version=F("version") + 1)
