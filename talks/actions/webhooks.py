"""Webhooks are made, changed, put to rest and removed by organizers. Addresses and secrets are sealed when they come in
and never come out again, neither to pages nor into events.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.models import Person
from members.rules import StateRefusal, check_text, invalid, require
from members.sealing import Unreadable, seal, unseal
from outbound import client
from talks.actions.deliveries import PURPOSE, put_down
from talks.models import Delivery, Webhook, WebhookForm
from talks.robots import PREFIX, mask
from talks.rules import NAME_LIMIT, REASON_LIMIT, URL_LIMIT, may_keep_webhooks
from talks.telling import EVENTS, TEST, TEST_SENTENCE

SECRET_LIMIT = 200
SHOWN = ("name", "form", "events")


def make_webhook(
    *, name: str, form: str, url: str, events: Iterable[str], by: Actor, now: datetime, secret: str = ""
) -> tuple[Webhook, str]:
    """Make a webhook, and return it with the secret that was made for it: to be shown now and never again.

    Only signed JSON without a secret of its own gets one made; else it is "". Raises PermissionDenied,
    ValidationError by field.
    """
    require(may_keep_webhooks(by), _("Only organizers keep webhooks."))
    made = ""
    if form == WebhookForm.JSON and not secret.strip():
        secret = made = PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
    values = _checked({"name": name, "form": form, "url": url, "secret": secret, "events": events})
    person = by if isinstance(by, Person) else None
    with transaction.atomic():
        row = Webhook.objects.create(**values, person=person, created_at=now, changed_at=now)
        record(by=by, now=now, verb="make", kind="webhook", key=row.pk, after=_shown(row))
    return row, made


def edit_webhook(*, webhook: Webhook, version: int | None, by: Actor, now: datetime, **values: Any) -> Webhook:
    """Change any of name, form, url, secret, events; an empty address or secret stays what it was.

    Raises PermissionDenied, Http404, ValidationError by field and, with code `conflict`, for another version.
    """
    require(may_keep_webhooks(by), _("Only organizers keep webhooks."))
    values = _checked({name: value for name, value in values.items() if value or name not in ("url", "secret")})
    with transaction.atomic():
        row = _locked(webhook)
        before = _shown(row)
        if version is not None and row.version != version:
            yours = {name: value for name, value in values.items() if name in SHOWN}
            raise _conflict(yours, {name: before[name] for name in SHOWN})
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if not changed:
            return row
        for name in changed:
            setattr(row, name, values[name])
        _save(row, changed, now=now)
        after = _shown(row) | {"new": sorted(set(changed) & {"url", "secret"})}
        record(by=by, now=now, verb="edit", kind="webhook", key=row.pk, before=before, after=after)
    return row


def pause_webhook(*, webhook: Webhook, by: Actor, now: datetime, reason: str = "") -> Webhook:
    """Tell a webhook nothing until it is resumed; what is waiting for it fails. Raises PermissionDenied, Http404,
    StateRefusal (`paused_already`)."""
    require(may_keep_webhooks(by), _("Only organizers keep webhooks."))
    reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT)
    with transaction.atomic():
        row = _locked(webhook)
        if row.paused_at is not None:
            raise StateRefusal(_("It is paused already."), code="paused_already")
        row.paused_at, row.pause_reason = now, reason
        _save(row, ["paused_at", "pause_reason"], now=now)
        record(by=by, now=now, verb="pause", kind="webhook", key=row.pk, reason=reason)
    return row


def resume_webhook(*, webhook: Webhook, by: Actor, now: datetime) -> Webhook:
    """Tell a webhook again what happens; what it missed is replayed by hand. Raises PermissionDenied, Http404,
    StateRefusal (`not_paused`)."""
    require(may_keep_webhooks(by), _("Only organizers keep webhooks."))
    with transaction.atomic():
        row = _locked(webhook)
        if row.paused_at is None:
            raise StateRefusal(_("It is not paused."), code="not_paused")
        row.paused_at, row.pause_reason, row.failures = None, "", 0
        _save(row, ["paused_at", "pause_reason", "failures"], now=now)
        record(by=by, now=now, verb="resume", kind="webhook", key=row.pk)
    return row


def remove_webhook(*, webhook: Webhook, by: Actor, now: datetime) -> None:
    """Remove a webhook; its address and secret are forgotten. Raises PermissionDenied, Http404."""
    require(may_keep_webhooks(by), _("Only organizers keep webhooks."))
    with transaction.atomic():
        row = _locked(webhook)
        before = _shown(row)
        row.deleted_at, row.url, row.secret = now, "-", ""
        _save(row, ["deleted_at", "url", "secret"], now=now)
        record(by=by, now=now, verb="remove", kind="webhook", key=row.pk, before=before)


def send_test(*, webhook: Webhook, by: Actor, now: datetime) -> Delivery:
    """Send a webhook a message that says nothing but that it works, also while it is paused.

    Raises PermissionDenied, Http404.
    """
    require(may_keep_webhooks(by), _("Only organizers keep webhooks."))
    with transaction.atomic():
        row = _locked(webhook)
        event = record(by=by, now=now, verb="test", kind="webhook", key=row.pk)
        with translation.override(settings.LANGUAGE_CODE):
            text = _(TEST_SENTENCE)
        data = {"text": text, "url": settings.SITE_URL}
        payload = {"type": TEST, "timestamp": now.isoformat(), "data": data}
        key = f"event-{event.pk}-{row.pk}"
        made = Delivery(webhook=row, kind=TEST, key=key, body=f"{text}\n{settings.SITE_URL}", payload=payload)
        put_down([made], reminder=None, now=now)
    return made


def place_of(webhook: Webhook) -> str:
    """Return where a webhook leads as it may be shown: never whole."""
    try:
        return mask(unseal(webhook.url, purpose=PURPOSE))
    except Unreadable:
        return "?"


# ── Checks and rows ─────────────────────────────────────────────────────────


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as the table keeps them. Raises ValidationError naming field and fix."""
    found = dict(values)
    if "name" in found:
        found["name"] = check_text(found["name"].strip(), field="name", limit=NAME_LIMIT, required=True)
    if "form" in found and found["form"] not in WebhookForm.values:
        raise invalid("form", _("Choose what kind of receiver it is."), "unknown")
    if "events" in found:
        found["events"] = _events(found["events"])
    if "secret" in found:
        secret = check_text(found["secret"].strip(), field="secret", limit=SECRET_LIMIT)
        found["secret"] = seal(secret, purpose=PURPOSE) if secret else ""
    if "url" in found:
        url = check_text(found["url"].strip(), field="url", limit=URL_LIMIT, required=True)
        try:
            client.check(url)
        except client.Refused as error:
            raise invalid("url", str(error), "refused") from error
        found["url"] = seal(url, purpose=PURPOSE)
    return found


