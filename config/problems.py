"""The one form of error of the API: RFC 9457 problem documents, whatever went wrong and whoever noticed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import is_valid_path
from django.utils.translation import gettext as _
from django.views.defaults import server_error
from rest_framework import exceptions, views

from markup.merging import merge_values
from members.rules import StateRefusal, in_one

MEDIA_TYPE = "application/problem+json"
GENERAL = "non_field_errors"


@dataclass(frozen=True, slots=True)
class Described:
    """An expected error as its problem document says it; `texts` are the two sides of a conflict."""

    status: int
    code: str
    detail: str
    errors: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)

    def as_response(self) -> HttpResponse:
        body = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "errors": self.errors,
            **self.texts,
        }
        return JsonResponse(
            body,
            status=self.status,
            headers=self.headers,
            content_type=MEDIA_TYPE,
            json_dumps_params={"ensure_ascii": False},
        )


def problem(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Return the problem document of an expected error; anything else is a bug and stays a 500."""
    request = context.get("request")
    described = describe(error, is_known=request is not None and request.user.is_authenticated)
    if described is None:
        return None
    views.set_rollback()
    return described.as_response()


def describe(error: Exception, *, is_known: bool) -> Described | None:
    """Return what an expected error means, None for any other. `is_known`: the visitor is signed in."""
    match error:
        case ValidationError():
            return _of_action(error)
        case exceptions.APIException():
            return _of_framework(error)
        case Http404():
            return Described(404, "not_found", _("There is nothing here."))
        case StateRefusal():
            return Described(409, error.code, str(error))
        case PermissionDenied() if is_known:
            return Described(403, "permission_denied", str(error) or _("You may not do this."))
        case PermissionDenied():
            challenge = {"WWW-Authenticate": "Bearer"}
            return Described(401, "not_authenticated", str(error) or _("Sign in first."), headers=challenge)
        case RequestDataTooBig():
            return Described(413, "too_large", _("This is more than the site reads at once."))
        case SuspiciousOperation() | BadRequest() | MultiPartParserError():
            return Described(400, "parse_error", _("The request cannot be read."))
    return None


def _of_action(error: ValidationError) -> Described:
    """A value that can be mended: 400. Somebody was faster, and the error carries both texts: 412."""
    has_fields = hasattr(error, "error_dict")
    found = [each for errors in error.error_dict.values() for each in errors] if has_fields else error.error_list
    errors = error.message_dict if has_fields else {GENERAL: error.messages}
    described = Described(400, _code_of([each.code for each in found]), _in_fields(errors), errors)
    if described.code != "conflict":
        return described
    params = found[0].params or {}
    return replace(described, status=412, texts=_texts(params), headers=_standing(params))


def _standing(known: Mapping[str, Any]) -> dict[str, str]:
    """Return the ETag of what stands, as far as writers compare it: so the merge is an edit of exactly that."""
    standing = known.get("standing")
    return {"ETag": '"{}.{}.stands"'.format(*standing)} if standing else {}


def _texts(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return both sides of a conflict, and what became of both when nothing clashes."""
    yours, theirs, base = (known.get(name) for name in ("yours", "theirs", "base"))
    merged = None
    if isinstance(yours, Mapping) and isinstance(theirs, Mapping) and base is not None:
        found = merge_values(base, yours, theirs)
        merged = None if found.clashes else found.values
    return {"yours": yours, "theirs": theirs, "merged": merged}


def _of_framework(error: exceptions.APIException) -> Described:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    known: Mapping[str, Any] = getattr(error, "texts", {})
    texts = _texts(known) if known else {}
    headers |= _standing(known)
    if not isinstance(error, exceptions.ValidationError):
        code = str(getattr(error.detail, "code", error.default_code))
        return Described(error.status_code, code, str(error.detail), headers=headers, texts=texts)
    detail: Any = error.detail
    by_field = detail if isinstance(detail, dict) else {GENERAL: detail}
    errors = {str(name): [str(each) for each in _leaves(found)] for name, found in by_field.items()}
    code = _code_of([each.code for each in _leaves(detail)])
    return Described(error.status_code, code, _in_fields(errors), errors)


def _in_fields(errors: dict[str, list[str]]) -> str:
    """What is wrong, and the field it is about before it: a reader of `detail` alone knows where."""
    said = ((name, in_one(found)) for name, found in errors.items())
    return in_one(text if name in (GENERAL, NON_FIELD_ERRORS) else f"{name}: {text}" for name, text in said)


def _leaves(found: Any) -> list[exceptions.ErrorDetail]:
    if isinstance(found, dict):
        found = list(found.values())
    return [leaf for each in found for leaf in _leaves(each)] if isinstance(found, list) else [found]


def _code_of(codes: list[str | None]) -> str:
    """The code that all share, or `invalid`."""
    known = {code for code in codes if code}
    return known.pop() if len(known) == 1 else "invalid"


class Nowhere(views.APIView):
    """Any address under `/api/` that is not one of its resources."""

    schema = None

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)  # nothing is there in any form

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}  # no method is allowed where nothing is

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.path.endswith("/") and is_valid_path(f"{request.path}/"):
            raise exceptions.NotFound(_("Addresses of the API end with a slash: %(path)s/") % {"path": request.path})
        raise Http404


def crashed(request: HttpRequest) -> HttpResponse:
    """Answer a bug: a problem document under `/api/`, the site's page elsewhere. The trace is in the log."""
    if request.path.startswith("/api/"):
        return Described(500, "error", _("Something broke here. It has been noted.")).as_response()
    return server_error(request)
