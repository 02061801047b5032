"""How the pages of an evening write times."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def ticking(span: timedelta | None) -> str:
    """Return a length as a clock shows it: 3:24, 1:02:03; one below zero without its sign."""
    seconds = abs(round(span.total_seconds())) if span is not None else 0
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@register.filter
def hour(value: datetime | None) -> str:
    """Return the time of day in the zone of the site: 21:34."""
    return f"{timezone.localtime(value):%H:%M}" if value is not None else ""


@register.filter
def stamp(value: datetime | None) -> str:
    """Return a moment as scripts count, in milliseconds."""
    return str(round(value.timestamp() * 1000)) if value is not None else ""
