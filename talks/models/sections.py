"""Sections of an episode, who takes them, and the items and suggestions in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sized
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Person, Row
from news.models import NewsItem
from news.ranking import place_of
from talks.models.episodes import Episode

# How far back the taste of past talks counts.
PAST_TALKS = 12
OPTIONAL = re.compile(r"\s*[-—–(（\[【]\s*(?:optional|可选)\s*[)）\]】]?\Z", re.IGNORECASE)


class SectionKind(models.TextChoices):
    """What a section is for; its title is what the document or the template says."""

    NEWS = "news", _("News of the week")
    PICKS = "picks", _("Picks of the week")
    CLASSIC = "classic", _("Classic of the week")
    PRACTICE = "practice", _("Practice of the week")
    FREE_TALK = "free_talk", _("Free Talk")
    CUSTOM = "custom", _("Section")


class Section(Row):
    """A 版块 of one episode, with its groups (栏目) in order.

    `degraded_at`: since then it runs without a lead, by the rule of its kind (降级); a late claim undoes it.
    """

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=SectionKind.choices)
    title = models.TextField()
    is_optional = models.BooleanField(default=False)
    brief = models.TextField(null=True, blank=True)
    brief_html = models.TextField(blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    theme = models.TextField(null=True, blank=True)
    labels = models.JSONField(default=list)
    groups = models.JSONField(default=list)
    groups_html = models.JSONField(default=list)
    degraded_at = models.DateTimeField(null=True, blank=True)
    body = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SectionKind.values), name="section_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """The title without the mark that says it is optional (本周经典-optional): is_optional says that."""
        return OPTIONAL.sub("", self.title) or self.title

    def is_dropped(self, items: Iterable[Item], suggestions: Sized) -> bool:
        """Whether the record leaves it out: optional, taken by nobody, and empty. These are all its rows."""
        if not self.is_optional or self.degraded_at is None or self.body or suggestions:
            return False
        has_notes = any(group.get("body") for group in self.groups)
        return not has_notes and not any(item.state == ItemState.ACCEPTED for item in items)


class ClaimRole(models.TextChoices):
    """A section has leads and one standby."""

    LEAD = "lead", _("lead")
    STANDBY = "standby", _("standby")


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Reads of claims."""

    def current(self) -> Self:
        return self.filter(deleted_at=None)


class Claim(Row):
    """Somebody takes a section; `name` is how the document writes them.

    `place` is 1 or 2 for a lead who claimed on the site: the database keeps a third one out. Leads that a document
    names have none: a record may hold any number.
    """

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="claims")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claims")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=8, choices=ClaimRole.choices, default=ClaimRole.LEAD)
    position = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    # Read off a name in a document: it is credited and earns nothing, for anybody may have come by a name.
    is_by_name = models.BooleanField(default=False)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["section", "place"], condition=Q(deleted_at=None), name="claim_one_lead_per_place"
            ),
            models.CheckConstraint(
                condition=Q(place=None) | Q(place__gte=1, place__lte=2, role="lead"), name="claim_two_places"
            ),
            models.UniqueConstraint(
                fields=["section", "person"], condition=Q(deleted_at=None), name="claim_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["section"], condition=Q(role="standby", deleted_at=None), name="claim_one_standby"
            ),
            models.CheckConstraint(condition=Q(role__in=ClaimRole.values), name="claim_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.role}"


class ItemState(models.TextChoices):
    """A nomination becomes part of the section, waits, or is turned down."""

    NOMINATED = "nominated", _("nominated")
    ACCEPTED = "accepted", _("accepted")
    DEFERRED = "deferred", _("deferred")
    DECLINED = "declined", _("declined")
    MERGED = "merged", _("merged")


class Depth(models.TextChoices):
    """How much of the evening an item gets: talked about, told in a sentence, or only listed."""

    TALK = "talk", _("talk")
    BRIEF = "brief", _("in brief")
    LISTED = "listed", _("listed")


class ItemQuerySet(models.QuerySet["Item"]):
    """Reads of items."""

    def current(self) -> Self:
        return self.filter(deleted_at=None)

    def shown(self) -> Self:
        """Items that the record shows: taken or nominated, in a section that still stands."""
        states = [ItemState.ACCEPTED, ItemState.NOMINATED]
        return self.current().filter(section__deleted_at=None, state__in=states)

    def with_votes(self) -> Self:
        """Add who nominated each item, and how many votes it has itself, as `vote_count`."""
        return self.select_related("nominated_by").annotate(vote_count=models.Count("votes"))

    def places_taken(self, before: datetime) -> Counter[str]:
        """How many items the last talks before a moment took from each place (news.ranking.place_of)."""
        talks = Episode.objects.filter(deleted_at=None, starts_at__lte=before).order_by("-starts_at")
        keys = self.shown().filter(section__episode__in=talks.values("pk")[:PAST_TALKS]).exclude(url_key="")
        counts = Counter(place_of(key) for key in keys.values_list("url_key", flat=True))
        del counts[""]
        return counts


class Item(Row):
    """An entry of a section: a title with one address, or text only. `author`, `site` are those of a linked article.

    `minutes` are counted for what is talked about or told in brief. `is_automatic`: taken in by the rule that lets a
    section run without a lead.
    """

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.NOMINATED)
    group = models.TextField(null=True, blank=True)
    title = models.TextField(null=True, blank=True)
    title_html = models.TextField(blank=True)
    url = models.TextField(null=True, blank=True)
    url_key = models.CharField(max_length=200, blank=True, db_index=True)
    news_item = models.ForeignKey(NewsItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="items")
    author = models.TextField(null=True, blank=True)
    site = models.TextField(null=True, blank=True)
    remark = models.TextField(null=True, blank=True)
    body = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)
    nominated_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="nominations"
    )
    depth = models.CharField(max_length=8, choices=Depth.choices, default=Depth.TALK)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    is_automatic = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(depth__in=Depth.values), name="item_depth_known"),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="item_not_merged_into_itself"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="item_state_known"),
        ]

    def __str__(self) -> str:
        return self.title or self.url or self.body[:80]


class ItemVote(models.Model):
    """Somebody wants an item in the talk."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="votes")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="item_votes")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="item_vote_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.item_id}"


class Suggestion(Row):
    """A wish about how a section is run (建议区): `owner` sees to it, `resolution` says what came of it."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="suggestions")
    position = models.PositiveIntegerField()
    body = models.TextField()
    body_html = models.TextField(blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="suggestions")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolution = models.TextField(blank=True)
    resolved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    html_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="suggestion_has_body")]

    def __str__(self) -> str:
        return self.body[:80]
