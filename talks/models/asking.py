"""Asking without an account: the code by which an asker comes back, who may, and how often from one address.

None of these rows names anybody, holds an address, a session or a moment; keys are no order in which rows came.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from members.models import Row
from talks.models.questions import Question, Review


class ReturnCode(models.Model):
    """What proves that somebody asked a question without an account (六个词): the digest of six words, never the words.

    `withdrawn_from` is what the review of a question said when its asker withdrew it; None while it is not withdrawn.
    """

    question = models.OneToOneField(Question, primary_key=True, on_delete=models.CASCADE, related_name="return_code")
    digest = models.CharField(max_length=64, unique=True)
    withdrawn_from = models.CharField(max_length=8, choices=Review.choices, null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.question_id}"


class AskingRules(Row):
    """Whether people without an account may ask, and whether what they send waits for approval; one row, or none."""

    is_open = models.BooleanField(default=True)
    is_reviewed = models.BooleanField(default=True)

    objects = models.Manager["AskingRules"]()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="asking_rules_once")]

    def __str__(self) -> str:
        return f"{self.is_open} {self.is_reviewed}"

    @classmethod
    def current(cls) -> AskingRules:
        """Return what holds now: open and reviewed, until somebody says otherwise."""
        return cls.objects.filter(pk=1).first() or cls(pk=1, version=0)


class DaySalt(models.Model):
    """What the addresses of one day are hashed with; gone with the day, and with it whatever they could be told by."""

    day = models.DateField(primary_key=True)
    salt = models.CharField(max_length=64)

    def __str__(self) -> str:
        return str(self.day)


class VisitorCountQuerySet(models.QuerySet["VisitorCount"]):
    """Reads of counts."""

    def below(self, key: int, most: int) -> Self:
        return self.filter(pk=key, count__lt=most)


class VisitorCount(models.Model):
    """How often something was done from one address in one hour. The key is made of day's salt, purpose, hour, address.

    A number, so that SQLite keeps rows in the order of their keys and not in the one they came in.
    """

    key = models.BigIntegerField(primary_key=True)
    day = models.DateField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    objects = VisitorCountQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.day} {self.count}"
