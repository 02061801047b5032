"""API resources of reading lists: lists read, begun and imported; their entries read and written."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.bodies import FormBody, JSONBody
from members.api.filters import IdFilter
from members.api.people import PersonLine
from members.api.repeats import once
from members.api.rows import Expansion, Rows, person_of, require_match, writer_of
from papers.actions import list_imports, list_order, list_sections, lists
from papers.export import FORMS, export
from papers.lists.kinds import link_kind
from papers.models import EntryKind, ListEntry, ListSection, ReadingList
from papers.rules import LINE_LIMIT, LINKS_LIMIT, NOTE_LIMIT, TITLE_LIMIT, can_import_lists

STAMP = ("version", "created_at", "changed_at")
MEDIA_TYPES = {"readme": "text/markdown", "bibtex": "application/x-bibtex", "json": "application/json"}
SLUG = "[-a-zA-Z0-9_]{1,80}"


class ListSectionSerializer(serializers.ModelSerializer[ListSection]):
    """A heading of a list."""

    class Meta:
        model = ListSection
        fields = read_only_fields = ("id", "position", "title", "level", "body", "is_gone", *STAMP)


class ReadingListSerializer(serializers.ModelSerializer[ReadingList]):
    """A list without its entries."""

    maker = PersonLine(allow_null=True, read_only=True)
    sections = serializers.IntegerField(source="section_count", read_only=True)
    entries = serializers.IntegerField(source="entry_count", read_only=True)
    papers = serializers.IntegerField(source="paper_count", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = ReadingList
        fields = read_only_fields = (
            *("slug", "title", "heading", "intro", "maker", "sections", "entries", "papers", "url", *STAMP),
        )


class LinkSerializer(serializers.Serializer[dict[str, str]]):
    """An address beside the title."""

    label = serializers.CharField(allow_blank=True, max_length=TITLE_LIMIT)  # type: ignore[assignment]
    url = serializers.CharField(max_length=LINE_LIMIT)
    kind = serializers.SerializerMethodField()

    def get_kind(self, link: dict[str, str]) -> str:
        return link_kind(link["label"], link["url"])


class ListEntrySerializer(serializers.ModelSerializer[ListEntry]):
    """A work on a list. `arxiv_id` is what its addresses say, `paper` the work itself when no other one claims it."""

    section = serializers.IntegerField(source="section_id", read_only=True)
    links = LinkSerializer(many=True, read_only=True)
    paper = serializers.CharField(source="paper.arxiv_id", default=None, allow_null=True, read_only=True)

    class Meta:
        model = ListEntry
        fields = read_only_fields = (
            *("id", "section", "position", "group", "title", "kind", "url", "authors", "venue", "year", "links"),
            *("note", "stars", "after", "arxiv_id", "paper", "is_gone", *STAMP),
        )


class ListChange(serializers.Serializer[Any]):
    """What a list is called on the site."""

    title = serializers.CharField(max_length=list_imports.NAME_LIMIT)


class NewList(ListChange):
    """What a new list needs."""

    slug = serializers.SlugField(max_length=80)


class NewLink(serializers.Serializer[Any]):
    """An address beside the title."""

    label = serializers.CharField(allow_blank=True, default="", max_length=TITLE_LIMIT)  # type: ignore[assignment]
    url = serializers.CharField(max_length=LINE_LIMIT)


class EntryChange(serializers.Serializer[Any]):
    """What may be written of an entry; what is left out stays."""

    title = serializers.CharField(required=False, allow_blank=True, max_length=TITLE_LIMIT)
    kind = serializers.ChoiceField(EntryKind.choices, required=False)
    url = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=LINE_LIMIT)
    group = serializers.CharField(required=False, allow_blank=True, max_length=TITLE_LIMIT)
    authors = serializers.CharField(required=False, allow_blank=True, max_length=LINE_LIMIT)
    venue = serializers.CharField(required=False, allow_blank=True, max_length=TITLE_LIMIT)
    year = serializers.IntegerField(required=False, allow_null=True, min_value=1900, max_value=2099)
    links = serializers.ListField(child=NewLink(), required=False, max_length=LINKS_LIMIT)
    note = serializers.CharField(required=False, allow_blank=True, max_length=NOTE_LIMIT, trim_whitespace=False)


class NewEntry(EntryChange):
    """A new entry and the section it goes to."""

    section = serializers.IntegerField(min_value=1)


class Move(serializers.Serializer[Any]):
    """How far a row moves (`steps`, up is negative), or what it is put behind (null: the beginning).

    With the `version` that was read, a move that somebody else was faster with is refused.
    """

    steps = serializers.IntegerField(required=False, min_value=-10_000, max_value=10_000)
    behind = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    version = serializers.IntegerField(required=False, min_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("steps" in attrs) == ("behind" in attrs):
            raise serializers.ValidationError({"steps": _("Send either `steps` or `behind`.")}, code="required")
        return attrs


class EntryMove(Move):
    """`behind` is in `section`, by default its own."""

    section = serializers.IntegerField(required=False, min_value=1)


class NewSection(serializers.Serializer[Any]):
    """A new heading at the end of a list."""

    title = serializers.CharField(max_length=TITLE_LIMIT)
    level = serializers.ChoiceField([2, 3], default=2)


class ListFile(serializers.Serializer[Any]):
    """A README to import: a file as form field `file`, or its text."""

    file = serializers.FileField(required=False)
    text = serializers.CharField(required=False, trim_whitespace=False)
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    dry_run = serializers.BooleanField(default=False)


class ListResultSerializer(serializers.Serializer[Any]):
    """What became of a file, as the command answers."""

    status = serializers.ChoiceField(["created", "updated", "unchanged", "refused", "parsed"])
    sections = serializers.IntegerField()
    entries = serializers.IntegerField()
    papers = serializers.IntegerField()
    problems = serializers.ListField(child=serializers.DictField())


class ReadingListViewSet(Rows):
    """Reading lists by their title."""

    serializer_class = ReadingListSerializer
    lookup_field = "slug"
    lookup_value_regex = SLUG
    queries = {"export": ("to",), "take": ("dry_run",)}

    def rows(self) -> QuerySet[Any]:
        rows = ReadingList.objects.visible_to(person_of(self.request)).with_counts()
        return rows.select_related("maker").order_by("title", "pk")

    def find(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        return rows.filter(slug=key)

    @extend_schema(request=NewList, responses={201: ReadingListSerializer})
    def create(self, request: Request) -> Response:
        """Begin an empty list."""
        by = writer_of(request)
        form = NewList(data=request.data)
        form.is_valid(raise_exception=True)

        def make() -> Response:
            made = lists.create_list(**form.validated_data, by=by, now=timezone.now())
            return self._shown(made.pk, status.HTTP_201_CREATED)

        return once(request, make)

    @extend_schema(request=ListChange, responses={200: ReadingListSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Call a list something else; its maker and organizers."""
        by = writer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        form = ListChange(data=request.data)
        form.is_valid(raise_exception=True)
        lists.rename_list(reading_list=row, version=row.version, **form.validated_data, by=by, now=timezone.now())
        return self._shown(row.pk)

    def _shown(self, pk: int, code: int = 200) -> Response:
        row = self.rows().get(pk=pk)
        return self.reply(row, self.get_serializer(row).data, code)

    @extend_schema(
        parameters=[OpenApiParameter("to", str, enum=list(FORMS))],
        responses={
            (200, MEDIA_TYPES["readme"]): OpenApiTypes.STR,
            (200, MEDIA_TYPES["bibtex"]): OpenApiTypes.STR,
            (200, MEDIA_TYPES["json"]): OpenApiTypes.OBJECT,
        },
    )
    @action(detail=True, methods=["get"])
    def export(self, request: Request, slug: str) -> Any:
        """The list as a README, BibTeX or JSON."""
        to = request.query_params.get("to", "readme")
        if to not in FORMS:
            raise exceptions.ValidationError({"to": _("One of: %(known)s.") % {"known": ", ".join(FORMS)}})
        text = export(self.get_object(), to)
        return HttpResponse(text, content_type=f"{MEDIA_TYPES[to]}; charset=utf-8")

    @extend_schema(
        operation_id="lists_import",
        request={"multipart/form-data": ListFile, "application/json": ListFile},
        responses={200: ListResultSerializer, 201: ListResultSerializer},
        parameters=[OpenApiParameter("dry_run", bool)],
    )
    @action(detail=True, methods=["post"], url_path="import", parser_classes=(JSONBody, FormBody))
    def take(self, request: Request, slug: str) -> Response:
        """Import a README as this list, made if need be; a list that stands is merged with the file.

        With `dry_run=true` it is only read, and compared with the list that stands: conflicts are told before they
        arise. A file that is refused is an answer like any other: 200, `refused`.
        """
        by = writer_of(request)
        if not can_import_lists(by):
            raise PermissionDenied(_("Only organizers import reading lists."))
        sent = {name: request.data[name] for name in ("file", "text", "title", "dry_run") if name in request.data}
        form = ListFile(data={**sent, **{name: request.query_params[name] for name in request.query_params}})
        form.is_valid(raise_exception=True)
        values = form.validated_data
        if ("file" in values) == ("text" in values):
            message = _("Send a file as form field `file`, or its text as `text`.")
            raise exceptions.ValidationError({"file": message}, code="required")
        file = values.get("file")
        data, name = (file.read(), file.name) if file else (values["text"].encode(), "README.md")
        if values["dry_run"]:
            return Response(list_imports.preview_list(data=data, name=name, slug=slug).as_json())

        def store() -> Response:
            result = list_imports.import_list(
                data=data, name=name, slug=slug, title=values["title"], by=by, now=timezone.now()
            )
            is_new = result.status == "created"
            return Response(result.as_json(), status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

        return once(request, store)


class OfOneList(Rows):
    """Rows of the list that the address names."""

    expandable: dict[str, Expansion] = {}

    @cached_property
    def reading_list(self) -> ReadingList:
        row = ReadingList.objects.visible_to(person_of(self.request)).filter(slug=self.kwargs["slug"]).first()
        if row is None:
            raise Http404
        return row

    def _shown(self, pk: int, code: int = 200) -> Response:
        row = self.rows().get(pk=pk)
        return self.reply(row, self.get_serializer(row).data, code)


class ListSectionViewSet(OfOneList):
    """The headings of one list, in its order."""

    serializer_class = ListSectionSerializer

    def rows(self) -> QuerySet[Any]:
        return ListSection.objects.filter(reading_list=self.reading_list, deleted_at=None)

    @extend_schema(request=NewSection, responses={201: ListSectionSerializer})
    def create(self, request: Request, slug: str) -> Response:
        """Add a heading at the end of the list."""
        by = writer_of(request)
        form = NewSection(data=request.data)
        form.is_valid(raise_exception=True)

        def make() -> Response:
            made = list_sections.add_section(
                reading_list=self.reading_list, **form.validated_data, by=by, now=timezone.now()
            )
            return self._shown(made.pk, status.HTTP_201_CREATED)

        return once(request, make)

    @extend_schema(request=Move, responses={200: ListSectionSerializer})
    @action(detail=True, methods=["post"])
    def move(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Move a heading, with those under it, past others of its level, or put it behind another."""
        by = writer_of(request)
        row = self.get_object()
        form = Move(data=request.data)
        form.is_valid(raise_exception=True)
        act = list_order.place_section if "behind" in form.validated_data else list_order.move_section

        def make() -> Response:
            act(section=row, **form.validated_data, by=by, now=timezone.now())
            return self._shown(row.pk)

        return once(request, make)


class ListEntryFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=EntryKind.choices)
    section = IdFilter(field_name="section_id")
    arxiv_id = filters.CharFilter(max_length=32)
    title_contains = filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=200)


class ListEntryViewSet(OfOneList):
    """The entries of one list, in its order."""

    serializer_class = ListEntrySerializer
    filterset_class = ListEntryFilter

    def rows(self) -> QuerySet[Any]:
        rows = ListEntry.objects.visible_to(person_of(self.request)).filter(section__reading_list=self.reading_list)
        return rows.select_related("paper").in_order()

    @extend_schema(request=NewEntry, responses={201: ListEntrySerializer})
    def create(self, request: Request, slug: str) -> Response:
        """Add an entry at the end of a section."""
        by = writer_of(request)
        form = NewEntry(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        section = ListSection.objects.filter(
            pk=values.pop("section"), reading_list=self.reading_list, deleted_at=None
        ).first()
        if section is None:
            raise exceptions.ValidationError({"section": _("There is no such section on this list.")}, code="unknown")

        def make() -> Response:
            made = lists.add_entry(section=section, values=values, by=by, now=timezone.now())
            return self._shown(made.pk, status.HTTP_201_CREATED)

        return once(request, make)

    @extend_schema(
        request=EntryChange,
        responses={200: ListEntrySerializer},
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)],
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is sent of an entry."""
        by = writer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        form = EntryChange(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        lists.edit_entry(entry=row, version=row.version, values=dict(form.validated_data), by=by, now=timezone.now())
        return self._shown(row.pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take an entry off the list; it can be brought back on the site."""
        by = writer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        lists.remove_entry(entry=row, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=EntryMove, responses={200: ListEntrySerializer})
    @action(detail=True, methods=["post"])
    def move(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Move an entry up or down, or put it behind another one, in any section of its list."""
        by = writer_of(request)
        row = self.get_object()
        form = EntryMove(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        section = values.pop("section", row.section_id)

        def make() -> Response:
            if "behind" in values:
                list_order.place_entry(entry=row, section=section, **values, by=by, now=timezone.now())
            else:
                list_order.move_entry(entry=row, **values, by=by, now=timezone.now())
            return self._shown(row.pk)

        return once(request, make)
