"""The Celery app: its options are the CELERY_ names of the settings, its tasks those of jobs."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Workers serve no pages: loading the URL map for Django's checks would double their start time and memory.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
app = Celery("openllm-talk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["jobs"])
