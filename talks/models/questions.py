"""Questions and their answers. A question's public id is given once and never changes."""

from __future__ import annotations

import re
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import Person, Row
from talks.models.episodes import SPELLING, Episode, read_code


class QuestionPart(models.TextChoices):
    """Where a question was asked; none when the document does not say."""

    ONLINE = "online", _("online")
    GROUP = "group", _("in the group")
    SITE = "site", _("on the site")


class QuestionState(models.TextChoices):
    """How far a question has come; the last three are decisions (`Question.settled`), answered is also what it is
    once an answer was accepted or a summary stands."""

    OPEN = "open", _("not answered yet")
    PARTLY = "partly", _("partly answered")
    ANSWERED = "answered", _("answered")
    OUTDATED = "outdated", _("outdated")
    CLOSED = "closed", _("closed")


SETTLED = (QuestionState.ANSWERED, QuestionState.OUTDATED, QuestionState.CLOSED)


class Review(models.TextChoices):
    """Why a question or an answer is not shown (放行); whatever is not shown counts as taken out of the record."""

    WAITING = "waiting", _("waiting for approval")
    DECLINED = "declined", pgettext_lazy("question", "declined")
    HIDDEN = "hidden", _("hidden")
    MERGED = "merged", _("merged")


# How people write a public id in an address, the code as they spell it.
PUBLIC_ID = SPELLING + r"-[0-9]{1,6}(?:\.[0-9]{1,6})?"


def read_public_id(text: str) -> tuple[str | None, int, int] | None:
    """Return code, serial and follow-up (0 for none) of a public id, or None for what is none."""
    if not re.fullmatch(PUBLIC_ID, text):
        return None
    code, place = text.split("-")
    serial, _point, follow_up = place.partition(".")
    return read_code(code), int(serial), int(follow_up or 0)


class QuestionQuerySet(models.QuerySet["Question"]):
    """Reads of questions."""

    def standing(self) -> Self:
        """What stands; a follow-up only while its question does."""
        return self.filter(Q(parent=None) | Q(parent__deleted_at=None), deleted_at=None)

    def visible_to(self, person: Person | None) -> Self:
        """What stands in episodes that this visitor may know of."""
        return self.standing().filter(episode__in=Episode.objects.visible_to(person))

    def under_review(self, *kinds: str) -> Self:
        """Those that are not shown, for one of these reasons or for any."""
        return self.filter(review__in=kinds) if kinds else self.exclude(review="")

    def withdrawn(self) -> Self:
        """Those that their asker took out by a return code; the code alone brings them back."""
        return self.filter(return_code__withdrawn_from__isnull=False, deleted_at__isnull=False)

    def unanswered(self) -> Self:
        """Questions nobody has answered yet, and about which nothing was decided."""
        answered = Answer.objects.filter(question=models.OuterRef("pk"), deleted_at=None)
        return self.filter(~models.Exists(answered), settled="", summary="")

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-position", "-pk")

    def of(self, person: Person) -> Self:
        """What somebody asked, the newest talk first."""
        newest = models.F("episode__starts_at").desc(nulls_last=True)
        return self.filter(asker=person).select_related("episode").order_by(newest, "-episode__number", "position")

    def before(self, question: Question) -> Self:
        """Earlier questions of the episode, the nearest first; follow-ups stand with theirs."""
        return self._of_episode(question).filter(position__lt=_place(question)).order_by("-position")

    def after(self, question: Question) -> Self:
        """Later questions of the episode, the nearest first; follow-ups stand with theirs."""
        return self._of_episode(question).filter(position__gt=_place(question)).order_by("position")

    def _of_episode(self, question: Question) -> Self:
        return self.filter(episode=question.episode_id, parent=None).select_related("episode")

    def with_answer_count(self) -> Self:
        """Add how many answers each question has, as `answer_count`."""
        return self.annotate(answer_count=models.Count("answers", filter=Q(answers__deleted_at=None)))

    def with_votes(self) -> Self:
        """Add how many want each question answered (我也想问), as `vote_count`."""
        votes = QuestionVote.objects.filter(question=models.OuterRef("pk")).order_by().values("question")
        counted = models.Subquery(votes.annotate(n=models.Count("pk")).values("n"))
        return self.annotate(vote_count=Coalesce(counted, 0))

    def with_state(self) -> Self:
        """Add how far each question has come, as `state` (QuestionState)."""
        answers = Answer.objects.filter(question=models.OuterRef("pk"), deleted_at=None)
        state = models.Case(
            models.When(~Q(settled=""), then=models.F("settled")),
            models.When(
                ~Q(summary="") | models.Exists(answers.filter(is_accepted=True)),
                then=models.Value(QuestionState.ANSWERED.value),
            ),
            models.When(models.Exists(answers), then=models.Value(QuestionState.PARTLY.value)),
            default=models.Value(QuestionState.OPEN.value),
            output_field=models.CharField(),
        )
        return self.annotate(state=state)

    def most_wanted_first(self) -> Self:
        """By votes, the earlier ones first among equals."""
        return self.with_votes().order_by("-vote_count", "position", "pk")

    def with_public_id(self, public_id: str) -> Self:
        """The question `005-13` or follow-up `005-13.1`; nothing for what is not such an id."""
        if (found := read_public_id(public_id)) is None:
            return self.none()
        code, serial, follow_up = found
        return self.numbered_in(code).filter(serial=serial, follow_up=follow_up)

    def numbered_in(self, code: str | None) -> Self:
        """Questions whose id was given in the episode of this code, wherever they stand by now."""
        episodes = Episode.objects.filter(code=code).values("pk")  # each side of the "or" finds an index
        return self.filter(Q(episode__in=episodes, first_code="") | Q(first_code=code))


