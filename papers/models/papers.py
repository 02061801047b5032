"""One Paper per arXiv identifier without version; its versions, its upvotes day by day, its code and models.

A stub knows only its identifier, until a task has asked arXiv.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, StrIndex, Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import Row
from papers.lists.bibtex import year_of

# A new paper may take days until the API knows it.
ASK_AGAIN = timedelta(days=7)


class FilledFrom(models.TextChoices):
    """Who said what stands on a paper. A better source replaces a worse one, never the other way round."""

    NOBODY = "", _("nobody yet")
    HUGGING_FACE = "hf", _("Hugging Face")
    FEED = "feed", _("arXiv's announcement")
    API = "api", _("arXiv")

    @property
    def rank(self) -> int:
        return list(FilledFrom).index(self)


class PaperQuerySet(models.QuerySet["Paper"]):
    """Reads of papers."""

    def current(self) -> Self:
        return self.filter(deleted_at=None)

    def stubs(self, now: datetime) -> Self:
        """Papers that arXiv is to be asked about; about those that it denied once, a week later again."""
        asked = Q(missing_at=None) | Q(missing_at__lt=now - ASK_AGAIN)
        return self.current().filter(asked).exclude(filled_from=FilledFrom.API)

    def saying(self, words: str) -> Self:
        """Papers that hold each of these words in title, names of authors or identifier."""
        found = self
        for word in words.split():
            # Names stand in the JSON as it is stored: beyond ASCII as \\uXXXX.
            name = json.dumps(word)[1:-1]
            said = Q(title__icontains=word) | Q(arxiv_id__icontains=word)
            found = found.annotate(names=Cast("authors", models.TextField())).filter(
                said | Q(names__icontains=name) | Q(names__icontains=word)
            )
        return found

    def having_code(self, wanted: bool = True) -> Self:
        """Papers with code that somebody named, or those without."""
        has_code = Exists(PaperLink.objects.filter(paper=OuterRef("pk"), kind=LinkKind.CODE))
        return self.filter(has_code if wanted else ~has_code)

    def of_year(self, year: int) -> Self:
        """Papers whose identifier was given in a year: stubs have no other date."""
        found: Self = self._with_two_digits().filter(two_digits=f"{year % 100:02d}")
        return found

    def years(self) -> list[int]:
        """The years of identifiers among these papers, the newest first. One query."""
        found = self._with_two_digits().order_by().values_list("two_digits", flat=True).distinct()
        return sorted((year_of(two) for two in found), reverse=True)

    def _with_two_digits(self) -> Any:
        # 2307.09288 and cs/0112017: the year stands at the start, or behind the slash.
        start = StrIndex("arxiv_id", Value("/")) + 1
        return self.annotate(two_digits=Substr("arxiv_id", start, 2))


class Paper(Row):
    """A work on arXiv. `title` is empty until somebody has said it.

    `published_at` is the date of the first version, `updated_at` that of `latest_version`, both by arXiv's clock.
    `missing_at` says when arXiv answered that it knows no such identifier.
    """

    arxiv_id = models.CharField(max_length=32, unique=True)
    title = models.TextField(blank=True)
    title_html = models.TextField(blank=True)
    abstract = models.TextField(blank=True)
    abstract_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)
    # [{"name": "…", "affiliations": ["…"]}], in the order of the paper
    authors: models.JSONField[Any] = models.JSONField(default=list, blank=True)
    primary_category = models.CharField(max_length=40, blank=True)
    categories: models.JSONField[Any] = models.JSONField(default=list, blank=True)
    comment = models.TextField(blank=True)
    journal_ref = models.TextField(blank=True)
    doi = models.CharField(max_length=200, blank=True)
    is_withdrawn = models.BooleanField(default=False)
    latest_version = models.PositiveIntegerField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    filled_from = models.CharField(max_length=4, choices=FilledFrom.choices, blank=True, default=FilledFrom.NOBODY)
    filled_at = models.DateTimeField(null=True, blank=True)
    missing_at = models.DateTimeField(null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["filled_from", "filled_at"], name="paper_filled")]
        constraints = [
            models.CheckConstraint(condition=~Q(arxiv_id=""), name="paper_has_id"),
            models.CheckConstraint(condition=Q(filled_from__in=FilledFrom.values), name="paper_filled_from_known"),
            models.CheckConstraint(
                condition=Q(latest_version=None) | Q(latest_version__gte=1), name="paper_version_from_one"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.arxiv_id

    def get_absolute_url(self) -> str:
        return reverse("paper", args=[self.arxiv_id])


class PaperVersion(models.Model):
    """One version of a paper that somebody has named. `seen_at` is when this site learned of it."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField()
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "number"], name="paper_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="paper_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} v{self.number}"


class PaperUpvotes(models.Model):
    """How many upvotes a paper had on Hugging Face when last looked on a day. The count may fall."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="upvotes")
    day = models.DateField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "day"], name="upvotes_once_a_day")]
        verbose_name_plural = "paper upvotes"

    def __str__(self) -> str:
        return f"{self.paper_id} {self.day} {self.count}"


class LinkKind(models.TextChoices):
    """What is found at a link of a paper."""

    CODE = "code", _("code")
    PROJECT = "project", _("project page")
    MODEL = "model", _("model")
    DATASET = "dataset", _("dataset")
    DEMO = "demo", _("demo")


class PaperLink(models.Model):
    """Code, a project page, a model or data of a paper, as a source named it. `key` is the address's identity."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=8, choices=LinkKind.choices)
    url = models.TextField()
    key = models.CharField(max_length=200)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "kind", "key"], name="paper_link_once"),
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="paper_link_kind_known"),
        ]

    def __str__(self) -> str:
        return self.url
