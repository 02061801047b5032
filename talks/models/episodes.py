"""Episodes and what belongs to the whole of one: hosts, recordings, passages, references, plans, past links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Person, Row
from members.rules import is_organizer
from talks.documents.model import code_of, label_of
from talks.schedule import USUAL_HOURS, lock_of


class EpisodeKind(models.TextChoices):
    """Regular episodes are counted 005, specials 番外02."""

    REGULAR = "regular", _("regular")
    SPECIAL = "special", _("special")


class EpisodeState(models.TextChoices):
    """What may happen to an episode now (design, "Episode states")."""

    DRAFT = "draft", _("draft")
    COLLECTING = "collecting", _("collecting")
    LOCKED = "locked", _("locked")
    LIVE = "live", _("live")
    WRAPUP = "wrapup", _("wrapping up")
    PUBLISHED = "published", _("published")


# How people write a code in an address: as it is stored, without its zeros, or as the page shows it (番外02).
SPELLING = "(?:[Ss]|番外)?[0-9]{1,6}"
CODE = re.compile(r"(?P<special>[Ss]|番外)?\s*(?P<number>[0-9]{1,6})\Z")


def read_code(text: str) -> str | None:
    """Return the code that a spelling means ("5", "005", "s2", "番外02", "番外 2"), or None for what is no code."""
    found = CODE.match(text.strip())
    if not found:
        return None
    return code_of(EpisodeKind.SPECIAL if found["special"] else EpisodeKind.REGULAR, int(found["number"]))


# The names of the sample's documents begin so; an uploaded file's name has no folder.
SAMPLE = "sample/"
UPCOMING = (EpisodeState.COLLECTING, EpisodeState.LOCKED, EpisodeState.LIVE)


@dataclass(frozen=True, slots=True)
class Week:
    """The time between two talks, and the episode that is collecting for the second one, if there is one."""

    start: datetime
    end: datetime
    coming: Episode | None


@dataclass(frozen=True, slots=True)
class Around:
    """An episode and those around it; `codes` are all of theirs, so also those of its past links that are here."""

    episode: Episode
    previous: Episode | None
    next: Episode | None
    open: Episode | None
    codes: set[str]


class EpisodeQuerySet(models.QuerySet["Episode"]):
    """Reads of episodes."""

    def with_code(self, text: str) -> Self:
        """The episode of a code, however it is spelled; nothing for what is no code."""
        code = read_code(text)
        return self.filter(code=code) if code else self.none()

    def visible_to(self, person: Person | None) -> Self:
        """Episodes this visitor may know of: drafts are the organizers', deleted ones nobody's."""
        shown = self.filter(deleted_at=None)
        if person is not None and is_organizer(person):
            return shown
        return shown.exclude(state=EpisodeState.DRAFT)

    def under_lock(self) -> Self:
        """Lock them for an act: before anything else of theirs, the rundown too, and several in order of their keys.

        No key of theirs changes meanwhile, so what only refers to them (a vote, an answer) is not kept waiting at its
        end: it would hold what the act waits for.
        """
        return self.select_for_update(of=("self",), no_key=True)

    def newest_first(self) -> Self:
        return self.order_by(models.F("starts_at").desc(nulls_last=True), "-number", "-id")

    def with_counts(self) -> Self:
        """Add how many questions each episode holds, as `question_count`."""
        counted = models.Count("questions", filter=Q(questions__deleted_at=None, questions__parent=None))
        return self.annotate(question_count=counted)

    def upcoming(self) -> Self:
        """Episodes not yet over, the next one first."""
        return self.filter(state__in=UPCOMING).order_by(models.F("starts_at").asc(nulls_last=True), "number")

    def of_sample(self) -> Self:
        """The shipped sample, which is no part of the record; to be asked inside a query, for rows may repeat."""
        return self.filter(source_documents__name__startswith=SAMPLE)

    def beside(self, code: str) -> Self:
        """Episodes of the side that a code is on: the sample's for one of the sample, else the record's."""
        return self._told_apart().filter(is_sample=Exists(Episode.objects.of_sample().filter(code=code)))

    def of_record(self) -> Self:
        """Episodes without the sample's, which stand in while there are no others."""
        record = self._told_apart().filter(is_sample=False)
        return self._told_apart().filter(Q(is_sample=False) | ~Exists(record))

    def _told_apart(self) -> Self:
        return self.annotate(is_sample=Exists(Episode.objects.of_sample().filter(pk=OuterRef("pk"))))

    def outside_sample(self) -> Self:
        """Episodes that are none of the sample's."""
        return self._told_apart().filter(is_sample=False)

    def of_series(self) -> Self:
        """All numbers ever given to regular episodes, deleted ones too: none is given again."""
        return self.outside_sample().filter(kind=EpisodeKind.REGULAR)

    def collecting(self) -> Self:
        """Episodes that news is filed for, the next one first."""
        return self.upcoming().filter(state=EpisodeState.COLLECTING)

    def week(self, now: datetime) -> Week:
        """The news of `now`: from the last talk to the next one.

        Without a talk before, from the morning seven days ago; without one to come, to the end of today, both in the
        time zone of the site.
        """
        talks = self.filter(kind=EpisodeKind.REGULAR).exclude(starts_at=None)
        last = talks.filter(starts_at__lte=now).order_by("-starts_at").values_list("starts_at", flat=True).first()
        coming = self.collecting().first()
        ends = talks.filter(starts_at__gt=now).order_by("starts_at").values_list("starts_at", flat=True).first()
        morning = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return Week(last or morning - timedelta(days=7), ends or morning + timedelta(days=1), coming)

    def around(self, code: str) -> Around | None:
        """The episode of a code, however it is spelled, with those its page leads to, in one query; None for no code.

        Neighbours are of the same kind; `open` is the next one not yet over. The sample leads to the sample only, and
        the record to the record.
        """
        if (known := read_code(code)) is None:
            return None
        kind = EpisodeKind.SPECIAL if known.startswith("S") else EpisodeKind.REGULAR
        beside, number = self.beside(known), int(known.removeprefix("S"))
        of_kind = beside.filter(kind=kind)
        past = PastLink.objects.filter(episode__code=known, deleted_at=None).exclude(code=None)
        found = self._told_apart().filter(
            Q(code=known)
            | Q(pk__in=of_kind.filter(number__lt=number).order_by("-number").values("pk")[:1])
            | Q(pk__in=of_kind.filter(number__gt=number).order_by("number").values("pk")[:1])
            | Q(pk__in=beside.upcoming().values("pk")[:1])
            | Q(code__in=past.values("code"))
        )
        rows = sorted(found, key=lambda row: row.number)
        episode = next((row for row in rows if row.code == known), None)
        if episode is None:
            return None
        # A past link may lead to the other side.
        beside_it = [row for row in rows if row.is_sample == episode.is_sample]
        alike = [row for row in beside_it if row.kind == kind]
        upcoming = [row for row in beside_it if row.state in UPCOMING]
        return Around(
            episode,
            previous=next((row for row in reversed(alike) if row.number < number), None),
            next=next((row for row in alike if row.number > number), None),
            open=min(upcoming, key=lambda row: (row.starts_at is None, row.starts_at or 0), default=None),
            codes={row.code for row in rows},
        )


