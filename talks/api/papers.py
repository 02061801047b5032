"""API resource of papers: only the talk knows which of them a visitor may have heard of."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from members.api.rows import person_of
from papers.api import PaperViewSet
from talks.models import PaperMention


class MentionedPaperViewSet(PaperViewSet):
    """Papers that the community has mentioned, in episodes that the visitor may read."""

    def rows(self) -> QuerySet[Any]:
        mentioned = PaperMention.objects.visible_to(person_of(self.request)).values("paper")
        return super().rows().filter(pk__in=mentioned)
