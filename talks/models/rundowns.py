"""The rundown (节目单) of an evening: its cues in order, and the clock, which is kept here and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Person
from talks.models.episodes import Episode
from talks.models.questions import Question
from talks.models.sections import Item, Section


class CueKind(models.TextChoices):
    """What a cue of the rundown is about."""

    OPENING = "opening", _("opening")
    SECTION = "section", _("section")
    ITEM = "item", _("item")
    FREE_TALK = "free_talk", _("Free Talk")
    QUESTION = "question", _("question")
    CLOSING = "closing", _("closing")
    CUSTOM = "custom", _("other")


class CueState(models.TextChoices):
    """Whether a cue is still to come, on the air, or behind."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    SKIPPED = "skipped", _("skipped")
    PUSHED = "pushed", _("pushed to the next number")


class Rundown(models.Model):
    """The clock of one evening: when it began, is paused since, ended; and which cue is on the air.

    `version` rises with everything that a page of the evening shows (cues, questions, votes, answers), so that a page
    that polls learns from one number whether there is anything new.
    """

    episode = models.OneToOneField(Episode, on_delete=models.CASCADE, related_name="rundown")
    current = models.ForeignKey("Cue", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.episode_id} {self.version}"


class CueQuerySet(models.QuerySet["Cue"]):
    """Reads of cues."""

    def in_order(self) -> Self:
        """In the order of the rundown, with what they are about: what `is_shown` and their titles read."""
        about = ("section", "item", "question__episode", "question__parent")
        return self.select_related(*about).order_by("position", "pk")


class Cue(models.Model):
    """One line of the rundown. `minutes` is what was planned, None where the time counts up (Free Talk), and
    `extra_minutes` what the host gave it since. `say` are words for the host besides those the site has.

    `started_at` is when it was first on the air, `ended_at` when it was last left; `spent_seconds` is what it had
    before `running_since`, so that it may be left, paused and taken up again.
    """

    rundown = models.ForeignKey(Rundown, on_delete=models.CASCADE, related_name="cues")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=CueKind.choices)
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.SET_NULL, related_name="cues")
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.SET_NULL, related_name="cues")
    question = models.ForeignKey(Question, null=True, blank=True, on_delete=models.SET_NULL, related_name="cues")
    title = models.TextField(blank=True)
    say = models.TextField(blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    extra_minutes = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=CueState.choices, default=CueState.PLANNED)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    running_since = models.DateTimeField(null=True, blank=True)
    spent_seconds = models.PositiveIntegerField(default=0)

    objects = CueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CueKind.values), name="cue_kind_known"),
            models.CheckConstraint(condition=Q(state__in=CueState.values), name="cue_state_known"),
            models.UniqueConstraint(fields=["rundown"], condition=Q(state="running"), name="cue_one_on_the_air"),
            models.UniqueConstraint(fields=["rundown", "item"], condition=Q(item__isnull=False), name="cue_item_once"),
            models.UniqueConstraint(
                fields=["rundown", "question"], condition=Q(question__isnull=False), name="cue_question_once"
            ),
        ]
        indexes = [models.Index(fields=["rundown", "position"], name="cue_in_order")]

    def __str__(self) -> str:
        return self.title or str((self.is_shown and (self.item or self.question)) or self.get_kind_display())

    @property
    def is_shown(self) -> bool:
        """Whether what it is about still stands: a question that was hidden is hidden here, too."""
        if self.kind not in (CueKind.ITEM, CueKind.QUESTION):
            return True
        if self.kind == CueKind.ITEM:
            return self.item is not None and self.item.deleted_at is None
        row = self.question
        is_under_one = row is not None and row.parent is not None and row.parent.deleted_at is not None
        return row is not None and row.deleted_at is None and not is_under_one

    def spent(self, now: datetime) -> timedelta:
        """Return how long it has been on the air, pauses left out."""
        running = now - self.running_since if self.running_since is not None else timedelta()
        return timedelta(seconds=self.spent_seconds) + max(running, timedelta())


class ScribeLockQuerySet(models.QuerySet["ScribeLock"]):
    """Who keeps the record of what, for a minute."""

    def standing(self, now: datetime) -> Self:
        """Those that still keep others out."""
        return self.filter(seen_at__gt=now - ScribeLock.LASTS)


class ScribeLock(models.Model):
    """Somebody keeps the record of a section just now: one at a time. Old ones mean nothing (`LASTS`)."""

    LASTS = timedelta(seconds=60)

    section = models.OneToOneField(Section, on_delete=models.CASCADE, related_name="scribe_lock")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = ScribeLockQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.section_id} {self.person_id}"

    def stands(self, now: datetime) -> bool:
        """Whether it still keeps others out."""
        return self.seen_at > now - self.LASTS
