"""What organizers do about background work; the jobs know nothing of people, so it is permitted and recorded here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from jobs import registry
from jobs.actions import jobs, pauses
from jobs.models import Job
from members.actions.events import record
from members.actors import Actor
from members.rules import StateRefusal, check_text, may_run_work, require


def retry_job(*, job: Job, by: Actor, now: datetime) -> Job:
    """Let a job that has stopped for good start anew. Raises PermissionDenied, StateRefusal for any other job."""
    with transaction.atomic():
        _permit(by)
        before = {"attempts": job.attempts, "last_error": job.last_error}
        if not jobs.again(job_id=job.pk, now=now):
            raise StateRefusal(_("This job has not failed."), code="not_failed")
        record(by=by, now=now, verb="retry", kind="job", key=job.pk, before=before)
    job.refresh_from_db()
    return job


def run_kind(*, kind: str, by: Actor, now: datetime) -> Job:
    """Do now what the schedule does by itself. Raises PermissionDenied, Http404 for a kind without a beat."""
    with transaction.atomic():
        _permit(by)
        if kind not in registry.beats() or kind == registry.HEARTBEAT:
            raise Http404
        time = now.isoformat()
        job = jobs.enqueue(kind=kind, key=f"{kind}:now:{time}", payload={"slot": time}, due_at=now, now=now)
        record(by=by, now=now, verb="run", kind="job_kind", key=kind)
    return job


def pause_kind(*, kind: str, reason: str, by: Actor, now: datetime) -> None:
    """Do no job of this kind until somebody resumes it. Raises PermissionDenied, ValidationError, Http404."""
    with transaction.atomic():
        _permit(by)
        check_text(reason, field="reason", limit=500)
        try:
            is_new = pauses.pause(kind=kind, reason=reason, now=now)
        except LookupError as error:
            raise Http404 from error
        if is_new:
            record(by=by, now=now, verb="pause", kind="job_kind", key=kind, reason=reason)


def resume_kind(*, kind: str, by: Actor, now: datetime) -> None:
    """Do the jobs of this kind again. Raises PermissionDenied."""
    with transaction.atomic():
        _permit(by)
        if pauses.resume(kind=kind):
            record(by=by, now=now, verb="resume", kind="job_kind", key=kind)


def _permit(by: Actor) -> None:
    require(may_run_work(by), _("Only organizers look after background work."))
