"""Sending a text by a plain form: whatever goes wrong, nobody's words are lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from members.actors import Actor, actor_of
from members.rules import check_text
from talks.actions.questions import Repeated

DRAFT = "draft"


@dataclass(slots=True)
class Draft:
    """What stands in the form, and why it was not taken."""

    body: str = ""
    errors: list[str] = field(default_factory=list)
    refusal: str = ""
    is_kept: bool = False

    @property
    def status(self) -> int:
        if self.refusal:
            return 403
        return 400 if self.errors else 200


def kept_draft(request: HttpRequest) -> Draft:
    """Return the text that waited for its writer to sign in, or an empty form."""
    kept = request.session.get(DRAFT) or {}
    if kept.get("path") != request.path:
        return Draft()
    return Draft(body=kept["body"], is_kept=True)


def send(request: HttpRequest, *, limit: int, act: Callable[[str, Actor], Any]) -> tuple[Any, Draft | HttpResponse]:
    """Hand the form's text to `act(body, by)`; return what it made, and the draft or the way to the sign-in page.

    A visitor who is signed out is sent to sign in; the text waits in the session and is in the form afterwards. A text
    sent twice is what the first one made: of a double click, the browser shows the second reply.
    """
    body = request.POST.get("body", "").replace("\r\n", "\n").strip()
    try:
        check_text(body, field="body", limit=limit, required=True)
        if not request.user.is_authenticated:
            request.session[DRAFT] = {"path": request.path, "body": body}
            messages.info(request, _("Your text is kept. Sign in and it is back in the form."))
            return None, redirect_to_login(request.path)
        made = act(body, actor_of(request.user))
    except Repeated as error:
        made = error.made
    except ValidationError as error:
        return None, Draft(body=body, errors=error.messages)
    except PermissionDenied as error:
        return None, Draft(body=body, refusal=str(error))
    request.session.pop(DRAFT, None)
    return made, Draft()
