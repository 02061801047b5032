"""What happens is told to webhooks, and mails are sent: each a Delivery, put down in the transaction of the act.

A job sends it (`fetch`) and notes how that went (`store`). Nothing is told twice by itself to who cannot tell repeats:
what was interrupted, or got no answer after it was sent, ends there, is shown so, and may be replayed by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from jobs.actions.jobs import BACK_OFF, enqueue
from members.actions.events import hour_of, record
from members.actions.notifications import notify
from members.actors import SYSTEM, Actor
from members.models import Event, Person, Role
from members.rules import in_one, require
from members.sealing import Unreadable, unseal
from outbound import client
from talks import mailing
from talks.models import Answer, Delivery, Episode, Question, Reminder, Webhook
from talks.moves import moment
from talks.notices import WORDS
from talks.robots import message_of, refusal_in, tells_repeats, without_secrets
from talks.rules import may_keep_webhooks
from talks.telling import EVENTS, TEST, Outcome

# Tries of one delivery, with BACK_OFF between them.
TRIES = len(BACK_OFF) + 1
# Deliveries that failed for good, one after the other, until a webhook pauses.
MOST_FAILURES = 5
# How much of an answer is read and kept.
ANSWER_BYTES, ANSWER_LIMIT = 64 * 1024, 500
KEEP = timedelta(days=90)
PURPOSE = "talks.Webhook"
# What a payload keeps for the site alone.
OWN = ("until", "about")


# ── Announcing ──────────────────────────────────────────────────────────────


def announce(
    event: Event,
    episode: Episode,
    *kinds: str,
    now: datetime,
    url: str = "",
    reminder: Reminder | None = None,
    until: datetime | None = None,
    **values: Any,
) -> None:
    """Tell the webhooks that listen what an act has done, in the transaction of the act.

    `event` is what was recorded of it; `who` among the values names somebody else than who did it. Of several kinds a
    webhook is told the first it listens to. After `until` it is told no more. What the sample does is told to nobody.
    """
    hooks = [(hook, kind) for hook in Webhook.objects.listening() if (kind := _heard(hook, kinds))]
    if not hooks or Episode.objects.of_sample().filter(pk=episode.pk).exists():
        return
    with translation.override(settings.LANGUAGE_CODE):
        who = values.pop("who", event.person.name if event.person is not None else "")
        address = f"{settings.SITE_URL}{url or episode.get_absolute_url()}"
        nobody = _("The schedule") if event.by == Event.By.SYSTEM else _("Somebody")
        said = {"who": who or nobody, **values}
        said |= {"episode": f"OpenLLM Talk {episode.label}", "moment": moment(episode.starts_at)}
        said |= {name: str(WORDS[name].get(said[name], said[name])) for name in WORDS if name in said}
        if said.get("before"):
            said["before"] = moment(datetime.fromisoformat(said["before"]))
        rows = []
        for hook, kind in hooks:
            text = (_(EVENTS[kind].sentence) % said).strip()
            data = {"episode": _shown(episode), "who": who, "text": text, "url": address, "values": values}
            payload = {"type": kind, "timestamp": now.isoformat(), "data": data}
            # Of a reminder the group gets what the outbox shows, letter by letter.
            body = text if reminder is not None or address in text else f"{text}\n{address}"
            rows.append(
                Delivery(webhook=hook, kind=kind, key=f"event-{event.pk}-{hook.pk}", body=body, payload=payload)
            )
    own = {"until": until.isoformat() if until is not None else None, "about": _about(event)}
    for row in rows:
        row.payload |= {name: value for name, value in own.items() if value is not None}
    # An anonymous act is told with the next hour, so that no row of the delivery says when it was.
    due_at = hour_of(now) + timedelta(hours=1) if event.by == Event.By.ANONYMOUS else now
    put_down(rows, reminder=reminder, now=now, due_at=due_at)


def put_down(
    rows: Iterable[Delivery], *, reminder: Reminder | None, now: datetime, due_at: datetime | None = None
) -> list[Delivery]:
    """Write deliveries and the jobs that send them, at once or when they are due, in the caller's transaction."""
    made = []
    for row in rows:
        row.created_at, row.reminder = now, reminder
        row.save()
        _enqueue(row, due_at=due_at or now, now=now)
        made.append(row)
    return made


def _about(event: Event) -> list[Any] | None:
    """Return kind and key of the question or the answer that an act is about."""
    if event.target_kind == "answer":
        return ["answer", int(event.target_key)]
    rows = Question.objects.with_public_id(event.target_key) if event.target_kind == "question" else None
    key = rows.values_list("pk", flat=True).first() if rows is not None else None
    return ["question", key] if key is not None else None


