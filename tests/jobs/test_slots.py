"""Slots: a beat fires once for each of its times, whoever asks, however often."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.actions import slots, sweeps
from jobs.models import Job, Slot
from jobs.registry import Beat

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("beat", "now", "slot"),
    [
        (Beat(every=MINUTE), "2026-03-04 20:00:59", "2026-03-04 20:00:00"),
        (Beat(every=MINUTE), "2026-03-04 20:01:00", "2026-03-04 20:01:00"),
        (Beat(every=DAY, offset=timedelta(hours=4)), "2026-03-04 03:59", "2026-03-03 04:00"),
        (Beat(every=DAY, offset=timedelta(hours=4)), "2026-03-04 04:00", "2026-03-04 04:00"),
        # Sunday midnight, when the next number opens
        (Beat(every=7 * DAY, offset=6 * DAY), "2026-03-07 23:59", "2026-03-01 00:00"),
        (Beat(every=7 * DAY, offset=6 * DAY), "2026-03-08 00:00", "2026-03-08 00:00"),
    ],
)
def test_a_beat_knows_its_latest_time(beat, now, slot):
    assert beat.slot(at(now)) == at(slot)


def test_a_daily_beat_keeps_its_hour_when_the_clock_changes(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    beat = Beat(every=DAY, offset=timedelta(hours=4))
    for day in ("2026-03-28", "2026-03-29", "2026-03-30", "2026-10-24", "2026-10-25", "2026-10-26"):
        assert beat.slot(at(f"{day} 12:00", BERLIN)) == at(f"{day} 04:00", BERLIN)


def test_a_minute_beat_does_not_stop_in_the_hour_that_happens_twice(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    start = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    fired = {Beat(every=MINUTE).slot(start + n * MINUTE) for n in range(180)}
    assert len(fired) == 180


def test_two_beats_are_harmless(db, now):
    slot = now.replace(minute=0)
    assert slots.fire_slot(beat="daily", slot=slot, now=now) is True
    assert slots.fire_slot(beat="daily", slot=slot, now=now) is False
    assert Slot.objects.count() == 1
    assert list(Job.objects.values_list("kind", "payload")) == [("daily", {"slot": slot.isoformat()})]


def test_the_heartbeat_leaves_a_slot_and_no_job(db, now):
    assert slots.fire_slot(beat="heartbeat", slot=now, now=now) is True
    assert (Slot.objects.count(), Job.objects.count()) == (1, 0)


def test_what_is_due_fires_once(db, now):
    assert slots.fire_due(now=now) == 2
    assert slots.fire_due(now=now + timedelta(seconds=30)) == 0
    assert slots.fire_due(now=now + MINUTE) == 1
    assert slots.fire_due(now=now + DAY) == 2
    assert Job.objects.filter(kind="daily").count() == 2


def test_after_a_long_pause_each_beat_fires_once(db, now):
    slots.fire_due(now=now)
    assert slots.fire_due(now=now + 10 * DAY) == 2


def test_an_idle_sweep_only_reads(db, now, django_assert_num_queries):
    slots.fire_due(now=now)
    with django_assert_num_queries(1):
        slots.fire_due(now=now)


def test_two_schedules_at_the_same_time_fire_once(at_once, now):
    fired = at_once(*[lambda: slots.fire_due(now=now)] * 3)
    assert sum(fired) == 2
    assert sorted(Slot.objects.values_list("beat", flat=True)) == ["daily", "heartbeat"]
    assert Job.objects.count() == 1


def test_two_sweeps_at_the_same_time_do_everything_once(at_once, now):
    from django.contrib.sessions.models import Session

    at_once(*[lambda: sweeps.sweep(clock=lambda: now)] * 3)
    sweeps.sweep(clock=lambda: now)
    assert [job.attempts for job in Job.objects.all()] == [1]
    assert Session.objects.count() == 1


def test_a_sweep_starts_nothing_after_its_patience(db, now):
    ticks = iter(now + n * timedelta(seconds=1) for n in range(1000))
    sweeps.sweep(clock=lambda: now)
    from jobs.actions.jobs import enqueue

    for number in range(10):
        enqueue(kind="note", key=str(number), payload={}, due_at=now, now=now)
    # Each turn reads this clock twice, so six seconds are three turns.
    assert sweeps.sweep(clock=lambda: next(ticks), patience=timedelta(seconds=6)) == 3
    assert Job.objects.due(now).count() == 7
    assert sweeps.sweep(clock=lambda: now) == 7


def test_a_failing_job_does_not_stop_the_sweep(db, now):
    from jobs.actions.jobs import enqueue

    enqueue(kind="fail", key="bad", payload={}, due_at=now - MINUTE, now=now)
    enqueue(kind="note", key="good", payload={}, due_at=now, now=now)
    sweeps.sweep(clock=lambda: now)
    assert Job.objects.get(key="good").done_at == now
    assert Job.objects.get(key="bad").attempts == 1
