"""Whether the site can do its work: database, broker and schedule are each asked, and none may take long to answer."""

import tempfile
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobs.models import Slot
from jobs.registry import HEARTBEAT

PATIENCE_SECONDS = 1
# Two beats may be missed: a restart takes some seconds, a long job may hold up the worker.
SILENCE = timedelta(minutes=3)


def problems(now: datetime) -> dict[str, str]:
    """Return for each of database, broker and schedule what is wrong with it, "" when nothing is.

    The words name no host and quote no error: anybody may read them.
    """
    return {"database": _database_problem(), "broker": _broker_problem(), "schedule": _schedule_problem(now)}


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
