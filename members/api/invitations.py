"""API resources: invitations, and who wants to be whom."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions import invitations, requests
from members.api.people import PersonLine, PersonReason
from members.api.repeats import once
from members.api.rows import Flag, Rows, organizer_of, person_of, writer_of
from members.models import Invitation, Person, PersonRequest, Purpose, RequestState
from members.rules import is_organizer


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation: `key` is the code, `url` the link that lets somebody in."""

    url = serializers.SerializerMethodField()
    person = PersonLine(allow_null=True, read_only=True)

    class Meta:
        model = Invitation
        fields = read_only_fields = (
            *("id", "purpose", "target", "note", "places", "used", "expires_at", "revoked_at"),
            *("person", "key", "url", "version", "created_at", "changed_at"),
        )

    @extend_schema_field(str)
    def get_url(self, row: Invitation) -> str:
        return reverse("go", args=[row.key])


# What lets somebody in is computed whenever it is shown, and stored nowhere.
CODES = ("key", "url")


def with_codes(body: dict[str, Any]) -> dict[str, Any]:
    """Return a stored reply with the code and the link again."""
    key = Invitation(pk=body["id"]).key
    return {**body, "key": key, "url": reverse("go", args=[key])}


class NewInvitation(serializers.Serializer[Any]):
    """A new invitation: `target` is a section's id (claim), an episode's code (submit, ask) or a question's public id
    (answer), empty for an account."""

    purpose = serializers.ChoiceField(Purpose.choices)
    target = serializers.CharField(required=False, default="", allow_blank=True, max_length=80)
    places = serializers.IntegerField(required=False, default=1, min_value=1, max_value=invitations.MAX_PLACES)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    person = serializers.CharField(required=False, max_length=80, help_text="handle: whom a link to answer is for")
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=invitations.NOTE_LIMIT)


class InvitationFilter(filters.FilterSet):
    purpose = filters.ChoiceFilter(choices=Purpose.choices)
    is_open = Flag(method="by_open")

    def by_open(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        known = Invitation.objects.open(timezone.now()).values("pk")
        return rows.filter(pk__in=known) if value else rows.exclude(pk__in=known)


class InvitationViewSet(Rows):
    """Invitations, the newest first; for organizers."""

    serializer_class = InvitationSerializer
    is_public = False
    filterset_class = InvitationFilter

    def rows(self) -> QuerySet[Any]:
        organizer_of(self.request)
        return Invitation.objects.filter(deleted_at=None).select_related("person").order_by("-pk")

    @extend_schema(request=NewInvitation, responses={201: InvitationSerializer})
    def create(self, request: Request) -> Response:
        """Make an invitation; organizers to everything, hosts to claim a section of their evening or to answer."""
        by = writer_of(request)
        form = NewInvitation(data=request.data)
        form.is_valid(raise_exception=True)

        sent = dict(form.validated_data)
        if (handle := sent.pop("person", None)) is not None:
            sent["person"] = Person.objects.current().filter(is_collective=False).with_handle(handle).first()
            if sent["person"] is None:
                raise exceptions.ValidationError({"person": _("There is no such person.")}, code="unknown")

        def make() -> Response:
            row = invitations.invite(by=by, now=timezone.now(), **sent)
            return self.reply(row, self.get_serializer(row).data, status.HTTP_201_CREATED)

        return once(request, make, unkept=CODES, anew=with_codes)

    @extend_schema(request=None, responses={200: InvitationSerializer})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let nobody in by it any more."""
        by = organizer_of(request)
        row = self.get_object()

        def act() -> Response:
            done = invitations.revoke(invitation=row, by=by, now=timezone.now())
            return self.reply(done, self.get_serializer(done).data)

        return once(request, act, unkept=CODES, anew=with_codes)


class PersonRequestSerializer(serializers.ModelSerializer[PersonRequest]):
    """A login says that a name in the record is theirs."""

    who = PersonLine(source="user.person", allow_null=True, read_only=True)
    person = PersonLine(read_only=True)

    class Meta:
        model = PersonRequest
        fields = read_only_fields = (
            *("id", "who", "person", "message", "state", "decided_at"),
            *("version", "created_at", "changed_at"),
        )


class NewRequest(serializers.Serializer[Any]):
    """Who one says to be."""

    person = serializers.CharField(max_length=80, help_text="handle")
    message = serializers.CharField(required=False, default="", allow_blank=True, max_length=requests.MESSAGE_LIMIT)


class PersonRequestFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=RequestState.choices)


class PersonRequestViewSet(Rows):
    """Who wants to be whom, the newest first: one's own, all for organizers."""

    serializer_class = PersonRequestSerializer
    is_public = False
    filterset_class = PersonRequestFilter

    def rows(self) -> QuerySet[Any]:
        person = person_of(self.request)
        if person is None:
            raise PermissionDenied(_("Sign in to see your requests."))
        rows = PersonRequest.objects.filter(deleted_at=None).select_related("user__person", "person").order_by("-pk")
        return rows if is_organizer(person) else rows.filter(user=person.user)

    def claimable(self) -> QuerySet[Any]:
        """People whom this visitor may know of; the talk narrows it."""
        return Person.objects.current()

    @extend_schema(request=NewRequest, responses={201: PersonRequestSerializer})
    def create(self, request: Request) -> Response:
        """Say that a name in the record is one's own."""
        by = writer_of(request)
        form = NewRequest(data=request.data)
        form.is_valid(raise_exception=True)
        rows: Any = self.claimable()
        person = rows.with_handle(form.validated_data["person"]).first()
        if person is None:
            raise serializers.ValidationError({"person": _("Nobody is called so.")}, code="unknown")

        def make() -> Response:
            message = form.validated_data["message"]
            row = requests.request_person(person=person, message=message, by=by, now=timezone.now())
            return self.reply(row, self.get_serializer(row).data, status.HTTP_201_CREATED)

        return once(request, make)

    @extend_schema(request=None, responses={200: PersonRequestSerializer})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let the login be that person. For organizers."""
        by = organizer_of(request)
        return self._decide(request, lambda row: requests.approve(request=row, by=by, now=timezone.now()))

    @extend_schema(request=PersonReason, responses={200: PersonRequestSerializer})
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say that it is not them. For organizers."""
        by = organizer_of(request)
        form = PersonReason(data=request.data)
        form.is_valid(raise_exception=True)
        reason = form.validated_data["reason"]
        return self._decide(request, lambda row: requests.refuse(request=row, reason=reason, by=by, now=timezone.now()))

    def _decide(self, request: Request, act: Any) -> Response:
        row = self.get_object()

        def do() -> Response:
            act(row)
            shown = self.rows().get(pk=row.pk)
            return self.reply(shown, self.get_serializer(shown).data)

        return once(request, do)
