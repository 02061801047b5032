"""What the jobs of the news do, while they are killed: the product's own functions. A worker that dies in its turn at
arXiv keeps the others waiting for two seconds, not for a minute.

NEWS_KILL_SEED makes the workers wrong, so that the kill test is seen to fail: "forgetful" ones are done with a job
before they do it, "hasty" ones forget whose lease it is and what the source has said before.
"""

import os
from datetime import timedelta
from functools import partial

from django.db.models import F
from django.utils import timezone

import jobs.actions.jobs
import news.actions.store
import papers.asking
from jobs.models import Job
from news.actions.collect import fetch_page
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


if SEED == "forgetful":
    _fetch, fetch_page = fetch_page, fetch_when_done
    jobs.actions.jobs._still_ours = lambda job: True
elif SEED == "hasty":
    jobs.actions.jobs._still_ours = lambda job: True
    news.actions.store._known = lambda source, keys: {}
