"""The message that tells a worker about a due job. It may be lost: the sweep finds the row anyway.

A broker that does not answer costs a request about a second, once; then nobody asks it again for a while.
"""

import time

import structlog
from celery import current_app

log = structlog.get_logger(__name__)

QUIET_SECONDS = 10
# A hint that waited this long is older than several sweeps.
EXPIRES_SECONDS = 60
_NO_RETRY = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}
_quiet_until = 0.0


def send_hint(job_id: int) -> None:
    """Tell a worker that this job is due. Never raises."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        current_app.send_task(
            "jobs.tasks.run", args=[job_id], expires=EXPIRES_SECONDS, ignore_result=True, retry_policy=_NO_RETRY
        )
    except Exception as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("job_hint_not_sent", job=job_id, error=repr(error))
