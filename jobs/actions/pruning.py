"""The daily clean-up: sessions nobody can use, firings and finished jobs nobody asks about any more."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.module_loading import import_string

from jobs.models import Job, Slot

KEEP_SLOTS = timedelta(days=2)
# As long as a finished job is kept, its key cannot be enqueued again.
KEEP_DONE = timedelta(days=30)


def prune(*, payload: dict[str, Any], now: datetime) -> None:
    """Delete expired sessions, old firings and old finished jobs. Failed jobs stay until somebody looks at them."""
    Session.objects.filter(expire_date__lt=now).delete()
    Slot.objects.older_than(now - KEEP_SLOTS).delete()
    Job.objects.filter(done_at__lt=now - KEEP_DONE).delete()
    for path in settings.PRUNES_ALSO:
        import_string(path)(now=now)
