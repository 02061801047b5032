"""What is told when: reminders of an evening, robots of groups (webhooks), and everything that goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Person, Row
from members.rules import is_organizer
from talks.models.episodes import Episode, Hosting, HostingRole


class ReminderKind(models.TextChoices):
    """What a reminder is about; each has its hour before or after the talk (talks.reminders)."""

    OPEN_ROLES = "open_roles", _("open roles")
    TOMORROW = "tomorrow", _("tomorrow")
    SOON = "soon", _("in two hours")
    ANSWERS = "answers", _("answers")
    PUBLISH = "publish", _("publish")


class SkipReason(models.TextChoices):
    """Why a reminder was not sent although its moment had come."""

    LATE = "late", _("its moment had passed long ago")
    NOTHING = "nothing", _("there was nothing left to remind of")
    STATE = "state", _("the episode was elsewhere by then")


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Reads of reminders."""

    def visible_to(self, person: Person | None) -> Self:
        """Those of episodes that this person hosts; organizers see all, nobody else any."""
        rows = self.filter(deleted_at=None, episode__deleted_at=None)
        if person is None:
            return rows.none()
        if is_organizer(person):
            return rows
        hosted = Hosting.objects.filter(person=person, role=HostingRole.HOST, deleted_at=None)
        return rows.filter(episode__in=hosted.values("episode"))

    def of(self, episode: Episode) -> Self:
        """All of an episode in the order of their moments; what was sent for an earlier date among them."""
        return self.filter(episode=episode, deleted_at=None).order_by("due_at", "pk")

    def waiting(self) -> Self:
        """Those that are still to be sent, the next one first; what is left out by hand is not."""
        return self.filter(sent_at=None, skipped_at=None, is_off=False, deleted_at=None).order_by("due_at", "pk")

    def due(self, now: datetime) -> Self:
        """Those whose moment has come."""
        return self.waiting().filter(due_at__lte=now, episode__deleted_at=None)


class Reminder(Row):
    """A reminder of an evening, in the outbox until it is sent or skipped.

    `sequence` is that of the episode's date it belongs to: a postponed evening moves what was not sent, and what was
    sent already is due again for the new date. `text` is what the host wrote; while it is empty, the words are made
    when it is sent, and kept here from then on. `is_off`: the host wants it left out. `skip_reason` is why it was not
    sent.
    """

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=12, choices=ReminderKind.choices)
    sequence = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    text = models.TextField(blank=True)
    is_off = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)
    skip_reason = models.CharField(max_length=10, choices=SkipReason.choices, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None, is_off=False), name="reminder_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["episode", "kind", "sequence"], name="reminder_once"),
            models.CheckConstraint(condition=Q(kind__in=ReminderKind.values), name="reminder_kind_known"),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(skipped_at=None), name="reminder_ends_one_way"),
        ]

    @property
    def is_waiting(self) -> bool:
        return self.sent_at is None and self.skipped_at is None and not self.is_off

    def __str__(self) -> str:
        return f"{self.episode_id} {self.kind}"


class WebhookForm(models.TextChoices):
    """How a receiver wants to be told."""

    WECOM = "wecom", _("WeCom robot")
    FEISHU = "feishu", _("Feishu robot")
    DINGTALK = "dingtalk", _("DingTalk robot")
    JSON = "json", _("signed JSON")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Reads of webhooks."""

    def visible_to(self, person: Person | None) -> Self:
        """Organizers keep them; nobody else knows of them."""
        return self.filter(deleted_at=None) if person is not None and is_organizer(person) else self.none()

    def listening(self) -> Self:
        """Those that are told something now."""
        return self.filter(deleted_at=None, paused_at=None).order_by("pk")


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

    objects = WebhookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(form__in=WebhookForm.values), name="webhook_form_known"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(url=""), name="webhook_is_named"),
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads of what goes out."""

    def visible_to(self, person: Person | None) -> Self:
        """What webhooks were told is the organizers'; mails and reminders are seen in the outbox."""
        rows = self.filter(webhook__isnull=False, webhook__deleted_at=None)
        return rows if person is not None and is_organizer(person) else rows.none()

    def newest_first(self) -> Self:
        return self.select_related("webhook", "replay_of").order_by("-pk")

    def open(self) -> Self:
        """What has neither arrived nor failed for good."""
        return self.filter(sent_at=None, failed_at=None)


class Delivery(models.Model):
    """Something that goes out once: a mail to a person or a message to a webhook, with how that went.

    `key` names it, so that nothing is told twice; `kind` is the event. `begun_at` is set while it is on its way: what
    is found so was interrupted. `answer` is the beginning of what the receiver said. A replay is a Delivery of its own
    that names the first. A mail keeps no words here: they are its Notification's, which goes with its reader.
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
    begun_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

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

    @property
    def state(self) -> str:
        """waiting, sent or failed; one word for pages and API."""
        return "sent" if self.sent_at else "failed" if self.failed_at else "waiting"
