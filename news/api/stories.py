"""API resources of stories and of the sightings they stand on; merging and taking apart."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.filters import IdFilter, MomentFilter
from members.api.people import PersonLine
from members.api.repeats import once
from members.api.rows import Expansion, Flag, Rows, person_of, with_only, writer_of
from news.actions import stories
from news.actions.sources import SLUG_LIMIT
from news.models import Decision, NewsItem, Sighting


class SightingSerializer(serializers.ModelSerializer[Sighting]):
    """A source carried a story: its entry, as it was given."""

    source = serializers.CharField(source="source.slug", read_only=True)  # type: ignore[assignment]
    news = serializers.IntegerField(source="news_item_id", read_only=True)
    run = serializers.IntegerField(source="run_id", read_only=True, allow_null=True)
    authors = serializers.ListField(child=serializers.CharField(), read_only=True)
    extra = serializers.DictField(read_only=True)

    class Meta:
        model = Sighting
        fields = read_only_fields = (
            *("id", "source", "news", "run", "entry_key", "url", "title", "summary", "authors", "published_at"),
            *("listed_on", "upvotes", "extra", "is_hidden", "first_seen_at", "changed_at"),
        )


class SightingFilter(filters.FilterSet):
    source = filters.CharFilter(field_name="source__slug", max_length=SLUG_LIMIT)
    news = IdFilter(field_name="news_item_id")
    run = IdFilter(field_name="run_id")
    listed_on = filters.DateFilter()
    is_hidden = Flag()
    seen_after = MomentFilter(field_name="first_seen_at", lookup_expr="gte")
    seen_before = MomentFilter(field_name="first_seen_at", lookup_expr="lt")


class StorySerializer(serializers.ModelSerializer[NewsItem]):
    """A story, however many sources carry it. A merged one says into which; `sightings` counts who carries it."""

    paper = serializers.CharField(source="paper.arxiv_id", default=None, allow_null=True, read_only=True)
    merged_into = serializers.IntegerField(source="merged_into_id", read_only=True, allow_null=True)
    decided_by = PersonLine(allow_null=True, read_only=True)
    sighting_count = serializers.SerializerMethodField()

    class Meta:
        model = NewsItem
        fields = read_only_fields = (
            *("id", "key", "title", "url", "summary", "language", "paper", "published_at", "first_seen_at"),
            *("is_hidden", "decision", "decision_reason", "decided_by", "decided_at", "merged_into", "sighting_count"),
            *("version", "created_at", "changed_at"),
        )

    def get_sighting_count(self, story: Any) -> int:
        return story.sighting_count or 0


class StoryFilter(filters.FilterSet):
    decision = filters.ChoiceFilter(choices=Decision.choices)
    language = filters.CharFilter(max_length=8)
    paper = filters.CharFilter(field_name="paper__arxiv_id", max_length=32)
    source = filters.CharFilter(method="by_source", max_length=SLUG_LIMIT)
    title_contains = filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=200)
    is_hidden = Flag()
    is_merged = Flag(field_name="merged_into", lookup_expr="isnull", exclude=True)
    seen_after = MomentFilter(field_name="first_seen_at", lookup_expr="gte")
    seen_before = MomentFilter(field_name="first_seen_at", lookup_expr="lt")

    def by_source(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        seen = Sighting.objects.filter(source__slug=value, is_hidden=False)
        return rows.filter(pk__in=seen.values("news_item"))


class Into(serializers.Serializer[Any]):
    """The story that stays."""

    into = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


def _open_sightings() -> QuerySet[Any]:
    rows = Sighting.objects.visible_to(None).order_by("first_seen_at", "pk")
    return with_only(rows, source=("slug",))


class StoryViewSet(Rows):
    """Stories, the newest first; merged ones only by their id or with `is_merged=true`."""

    serializer_class = StorySerializer
    filterset_class = StoryFilter
    expandable = {"sightings": Expansion(SightingSerializer, _open_sightings)}

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = NewsItem.objects.visible_to(person_of(self.request)).with_sighting_count()
        if self.action == "list" and "is_merged" not in self.request.query_params:
            rows = rows.filter(merged_into=None)
        rows = with_only(rows, paper=("arxiv_id",), decided_by=("handle", "name"))
        return rows.order_by("-first_seen_at", "-pk")

    def _shown(self, pk: int, code: int = 200) -> Response:
        row = self.rows().get(pk=pk)
        return self.reply(row, self.get_serializer(row).data, code)

    @extend_schema(request=Into, responses={200: StorySerializer})
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make this story and another one; `into` stays and is shown."""
        by = writer_of(request)
        story = self.get_object()
        form = Into(data=request.data)
        form.is_valid(raise_exception=True)
        into = self.rows().filter(pk=form.validated_data["into"]).first()
        if into is None:
            raise exceptions.ValidationError({"into": _("There is no such story.")}, code="unknown")
        return once(
            request,
            lambda: self._shown(stories.merge(story=story, into=into, by=by, now=timezone.now()).pk),
        )

    @extend_schema(request=None, responses={200: StorySerializer})
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a merged story out again, with the sightings that are its own."""
        by = writer_of(request)
        story = self.get_object()
        return once(request, lambda: self._shown(stories.unmerge(story=story, by=by, now=timezone.now()).pk))


class SightingViewSet(Rows):
    """Entries of sources, the newest first."""

    serializer_class = SightingSerializer
    filterset_class = SightingFilter

    def rows(self) -> QuerySet[Any]:
        rows = Sighting.objects.visible_to(person_of(self.request)).newest_first()
        return with_only(rows, source=("slug",))

    @extend_schema(request=None, responses={201: StorySerializer})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a sighting a story of its own, and show that."""
        by = writer_of(request)
        row = self.get_object()

        def act() -> Response:
            made = stories.split(sighting=row, by=by, now=timezone.now())
            shown = NewsItem.objects.with_sighting_count().select_related("paper", "decided_by").get(pk=made.pk)
            return self.reply(shown, StorySerializer(shown).data, status.HTTP_201_CREATED)

        return once(request, act)
