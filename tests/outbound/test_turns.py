"""Turns: one holder, the gap kept from end to start, a dead holder's lease, threads and processes, both databases."""

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from outbound.actions.turns import turn
from outbound.errors import Failed
from outbound.models import Turn

ROOT = Path(__file__).resolve().parent.parent.parent
GAP = timedelta(seconds=3)
START = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now, self.slept = START, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


def take(clock, host="a.example", **options):
    return turn(host, gap=GAP, clock=clock, sleep=clock.sleep, **options)


def test_the_first_turn_comes_at_once(db, clock):
    with take(clock):
        row = Turn.objects.get()
        assert (row.host, row.held_until, row.next_at) == (
            "a.example",
            START + timedelta(minutes=1),
            START + timedelta(minutes=1) + GAP,
        )
    row = Turn.objects.get()
    assert (row.held_until, row.next_at, clock.slept) == (None, START + GAP, [])


def test_the_gap_counts_from_the_end_of_the_one_before(db, clock):
    with take(clock):
        clock.now += timedelta(seconds=7)
    with take(clock):
        assert clock.now == START + timedelta(seconds=10)
    assert clock.slept == [3.0]


def test_time_that_has_passed_by_itself_is_not_slept_again(db, clock):
    with take(clock):
        pass
    clock.now += timedelta(seconds=2.5)
    with take(clock):
        assert clock.now == START + GAP
    clock.now += timedelta(hours=1)
    with take(clock):
        pass
    assert clock.slept == [0.5]


def test_hosts_do_not_wait_for_each_other_and_are_the_same_in_any_case(db, clock):
    with take(clock, "A.example"), take(clock, "b.example"):
        pass
    with take(clock, "a.EXAMPLE"):
        assert clock.slept == [3.0]
    assert sorted(Turn.objects.values_list("host", flat=True)) == ["a.example", "b.example"]


def test_a_failure_in_the_turn_ends_it(db, clock):
    with pytest.raises(ZeroDivisionError), take(clock):
        1 / 0  # noqa: B018
    assert Turn.objects.get().held_until is None
    with take(clock):
        assert clock.now == START + GAP


def test_the_turn_of_a_dead_holder_ends_with_its_lease_and_the_gap_counts_from_there(db, clock):
    dead = take(clock)
    dead.__enter__()  # and never left
    with take(clock):
        assert clock.now == START + timedelta(minutes=1) + GAP
    assert max(clock.slept) <= 0.25, "a holder may end before its lease does"


def test_a_held_turn_is_not_given_twice(db, clock):
    with (
        take(clock),
        pytest.raises(Failed, match=r"no turn came within 30 seconds") as failure,
        take(clock, patience=timedelta(seconds=30)),
    ):
        pytest.fail("two holders")
    assert failure.value.retry_after == GAP


def test_who_comes_back_after_its_lease_leaves_the_new_holder_alone(db, clock):
    late = take(clock)
    late.__enter__()
    clock.now += timedelta(minutes=2)
    with take(clock):
        row = Turn.objects.get()
        late.__exit__(None, None, None)
        assert Turn.objects.get().held_until == row.held_until
        assert Turn.objects.get().next_at == row.next_at


def test_who_ends_after_its_lease_is_still_followed_by_the_gap(db, clock):
    with take(clock):
        clock.now += timedelta(minutes=2)
    with take(clock):
        assert clock.now == START + timedelta(minutes=2) + GAP


def test_a_turn_is_taken_outside_transactions(transactional_db, clock):
    with transaction.atomic(), pytest.raises(RuntimeError), take(clock):
        pytest.fail("nobody else would see this turn")


@pytest.fixture
def shared(transactional_db, tmp_path):
    """A database that threads and processes share: SQLite's in memory cannot be, so those tests get a file.

    Gives the settings of a connection and the address for DATABASE_URL.
    """
    usual = connections["default"]
    if connection.vendor == "sqlite":
        options = {**usual.settings_dict, "NAME": str(tmp_path / "db.sqlite3")}
        connections["default"] = type(usual)(options, "default")
        call_command("migrate", "outbound", verbosity=0)
        yield options, f"sqlite:///{options['NAME']}"
        connections["default"].close()
        connections["default"] = usual
    else:
        options = usual.settings_dict
        yield options, f"postgres://{options['USER']}@{options['HOST']}:{options['PORT']}/{options['NAME']}"


def check(stamps, gap, count):
    """Judge what the holders wrote down themselves, however slow the machine was."""
    stamps.sort()
    assert len(stamps) == count
    for (_, end), (start, _) in pairwise(stamps):
        assert start >= end + gap


def test_threads_take_turns(shared):
    options, _ = shared
    kind, stamps, gap = type(connections["default"]), [], timedelta(milliseconds=20)

    def work():
        connections["default"] = kind(options, "default")
        try:
            for _ in range(3):
                with turn("a.example", gap=gap, clock=timezone.now, sleep=time.sleep):
                    start = timezone.now()
                    time.sleep(0.003)
                    stamps.append((start, timezone.now()))
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    check(stamps, gap, 18)


def start(address, *arguments):
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ |= {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.outbound.turn_driver", *map(str, arguments)], cwd=ROOT, env=environ
    )


def read(file):
    return [tuple(map(float, line.split())) for line in file.read_text().splitlines()]


def test_processes_take_turns(shared, tmp_path):
    file = tmp_path / "stamps"
    workers = [start(shared[1], "a.example", 4, 0.02, 0.003, file) for _ in range(4)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0, 0]
    check(read(file), 0.02, 16)


def test_a_killed_process_loses_its_turn_when_its_lease_ends(shared, tmp_path):
    file = tmp_path / "stamps"
    assert start(shared[1], "a.example", 1, 0.02, 0, file, "die").wait(60) == -9
    held_until = Turn.objects.get().held_until
    assert held_until is not None
    assert start(shared[1], "a.example", 1, 0.02, 0, file).wait(60) == 0
    (_, _), (start_of_next, _) = read(file)
    assert start_of_next >= held_until.timestamp() + 0.02
