"""API resources about papers; those of reading lists are in `lists`."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from members.api.rows import Expansion, Flag, Rows
from papers.export import paper_bibtex
from papers.models import Paper, PaperLink, PaperQuerySet, PaperUpvotes, PaperVersion

BIBTEX = "application/x-bibtex"


class AuthorSerializer(serializers.Serializer[dict[str, object]]):
    """A name as the paper writes it."""

    name = serializers.CharField()
    affiliations = serializers.ListField(child=serializers.CharField())


class VersionSerializer(serializers.ModelSerializer[PaperVersion]):
    """A version that somebody has named; `seen_at` is when this site learned of it."""

    class Meta:
        model = PaperVersion
        fields = read_only_fields = ("number", "submitted_at", "comment", "seen_at")


class PaperLinkSerializer(serializers.ModelSerializer[PaperLink]):
    """Code, a project page, a model, data or a demo."""

    class Meta:
        model = PaperLink
        fields = read_only_fields = ("kind", "url")


class UpvotesSerializer(serializers.ModelSerializer[PaperUpvotes]):
    """Upvotes on Hugging Face as last counted on a day."""

    class Meta:
        model = PaperUpvotes
        fields = read_only_fields = ("day", "count")


class PaperSerializer(serializers.ModelSerializer[Paper]):
    """A work on arXiv; a stub knows only its identifier."""

    authors = AuthorSerializer(many=True, read_only=True)
    categories = serializers.ListField(child=serializers.CharField(), read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Paper
        fields = read_only_fields = (
            "arxiv_id",
            "title",
            "abstract",
            "authors",
            "primary_category",
            "categories",
            "comment",
            "journal_ref",
            "doi",
            "is_withdrawn",
            "latest_version",
            "published_at",
            "updated_at",
            "filled_from",
            "filled_at",
            "missing_at",
            "url",
            "version",
            "changed_at",
        )


class PaperFilter(filters.FilterSet):
    title_contains = filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=200)
    is_withdrawn = Flag()
    has_code = Flag(method="with_code")
    year = filters.NumberFilter(method="given_in", min_value=1991, max_value=2090, decimal_places=0)

    def with_code(self, rows: PaperQuerySet, name: str, value: bool) -> PaperQuerySet:
        return rows.having_code(value)

    def given_in(self, rows: PaperQuerySet, name: str, value: int) -> PaperQuerySet:
        return rows.of_year(int(value))


class PaperViewSet(Rows):
    """Papers. The talk narrows `rows()` to those that a visitor may know of."""

    serializer_class = PaperSerializer
    filterset_class = PaperFilter
    lookup_field = "arxiv_id"
    lookup_value_regex = r"(?:[0-9.]{7,12}|[a-zA-Z.-]{2,20}/[0-9]{7})"

    expandable = {
        "versions": Expansion(VersionSerializer, lambda: PaperVersion.objects.order_by("-number")),
        "links": Expansion(PaperLinkSerializer, lambda: PaperLink.objects.order_by("kind", "pk")),
        "upvotes": Expansion(UpvotesSerializer, lambda: PaperUpvotes.objects.order_by("day")),
    }

    @extend_schema(responses={(200, BIBTEX): OpenApiTypes.STR})
    @action(detail=True, methods=["get"], filterset_class=None)
    def bib(self, request: Request, arxiv_id: str) -> HttpResponse:
        """The paper as BibTeX."""
        return HttpResponse(paper_bibtex(self.get_object()), content_type=f"{BIBTEX}; charset=utf-8")

    def rows(self) -> QuerySet[Any]:
        return Paper.objects.current().order_by("-arxiv_id")

    def find(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        return rows.filter(arxiv_id=key)
