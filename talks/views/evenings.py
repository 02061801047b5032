"""The evenings as a calendar to subscribe to: everybody gets the same."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from talks.calendar import calendar_of
from talks.models import Episode
from talks.views.kept import kept


@require_safe
@kept
def calendar(request: HttpRequest) -> HttpResponse:
    """Every evening that has a date and that everybody may know of, the earliest first."""
    shown = Episode.objects.visible_to(None).of_record().exclude(starts_at=None)
    rows = shown.select_related("template").order_by("starts_at", "pk")
    headers = {"Content-Disposition": 'inline; filename="openllm-talk.ics"'}
    return HttpResponse(calendar_of(rows), content_type="text/calendar; charset=utf-8", headers=headers)
