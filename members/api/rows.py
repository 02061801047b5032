"""What the resources of every app share: reading rows, ETags, `expand`, and no query parameter without effect."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.http import parse_etags
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_field
from rest_framework import exceptions, serializers, viewsets
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from members.actors import actor_of
from members.models import Person
from members.rules import is_organizer, may_write

ID = re.compile("[0-9]{1,18}")


class PreconditionRequired(exceptions.APIException):
    """The row's ETag must be sent, so that nobody overwrites what they have not seen."""

    status_code = 428
    default_code = "precondition_required"
    default_detail = gettext_lazy("Send the row's ETag as If-Match.")


class StaleRow(exceptions.APIException):
    """The row has changed since it was read; carries what was sent, what stands, and what was read (None: unknown)."""

    status_code = 412
    default_code = "conflict"
    default_detail = gettext_lazy("This has changed since you read it; here is what stands now.")

    def __init__(self, *, yours: Any, theirs: Any, base: Any = None, standing: Any = None) -> None:
        super().__init__()
        self.texts = {"yours": yours, "theirs": theirs, "base": base, "standing": standing}


def etag_of(row: Any, data: Any) -> str:
    """Return the ETag of a row as shown: its key, its version, and a digest of everything in the reply.

    Readers compare all of it, so a reply is never stale; writers only key and version (see require_match), so an
    answer that came in meanwhile does not hinder an edit of the question.
    """
    digest = hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:16]
    return f'"{row.pk}.{_version(row)}.{digest}"'


def _version(row: Any) -> int:
    return getattr(row, "version", 1)


def require_match(request: Request, row: Any, shown: Any) -> None:
    """Raise PreconditionRequired without If-Match, StaleRow when it names another version; `shown` is what stands."""
    sent = request.headers.get("If-Match")
    if not sent:
        raise PreconditionRequired
    tags = parse_etags(sent)
    if "*" not in tags and f'"{row.pk}.{_version(row)}' not in {tag.rpartition(".")[0] for tag in tags}:
        standing = (row.pk, _version(row))
        raise StaleRow(yours=request.data or None, theirs=shown, base=_read(row, tags), standing=standing)


def _read(row: Any, tags: list[str]) -> dict[str, Any] | None:
    """Return what the row said when the first of these ETags was made, as far as the site knows (`BASE_OF`)."""
    parts = tags[0].strip('"').split(".") if tags else []
    if len(parts) != 3 or parts[0] != str(row.pk) or not ID.fullmatch(parts[1]):
        return None
    found: dict[str, Any] | None = import_string(settings.BASE_OF)(row, int(parts[1]))
    return found


def with_only(rows: QuerySet[Any], **related: tuple[str, ...]) -> QuerySet[Any]:
    """Fetch related rows along with these fields only: `section__episode=("code",)`; a list of 50 names few of them."""
    for path, names in related.items():
        model: Any = rows.model
        for step in path.split("__"):
            model = model._meta.get_field(step).related_model
        kept = {*names, model._meta.pk.name, *(other.removeprefix(f"{path}__").split("__")[0] for other in related)}
        left = [field.name for field in model._meta.concrete_fields if field.name not in kept]
        rows = rows.select_related(path).defer(*[f"{path}__{name}" for name in left])
    return rows


def person_of(request: Request) -> Person | None:
    """Return the Person who asks, None for visitors."""
    actor = actor_of(request.user)
    return actor if isinstance(actor, Person) else None


def writer_of(request: Request) -> Person:
    """Return the person who writes; raises PermissionDenied for visitors and suspended people."""
    person = person_of(request)
    if person is None:
        raise PermissionDenied(_("Sign in or send a token to write."))
    if not may_write(person):
        raise PermissionDenied(_("This account is suspended; it may only read."))
    return person


def organizer_of(request: Request) -> Person:
    """Return the organizer who asks; raises PermissionDenied for everybody else."""
    person = person_of(request)
    if person is None or not is_organizer(person):
        raise PermissionDenied(_("Only organizers see this."))
    return person


@dataclass(frozen=True, slots=True)
class Expansion:
    """Rows shown inside another row on demand: how they look, and which of them."""

    serializer: type[serializers.BaseSerializer[Any]]
    rows: Callable[[], QuerySet[Any]]


