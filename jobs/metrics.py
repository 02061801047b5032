"""Background work as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from jobs import disk, registry
from jobs.models import Job, Slot
from jobs.readiness import queue

STATES = ("waiting", "held", "failed", "done")


def families(now: datetime) -> Iterator[Metric]:
    """Jobs by kind and state, the age of the queue and of the heartbeat, the size of the database, room left."""
    jobs = GaugeMetricFamily("openllm_talk_jobs", "Jobs on the table.", labels=("kind", "state"))
    for row in Job.objects.by_kind(now):
        for state in STATES:
            jobs.add_metric((row["kind"], state), row[state])
    yield jobs
    found = queue(now)
    yield GaugeMetricFamily("openllm_talk_jobs_due", "Jobs that are due and held by nobody.", value=found["due"])
    yield GaugeMetricFamily(
        "openllm_talk_queue_age_seconds", "How long the oldest due job has waited.", value=found["oldest_seconds"]
    )
    beat = Slot.objects.newest(registry.HEARTBEAT)
    if beat is not None:
        age = (now - beat).total_seconds()
        yield GaugeMetricFamily("openllm_talk_heartbeat_age_seconds", "Since the schedule last fired.", value=age)
    yield GaugeMetricFamily("openllm_talk_database_bytes", "Size of the database.", value=disk.database_size())
    free = GaugeMetricFamily("openllm_talk_disk_free_bytes", "Room left where the site writes.", labels=("place",))
    for room in disk.rooms():
        free.add_metric((room.name,), room.free)
    yield free
