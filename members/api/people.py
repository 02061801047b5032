"""API resources: people and one's own tokens."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions import tokens
from members.api.repeats import once
from members.api.rows import Expansion, Flag, Rows, person_of, require_match
from members.models import Alias, Person, Scope, Token


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
            "url",
            "version",
            "created_at",
            "changed_at",
        )


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

        return once(request, make, unkept="key")

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
