"""API resource of documents that come in: a file or an EpisodeDoc is read, stored, and what became of it answered."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from members.actors import actor_of
from members.api.bodies import FormBody, JSONBody
from members.api.repeats import once
from members.api.rows import Rows, organizer_of
from talks.actions import imports
from talks.api import serializers
from talks.api.filters import InEpisode
from talks.models import SourceDocument
from talks.models.episodes import read_code
from talks.rules import can_import

FLAGS = ("dry_run", "replace")


class ImportViewSet(Rows):
    """Documents that came in, for organizers. The list shows what was imported; POST imports one more."""

    serializer_class = serializers.ImportSerializer
    is_public = False
    parser_classes = (JSONBody, FormBody)
    filterset_class = InEpisode
    queries = {"create": FLAGS}

    def rows(self) -> QuerySet[Any]:
        organizer_of(self.request)
        found = SourceDocument.objects.select_related("episode", "imported_by").defer("data", "text", "document")
        return found.order_by("-pk")

    @extend_schema(
        request={"multipart/form-data": serializers.NewImport, "application/json": OpenApiTypes.OBJECT},
        responses={200: serializers.ImportResultSerializer, 201: serializers.ImportResultSerializer},
        parameters=[OpenApiParameter(name, bool) for name in FLAGS],
    )
    def create(self, request: Request) -> Response:
        """Import one document: a file as form field `file`, or an EpisodeDoc as the JSON body.

        With `dry_run=true` it is only read and nothing is stored. `replace=true` lets it take over a number that
        another document holds. A document that is refused is an answer like any other: 200 with status `refused`.
        """
        by = actor_of(request.user)
        if not can_import(by):
            raise PermissionDenied(_("Only organizers import documents."))
        data, name = _document_in(request)
        if _flag(request, "dry_run"):
            return Response(imports.preview_file(data=data, name=name).as_json())
        replace = _flag(request, "replace")
        file = imports.prepare(data=data, name=name)  # not under the lock that `once` takes

        def store() -> Response:
            result = imports.import_prepared(file=file, by=by, now=timezone.now(), replace=replace)
            is_new = result.status == "created"
            return Response(result.as_json(), status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

        return once(request, store)


def _document_in(request: Request) -> tuple[bytes, str]:
    """Return the bytes and the file name of what was sent; raises ValidationError when there is nothing."""
    if (uploaded := request.FILES.get("file")) is not None:
        return uploaded.read(), uploaded.name
    body = request.data
    if not isinstance(body, dict) or "schema" not in body:
        message = _("Send a file as form field `file`, or an EpisodeDoc as the JSON body.")
        raise exceptions.ValidationError({"file": message}, code="required")
    document = {name: value for name, value in body.items() if name not in FLAGS}
    code = read_code(str(document.get("code"))) or "document"
    return imports.json_bytes(document), f"{code}.json"


def _flag(request: Request, name: str) -> bool:
    """Return a switch given in the address or the body."""
    sent = request.query_params.get(name)
    value = request.data.get(name, False) if sent is None else sent
    text = str(value).lower()
    if text not in ("true", "false"):
        raise exceptions.ValidationError({name: _("Use true or false.")}, code="invalid")
    return text == "true"
