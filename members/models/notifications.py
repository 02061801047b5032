"""What the site tells a person."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from members.models.people import Person


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Reads of notifications."""

    def of(self, person: Person) -> Self:
        return self.filter(person=person).order_by("-pk")

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notification(models.Model):
    """One thing a person is told (通知): a target by kind and key, as in Event; `values` fill its sentence."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    target_kind = models.CharField(max_length=30)
    target_key = models.CharField(max_length=80)
    values: models.JSONField[Any] = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "read_at", "-id"], name="notification_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.target_kind} {self.target_key}"
