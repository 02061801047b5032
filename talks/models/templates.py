"""What an episode starts from: templates in editions, who owns a section every week, weeks off and holidays."""

from __future__ import annotations

from datetime import date, time
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.dates import WEEKDAYS

from members.models import Person, Row
from talks.models.sections import SectionKind

SATURDAY = 5


class TemplateQuerySet(models.QuerySet["Template"]):
    """Reads of templates."""

    def current(self) -> Self:
        """Editions that stand, the newest of each template first."""
        return self.filter(deleted_at=None).order_by("name", "-edition")

    def newest(self, name: str) -> Template | None:
        """The newest edition of a template."""
        return self.current().filter(name=name).first()


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

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "edition"], name="template_edition_once"),
            models.CheckConstraint(condition=~Q(name="") & Q(edition__gte=1), name="template_has_name_and_edition"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="template_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.edition}"

    @property
    def weekday_name(self) -> str:
        """The day of the week in the reader's language."""
        return str(WEEKDAYS[self.weekday])


class StandingOwnerQuerySet(models.QuerySet["StandingOwner"]):
    """Reads of standing owners."""

    def current(self) -> Self:
        return self.filter(deleted_at=None).select_related("person").order_by("kind", "title", "position", "pk")


class StandingOwner(Row):
    """Somebody takes a section every week (长期负责人): the section of this kind, or of this title where one is given.

    `skips` are the days of talks they leave out, as ISO dates.
    """

    kind = models.CharField(max_length=12)
    title = models.TextField(blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="standing")
    position = models.PositiveIntegerField(default=0)
    skips = models.JSONField(default=list)

    objects = StandingOwnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "title", "person"], condition=Q(deleted_at=None), name="standing_owner_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title or self.kind} {self.person_id}"

    @property
    def kind_label(self) -> str:
        """What the kind of section is called in the reader's language."""
        return str(SectionKind(self.kind).label)


class BreakQuerySet(models.QuerySet["Break"]):
    """Reads of days without a talk."""

    def current(self) -> Self:
        return self.filter(deleted_at=None).order_by("day")

    def days(self) -> set[date]:
        return set(self.current().values_list("day", flat=True))


class Break(Row):
    """A day on which there is no talk (停更), and why."""

    day = models.DateField()
    reason = models.TextField()

    objects = BreakQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=Q(deleted_at=None), name="break_once_per_day"),
            models.CheckConstraint(condition=~Q(reason=""), name="break_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class HolidayQuerySet(models.QuerySet["Holiday"]):
    """Reads of the statutory calendar."""

    def current(self) -> Self:
        return self.filter(deleted_at=None).order_by("day")


class Holiday(Row):
    """A day of the statutory calendar: a holiday, or a weekend day that is worked (调休). A year without rows is not
    announced yet."""

    day = models.DateField()
    name = models.CharField(max_length=40)
    is_workday = models.BooleanField(default=False)

    objects = HolidayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=Q(deleted_at=None), name="holiday_once_per_day"),
            models.CheckConstraint(condition=~Q(name=""), name="holiday_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
