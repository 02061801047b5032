"""/metrics for Prometheus: organizers' sessions and tokens read it; for everybody else there is nothing here."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework import exceptions, views
from rest_framework.request import Request

from members.actors import actor_of
from members.rules import may_run_work
from news.metrics import text


class Metrics(views.APIView):
    """Counts of background work and sources in Prometheus' text format."""

    http_method_names = ["get", "head"]
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)  # one form, whatever is asked for

    def handle_exception(self, exc: Exception) -> Any:
        """A wrong token learns no more than nobody."""
        return super().handle_exception(Http404() if isinstance(exc, exceptions.AuthenticationFailed) else exc)

    def get(self, request: Request) -> HttpResponse:
        if not may_run_work(actor_of(request.user)):
            raise Http404
        return HttpResponse(
            text(timezone.now()), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
        )
