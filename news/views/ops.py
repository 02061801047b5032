"""What organizers see of the work behind the site: sources, kinds of jobs, what failed, room and versions."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs import disk, readiness, registry
from jobs.models import Job, KindPause, Slot, Trouble
from members.actions import ops as actions
from members.actors import Actor, actor_of
from members.rules import StateRefusal, in_one, may_run_work, require
from news.models import Source
from news.readiness import told
from news.views.sources import viewer, with_runs

VERBS = ("run", "pause", "resume")
FAILED = 50


@dataclass(frozen=True, slots=True)
class ShownKind:
    """A kind of job: what became of its jobs, when the next one is due, whether it rests."""

    key: str
    name: str
    numbers: dict[str, Any]
    next_at: datetime | None
    pause: KindPause | None
    error: str
    has_beat: bool
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be right, with the sentence that says whether it is."""

    is_fine: bool
    sentence: str


@require_safe
@login_required
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Everything at a glance; what is wrong stands first."""
    _organizer(request)
    now = timezone.now()
    rows = Source.objects.visible_to(viewer(request)).current().with_last_run()
    sources = with_runs(rows.order_by("-failures", "paused_at", "name", "pk"))
    context = {
        "checks": _checks(now),
        "heartbeat": Slot.objects.newest(registry.HEARTBEAT),
        "sources": sources,
        "kinds": _kinds(now),
        "failed": Job.objects.failed()[:FAILED],
        "rooms": disk.rooms(),
        "database_size": disk.database_size(),
        "versions": _versions(),
        "may_manage": True,
    }
    return render(request, "news/ops.html", context)


def _checks(now: datetime) -> list[Check]:
    """The same as /readyz tells machines, in the reader's language."""
    wrong = readiness.problems(now)
    queue, sources = readiness.queue(now), told(now)
    minutes = queue["oldest_seconds"] // 60
    said = [
        (wrong["database"], _("The database answers."), _("The database does not answer.")),
        (wrong["broker"], _("The broker takes messages."), _("The broker takes no messages; jobs start later.")),
        (wrong["schedule"], _("The schedule is alive."), _("No heartbeat: is the worker running?")),
        (wrong["disk"], _("There is room on the disk."), _("The disk is full.")),
        (
            queue["why"],
            _("%(n)d jobs are due, none for long.") % {"n": queue["due"]},
            _("%(n)d jobs are due, the oldest for %(minutes)d minutes.") % {"n": queue["due"], "minutes": minutes},
        ),
        (queue["failed"], _("No job has failed."), _("%(n)d jobs have failed.") % {"n": queue["failed"]}),
        (sources["why"], _("Sources are asked in time."), _("Sources are not asked in time.")),
        (sources["failing"], _("No source fails."), _("%(n)d sources fail.") % {"n": sources["failing"]}),
    ]
    checks = [Check(not why, bad if why else good) for why, good, bad in said]
    return sorted(checks, key=lambda check: check.is_fine)


def _kinds(now: datetime) -> list[ShownKind]:
    numbers = {row["kind"]: row for row in Job.objects.by_kind(now)}
    pauses = {row.kind: row for row in KindPause.objects.all()}
    retried = Job.objects.open().exclude(last_error="").order_by("-due_at")
    errors = dict(retried.values_list("kind", "last_error")[:200])
    beats = registry.beats()
    troubles = {kind: Job.objects.trouble(kind) for kind in beats}
    shown = []
    for key in dict.fromkeys((*settings.JOB_KINDS, *sorted(numbers))):
        found: dict[str, Any] = numbers.get(key, {})
        known = settings.JOB_KINDS.get(key)
        next_at = registry.next_beat(key, now) or found.get("next_at")
        name = str(known.name) if known and known.name else key
        error, trouble = errors.get(key, ""), troubles.get(key)
        shown.append(ShownKind(key, name, found, next_at, pauses.get(key), error, key in beats, trouble))
    return shown


def _versions() -> dict[str, str]:
    engine = f"SQLite {sqlite3.sqlite_version}" if connection.vendor == "sqlite" else f"PostgreSQL {_postgres()}"
    packages = {name: version(name) for name in ("Django", "celery", "feedparser", "arxiv")}
    return {"Python": platform.python_version(), **packages, _("Database"): engine}


def _postgres() -> str:
    number = getattr(connection, "pg_version", 0)
    return f"{number // 10000}.{number % 10000}"


@require_POST
@login_required
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a failed job start anew."""
    by = _organizer(request)
    job = get_object_or_404(Job, pk=pk)
    return _done(
        request,
        lambda: actions.retry_job(job=job, by=by, now=timezone.now()),
        _("It is tried again, with all its attempts."),
    )


@require_POST
@login_required
def change(request: HttpRequest, kind: str, verb: str) -> HttpResponse:
    """Start, pause or resume a kind of job."""
    by, now = _organizer(request), timezone.now()
    if verb == "run":
        return _done(request, lambda: actions.run_kind(kind=kind, by=by, now=now), _("It starts in a moment."))
    if verb == "pause":
        reason = request.POST.get("reason", "").strip()
        return _done(
            request, lambda: actions.pause_kind(kind=kind, reason=reason, by=by, now=now), _("It rests from now on.")
        )
    return _done(request, lambda: actions.resume_kind(kind=kind, by=by, now=now), _("It goes on."))


def _organizer(request: HttpRequest) -> Actor:
    by = actor_of(request.user)
    require(may_run_work(by), _("Only organizers look after background work."))
    return by


def _done(request: HttpRequest, act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except StateRefusal as refusal:
        messages.error(request, str(refusal))
    except ValidationError as error:
        messages.error(request, in_one(error.messages))
    return redirect("ops")
