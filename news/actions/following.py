"""A run seen through to its end by whoever waits for it: the same jobs as the workers do, one after another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from jobs.actions.jobs import perform
from jobs.models import Job, KindPause
from members.actors import Actor
from members.rules import StateRefusal
from news.actions.collect import KIND, page_key, start
from news.models import FetchRun, Outcome, Source

# Longer than a lease: a page that a dead worker holds is taken over and finished here.
PATIENCE = timedelta(minutes=12)
PAUSE_SECONDS = 0.2


def run_now(
    *,
    source: Source,
    by: Actor,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    tell: Callable[[FetchRun], None] = lambda run: None,
) -> FetchRun:
    """Ask a source now, or join the run that is going on, and return the run when it has ended.

    `tell` hears of the run after every page. A run whose job was put off or given up after a mistake of ours is
    returned as it stands, still running, with the mistake as its `error`. Raises what `start` raises.
    """
    run = _begun(source, by=by, now=clock())
    waited_since = clock()
    while run.outcome == Outcome.RUNNING and clock() - waited_since < PATIENCE:
        job = Job.objects.filter(key=page_key(run)).first()
        if job is not None and (job.failed_at is not None or (job.attempts and job.due_at > clock())):
            run.error = job.last_error
            break
        if KindPause.objects.filter(kind=KIND).exists():
            run.error = _("Pages of sources are paused; resume them on /ops/.")
            break
        if job is not None and perform(job_id=job.pk, now=clock()):
            waited_since = clock()
        else:  # another worker holds the page
            sleep(PAUSE_SECONDS)
        run.refresh_from_db()
        tell(run)
    return run


def _begun(source: Source, *, by: Actor, now: datetime) -> FetchRun:
    """The run of this source: a new one, else the one that is going on."""
    while True:
        try:
            return start(source=source, by=by, now=now)
        except StateRefusal as refusal:
            if refusal.code != "run_going_on":
                raise
            run = FetchRun.objects.filter(source=source, outcome=Outcome.RUNNING).first()
            if run is not None:  # else it has ended in this moment
                return run
