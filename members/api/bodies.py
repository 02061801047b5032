"""What a request to the API may carry: a body too large, too deep or no text is refused before anybody looks."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers, serializers
from rest_framework.request import Request

# An EpisodeDoc is 8 levels deep.
MAX_DEPTH = 32


class BodyTooLarge(exceptions.APIException):
    """More than the site reads at once."""

    status_code = 413
    default_code = "too_large"

    def __init__(self) -> None:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
        super().__init__(_("At most %(limit)d MiB are read.") % {"limit": limit})


def _refuse_large(context: dict[str, Any]) -> None:
    """Raise BodyTooLarge before anything is read. Without a length nothing is read at all."""
    if int(context["request"].META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise BodyTooLarge


class JSONBody(parsers.JSONParser):
    """A JSON body: UTF-8, not too large, not too deep, and every character in it can be stored or sent back."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        _refuse_large(parser_context)
        try:
            data = super().parse(stream, media_type, {**parser_context, "encoding": "utf-8"})
        except RecursionError as error:
            raise exceptions.ParseError(_("The JSON is nested too deeply.")) from error
        level = [data]
        for _depth in range(MAX_DEPTH):
            level = [
                child
                for value in level
                if isinstance(value, dict | list)
                for child in (value.values() if isinstance(value, dict) else value)
            ]
        if level:
            raise exceptions.ParseError(_("The JSON is nested too deeply."))
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise exceptions.ParseError(_("The JSON holds half of a surrogate pair, which is no character.")) from error
        return data


class FormBody(parsers.MultiPartParser):
    """A form with files, not too large."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        _refuse_large(parser_context)
        return super().parse(stream, media_type, parser_context)


def body_of(request: Request, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """Return what was sent as the form has it. Raises ValidationError, also for a field that a POST has no place for:
    words that were sent under another name would be lost without a word."""
    sent = form(data=request.data)
    sent.is_valid(raise_exception=True)
    if request.method == "POST" and (unknown := sorted(set(request.data) - set(sent.fields))):
        there = ", ".join(sent.fields) or "–"
        sentence = _("There is no such field here; there are: %(fields)s.") % {"fields": there}
        errors = {name: [exceptions.ErrorDetail(sentence, code="unknown")] for name in unknown}
        raise exceptions.ValidationError(errors, code="unknown")
    return dict(sent.validated_data)