class Question(Row):
    """A question. `part` and `number` are what the document says; `serial` and `follow_up` make the public id.

    `first_code` is the code of the episode that gave the id, of a question that has moved to another one since.
    Whoever asks anonymously leaves no asker and no moment, only the hour. `review` says why it is not shown; it is
    taken out of the record then (`deleted_at`). `settled` is what was decided about it, with `settled_reason`.
    `summary` (小结) is what the answers come to; `summary_cites` are the keys of those it uses.
    """

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveIntegerField()
    serial = models.PositiveIntegerField()
    follow_up = models.PositiveIntegerField(default=0)
    first_code = models.CharField(max_length=8, blank=True, db_index=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="follow_ups")
    part = models.CharField(max_length=8, choices=QuestionPart.choices, null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    asker = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="questions")
    asker_name = models.CharField(max_length=80, null=True, blank=True)
    # Read off a name in a document: it is credited and earns nothing, for anybody may have come by a name.
    is_by_name = models.BooleanField(default=False)
    is_anonymous = models.BooleanField(default=False)
    review = models.CharField(max_length=8, choices=Review.choices, blank=True)
    review_reason = models.TextField(blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    settled = models.CharField(max_length=8, choices=[(each.value, each.label) for each in SETTLED], blank=True)
    settled_reason = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    summary_html = models.TextField(blank=True)
    summary_cites = models.JSONField(default=list)
    body = models.TextField()
    body_html = models.TextField(blank=True)
    after = models.TextField(blank=True)
    after_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["episode", "first_code", "serial", "follow_up"], name="question_id_once"),
            models.CheckConstraint(
                condition=Q(part=None) | Q(part__in=QuestionPart.values), name="question_part_known"
            ),
            models.CheckConstraint(
                condition=Q(follow_up=0, parent=None) | Q(follow_up__gt=0, parent__isnull=False),
                name="question_follow_up_has_parent",
            ),
            models.CheckConstraint(
                condition=Q(review="") | Q(review__in=Review.values, deleted_at__isnull=False),
                name="question_reviewed_is_not_shown",
            ),
            models.CheckConstraint(
                condition=Q(review=Review.MERGED, merged_into__isnull=False)
                | ~Q(review=Review.MERGED) & Q(merged_into=None),
                name="question_merged_into_another",
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("pk")), name="question_not_merged_into_itself"),
            models.CheckConstraint(condition=Q(settled="") | Q(settled__in=SETTLED), name="question_settled_known"),
            models.CheckConstraint(
                condition=Q(is_anonymous=False) | Q(asker=None, asker_name=None), name="question_anonymous_has_no_asker"
            ),
        ]
        indexes = [models.Index(fields=["episode", "position"], name="question_in_order")]

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def local_id(self) -> str:
        """The id inside its episode: 13, 13.1; of one that came from another episode with its code, 005-13."""
        number = f"{self.serial}.{self.follow_up}" if self.follow_up else str(self.serial)
        return f"{self.first_code}-{number}" if self.first_code else number

    @property
    def public_id(self) -> str:
        """The id everywhere: 005-13. Needs the episode to be loaded."""
        return self.local_id if self.first_code else f"{self.episode.code}-{self.local_id}"

    def get_absolute_url(self) -> str:
        return reverse("question", args=[self.public_id])


