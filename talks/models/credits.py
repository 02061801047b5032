"""Who is credited for what, and where the talk mentions a paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from members.models import Guest, Person, PersonQuerySet, Row
from members.rules import is_organizer
from papers.models import Paper, PaperQuerySet
from talks.models.episodes import Episode, EpisodeQuerySet, Hosting, HostingRole, Passage
from talks.models.questions import Answer, Question
from talks.models.sections import Claim, Item, Section, Suggestion


class CreditRole(models.TextChoices):
    """What somebody is credited for."""

    AUTHOR = "author", _("author")
    SOURCE = "source", _("source")
    TRANSCRIBER = "transcriber", _("transcriber")
    HOST = "host", _("host")
    EDITOR = "editor", _("editor")
    LEAD = "lead", _("lead")


class CreditQuerySet(models.QuerySet["Credit"]):
    """Reads of credits."""

    def brought_by(self, person: Person) -> Self:
        """What somebody brought to the record, item by item, the newest talk first."""
        shown = Item.objects.shown()
        return (
            self.filter(person=person, deleted_at=None, item__in=shown)
            .select_related("item__section", "episode")
            .order_by(models.F("episode__starts_at").desc(nulls_last=True), "-episode__number", "position", "pk")
        )


class Credit(Row):
    """A person is credited in an episode: for the whole, a section or an item. `name` is as written there."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="credits")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.CASCADE, related_name="credits")
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.CASCADE, related_name="credits")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="credits")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=12, choices=CreditRole.choices)
    position = models.PositiveIntegerField()

    objects = CreditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(section=None) | Q(item=None), name="credit_one_target"),
            models.CheckConstraint(condition=Q(role__in=CreditRole.values), name="credit_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.role}"


class PaperMentionQuerySet(models.QuerySet["PaperMention"]):
    """Reads of paper mentions."""

    def visible_to(self, person: Person | None) -> Self:
        """Mentions in what this visitor may read."""
        return self.standing().filter(episode__in=Episode.objects.visible_to(person))

    def standing(self) -> Self:
        """Mentions in what the record shows: not in deleted rows, not in items that were turned down."""
        return self.filter(
            Q(item=None) | Q(item__in=Item.objects.shown()),
            Q(question=None) | Q(question__deleted_at=None),
            Q(answer=None) | Q(answer__deleted_at=None, answer__question__deleted_at=None),
            Q(section=None) | Q(section__deleted_at=None),
            Q(passage=None) | Q(passage__deleted_at=None),
        )

    def about_question(self, question: Question) -> Self:
        """Mentions in a question, its follow-ups and their answers."""
        asked = Q(question=question) | Q(question__parent=question)
        answered = Q(answer__question=question) | Q(answer__question__parent=question)
        return self.standing().filter(asked | answered).order_by("pk")

    def with_places(self) -> Self:
        """Fetch along what says where each mention stands."""
        return self.select_related(
            "episode",
            "item__section",
            "question",
            "answer__question",
            "answer__author",
            "section",
            "passage",
        )

    def newest_first(self) -> Self:
        return self.order_by(models.F("episode__starts_at").desc(nulls_last=True), "-episode__number", "pk")

    def papers_by_last_mention(
        self, person: Person | None, *, among: PaperQuerySet | None = None
    ) -> models.QuerySet[PaperMention, int]:
        """Keys of the papers this visitor may read about (`among` these only), the last mentioned first."""
        last = models.Max("episode__starts_at")
        visible = self.visible_to(person).filter(paper__deleted_at=None)
        if among is not None:
            visible = visible.filter(paper__in=among.order_by().values("pk"))
        papers = visible.order_by().values("paper")
        newest = papers.annotate(last=last, at=models.Max("pk"))
        return newest.order_by(models.F("last").desc(nulls_last=True), "-at").values_list("paper", flat=True)


class PaperMention(models.Model):
    """A paper is named in the text of an episode: in an item, question, answer, section or passage.

    Derived from the text: rewritten with it, so neither versioned nor deleted by people.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="mentions")
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="paper_mentions")
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.CASCADE, related_name="paper_mentions")
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.CASCADE, related_name="paper_mentions"
    )
    answer = models.ForeignKey(Answer, null=True, blank=True, on_delete=models.CASCADE, related_name="paper_mentions")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.CASCADE, related_name="paper_mentions")
    passage = models.ForeignKey(Passage, null=True, blank=True, on_delete=models.CASCADE, related_name="paper_mentions")
    paper_version = models.PositiveIntegerField(null=True, blank=True)

    objects = PaperMentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "item"], name="mention_once_per_item"),
            models.UniqueConstraint(fields=["paper", "question"], name="mention_once_per_question"),
            models.UniqueConstraint(fields=["paper", "answer"], name="mention_once_per_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} in {self.episode_id}"

    def newer_version(self, talked_at: datetime | None) -> int | None:
        """Return the paper's latest version when it is newer than the one named here.

        When none was named, one that came after the talk is newer. None: what was talked about is what stands.
        """
        latest, updated_at = self.paper.latest_version, self.paper.updated_at
        if latest is None or latest == 1:
            return None
        if self.paper_version is not None:
            return latest if latest > self.paper_version else None
        return latest if talked_at is not None and updated_at is not None and updated_at > talked_at else None


def in_record(people: PersonQuerySet, viewer: Person | None) -> PersonQuerySet:
    """Keep the people whom something names that this viewer may read, and everybody with a login.

    A name that only a draft holds is the organizers', who see everybody.
    """
    if viewer is not None and is_organizer(viewer):
        return people
    return people.filter(Q(user__isnull=False) | _is_named(viewer))


def without_idle_guests(people: PersonQuerySet, viewer: Person | None) -> PersonQuerySet:
    """Leave guests out who have said a name and done nothing, for the list: organizers find them in the alias book."""
    guests = Guest.objects.filter(person=models.OuterRef("pk"))
    return people.filter(Q(user__isnull=False) | ~Q(models.Exists(guests)) | _is_named(viewer))


def _is_named(viewer: Person | None) -> Q:
    """Whether something names a person that this viewer may read."""
    episodes = Episode.objects.visible_to(viewer)
    credited = Credit.objects.filter(Q(item=None) | Q(item__in=Item.objects.shown()), episode__in=episodes)
    claims = Claim.objects.filter(section__deleted_at=None, section__episode__in=episodes)
    suggestions = Suggestion.objects.filter(section__deleted_at=None, section__episode__in=episodes)
    named: list[tuple[models.QuerySet[Any], str]] = [
        (Hosting.objects.filter(episode__in=episodes), "person"),
        (claims, "person"),
        (credited, "person"),
        (suggestions, "person"),
        (Question.objects.visible_to(viewer), "asker"),
        (Answer.objects.visible_to(viewer), "author"),
    ]
    shown = Q(pk=None)
    for rows, person in named:
        shown |= Q(models.Exists(rows.filter(**{person: models.OuterRef("pk")}, deleted_at=None)))
    return shown


def with_tallies(people: PersonQuerySet, episodes: EpisodeQuerySet) -> PersonQuerySet:
    """Add how often each person hosted, led, answered, asked and brought something in these episodes, and the sum."""

    def counted(rows: models.QuerySet[Any], person: str) -> Coalesce:
        found = rows.filter(**{person: models.OuterRef("pk")}).order_by().values(person)
        return Coalesce(models.Subquery(found.annotate(n=models.Count("pk")).values("n")), 0)

    hostings = Hosting.objects.filter(episode__in=episodes, deleted_at=None, role=HostingRole.HOST)
    claims = Claim.objects.filter(section__episode__in=episodes, deleted_at=None, section__deleted_at=None)
    answers = Answer.objects.filter(question__episode__in=episodes, question__deleted_at=None, deleted_at=None)
    questions = Question.objects.filter(episode__in=episodes, deleted_at=None)
    brought = Credit.objects.filter(episode__in=episodes, deleted_at=None, item__in=Item.objects.shown())
    return people.annotate(
        hosted=counted(hostings, "person"),
        led=counted(claims, "person"),
        answered=counted(answers, "author"),
        asked=counted(questions, "asker"),
        brought=counted(brought, "person"),
    ).annotate(
        tally=models.F("hosted") * 3 + models.F("led") + models.F("answered") + models.F("asked") + models.F("brought")
    )
