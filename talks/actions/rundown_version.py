"""The version of an evening's rundown: pages that poll learn from one number whether there is anything new."""

from __future__ import annotations

from django.db.models import F

from talks.models import Rundown


def touch_rundown(*, episode: int) -> None:
    """Let the pages of this evening know that something they show has changed; nothing where there is no rundown."""
    Rundown.objects.filter(episode=episode).update(version=F("version") + 1)
