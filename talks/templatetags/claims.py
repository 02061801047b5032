"""What the fragment of a section's claims asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils import timezone

from talks.models import Claim, Section
from talks.places import Place, place_of
from talks.views.acting import actor

register = template.Library()


@register.simple_tag(takes_context=True)
def place(context: dict[str, Any], section: Section, claims: Iterable[Claim]) -> Place:
    """Return who has a section and what the visitor may do about it; its episode is at hand."""
    return place_of(section, claims, actor(context["request"]), now=timezone.now())
