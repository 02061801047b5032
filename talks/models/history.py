"""Rows as they were: what an act found before it changed them, so that each can be brought back to any point."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from members.models import Event, Person, Role
from talks.models.episodes import Episode, EpisodeState, Hosting
from talks.models.questions import Answer, Question, Review
from talks.models.sections import Item, Suggestion


def _gone() -> Iterator[tuple[str, QuerySet[Any, Any]]]:
    """Yield the kinds of rows with words, each with the keys of those that are taken out or stand in such."""
    out = Q(deleted_at__isnull=False)
    for kind, rows in (
        ("item", Item._base_manager.filter(out | Q(section__deleted_at__isnull=False))),
        ("suggestion", Suggestion._base_manager.filter(out | Q(section__deleted_at__isnull=False))),
        ("question", Question._base_manager.filter(out | Q(parent__deleted_at__isnull=False))),
        ("answer", Answer._base_manager.filter(out | _under("question__deleted_at", "question__parent__deleted_at"))),
    ):
        yield kind, _as_keys(rows)


def _under(*fields: str) -> Q:
    """Return the condition that one of these says when something was taken out."""
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__isnull": False})
    return found


def _as_keys(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Return the keys of rows as a KeptRow writes them."""
    return rows.order_by().annotate(as_key=Cast("pk", models.CharField())).values("as_key")


def _under_review(person: Person | None) -> Iterator[tuple[str, QuerySet[Any, Any]]]:
    """Yield the kinds of words with the keys of those that are not shown (or answer such) and that this visitor has no
    part in: they neither wrote them nor see to the questions of the episode."""
    reviewed = (Review.WAITING, Review.DECLINED, Review.HIDDEN)
    yield "question", _as_keys(Question.objects.withdrawn())  # who asked has the code; nobody else
    questions = Question._base_manager.filter(
        Q(review__in=reviewed) | Q(parent__review__in=reviewed) | Q(pk__in=merged_unseen())
    )
    above = Q(question__review__in=reviewed) | Q(question__parent__review__in=reviewed)
    answers = Answer._base_manager.filter(Q(review__in=reviewed) | above)
    if person is not None:
        user = person.user
        if user is not None and user.is_active and user.suspended_at is None and user.role == Role.ORGANIZER:
            return
        hosted = Hosting.objects.filter(person=person, is_by_name=False, deleted_at=None)
        seen_to = hosted.exclude(episode__state=EpisodeState.PUBLISHED).values("episode")
        if user is not None and user.is_active and user.suspended_at is None:
            questions = questions.exclude(episode__in=seen_to)
            answers = answers.exclude(question__episode__in=seen_to)
        questions = questions.exclude(asker=person, asker__isnull=False, is_by_name=False)
        answers = answers.exclude(transcriber=person, transcriber__isnull=False)
        answers = answers.exclude(author=person, author__isnull=False, is_by_name=False)
    for kind, rows in (("question", questions), ("answer", answers)):
        yield kind, _as_keys(rows)


def merged_unseen() -> QuerySet[Any, Any]:
    """Return the keys of questions that were merged into others before anybody had approved them."""
    merges = KeptRow.objects.filter(kind="question", key=Cast(OuterRef("pk"), models.CharField()), event__verb="merge")
    last = merges.order_by("-event_id").values(was=KT("state__review"))[:1]
    merged = Question._base_manager.filter(review=Review.MERGED).annotate(was=Subquery(last))
    return merged.filter(was=Review.WAITING).values("pk")


class KeptRowQuerySet(models.QuerySet["KeptRow"]):
    """Reads of what was before."""

    def of_row(self, kind: str, key: object) -> Self:
        """What was kept of one row, oldest first."""
        return self.filter(kind=kind, key=str(key)).order_by("event_id", "pk")

    def after(self, event: int) -> Self:
        """What later acts kept."""
        return self.filter(event__gt=event)

    def visible_to(self, person: Person | None) -> Self:
        """What this visitor may know of: with an account, all of the episodes they see; without one, what was changed
        in a record after it was published. What is under review or withdrawn stands where it is decided about."""
        rows = self.filter(episode__in=Episode.objects.visible_to(person))
        for kind, hidden in _under_review(person):  # words that are not shown are nobody's to read here either
            rows = rows.exclude(kind=kind, key__in=hidden)
        if person is not None:
            return rows
        code = OuterRef("episode__code")
        opened = Event.objects.filter(target_kind="episode", target_key=code, after__state=EpisodeState.PUBLISHED)
        first = Subquery(opened.order_by("pk").values("pk")[:1])
        rows = rows.filter(episode__state=EpisodeState.PUBLISHED, event__gt=first)
        for kind, gone in _gone():  # what was taken out of a record is nobody's to read but of who signs in
            rows = rows.exclude(kind=kind, key__in=gone)
        return rows

    def with_next(self) -> Self:
        """Add the key of what the next act on each row kept, as `next_pk`; None where nobody has changed it since."""
        same = {"kind": OuterRef("kind"), "key": OuterRef("key"), "event__gt": OuterRef("event")}
        later = KeptRow.objects.filter(**same).order_by("event", "pk")
        return self.annotate(next_pk=Subquery(later.values("pk")[:1]))


class KeptRow(models.Model):
    """A row of an episode as an act found it; `state` is None when the act made it.

    A row that moved to another episode is kept for both. What stands now is in the row itself. So a row was, just
    before an event, what the first KeptRow from that event on says, or what it is now when there is none. `version` is
    that of the row in `state`, 0 when there was none.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="kept_rows")
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="kept_rows")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=0)
    state: models.JSONField[Any] = models.JSONField(null=True)
    next_pk: int | None  # of those read `with_next`

    objects = KeptRowQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "key", "event"], name="kept_row_of"),
            models.Index(fields=["episode", "-event"], name="kept_row_in_episode"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "kind", "key", "episode"], name="kept_row_once_per_event")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} v{self.version}"


class PresenceQuerySet(models.QuerySet["Presence"]):
    """Who edits what, for a minute."""

    LASTS = timedelta(seconds=60)

    def here(self, now: datetime) -> Self:
        """Those that still mean something."""
        return self.filter(seen_at__gt=now - self.LASTS)

    def names_at(self, kind: str, key: int, *, now: datetime, but: Person) -> list[str]:
        """Return the names of those who are editing a row, who began to be seen last first; without `but`."""
        rows = self.here(now).filter(kind=kind, key=key).exclude(person=but)
        return list(rows.order_by("-seen_at", "pk").values_list("person__name", flat=True)[:5])

    def over(self, now: datetime) -> Self:
        """Those that mean nothing any more."""
        return self.filter(seen_at__lte=now - self.LASTS)


class Presence(models.Model):
    """Somebody is editing a row of an episode just now (正在编辑), as far as `seen_at` says; old ones mean nothing."""

    person = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    key = models.BigIntegerField()
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "key", "-seen_at"], name="presence_at")]
        constraints = [models.UniqueConstraint(fields=["person", "kind", "key"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.key}"
