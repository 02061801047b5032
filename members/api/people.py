"""API resources: people and one's own tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions import logins, names, profile, tokens
from members.api.bodies import body_of
from members.api.repeats import once
from members.api.rows import Expansion, Flag, Rows, organizer_of, person_of, require_match, writer_of
from members.models import Alias, ChatWish, MailGroup, Person, Scope, Token
from members.rules import REASON_LIMIT

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="the row's ETag")


class PersonSerializer(serializers.ModelSerializer[Person]):
    """A name in the record."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Person
        fields = read_only_fields = (
            "handle",
            "name",
            "is_collective",
            "bio",
            "links",
            "url",
            "version",
            "created_at",
            "changed_at",
        )


class Link(serializers.Serializer[Any]):
    """An address of one's own, and what it is called."""

    url = serializers.CharField(max_length=profile.URL_LIMIT)
    title = serializers.CharField(required=False, default="", allow_blank=True, max_length=profile.TITLE_LIMIT)


class ProfileChange(serializers.Serializer[Any]):
    """What one may say of oneself; what is left out stays."""

    name = serializers.CharField(required=False, max_length=names.NAME_LIMIT)
    bio = serializers.CharField(required=False, allow_blank=True, max_length=profile.BIO_LIMIT)
    links = Link(many=True, required=False)
    wants_suggestions = serializers.BooleanField(required=False)
    mails = serializers.ListField(
        child=serializers.ChoiceField(MailGroup.choices), required=False, max_length=len(MailGroup), help_text="groups"
    )
    chat_wish = serializers.ChoiceField(
        ChatWish.choices, required=False, help_text="what becomes of one's words when a chat log is taken in"
    )


class PersonInto(serializers.Serializer[Any]):
    """Who somebody is really."""

    into = serializers.CharField(max_length=80, help_text="handle")
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=REASON_LIMIT)


class NewName(serializers.Serializer[Any]):
    """Another name; `carry` also writes it into every row of theirs, and so into the exports made from now on."""

    name = serializers.CharField(max_length=names.NAME_LIMIT)
    carry = serializers.BooleanField(required=False, default=False)


class PersonReason(serializers.Serializer[Any]):
    """A reason for other organizers."""

    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=REASON_LIMIT)


class PersonLine(serializers.ModelSerializer[Person]):
    """A person inside another row."""

    class Meta:
        model = Person
        fields = read_only_fields = ("handle", "name")


class AliasSerializer(serializers.ModelSerializer[Alias]):
    """A written name of a person."""

    class Meta:
        model = Alias
        fields = read_only_fields = ("name",)


class PersonFilter(filters.FilterSet):
    name = filters.CharFilter(max_length=80)
    name_contains = filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=80)
    is_collective = Flag()


