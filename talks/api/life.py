"""API of the week: an episode's states, date and hosts, its sections' claims; each is one action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.bodies import body_of
from members.api.repeats import once
from members.api.rows import Rows, writer_of
from members.models import Person
from talks.actions import claims, hosting, life
from talks.actions.degrade import degrade
from talks.actions.rescue import rescue
from talks.api import serializers as shown
from talks.missing import missing_for, next_state
from talks.models import Claim, ClaimRole, Episode, EpisodeState, Hosting, HostingRole, Section
from talks.moves import preview_of
from talks.rules import REASON_LIMIT, runs

# A person as the API names one.
HANDLE_LIMIT = 80


class MissingSerializer(serializers.Serializer[Any]):
    """What an episode lacks to go on."""

    code = serializers.CharField()
    sentence = serializers.CharField()
    where = serializers.CharField()


class Advance(serializers.Serializer[Any]):
    """The next state, and why it goes on although something is missing."""

    to = serializers.ChoiceField(EpisodeState.choices, required=False)
    reason = shown.Text(max_length=REASON_LIMIT, required=False, default="", allow_blank=True)


class StepBack(serializers.Serializer[Any]):
    """An earlier state, and why."""

    to = serializers.ChoiceField(EpisodeState.choices)
    reason = shown.Text(max_length=REASON_LIMIT)


class Postpone(serializers.Serializer[Any]):
    """The new evening, and why; `version` is that of the episode that was seen, `dry_run` only says what would move."""

    starts_at = serializers.DateTimeField()
    reason = shown.Text(max_length=REASON_LIMIT)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    dry_run = serializers.BooleanField(default=False)


class MoveSerializer(serializers.Serializer[Any]):
    """An episode that moves."""

    episode = serializers.CharField(source="episode.code")
    starts_at = serializers.DateTimeField()
    locks_at = serializers.DateTimeField()


class PostponementSerializer(serializers.Serializer[Any]):
    """All that a new date moves, the claims that go along, and the words for the group."""

    moves = MoveSerializer(many=True)
    claims = serializers.ListField(child=serializers.IntegerField())
    notice = serializers.CharField()


class Role(serializers.Serializer[Any]):
    """Host or editor."""

    role = serializers.ChoiceField(HostingRole.choices, default=HostingRole.HOST.value)


class NamedRole(Role):
    """Host or editor, and who: a handle."""

    person = serializers.CharField(max_length=HANDLE_LIMIT)


class OwnRole(Role):
    """Whose place as host or editor: one's own without a handle."""

    person = serializers.CharField(max_length=HANDLE_LIMIT, required=False)


class HandedRole(OwnRole):
    """To whom a place as host or editor goes: a handle."""

    to = serializers.CharField(max_length=HANDLE_LIMIT)


class RescueSerializer(serializers.Serializer[Any]):
    """A link that lets somebody without an account take a section."""

    section = serializers.IntegerField()
    title = serializers.CharField()
    url = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class NewClaim(serializers.Serializer[Any]):
    """As lead or standby."""

    role = serializers.ChoiceField(ClaimRole.choices, default=ClaimRole.LEAD.value)


class HandedOver(serializers.Serializer[Any]):
    """To whom: a handle."""

    to = serializers.CharField(max_length=HANDLE_LIMIT)


def person_called(handle: str, *, field: str) -> Person:
    """Return the person of a handle. Raises ValidationError for an unknown one."""
    found = Person.objects.current().with_handle(handle).first()
    if found is None:
        raise exceptions.ValidationError({field: _("There is no such person.")}, code="unknown")
    return found


