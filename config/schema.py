"""The OpenAPI document: where it is served, how people authenticate, and that every error is a problem document."""

from __future__ import annotations

from threading import Lock
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request

from config.api import BearerAuthentication, SessionAuthentication
from config.problems import MEDIA_TYPE

# The generator keeps what it is at on classes that all threads share: the view a description belongs to, a class it
# puts in another's place, its extensions while they load. Two at once crash or write each other's operations.
_one_at_a_time = Lock()
# language → the document: it is made of the code alone, and takes half a second.
_made: dict[str, dict[str, Any]] = {}


class Generator(SchemaGenerator):
    """Makes the document once for every language of the site, in every process."""

    def get_schema(self, request: Request | None = None, public: bool = False) -> dict[str, Any]:
        language = get_language() or ""
        with _one_at_a_time:
            if language not in _made:
                made = super().get_schema(request=request, public=public)
                if language not in dict(settings.LANGUAGES):
                    return made
                _made[language] = made
            return _made[language]


class Schema(SpectacularAPIView):
    """The OpenAPI document, as JSON unless YAML is asked for."""

    http_method_names = ["get", "head"]
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]
    generator_class = Generator

    def _get_version_parameter(self, request: Request) -> None:
        """There is one version, whatever the address asks for: it would stand in a header and in the document."""


class Docs(SpectacularSwaggerSplitView):
    """The schema as pages one can try; no script or style of them is inline."""

    http_method_names = ["get", "head"]


class BearerScheme(OpenApiAuthenticationExtension):
    """How the schema names BearerAuthentication."""

    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):
    """How the schema names SessionAuthentication."""

    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


def document_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the problem document to every operation of the schema (a post-processing hook of drf-spectacular)."""
    text = {"type": "string"}
    names = {"type": text, "title": text, "status": {"type": "integer"}, "detail": text, "code": text}
    errors = {"type": "object", "additionalProperties": {"type": "array", "items": text}}
    both = {"description": "With code conflict: what was sent, and what stands."}
    merged = {
        "description": "With code conflict: what was sent with what others changed meanwhile, to be read and sent "
        "again on the ETag that this reply carries; null when both changed the same place, or where it is not known "
        "what was read."
    }
    result["components"].setdefault("schemas", {})["Error"] = {
        "type": "object",
        "description": "An error. `code` names the rule for machines, `errors` the fields.",
        "properties": {**names, "errors": errors, "yours": both, "theirs": both, "merged": merged},
        "required": [*names, "errors"],
    }
    reply = {
        "description": "Refused; the problem document says why.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["4XX"] = reply
    return result