class PersonViewSet(Rows):
    """People. The talk narrows `rows()` to those whom a visitor may know of."""

    serializer_class = PersonSerializer
    filterset_class = PersonFilter
    lookup_field = "handle"
    lookup_value_regex = "[^/]{1,80}"
    expandable = {"aliases": Expansion(AliasSerializer, lambda: Alias.objects.filter(deleted_at=None).order_by("pk"))}

    def rows(self) -> QuerySet[Any]:
        return Person.objects.current().order_by("name", "pk")

    def find(self, rows: Any, key: str) -> QuerySet[Any]:
        return rows.with_handle(key)

    @extend_schema(request=ProfileChange, responses={200: PersonSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what one says of oneself."""
        by = writer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        sent = body_of(request, ProfileChange)
        values = {**sent, "links": [dict(link) for link in sent["links"]]} if "links" in sent else sent
        profile.edit_profile(person=row, version=row.version, by=by, now=timezone.now(), **values)
        return self.retrieve(request)

    @extend_schema(request=PersonInto, responses={200: PersonSerializer})
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say that this one is really another, who is answered; their rows become theirs. For organizers."""
        by = organizer_of(request)
        sent = body_of(request, PersonInto)
        into = Person.objects.current().with_handle(sent["into"]).first()
        if into is None:
            raise serializers.ValidationError({"into": _("Nobody is called so.")}, code="unknown")
        return self._act(request, names.merge, person=self.get_object(), into=into, reason=sent["reason"], by=by)

    @extend_schema(request=None, responses={200: PersonSerializer})
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Part somebody who was merged from whom they were merged into: every moved row goes back. For organizers."""
        by = organizer_of(request)
        row = Person.objects.filter(deleted_at=None).with_handle(kwargs[self.lookup_field]).first()
        if row is None:
            raise Http404
        return self._act(request, names.unmerge, person=row, by=by)

    @extend_schema(request=NewName, responses={200: PersonSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def rename(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give somebody another name; the old one stays an alias. For organizers."""
        by = organizer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        sent = body_of(request, NewName)
        return self._act(request, names.rename, person=row, version=row.version, by=by, **sent)

    @extend_schema(request=None, responses={200: PersonSerializer})
    @action(detail=True, methods=["post"])
    def undo_rename(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take the last name back, and out of the rows it was carried into. For organizers."""
        by = organizer_of(request)
        return self._act(request, names.undo_rename, person=self.get_object(), by=by)

    @extend_schema(request=PersonReason, responses={200: PersonSerializer})
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let a login only read; its sessions and tokens end at once. For organizers."""
        by = organizer_of(request)
        return self._act(request, logins.suspend, person=self.get_object(), by=by, **body_of(request, PersonReason))

    @extend_schema(request=None, responses={200: PersonSerializer})
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let a suspended login write again. For organizers."""
        by = organizer_of(request)
        return self._act(request, logins.lift, person=self.get_object(), by=by)

    def _act(self, request: Request, act: Callable[..., Any], *, person: Person, **values: Any) -> Response:
        """Do it once, and show the person: for a merge, whom they were merged into."""

        def do() -> Response:
            made = act(person=person, now=timezone.now(), **values)
            row = Person.objects.get(pk=made.pk if isinstance(made, Person) else person.pk)
            return self.reply(row, self.get_serializer(row).data)

        return once(request, do)


class TokenSerializer(serializers.ModelSerializer[Token]):
    """One of my tokens, without its key."""

    class Meta:
        model = Token
        fields = read_only_fields = ("id", "name", "scope", "hint", "created_at", "expires_at", "last_used_at")


class NewToken(serializers.Serializer):
    """What a new token needs."""

    scope = serializers.ChoiceField(Scope.choices)
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=tokens.NAME_LIMIT)


class MadeToken(TokenSerializer):
    """A new token with its key, shown now only: a repeated request gets null."""

    key = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = Token
        fields = read_only_fields = (*TokenSerializer.Meta.fields, "key")


class TokenViewSet(Rows):
    """My own tokens. A token cannot make or revoke tokens: that needs a signed-in session."""

    serializer_class = TokenSerializer
    is_public = False

    def rows(self) -> QuerySet[Any]:
        person = person_of(self.request)
        if person is None:
            raise PermissionDenied(_("Sign in to see your tokens."))
        return Token.objects.valid(timezone.now()).filter(user=person.user).order_by("-pk")

    @extend_schema(request=NewToken, responses={201: MadeToken})
    def create(self, request: Request) -> Response:
        """Make a token and show its key."""
        person = self._signed_in(request)
        form = NewToken(data=request.data)
        form.is_valid(raise_exception=True)

        def make() -> Response:
            now = timezone.now()
            token, key = tokens.create_token(user=person.user, by=person, now=now, **form.validated_data)
            return Response({**TokenSerializer(token).data, "key": key}, status=status.HTTP_201_CREATED)

        return once(request, make, unkept=("key",))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Revoke a token."""
        person = self._signed_in(request)
        token = self.get_object()
        require_match(request, token, self.get_serializer(token).data)
        tokens.revoke_token(token=token, by=person, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _signed_in(self, request: Request) -> Any:
        person = person_of(request)
        if person is None or isinstance(request.auth, Token):
            raise PermissionDenied(_("Sign in on the site to make or revoke tokens."))
        return person
