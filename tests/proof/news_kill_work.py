"""What the jobs of the news do, while they are killed: the product's own functions. A worker that dies in its turn at
arXiv keeps the others waiting for two seconds, not for a minute.

NEWS_KILL_SEED makes the workers wrong, so that the kill test is seen to fail: "forgetful" ones are done with a job
before they do it, "hasty" ones store a page first and note in a second transaction that they have, and forget what the
source has said before.
"""

import os
import time
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

import jobs.actions.jobs
import news.actions.store
import papers.asking
from jobs.models import Job
from news.actions.collect import fetch_page, store_page
from news.models import FetchRun, Source
from outbound.actions.turns import turn
from papers.actions.filling import fetch as fetch_stubs
from papers.actions.filling import fetch_named

__all__ = ["fetch_named", "fetch_page", "fetch_stubs"]

papers.asking.turn = partial(turn, lease=timedelta(seconds=2))
SEED = os.environ.get("NEWS_KILL_SEED", "")


def fetch_when_done(*, payload):
    """A page of a run whose job is marked done before anything of it is: what a message acknowledged early means."""
    done = {"done_at": timezone.now(), "leased_until": None, "attempts": F("attempts") + 1}
    Job.objects.filter(payload__run=payload["run"], done_at=None).update(**done)
    return _fetch(payload=payload)


def do_by_halves(job, *, now):
    """A page and the note that it is stored in two transactions, with time to be killed between them."""
    if job.kind != "collect_page":
        return _do(job, now=now)
    run = FetchRun.objects.select_related("source").get(pk=job.payload["run"])
    fetched = fetch_page(payload=job.payload)
    with transaction.atomic():
        store_page(payload=job.payload, now=now, fetched=fetched)
        noted = (Source.objects.get(pk=run.source_id), FetchRun.objects.get(pk=run.pk))
        run.source.save()
        run.save()
    time.sleep(0.1)
    with transaction.atomic():
        for row in noted:
            row.save()
        Job.objects.filter(pk=job.pk).update(done_at=now, leased_until=None, attempts=F("attempts") + 1)
    return None


if SEED == "forgetful":
    _fetch, fetch_page = fetch_page, fetch_when_done
    jobs.actions.jobs._still_ours = lambda job: True
elif SEED == "hasty":
    _do, jobs.actions.jobs._do = jobs.actions.jobs._do, do_by_halves
    news.actions.store._known = lambda source, keys: {}
