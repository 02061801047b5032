"""Kinds of jobs that rest, and failed jobs that start anew."""

from datetime import timedelta

import pytest

from jobs.actions import jobs, pauses, slots
from jobs.models import MAX_ATTEMPTS, Job, Slot

pytestmark = pytest.mark.django_db(transaction=True)


def put(key, now, kind="note"):
    return jobs.enqueue(kind=kind, key=key, payload={"key": key}, due_at=now, now=now)


def test_a_kind_that_rests_is_not_done_and_the_others_are(now):
    resting, other = put("a", now), put("b", now, kind="daily")
    assert pauses.pause(kind="note", reason="", now=now)
    assert not pauses.pause(kind="note", reason="", now=now)
    assert not jobs.perform(job_id=resting.pk, now=now)
    assert list(Job.objects.due(now)) == [other]
    assert pauses.resume(kind="note")
    assert not pauses.resume(kind="note")
    assert jobs.perform(job_id=resting.pk, now=now)
    resting.refresh_from_db()
    assert resting.attempts == 1


def test_an_unknown_kind_cannot_rest(now):
    with pytest.raises(LookupError):
        pauses.pause(kind="nothing", reason="", now=now)


def test_a_resting_beat_fires_once_afterwards(now):
    pauses.pause(kind="daily", reason="", now=now)
    for day in range(3):
        slots.fire_due(now=now + timedelta(days=day))
    assert set(Slot.objects.values_list("beat", flat=True)) == {"heartbeat"}
    pauses.resume(kind="daily")
    slots.fire_due(now=now + timedelta(days=3))
    assert Job.objects.filter(kind="daily").count() == 1


def test_a_failed_job_starts_anew(now):
    job = put("x", now, kind="fail")
    Job.objects.update(failed_at=now, attempts=MAX_ATTEMPTS, interruptions=2, last_error="ValueError: no")
    assert jobs.again(job_id=job.pk, now=now)
    job.refresh_from_db()
    assert (job.failed_at, job.attempts, job.interruptions, job.due_at) == (None, 0, 0, now)
    assert jobs.perform(job_id=job.pk, now=now)
    job.refresh_from_db()
    assert (job.attempts, job.failed_at) == (1, None)


def test_only_a_failed_job_starts_anew(now):
    job = put("x", now)
    assert not jobs.again(job_id=job.pk, now=now)
    jobs.perform(job_id=job.pk, now=now)
    assert not jobs.again(job_id=job.pk, now=now)
    assert not jobs.again(job_id=0, now=now)


def test_numbers_by_kind(now):
    put("a", now)
    put("b", now)
    put("c", now, kind="daily")
    Job.objects.filter(key="b").update(done_at=now, attempts=1)
    rows = {row["kind"]: row for row in Job.objects.by_kind(now)}
    assert {name: rows["note"][name] for name in ("waiting", "held", "failed", "done")} == {
        "waiting": 1,
        "held": 0,
        "failed": 0,
        "done": 1,
    }
    assert rows["note"]["last_done_at"] == now
    assert (rows["daily"]["next_at"], rows["daily"]["last_done_at"]) == (now, None)
