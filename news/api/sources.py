"""API resources of sources and of the runs that look at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.filters import MomentFilter
from members.api.repeats import once
from members.api.rows import Flag, Rows, organizer_of, person_of, require_match
from news.actions import collect, sources
from news.actions.sources import FIELDS, LIMITS, LONGEST_MINUTES, SLUG_LIMIT
from news.models import FetchRun, Outcome, Source, SourceKind

SLUG = "[-a-zA-Z0-9_]{1,60}"
COUNTS = ("pages", "fetched", "new", "known", "duplicate", "hidden", "changed")


class RunProblemSerializer(serializers.Serializer[dict[str, str]]):
    """Something in an answer that could not be used as it was."""

    code = serializers.CharField()
    entry = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class RunSerializer(serializers.ModelSerializer[FetchRun]):
    """One look at a source: fetched = new + known + duplicate + hidden."""

    source = serializers.CharField(source="source.slug", read_only=True)  # type: ignore[assignment]
    problems = RunProblemSerializer(many=True, read_only=True)

    class Meta:
        model = FetchRun
        fields = read_only_fields = (
            *("id", "source", "started_at", "ended_at", "outcome", *COUNTS, "error", "problems"),
        )


class RunFilter(filters.FilterSet):
    source = filters.CharFilter(field_name="source__slug", max_length=SLUG_LIMIT)
    outcome = filters.ChoiceFilter(choices=Outcome.choices)
    started_after = MomentFilter(field_name="started_at", lookup_expr="gte")
    started_before = MomentFilter(field_name="started_at", lookup_expr="lt")


class RunViewSet(Rows):
    """Looks at sources, the newest first."""

    serializer_class = RunSerializer
    filterset_class = RunFilter

    def rows(self) -> QuerySet[Any]:
        return FetchRun.objects.visible_to(person_of(self.request)).select_related("source").newest_first()


class SourceSerializer(serializers.ModelSerializer[Source]):
    """A place where news comes from; `last_run` is the look that ended last, null before the first."""

    last_run = serializers.SerializerMethodField()
    is_running = serializers.BooleanField(read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Source
        fields = read_only_fields = (
            *("slug", "name", "kind", "address", "site_url", "keep_words", "block_words", "interval_minutes"),
            *(
                "next_at",
                "paused_at",
                "pause_reason",
                "failures",
                "last_error",
                "last_new_at",
                "is_running",
                "last_run",
            ),
            *("url", "version", "created_at", "changed_at"),
        )

    @extend_schema_field(RunSerializer(allow_null=True))
    def get_last_run(self, source: Any) -> Any:
        run = next(iter(source.last_runs), None)
        return RunSerializer(run).data if run else None


class SourceChange(serializers.Serializer[Any]):
    """What may be written of a source; what is left out stays."""

    name = serializers.CharField(required=False, max_length=LIMITS["name"])
    address = serializers.CharField(required=False, allow_blank=True, max_length=LIMITS["address"])
    site_url = serializers.CharField(required=False, allow_blank=True, max_length=LIMITS["site_url"])
    keep_words = serializers.CharField(
        required=False, allow_blank=True, max_length=LIMITS["keep_words"], trim_whitespace=False
    )
    block_words = serializers.CharField(
        required=False, allow_blank=True, max_length=LIMITS["block_words"], trim_whitespace=False
    )
    interval_minutes = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_MINUTES)


class NewSource(SourceChange):
    """A new source; without `slug` one is made from the name."""

    kind = serializers.ChoiceField(SourceKind.choices)
    slug = serializers.CharField(required=False, max_length=SLUG_LIMIT)
    name = serializers.CharField(max_length=LIMITS["name"])


class Reason(serializers.Serializer[Any]):
    """Why; everybody reads it."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class SourceFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=SourceKind.choices)
    is_paused = Flag(field_name="paused_at", lookup_expr="isnull", exclude=True)
    is_failing = Flag(method="by_failing")

    def by_failing(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(failures__gt=0) if value else rows.filter(failures=0)


class SourceViewSet(Rows):
    """Sources by name. Organizers look after them."""

    serializer_class = SourceSerializer
    filterset_class = SourceFilter
    lookup_field = "slug"
    lookup_value_regex = SLUG

    def rows(self) -> QuerySet[Any]:
        rows = Source.objects.visible_to(person_of(self.request))
        if self.action != "restore":
            rows = rows.current()
        last = Prefetch("runs", FetchRun.objects.last_of_each().select_related("source"), to_attr="last_runs")
        return rows.with_last_run().prefetch_related(last).order_by("name", "pk")

    def find(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        return rows.filter(slug=key)

    def _shown(self, pk: int, code: int = 200) -> Response:
        row = self.rows().get(pk=pk)
        return self.reply(row, self.get_serializer(row).data, code)

    def _acted(self, request: Request, act: Callable[[Source], Source]) -> Response:
        """Do it to the source of the address, once; show how it stands then."""
        row = self.get_object()
        return once(request, lambda: self._shown(act(row).pk))

    @extend_schema(request=NewSource, responses={201: SourceSerializer})
    def create(self, request: Request) -> Response:
        """Add a source; it is asked from now on."""
        by = organizer_of(request)
        form = NewSource(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)

        def make() -> Response:
            kind, slug = values["kind"], values.get("slug")
            named = slug or sources.free_slug(kind=kind, address=values.get("address", ""), name=values["name"])
            given = {name: values[name] for name in FIELDS if name in values}
            made = sources.add(kind=kind, slug=named, by=by, now=timezone.now(), **given)
            return self._shown(made.pk, status.HTTP_201_CREATED)

        return once(request, make)

    @extend_schema(
        request=SourceChange,
        responses={200: SourceSerializer},
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)],
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is sent of a source."""
        by = organizer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        form = SourceChange(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        sources.edit(source=row, version=row.version, by=by, now=timezone.now(), **form.validated_data)
        return self._shown(row.pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a source out of use; what it brought stays, and `restore` brings it back."""
        by = organizer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        sources.remove(source=row, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={201: RunSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Begin a run now; workers do it. 409 `run_going_on` while one is going on."""
        by = organizer_of(request)
        row = self.get_object()

        def act() -> Response:
            run = collect.start(source=row, by=by, now=timezone.now())
            return Response(RunSerializer(run).data, status=status.HTTP_201_CREATED)

        return once(request, act)

    @extend_schema(request=Reason, responses={200: SourceSerializer})
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask it no more until somebody resumes it."""
        by = organizer_of(request)
        form = Reason(data=request.data)
        form.is_valid(raise_exception=True)
        reason = form.validated_data["reason"]
        return self._acted(request, lambda row: sources.pause(source=row, reason=reason, by=by, now=timezone.now()))

    @extend_schema(request=None, responses={200: SourceSerializer})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask it again, from now on."""
        by = organizer_of(request)
        return self._acted(request, lambda row: sources.resume(source=row, by=by, now=timezone.now()))

    @extend_schema(request=None, responses={200: SourceSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bring a removed source back."""
        by = organizer_of(request)
        return self._acted(request, lambda row: sources.restore(source=row, by=by, now=timezone.now()))
