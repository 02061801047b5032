"""`Idempotency-Key`: a POST that is sent again is done once and answered the same way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from members.actions import idempotency
from members.api.rows import person_of

KEY_LIMIT = 200


class KeyReused(exceptions.APIException):
    """The key belongs to another request."""

    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = gettext_lazy("This Idempotency-Key was used with another body.")


class StillRunning(exceptions.APIException):
    """The first request under the key has not finished."""

    status_code = 409
    default_code = "still_running"
    default_detail = gettext_lazy("The first request with this Idempotency-Key is still running.")


def once(
    request: Request,
    act: Callable[[], Response],
    *,
    unkept: Collection[str] = (),
    anew: Callable[[Any], Any] | None = None,
) -> Response:
    """Return the reply of `act`, or the first reply when this request was sent before under its Idempotency-Key.

    The work and the note of its reply are one transaction: a killed process leaves both or neither. Work that
    raises is not noted and may be tried again. `unkept` names fields that are never stored:
    null when it is sent again, or what `anew` makes of the stored body.
    Raises KeyReused and StillRunning.
    """
    key = request.headers.get("Idempotency-Key", "")
    person = person_of(request)
    if not key or person is None or person.user is None:
        return act()
    if len(key) > KEY_LIMIT:
        raise exceptions.ValidationError({"Idempotency-Key": _("At most 200 characters.")}, code="too_long")
    try:
        row = idempotency.begin(user=person.user, key=key, digest=_digest(request), now=timezone.now())
        if row.status is not None:
            return Response(anew(row.body) if anew is not None else row.body, status=row.status)
        try:
            with transaction.atomic():
                response = act()
                body: Any = json.loads(json.dumps(response.data, cls=JSONEncoder))
                idempotency.finish(
                    row=row, status=response.status_code, body={**body, **dict.fromkeys(unkept)} if unkept else body
                )
        except BaseException:
            idempotency.forget(row=row)
            raise
    except idempotency.KeyReusedError as error:
        raise KeyReused from error
    except idempotency.StillRunningError as error:
        raise StillRunning from error
    return response


def _digest(request: Request) -> str:
    """A form is the same with another boundary, a JSON body with other white space."""
    data: Any = request.data
    if isinstance(data, QueryDict):
        data = dict(data.lists())
    said = [request.method, request.get_full_path(), data]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        raise TypeError(type(value))
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]