class Episode(Row):
    """One talk: a numbered evening or a special.

    `locks_at` is when the board closes; `sequence` counts how often the evening was moved (RFC 5545, SEQUENCE).
    """

    kind = models.CharField(max_length=8, choices=EpisodeKind.choices, default=EpisodeKind.REGULAR)
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=8, unique=True)
    title = models.TextField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=EpisodeState.choices, default=EpisodeState.DRAFT)
    starts_at = models.DateTimeField(null=True, blank=True)
    time_text = models.TextField(null=True, blank=True)
    locks_at = models.DateTimeField(null=True, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    template = models.ForeignKey("talks.Template", null=True, blank=True, on_delete=models.PROTECT)
    highlights = models.JSONField(default=list)
    labels = models.JSONField(default=list)
    labels_html = models.JSONField(default=list)
    plans_body = models.TextField(blank=True)
    plans_body_html = models.TextField(blank=True)
    unplaced = models.JSONField(default=list)
    html_version = models.PositiveIntegerField(default=0)
    last_serial = models.PositiveIntegerField(default=0)
    is_sample: bool  # of those read by `around`, `beside`, `of_record`

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="episode_number_once_per_kind"),
            models.CheckConstraint(condition=Q(state__in=EpisodeState.values), name="episode_state_known"),
            models.CheckConstraint(condition=Q(kind__in=EpisodeKind.values), name="episode_kind_known"),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="episode_by_state")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The code as people write it: 005, 番外02."""
        return label_of(self.kind, self.number)

    @property
    def name(self) -> str:
        """The title, or the highlights in a row, or nothing."""
        return self.title or "；".join(self.highlights)

    @property
    def cut_off(self) -> datetime | None:
        """When the board is locked; a day before the talk where nobody has said it, None without a date."""
        return self.locks_at or (lock_of(self.starts_at, USUAL_HOURS) if self.starts_at else None)

    @property
    def is_open(self) -> bool:
        return self.state != EpisodeState.PUBLISHED

    def get_absolute_url(self) -> str:
        return reverse("episode", args=[self.code])


class HostingRole(models.TextChoices):
    """Roles that carry authority over one episode."""

    HOST = "host", _("host")
    EDITOR = "editor", _("editor")


class Hosting(Row):
    """Somebody hosts or edits an episode; `name` is how the document writes them."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="hostings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="hostings")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=8, choices=HostingRole.choices)
    position = models.PositiveIntegerField()
    # Read off a name in a document: it is credited and earns nothing, for anybody may have come by a name.
    is_by_name = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "name", "role"],
                condition=Q(deleted_at=None),
                name="hosting_once_per_role",
            ),
            models.CheckConstraint(condition=Q(role__in=HostingRole.values), name="hosting_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.episode_id} {self.role} {self.name}"


class Passage(Row):
    """A titled piece of text before the sections (intro) or after them (appendix)."""

    class Place(models.TextChoices):
        INTRO = "intro", _("introduction")
        APPENDIX = "appendix", _("appendix")

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="passages")
    place = models.CharField(max_length=8, choices=Place.choices)
    position = models.PositiveIntegerField()
    title = models.TextField(null=True, blank=True)
    level = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(place__in=["intro", "appendix"]), name="passage_place_known"),
        ]

    def __str__(self) -> str:
        return self.title or self.body[:80]


