"""What goes on in a later episode, and when somebody last looked at a board."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Person, Row
from talks.models.episodes import Episode
from talks.models.questions import Question
from talks.models.sections import Item


class CarryReason(models.TextChoices):
    """Why something stands in a later episode too (承接)."""

    UNUSED = "unused", _("not used")
    UNANSWERED = "unanswered", _("not answered")
    DEFERRED = "deferred", _("put off")
    BY_HAND = "by_hand", _("by hand")


class Carry(Row):
    """A question or an item of an earlier episode is taken up in a later one; it keeps its place, id and votes.

    `made` is the item of the later episode that came of it: itself, when it has moved there.
    """

    question = models.ForeignKey(Question, null=True, blank=True, on_delete=models.CASCADE, related_name="carries")
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.CASCADE, related_name="carries")
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="carried")
    reason = models.CharField(max_length=12, choices=CarryReason.choices)
    made = models.ForeignKey(Item, null=True, blank=True, on_delete=models.SET_NULL, related_name="made_by_carries")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(question=None, item__isnull=False) | Q(question__isnull=False, item=None),
                name="carry_one_target",
            ),
            models.UniqueConstraint(
                fields=["question", "episode"], condition=Q(deleted_at=None), name="carry_question_once"
            ),
            models.UniqueConstraint(fields=["item", "episode"], condition=Q(deleted_at=None), name="carry_item_once"),
            models.CheckConstraint(condition=Q(reason__in=CarryReason.values), name="carry_reason_known"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id or self.item_id} {self.episode_id}"


class BoardVisit(models.Model):
    """When somebody last looked at the board or the desk of an episode, and when `before`: what came later is new."""

    class Page(models.TextChoices):
        BOARD = "board", _("board")
        DESK = "desk", _("desk")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=5, choices=Page.choices, default=Page.BOARD)
    at = models.DateTimeField()
    before = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "episode", "page"], name="board_visit_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.episode_id}"
