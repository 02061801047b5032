"""API resources of items and suggestions: nominated, voted for, decided about, edited, ordered and moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.bodies import body_of
from members.api.repeats import once
from members.api.rows import Expansion, person_of, require_match, writer_of
from members.models import Person
from talks.actions import carries, item_edits, item_order, items, suggestions
from talks.api import episodes
from talks.api.filters import ItemFilter
from talks.api.history import Restorable
from talks.api.serializers import CreditSerializer, ItemSerializer, MentionSerializer, SuggestionSerializer, Text
from talks.models import Credit, Depth, Episode, Item, PaperMention, Section, Suggestion
from talks.models.order import in_order
from talks.rules import (
    BODY_LIMIT,
    GROUP_LIMIT,
    MINUTES_LIMIT,
    NAME_LIMIT,
    NOMINATION_LIMIT,
    REASON_LIMIT,
    SUGGESTION_LIMIT,
    TITLE_LIMIT,
    URL_LIMIT,
)

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="the row's ETag")


class NewItem(serializers.Serializer):
    """A nomination: an address with a sentence, or words alone; without a section it goes where its kind belongs."""

    episode = Text(max_length=8)
    url = Text(max_length=URL_LIMIT, required=False, allow_blank=True, default="")
    text = Text(max_length=NOMINATION_LIMIT, required=False, allow_blank=True, default="")
    section = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=10**18)


class NewCredit(serializers.Serializer):
    """Who is credited for an item."""

    role = serializers.ChoiceField([role.value for role in item_edits.ROLES])
    name = Text(max_length=NAME_LIMIT)


class ItemChange(serializers.Serializer):
    """What may be written of an item; what is left out stays."""

    title = Text(required=False, allow_blank=True, allow_null=True, max_length=TITLE_LIMIT)
    url = Text(required=False, allow_blank=True, allow_null=True, max_length=URL_LIMIT)
    body = Text(required=False, allow_blank=True, max_length=BODY_LIMIT)
    author = Text(required=False, allow_blank=True, allow_null=True, max_length=NAME_LIMIT)
    site = Text(required=False, allow_blank=True, allow_null=True, max_length=NAME_LIMIT)
    remark = Text(required=False, allow_blank=True, allow_null=True, max_length=TITLE_LIMIT)
    group = Text(required=False, allow_blank=True, allow_null=True, max_length=GROUP_LIMIT)
    depth = serializers.ChoiceField(Depth.choices, required=False)
    minutes = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=MINUTES_LIMIT)
    credits = serializers.ListField(child=NewCredit(), required=False, max_length=item_edits.CREDITS_LIMIT)


class DecidedOn(serializers.Serializer):
    """The `version` that was read, when it is not said by If-Match: a decision somebody was faster with is refused."""

    version = serializers.IntegerField(required=False, min_value=1)


class DeclineReason(DecidedOn):
    reason = Text(max_length=REASON_LIMIT)


class DeferReason(DecidedOn):
    reason = Text(max_length=REASON_LIMIT, required=False, allow_blank=True, default="")


class MergeInto(DecidedOn):
    into = serializers.IntegerField(min_value=1, max_value=10**18)


class MoveTo(DecidedOn):
    section = serializers.IntegerField(min_value=1, max_value=10**18)


class TakenInto(serializers.Serializer):
    """The section of this week in which it is nominated."""

    section = serializers.IntegerField(min_value=1, max_value=10**18)


class Arrangement(DecidedOn):
    """What the item is put behind (null: the beginning) in `section`, by default its own; or how far it moves."""

    behind = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=10**18)
    steps = serializers.IntegerField(required=False, min_value=-1000, max_value=1000)
    section = serializers.IntegerField(required=False, min_value=1, max_value=10**18)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("steps" in attrs) == ("behind" in attrs):
            raise serializers.ValidationError({"steps": _("Send either `steps` or `behind`.")}, code="required")
        return attrs


class NewSuggestion(serializers.Serializer):
    """A wish about how a section is run, in Markdown."""

    section = serializers.IntegerField(min_value=1, max_value=10**18)
    body = Text(max_length=SUGGESTION_LIMIT)


class Resolution(DecidedOn):
    resolution = Text(max_length=SUGGESTION_LIMIT)


def section_of(key: int, request: Request) -> Section:
    """Return a section that the visitor may know of. Raises ValidationError."""
    rows = Section.objects.filter(deleted_at=None, episode__in=Episode.objects.visible_to(person_of(request)))
    row = rows.select_related("episode").filter(pk=key).first()
    if row is None:
        raise exceptions.ValidationError({"section": _("There is no such section.")}, code="unknown")
    return row


class WithVerbs(episodes.OfSections):
    """Rows with verbs: each is a POST that says by If-Match, or by `version`, what it was decided on."""

    def act(self, request: Request, form: type[Any], do: Callable[..., Any]) -> Response:
        """Do one verb once and answer with the row as it stands then."""
        by = writer_of(request)
        row = self.get_object()
        values = body_of(request, form)
        version = values.pop("version", row.version)

        def make() -> Response:
            if request.headers.get("If-Match"):  # in here: who sends it again gets the first reply
                require_match(request, row, self.get_serializer(row).data)
            done = do(row, version=version, by=by, now=timezone.now(), **values)
            return self._shown(done.pk)

        return once(request, make)

    def _shown(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        row = self.anything().filter(pk=pk).first()
        if row is None:
            raise Http404
        return self.reply(row, self.get_serializer(row).data, code)

    def anything(self) -> QuerySet[Any]:
        raise NotImplementedError


class ItemViewSet(WithVerbs, Restorable):
    """Items. A list shows accepted and nominated ones unless a `state` is asked for."""

    restored_kind = "item"
    serializer_class = ItemSerializer
    filterset_class = ItemFilter
    expandable = {
        "credits": Expansion(CreditSerializer, lambda: in_order(Credit.objects.select_related("person"))),
        "paper_mentions": Expansion(
            MentionSerializer,
            lambda: PaperMention.objects.select_related("paper", "episode").order_by("pk"),
        ),
    }

    def rows(self) -> QuerySet[Any]:
        is_list = self.action == "list" and "state" not in self.request.query_params
        return self.anything(Item.objects.shown() if is_list else None)

    def anything(self, rows: QuerySet[Any] | None = None) -> QuerySet[Any]:
        found: Any = self.of_sections(Item.objects.current() if rows is None else rows)
        return found.with_votes()

    @extend_schema(request=NewItem, responses={201: ItemSerializer})
    def create(self, request: Request) -> Response:
        """Nominate something for an episode; one that is closed hands it to the next number."""
        by = writer_of(request)
        sent = body_of(request, NewItem)
        return once(request, lambda: self._nominate(by, **sent))

    def _nominate(self, by: Person, episode: str, url: str, text: str, section: int | None = None) -> Response:
        target = Episode.objects.visible_to(by).with_code(episode).select_related("template").first()
        if target is None:
            raise exceptions.ValidationError({"episode": _("There is no such episode.")}, code="unknown")
        place = section_of(section, self.request) if section else None
        made = items.nominate(episode=target, section=place, url=url, text=text, by=by, now=timezone.now())
        return self._shown(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=ItemChange, responses={200: ItemSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is sent of an item."""
        by = writer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        sent = body_of(request, ItemChange)
        item_edits.edit(item=row, version=row.version, values=sent, by=by, now=timezone.now())
        return self._shown(row.pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take an item out; `restore` brings it back."""
        by = writer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        item_edits.remove(item=row, version=row.version, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=TakenInto, responses={200: ItemSerializer})
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:
        """Bring an item of an earlier episode into a section of this week; the answer is the item that stands there."""

        def take(row: Item, section: int, version: int, **more: Any) -> Item:
            return carries.take(item=row, section=section_of(section, request), **more)

        return self.act(request, TakenInto, take)

    @extend_schema(request=None, responses={200: ItemSerializer})
    @action(detail=True, methods=["post"])
    def vote(self, request: Request, pk: str) -> Response:
        """Give the item one of the votes of the week."""
        return self.act(request, serializers.Serializer, _without_version(items.vote))

    @extend_schema(request=None, responses={200: ItemSerializer})
    @action(detail=True, methods=["post"])
    def unvote(self, request: Request, pk: str) -> Response:
        """Take a vote back."""
        return self.act(request, serializers.Serializer, _without_version(items.unvote))

    @extend_schema(request=DecidedOn, responses={200: ItemSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take the item into its section."""
        return self.act(request, DecidedOn, lambda row, **more: items.accept(item=row, **more))

    @extend_schema(request=DeferReason, responses={200: ItemSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def defer(self, request: Request, pk: str) -> Response:
        """Put the item off to the next number."""
        return self.act(request, DeferReason, lambda row, **more: items.defer(item=row, **more))

    @extend_schema(request=DeclineReason, responses={200: ItemSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """Turn the item down, with the reason."""
        return self.act(request, DeclineReason, lambda row, **more: items.decline(item=row, **more))

    @extend_schema(request=DecidedOn, responses={200: ItemSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a decision or a merge back."""
        return self.act(request, DecidedOn, lambda row, **more: items.reopen(item=row, **more))

    @extend_schema(request=MergeInto, responses={200: ItemSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Make the item one with another."""

        def merge(row: Item, into: int, **more: Any) -> Item:
            other = self.anything().filter(pk=into).first()
            if other is None:
                raise exceptions.ValidationError({"into": _("There is no such item.")}, code="unknown")
            return items.merge(item=row, into=other, **more)

        return self.act(request, MergeInto, merge)

    @extend_schema(request=MoveTo, responses={200: ItemSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Move the item to another section, of its own or another episode."""

        def move(row: Item, section: int, **more: Any) -> Item:
            return item_order.move(item=row, section=section_of(section, request), **more)

        return self.act(request, MoveTo, move)

    @extend_schema(request=Arrangement, responses={200: ItemSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def arrange(self, request: Request, pk: str) -> Response:
        """Put the item behind another one of its section, or move it up or down."""

        def arrange(row: Item, steps: int | None = None, section: int | None = None, **more: Any) -> Item:
            if steps is not None:
                return item_order.shift(item=row, steps=steps, **more)
            place = section_of(section, request) if section else None
            return item_order.arrange(item=row, section=place, **more)

        return self.act(request, Arrangement, arrange)


def _without_version(act: Callable[..., Item]) -> Callable[..., Item]:
    def do(row: Item, *, version: int, **more: Any) -> Item:
        act(item=row, **more)
        return row

    return do


class SuggestionViewSet(WithVerbs, Restorable):
    """Wishes about how a section is run."""

    restored_kind = "suggestion"
    serializer_class = SuggestionSerializer

    def rows(self) -> QuerySet[Any]:
        return self.anything()

    def anything(self) -> QuerySet[Any]:
        return self.of_sections(Suggestion.objects.all()).select_related("person", "owner")

    @extend_schema(request=NewSuggestion, responses={201: SuggestionSerializer})
    def create(self, request: Request) -> Response:
        """Suggest how a section may be run."""
        by = writer_of(request)
        sent = body_of(request, NewSuggestion)

        def make() -> Response:
            place = section_of(sent["section"], request)
            made = suggestions.suggest(section=place, body=sent["body"], by=by, now=timezone.now())
            return self._shown(made.pk, status.HTTP_201_CREATED)

        return once(request, make)

    @extend_schema(request=DecidedOn, responses={200: SuggestionSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def own(self, request: Request, pk: str) -> Response:
        """Say: I see to it."""
        return self.act(request, DecidedOn, lambda row, **more: suggestions.own(suggestion=row, **more))

    @extend_schema(request=Resolution, responses={200: SuggestionSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Say what came of it."""
        return self.act(request, Resolution, lambda row, **more: suggestions.resolve(suggestion=row, **more))

    @extend_schema(request=DecidedOn, responses={200: SuggestionSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Open a resolved suggestion again."""
        return self.act(request, DecidedOn, lambda row, **more: suggestions.reopen(suggestion=row, **more))
