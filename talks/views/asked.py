"""The list of what was asked beside the form to ask: its order, and what makes that order a visitor's own."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from talks.asking_order import NAMES, in_order_of, orders_of
from talks.models import Episode
from talks.models.questions import QuestionQuerySet
from talks.views.visitor import visitor

# A random word that says nothing of who it is; it only shuffles a list.
COOKIE = "shuffle"
SECONDS = 60 * 60 * 24 * 7
SEED = "_shuffle"


def seed_of(request: HttpRequest) -> str:
    """Return what shuffles the list for this visitor: who is signed in, else the word of the browser, made anew."""
    person = visitor(request)
    if person is not None:
        return f"person {person.pk}"
    if not hasattr(request, SEED):
        setattr(request, SEED, request.COOKIES.get(COOKIE, "")[:32] or secrets.token_urlsafe(12))
    return str(getattr(request, SEED))


def asked_beside(request: HttpRequest, episode: Episode, rows: QuestionQuerySet, *, most: int) -> dict[str, Any]:
    """Return the list of what was asked, in the order that the address names, and the orders to choose from."""
    orders = orders_of(episode)
    wanted = request.GET.get("order", "")
    order = wanted if wanted in orders else orders[0]
    return {
        "asked": in_order_of(rows, episode, order, seed_of(request), most=most),
        "order": order,
        "orders": [(name, NAMES[name]) for name in orders],
    }


def keep_seed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let a visitor's browser keep the word that shuffles, so that the order stays."""
    if hasattr(request, SEED) and COOKIE not in request.COOKIES:
        options: dict[str, Any] = {"httponly": True, "samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE}
        response.set_cookie(COOKIE, getattr(request, SEED), max_age=SECONDS, **options)
    return response