class EpisodeActs(Rows):
    """What is done with an episode as a whole."""

    def _act(self, request: Request, act: Callable[[Person], Any], code: int = 200) -> Response:
        """Do an act and show the episode that came of it."""
        by = writer_of(request)

        def reply() -> Response:
            made = act(by)
            row = self.rows().get(pk=made.pk)
            return self.reply(row, self.get_serializer(row).data, code)

        return once(request, reply)

    @extend_schema(request=None, responses={200: shown.EpisodeSerializer, 201: shown.EpisodeSerializer})
    @action(detail=False, methods=["post"])
    def plan_next(self, request: Request) -> Response:
        """Open the next number: 201, or 200 with the one that is open."""
        by, now = writer_of(request), timezone.now()

        def act() -> Response:
            made = life.plan_next(by=by, now=now)
            row = self.rows().get(pk=made.pk)
            is_new = made.created_at == now
            return self.reply(row, self.get_serializer(row).data, status.HTTP_201_CREATED if is_new else 200)

        return once(request, act)

    @extend_schema(
        parameters=[OpenApiParameter("to", str, enum=EpisodeState.values)],
        responses=MissingSerializer(many=True),
    )
    @action(detail=True, pagination_class=None, filterset_class=None)
    def missing(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What the episode lacks to go on, to the next state unless another is named."""
        row = self.get_object()
        to = request.query_params.get("to") or next_state(row.state) or row.state
        if to not in EpisodeState.values:
            raise exceptions.ValidationError({"to": _("There is no such state.")}, code="unknown")
        return Response(MissingSerializer(missing_for(row, to), many=True).data)

    @extend_schema(request=Advance, responses={200: shown.EpisodeSerializer})
    @action(detail=True, methods=["post"])
    def advance(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let the episode go on; 409 names what is missing, and a reason goes on all the same."""
        writer_of(request)
        row, said = self.get_object(), body_of(request, Advance)
        to = said.get("to") or next_state(row.state) or row.state
        now = timezone.now()
        return self._act(request, lambda by: life.advance(episode=row, to=to, by=by, now=now, reason=said["reason"]))

    @extend_schema(request=StepBack, responses={200: shown.EpisodeSerializer})
    @action(detail=True, methods=["post"])
    def step_back(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let the episode go back, with the reason. For organizers."""
        writer_of(request)
        row, said = self.get_object(), body_of(request, StepBack)
        return self._act(request, lambda by: life.step_back(episode=row, by=by, now=timezone.now(), **said))

    @extend_schema(request=Postpone, responses={200: PostponementSerializer})
    @action(detail=True, methods=["post"])
    def postpone(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Move the evening with all that depends on it, or with `dry_run` only say what that is."""
        by = writer_of(request)
        row, said, now = self.get_object(), body_of(request, Postpone), timezone.now()
        dry_run = said.pop("dry_run")

        def act() -> Response:
            if not runs(by, row):
                raise PermissionDenied(_("Only hosts and organizers move an evening."))
            life.check_move(row, said["starts_at"], now=now)
            found = preview_of(row, said["starts_at"], said["reason"], now=now)
            moves = MoveSerializer(found.moves, many=True).data
            if not dry_run:
                life.postpone(episode=row, by=by, now=now, **said)
            claimed = [claim.pk for claim in found.claims]
            return Response({"moves": moves, "claims": claimed, "notice": found.notice})

        return once(request, act)

    @extend_schema(request=Role, responses={200: shown.EpisodeSerializer})
    @action(detail=True, methods=["post"])
    def host(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Become host or editor of an episode that has none."""
        writer_of(request)
        row, said = self.get_object(), body_of(request, Role)

        def act(by: Person) -> Episode:
            return hosting.host(episode=row, role=said["role"], by=by, now=timezone.now()).episode

        return self._act(request, act)

    @extend_schema(request=NamedRole, responses={200: shown.EpisodeSerializer})
    @action(detail=True, methods=["post"])
    def name_host(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a host or an editor. For hosts and organizers."""
        writer_of(request)
        row, said = self.get_object(), body_of(request, NamedRole)

        def act(by: Person) -> Episode:
            person = person_called(said["person"], field="person")
            now = timezone.now()
            return hosting.name_host(episode=row, person=person, role=said["role"], by=by, now=now).episode

        return self._act(request, act)

    @extend_schema(request=OwnRole, responses={200: shown.EpisodeSerializer})
    @action(detail=True, methods=["post"])
    def leave_hosting(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Host or edit it no more."""
        writer_of(request)
        row, said = self.get_object(), body_of(request, OwnRole)

        def act(by: Person) -> Episode:
            found = _hosting(row, said, by)
            return hosting.leave_hosting(hosting=found, by=by, now=timezone.now()).episode

        return self._act(request, act)

    @extend_schema(request=HandedRole, responses={200: shown.EpisodeSerializer})
    @action(detail=True, methods=["post"])
    def hand_over(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give one's place as host or editor to somebody else."""
        writer_of(request)
        row, said = self.get_object(), body_of(request, HandedRole)

        def act(by: Person) -> Episode:
            to, found = person_called(said["to"], field="to"), _hosting(row, said, by)
            return hosting.hand_over_hosting(hosting=found, to=to, by=by, now=timezone.now()).episode

        return self._act(request, act)

    @extend_schema(request=None, responses={200: RescueSerializer(many=True)})
    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def rescue(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a link for every section that nobody leads, and show those that stand. For hosts and organizers."""
        by, row = writer_of(request), self.get_object()

        def act() -> Response:
            made = rescue(episode=row, by=by, now=timezone.now())
            return Response(
                [
                    {
                        "section": section.pk,
                        "title": section.title,
                        "url": f"{settings.SITE_URL}{reverse('go', args=[link.key])}",
                        "expires_at": link.expires_at,
                    }
                    for section, link in made
                ]
            )

        return once(request, act)


def _hosting(episode: Episode, said: dict[str, Any], by: Person) -> Hosting:
    """Return the place as host or editor that is meant, one's own without a handle."""
    person = person_called(said["person"], field="person") if said.get("person") else by
    rows = Hosting.objects.filter(episode=episode, role=said["role"], person=person, deleted_at=None)
    return get_object_or_404(rows)


class SectionActs(Rows):
    """What is done with a section as a whole."""

    @extend_schema(request=NewClaim, responses={201: shown.ClaimSerializer})
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take the section as lead or standby. 409 says who has it and what is free."""
        by = writer_of(request)
        row, said = self.get_object(), body_of(request, NewClaim)

        def act() -> Response:
            made = claims.claim(section=row, role=said["role"], by=by, now=timezone.now())
            return Response(shown.ClaimSerializer(made).data, status=status.HTTP_201_CREATED)

        return once(request, act)

    @extend_schema(request=None, responses={200: shown.SectionSerializer})
    @action(detail=True, methods=["post"])
    def degrade(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let the section run without a lead, by the rule of its kind. For hosts and organizers."""
        by, row = writer_of(request), self.get_object()

        def act() -> Response:
            degrade(section=row, by=by, now=timezone.now())
            found: Section = self.rows().get(pk=row.pk)
            return self.reply(found, self.get_serializer(found).data)

        return once(request, act)


class ClaimActs(Rows):
    """What is done with a claim."""

    @extend_schema(request=None, responses={200: shown.ClaimSerializer})
    @action(detail=True, methods=["post"])
    def release(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give the section up, before the cut-off; shows what was given up."""
        by, row = writer_of(request), self.get_object()

        def act() -> Response:
            gone: Claim = claims.release(claim=row, by=by, now=timezone.now())
            return Response(shown.ClaimSerializer(gone).data)

        return once(request, act)

    @extend_schema(request=HandedOver, responses={200: shown.ClaimSerializer})
    @action(detail=True, methods=["post"])
    def hand_over(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Hand the section over to the standby or to anybody else; shows their claim."""
        by = writer_of(request)
        row, said = self.get_object(), body_of(request, HandedOver)

        def act() -> Response:
            to = person_called(said["to"], field="to")
            made = claims.hand_over(claim=row, to=to, by=by, now=timezone.now())
            return Response(shown.ClaimSerializer(made).data)

        return once(request, act)
