"""Whether the site can do its work: database, broker, schedule and disk are each asked, and none may take long."""

import tempfile
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobs import disk
from jobs.models import Job, Slot
from jobs.registry import HEARTBEAT

PATIENCE_SECONDS = 1
# Two beats may be missed: a restart takes some seconds, a long job may hold up the worker.
SILENCE = timedelta(minutes=3)
LATE = timedelta(minutes=10)
FULL = 50 * 1024 * 1024


def problems(now: datetime) -> dict[str, str]:
    """Return for each of database, broker, schedule and disk what is wrong with it, "" when nothing is.

    The words name no host and quote no error: anybody may read them.
    """
    return {
        "database": _database_problem(),
        "broker": _broker_problem(),
        "schedule": _schedule_problem(now),
        "disk": _disk_problem(),
    }


def queue(now: datetime) -> dict[str, Any]:
    """Return how much work waits and for how long. A long queue is told, but the site can still be asked."""
    due = Job.objects.due(now).aggregate(n=Count("pk"), oldest=Min("due_at"))
    seconds = int((now - due["oldest"]).total_seconds()) if due["oldest"] else 0
    is_late = seconds > LATE.total_seconds()
    return {
        "ok": not is_late,
        "why": f"the oldest due job waits for {seconds} seconds" if is_late else "",
        "due": due["n"],
        "oldest_seconds": seconds,
        "failed": Job.objects.failed().count(),
    }


def _disk_problem() -> str:
    return "the disk is full" if min(room.free for room in disk.rooms()) < FULL else ""


def _database_problem() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "the database does not answer"
    return ""


def _broker_problem() -> str:
    try:
        if settings.REDIS_URL:
            once = Retry(NoBackoff(), 0)
            with Redis.from_url(
                settings.REDIS_URL,
                socket_connect_timeout=PATIENCE_SECONDS,
                socket_timeout=PATIENCE_SECONDS,
                retry=once,
            ) as client:
                client.ping()
        else:
            folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"a message could be written here")
    except (RedisError, OSError):
        return "the broker takes no messages"
    return ""


def _schedule_problem(now: datetime) -> str:
    try:
        newest = Slot.objects.newest(HEARTBEAT)
    except DatabaseError:
        return "unknown without the database"
    if newest is None:
        return "no heartbeat yet"
    if now - newest > SILENCE:
        return f"no heartbeat for {int((now - newest).total_seconds())} seconds"
    return ""
