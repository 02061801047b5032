"""What everybody did, and the mark of the last write."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.db import connections, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.people import Person


class EventQuerySet(models.QuerySet["Event"]):
    """Reads of what was done."""

    def about(self, kind: str, key: object) -> Self:
        return self.filter(target_kind=kind, target_key=str(key))


class Event(models.Model):
    """What somebody did: who, what, to which row, and the row before and after. Never changed, never deleted.

    The target is named as kind and key, because people know nothing of the talk's tables. An anonymous event has
    no person and its time is cut to the hour.
    """

    class By(models.TextChoices):
        PERSON = "person", _("person")
        SYSTEM = "system", _("system")
        ANONYMOUS = "anonymous", _("anonymous")

    at = models.DateTimeField()
    by = models.CharField(max_length=10, choices=By.choices)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=40)
    target_kind = models.CharField(max_length=30)
    target_key = models.CharField(max_length=80)
    before: models.JSONField[Any] = models.JSONField(null=True, blank=True)
    after: models.JSONField[Any] = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["target_kind", "target_key", "-id"], name="event_target"),
            models.Index(fields=["person", "-id"], name="event_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(by="person", person__isnull=False) | Q(by__in=["system", "anonymous"], person=None),
                name="event_by_matches_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_kind} {self.target_key}"


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Reads of the revision."""

    def stamp(self) -> str:
        """Return what stands for everything on record now; it changes with every committed write and never returns.

        Asked for every page, also for those that are kept, so in plain SQL: the ORM would take three times as long.
        """
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"SELECT id FROM {self.model._meta.db_table}")  # noqa: S608
            return " ".join(sorted(str(key) for (key,) in cursor.fetchall()))


class Revision(models.Model):
    """The marks of the last writes: usually one row, more for a moment when writers overlap.

    A write leaves a random mark and takes away those it sees, in its own transaction. So every commit shows a mark
    that was never there before, also after a backup was restored, and no writer waits for another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    objects = RevisionQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)
