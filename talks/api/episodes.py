"""API resources of the record: episodes, sections and what stands in them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from markup.html import TextTooLong
from members.api.filters import MomentFilter
from members.api.rows import Expansion, Rows, person_of, with_only
from members.models import Revision
from talks.api import serializers
from talks.api.after import AfterActs
from talks.api.board import BoardActs
from talks.api.desk import DeskActs
from talks.api.filters import CodeFilter, InSection, SectionFilter
from talks.api.history import EpisodeHistory, Restorable
from talks.api.life import ClaimActs, SectionActs
from talks.api.rundown import RundownActs
from talks.documents import model
from talks.export import CHANNELS, document_of
from talks.exports import kept_export
from talks.models import (
    Claim,
    Credit,
    Episode,
    EpisodeKind,
    EpisodeState,
    Hosting,
    Item,
    PaperMention,
    Recording,
    Section,
    Suggestion,
)
from talks.models.episodes import SPELLING
from talks.models.order import in_order


class ExportRenderer(BaseRenderer):
    """The text of a channel, as it is."""

    media_type = "text/markdown"
    format = "md"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        return data


class TooLong(exceptions.APIException):
    """The text for a channel would be longer than an export is made."""

    status_code = 413
    default_code = "too_long"
    default_detail = gettext_lazy("This record is too long for this form; take the JSON.")


class EpisodeFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=EpisodeKind.choices)
    state = filters.ChoiceFilter(choices=EpisodeState.choices)
    starts_after = MomentFilter(field_name="starts_at", lookup_expr="gte")
    starts_before = MomentFilter(field_name="starts_at", lookup_expr="lte")


class EpisodeViewSet(BoardActs, DeskActs, AfterActs, RundownActs, EpisodeHistory):
    """Episodes, the newest first, their documents and exports."""

    serializer_class = serializers.EpisodeSerializer
    filterset_class = EpisodeFilter
    lookup_field = "code"
    lookup_value_regex = SPELLING
    expandable = {
        "sections": Expansion(serializers.SectionSerializer, lambda: in_order(Section.objects.all())),
        "recordings": Expansion(serializers.RecordingSerializer, lambda: in_order(Recording.objects.all())),
    }
    queries = {"export": ("to",), "missing": ("to",)}

    def rows(self) -> QuerySet[Any]:
        hostings = in_order(Hosting.objects.select_related("person"))
        visible = Episode.objects.visible_to(person_of(self.request))
        return visible.newest_first().prefetch_related(Prefetch("hostings", hostings))

    def find(self, rows: Any, key: str) -> QuerySet[Any]:
        return rows.with_code(key)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def document(self, request: Request, code: str) -> Response:
        """The episode as an EpisodeDoc."""
        episode = self.get_object()
        return self.reply(episode, model.to_json(document_of(episode)))

    @extend_schema(
        parameters=[OpenApiParameter("to", str, required=True, enum=CHANNELS)],
        responses={(200, "text/markdown"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.OBJECT},
    )
    @action(detail=True, renderer_classes=[ExportRenderer, JSONRenderer])
    def export(self, request: Request, code: str) -> Response:
        """The text for a channel: Markdown for GitHub or Zhihu, or the EpisodeDoc as JSON."""
        stamp = Revision.objects.stamp()
        episode = self.get_object()
        try:
            exported = kept_export(episode, request.query_params.get("to", ""), stamp=stamp)
        except TextTooLong as error:
            raise TooLong from error
        except ValueError as error:
            raise exceptions.ValidationError({"to": str(error)}) from error
        request.accepted_renderer = ExportRenderer()
        return Response(exported.text.encode(), content_type=f"{exported.media_type}; charset=utf-8")


class SectionViewSet(SectionActs, Restorable):
    """Sections in the order of their episode."""

    restored_kind = "section"
    serializer_class = serializers.SectionSerializer
    filterset_class = SectionFilter
    expandable = {
        "items": Expansion(serializers.ItemSerializer, lambda: in_order(Item.objects.shown().with_votes())),
        "claims": Expansion(serializers.ClaimSerializer, lambda: in_order(Claim.objects.select_related("person"))),
        "credits": Expansion(serializers.CreditSerializer, lambda: in_order(Credit.objects.select_related("person"))),
        "suggestions": Expansion(
            serializers.SuggestionSerializer, lambda: in_order(Suggestion.objects.select_related("person", "owner"))
        ),
    }

    def rows(self) -> QuerySet[Any]:
        episodes = Episode.objects.visible_to(person_of(self.request))
        rows = Section.objects.filter(deleted_at=None, episode__in=episodes)
        return with_only(rows, episode=("code",)).order_by("episode_id", "position", "pk")


class OfSections(Rows):
    """Rows that belong to a section of a visible episode."""

    filterset_class: type[filters.FilterSet] = InSection

    def of_sections(self, rows: QuerySet[Any], *, is_deleted: bool = False) -> Any:
        episodes = Episode.objects.visible_to(person_of(self.request))
        shown = rows.filter(section__deleted_at=None, section__episode__in=episodes)
        shown = shown.exclude(deleted_at=None) if is_deleted else shown.filter(deleted_at=None)
        lean = with_only(shown, section=("episode",), section__episode=("code",))
        return lean.order_by("section_id", "position", "pk")


class ClaimViewSet(ClaimActs, OfSections, Restorable):
    """Who has taken which section."""

    restored_kind = "claim"
    serializer_class = serializers.ClaimSerializer

    def rows(self) -> QuerySet[Any]:
        return self.of_sections(Claim.objects.all()).select_related("person")


class MentionFilter(filters.FilterSet):
    episode = CodeFilter(field_name="episode__code")
    paper = filters.CharFilter(field_name="paper__arxiv_id", max_length=32)


class MentionViewSet(Rows):
    """Where papers are named."""

    serializer_class = serializers.MentionSerializer
    filterset_class = MentionFilter

    def rows(self) -> QuerySet[Any]:
        visible = PaperMention.objects.visible_to(person_of(self.request))
        asked = ("serial", "follow_up", "first_code")
        return with_only(visible, paper=("arxiv_id",), episode=("code",), question=asked).order_by("pk")
