"""A table of background work that cannot work is found by `manage.py check`."""

from datetime import timedelta

from jobs.checks import background_work
from jobs.registry import Beat, Kind


def test_the_tables_of_the_settings_are_sound(settings):
    from config import settings as site

    settings.JOB_KINDS, settings.JOB_BEATS = site.JOB_KINDS, site.JOB_BEATS
    assert background_work() == []


def test_each_mistake_is_found(settings):
    settings.JOB_KINDS = {
        "a": Kind(store="jobs.nowhere.store"),
        "b": Kind(store="jobs.tasks.run", fetch="jobs.tasks.none"),
    }
    settings.JOB_BEATS = {"c": Beat(every=timedelta(days=1))}
    assert [error.id for error in background_work()] == ["jobs.E001", "jobs.E001", "jobs.E002", "jobs.E003"]
