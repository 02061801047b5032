"""API of what weeks are planned from: templates, standing owners, holidays, weeks off; and of notifications."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.notifications import read_all
from members.api.bodies import body_of
from members.api.people import PersonLine
from members.api.repeats import once
from members.api.rows import Flag, Rows, person_of, require_match, writer_of
from members.models import Notification
from talks.actions import days, templates
from talks.api import serializers as shown
from talks.api.life import HANDLE_LIMIT, person_called
from talks.models import Break, Holiday, SectionKind, StandingOwner, Template
from talks.notices import sentence_of, url_of
from talks.rules import REASON_LIMIT


class NewEdition(serializers.Serializer[Any]):
    """What differs from the newest edition; `edition` is the one that was seen."""

    edition = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    weekday = serializers.IntegerField(required=False, min_value=0, max_value=6)
    time = serializers.TimeField(required=False)
    locks_before = serializers.IntegerField(required=False, min_value=0, max_value=templates.LOCKS_LIMIT)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=templates.MINUTES_LIMIT)
    votes = serializers.IntegerField(required=False, min_value=0, max_value=templates.VOTES_LIMIT)
    sections = serializers.ListField(child=serializers.DictField(), required=False, max_length=templates.SECTIONS)
    passages = serializers.ListField(child=serializers.DictField(), required=False, max_length=templates.PASSAGES)


class TemplateFilter(filters.FilterSet):
    name = filters.CharFilter(max_length=80)


class TemplateViewSet(Rows):
    """Editions of templates, the newest of each first."""

    serializer_class = shown.TemplateSerializer
    filterset_class = TemplateFilter

    def rows(self) -> QuerySet[Any]:
        return Template.objects.current()

    @extend_schema(request=NewEdition, responses={201: shown.TemplateSerializer})
    def create(self, request: Request) -> Response:
        """Change the weekly template by a new edition. For organizers; 412 when there is a newer one than was seen."""
        by, said = writer_of(request), body_of(request, NewEdition)
        edition = said.pop("edition")

        def act() -> Response:
            made = templates.make_edition(edition=edition, values=said, by=by, now=timezone.now())
            return self.reply(made, self.get_serializer(made).data, status.HTTP_201_CREATED)

        return once(request, act)


class OwnerSerializer(serializers.ModelSerializer[StandingOwner]):
    """Somebody takes a section every week, but not on these days."""

    person = PersonLine(read_only=True)
    skips = serializers.ListField(child=serializers.DateField(), read_only=True)

    class Meta:
        model = StandingOwner
        fields = read_only_fields = ("id", "kind", "title", "person", "position", "skips", *shown.STAMP)


class NewOwner(serializers.Serializer[Any]):
    """Who takes which section: a handle and a kind, or the title of one section."""

    person = serializers.CharField(max_length=HANDLE_LIMIT)
    kind = serializers.ChoiceField(SectionKind.choices)
    title = shown.Text(max_length=templates.TITLE_LIMIT, required=False, default="", allow_blank=True)


class Day(serializers.Serializer[Any]):
    """The day of a talk."""

    day = serializers.DateField()


class OwnerViewSet(Rows):
    """Who takes which section every week."""

    serializer_class = OwnerSerializer

    def rows(self) -> QuerySet[Any]:
        return StandingOwner.objects.current()

    @extend_schema(request=NewOwner, responses={201: OwnerSerializer})
    def create(self, request: Request) -> Response:
        """Let somebody take a section every week. For organizers."""
        by, said = writer_of(request), body_of(request, NewOwner)

        def act() -> Response:
            person = person_called(said.pop("person"), field="person")
            made = templates.own(person=person, by=by, now=timezone.now(), **said)
            return self.reply(made, self.get_serializer(made).data, status.HTTP_201_CREATED)

        return once(request, act)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let somebody take it every week no more."""
        by, row = writer_of(request), self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        templates.disown(owner=row, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=Day, responses={200: OwnerSerializer})
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Leave one day's talk out."""
        by, row, said = writer_of(request), self.get_object(), body_of(request, Day)
        return once(request, lambda: self._shown(templates.skip(owner=row, by=by, now=timezone.now(), **said)))

    @extend_schema(request=Day, responses={200: OwnerSerializer})
    @action(detail=True, methods=["post"])
    def unskip(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take one day's talk after all."""
        by, row, said = writer_of(request), self.get_object(), body_of(request, Day)
        return once(request, lambda: self._shown(templates.unskip(owner=row, by=by, now=timezone.now(), **said)))

    def _shown(self, row: StandingOwner) -> Response:
        return self.reply(row, self.get_serializer(row).data)


class HolidaySerializer(serializers.ModelSerializer[Holiday]):
    """A day of the statutory calendar: off, or worked."""

    class Meta:
        model = Holiday
        fields = read_only_fields = ("id", "day", "name", "is_workday", *shown.STAMP)


class NewHoliday(serializers.Serializer[Any]):
    """A day of the statutory calendar."""

    day = serializers.DateField()
    name = shown.Text(max_length=days.NAME_LIMIT)
    is_workday = serializers.BooleanField(default=False)


class HolidayFilter(filters.FilterSet):
    year = filters.NumberFilter(field_name="day", lookup_expr="year", min_value=1, max_value=9999)
    is_workday = Flag()


class HolidayViewSet(Rows):
    """The statutory calendar; a year without rows is not announced yet."""

    serializer_class = HolidaySerializer
    filterset_class = HolidayFilter

    def rows(self) -> QuerySet[Any]:
        return Holiday.objects.current()

    @extend_schema(request=NewHoliday, responses={201: HolidaySerializer})
    def create(self, request: Request) -> Response:
        """Enter a day, or correct it. For organizers."""
        by, said = writer_of(request), body_of(request, NewHoliday)

        def act() -> Response:
            made = days.set_holiday(by=by, now=timezone.now(), **said)
            return self.reply(made, self.get_serializer(made).data, status.HTTP_201_CREATED)

        return once(request, act)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a day out. For organizers."""
        by, row = writer_of(request), self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        days.remove_holiday(row=row, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class BreakSerializer(serializers.ModelSerializer[Break]):
    """A day without a talk, and why."""

    class Meta:
        model = Break
        fields = read_only_fields = ("id", "day", "reason", *shown.STAMP)


class NewBreak(serializers.Serializer[Any]):
    """A day without a talk, and why."""

    day = serializers.DateField()
    reason = shown.Text(max_length=REASON_LIMIT)


class BreakViewSet(Rows):
    """Days without a talk."""

    serializer_class = BreakSerializer

    def rows(self) -> QuerySet[Any]:
        return Break.objects.current()

    @extend_schema(request=NewBreak, responses={201: BreakSerializer})
    def create(self, request: Request) -> Response:
        """Leave a day out; a talk that is planned on it moves. For organizers."""
        by, said = writer_of(request), body_of(request, NewBreak)

        def act() -> Response:
            made = days.take_break(by=by, now=timezone.now(), **said)
            return self.reply(made, self.get_serializer(made).data, status.HTTP_201_CREATED)

        return once(request, act)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Talk on this day after all. For organizers."""
        by, row = writer_of(request), self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        days.end_break(row=row, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """What I was told, as a sentence, and where it leads."""

    sentence = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    values = serializers.DictField(read_only=True)

    class Meta:
        model = Notification
        fields = read_only_fields = (
            *("id", "kind", "target_kind", "target_key", "values", "sentence", "url", "created_at", "read_at"),
        )

    @extend_schema_field(serializers.CharField())
    def get_sentence(self, row: Notification) -> str:
        return sentence_of(row.kind, row.values)

    @extend_schema_field(serializers.CharField())
    def get_url(self, row: Notification) -> str:
        return url_of(row)


class NotificationFilter(filters.FilterSet):
    is_read = Flag(field_name="read_at", lookup_expr="isnull", exclude=True)
    kind = filters.CharFilter(max_length=40)


class Until(serializers.Serializer[Any]):
    """The newest notification that was seen; all of them without one."""

    until = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ReadSerializer(serializers.Serializer[Any]):
    """How many became read."""

    read = serializers.IntegerField()


class NotificationViewSet(Rows):
    """What I was told, the newest first."""

    serializer_class = NotificationSerializer
    is_public = False
    filterset_class = NotificationFilter

    def rows(self) -> QuerySet[Any]:
        person = person_of(self.request)
        if person is None:
            raise PermissionDenied(_("Sign in to see what you were told."))
        return Notification.objects.of(person)

    @extend_schema(request=Until, responses={200: ReadSerializer})
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def read(self, request: Request) -> Response:
        """Note that I have read what I was told, up to one of them."""
        by, said = writer_of(request), body_of(request, Until)
        until = said.get("until")
        return once(request, lambda: Response({"read": read_all(by=by, now=timezone.now(), until=until)}))
