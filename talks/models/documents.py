"""Where an imported episode comes from: the original bytes, what was read, and which rows were made of it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from members.models import Person
from talks.models.episodes import Episode


class SourceDocumentQuerySet(models.QuerySet["SourceDocument"]):
    """Reads of source documents."""

    def current(self) -> Self:
        """The document each episode was last imported from."""
        return self.filter(is_current=True)


class SourceDocument(models.Model):
    """A file as it came, beside what was read from it; the newest of an episode is current.

    Nothing of it is changed but its problems: they are those that its last import found.
    """

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="source_documents")
    name = models.TextField()
    data = models.BinaryField()
    sha256 = models.CharField(max_length=64, db_index=True)
    encoding = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    document = models.JSONField()
    problems = models.JSONField(default=list)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_current = models.BooleanField(default=True)

    objects = SourceDocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode"], condition=Q(is_current=True), name="source_document_one_current"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportedRow(models.Model):
    """A row that an import made, with the digest of what was imported, so that a second import can tell who changed
    what: the file, the site, or both. `is_gone` marks a row that the newest file no longer has. `episode` is the one of
    the document; the row may have moved to another one, whose document may know it, too."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="imported_rows")
    kind = models.CharField(max_length=20)
    row_id = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    is_gone = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["episode", "kind", "row_id"], name="imported_row_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