def _events(events: Iterable[str]) -> list[str]:
    wanted = set(events)
    if unknown := sorted(wanted - set(EVENTS)):
        sentence = _("There is no such event: %(events)s.") % {"events": ", ".join(unknown)}
        raise invalid("events", sentence, "unknown")
    if not wanted:
        raise invalid("events", _("Choose at least one event."), "required")
    return [kind for kind in EVENTS if kind in wanted]


def _locked(webhook: Webhook) -> Webhook:
    row = Webhook.objects.select_for_update().filter(pk=webhook.pk, deleted_at=None).first()
    if row is None:
        raise Http404
    return row


def _save(row: Webhook, fields: Iterable[str], *, now: datetime) -> None:
    row.version, row.changed_at = row.version + 1, now
    row.save(update_fields=[*fields, "version", "changed_at"])


def _shown(row: Webhook) -> dict[str, Any]:
    """Return what an event may say of a webhook."""
    return {**{name: getattr(row, name) for name in SHOWN}, "place": place_of(row)}


def _conflict(yours: dict[str, Any], theirs: dict[str, Any]) -> ValidationError:
    message = _("This has changed since you read it; here is what stands now.")
    texts = {"yours": yours, "theirs": theirs}
    return ValidationError({"version": [ValidationError(message, code="conflict", params=texts)]})
