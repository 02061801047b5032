"""What an episode starts from: templates in editions, who owns a section every week, weeks off and holidays."""

from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from members.models import Person, Row

SATURDAY = 5


class Template(Row):
    """One edition of a template. An episode pins one; a change is a new edition.

    `weekday` counts from Monday as 0 and `time` is a time of day, both in the time zone of the site; the board is
    locked `locks_before` hours earlier. `minutes` is the length of the show, `votes` what a person may give in a week.
    A section is `{"kind", "title", "is_optional", "brief", "minutes", "groups", "labels"}`.
    """

    name = models.CharField(max_length=80)
    edition = models.PositiveIntegerField()
    sections = models.JSONField(default=list)
    passages = models.JSONField(default=list)
    weekday = models.PositiveSmallIntegerField(default=SATURDAY, validators=[MaxValueValidator(6)])
    time = models.TimeField(default=time(21, 0))
    locks_before = models.PositiveSmallIntegerField(default=24)
    minutes = models.PositiveIntegerField(default=80)
    votes = models.PositiveSmallIntegerField(default=5)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "edition"], name="template_edition_once"),
            models.CheckConstraint(condition=~Q(name="") & Q(edition__gte=1), name="template_has_name_and_edition"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="template_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.edition}"


class StandingOwner(Row):
    """Somebody takes a section every week (长期负责人): the section of this kind, or of this title where one is given.

    `skips` are the days of talks they leave out, as ISO dates.
    """

    kind = models.CharField(max_length=12)
    title = models.TextField(blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="standing")
    position = models.PositiveIntegerField(default=0)
    skips = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "title", "person"], condition=Q(deleted_at=None), name="standing_owner_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title or self.kind} {self.person_id}"


class Break(Row):
    """A day on which there is no talk (停更), and why."""

    day = models.DateField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=Q(deleted_at=None), name="break_once_per_day"),
            models.CheckConstraint(condition=~Q(reason=""), name="break_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class Holiday(Row):
    """A day of the statutory calendar: a holiday, or a weekend day that is worked (调休). A year without rows is not
    announced yet."""

    day = models.DateField()
    name = models.CharField(max_length=40)
    is_workday = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=Q(deleted_at=None), name="holiday_once_per_day"),
            models.CheckConstraint(condition=~Q(name=""), name="holiday_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
