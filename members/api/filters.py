"""Filters that any resource may have. A value that no database can hold is refused, never asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field


class IdField(forms.IntegerField):
    """An opaque id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=10**18 - 1, **options)


@extend_schema_field(OpenApiTypes.INT)
class IdFilter(filters.Filter):
    """The row of an opaque id."""

    field_class = IdField


class MomentField(IsoDateTimeField):
    """A moment that every database can hold in every time zone."""

    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        if moment is not None and not 1900 <= moment.year <= 2200:
            raise ValidationError(_("This is too long ago or too far off."), code="invalid")
        return moment


class MomentFilter(filters.IsoDateTimeFilter):
    """A moment in ISO 8601."""

    field_class = MomentField
