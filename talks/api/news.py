"""Stories of the API as the talk files them: taken into a section, declined, undone; findings of the radar ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.repeats import once
from members.api.rows import person_of, writer_of
from news.api.stories import StorySerializer
from news.api.stories import StoryViewSet as Stories
from news.models import NewsItem
from talks.actions import triage
from talks.models import Episode, Section
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

    @extend_schema(request=Seen, responses={200: StorySerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take the last decision about this story back; `version` is the one that was seen."""
        return self._done(request, Seen, triage.undo)
