"""The two messages Celery carries: a hint that one job is due, and the schedule's call for a sweep."""

from celery import shared_task
from django.utils import timezone

from jobs.actions import jobs, sweeps


@shared_task(ignore_result=True)
def run(job_id: int) -> None:
    jobs.perform(job_id=job_id, now=timezone.now())


@shared_task(ignore_result=True)
def sweep() -> None:
    sweeps.sweep(clock=timezone.now)