def _is_gone(row: Delivery) -> bool:
    """Whether it tells of a question or an answer that is not shown, or did when its words were forgotten."""
    if row.webhook_id is None or "about" not in row.payload:
        return False
    kind, key = row.payload["about"]
    rows = Question.objects.visible_to(None) if kind == "question" else Answer.objects.visible_to(None)
    return not row.body or not rows.filter(pk=key).exists()


def _heard(hook: Webhook, kinds: Iterable[str]) -> str | None:
    return next((kind for kind in kinds if kind in hook.events), None)


def _shown(episode: Episode) -> dict[str, Any]:
    return {
        "code": episode.code,
        "label": episode.label,
        "state": episode.state,
        "starts_at": episode.starts_at.isoformat() if episode.starts_at else None,
        "url": f"{settings.SITE_URL}{episode.get_absolute_url()}",
    }


def _enqueue(row: Delivery, *, due_at: datetime, now: datetime) -> None:
    key = f"deliver:{row.pk}:{row.attempts + 1}"
    enqueue(kind="deliver", key=key, payload={"delivery": row.pk}, due_at=due_at, now=now)


# ── Sending: a job ──────────────────────────────────────────────────────────


def fetch(*, payload: dict[str, Any]) -> Outcome | None:
    """Send a delivery; None when it has ended already. Notes before that it is on its way."""
    now = timezone.now()
    with translation.override(settings.LANGUAGE_CODE):
        row = Delivery.objects.select_related("webhook", "person__user").filter(pk=payload["delivery"]).first()
        if row is None or row.state != "waiting":
            return None
        repeats = row.webhook is not None and tells_repeats(row.webhook.form)
        if row.begun_at is not None and not repeats:
            return Outcome(_("The worker died while it was sent; nobody knows whether it arrived."), is_final=True)
        if reason := _why_not(row, now):
            return Outcome(reason, is_final=True)
        Delivery.objects.filter(pk=row.pk).update(begun_at=now)
        return mailing.send(row) if row.webhook is None else _post(row, row.webhook, now=now)


def _why_not(row: Delivery, now: datetime) -> str:
    """Return why a delivery is not sent any more, "" when it is."""
    hook = row.webhook
    if hook is not None and hook.deleted_at is not None:
        return _("The webhook is removed.")
    if hook is not None and hook.paused_at is not None and row.kind != TEST:
        return _("The webhook is paused.")
    until = row.payload.get("until")
    if until and datetime.fromisoformat(until) < now:
        return _("It would have come too late.")
    if _is_gone(row):
        return _("What it tells of is not shown any more.")
    return ""


def _post(row: Delivery, hook: Webhook, *, now: datetime) -> Outcome:
    try:
        url = unseal(hook.url, purpose=PURPOSE)
        secret = unseal(hook.secret, purpose=PURPOSE) if hook.secret else ""
    except Unreadable:
        return Outcome(_("SECRET_KEY has changed: write the address and the secret anew."), is_final=True)
    payload = {name: value for name, value in row.payload.items() if name not in OWN}
    message = message_of(form=hook.form, url=url, secret=secret, text=row.body, payload=payload, key=row.key, now=now)
    try:
        reply = client.post(message.url, body=message.body, headers=message.headers, limit=ANSWER_BYTES)
    except client.Refused as error:
        return Outcome(str(error), is_final=True)
    except client.Failed as error:
        is_unknown = error.may_have_arrived and not tells_repeats(hook.form)
        doubt = [_("It may have arrived all the same.")] if is_unknown else []
        return Outcome(in_one([str(error), *doubt]), is_final=is_unknown)
    answer = _readable(without_secrets(reply.body.decode(errors="replace"), url=url, secret=secret))
    refusal = refusal_in(hook.form, reply.status, reply.body)
    wrong = "" if refusal is None else _refused(reply.status, without_secrets(refusal, url=url, secret=secret))
    return Outcome(wrong[:ANSWER_LIMIT], reply.status, answer, retry_after=reply.retry_after(now))


def _refused(status: int, refusal: str) -> str:
    if 300 <= status < 400:
        return _("It leads elsewhere (status %(status)d), and nobody is followed: write the new address.") % {
            "status": status
        }
    if refusal == str(status):
        return _("It answers with status %(status)d.") % {"status": status}
    if refusal == "?":
        return _("What answers is not the robot.")
    return _("The robot refuses it: %(refusal)s") % {"refusal": _readable(refusal)}


