"""The two pages machines ask for: is this process alive, and can the site do its work."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs.readiness import problems


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    found = problems(timezone.now())
    state = {name: {"ok": not why, "why": why} for name, why in found.items()}
    return JsonResponse(state, status=503 if any(found.values()) else 200)
