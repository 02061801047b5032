"""API resources about papers."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from members.api.rows import Rows
from papers.models import Paper


class PaperSerializer(serializers.ModelSerializer[Paper]):
    """A work on arXiv; a stub knows only its identifier."""

    authors = serializers.ListField(child=serializers.CharField(), read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Paper
        fields = read_only_fields = (
            "arxiv_id",
            "title",
            "abstract",
            "authors",
            "published_at",
            "url",
            "version",
            "changed_at",
        )


class PaperFilter(filters.FilterSet):
    title_contains = filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=200)


class PaperViewSet(Rows):
    """Papers. The talk narrows `rows()` to those that a visitor may know of."""

    serializer_class = PaperSerializer
    filterset_class = PaperFilter
    lookup_field = "arxiv_id"
    lookup_value_regex = r"(?:[0-9.]{7,12}|[a-zA-Z.-]{2,20}/[0-9]{7})"

    def rows(self) -> QuerySet[Any]:
        return Paper.objects.current().order_by("-arxiv_id")

    def find(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        return rows.filter(arxiv_id=key)
