"""Background work as rows: what is to be done (Job) and which firings of the schedule have happened (Slot),
and which kinds rest (KindPause).

A Celery message is only a hint; whoever loses it loses nothing, because the row stays due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import models
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why jobs of a kind are done in vain, in the words of the last one, and since when."""

    error: str
    since: datetime


class JobQuerySet(models.QuerySet["Job"]):
    """Reads of jobs."""

    def due(self, now: datetime) -> Self:
        """Jobs to be done now and held by nobody, of kinds that are not paused, oldest first."""
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        rows = self.filter(free, done_at=None, failed_at=None, due_at__lte=now)
        return rows.exclude(kind__in=KindPause.objects.values("kind")).order_by("due_at", "pk")

    def open(self) -> Self:
        """Jobs that are still to be done."""
        return self.filter(done_at=None, failed_at=None)

    def by_kind(self, now: datetime) -> QuerySet[Any, dict[str, Any]]:
        """For each kind how many jobs wait, are held, have failed and are done, and when the last one was done.

        `next_at` is when the next one is due, `tries` how often those that wait were tried in vain.
        """
        waits, held = Q(done_at=None, failed_at=None), Q(leased_until__gt=now)
        return (
            self.order_by()
            .values("kind")
            .annotate(
                waiting=Count("pk", filter=waits & ~held),
                held=Count("pk", filter=held),
                failed=Count("pk", filter=Q(failed_at__isnull=False)),
                done=Count("pk", filter=Q(done_at__isnull=False)),
                last_done_at=Max("done_at"),
                next_at=Min("due_at", filter=waits),
                tries=Sum("attempts", filter=waits, default=0),
            )
        )

    def trouble(self, kind: str) -> Trouble | None:
        """What keeps this kind from getting anywhere: its last job was done in vain. None while all is well."""
        done = self.filter(kind=kind, done_at__isnull=False)
        last = done.order_by("-done_at", "-pk").values_list("last_error", flat=True).first()
        if not last:
            return None
        well = done.filter(last_error="").aggregate(at=Max("done_at"))["at"]
        vain = done.exclude(last_error="")
        since = (vain.filter(done_at__gt=well) if well else vain).aggregate(at=Min("done_at"))["at"]
        return Trouble(last, since) if since else None

    def failed(self) -> Self:
        """Jobs that have stopped for good, newest first; `last_error` says why."""
        return self.filter(failed_at__isnull=False).order_by("-failed_at")


class Job(models.Model):
    """One piece of work, done exactly once as far as the database can see.

    `key` names the work; the same key is never enqueued twice. `leased_until` is both the lease and the proof of
    holding it: a worker whose lease was taken over finds another value and writes nothing. `attempts` counts tries
    that came to an end (MAX_ATTEMPTS failed ones stop the job), `interruptions` those whose worker died. A job that is
    done with a `last_error` was done in vain: the next one of its kind tries anew.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    payload: models.JSONField[Any] = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    interruptions = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(done_at=None, failed_at=None), name="job_due"),
            models.Index(fields=["-failed_at"], condition=Q(failed_at__isnull=False), name="job_failed"),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="job_done"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="") & ~Q(key=""), name="job_is_named"),
            models.CheckConstraint(condition=Q(attempts__lte=MAX_ATTEMPTS), name="job_attempts_bounded"),
            models.CheckConstraint(condition=Q(done_at=None) | Q(failed_at=None), name="job_ends_one_way"),
            models.CheckConstraint(
                condition=Q(done_at=None, failed_at=None) | Q(leased_until=None), name="job_ended_is_not_leased"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class KindPause(models.Model):
    """A kind of job that is not done until somebody resumes it. Its jobs stay due, its beats do not fire."""

    kind = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(kind=""), name="kind_pause_is_named")]

    def __str__(self) -> str:
        return self.kind


class SlotQuerySet(models.QuerySet["Slot"]):
    """Reads of firings."""

    def newest(self, beat: str) -> datetime | None:
        """The time of this beat's latest firing."""
        return self.filter(beat=beat).aggregate(at=Max("at"))["at"]

    def among(self, slots: Iterable[tuple[str, datetime]]) -> Self:
        """Those of these (beat, time) pairs that have fired."""
        return self.filter(reduce(or_, (Q(beat=beat, at=at) for beat, at in slots), Q(pk=None)))

    def older_than(self, time: datetime) -> Self:
        """Firings before `time`, without the newest of each beat: it keeps its beat from firing again."""
        newest = Slot.objects.filter(beat=models.OuterRef("beat")).order_by("-at").values("at")[:1]
        return self.filter(at__lt=time).exclude(at=models.Subquery(newest))


class Slot(models.Model):
    """One firing of the schedule. It can be inserted once, so two schedules running at the same time do no harm."""

    beat = models.CharField(max_length=60)
    at = models.DateTimeField()
    created_at = models.DateTimeField()

    objects = SlotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["beat", "at"], name="slot_fires_once"),
            models.CheckConstraint(condition=~Q(beat=""), name="slot_has_beat"),
        ]

    def __str__(self) -> str:
        return f"{self.beat} {self.at:%Y-%m-%d %H:%M}"
