"""The site's settings for the kill test of telling: its kinds alone, short leases, frequent beats."""

from dataclasses import replace
from datetime import timedelta

from config.settings import *  # noqa: F403
from config.settings import JOB_KINDS as KINDS
from jobs.registry import Beat

LEASE = timedelta(seconds=5)
JOB_KINDS = {name: replace(KINDS[name], lease=LEASE) for name in ("send_reminders", "send_reminder", "deliver")}
JOB_BEATS = {"send_reminders": Beat(every=timedelta(seconds=1))}
