"""The daily clean-up takes what is over and leaves what still counts."""

from datetime import timedelta

from django.contrib.sessions.models import Session

from jobs.actions import slots
from jobs.actions.jobs import enqueue, perform
from jobs.models import Job, Slot
from members.actions import idempotency
from members.models import IdempotencyKey

DAY = timedelta(days=1)


def prune(now):
    job = enqueue(kind="prune", key=f"prune:{now}", payload={}, due_at=now, now=now)
    perform(job_id=job.pk, now=now)
    job.refresh_from_db()
    assert job.last_error == ""


def test_expired_sessions_go(db, now):
    for key, age in (("over", -DAY), ("current", DAY)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + age)
    prune(now)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["current"]


def test_old_slots_go_but_never_the_newest_of_a_beat(db, now):
    for beat, age in (("daily", 40), ("daily", 30), ("heartbeat", 3), ("heartbeat", 0)):
        slots.fire_slot(beat=beat, slot=now - age * DAY, now=now)
    prune(now)
    assert sorted(Slot.objects.values_list("beat", "at")) == [("daily", now - 30 * DAY), ("heartbeat", now)]


def test_old_done_jobs_go_and_failed_ones_stay(db, now):
    for key, age, end in (("old", 31, "done_at"), ("new", 29, "done_at"), ("failed", 400, "failed_at")):
        Job.objects.create(kind="note", key=key, created_at=now, due_at=now, **{end: now - age * DAY})
    waiting = enqueue(kind="note", key="waiting", payload={}, due_at=now - 400 * DAY, now=now)
    prune(now)
    assert set(Job.objects.exclude(kind="prune").values_list("key", flat=True)) == {"new", "failed", waiting.key}


def test_old_keys_of_repeated_requests_go(member, now):
    for key, age in (("old", 25), ("new", 23)):
        idempotency.begin(user=member.user, key=key, digest="d", now=now - timedelta(hours=age))
    prune(now)
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
