"""Jobs: enqueued once, done once with their effect, tried again later, stopped at the fifth failure."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from jobs.actions import jobs
from jobs.models import MAX_ATTEMPTS, Job

SECOND = timedelta(seconds=1)


@pytest.fixture
def put(db, now):
    """Enqueue a job that is due now."""

    def put(kind="note", key="a", due_at=now, **payload):
        return jobs.enqueue(kind=kind, key=key, payload=payload, due_at=due_at, now=now)

    return put


def effects():
    return list(Session.objects.order_by("session_data").values_list("session_data", flat=True))


# ── Enqueue ─────────────────────────────────────────────────────────────────


def test_the_same_key_is_enqueued_once(put):
    first, again = put(text="one"), put(text="two")
    assert again == first
    assert list(Job.objects.values_list("payload", flat=True)) == [{"text": "one"}]


def test_a_done_job_is_not_enqueued_again(put, now):
    jobs.perform(job_id=put().pk, now=now)
    assert put().done_at == now
    assert Job.objects.count() == 1


def test_unknown_kinds_foreign_keys_and_large_payloads_are_bugs_of_the_caller(put):
    with pytest.raises(LookupError, match="no kind of job is called 'nothing'"):
        put(kind="nothing")
    with pytest.raises(ValueError, match="too large"):
        put(text="字" * 10_000)
    put(kind="note")
    with pytest.raises(ValueError, match="a is a job of kind note, not fail"):
        put(kind="fail")
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_hint_carries_the_id_and_leaves_after_the_commit(put, broker):
    with transaction.atomic():
        job = put()
        assert broker.messages() == []
    assert broker.messages() == [("jobs.tasks.run", [job.pk])]
    put()
    assert len(broker.messages()) == 1


@pytest.mark.django_db(transaction=True)
def test_no_hint_for_a_rolled_back_or_later_job(put, broker, now):
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    put(key="later", due_at=now + SECOND)
    assert broker.messages() == []
    assert list(Job.objects.values_list("key", flat=True)) == ["later"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", ["absent_broker", "silent_broker", "full_broker"])
def test_a_dead_broker_does_not_raise(put, trouble, request, now):
    request.getfixturevalue(trouble)
    for number in range(20):
        put(key=str(number))
    assert Job.objects.due(now).count() == 20


# ── Perform ─────────────────────────────────────────────────────────────────


def test_performing_twice_takes_effect_once(put, now):
    job = put(text="x")
    assert jobs.perform(job_id=job.pk, now=now) is True
    assert jobs.perform(job_id=job.pk, now=now + timedelta(days=1)) is False
    job.refresh_from_db()
    assert (job.done_at, job.leased_until, job.attempts, job.last_error) == (now, None, 1, "")
    assert effects() == ["x"]


def test_a_job_waits_until_it_is_due(put, now):
    job = put(due_at=now + SECOND)
    assert jobs.perform(job_id=job.pk, now=now) is False
    assert jobs.perform(job_id=job.pk, now=now + SECOND) is True


def test_a_job_nobody_knows_is_no_error(db, now):
    assert jobs.perform(job_id=12345, now=now) is False


def test_the_oldest_due_job_comes_first(put, now):
    put(key="young", text="2")
    put(key="old", text="1", due_at=now - SECOND)
    put(key="future", text="3", due_at=now + SECOND)
    assert jobs.perform_next(now=now) is True
    assert effects() == ["1"]
    assert jobs.perform_next(now=now) is True
    assert jobs.perform_next(now=now) is False
    assert effects() == ["1", "2"]


@pytest.mark.django_db(transaction=True)
def test_fetch_runs_outside_the_transaction_and_hands_over(put, now):
    jobs.perform(job_id=put(kind="fetching").pk, now=now)
    assert effects() == ["outside"]


def test_the_effect_of_a_failed_job_is_taken_back(put, now):
    job = put(kind="fail", text="never")
    assert jobs.perform(job_id=job.pk, now=now) is True
    job.refresh_from_db()
    assert effects() == []
    assert (job.attempts, job.done_at, job.leased_until, job.last_error) == (1, None, None, "RuntimeError: as told")


def test_a_failed_fetch_is_a_failed_job(put, now):
    job = put(kind="fetching", error="no route")
    jobs.perform(job_id=job.pk, now=now)
    job.refresh_from_db()
    assert (job.attempts, job.last_error) == (1, "OSError: no route")


def test_five_failures_stop_a_job_and_each_waits_longer(put, now):
    job = put(kind="fail")
    waits = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert jobs.perform(job_id=job.pk, now=now) is True
        job.refresh_from_db()
        assert job.attempts == attempt
        waits.append(job.due_at - now)
        assert jobs.perform(job_id=job.pk, now=now) is False
        now = max(now, job.due_at)
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] == timedelta(seconds=30)
    assert job.failed_at == now
    assert list(Job.objects.failed()) == [job]
    assert list(Job.objects.due(now + timedelta(days=365))) == []
    assert jobs.perform(job_id=job.pk, now=now + timedelta(days=365)) is False


@pytest.mark.parametrize("error", ["a\x00b", "half \ud83d", "long " * 2000])
def test_any_error_text_can_be_kept(put, now, error, monkeypatch):
    def refuse(**_):
        raise RuntimeError(error)

    monkeypatch.setattr("tests.jobs.kinds.note_and_fail", refuse)
    job = put(kind="fail")
    jobs.perform(job_id=job.pk, now=now)
    job.refresh_from_db()
    assert job.last_error.startswith("RuntimeError: ")
    assert len(job.last_error) <= jobs.MAX_ERROR


def test_a_kind_that_is_gone_fails_like_any_other_job(put, now, settings):
    job = put()
    settings.JOB_KINDS = {}
    assert jobs.perform(job_id=job.pk, now=now) is True
    job.refresh_from_db()
    assert (job.attempts, job.last_error) == (1, "LookupError: no kind of job is called 'note'")


# ── Leases ──────────────────────────────────────────────────────────────────


def died_holding(job, *, until):
    """Leave the row as a worker leaves it that is killed in the middle."""
    Job.objects.filter(pk=job.pk).update(leased_until=until)


def test_a_held_job_is_left_alone_until_its_lease_expires(put, now):
    job = put(text="x")
    died_holding(job, until=now + SECOND)
    assert jobs.perform(job_id=job.pk, now=now) is False
    assert jobs.perform_next(now=now) is False
    assert jobs.perform(job_id=job.pk, now=now + SECOND) is True
    job.refresh_from_db()
    assert (job.interruptions, job.attempts) == (1, 1)
    assert effects() == ["x"]


def test_a_worker_that_lost_its_lease_writes_nothing(put, now, monkeypatch):
    job = put(kind="fetching")

    def slow(*, payload):
        monkeypatch.undo()  # the second worker fetches as usual
        assert jobs.perform(job_id=job.pk, now=now + timedelta(minutes=2)) is True
        return "late"

    monkeypatch.setattr("tests.jobs.kinds.fetch", slow)
    assert jobs.perform(job_id=job.pk, now=now) is True
    job.refresh_from_db()
    assert "late" not in effects()
    assert len(effects()) == 1
    assert (job.done_at, job.attempts, job.interruptions) == (now + timedelta(minutes=2), 1, 1)


def test_a_worker_that_lost_its_lease_records_no_failure(put, now, monkeypatch):
    job = put(kind="fetching")

    def slow(*, payload):
        monkeypatch.undo()
        jobs.perform(job_id=job.pk, now=now + timedelta(minutes=2))
        raise OSError("too late")

    monkeypatch.setattr("tests.jobs.kinds.fetch", slow)
    jobs.perform(job_id=job.pk, now=now)
    job.refresh_from_db()
    assert job.done_at is not None
    assert job.last_error == ""


def test_a_job_that_always_kills_its_worker_stops(put, now):
    job = put(text="x")
    Job.objects.filter(pk=job.pk).update(interruptions=jobs.MAX_INTERRUPTIONS, leased_until=now)
    assert jobs.perform(job_id=job.pk, now=now) is False
    job.refresh_from_db()
    assert (job.failed_at, job.leased_until) == (now, None)
    assert job.last_error == "做这件事时工作进程死了 20 次。"
    assert effects() == []


def test_workers_at_the_same_time_do_each_job_once(at_once, put, now):
    for number in range(12):
        put(key=str(number), text=f"{number:02}")

    def work():
        tried = 0
        while jobs.perform_next(now=now):
            tried += 1
        return tried

    at_once(work, work, work)
    while jobs.perform_next(now=now):  # what a worker skipped because another was just looking at it
        pass
    assert effects() == [f"{number:02}" for number in range(12)]


# ── The table ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "values",
    [
        {"kind": ""},
        {"key": ""},
        {"key": "taken"},
        {"attempts": MAX_ATTEMPTS + 1},
        {"done_at": True, "failed_at": True},
        {"done_at": True, "leased_until": True},
        {"failed_at": True, "leased_until": True},
    ],
)
def test_the_database_refuses_impossible_jobs(put, now, values):
    put(key="taken")
    times = {name: now if value is True else value for name, value in values.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(**{"kind": "note", "key": "a", "due_at": now, "created_at": now, **times})


def test_an_idle_look_takes_no_lock(put, now, django_assert_num_queries):
    with django_assert_num_queries(1):
        jobs.perform_next(now=now)


def test_the_due_query_uses_its_index(put, now):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table without its index")
    assert "job_due" in Job.objects.due(now).explain()