class Part(Row):
    """A heading under which questions stand: 线上讨论, 群里讨论; its body is what stands before the first one."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="parts")
    part = models.CharField(max_length=8)
    position = models.PositiveIntegerField()
    title = models.TextField(blank=True)
    body = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.title


class Recording(Row):
    """A video of the talk; `offset_seconds` is where the talk begins in it.

    One that was begun late has no such place: it begins `late_seconds` after the talk began.
    """

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="recordings")
    position = models.PositiveIntegerField()
    title = models.TextField(null=True, blank=True)
    url = models.TextField(null=True, blank=True)
    platform = models.TextField(null=True, blank=True)
    offset_seconds = models.PositiveIntegerField(null=True, blank=True)
    late_seconds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(late_seconds=0) | Q(offset_seconds=None), name="recording_late_or_with_beginning"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url or ""

    @property
    def begins_at(self) -> int | None:
        """At which second of the video the talk begins, before its beginning for one that was begun late; None where
        nobody has said it."""
        return -self.late_seconds if self.late_seconds else self.offset_seconds


class Reference(Row):
    """An entry of 参考资料."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="references")
    position = models.PositiveIntegerField()
    title = models.TextField(null=True, blank=True)
    url = models.TextField(null=True, blank=True)
    title_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.title or self.url or ""


class Plan(Row):
    """An entry of 后续计划; `priority` as written (P0, P1) or null."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="plans")
    position = models.PositiveIntegerField()
    body = models.TextField()
    body_html = models.TextField(blank=True)
    priority = models.CharField(max_length=40, null=True, blank=True)
    html_version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.body


class PastLink(Row):
    """An entry of 往期精彩: an earlier episode elsewhere, as article, video or template."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="past_links")
    position = models.PositiveIntegerField()
    code = models.CharField(max_length=8, null=True, blank=True)
    title = models.TextField(null=True, blank=True)
    url = models.TextField(null=True, blank=True)
    kind = models.CharField(max_length=12, null=True, blank=True)

    def __str__(self) -> str:
        return self.title or self.url or ""
