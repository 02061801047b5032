"""API of what the site tells: reminders of an evening, webhooks, and what these were told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.bodies import body_of
from members.api.repeats import once
from members.api.rows import Flag, Rows, organizer_of, person_of, require_match, with_only, writer_of
from talks.actions import deliveries, reminders, webhooks
from talks.api import serializers as shown
from talks.models import Delivery, Reminder, ReminderKind, Webhook, WebhookForm
from talks.rules import NAME_LIMIT, REASON_LIMIT, URL_LIMIT
from talks.telling import EVENTS


class ReminderSerializer(serializers.ModelSerializer[Reminder]):
    """A reminder of an evening. Without a `text` its words are made when it is sent, and stand there from then on."""

    episode = serializers.CharField(source="episode.code", read_only=True)

    class Meta:
        model = Reminder
        fields = read_only_fields = (
            *("id", "episode", "kind", "sequence", "due_at", "text", "is_off", "sent_at", "skipped_at", "skip_reason"),
            *shown.STAMP,
        )


class ReminderChange(serializers.Serializer[Any]):
    """Other words (empty: the usual ones), or whether it is left out."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=reminders.TEXT_LIMIT)
    is_off = serializers.BooleanField(required=False)


class ReminderFilter(filters.FilterSet):
    episode = filters.CharFilter(field_name="episode__code", max_length=8)
    kind = filters.ChoiceFilter(choices=ReminderKind.choices)
    is_sent = Flag(field_name="sent_at", lookup_expr="isnull", exclude=True)


