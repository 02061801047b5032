"""Middleware of the project: the visitor's language, unchanged pages, the methods that pages know, our own 404 page in
development too, and that suspended people only read.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import resolve_url
from django.template.response import SimpleTemplateResponse
from django.utils import translation
from django.utils.cache import (
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
    set_response_etag,
)
from django.utils.translation import gettext as _

from talks.views.site import not_found

PAGE_METHODS = ("GET", "HEAD", "POST")


class ChosenLanguage:
    """Show the language chosen by cookie, Chinese otherwise.

    Django's LocaleMiddleware would follow the browser's wish; here a reader with an English phone still reads a
    Chinese record, and says so once when another language is wanted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response = response.render()
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class UnchangedPages:
    """Give visitors without a session an ETag and answer 304 when they have the page; keep the others' to themselves.

    Stands outside the session, so that a page which sets a cookie is never taken for a common one. Pages that
    talks.views.kept keeps have their ETag already.
    """

    TYPES = ("text/html", "text/markdown")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return response
        if settings.SESSION_COOKIE_NAME in request.COOKIES or response.cookies:
            patch_cache_control(response, private=True)
            return response
        if response.status_code != 200 or response.streaming:
            return response
        if not response.get("Content-Type", "").startswith(self.TYPES):
            return response
        if response.has_header("ETag") or "no-store" in response.get("Cache-Control", ""):
            return response
        patch_cache_control(response, no_cache=True)
        set_response_etag(response)
        return get_conditional_response(request, etag=response["ETag"], response=response) or response


class TakenTexts:
    """Tell the browser which of the texts it keeps (config/static/drafts.js) has arrived, and lead back from a sign-in.

    A form names the draft it sends; when its reply goes on to another page, and neither to the sign-in page nor with a
    refusal, the cookie `taken` names it. A post that is led to the sign-in page comes back to the page it came from:
    where it was sent to may know posts only.
    """

    COOKIE, SECONDS = "taken", 60 * 60 * 24
    FIELDS = ("_draft", "_draft_before")  # the second stands in the form that 403_csrf.html gives back
    KEY = re.compile("[a-z0-9]{1,40}")
    MOST = 20

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or request.path.startswith(("/api/", "/accounts/")):
            return response
        if response.status_code != 302:
            # A reply that has what nobody may keep in an address or a session says so by itself.
            return self._noted(request, response) if getattr(response, "took_text", False) else response
        if response["Location"].partition("?")[0] == resolve_url(settings.LOGIN_URL):
            response["Location"] = self._back_to_the_page(request, response["Location"])
            return response
        return self._noted(request, response)

    def _noted(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        keys = [key for field in self.FIELDS if self.KEY.fullmatch(key := request.POST.get(field, ""))]
        queued = getattr(getattr(request, "_messages", None), "_queued_messages", ())
        if keys and all(message.level < messages.WARNING for message in queued):
            known = [each for each in request.COOKIES.get(self.COOKIE, "").split(".") if self.KEY.fullmatch(each)]
            value = ".".join([*known[-self.MOST :], *keys])
            response.set_cookie(self.COOKIE, value, max_age=self.SECONDS, samesite="Lax", secure=request.is_secure())
        return response

    def _back_to_the_page(self, request: HttpRequest, login: str) -> str:
        page = urlsplit(request.headers.get("Referer", ""))
        onward = QueryDict(login.partition("?")[2]).get("next", "")
        if page.netloc != request.get_host() or onward != request.path:
            return login
        back = f"{page.path}?{page.query}" if page.query else page.path
        query = QueryDict(mutable=True)
        query["next"] = back
        return f"{login.partition('?')[0]}?{query.urlencode(safe='/')}"


class KnownMethods:
    """Let pages be read and forms be sent, and nothing else: django-allauth's and the admin's views would take a PUT
    for a form or for a look. What the API takes is said by its resources.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in PAGE_METHODS and not f"{request.path}/".startswith("/api/"):
            return HttpResponseNotAllowed(PAGE_METHODS)
        return self.get_response(request)


class SuspendedRead:
    """Refuse what a suspended login sends to django-allauth's forms; our own acts all ask `may_write`. Signing in and
    out stay.
    """

    OPEN = ("/accounts/logout/", "/accounts/login/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> None:
        if request.method in ("GET", "HEAD", "OPTIONS") or request.path.startswith(self.OPEN):
            return
        if not request.path.startswith("/accounts/"):
            return
        if getattr(request.user, "suspended_at", None) is not None:
            raise PermissionDenied(_("This account is suspended; it may only read."))


class OwnErrorPages:
    """Answer a view's Http404 with the site's own page, so that a wrong id shows a way on in every mode."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if settings.DEBUG and isinstance(exception, Http404):
            return not_found(request, exception)
        return None
