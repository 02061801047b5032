"""What the week brought: where it comes from (Source), each look at it (FetchRun), stories (NewsItem), sightings.

One story is one NewsItem, however many sources carry it; each carrying is a Sighting, and none is ever dropped.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from markup import links
from members.models import Person, Row
from members.rules import is_organizer
from news.ranking import Told
from papers.models import Paper

# How the slugs of the sample's sources begin.
SAMPLE = "sample-"
# What was published so long before the week began is no news of it.
BACK_AFTER = timedelta(days=7)


def _is_organizer(person: Person | None) -> bool:
    return person is not None and is_organizer(person)


class SourceKind(models.TextChoices):
    """How a source is asked and read; each value is a module of news.sources."""

    ARXIV_FEED = "arxiv_feed", _("arXiv announcements")
    ARXIV_QUERY = "arxiv_query", _("arXiv query")
    HF_DAILY = "hf_daily", _("Hugging Face daily papers")
    FEED = "feed", _("feed")


class SourceQuerySet(models.QuerySet["Source"]):
    """Reads of sources."""

    def visible_to(self, person: Person | None) -> Self:
        """Everybody sees the sources in use, organizers the removed ones too."""
        return self if _is_organizer(person) else self.current()

    def with_last_run(self) -> Self:
        """Add `last_run_id`, the newest run that has ended, and `is_running`."""
        runs = FetchRun.objects.filter(source=OuterRef("pk"))
        return self.annotate(
            last_run_id=Subquery(runs.ended().newest_first().values("pk")[:1]),
            is_running=Exists(runs.filter(outcome=Outcome.RUNNING)),
        )

    def current(self) -> Self:
        return self.filter(deleted_at=None)

    def running(self) -> Self:
        """Sources that are asked by themselves."""
        return self.current().filter(paused_at=None)

    def with_last_outcome(self) -> Self:
        """Add when the last run that is over ended and how, as `last_outcome` and `last_ended_at`; by name."""
        runs = FetchRun.objects.filter(source=models.OuterRef("pk")).ended().newest_first()
        return self.annotate(
            last_outcome=models.Subquery(runs.values("outcome")[:1]),
            last_ended_at=models.Subquery(runs.values("ended_at")[:1]),
        ).order_by("name", "pk")

    def due(self, now: datetime) -> Self:
        return self.running().filter(next_at__lte=now).order_by("next_at", "pk")


class Source(Row):
    """A place where news comes from, its rules, and how well it answers.

    `address` is what the kind needs: a feed's URL, an arXiv category, an arXiv query, "" for Hugging Face. Entries
    are kept when `keep_words` is empty or one of its lines matches, and hidden when a line of `block_words` does.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=SourceKind.choices)
    address = models.TextField(blank=True)
    site_url = models.TextField(blank=True)
    keep_words = models.TextField(blank=True)
    block_words = models.TextField(blank=True)
    interval_minutes = models.PositiveIntegerField(default=60)
    next_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.TextField(blank=True)
    etag = models.TextField(blank=True)
    last_modified = models.TextField(blank=True)
    cursor: models.JSONField[Any] = models.JSONField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    last_new_at = models.DateTimeField(null=True, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=Q(paused_at=None, deleted_at=None), name="source_due"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="source_kind_known"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(slug=""), name="source_is_named"),
            models.CheckConstraint(condition=Q(interval_minutes__gte=1), name="source_interval_positive"),
            models.UniqueConstraint(
                fields=["kind", "address"], condition=Q(deleted_at=None), name="source_once_per_address"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_made_up(self) -> bool:
        """Whether it is one of the sample's: no address under .example is anybody's (RFC 2606), so none is asked."""
        return self.slug.startswith(SAMPLE) and links.host(self.address).endswith(".example")

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.slug])


class Outcome(models.TextChoices):
    """How a look at a source ended. Three kinds of quiet are told apart; only failed is an error."""

    RUNNING = "running", _("running")
    OK = "ok", _("ok")
    UNCHANGED = "unchanged", _("unchanged")
    EMPTY = "empty", _("empty")
    NO_ANNOUNCEMENT = "no_announcement", _("no announcement")
    FAILED = "failed", _("failed")


