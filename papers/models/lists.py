"""Reading lists: sections of entries, each a paper, a project, a model or an article, with a note and typed links.

Rows that came from a file keep the digest of what was imported (`digest`) and where the file has them (`file_place`),
so that a second import can tell who changed what: the file, the site, or both. `is_gone` marks a row that the newest
file no longer has.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import Person, Row
from papers.models.papers import Paper


class EntryKind(models.TextChoices):
    """What stands on a list."""

    PAPER = "paper", _("paper")
    PROJECT = "project", _("project")
    MODEL = "model", _("model")
    ARTICLE = "article", _("article")


class ReadingListQuerySet(models.QuerySet["ReadingList"]):
    """Reads of lists."""

    def visible_to(self, person: Person | None) -> Self:
        """Lists are public; deleted ones are nobody's."""
        return self.filter(deleted_at=None)

    def with_counts(self) -> Self:
        """Add `section_count`, `entry_count` and `paper_count`."""
        current = Q(sections__deleted_at=None)
        entries = current & Q(sections__entries__deleted_at=None)
        return self.annotate(
            section_count=Count("sections", filter=current, distinct=True),
            entry_count=Count("sections__entries", filter=entries, distinct=True),
            paper_count=Count("sections__entries__paper", filter=entries, distinct=True),
        )


class ReadingList(Row):
    """A list. `title` is what it is called here, `heading` the headline of the document."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    heading = models.TextField(blank=True)
    intro = models.TextField(blank=True)
    intro_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)
    maker = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="reading_lists")
    digest = models.CharField(max_length=64, blank=True)

    objects = ReadingListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(slug=""), name="reading_list_has_slug"),
            models.CheckConstraint(condition=~Q(title=""), name="reading_list_has_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("list", args=[self.slug])


class ListSource(models.Model):
    """A file as it came. Never changed; the newest of a list is current."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="sources")
    name = models.TextField()
    data = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=40, blank=True)
    problems: models.JSONField[Any] = models.JSONField(default=list)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reading_list"], condition=Q(is_current=True), name="list_source_one_current"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListSection(Row):
    """A heading of a list. Level 0 and no title: entries before the first heading."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    title = models.TextField(blank=True)
    title_html = models.TextField(blank=True)
    level = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    file_place = models.PositiveIntegerField(null=True, blank=True)
    # the titles that the file has it under, its own last: what names it there when it is called otherwise here
    file_path: models.JSONField[Any] = models.JSONField(default=list, blank=True)
    is_gone = models.BooleanField(default=False)

    class Meta:
        ordering = ("position", "pk")
        constraints = [models.CheckConstraint(condition=Q(level__lte=6), name="list_section_level")]

    def __str__(self) -> str:
        return self.title


class ListEntryQuerySet(models.QuerySet["ListEntry"]):
    """Reads of entries."""

    def visible_to(self, person: Person | None) -> Self:
        """Entries that nobody removed, of lists that stand."""
        return self.filter(deleted_at=None, section__deleted_at=None, section__reading_list__deleted_at=None)

    def with_list(self) -> Self:
        """Entries with the list they stand on, by its title."""
        return self.select_related("section__reading_list").order_by("section__reading_list__title", "pk")

    def in_order(self) -> Self:
        return self.order_by("section__position", "section_id", "position", "pk")


class ListEntry(Row):
    """A work on a list. `arxiv_id` is what its addresses say; `paper` is set when no other work claims the same."""

    section = models.ForeignKey(ListSection, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=EntryKind.choices)
    group = models.TextField(blank=True)
    title = models.TextField(blank=True)
    title_html = models.TextField(blank=True)
    url = models.TextField(null=True, blank=True)
    url_key = models.CharField(max_length=200, blank=True, db_index=True)
    authors = models.TextField(blank=True)
    venue = models.TextField(blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    # [{"label": "pdf", "url": "…"}], in the order of the list
    links: models.JSONField[Any] = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True)
    note_html = models.TextField(blank=True)
    stars = models.PositiveIntegerField(null=True, blank=True)
    after = models.TextField(blank=True)
    after_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)
    arxiv_id = models.CharField(max_length=32, blank=True, db_index=True)
    paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="list_entries")
    file_section = models.ForeignKey(ListSection, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    file_place = models.PositiveIntegerField(null=True, blank=True)
    is_gone = models.BooleanField(default=False)

    objects = ListEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "list entries"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="list_entry_kind_known"),
            models.CheckConstraint(condition=~Q(title="") | ~Q(url=None), name="list_entry_names_something"),
        ]

    def __str__(self) -> str:
        return self.title or self.url or ""

    def get_absolute_url(self) -> str:
        return f"{self.section.reading_list.get_absolute_url()}#entry-{self.pk}"