class RowsSchema(AutoSchema):
    """What the schema says of every resource: expand, ETags and keys for repeated requests."""

    view: Any

    def get_override_parameters(self) -> list[Any]:
        found = list(super().get_override_parameters())
        action = getattr(self.view, "action", "")
        if action in ("list", "retrieve") and self.view.expandable:
            found.append(
                OpenApiParameter("expand", str, enum=list(self.view.expandable), many=True, style="form", explode=False)
            )
        if action == "retrieve":
            found.append(OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="an ETag"))
        if action == "create":
            found.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "maxLength": 200},
                    OpenApiParameter.HEADER,
                    description="the same key and body again get the first reply",
                )
            )
        if action in ("destroy", "partial_update"):
            found.append(
                OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="the row's ETag")
            )
        return found

    def get_auth(self) -> list[dict[str, Any]]:
        known = super().get_auth()
        return [*known, {}] if self.method == "GET" and self.view.is_public else known

    def get_response_serializers(self) -> Any:
        found = super().get_response_serializers()
        if getattr(self.view, "action", "") != "retrieve":
            return found
        return {200: found, 304: OpenApiResponse(description="Unchanged since the ETag sent as If-None-Match")}


@extend_schema_field(OpenApiTypes.BOOL)
class Flag(filters.TypedChoiceFilter):
    """true or false; anything else is refused."""

    def __init__(self, **options: Any) -> None:
        choices = (("true", "true"), ("false", "false"))
        super().__init__(choices=choices, coerce=lambda value: value == "true", **options)


class Rows(viewsets.ReadOnlyModelViewSet):
    """Read a table. `rows()` is what this visitor may see, in order.

    `is_public` only tells the schema whether visitors may read; `rows()` decides. `queries` names the query
    parameters of an action besides filters, pages and expand; an unknown one is refused, so that a misspelled filter
    never answers with everything, and so is one that is given twice.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = RowsSchema()
    is_public = True
    expandable: dict[str, Expansion] = {}
    queries: dict[str, tuple[str, ...]] = {}

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def find(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        """Return the row that the address names: by its opaque id unless a resource says otherwise."""
        return rows.filter(pk=key) if ID.fullmatch(key) else rows.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = self._known_queries()
        for name, value in (
            request.query_params.items() if self.action not in (None, "metadata") else ()
        ):  # the method is refused
            if not value:
                raise exceptions.ValidationError({name: _("Give a value or leave the parameter out.")}, code="blank")
            if name not in known:
                message = _("There is no such parameter here; known: %(known)s.") % {"known": ", ".join(known) or "-"}
                raise exceptions.ValidationError({name: message}, code="unknown_parameter")
            if len(request.query_params.getlist(name)) > 1:
                raise exceptions.ValidationError({name: _("Give this parameter once.")}, code="repeated")

    def _known_queries(self) -> list[str]:
        action = self.action or ""
        known = [*self.queries.get(action, ())]
        if action == "list":
            filterset = getattr(self, "filterset_class", None)
            known += [*(filterset.base_filters if filterset else ()), "page", "page_size"]
        if action in ("list", "retrieve") and self.expandable:
            known.append("expand")
        return [*known, "format"]

    def expanded(self) -> list[str]:
        """Return the relations asked for by `?expand=`; raises ValidationError for an unknown or an empty one."""
        asked = self.request.query_params.get("expand")
        names = [] if asked is None else asked.split(",")
        for name in names:
            if name not in self.expandable:
                message = _("%(name)s cannot be expanded here; known: %(known)s.")
                values = {"name": name or '""', "known": ", ".join(self.expandable)}
                raise exceptions.ValidationError({"expand": message % values})
        return list(dict.fromkeys(names)) if self.action in ("list", "retrieve") else []

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the schema is made without a visitor
            model: Any = self.serializer_class.Meta.model  # type: ignore[union-attr]
            return model._default_manager.none()
        return self.rows().prefetch_related(*(Prefetch(name, self.expandable[name].rows()) for name in self.expanded()))

    def get_object(self) -> Any:
        row = self.find(self.get_queryset(), self.kwargs[self.lookup_field]).first()
        if row is None:
            raise Http404
        return row

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        serializer = super().get_serializer(*args, **kwargs)
        fields: Any = getattr(serializer, "child", serializer).fields  # type: ignore[union-attr]
        for name in [] if getattr(self, "swagger_fake_view", False) else self.expanded():
            fields[name] = self.expandable[name].serializer(many=True, read_only=True)
        return serializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        return self.reply(row, self.get_serializer(row).data)

    def reply(self, row: Any, data: Any, status: int = 200) -> Response:
        """Return what is shown of a row with its ETag, or 304 to whoever has it."""
        tag = etag_of(row, data)
        known = {each.removeprefix("W/") for each in parse_etags(self.request.headers.get("If-None-Match", ""))}
        if self.request.method in ("GET", "HEAD") and known & {tag, "*"}:
            return Response(status=304, headers={"ETag": tag})
        return Response(data, status=status, headers={"ETag": tag})
