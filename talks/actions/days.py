"""Days that matter to the talk: weeks off (停更), and the statutory calendar that organizers keep."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.rules import StateRefusal, check_text, invalid, require
from talks.actions.life import move
from talks.models import Break, Episode, Holiday
from talks.moves import evening_after, planned_on, zone
from talks.rules import REASON_LIMIT, may_plan

NAME_LIMIT = 40


def take_break(*, day: date, reason: str, by: Actor, now: datetime) -> Break:
    """Leave a day out: no talk is planned on it, and one that is planned moves to the next evening, number and all.

    Raises PermissionDenied, ValidationError, StateRefusal when the day is left out already.
    """
    with transaction.atomic():
        reason = check_break(day=day, reason=reason, by=by, now=now)
        made = Break.objects.create(day=day, reason=reason, created_at=now, changed_at=now)
        after = {"day": day.isoformat()}
        record(by=by, now=now, verb="take_break", kind="break", key=made.pk, after=after, reason=reason)
        locked = Episode.objects.under_lock().select_related("template")
        for episode in locked.filter(pk__in=planned_on(day).values("pk")).order_by("number"):
            assert episode.starts_at is not None  # noqa: S101 - planned on that day
            found = evening_after(episode, episode.starts_at, Break.objects.days(), now=now)
            move(episode, found, reason=reason, by=by, now=now)
    return made


def check_break(*, day: date, reason: str, by: Actor, now: datetime) -> str:
    """Return the reason as it is kept, when this day may be left out. Raises as `take_break` does."""
    require(may_plan(by), _("Only organizers leave a week out."))
    reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT, required=True)
    if day < now.astimezone(zone()).date():
        raise invalid("day", _("Choose a day that is still to come."), "past")
    if Break.objects.current().filter(day=day).exists():
        raise StateRefusal(_("This day is left out already."), code="break_already")
    return reason


def end_break(*, row: Break, by: Actor, now: datetime) -> Break:
    """Talk on a day after all; evenings that moved meanwhile stay where they are. Raises PermissionDenied, Http404."""
    with transaction.atomic():
        require(may_plan(by), _("Only organizers leave a week out."))
        found = Break.objects.select_for_update().filter(pk=row.pk, deleted_at=None).first()
        if found is None:
            raise Http404
        found.deleted_at = found.changed_at = now
        found.version += 1
        found.save(update_fields=["deleted_at", "changed_at", "version"])
        before = {"day": found.day.isoformat(), "reason": found.reason}
        record(by=by, now=now, verb="end_break", kind="break", key=found.pk, before=before)
    return found


def set_holiday(*, day: date, name: str, is_workday: bool, by: Actor, now: datetime) -> Holiday:
    """Enter a day of the statutory calendar, or correct it. Raises PermissionDenied, ValidationError."""
    with transaction.atomic():
        require(may_plan(by), _("Only organizers keep the calendar."))
        name = check_text(name.strip(), field="name", limit=NAME_LIMIT, required=True)
        if not 2000 <= day.year <= 2100:
            raise invalid("day", _("Choose a day of this century."), "out_of_range")
        row = Holiday.objects.select_for_update().filter(day=day, deleted_at=None).first()
        before = {"name": row.name, "is_workday": row.is_workday} if row else None
        if row is None:
            row = Holiday(day=day, created_at=now, version=0)
        row.name, row.is_workday = name, is_workday
        row.version, row.changed_at = row.version + 1, now
        row.save()
        after = {"day": day.isoformat(), "name": name, "is_workday": is_workday}
        record(by=by, now=now, verb="set", kind="holiday", key=row.pk, before=before, after=after)
    return row


def remove_holiday(*, row: Holiday, by: Actor, now: datetime) -> Holiday:
    """Take a day out of the statutory calendar. Raises PermissionDenied, Http404."""
    with transaction.atomic():
        require(may_plan(by), _("Only organizers keep the calendar."))
        found = Holiday.objects.select_for_update().filter(pk=row.pk, deleted_at=None).first()
        if found is None:
            raise Http404
        found.deleted_at = found.changed_at = now
        found.version += 1
        found.save(update_fields=["deleted_at", "changed_at", "version"])
        before = {"day": found.day.isoformat(), "name": found.name, "is_workday": found.is_workday}
        record(by=by, now=now, verb="remove", kind="holiday", key=found.pk, before=before)
    return found
