"""Sending a text by a plain form: whatever goes wrong, nobody's words are lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from members.actors import Actor, actor_at
from members.models import Guest
from members.rules import StateRefusal, check_text
from talks.actions.questions import Repeated

DRAFT = "draft"
# How long a text waits for its writer to sign in; who does has a session of the usual length again.
DRAFT_SECONDS = 60 * 60 * 24


@dataclass(slots=True)
class Draft:
    """What stands in the form, and why it was not taken."""

    body: str = ""
    errors: list[str] = field(default_factory=list)
    refusal: str = ""
    is_kept: bool = False
    is_one_too_many: bool = False

    @property
    def said(self) -> bool:
        """Whether an error is about the text; an empty one only says that the form was not taken."""
        return any(self.errors)

    @property
    def status(self) -> int:
        if self.refusal:
            return 403
        if self.is_one_too_many:
            return 429
        return 400 if self.errors else 200


def kept_draft(request: HttpRequest) -> Draft:
    """Return the text that waited for its writer to sign in, or an empty form."""
    kept = request.session.get(DRAFT) or {}
    if kept.get("path") != request.path:
        return Draft()
    return Draft(body=kept.get("body", ""), is_kept=True)


def kept_fields(request: HttpRequest) -> dict[str, str]:
    """Return the fields of a form that waited for their writer to sign in, once they may be sent; {} for none."""
    kept = request.session.get(DRAFT) or {}
    if kept.get("path") != request.path or not request.user.is_authenticated:
        return {}
    return dict(kept.get("fields", {}))


def keep_fields(request: HttpRequest, fields: dict[str, str]) -> HttpResponse | None:
    """Let the fields of a form wait in the session, and show the way to the sign-in page; None for one too many."""
    return _wait(request, {"path": request.path, "fields": fields})


def send(request: HttpRequest, *, limit: int, act: Callable[[str, Actor], Any]) -> tuple[Any, Draft | HttpResponse]:
    """Hand the form's text to `act(body, by)`; return what it made, and the draft or the way to the sign-in page.

    A visitor who is signed out, and no guest who was invited to do this, is sent to sign in; the text waits in the
    session and is in the form afterwards. From one address only so many texts wait (`ACCOUNT_RATE_LIMITS`); one too
    many stays in the form. A text sent twice is what the first one made: of a double click, the browser shows the
    second reply.
    """
    body = request.POST.get("body", "").replace("\r\n", "\n").strip()
    try:
        check_text(body, field="body", limit=limit, required=True)
        by = actor_at(request)
        if not request.user.is_authenticated and not isinstance(by, Guest):
            return None, _keep(request, body)
        made = act(body, by)
    except Repeated as error:
        made = error.made
    except ValidationError as error:
        return None, Draft(body=body, errors=error.messages)
    except PermissionDenied as error:
        if not request.user.is_authenticated and not isinstance(error, StateRefusal):
            return None, _keep(request, body)  # a guest of something else
        return None, Draft(body=body, refusal=str(error))
    request.session.pop(DRAFT, None)
    return made, Draft()


def _keep(request: HttpRequest, body: str) -> Draft | HttpResponse:
    """Let the text wait in the session, and show the way to the sign-in page."""
    if (reply := _wait(request, {"path": request.path, "body": body})) is not None:
        return reply
    sentence = _("Too many texts from your network wait for a sign-in. Keep yours somewhere and sign in first.")
    return Draft(body=body, errors=[sentence], is_one_too_many=True)


def _wait(request: HttpRequest, draft: dict[str, Any]) -> HttpResponse | None:
    if not ratelimit.consume(request, action="draft"):
        return None
    request.session[DRAFT] = draft
    request.session.set_expiry(DRAFT_SECONDS)
    messages.info(request, _("Your text is kept. Sign in and it is back in the form."))
    return redirect_to_login(request.path)
