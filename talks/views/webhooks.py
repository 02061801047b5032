"""Webhooks for organizers: robots of groups and programs that are told what happens, with the log of that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.actors import Actor, actor_of
from members.forms import sent
from talks.actions import deliveries
from talks.actions import webhooks as actions
from talks.models import Delivery, Webhook, WebhookForm
from talks.rules import NAME_LIMIT, URL_LIMIT, may_keep_webhooks
from talks.telling import EVENTS, USUAL, name_of
from talks.views.acting import attempt
from talks.views.visitor import visitor

PAGE = 30


class WebhookFields(forms.Form):
    """A webhook. Address and secret never come back into the form: what is left empty stays."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)
    name = forms.CharField(label=gettext_lazy("What is it called? The name of the group, say"), max_length=NAME_LIMIT)
    form = forms.ChoiceField(label=gettext_lazy("Who receives it?"), choices=WebhookForm.choices)
    url = forms.CharField(
        label=gettext_lazy("Address of the robot"),
        max_length=URL_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret it is signed with, if there is one"),
        max_length=actions.SECRET_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What is it told?"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Any = None, *, webhook: Webhook | None = None) -> None:
        first: dict[str, Any] = {"events": USUAL, "form": WebhookForm.WECOM.value}
        if webhook is not None:
            first = {name: getattr(webhook, name) for name in ("version", "name", "form", "events")}
        super().__init__(data, initial=first)
        self.fields["events"].choices = [(kind, told.name) for kind, told in EVENTS.items()]  # type: ignore[attr-defined]
        if webhook is not None:
            self.fields["url"].label = _("New address; empty: it stays %(place)s") % {
                "place": actions.place_of(webhook)
            }
            self.fields["secret"].label = _("New secret; empty: it stays")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """All webhooks, and the form to make one; a secret that was made is shown in the reply and never again."""
    by, now = _keeper(request), timezone.now()
    form = WebhookFields(request.POST or None)
    made: tuple[Webhook, str] | None = None
    if request.method == "POST":
        made = sent(form, lambda: _make(form.cleaned_data, by, now))
        if made is not None and not made[1]:
            messages.success(request, _("Made. Send it a test to see that it arrives."))
            return redirect("webhook", made[0].pk)
    rows = Webhook.objects.visible_to(visitor(request)).order_by("name", "pk")
    context = {
        "form": form if made is None else WebhookFields(),
        "made": made,
        "rows": [(row, actions.place_of(row), [name_of(kind) for kind in row.events]) for row in rows],
    }
    return render(request, "talks/webhooks.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook: its form, what it was told and how that went."""
    by, now = _keeper(request), timezone.now()
    row = _found(request, pk)
    form = WebhookFields(request.POST or None, webhook=row)
    conflict: dict[str, Any] = {}
    if request.method == "POST":
        made = sent(form, lambda: actions.edit_webhook(webhook=row, by=by, now=now, **form.cleaned_data), conflict)
        if made is not None:
            messages.success(request, _("Saved."))
            return redirect("webhook", row.pk)
    told = Delivery.objects.filter(webhook=row).newest_first()
    page = Paginator(told, PAGE).get_page(request.GET.get("page"))
    context = {
        "webhook": row,
        "place": actions.place_of(row),
        "form": form,
        "conflict": conflict,
        "said": {side: _in_words(values) for side, values in conflict.items()},
        "page": page,
        "rows": [(each, name_of(each.kind)) for each in page.object_list],
        "query": "",
        "tries": deliveries.TRIES,
    }
    status = 409 if conflict else 400 if form.errors else 200
    return render(request, "talks/webhook.html", context, status=status)


@require_POST
@login_required
def change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Pause, resume, remove or try a webhook."""
    by, now, row = _keeper(request), timezone.now(), _found(request, pk)
    outcome = attempt(lambda: VERBS[verb](row, request.POST.get("reason", ""), by, now))
    (messages.success if outcome.is_done else messages.error)(request, outcome.said)
    return redirect("webhooks") if verb == "remove" and outcome.is_done else redirect("webhook", row.pk)


@require_POST
@login_required
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell a webhook once more what it was told."""
    by = _keeper(request)
    row = get_object_or_404(Delivery.objects.visible_to(visitor(request)), pk=pk)
    deliveries.replay(delivery=row, by=by, now=timezone.now())
    messages.success(request, _("It is sent once more."))
    return redirect("webhook", row.webhook_id)


def _keeper(request: HttpRequest) -> Actor:
    by = actor_of(request.user)
    if not may_keep_webhooks(by):
        raise PermissionDenied(_("Only organizers keep webhooks."))
    return by


def _found(request: HttpRequest, pk: int) -> Webhook:
    return get_object_or_404(Webhook.objects.visible_to(visitor(request)), pk=pk)


def _make(values: dict[str, Any], by: Actor, now: datetime) -> tuple[Webhook, str]:
    return actions.make_webhook(**{name: value for name, value in values.items() if name != "version"}, by=by, now=now)


def _in_words(values: dict[str, Any]) -> list[str]:
    """Return one side of a conflict as lines."""
    lines = []
    for name, value in values.items():
        shown = "、".join(name_of(kind) for kind in value) if name == "events" else value
        lines.append(str(WebhookForm(value).label) if name == "form" and value in WebhookForm.values else str(shown))
    return lines


# ── Acts ────────────────────────────────────────────────────────────────────


def _pause(row: Webhook, reason: str, by: Actor, now: datetime) -> str:
    actions.pause_webhook(webhook=row, reason=reason, by=by, now=now)
    return _("It is told nothing until you resume it.")


def _resume(row: Webhook, reason: str, by: Actor, now: datetime) -> str:
    actions.resume_webhook(webhook=row, by=by, now=now)
    return _("It is told again what happens.")


def _remove(row: Webhook, reason: str, by: Actor, now: datetime) -> str:
    actions.remove_webhook(webhook=row, by=by, now=now)
    return _("It is removed; its address and secret are forgotten.")


def _try(row: Webhook, reason: str, by: Actor, now: datetime) -> str:
    actions.send_test(webhook=row, by=by, now=now)
    return _("A test is on its way; how it went stands below in a moment.")


VERBS: dict[str, Callable[[Webhook, str, Actor, datetime], str]] = {
    "pause": _pause,
    "resume": _resume,
    "remove": _remove,
    "test": _try,
}
