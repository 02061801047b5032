"""Which papers the site shows, and who carried them: only the talk knows of mentions, lists and news together."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat

from members.models import Person
from news.models import Sighting
from papers.models import ListEntry, Paper, PaperQuerySet
from talks.models.credits import PaperMention


def open_sightings() -> models.QuerySet[Sighting]:
    """Return what sources carried in the open: not hidden by a rule, and in a story that is shown."""
    return Sighting.objects.filter(is_hidden=False, news_item__is_hidden=False, news_item__deleted_at=None)


def sightings_of(paper: Paper) -> models.QuerySet[Sighting]:
    """Return what sources carried of a paper, under its own address or in a story about it, the newest first."""
    about = Q(story_key=f"arxiv:{paper.arxiv_id}") | Q(news_item__paper=paper)
    return open_sightings().filter(about).select_related("source").order_by("-first_seen_at", "-pk")


def shown_papers(papers: PaperQuerySet, viewer: Person | None) -> PaperQuerySet:
    """Keep the papers that a visible mention, a reading list or a story in the open holds."""
    own = OuterRef("pk")
    address = Concat(Value("arxiv:"), OuterRef("arxiv_id"), output_field=models.CharField())
    sightings = open_sightings()
    return papers.filter(
        Exists(PaperMention.objects.visible_to(viewer).filter(paper=own))
        | Exists(ListEntry.objects.visible_to(viewer).filter(paper=own))
        | Exists(sightings.filter(news_item__paper=own))
        | Exists(sightings.filter(story_key=address))
    )