def _readable(text: str) -> str:
    """Return the beginning of what somebody answers, without what no database or page takes."""
    return "".join(char for char in text[: 4 * ANSWER_LIMIT] if char == "\n" or char.isprintable())[
        :ANSWER_LIMIT
    ].strip()


def store(*, payload: dict[str, Any], now: datetime, fetched: Outcome | None) -> None:
    """Note how sending went; a failed try is followed by another one, later, until there were enough."""
    if fetched is None:
        return
    row = Delivery.objects.select_for_update().filter(pk=payload["delivery"]).first()
    if row is None or row.state != "waiting":
        return
    row.attempts, row.begun_at = row.attempts + 1, None
    row.status, row.answer, row.error = fetched.status, fetched.answer, fetched.error
    if not fetched.error:
        row.sent_at = now
    elif fetched.is_final or row.attempts >= TRIES:
        row.failed_at = now
    else:
        wait = max(BACK_OFF[row.attempts - 1], fetched.retry_after or timedelta())
        _enqueue(row, due_at=now + wait, now=now)
    is_gone = row.failed_at is not None and _is_gone(row)
    if is_gone:
        _forget_words(row)
    fields = ["attempts", "begun_at", "status", "answer", "error", "sent_at", "failed_at", "body", "payload"]
    row.save(update_fields=fields)
    if row.webhook_id is not None and row.state != "waiting" and not is_gone:  # the webhook is not to blame
        _count(row, row.webhook_id, now=now)


def _forget_words(row: Delivery) -> None:
    """Keep no words of what was taken out before they were sent."""
    data = row.payload["data"]
    values = {name: value for name, value in data["values"].items() if name not in ("body", "who")}
    row.body, row.payload = "", {**row.payload, "data": {**data, "who": "", "text": "", "values": values}}


def _count(row: Delivery, webhook: int, *, now: datetime) -> None:
    """Count what failed in a row; a webhook that takes nothing any more pauses, and organizers are told."""
    hook = Webhook.objects.select_for_update().get(pk=webhook)
    if row.sent_at is not None and hook.failures == 0:
        return
    if hook.paused_at is not None and row.sent_at is None:
        return
    hook.failures = 0 if row.sent_at is not None else hook.failures + 1
    fields = ["failures"]
    if hook.failures >= MOST_FAILURES:
        with translation.override(settings.LANGUAGE_CODE):
            reason = _("%(n)d deliveries in a row failed; the last one: %(error)s")
            hook.pause_reason = reason % {"n": hook.failures, "error": row.error}
        hook.paused_at = hook.changed_at = now
        hook.version += 1
        fields += ["pause_reason", "paused_at", "changed_at", "version"]
        said = {"name": hook.name, "reason": hook.pause_reason}
        record(by=SYSTEM, now=now, verb="pause", kind="webhook", key=hook.pk, reason=row.error[:200])
        organizers = Person.objects.current().filter(user__role=Role.ORGANIZER, user__is_active=True)
        target = ("webhook", hook.pk)
        notify(organizers, kind="webhook_paused", target=target, by=SYSTEM, now=now, **said)
    hook.save(update_fields=fields)


# ── By hand ─────────────────────────────────────────────────────────────────


def replay(*, delivery: Delivery, by: Actor, now: datetime) -> Delivery:
    """Tell a webhook once more what it was told, as a delivery of its own. Organizers.

    Raises PermissionDenied, Http404 for what is a mail or of a removed webhook.
    """
    with transaction.atomic():
        require(may_keep_webhooks(by), _("Only organizers keep webhooks."))
        rows = Delivery.objects.select_for_update(of=("self",)).filter(webhook__deleted_at=None)
        row = rows.select_related("webhook", "reminder").filter(pk=delivery.pk, webhook__isnull=False).first()
        if row is None:
            raise Http404
        first = row.replay_of or row
        place = Delivery.objects.filter(replay_of=first).count() + 1
        payload = {name: value for name, value in first.payload.items() if name != "until"}
        again = Delivery(
            webhook=row.webhook, kind=first.kind, key=f"{first.key}-{place}", body=first.body, payload=payload
        )
        again.replay_of = first
        put_down([again], reminder=first.reminder, now=now)
        record(by=by, now=now, verb="replay", kind="delivery", key=again.pk, after={"of": first.key})
    return again


def prune(*, payload: dict[str, Any], now: datetime) -> None:
    """Delete what went out long ago, replays before what they repeat."""
    old = Delivery.objects.filter(created_at__lt=now - KEEP)
    old.filter(replay_of__isnull=False).delete()
    old.filter(replays=None).delete()
