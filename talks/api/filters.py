"""Filters that several resources of the talk share. A value that cannot be meant is refused, never ignored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from members.api.filters import IdFilter
from talks.models import ItemState, QuestionPart, SectionKind
from talks.models.episodes import read_code
from talks.models.questions import read_public_id

HANDLE_LIMIT = 80


class CodeField(forms.CharField):
    """An episode's code in any spelling, read as the stored one."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        if (code := read_code(text)) is None:
            raise ValidationError(_("This is no code of an episode: 005, S02."), code="invalid")
        return code


@extend_schema_field(OpenApiTypes.STR)
class CodeFilter(filters.Filter):
    """The episode of a code: 005, 5, S02."""

    field_class = CodeField


class PublicIdField(forms.CharField):
    """A question's public id."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if text and not read_public_id(text):
            raise ValidationError(_("This is no id of a question: 005-13, 005-13.1."), code="invalid")
        return text


@extend_schema_field(OpenApiTypes.STR)
class PublicIdFilter(filters.Filter):
    """The question of a public id."""

    field_class = PublicIdField


class InEpisode(filters.FilterSet):
    episode = CodeFilter(field_name="episode__code")


class SectionFilter(InEpisode):
    kind = filters.ChoiceFilter(choices=SectionKind.choices)


class InSection(filters.FilterSet):
    episode = CodeFilter(field_name="section__episode__code")
    section = IdFilter(field_name="section_id")


class ItemFilter(InSection):
    state = filters.ChoiceFilter(choices=ItemState.choices)


class PartFilter(InEpisode):
    part = filters.ChoiceFilter(choices=QuestionPart.choices)
