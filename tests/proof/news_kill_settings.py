"""The site's settings for the kill test of the news: its apps alone, short leases, frequent beats, no gap at arXiv."""

import os
from dataclasses import replace
from datetime import timedelta

from config.settings import *  # noqa: F403
from config.settings import JOB_KINDS as KINDS
from jobs.registry import Beat
from tests.proof.kill_settings import CELERY_BEAT_SCHEDULE, CELERY_BROKER_TRANSPORT_OPTIONS, LOGGING

__all__ = ["CELERY_BEAT_SCHEDULE", "CELERY_BROKER_TRANSPORT_OPTIONS", "LOGGING"]

INSTALLED_APPS = [
    *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
    *("outbound", "jobs", "members", "papers", "news"),
]
MIDDLEWARE = []
# "hasty" workers: see tests.proof.news_kill_work.
LEASE = timedelta(seconds=0.05 if os.environ.get("NEWS_KILL_SEED") == "hasty" else 10)
JOB_KINDS = {
    "collect": replace(KINDS["collect"], lease=LEASE),
    "collect_page": replace(KINDS["collect_page"], fetch="tests.proof.news_kill_work.fetch_page", lease=LEASE),
    "fill_papers": replace(KINDS["fill_papers"], fetch="tests.proof.news_kill_work.fetch_stubs", lease=LEASE),
    "ask_papers": replace(KINDS["ask_papers"], fetch="tests.proof.news_kill_work.fetch_named", lease=LEASE),
}
JOB_BEATS = {
    "heartbeat": Beat(every=timedelta(minutes=1)),
    "collect": Beat(every=timedelta(seconds=1)),
    "fill_papers": Beat(every=timedelta(seconds=5)),
}
# The local outside need not be spared.
ARXIV_SECONDS = 0
