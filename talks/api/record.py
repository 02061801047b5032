"""API resources of people and papers as the record shows them: those that something a visitor may read names.

What they are called and what they look like is of their own apps; who is named where, only the talk knows.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from members.api import invitations, people
from members.api.rows import Flag, person_of
from papers import api as papers
from talks.models import PaperMention
from talks.models.credits import in_record
from talks.models.papers import shown_papers


class PersonViewSet(people.PersonViewSet):
    """People of the record."""

    def rows(self) -> QuerySet[Any]:
        everybody: Any = super().rows()
        return in_record(everybody, person_of(self.request))


class PersonRequestViewSet(invitations.PersonRequestViewSet):
    """Who wants to be whom in the record."""

    def claimable(self) -> QuerySet[Any]:
        everybody: Any = super().claimable()
        return in_record(everybody, person_of(self.request))


class PaperFilter(papers.PaperFilter):
    is_mentioned = Flag(method="mentioned")

    def mentioned(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        mentions = PaperMention.objects.visible_to(person_of(self.request)).filter(paper=OuterRef("pk"))
        return rows.filter(Exists(mentions) if value else ~Exists(mentions))


class PaperViewSet(papers.PaperViewSet):
    """Papers that the community has mentioned or put on a list, or that the news brought."""

    filterset_class = PaperFilter

    def rows(self) -> QuerySet[Any]:
        everything: Any = super().rows()
        return shown_papers(everything, person_of(self.request))
