"""Plumbing of the REST API: who asks and how lists are cut. Resources live in the apps, errors in config.problems."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions, pagination, permissions, views
from rest_framework.request import Request

from members.accounts import may_sign_in
from members.actions.tokens import note_use
from members.models import Scope, Token, User


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        keyword, _space, key = request.headers.get("Authorization", "").partition(" ")
        if keyword.lower() != "bearer":
            return None
        now = timezone.now()
        known = Token.objects.valid(now).select_related("user__person")
        token = known.filter(digest=Token.digest_of(key.strip())).first()
        if token is None or not may_sign_in(token.user):
            raise exceptions.AuthenticationFailed(_("This token is not valid: unknown, expired or revoked."))
        note_use(token=token, now=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class SessionAuthentication(authentication.SessionAuthentication):
    """The site's own session; what writes needs the CSRF token."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            message = _(
                "Send the CSRF token of the page as X-CSRFToken, or use a token of yours instead of the session."
            )
            raise exceptions.PermissionDenied(message, code="csrf_failed") from error


class ScopeAllows(permissions.BasePermission):
    """A token with scope read only reads. Everything else is decided by the actions."""

    def has_permission(self, request: Request, view: views.APIView) -> bool:
        is_reading = request.method in permissions.SAFE_METHODS
        if isinstance(request.auth, Token) and request.auth.scope != Scope.WRITE and not is_reading:
            raise exceptions.PermissionDenied(_("This token only reads; make one with scope write."), code="scope")
        return True


class Pages(pagination.PageNumberPagination):
    """50 rows a page, up to 100 by `page_size`; more is cut to 100."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100
    page_query_description = "number of the page, from 1"
    page_size_query_description = "rows on a page, at most 100"

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (asked.isascii() and asked.isdigit() and int(asked[:9]) > 0):
            raise exceptions.ValidationError({"page_size": _("A number from 1 to 100.")}, code="invalid")
        return min(int(asked[:9]), self.max_page_size)
