"""Sources as Prometheus reads them, together with the background work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Max
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from jobs import metrics
from news.models import FetchRun, Outcome, Sighting, Source


def text(now: datetime) -> bytes:
    """Everything at this moment, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Now(now))
    return generate_latest(registry)


class _Now(Collector):
    """What stands in the tables: every worker and web process tells the same."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield from metrics.families(self.now)
        yield from families(self.now)


def families(now: datetime) -> Iterator[Metric]:
    """Runs by source and outcome, since when each source succeeded, failures in a row, sightings."""
    runs = CounterMetricFamily("openllm_talk_source_runs", "Runs that ended.", labels=("source", "outcome"))
    by_outcome = FetchRun.objects.ended().filter(source__deleted_at=None)
    for slug, outcome, number in by_outcome.values_list("source__slug", "outcome").annotate(n=Count("pk")).order_by():
        runs.add_metric((slug, outcome), number)
    yield runs
    age = GaugeMetricFamily("openllm_talk_source_success_age_seconds", "Since the last good run.", labels=("source",))
    good = by_outcome.exclude(outcome=Outcome.FAILED).order_by().values_list("source__slug")
    for slug, ended_at in good.annotate(last=Max("ended_at")):
        age.add_metric((slug,), (now - ended_at).total_seconds())
    yield age
    failures = GaugeMetricFamily("openllm_talk_source_failures", "Failed runs in a row.", labels=("source",))
    for slug, number in Source.objects.current().order_by("slug").values_list("slug", "failures"):
        failures.add_metric((slug,), number)
    yield failures
    sightings = GaugeMetricFamily("openllm_talk_sightings", "Entries on record.", labels=("source",))
    counted = Sighting.objects.order_by().values_list("source__slug").annotate(n=Count("pk"))
    for slug, number in counted:
        sightings.add_metric((slug,), number)
    yield sightings
