"""The two pages machines ask for: is this process alive, and can the site do its work."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs.readiness import problems, queue


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Red when the site cannot do its work; how much of it waits, and which sources are late, is told besides."""
    now = timezone.now()
    found = problems(now)
    state: dict[str, Any] = {name: {"ok": not why, "why": why} for name, why in found.items()}
    if not found["database"]:
        state["queue"] = queue(now)
        for name, path in settings.READYZ_TELLS.items():
            state[name] = import_string(path)(now)
    return JsonResponse(state, status=503 if any(found.values()) else 200)