class ReminderViewSet(Rows):
    """What people will be reminded of and what they were; for hosts, of their own episodes, and organizers."""

    serializer_class = ReminderSerializer
    is_public = False
    filterset_class = ReminderFilter

    def rows(self) -> QuerySet[Any]:
        person = person_of(self.request)
        if person is None:
            raise PermissionDenied(_("Sign in to see to reminders."))
        found = Reminder.objects.visible_to(person).order_by("due_at", "pk")
        return with_only(found, episode=("code",))

    @extend_schema(request=ReminderChange, responses={200: ReminderSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write its words, or leave it out. 409 for one that was sent or skipped."""
        by, row = writer_of(request), self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        reminders.edit_reminder(
            reminder=row, version=row.version, by=by, now=timezone.now(), **body_of(request, ReminderChange)
        )
        return self.retrieve(request)

    @extend_schema(request=None, responses={200: ReminderSerializer})
    @action(detail=True, methods=["post"])
    def send(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send it at once. 409 for one that was sent."""
        by, row = writer_of(request), self.get_object()

        def act() -> Response:
            reminders.send_now(reminder=row, by=by, now=timezone.now())
            made = self.rows().get(pk=row.pk)
            return self.reply(made, self.get_serializer(made).data)

        return once(request, act)


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """A webhook; `place` is where it leads, never whole. Its address and secret are not shown."""

    place = serializers.SerializerMethodField()
    events = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Webhook
        fields = read_only_fields = (
            *("id", "name", "form", "place", "events", "failures", "paused_at", "pause_reason"),
            *shown.STAMP,
        )

    @extend_schema_field(serializers.CharField())
    def get_place(self, row: Webhook) -> str:
        return webhooks.place_of(row)


class MadeWebhook(WebhookSerializer):
    """A new webhook; `secret` is shown now only, when one was made: a repeated request gets null."""

    secret = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = Webhook
        fields = read_only_fields = (*WebhookSerializer.Meta.fields, "secret")


class WebhookChange(serializers.Serializer[Any]):
    """What differs; an address or a secret that is left out, or empty, stays what it was."""

    name = shown.Text(max_length=NAME_LIMIT, required=False)
    form = serializers.ChoiceField(WebhookForm.choices, required=False)
    url = serializers.CharField(max_length=URL_LIMIT, required=False, allow_blank=True)
    secret = serializers.CharField(max_length=webhooks.SECRET_LIMIT, required=False, allow_blank=True)
    events = serializers.ListField(
        child=serializers.ChoiceField([(kind, kind) for kind in EVENTS]), required=False, max_length=len(EVENTS)
    )


class NewWebhook(WebhookChange):
    """What a webhook needs; signed JSON without a secret gets one made."""

    name = shown.Text(max_length=NAME_LIMIT)
    form = serializers.ChoiceField(WebhookForm.choices)
    url = serializers.CharField(max_length=URL_LIMIT)
    events = serializers.ListField(
        child=serializers.ChoiceField([(kind, kind) for kind in EVENTS]), max_length=len(EVENTS)
    )


class WhyPaused(serializers.Serializer[Any]):
    """Why, for other organizers."""

    reason = shown.Text(max_length=REASON_LIMIT, required=False, default="", allow_blank=True)


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """What a webhook was told and how that went; `key` is the id that the receiver saw."""

    webhook = serializers.IntegerField(source="webhook_id", read_only=True)
    reminder = serializers.IntegerField(source="reminder_id", read_only=True, allow_null=True)
    replay_of = serializers.IntegerField(source="replay_of_id", read_only=True, allow_null=True)
    state = serializers.ChoiceField(["waiting", "sent", "failed"], read_only=True)
    payload = serializers.DictField(read_only=True)

    class Meta:
        model = Delivery
        fields = read_only_fields = (
            *("id", "key", "kind", "webhook", "reminder", "replay_of", "state", "body", "payload", "created_at"),
            *("attempts", "status", "answer", "error", "sent_at", "failed_at"),
        )


class WebhookViewSet(Rows):
    """Who is told what happens on the site; for organizers."""

    serializer_class = WebhookSerializer
    is_public = False

    def rows(self) -> QuerySet[Any]:
        return Webhook.objects.visible_to(organizer_of(self.request)).order_by("pk")

    @extend_schema(request=NewWebhook, responses={201: MadeWebhook})
    def create(self, request: Request) -> Response:
        """Make a webhook; the address is sealed and never shown again."""
        by, said = organizer_of(request), body_of(request, NewWebhook)

        def act() -> Response:
            made, secret = webhooks.make_webhook(by=by, now=timezone.now(), **said)
            data = {**self.get_serializer(made).data, "secret": secret or None}
            return self.reply(made, data, status.HTTP_201_CREATED)

        return once(request, act, unkept=("secret",))

    @extend_schema(request=WebhookChange, responses={200: WebhookSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change it."""
        by, row = organizer_of(request), self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        said = body_of(request, WebhookChange)
        webhooks.edit_webhook(webhook=row, version=row.version, by=by, now=timezone.now(), **said)
        return self.retrieve(request)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Remove it; its address and secret are forgotten."""
        by, row = organizer_of(request), self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        webhooks.remove_webhook(webhook=row, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=WhyPaused, responses={200: WebhookSerializer})
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell it nothing until it is resumed. 409 when it is paused already."""
        said = body_of(request, WhyPaused)
        return self._act(
            request, lambda row, by: webhooks.pause_webhook(webhook=row, by=by, now=timezone.now(), **said)
        )

    @extend_schema(request=None, responses={200: WebhookSerializer})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell it again what happens. 409 when it is not paused."""
        return self._act(request, lambda row, by: webhooks.resume_webhook(webhook=row, by=by, now=timezone.now()))

    @extend_schema(request=None, responses={201: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send it a message that says nothing but that it works."""
        by, row = organizer_of(request), self.get_object()

        def act() -> Response:
            made = webhooks.send_test(webhook=row, by=by, now=timezone.now())
            return Response(DeliverySerializer(made).data, status=status.HTTP_201_CREATED)

        return once(request, act)

    def _act(self, request: Request, act: Callable[[Webhook, Any], Webhook]) -> Response:
        by, row = organizer_of(request), self.get_object()

        def do() -> Response:
            made = act(row, by)
            return self.reply(made, self.get_serializer(made).data)

        return once(request, do)


class DeliveryFilter(filters.FilterSet):
    webhook = filters.NumberFilter(field_name="webhook_id", min_value=1, max_value=2**63 - 1)
    kind = filters.CharFilter(max_length=40)
    is_failed = Flag(field_name="failed_at", lookup_expr="isnull", exclude=True)
    is_sent = Flag(field_name="sent_at", lookup_expr="isnull", exclude=True)


class DeliveryViewSet(Rows):
    """What webhooks were told, the newest first; for organizers."""

    serializer_class = DeliverySerializer
    is_public = False
    filterset_class = DeliveryFilter

    def rows(self) -> QuerySet[Any]:
        return Delivery.objects.visible_to(organizer_of(self.request)).order_by("-pk")

    @extend_schema(request=None, responses={201: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell the webhook the same once more, as a delivery of its own."""
        by, row = organizer_of(request), self.get_object()

        def act() -> Response:
            made = deliveries.replay(delivery=row, by=by, now=timezone.now())
            return self.reply(made, self.get_serializer(made).data, status.HTTP_201_CREATED)

        return once(request, act)
