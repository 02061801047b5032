"""Stories of the API as the talk files them: taken into a section, declined, undone; findings of the radar ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.repeats import once
from members.api.rows import person_of, writer_of
from members.rules import require
from news.actions.stories import sorters_only
from news.api.stories import StorySerializer
from news.api.stories import StoryViewSet as Stories
from news.models import NewsItem
from news.rules import may_sort_stories
from talks.actions import triage
from talks.models import Episode, Section
from talks.radar import KEY, found_for
from talks.rules import REASON_LIMIT

LARGEST = 2**63 - 1


class Place(serializers.Serializer[Any]):
    """Where a story is filed: a section of the coming episode, and a group of its news."""

    section = serializers.IntegerField(min_value=1, max_value=LARGEST)
    group = serializers.ChoiceField(choices=triage.GROUPS, required=False, allow_null=True, default=None)


class Why(serializers.Serializer[Any]):
    """Why not."""

    reason = serializers.CharField(max_length=REASON_LIMIT)


class Seen(serializers.Serializer[Any]):
    """The version of the story that was looked at."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST)


class Finding(serializers.Serializer[Any]):
    """A finding of the radar by its key: gap:<story> or twice:<item>."""

    finding = serializers.RegexField(KEY.pattern.join(("^(?:", ")$")), max_length=30)


class Ignored(Finding):
    """Why a finding is none."""

    reason = serializers.CharField(max_length=REASON_LIMIT)


class GapSerializer(serializers.Serializer[Any]):
    """A story that many carry and nobody nominated; it is taken as any story is."""

    finding = serializers.CharField(source="key")
    story = serializers.IntegerField(source="story.pk")
    title = serializers.CharField(source="story.title")
    sources = serializers.IntegerField(source="told.sources")
    upvotes = serializers.IntegerField(source="told.upvotes")


class FoundTwiceSerializer(serializers.Serializer[Any]):
    """An item of the coming episode, and another one, there or in an earlier episode, about the same."""

    finding = serializers.CharField(source="key")
    item = serializers.IntegerField(source="item.pk")
    other = serializers.IntegerField(source="other.pk")
    episode = serializers.CharField(source="other.section.episode.code")


class RadarSerializer(serializers.Serializer[Any]):
    """What the radar found for the coming episode and nobody ignored."""

    gaps = GapSerializer(many=True)
    twice = FoundTwiceSerializer(many=True)


class StoryViewSet(Stories):
    """Stories, the newest first; merged ones only by their id or with `is_merged=true`."""

    def _done(self, request: Request, form: type[Any], act: Callable[..., Any]) -> Response:
        """Do what was sent and show the story; state refusals are 409 with the code of the rule."""
        by = writer_of(request)
        story: NewsItem = self.get_object()
        sent = form(data=request.data)
        sent.is_valid(raise_exception=True)

        def done() -> Response:
            act(story=story, by=by, now=timezone.now(), **sent.validated_data)
            return self._shown(story.pk)

        return once(request, done)

    @extend_schema(request=Place, responses={200: StorySerializer})
    @action(detail=True, methods=["post"])
    def take(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """File this story as an item of the coming episode."""

        def act(*, section: int, **rest: Any) -> Any:
            visible = Episode.objects.visible_to(person_of(request))
            row = Section.objects.filter(pk=section, episode__in=visible, deleted_at=None).first()
            if row is None:
                raise exceptions.ValidationError({"section": _("There is no such section.")}, code="unknown")
            return triage.take(section=row, **rest)

        return self._done(request, Place, act)

    @extend_schema(request=Why, responses={200: StorySerializer})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Turn this story down, with the reason."""
        return self._done(request, Why, triage.decline)

    @extend_schema(responses=RadarSerializer)
    @action(detail=False, pagination_class=None, filterset_class=None, is_public=False)
    def radar(self, request: Request) -> Response:
        """What many carry and nobody nominated, and what the coming episode has twice; for who files stories."""
        by = writer_of(request)
        require(may_sort_stories(by), sorters_only())
        gaps, twice = found_for(Episode.objects.visible_to(by).week(timezone.now()), by)
        return Response(RadarSerializer({"gaps": gaps, "twice": twice}).data)

    @extend_schema(request=Ignored, responses={204: None})
    @action(detail=False, methods=["post"], url_path="radar/ignore")
    def ignore(self, request: Request) -> Response:
        """Show a finding of the radar no more, with the reason."""
        return self._noted(request, Ignored, triage.ignore)

    @extend_schema(request=Finding, responses={204: None})
    @action(detail=False, methods=["post"], url_path="radar/unignore")
    def unignore(self, request: Request) -> Response:
        """Show an ignored finding again."""
        return self._noted(request, Finding, triage.unignore)

    def _noted(self, request: Request, form: type[Any], act: Callable[..., None]) -> Response:
        by = writer_of(request)
        sent = form(data=request.data)
        sent.is_valid(raise_exception=True)

        def done() -> Response:
            act(by=by, now=timezone.now(), **sent.validated_data)
            return Response(status=status.HTTP_204_NO_CONTENT)

        return once(request, done)

    @extend_schema(request=Seen, responses={200: StorySerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take the last decision about this story back; `version` is the one that was seen."""
        return self._done(request, Seen, triage.undo)