def _place(question: Question) -> int:
    return question.position if question.parent is None else question.parent.position


class QuestionVote(models.Model):
    """Somebody wants a question answered (我也想问): a person, or a visitor.

    `visitor` is made of a random cookie and the question, so that the votes of one visitor cannot be told from those
    of others; `created_at` of a visitor's is the hour.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="votes")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="question_votes")
    visitor = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "person"], condition=Q(person__isnull=False), name="question_vote_once"
            ),
            models.UniqueConstraint(
                fields=["question", "visitor"], condition=~Q(visitor=""), name="question_vote_once_per_visitor"
            ),
            models.CheckConstraint(
                condition=Q(person=None) & ~Q(visitor="") | Q(person__isnull=False, visitor=""),
                name="question_vote_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}"


class Report(models.Model):
    """Somebody says that a question or an answer should not stand so (举报); one person says it once of each.

    Whoever runs the episode reads it in the queue; `settled_at` is when they were done with it.
    """

    question = models.ForeignKey(Question, null=True, blank=True, on_delete=models.CASCADE, related_name="reports")
    answer = models.ForeignKey("Answer", null=True, blank=True, on_delete=models.CASCADE, related_name="reports")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "person"], condition=Q(question__isnull=False), name="report_question_once"
            ),
            models.UniqueConstraint(
                fields=["answer", "person"], condition=Q(answer__isnull=False), name="report_answer_once"
            ),
            models.CheckConstraint(
                condition=Q(question=None, answer__isnull=False) | Q(question__isnull=False, answer=None),
                name="report_of_one_row",
            ),
        ]

    def __str__(self) -> str:
        return self.reason[:80]


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Reads of answers."""

    def under_review(self, *kinds: str) -> Self:
        """Those that are not shown, for one of these reasons or for any."""
        return self.filter(review__in=kinds) if kinds else self.exclude(review="")

    def visible_to(self, person: Person | None) -> Self:
        return self.filter(deleted_at=None, question__in=Question.objects.visible_to(person))

    def of(self, person: Person) -> Self:
        """What somebody answered, the newest talk first."""
        newest = models.F("question__episode__starts_at").desc(nulls_last=True)
        rows = self.filter(author=person).select_related("question__episode")
        return rows.order_by(newest, "-question__episode__number", "question__position", "position")


class Answer(Row):
    """One signed (or unsigned) partial answer.

    `transcriber` wrote down what the author said. `stays_unsigned`: it was decided that it needs no name.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    position = models.PositiveIntegerField()
    author = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="answers")
    author_name = models.CharField(max_length=80, null=True, blank=True)
    # Read off a name in a document: it is credited and earns nothing, for anybody may have come by a name.
    is_by_name = models.BooleanField(default=False)
    transcriber = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="transcribed_answers"
    )
    transcriber_name = models.CharField(max_length=80, null=True, blank=True)
    is_accepted = models.BooleanField(default=False)
    stays_unsigned = models.BooleanField(default=False)
    review = models.CharField(max_length=8, choices=Review.choices, blank=True)
    review_reason = models.TextField(blank=True)
    body = models.TextField()
    body_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="answer_has_body"),
            models.CheckConstraint(
                condition=Q(review="") | Q(review__in=Review.values, deleted_at__isnull=False),
                name="answer_reviewed_is_not_shown",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def episode(self) -> Episode:
        """The episode of its question, as a question has its own."""
        return self.question.episode
