"""What is told when: reminders of an evening, robots of groups (webhooks), and everything that goes out."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Person, Row
from talks.models.episodes import Episode


class ReminderKind(models.TextChoices):
    """What a reminder is about; each has its hour before or after the talk (talks.reminders)."""

    OPEN_ROLES = "open_roles", _("open roles")
    TOMORROW = "tomorrow", _("tomorrow")
    SOON = "soon", _("in two hours")
    ANSWERS = "answers", _("answers")
    PUBLISH = "publish", _("publish")


class Reminder(Row):
    """A reminder of an evening, in the outbox until it is sent.

    `sequence` is that of the episode's date it belongs to: a postponed evening moves what was not sent, and what was
    sent already is due again for the new date. `text` is what the host wrote; while it is empty, the words are made
    when it is sent. `is_off`: the host wants it left out.
    """

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=12, choices=ReminderKind.choices)
    sequence = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    text = models.TextField(blank=True)
    is_off = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None, is_off=False), name="reminder_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["episode", "kind", "sequence"], name="reminder_once"),
            models.CheckConstraint(condition=Q(kind__in=ReminderKind.values), name="reminder_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.episode_id} {self.kind}"


class WebhookForm(models.TextChoices):
    """How a receiver wants to be told."""

    WECOM = "wecom", _("WeCom robot")
    FEISHU = "feishu", _("Feishu robot")
    DINGTALK = "dingtalk", _("DingTalk robot")
    JSON = "json", _("signed JSON")


class Webhook(Row):
    """Where the site tells a group or a machine what happens. `url` and `secret` are sealed: both are keys.

    `events` are the kinds it is told. `paused_at` is set by hand, or after too many failures with the reason.
    """

    name = models.CharField(max_length=80)
    form = models.CharField(max_length=10, choices=WebhookForm.choices)
    url = models.TextField()
    secret = models.TextField(blank=True)
    events: models.JSONField[Any] = models.JSONField(default=list)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="webhooks")
    failures = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(form__in=WebhookForm.values), name="webhook_form_known"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(url=""), name="webhook_is_named"),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """Something that goes out once: a mail to a person or a message to a webhook, with how that went.

    `key` names it, so that nothing is told twice; `kind` is the event. `answer` is the beginning of what the receiver
    said. A replay is a Delivery of its own that names the first.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    webhook = models.ForeignKey(Webhook, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    reminder = models.ForeignKey(Reminder, null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries")
    replay_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replays")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    payload: models.JSONField[Any] = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["webhook", "-id"], name="delivery_of_webhook")]
        constraints = [
            models.CheckConstraint(
                condition=Q(webhook=None, person__isnull=False) | Q(webhook__isnull=False, person=None),
                name="delivery_one_receiver",
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(failed_at=None), name="delivery_ends_one_way"),
        ]

    def __str__(self) -> str:
        return self.key
