"""What `manage.py check` says about the tables of background work: a wrong path stops the start, not the night."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from jobs.registry import HEARTBEAT


def background_work(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    """Find kinds whose functions cannot be imported, and beats without a kind."""
    found: list[CheckMessage] = []
    for name, kind in settings.JOB_KINDS.items():
        for path in filter(None, (kind.fetch, kind.store)):
            try:
                import_string(path)
            except ImportError as error:
                found.append(Error(f"JOB_KINDS[{name!r}]: {error}", id="jobs.E001"))
    for name in settings.JOB_BEATS:
        if name != HEARTBEAT and name not in settings.JOB_KINDS:
            found.append(Error(f"JOB_BEATS[{name!r}] names no kind of JOB_KINDS", id="jobs.E002"))
    if HEARTBEAT not in settings.JOB_BEATS:
        found.append(Error(f"JOB_BEATS lacks {HEARTBEAT!r}, by which /readyz knows the schedule", id="jobs.E003"))
    return found
