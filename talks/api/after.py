"""API of the time after a talk: highlights, signatures, links for a word more, recordings, logs of the group."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.invitations import NAME_LIMIT
from members.api.bodies import body_of
from members.api.invitations import CODES, InvitationSerializer, with_codes
from members.api.repeats import once
from members.api.rows import Rows, person_of, require_match, with_only, writer_of
from members.models import ChatWish
from members.rules import require
from talks.actions import chats, highlights, recordings, signing
from talks.actions.words import ask_for_words
from talks.api import serializers as shown
from talks.api.filters import InEpisode
from talks.api.history import Restorable
from talks.api.life import HANDLE_LIMIT, EpisodeActs, MissingSerializer, person_called
from talks.documents.chat import read_chat
from talks.documents.chat_questions import propose
from talks.missing import missing_for
from talks.models import Answer, Cue, Episode, EpisodeState, Question, Recording
from talks.models.questions import PUBLIC_ID
from talks.rules import CHAT_LIMIT, HIGHLIGHT_LIMIT, HIGHLIGHTS, TITLE_LIMIT, URL_LIMIT, may_plan, may_wrap_up, runs
from talks.wrapup import wrapup_of

BIGGEST = 2**31 - 1


class Versioned(serializers.Serializer[Any]):
    """The version of the row that was seen."""

    version = serializers.IntegerField(required=False, min_value=1, max_value=BIGGEST)


class Highlights(Versioned):
    """All highlights, in order; `version` is that of the episode."""

    highlights = serializers.ListField(child=shown.Text(max_length=HIGHLIGHT_LIMIT), max_length=HIGHLIGHTS)


class Signature(Versioned):
    """Who said an answer, as the alias book reads the name."""

    name = shown.Text(max_length=NAME_LIMIT)


class Whom(serializers.Serializer[Any]):
    """Whom a link is for: a handle."""

    person = shown.Text(max_length=HANDLE_LIMIT)


class NewRecording(serializers.Serializer[Any]):
    """An episode's code and the address of a video."""

    episode = shown.Text(max_length=8)
    url = shown.Text(max_length=URL_LIMIT)
    title = shown.Text(max_length=TITLE_LIMIT, required=False, default="", allow_blank=True)


class RecordingChange(serializers.Serializer[Any]):
    """Another address or title; what is left out stays."""

    url = shown.Text(max_length=URL_LIMIT, required=False)
    title = shown.Text(max_length=TITLE_LIMIT, required=False, allow_blank=True)


class Alignment(Versioned):
    """One thing (an item's id, a question's public id or a cue's id) and where it stands in the video: 10:10."""

    at = shown.Text(max_length=9)
    item = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    question = serializers.RegexField(f"^(?:{PUBLIC_ID})$", required=False)
    cue = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ChatLog(serializers.Serializer[Any]):
    """A log as it was copied or exported; with `dry_run` only what is read is told."""

    text = shown.Text(max_length=CHAT_LIMIT)
    dry_run = serializers.BooleanField(default=False)


class MeasuredCueSerializer(serializers.Serializer[Any]):
    """A cue, the minutes it was planned for and those it took."""

    title = serializers.CharField()
    state = serializers.CharField()
    planned = serializers.IntegerField(allow_null=True)
    actual = serializers.IntegerField(allow_null=True)


class WrapupSerializer(serializers.Serializer[Any]):
    """What an evening still needs: public ids of questions, ids of answers, how many posts wait, and its cues."""

    episode = serializers.CharField()
    missing = MissingSerializer(many=True)
    unanswered = serializers.ListField(child=serializers.CharField())
    unsigned = serializers.ListField(child=serializers.IntegerField())
    waiting = serializers.IntegerField()
    silent = serializers.ListField(child=serializers.CharField(), help_text="handles of who spoke and has no words")
    cues = MeasuredCueSerializer(many=True)


