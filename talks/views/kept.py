"""Pages kept for visitors without a session: made once for every revision of the record, then sent as bytes.

A kept page is a function of its address, the language, the theme and the revision of the record, of the deployment
(code, templates, translations, settings) and, where it shows the time, of the minute. All of these are in its tag,
so nothing is ever taken out of the store: what has changed has another tag. Every process keeps its own pages: the
revision, read from the database for every answer, keeps them in step.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import get_language

from members.models import Revision
from talks.views.site import THEMES

View = Callable[..., HttpResponse]

# How long a page is kept that nobody replaced; together with MAX_ENTRIES of the cache it bounds what is kept.
SECONDS = 600
LARGEST = 512 * 1024
# What a page is made of besides the record.
SOURCES = ("config", "markup", "jobs", "members", "papers", "news", "talks", "templates", "locale", "requirements")
# gzip among the encodings a visitor takes; one of quality 0 is refused (RFC 9110, 12.5.3).
GZIP = re.compile(r"(?<![\w-])gzip(?![\w-])(?!\s*;\s*q\s*=\s*0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
HEADERS = ("Content-Type", "Content-Disposition")


def kept(view: View | None = None, *, shows_time: bool = False) -> Any:
    """Keep the page of a view that shows every visitor without a session the same.

    `shows_time`: the page depends on the clock, too, and is kept for the minute. Pages with a form of ours (a CSRF
    token), with a message, a cookie or a query string are made anew every time.
    """
    if view is None:
        return functools.partial(kept, shows_time=shows_time)

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_common(request):
            return view(request, *args, **kwargs)
        tag = _tag(request, shows_time=shows_time)
        # Weak: the same page may come packed or not.
        headers = {"ETag": f"W/{tag}", "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        known = request.META.get("HTTP_IF_NONE_MATCH")
        if known and tag in {each.removeprefix("W/") for each in parse_etags(known)}:
            return HttpResponseNotModified(headers=headers)
        is_packed = GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) is not None
        key = f"{tag}-gzip" if is_packed else tag
        # Nobody fills the store with addresses of their own making: without a query there are as many as pages.
        cache = None if request.META.get("QUERY_STRING") else caches["pages"]
        found = cache.get(key) if cache is not None else None
        if found is None:
            response = view(request, *args, **kwargs)
            if not _is_for_everybody(request, response):
                return response
            content = response.content
            headers |= {name: response[name] for name in HEADERS if response.has_header(name)}
            if is_packed:
                content = gzip.compress(content, 6, mtime=0)
                headers["Content-Encoding"] = "gzip"
            found = content, headers
            if cache is not None and len(content) <= LARGEST:
                cache.set(key, found, SECONDS)
        return HttpResponse(found[0], headers=found[1])

    return answer


def _is_common(request: HttpRequest) -> bool:
    """Say whether nothing but address, language and theme tells this visitor from another, and make it so."""
    own = (settings.SESSION_COOKIE_NAME, "messages")
    if request.method not in ("GET", "HEAD") or "HTTP_HX_REQUEST" in request.META:
        return False
    if request.COOKIES:
        if any(name in request.COOKIES for name in own):
            return False
        shared = (settings.LANGUAGE_COOKIE_NAME, "theme")
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if name in shared}
    return True


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether a page may be kept: it went well, and neither it nor its headers hold anything of one visitor's."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Cache-Control")
        and not request.session.modified
        and not len(messages.get_messages(request))
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    )


def _tag(request: HttpRequest, *, shows_time: bool) -> str:
    """Return the ETag of a page before it is made; read before the rows of the page, so that it is never too new."""
    theme = request.COOKIES.get("theme", "")
    # A date of this year is shown without its year.
    moment = str(int(timezone.now().timestamp()) // 60 if shows_time else timezone.localtime().year)
    said = [
        *(release(), Revision.objects.stamp(), request.path, request.META.get("QUERY_STRING", "")),
        *(get_language() or "", theme if theme in THEMES else "", moment),
    ]
    digest = hashlib.blake2b("\n".join(said).encode(), digest_size=16)
    return f'"{digest.hexdigest()}"'


@functools.cache
def release() -> str:
    """Return what stands for this deployment: a digest of everything a page is made of besides the record."""
    digest = hashlib.blake2b(digest_size=16)
    root = Path(settings.BASE_DIR)
    for path in sorted(found for name in SOURCES for found in (root / name).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    for name in ("SITE_URL", "TIME_ZONE", "STATIC_URL", "LANGUAGE_CODE", "DEBUG"):
        digest.update(repr(getattr(settings, name)).encode())
    return digest.hexdigest()