class FetchRunQuerySet(models.QuerySet["FetchRun"]):
    """Reads of runs."""

    def visible_to(self, person: Person | None) -> Self:
        return self.filter(source__in=Source.objects.visible_to(person))

    def ended(self) -> Self:
        return self.exclude(outcome=Outcome.RUNNING)

    def newest_first(self) -> Self:
        return self.order_by("-started_at", "-pk")

    def last_of_each(self) -> Self:
        """Of each source the run that ended last."""
        newest = FetchRun.objects.filter(source=OuterRef("source")).ended().newest_first()
        return self.filter(pk=Subquery(newest.values("pk")[:1]))


class FetchRun(models.Model):
    """One look at a source, over all its pages. Counts add up: fetched = new + known + duplicate + hidden.

    new: a sighting and a story nobody had; known: an entry this source had before; duplicate: a new sighting of a
    story that was there; hidden: an entry that the source's rules hide. Of the known, `changed` said something new.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default=Outcome.RUNNING)
    pages = models.PositiveIntegerField(default=0)
    fetched = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    hidden = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    is_quiet_day = models.BooleanField(default=False)
    # {"etag": "…", "last_modified": "…"} of the first page; the source gets them when the run has ended well
    validators: models.JSONField[Any] = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    # [{"code": "…", "entry": "…", "message": "…"}]: what in the answer could not be used as it was
    problems: models.JSONField[Any] = models.JSONField(default=list, blank=True)

    objects = FetchRunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["source", "-started_at"], name="run_of_source")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="run_outcome_known"),
            models.CheckConstraint(
                condition=Q(fetched=F("new") + F("known") + F("duplicate") + F("hidden")), name="run_counts_add_up"
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.RUNNING, ended_at=None)
                | (~Q(outcome=Outcome.RUNNING) & Q(ended_at__isnull=False)),
                name="run_ends_once",
            ),
            models.UniqueConstraint(fields=["source"], condition=Q(outcome=Outcome.RUNNING), name="run_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.started_at:%Y-%m-%d %H:%M} {self.outcome}"


class Decision(models.TextChoices):
    """What triage said of a story."""

    OPEN = "open", _("open")
    TAKEN = "taken", _("taken")
    DECLINED = "declined", _("declined")


class NewsItemQuerySet(models.QuerySet["NewsItem"]):
    """Reads of stories."""

    def visible_to(self, person: Person | None) -> Self:
        """Everybody sees what no rule hides, merged ones included; organizers see the hidden too."""
        rows = self.filter(deleted_at=None)
        return rows if _is_organizer(person) else rows.filter(is_hidden=False)

    def with_sighting_count(self) -> Self:
        """Add `sighting_count`."""
        seen = Sighting.objects.filter(news_item=OuterRef("pk")).order_by().values("news_item")
        return self.annotate(sighting_count=Subquery(seen.annotate(n=Count("pk")).values("n")))

    def current(self) -> Self:
        """Stories that stand for themselves: neither merged into another nor deleted."""
        return self.filter(deleted_at=None, merged_into=None)

    def in_inbox(self) -> Self:
        """Stories in the open, those merged into another too: the inbox shows what became of them."""
        return self.filter(deleted_at=None, is_hidden=False)

    def carried_by(self, **source: Any) -> Self:
        """Stories that a source with these values carries in the open."""
        values = {f"source__{name}": value for name, value in source.items()}
        return self.filter(pk__in=Sighting.objects.filter(is_hidden=False, **values).values("news_item"))

    def of_several(self) -> Self:
        """Stories that more than one source carries in the open."""
        seen = Sighting.objects.filter(is_hidden=False).order_by().values("news_item")
        several = seen.annotate(n=models.Count("source", distinct=True)).filter(n__gt=1)
        return self.filter(pk__in=several.values("news_item"))

    def saying(self, words: str) -> Self:
        """Stories that hold each of these words in title, summary or address."""
        found = self
        for word in words.replace("\x00", " ").split():
            found = found.filter(Q(title__icontains=word) | Q(summary__icontains=word) | Q(url__icontains=word))
        return found

    def seen_between(self, start: datetime, end: datetime) -> Self:
        """Stories first seen from `start` to before `end`."""
        return self.filter(first_seen_at__gte=start, first_seen_at__lt=end)

    def back_catalogue(self, start: datetime, wanted: bool = True) -> Self:
        """What was published long before a week that began at `start` and is given to no day since; or all but that.

        A source that is new on the site brings its whole back catalogue at once; that is no news of the week.
        """
        edge = start - BACK_AFTER
        listed = Exists(Sighting.objects.filter(news_item=OuterRef("pk"), is_hidden=False, listed_on__gte=edge.date()))
        if wanted:
            return self.filter(~listed, published_at__lt=edge)
        return self.filter(Q(published_at=None) | Q(published_at__gte=edge) | listed)

    def told(self) -> dict[int, Told]:
        """What ranking knows of each story, by key of its row, in two queries whatever their number."""
        sources: dict[int, set[int]] = defaultdict(set)
        upvotes: dict[int, int] = defaultdict(int)
        seen = Sighting.objects.filter(news_item__in=self.order_by().values("pk"), is_hidden=False)
        for item, source, votes in seen.values_list("news_item_id", "source_id", "upvotes"):
            sources[item].add(source)
            upvotes[item] = max(upvotes[item], votes or 0)
        rows = self.order_by().values_list("pk", "key", "first_seen_at", "published_at")
        return {
            pk: Told(key, len(sources[pk]), upvotes[pk], seen_at, published_at)
            for pk, key, seen_at, published_at in rows
        }

    def with_sources(self) -> Self:
        """Fetch along the sightings in the open with their sources, the first ones first."""
        seen = Sighting.objects.filter(is_hidden=False).select_related("source").order_by("first_seen_at", "pk")
        light = seen.only("news_item", "upvotes", "listed_on", "source__slug", "source__name", "source__kind")
        return self.prefetch_related(models.Prefetch("sightings", queryset=light, to_attr="seen"))


class NewsItem(Row):
    """One story. `key` is its identity: arxiv:<id>, the key of its address, or source and entry when it has none.

    Title, address and summary are those of the sighting that said them first.
    """

    key = models.CharField(max_length=200, unique=True)
    title = models.TextField(blank=True)
    url = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.SET_NULL, related_name="news_items")
    published_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    is_hidden = models.BooleanField(default=False)
    decision = models.CharField(max_length=8, choices=Decision.choices, default=Decision.OPEN)
    decision_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")

    objects = NewsItemQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-first_seen_at"], name="news_first_seen"),
            models.Index(fields=["decision", "-first_seen_at"], name="news_decision"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="news_has_key"),
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="news_decision_known"),
            models.CheckConstraint(
                condition=Q(decision=Decision.OPEN, decided_at=None)
                | (~Q(decision=Decision.OPEN) & Q(decided_at__isnull=False)),
                name="news_decided_at_matches",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="news_not_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return self.title or self.url or self.key


class SightingQuerySet(models.QuerySet["Sighting"]):
    """Reads of sightings."""

    def visible_to(self, person: Person | None) -> Self:
        """Everybody sees what no rule hides, organizers the hidden too."""
        return self if _is_organizer(person) else self.filter(is_hidden=False)

    def newest_first(self) -> Self:
        return self.order_by("-first_seen_at", "-pk")


class Sighting(models.Model):
    """A source carried a story: one entry of one source, as it was given. Never deleted, never merged.

    `listed_on` is the day the source itself gives the entry to (Hugging Face's day of listing, arXiv's day of
    announcement), apart from `published_at`. `story_key` is the identity the address gave when it was last
    normalised; merging by hand changes `news_item` only.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="sightings")
    entry_key = models.CharField(max_length=300)
    news_item = models.ForeignKey(NewsItem, on_delete=models.PROTECT, related_name="sightings")
    story_key = models.CharField(max_length=200, db_index=True)
    run = models.ForeignKey(FetchRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="sightings")
    url = models.TextField(blank=True)
    title = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    authors: models.JSONField[Any] = models.JSONField(default=list, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    listed_on = models.DateField(null=True, blank=True)
    upvotes = models.PositiveIntegerField(null=True, blank=True)
    # What the entry says beyond these fields, small: announce type, categories, media.
    extra: models.JSONField[Any] = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64)
    is_hidden = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = SightingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["source", "-first_seen_at"], name="sighting_of_source")]
        constraints = [
            models.UniqueConstraint(fields=["source", "entry_key"], name="sighting_once_per_entry"),
            models.CheckConstraint(condition=~Q(entry_key="") & ~Q(story_key=""), name="sighting_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.entry_key}"
