"""Jobs are enqueued, claimed under a lease, done in one transaction with their effect, and swept when forgotten.

A claim is committed before the work starts; the finish checks that the claim is still its own.
"""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from jobs import registry
from jobs.actions.hints import send_hint
from jobs.models import MAX_ATTEMPTS, Job, JobQuerySet

log = structlog.get_logger(__name__)

# Waiting time after the first, second, … failed attempt.
BACK_OFF = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
# A job that takes its worker down this often is the reason, not the victim.
MAX_INTERRUPTIONS = 20
MAX_PAYLOAD = 10_000
MAX_ERROR = 2_000


def enqueue(*, kind: str, key: str, payload: dict[str, Any], due_at: datetime, now: datetime) -> Job:
    """Put a job on the table, or return the one that already has this key, whatever became of it.

    Belongs into the transaction of the write that asks for it. Raises LookupError for an unknown kind and ValueError
    for a payload that is not small JSON or a key that another kind uses; both are bugs of the caller.
    """
    registry.kind(kind)
    if len(json.dumps(payload)) > MAX_PAYLOAD:
        raise ValueError(f"the payload of {key} is too large: put the data in a table and its id here")
    with transaction.atomic():
        job, created = Job.objects.get_or_create(
            key=key, defaults={"kind": kind, "payload": payload, "due_at": due_at, "created_at": now}
        )
        if job.kind != kind:
            raise ValueError(f"{key} is a job of kind {job.kind}, not {kind}")
        if created and due_at <= now:
            transaction.on_commit(partial(send_hint, job.pk), robust=True)
    return job


def again(*, job_id: int, now: datetime) -> bool:
    """Let a job that has stopped for good start anew, with all its attempts. Return False for any other job.

    Belongs into the transaction of whoever records it.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, failed_at__isnull=False).first()
        if job is None:
            return False
        job.failed_at, job.due_at, job.attempts, job.interruptions = None, now, 0, 0
        job.save(update_fields=["failed_at", "due_at", "attempts", "interruptions"])
        transaction.on_commit(partial(send_hint, job.pk), robust=True)
    return True


def perform(*, job_id: int, now: datetime) -> bool:
    """Try this job if it is due and nobody holds it. Return whether it was tried; its row says how that ended."""
    return _try_first(Job.objects.due(now).filter(pk=job_id), now=now)


def perform_next(*, now: datetime) -> bool:
    """Try the oldest due job. Return whether there was one to be had."""
    return _try_first(Job.objects.due(now), now=now)


def _try_first(due: JobQuerySet, *, now: datetime) -> bool:
    # Looking first keeps an idle sweep from taking SQLite's write lock.
    if not due.exists() or (job := _claim(due, now=now)) is None:
        return False
    try:
        _do(job, now=now)
    except Exception as error:  # whatever a handler raises is this job's failure, never the worker's
        _record_failure(job, error, now=now)
    return True


def _claim(due: JobQuerySet, *, now: datetime) -> Job | None:
    """Lease the first of these jobs, in a transaction of its own. A job found with an expired lease was interrupted."""
    with transaction.atomic(durable=True):
        job = due.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        if job.leased_until is not None:
            job.interruptions += 1
        if job.interruptions > MAX_INTERRUPTIONS:
            job.leased_until = None
            job.failed_at = now
            job.last_error = _("The worker died %(n)d times while doing this.") % {"n": MAX_INTERRUPTIONS}
        else:
            job.leased_until = now + registry.lease(job.kind)
        job.save(update_fields=["leased_until", "interruptions", "failed_at", "last_error"])
    return job if job.failed_at is None else None


def _do(job: Job, *, now: datetime) -> None:
    fetch, store = registry.kind(job.kind).load()
    fetched = {"fetched": fetch(payload=job.payload)} if fetch else {}
    with transaction.atomic(durable=True):
        if _still_ours(job):
            trouble = store(payload=job.payload, now=now, **fetched) or ""
            Job.objects.filter(pk=job.pk).update(
                done_at=now, leased_until=None, attempts=F("attempts") + 1, last_error=trouble[:MAX_ERROR]
            )


def _record_failure(job: Job, error: Exception, *, now: datetime) -> None:
    attempts = job.attempts + 1
    stops = attempts >= MAX_ATTEMPTS
    log.error("job_failed", job=job.pk, kind=job.kind, key=job.key, attempts=attempts, stops=stops, exc_info=error)
    # PostgreSQL takes neither NUL nor lone surrogates, and an error may quote any bytes.
    text = f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    with transaction.atomic(durable=True):
        if _still_ours(job):
            Job.objects.filter(pk=job.pk).update(
                attempts=attempts,
                last_error=text[:MAX_ERROR],
                leased_until=None,
                failed_at=now if stops else None,
                due_at=job.due_at if stops else now + BACK_OFF[attempts - 1],
            )


def _still_ours(job: Job) -> bool:
    """Lock the row and tell whether the lease taken by `_claim` is still the one on it."""
    rows = Job.objects.select_for_update().filter(pk=job.pk, leased_until=job.leased_until)
    return rows.first() is not None
