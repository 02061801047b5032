"""What arXiv knows: one Paper per identifier without version. A stub knows only its identifier."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from members.models import Row


class PaperQuerySet(models.QuerySet["Paper"]):
    """Reads of papers."""

    def current(self) -> Self:
        return self.filter(deleted_at=None)


class Paper(Row):
    """A work on arXiv. `title` is empty until a task has asked arXiv."""

    arxiv_id = models.CharField(max_length=32, unique=True)
    title = models.TextField(blank=True)
    abstract = models.TextField(blank=True)
    authors = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(arxiv_id=""), name="paper_has_id")]

    def __str__(self) -> str:
        return self.title or self.arxiv_id

    def get_absolute_url(self) -> str:
        return reverse("paper", args=[self.arxiv_id])
