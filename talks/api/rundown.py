"""The rundown of an evening by the API: its clock and cues, and the keys of the host."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.bodies import body_of
from members.api.repeats import once
from members.api.rows import Rows, person_of, require_match, writer_of
from members.models import Person
from talks.actions import rundown, rundown_making, rundown_order
from talks.api.filters import HANDLE_LIMIT
from talks.evening import Evening, evening_of
from talks.models import Cue, CueKind, CueState, Episode, Question
from talks.rules import MINUTES_LIMIT, runs

BIGGEST = 2**63 - 1


class CueSerializer(serializers.Serializer[Any]):
    """A cue: what it is about, its minutes (null: it counts up), and the time it has had. Times of what is to come are
    told in `begins_at` by what is left of the others."""

    id = serializers.IntegerField(source="cue.pk")
    kind = serializers.ChoiceField(CueKind.choices, source="cue.kind")
    state = serializers.ChoiceField(CueState.choices, source="cue.state")
    title = serializers.CharField()
    section = serializers.IntegerField(source="cue.section_id", allow_null=True)
    item = serializers.IntegerField(source="cue.item_id", allow_null=True)
    question = serializers.CharField(allow_null=True)
    minutes = serializers.IntegerField(source="cue.minutes", allow_null=True)
    extra_minutes = serializers.IntegerField(source="cue.extra_minutes")
    speakers = serializers.ListField(child=serializers.CharField())
    votes = serializers.IntegerField()
    started_at = serializers.DateTimeField(source="cue.started_at", allow_null=True)
    running_since = serializers.DateTimeField(source="cue.running_since", allow_null=True)
    spent_seconds = serializers.IntegerField(source="cue.spent_seconds")


class RundownSerializer(serializers.Serializer[Any]):
    """The clock of an evening and its cues in order. `behind_seconds` is told to who runs it: how much longer the show
    is by now than was planned."""

    episode = serializers.CharField()
    version = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    current = serializers.IntegerField(allow_null=True)
    behind_seconds = serializers.IntegerField(allow_null=True)
    cues = CueSerializer(many=True)


class OfCue(serializers.Serializer[Any]):
    """The cue that is meant: when another is on the air by now, nothing changes."""

    cue = serializers.IntegerField(min_value=1, max_value=BIGGEST)


class Extend(OfCue):
    """How many minutes more; `seen` is what it had been given when it was read, so that a second tap does nothing."""

    minutes = serializers.IntegerField(min_value=1, max_value=MINUTES_LIMIT, default=rundown.MORE_MINUTES)
    seen = serializers.IntegerField(min_value=0, max_value=MINUTES_LIMIT, required=False)


class Reorder(OfCue):
    """The cue that it comes behind; null: next of all."""

    behind = serializers.IntegerField(min_value=1, max_value=BIGGEST, allow_null=True)


class PutOnStage(serializers.Serializer[Any]):
    """The public id of a question."""

    question = serializers.CharField(max_length=HANDLE_LIMIT)


Act = Callable[[Episode, Person, datetime], object]


class RundownActs(Rows):
    """The rundown of an episode."""

    @extend_schema(responses=RundownSerializer)
    @action(detail=True, url_path="rundown")
    def rundown(self, request: Request, code: str) -> Response:
        """The clock and the cues; 404 until the rundown is made."""
        return self._shown(self.get_object())

    @extend_schema(request=None, responses={200: RundownSerializer})
    @rundown.mapping.post
    def make_rundown(self, request: Request, code: str) -> Response:
        """Make the rundown, or take into it what was accepted since. For hosts and organizers, as all that follows."""
        return self._run(request, lambda row, by, now: rundown_making.make_rundown(episode=row, by=by, now=now))

    @extend_schema(request=None, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/start")
    def start_rundown(self, request: Request, code: str) -> Response:
        """Start the clock with the first cue."""
        return self._run(request, lambda row, by, now: rundown.start(episode=row, by=by, now=now))

    @extend_schema(request=None, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/pause")
    def pause_rundown(self, request: Request, code: str) -> Response:
        """Stop the clock."""
        return self._run(request, lambda row, by, now: rundown.pause(episode=row, by=by, now=now))

    @extend_schema(request=None, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/resume")
    def resume_rundown(self, request: Request, code: str) -> Response:
        """Let the clock go on, also of a show that was ended by mistake."""
        return self._run(request, lambda row, by, now: rundown.resume(episode=row, by=by, now=now))

    @extend_schema(request=None, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/end")
    def end_rundown(self, request: Request, code: str) -> Response:
        """End the show; `advance` then lets the episode be written up."""
        return self._run(request, lambda row, by, now: rundown.end(episode=row, by=by, now=now))

    @extend_schema(request=OfCue, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/next")
    def next_cue(self, request: Request, code: str) -> Response:
        """Go on from a cue to the next one."""
        return self._on_cue(request, rundown.next_cue)

    @extend_schema(request=OfCue, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/back")
    def back_cue(self, request: Request, code: str) -> Response:
        """Go back from a cue to the one before."""
        return self._on_cue(request, rundown.back)

    @extend_schema(request=OfCue, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/skip")
    def skip_cue(self, request: Request, code: str) -> Response:
        """Leave a cue out."""
        return self._on_cue(request, rundown.skip)

    @extend_schema(request=OfCue, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/push")
    def push_cue(self, request: Request, code: str) -> Response:
        """Push a cue to the next number: its item is put off, its question goes on there."""
        return self._on_cue(request, rundown_order.push_cue)

    @extend_schema(request=Extend, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/extend")
    def extend_cue(self, request: Request, code: str) -> Response:
        """Give a cue more time, two minutes unless another number is said."""
        return self._on_cue(request, rundown.add_minutes, Extend)

    @extend_schema(request=Reorder, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/reorder")
    def reorder_cue(self, request: Request, code: str) -> Response:
        """Put a cue that is still to come behind another one."""
        return self._on_cue(request, rundown_order.reorder, Reorder)

    @extend_schema(request=PutOnStage, responses={200: RundownSerializer})
    @action(detail=True, methods=["post"], url_path="rundown/put-on-stage")
    def put_on_stage(self, request: Request, code: str) -> Response:
        """Make a question a cue."""
        writer_of(request)
        self.get_object()
        said = body_of(request, PutOnStage)
        question = Question.objects.visible_to(person_of(request)).with_public_id(said["question"]).first()

        def act(row: Episode, by: Person, now: datetime) -> object:
            if question is None:
                raise exceptions.ValidationError({"question": _("There is no such question.")}, code="unknown")
            return rundown_order.put_on_stage(episode=row, question=question, by=by, now=now)

        return self._run(request, act)

    def _on_cue(self, request: Request, act: Callable[..., object], form: type[OfCue] = OfCue) -> Response:
        """Do an act on the cue that is named."""
        writer_of(request)
        self.get_object()
        said = body_of(request, form)

        def do(row: Episode, by: Person, now: datetime) -> object:
            if runs(by, row):  # else the action refuses, whatever is named
                for name in ("cue", "behind"):
                    if said.get(name) is not None:
                        said[name] = _cue(row, said[name], field=name)
            return act(episode=row, by=by, now=now, **said)

        return self._run(request, do)

    def _run(self, request: Request, act: Act) -> Response:
        """Do an act and show the rundown that came of it."""
        by, row = writer_of(request), self.get_object()

        def reply() -> Response:
            if request.headers.get("If-Match") and (evening := evening_of(row, now=timezone.now())) is not None:
                require_match(request, evening.rundown, self._data(evening))
            act(row, by, timezone.now())
            return self._shown(self.rows().get(pk=row.pk))

        return once(request, reply)

    def _shown(self, row: Episode) -> Response:
        evening = evening_of(row, now=timezone.now())
        if evening is None:
            raise Http404
        return self.reply(evening.rundown, self._data(evening))

    def _data(self, evening: Evening) -> Any:
        row, person = evening.rundown, person_of(self.request)
        is_theirs = person is not None and runs(person, evening.episode)
        cues = [
            {
                **{name: getattr(each, name) for name in ("cue", "title", "speakers", "votes")},
                "question": each.cue.question.public_id if each.cue.question is not None else None,
            }
            for each in evening.entries
        ]
        said = {
            "episode": evening.episode.code,
            **{name: getattr(row, name) for name in ("version", "started_at", "paused_at", "ended_at")},
            "current": row.current_id,
            "behind_seconds": round(evening.behind.total_seconds()) if is_theirs else None,
            "cues": cues,
        }
        return RundownSerializer(said).data


def _cue(row: Episode, key: int, *, field: str) -> Cue:
    found = Cue.objects.filter(pk=key, rundown__episode=row).first()
    if found is None:
        raise exceptions.ValidationError({field: _("There is no such cue.")}, code="unknown")
    return found
