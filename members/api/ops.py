"""API resources for organizers: what was done, and what is to be done in the background."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models import Job
from members.actions import ops
from members.api.people import PersonLine
from members.api.repeats import once
from members.api.rows import Flag, Rows, organizer_of
from members.models import Event


@extend_schema_field({"type": ["object", "array", "string", "number", "boolean", "null"]})
class Anything(serializers.JSONField):
    """What the row was; null for nothing."""


class EventSerializer(serializers.ModelSerializer[Event]):
    """An act: who, what, to which row, and the row before and after."""

    person = PersonLine(allow_null=True, read_only=True)
    before = Anything(read_only=True)
    after = Anything(read_only=True)

    class Meta:
        model = Event
        fields = read_only_fields = (
            "id",
            "at",
            "by",
            "person",
            "verb",
            "target_kind",
            "target_key",
            "before",
            "after",
            "reason",
        )


class EventFilter(filters.FilterSet):
    target_kind = filters.CharFilter(max_length=30)
    target_key = filters.CharFilter(max_length=80)
    verb = filters.CharFilter(max_length=40)
    person = filters.CharFilter(field_name="person__handle", max_length=80)


class JobSerializer(serializers.ModelSerializer[Job]):
    """A piece of background work."""

    class Meta:
        model = Job
        fields = read_only_fields = (
            *("id", "kind", "key", "created_at", "due_at", "leased_until", "attempts", "interruptions"),
            *("last_error", "done_at", "failed_at"),
        )


class JobFilter(filters.FilterSet):
    kind = filters.CharFilter(max_length=60)
    is_failed = Flag(field_name="failed_at", lookup_expr="isnull", exclude=True)
    is_due = Flag(method="by_due")

    def by_due(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        due = Job.objects.due(timezone.now()).order_by().values("pk")
        return rows.filter(pk__in=due) if value else rows.exclude(pk__in=due)


class JobViewSet(Rows):
    """Background work, the newest first; for organizers."""

    serializer_class = JobSerializer
    is_public = False
    filterset_class = JobFilter

    def rows(self) -> QuerySet[Any]:
        organizer_of(self.request)
        return Job.objects.order_by("-pk")

    @extend_schema(request=None, responses={200: JobSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let a job that has stopped for good start anew. 409 `not_failed` for any other."""
        by = organizer_of(request)
        job = self.get_object()

        def act() -> Response:
            row = ops.retry_job(job=job, by=by, now=timezone.now())
            return self.reply(row, self.get_serializer(row).data)

        return once(request, act)
