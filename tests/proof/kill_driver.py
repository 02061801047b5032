"""Run by the kill test as a process of its own: enqueues jobs, kills workers, loses the broker, prints the outcome.

Usage: python -m tests.proof.kill_driver JOBS KILLS, with KILL_FOLDER and the settings in the environment.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import django
from celery import current_app
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from config.run import die_with
from tests.proof.kill_work import TABLE

FOLDER = Path(os.environ["KILL_FOLDER"])
CELERY = [sys.executable, "-m", "celery", "-q", "-A", "config"]
PLAIN = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
WORKERS = 3
START_SECONDS, DRAIN_SECONDS = 30, 60
EVERY_SO_OFTEN = 10
numbers = count()


class Process:
    """One Celery process with a log of its own; a worker's log says when it is ready."""

    def __init__(self, *arguments):
        self.log = FOLDER / f"{next(numbers)}.log"
        with self.log.open("wb") as output:
            self.popen = subprocess.Popen(
                [*CELERY, *arguments], stdout=output, stderr=output, preexec_fn=die_with(os.getpid())
            )

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while b" ready." not in self.log.read_bytes():
            if time.monotonic() > deadline or self.popen.poll() is not None:
                sys.exit(f"a worker did not start:\n{self.log.read_text()}")
            time.sleep(0.02)

    def kill(self):
        """Kill it outright; return whether it was still running."""
        was_running = self.popen.poll() is None
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()
        return was_running


def worker():
    return Process("worker", "--loglevel", "INFO", *PLAIN, "--hostname", f"worker{next(numbers)}@%h")


def beat():
    return Process("beat", "--loglevel", "INFO")


def wipe_broker():
    """Lose every message, as a broker does that is lost with its disk."""
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_purge("jobs")


def run(jobs, kills):
    from jobs.actions.jobs import enqueue
    from jobs.models import Job

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (number integer NOT NULL)")
    workers, schedule, killed, crashed, wiped = [worker() for _ in range(WORKERS)], beat(), 0, 0, 0
    enqueued = 0
    while killed < kills:
        victim = workers.pop(0)
        victim.wait_until_ready()
        while enqueued < jobs * (killed + 1) // kills:
            now = timezone.now()
            enqueue(kind="insert", key=f"insert:{enqueued}", payload={"number": enqueued}, due_at=now, now=now)
            enqueued += 1
        time.sleep(random.uniform(0.02, 0.25))
        if victim.kill():
            killed += 1
        else:
            crashed += 1
        workers.append(worker())
        if killed % EVERY_SO_OFTEN == 0:
            wipe_broker()
            wiped += 1
            schedule.kill()
            schedule = beat()
    deadline = time.monotonic() + DRAIN_SECONDS
    mine = Job.objects.filter(kind="insert")
    while mine.filter(done_at=None, failed_at=None).exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    for process in (*workers, schedule):
        process.kill()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(DISTINCT number) FROM {TABLE}")
        effects, distinct = cursor.fetchone()
    return {
        "jobs": mine.count(),
        "done": mine.filter(done_at__isnull=False).count(),
        "lost": jobs - distinct,
        "doubled": effects - distinct,
        "kills": killed,
        "crashed": crashed,
        "wiped": wiped,
        "interruptions": mine.aggregate(sum=Sum("interruptions"))["sum"],
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]))))
