"""API resources of people and papers as the record shows them: those that something a visitor may read names.

What they are called and what they look like is of their own apps; who is named where, only the talk knows.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from members.api import people
from members.api.rows import person_of
from papers import api as papers
from talks.models import PaperMention
from talks.models.credits import in_record


class PersonViewSet(people.PersonViewSet):
    """People of the record."""

    def rows(self) -> QuerySet[Any]:
        everybody: Any = super().rows()
        return in_record(everybody, person_of(self.request))


class PaperViewSet(papers.PaperViewSet):
    """Papers that the community has mentioned."""

    def rows(self) -> QuerySet[Any]:
        mentions = PaperMention.objects.visible_to(person_of(self.request))
        return super().rows().filter(pk__in=mentions.values("paper"))
