"""API resource of what goes on in a later episode (承接)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.repeats import once
from members.api.rows import Rows, person_of, require_match, writer_of
from talks.actions import carries
from talks.api import serializers as shown
from talks.api.filters import CodeFilter
from talks.models import Carry, CarryReason, Episode, Item, Question


class CarrySerializer(serializers.ModelSerializer[Carry]):
    """A question or an item of an earlier episode goes on in `episode`; `made` is the item that came of it."""

    episode = serializers.CharField(source="episode.code", read_only=True)
    item = serializers.IntegerField(source="item_id", read_only=True, allow_null=True)
    question = serializers.CharField(source="question.public_id", read_only=True, default=None, allow_null=True)
    made = serializers.IntegerField(source="made_id", read_only=True, allow_null=True)

    class Meta:
        model = Carry
        fields = read_only_fields = ("id", "episode", "item", "question", "reason", "made", *shown.STAMP)


class NewCarry(serializers.Serializer[Any]):
    """What goes on in `episode`: an item by its id, or a question by its public id."""

    episode = shown.Text(max_length=8)
    item = serializers.IntegerField(required=False, min_value=1, max_value=10**18)
    question = shown.Text(required=False, max_length=20)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("item" in attrs) == ("question" in attrs):
            raise serializers.ValidationError({"item": _("Send either `item` or `question`.")}, code="required")
        return attrs


class CarryFilter(filters.FilterSet):
    episode = CodeFilter(field_name="episode__code")
    reason = filters.ChoiceFilter(choices=CarryReason.choices)


class CarryViewSet(Rows):
    """What goes on in which episode, in the order in which that was said."""

    serializer_class = CarrySerializer
    filterset_class = CarryFilter

    def rows(self) -> QuerySet[Any]:
        visible = Episode.objects.visible_to(person_of(self.request))
        homes = Q(item__section__episode__in=visible) | Q(question__episode__in=visible)
        rows = Carry.objects.filter(homes, deleted_at=None, episode__in=visible)
        return rows.select_related("episode", "question__episode").order_by("pk")

    @extend_schema(request=NewCarry, responses={201: CarrySerializer})
    def create(self, request: Request) -> Response:
        """Let an item or a question of an earlier episode go on in this one. For who runs a section of it."""
        by = writer_of(request)
        form = NewCarry(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        visible = Episode.objects.visible_to(by)
        episode = visible.with_code(said.pop("episode")).first()
        if episode is None:
            raise exceptions.ValidationError({"episode": _("There is no such episode.")}, code="unknown")
        target = _target(said, visible)

        def make() -> Response:
            made = carries.carry(episode=episode, by=by, now=timezone.now(), **target)
            row = self.rows().get(pk=made.pk)
            return self.reply(row, self.get_serializer(row).data, status.HTTP_201_CREATED)

        return once(request, make)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let it not go on after all."""
        by, row = writer_of(request), self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        carries.drop(carry=row, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _target(said: dict[str, Any], visible: QuerySet[Episode]) -> dict[str, Any]:
    """Return the row that is meant, by its kind. Raises ValidationError."""
    if "item" in said:
        rows = Item.objects.current().filter(section__deleted_at=None, section__episode__in=visible)
        item = rows.select_related("section__episode").filter(pk=said["item"]).first()
        if item is None:
            raise exceptions.ValidationError({"item": _("There is no such item.")}, code="unknown")
        return {"item": item}
    found = Question.objects.with_public_id(said["question"]).filter(deleted_at=None, episode__in=visible)
    question = found.select_related("episode").first()
    if question is None:
        raise exceptions.ValidationError({"question": _("There is no such question.")}, code="unknown")
    return {"question": question}
