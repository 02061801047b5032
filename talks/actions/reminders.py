"""Reminders are planned with the date of a talk, move with it, and are sent once each; hosts see to them in the outbox.

Every act locks the episode first: a reminder that is sent while its evening is moved goes out once, before or after.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from jobs.actions.jobs import enqueue
from members.actions.events import record
from members.actions.notifications import notify
from members.actors import SYSTEM, Actor
from members.rules import StateRefusal, check_text, require
from talks.actions.deliveries import announce
from talks.models import Episode, EpisodeState, Reminder, ReminderKind, SkipReason
from talks.reminders import PLANS, audience, due_at, plans_reminders, text_of, why_skip
from talks.rules import runs

TEXT_LIMIT = 1_000
SETTLED = (EpisodeState.DRAFT, EpisodeState.PUBLISHED)
# A talk that was longer ago needs no reminders any more.
LONGEST_AGO = timedelta(days=4)


# ── Planning ────────────────────────────────────────────────────────────────


def plan_reminders(episode: Episode, *, by: Actor, now: datetime) -> list[Reminder]:
    """See that a locked episode has its reminders for the date it has now; the same date changes nothing.

    What was not sent moves with the date; what was sent or skipped is due again when its new moment is still to come.
    A moment that was long past when it was planned is noted as skipped. Episodes of the past, specials and the sample
    have none. Returns what is new or was moved.
    """
    if not plans_reminders(episode) or _is_sample(episode):
        return []
    assert episode.starts_at is not None  # noqa: S101 - plans_reminders asks for a date
    known = list(Reminder.objects.filter(episode=episode, deleted_at=None).order_by("sequence", "pk"))
    changed = []
    for kind in PLANS:
        rows = [row for row in known if row.kind == kind]
        if (row := _fitted(episode, kind, rows, due_at(kind, episode.starts_at), now=now)) is not None:
            changed.append(row)
    if changed:
        after = {row.kind: row.due_at.isoformat() for row in changed}
        record(by=by, now=now, verb="plan", kind="reminders", key=episode.code, after=after)
    return changed


def _fitted(
    episode: Episode, kind: ReminderKind, rows: list[Reminder], due: datetime, *, now: datetime
) -> Reminder | None:
    """Return the reminder of a kind, made or moved to where the date wants it; None when nothing had to be done."""
    last = rows[-1] if rows else None
    if last is not None and last.sequence == episode.sequence and last.due_at == due:
        return None
    if last is not None and last.sent_at is None and last.skipped_at is None:
        last.due_at, last.sequence = due, episode.sequence
        _save(last, ["due_at", "sequence"], now=now)
        return last
    if last is not None and (due <= now or last.sequence == episode.sequence):
        return None
    values: dict[str, Any] = {"sequence": episode.sequence, "due_at": due, "created_at": now, "changed_at": now}
    if due + PLANS[kind].grace <= now:
        values |= {"skipped_at": now, "skip_reason": SkipReason.LATE}
    return Reminder.objects.create(episode=episode, kind=kind, **values)


def _is_sample(episode: Episode) -> bool:
    return Episode.objects.of_sample().filter(pk=episode.pk).exists()


# ── The host's hand ─────────────────────────────────────────────────────────


def edit_reminder(
    *,
    reminder: Reminder,
    version: int | None,
    by: Actor,
    now: datetime,
    text: str | None = None,
    is_off: bool | None = None,
) -> Reminder:
    """Write the words of a reminder (empty: they are made when it is sent), or leave it out. Hosts and organizers.

    Raises PermissionDenied, Http404, StateRefusal (`sent_already`, `skipped_already`), ValidationError, with code
    `conflict` and both texts when it is not of this version any more.
    """
    if text is not None:
        text = check_text(text.replace("\r\n", "\n").strip(), field="text", limit=TEXT_LIMIT)
    with transaction.atomic():
        row = _locked(reminder)
        require(runs(by, row.episode), _("Only hosts and organizers see to reminders."))
        _require_waiting(row)
        before: dict[str, Any] = {"text": row.text, "is_off": row.is_off}
        yours: dict[str, Any] = {
            "text": row.text if text is None else text,
            "is_off": row.is_off if is_off is None else is_off,
        }
        if version is not None and row.version != version:
            message = _("This has changed since you read it; here is what stands now.")
            texts = {"yours": yours, "theirs": before}
            raise ValidationError({"text": [ValidationError(message, code="conflict", params=texts)]})
        if yours != before:
            row.text, row.is_off = yours["text"], yours["is_off"]
            _save(row, ["text", "is_off"], now=now)
            record(by=by, now=now, verb="edit", kind="reminder", key=row.pk, before=before, after=yours)
    return row


def send_now(*, reminder: Reminder, by: Actor, now: datetime, version: int | None = None) -> Reminder:
    """Send a reminder at once, also one that was left out or skipped. Hosts and organizers.

    Raises PermissionDenied, Http404, StateRefusal (`sent_already`, `draft`), ValidationError (`conflict`) when it is
    not of this version any more.
    """
    with transaction.atomic():
        row = _locked(reminder)
        require(runs(by, row.episode), _("Only hosts and organizers see to reminders."))
        if row.sent_at is not None:
            raise StateRefusal(_("It has been sent already."), code="sent_already")
        if row.episode.state == EpisodeState.DRAFT:
            raise StateRefusal(_("This episode is still a draft; nobody is told of it."), code="draft")
        if version is not None and row.version != version:
            message = _("Somebody has changed it since you read it; look at it again.")
            raise ValidationError({"text": [ValidationError(message, code="conflict")]})
        _send(row, by=by, now=now)
    return row


def _require_waiting(row: Reminder) -> None:
    if row.sent_at is not None:
        raise StateRefusal(_("It has been sent already."), code="sent_already")
    if row.skipped_at is not None:
        raise StateRefusal(_("Its moment has passed; it can only be sent now."), code="skipped_already")


# ── Sending: a beat and a job ───────────────────────────────────────────────


def send_due(*, payload: dict[str, Any], now: datetime) -> None:
    """Ask for a job for each reminder that is due; plan those of running numbers that have none yet."""
    running = Episode.objects.outside_sample().filter(starts_at__gt=now - LONGEST_AGO, deleted_at=None)
    for pk in running.filter(reminders=None).exclude(state__in=SETTLED).values_list("pk", flat=True):
        if (episode := _locked_episode(pk)) is not None:
            plan_reminders(episode, by=SYSTEM, now=now)
    for pk, version in Reminder.objects.due(now).values_list("pk", "version"):
        # Another version is another job: it was moved, or left out and taken in again.
        key = f"send_reminder:{pk}:{version}"
        enqueue(kind="send_reminder", key=key, payload={"reminder": pk}, due_at=now, now=now)


def send_one(*, payload: dict[str, Any], now: datetime) -> None:
    """Send a reminder if it is still due, or note why it is not sent."""
    found = Reminder.objects.filter(pk=payload["reminder"]).first()
    if found is None:
        return
    episode = _locked_episode(found.episode_id)
    if episode is None:
        return
    plan_reminders(episode, by=SYSTEM, now=now)  # its date may have come another way than by moving it
    row = Reminder.objects.due(now).select_for_update(of=("self",)).filter(pk=found.pk).first()
    if row is None:
        return
    row.episode = episode
    reason = why_skip(row, episode, now=now)
    if reason is None:
        _send(row, by=SYSTEM, now=now)
        return
    row.skipped_at, row.skip_reason = now, reason
    _save(row, ["skipped_at", "skip_reason"], now=now)
    record(by=SYSTEM, now=now, verb="skip", kind="reminder", key=row.pk, after={"kind": row.kind}, reason=reason.value)


def _send(row: Reminder, *, by: Actor, now: datetime) -> None:
    """Tell everybody whom a locked reminder is for, and keep what was said."""
    episode, plan = row.episode, PLANS[ReminderKind(row.kind)]
    row.text, row.sent_at, row.is_off = text_of(row, episode), now, False
    row.skipped_at, row.skip_reason = None, ""
    people = audience(row.kind, episode)
    _save(row, ["text", "sent_at", "is_off", "skipped_at", "skip_reason"], now=now)
    after = {"kind": row.kind, "episode": episode.code, "people": len(people)}
    event = record(by=by, now=now, verb="send", kind="reminder", key=row.pk, after=after)
    said = {"code": episode.code, "text": row.text, "what": row.kind, "reminder": row.pk}
    notify(people, kind="reminder", target=("episode", episode.code), by=SYSTEM, now=now, **said)
    if plan.to_group:
        until = max(row.due_at, now) + plan.grace
        announce(event, episode, "reminder", now=now, reminder=row, until=until, text=row.text, what=row.kind)


# ── Rows ────────────────────────────────────────────────────────────────────


def _locked_episode(pk: int) -> Episode | None:
    rows = Episode.objects.under_lock().filter(pk=pk, deleted_at=None)
    return rows.select_related("template").first()


def _locked(reminder: Reminder) -> Reminder:
    """Return a reminder with its episode locked. Raises Http404."""
    episode = _locked_episode(reminder.episode_id)
    row = Reminder.objects.filter(pk=reminder.pk, deleted_at=None).first()
    if episode is None or row is None:
        raise Http404
    row.episode = episode
    return row


def _save(row: Reminder, fields: list[str], *, now: datetime) -> None:
    row.version, row.changed_at = row.version + 1, now
    row.save(update_fields=[*fields, "version", "changed_at"])
