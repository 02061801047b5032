"""The site's settings for the kill test: jobs alone, a short lease, frequent sweeps, a broker in the test's folder."""

import os
from datetime import timedelta

from config.settings import *  # noqa: F403
from config.settings import CELERY_BROKER_TRANSPORT_OPTIONS, LOGGING, REDIS_URL
from jobs.registry import Kind

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "jobs"]
AUTH_USER_MODEL = "auth.User"
MIDDLEWARE = []
JOB_KINDS = {
    "insert": Kind(
        fetch="tests.proof.kill_work.fetch", store="tests.proof.kill_work.store", lease=timedelta(seconds=3)
    ),
    "prune": Kind(store="jobs.actions.pruning.prune"),
}
# The driver reads in a worker's log when it is ready.
LOGGING["loggers"]["celery"]["level"] = "INFO"
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "jobs.tasks.sweep", "schedule": 1, "options": {"expires": 1}}}
if not REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        **CELERY_BROKER_TRANSPORT_OPTIONS,
        "data_folder_in": os.environ["KILL_FOLDER"] + "/queue",
        "data_folder_out": os.environ["KILL_FOLDER"] + "/queue",
        "control_folder": os.environ["KILL_FOLDER"] + "/control",
    }
