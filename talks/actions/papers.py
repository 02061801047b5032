"""arXiv is asked again about the papers of recent talks: a newer version is noted where the paper was talked about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from jobs.actions.jobs import enqueue
from papers.actions.filling import BATCH
from papers.models import FilledFrom, Paper
from talks.models import PaperMention

KIND = "ask_papers"
# Talks of so long ago are recent; after that a version seldom changes, and nobody opens the record for it.
RECENT = timedelta(weeks=26)


def ask_again(*, payload: dict[str, Any], now: datetime) -> None:
    """Ask for each batch of papers mentioned in recent talks in a job of its own. Stubs are asked about anyway."""
    recent = Q(episode__starts_at__gte=now - RECENT) | Q(episode__starts_at=None)
    mentions = PaperMention.objects.standing().filter(recent, paper=OuterRef("pk"))
    papers = Paper.objects.current().filter(Exists(mentions), filled_from=FilledFrom.API)
    ids = list(papers.order_by("pk").values_list("arxiv_id", flat=True))
    for number, start in enumerate(range(0, len(ids), BATCH), 1):
        batch = {"ids": ids[start : start + BATCH]}
        enqueue(kind=KIND, key=f"{KIND}:{payload.get('slot', '')}:{number}", payload=batch, due_at=now, now=now)