class AfterActs(EpisodeActs):
    """What is done with an episode once it is over."""

    @extend_schema(responses=WrapupSerializer)
    @action(detail=True, is_public=False)
    def wrapup(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What is left to do. For its hosts, editors and organizers."""
        row, by = self.get_object(), person_of(request)
        if by is None:
            raise exceptions.NotAuthenticated
        require(may_wrap_up(by, row), _("Only hosts, editors and organizers wrap an evening up."))
        found = wrapup_of(row, now=timezone.now())
        values = {
            "episode": row.code,
            "missing": missing_for(row, EpisodeState.PUBLISHED),
            "unanswered": [each.public_id for each in found.unanswered],
            "unsigned": [each.pk for each in found.unsigned],
            "waiting": found.waiting,
            "silent": [person.handle for person in found.silent],
            "cues": found.spent,
        }
        return Response(WrapupSerializer(values).data)

    @extend_schema(request=Highlights, responses={200: shown.EpisodeSerializer})
    @action(detail=True, methods=["post"])
    def set_highlights(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write the highlights. For its hosts, editors and organizers."""
        writer_of(request)
        row, sent = self.get_object(), body_of(request, Highlights)
        version = sent.get("version", row.version)
        lines = sent["highlights"]
        return self._act(
            request,
            lambda by: highlights.set_highlights(
                episode=row, highlights=lines, version=version, by=by, now=timezone.now()
            ),
        )

    @extend_schema(request=ChatLog, responses={200: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def chat(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take in what was said in the chat group, as `import_chat` does, or with `dry_run` only say what is read."""
        by = writer_of(request)
        row, sent = self.get_object(), body_of(request, ChatLog)
        if not (runs(by, row) or may_plan(by)):
            raise PermissionDenied(_("Only hosts and organizers take in what was said in the group."))
        found = propose(read_chat(sent["text"]))
        if not found.log.messages:
            sentence = _("No message was found: each needs the name of who said it.")
            raise exceptions.ValidationError({"text": sentence}, code="no_messages")

        def act() -> Response:
            if not sent["dry_run"]:
                chats.import_chat(episode=row, asked=found.questions, by=by, now=timezone.now())
            out = chats.wishing(found.log.speakers, ChatWish.LEAVE_OUT)
            return Response(found.without(out).as_json())

        return once(request, act)


class AnswerSigning(Rows):
    """Answers that nobody signed."""

    @extend_schema(request=Signature, responses={200: shown.AnswerSerializer})
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        """Sign an answer with the name of who said it. For hosts, editors and organizers of its episode."""
        sent = body_of(request, Signature)
        return self._signed(request, lambda **more: signing.sign(name=sent["name"], **more), sent)

    @extend_schema(request=Versioned, responses={200: shown.AnswerSerializer})
    @action(detail=True, methods=["post"])
    def leave_unsigned(self, request: Request, pk: str) -> Response:
        """Decide that an answer needs no name."""
        return self._signed(request, signing.leave_unsigned, body_of(request, Versioned))

    def _signed(self, request: Request, act: Any, sent: dict[str, Any]) -> Response:
        by, row = writer_of(request), self.get_object()

        def make() -> Response:
            made: Answer = act(answer=row, version=sent.get("version", row.version), by=by, now=timezone.now())
            found = self.rows().get(pk=made.pk)
            return self.reply(found, self.get_serializer(found).data)

        return once(request, make)


class QuestionLinks(Rows):
    """Links by which somebody adds words to a question."""

    @extend_schema(request=Whom, responses={201: InvitationSerializer})
    @action(detail=True, methods=["post"])
    def ask_for_words(self, request: Request, public_id: str) -> Response:
        """Return a link by which somebody adds a word without an account. For hosts, editors and organizers."""
        by, row = writer_of(request), self.get_object()
        sent = body_of(request, Whom)

        def make() -> Response:
            require(may_wrap_up(by, row.episode), _("Only hosts, editors and organizers ask for words."))
            person = person_called(sent["person"], field="person")
            made = ask_for_words(question=row, person=person, by=by, now=timezone.now())
            return Response(InvitationSerializer(made).data, status=status.HTTP_201_CREATED)

        return once(request, make, unkept=CODES, anew=with_codes)


class RecordingViewSet(Restorable):
    """Videos of the talk."""

    restored_kind = "recording"
    serializer_class = shown.RecordingSerializer
    filterset_class = InEpisode

    def rows(self) -> QuerySet[Any]:
        episodes = Episode.objects.visible_to(person_of(self.request))
        rows = Recording.objects.filter(deleted_at=None, episode__in=episodes)
        return with_only(rows, episode=("code",)).order_by("episode_id", "position", "pk")

    @extend_schema(request=NewRecording, responses={201: shown.RecordingSerializer})
    def create(self, request: Request) -> Response:
        """Add a video. For hosts, editors and organizers of the episode."""
        by, sent = writer_of(request), body_of(request, NewRecording)
        episode = Episode.objects.visible_to(by).with_code(sent.pop("episode")).first()
        if episode is None:
            raise exceptions.ValidationError({"episode": _("There is no such episode.")}, code="unknown")

        def make() -> Response:
            made = recordings.add_recording(episode=episode, by=by, now=timezone.now(), **sent)
            return self._shown(made, status.HTTP_201_CREATED)

        return once(request, make)

    @extend_schema(request=RecordingChange, responses={200: shown.RecordingSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give a video another address or title."""
        by, row = writer_of(request), self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        sent = body_of(request, RecordingChange)
        made = recordings.edit_recording(recording=row, version=row.version, by=by, now=timezone.now(), **sent)
        return self._shown(made)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a video out; `restore` brings it back."""
        by, row = writer_of(request), self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        recordings.remove_recording(recording=row, version=row.version, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=Alignment, responses={200: shown.RecordingSerializer})
    @action(detail=True, methods=["post"])
    def align(self, request: Request, pk: str) -> Response:
        """Say where one thing stands in the video: where the talk begins in it, and all other places, follow."""
        by, row = writer_of(request), self.get_object()
        sent = body_of(request, Alignment)
        version = sent.get("version", row.version)

        def make() -> Response:
            require(may_wrap_up(by, row.episode), _("Only hosts, editors and organizers keep the recordings."))
            cue = _cue_of(row, sent)
            now = timezone.now()
            made = recordings.align(recording=row, cue=cue, at=sent["at"], version=version, by=by, now=now)
            return self._shown(made)

        return once(request, make)

    def _shown(self, made: Recording, code: int = 200) -> Response:
        row = self.rows().get(pk=made.pk)
        return self.reply(row, self.get_serializer(row).data, code)


def _cue_of(row: Recording, sent: dict[str, Any]) -> Cue:
    """Return the cue that an alignment names. Raises ValidationError for none, several, and an unknown one."""
    named = [name for name in ("item", "question", "cue") if name in sent]
    if len(named) != 1:
        raise exceptions.ValidationError({"cue": _("Name one thing: an item, a question or a cue.")}, code="invalid")
    cues = Cue.objects.filter(rundown__episode=row.episode_id)
    if "question" in sent:
        cues = cues.filter(question__in=Question.objects.with_public_id(sent["question"]))
    else:
        cues = cues.filter(item=sent["item"]) if "item" in sent else cues.filter(pk=sent["cue"])
    found = cues.order_by("position", "pk").first()
    if found is None:
        raise exceptions.ValidationError({named[0]: _("This was not on the rundown of the evening.")}, code="unknown")
    return found
