"""Run by the kill test of the news as a process of its own: the made-up week comes in, calmly, while workers and Redis
are killed, or with every message five times. Prints figures as a line of JSON, and writes the rows to FOLDER/rows.json.

Usage: python -m tests.proof.news_kill_driver calm|kill|five, with a JSON object of sizes (see `Sizes`), KILL_FOLDER and
the settings in the environment.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import django
import redis
from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from tests.news.replay import Replay
from tests.proof.kill_driver import FOLDER, PLAIN, Process, beat, numbers, wipe_broker
from tests.servers import redis_server

WORKERS = 3
# Before a kill so many of the jobs due until then are done, or so many seconds have passed.
PACE, PACE_SECONDS = 0.8, 10
COPIES, DELIVERY_SECONDS = 5, 400
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.proof.news_kill_worker"])
MINE = ("collect_page", "fill_papers", "ask_papers")


@dataclass(frozen=True)
class Sizes:
    """How much comes in, how often what is killed, and after how many seconds without any job done all is lost.

    `seed` is NEWS_KILL_SEED.
    """

    feeds: int
    lists: int
    asks: int
    kills: int = 0
    redis_kills: int = 0
    patience: int = 120
    seed: str = ""


class Fork:
    """A forked process with the part of Popen that `Process` uses."""

    def __init__(self, target, *arguments):
        self.process = FORKS.Process(target=target, args=arguments)
        self.process.start()

    def poll(self):
        return self.process.exitcode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.process.pid, number)

    def wait(self):
        self.process.join()


class Worker(Process):
    """A worker that is forked, since starting Python for each would take most of the time."""

    def __init__(self):
        from tests.proof.news_kill_worker import run

        self.log = FOLDER / f"{next(numbers)}.log"
        self.log.touch()
        arguments = ["worker", "--loglevel", "INFO", *PLAIN, "--hostname", f"worker{next(numbers)}@%h"]
        self.popen = Fork(run, str(self.log), arguments)


class Week:
    """The made-up week, put before the site in steps."""

    def __init__(self, outside, sizes):
        from tests.proof import news_world

        self.world, self.outside, self.sizes, self.feeds, self.asks = news_world, outside, sizes, 0, 0
        news_world.open_outside(outside, sizes.feeds)
        news_world.add_lists(sizes.lists)

    def add(self, part):
        """Add what is still missing of this part (0 to 1) of the feeds and of the papers asked for."""
        while self.feeds < self.sizes.feeds * part:
            self.world.add_feed(self.outside, self.feeds)
            self.feeds += 1
        while self.asks < self.sizes.asks * part:
            self.world.ask_papers(self.asks)
            self.asks += 1


def is_over():
    """Whether everything has come in: every source asked, every page stored, every paper known. Sources that failed
    (which kills alone must not bring about) are due again at once."""
    from jobs.models import Job
    from news.models import FetchRun, Outcome, Source
    from papers.models import Paper

    now = timezone.now()
    Source.objects.filter(failures__gt=0).exclude(runs__outcome=Outcome.RUNNING).update(next_at=now, paused_at=None)
    if Job.objects.filter(kind__in=("collect_page", "ask_papers")).open().exists():
        return False
    if FetchRun.objects.filter(outcome=Outcome.RUNNING).exists() or Source.objects.due(now).exists():
        return False
    return not Paper.objects.stubs(now).exists()


def drain(sizes):
    """Wait until everything has come in, or nothing does any more."""
    from jobs.models import Job

    done, changed_at = -1, time.monotonic()
    while not is_over() and time.monotonic() < changed_at + sizes.patience:
        now_done = Job.objects.filter(kind__in=("collect_page", "ask_papers"), done_at__isnull=False).count()
        if now_done != done:
            done, changed_at = now_done, time.monotonic()
        time.sleep(0.3)


def calm(week, sizes, broker):
    """Everything by one worker, this process, which nobody disturbs."""
    from jobs.actions.jobs import perform_next
    from jobs.actions.slots import fire_due

    week.add(1)
    while not is_over():
        fire_due(now=timezone.now())
        while perform_next(now=timezone.now()):
            pass
        time.sleep(0.05)
    return {}


class Broker:
    """Redis, when it is there: killed outright and started again with what it had written down."""

    def __init__(self, stack):
        self.stack, self.address, self.kills = stack, os.environ.get("REDIS_URL", ""), 0

    def start(self):
        (FOLDER / "redis").mkdir(exist_ok=True)
        self.stack.enter_context(redis_server(FOLDER / "redis", port=urlsplit(self.address).port))

    def kill(self):
        with redis.Redis.from_url(self.address) as client:
            pid = client.info("server")["process_id"]
        os.kill(pid, signal.SIGKILL)
        self.kills += 1
        time.sleep(random.uniform(0, 1))
        self.start()


def keep_pace(wanted):
    """Wait until about so many jobs are done: workers that die before they work would prove nothing."""
    from jobs.models import Job

    deadline = time.monotonic() + PACE_SECONDS
    done = Job.objects.filter(kind__in=MINE, done_at__isnull=False)
    while done.count() < wanted and time.monotonic() < deadline:
        time.sleep(0.05)


def kill(week, sizes, broker):
    """Three workers; the oldest is killed at a random moment, again and again. Now and then the schedule too, and
    Redis, or all messages of the embedded broker are lost. Redis dies for the last time when the last workers stay."""
    workers, schedule, killed, crashed, wiped = [Worker() for _ in range(WORKERS)], beat(), 0, 0, 0
    every = max(1, sizes.kills // max(sizes.redis_kills, 5))
    while killed < sizes.kills:
        victim = workers.pop(0)
        victim.wait_until_ready()
        week.add((killed + 1) / sizes.kills)
        keep_pace(killed / sizes.kills * (sizes.feeds + sizes.asks) * PACE)
        time.sleep(random.uniform(0.02, 0.4))
        if victim.kill():
            killed += 1
        else:
            crashed += 1
        workers.append(Worker())
        if killed % every == 0:
            schedule.kill()
            schedule = beat()
            if broker.kills < sizes.redis_kills:
                broker.kill()
            else:
                wipe_broker()
                wiped += 1
    while broker.kills < sizes.redis_kills:
        broker.kill()
    drain(sizes)
    for process in (*workers, schedule):
        process.kill()
    return {"kills": killed, "crashed": crashed, "wiped": wiped, "redis_kills": broker.kills}


def five(week, sizes, broker):
    """Two workers and no schedule: each job's message is delivered five times, some of them long after it is done."""
    from jobs.actions.jobs import enqueue
    from jobs.models import Job
    from jobs.tasks import run
    from members.actors import SYSTEM
    from news.actions.collect import start
    from news.models import Source

    week.add(1)
    for source in Source.objects.all():
        start(source=source, by=SYSTEM, now=timezone.now())
    workers, seen, waiting, delivered, fills = [Worker(), Worker()], set(), [], 0, 0
    deadline = time.monotonic() + DELIVERY_SECONDS
    while time.monotonic() < deadline:
        fresh = set(Job.objects.filter(kind__in=MINE).values_list("pk", flat=True)) - seen
        seen |= fresh
        waiting += COPIES * sorted(fresh)
        random.shuffle(waiting)
        # A part is held back and comes after others, often to a job that is done.
        now_sent = [waiting.pop() for _ in range((len(waiting) + 1) // 2)]
        for pk in now_sent:
            run.apply_async(args=[pk])
        delivered += len(now_sent)
        if not waiting:
            if is_over():
                break
            if not Job.objects.filter(kind__in=MINE).open().exists():
                now, fills = timezone.now(), fills + 1
                enqueue(
                    kind="fill_papers", key=f"fill_papers:{fills}", payload={"slot": f"{fills}"}, due_at=now, now=now
                )
        time.sleep(0.2)
    while (left := queued()) and time.monotonic() < deadline:
        time.sleep(0.2)
    for process in workers:
        process.kill()
    return {"delivered": delivered, "left": left}


def queued():
    """How many messages nobody has taken yet."""
    if address := os.environ.get("REDIS_URL"):
        with redis.Redis.from_url(address) as client:
            return client.llen("jobs")
    return len(list((FOLDER / "queue").glob("*.msg")))


def figures(sizes):
    """What the tables of work say."""
    from jobs.models import Job
    from news.models import FetchRun, Outcome, Sighting
    from papers.models import Paper

    mine, runs = Job.objects.filter(kind__in=MINE), FetchRun.objects.all()
    counted = runs.aggregate(n=Sum(F("new") + F("duplicate") + F("hidden")))["n"] or 0
    sums = mine.aggregate(interruptions=Sum("interruptions"), attempts=Sum("attempts"))
    done = mine.filter(done_at__isnull=False)
    return {
        "jobs": mine.count(),
        "done": done.count(),
        "open": mine.open().exclude(kind="fill_papers").count(),  # of these the beats add for ever
        "interruptions": sums["interruptions"],
        "retries": sums["attempts"] - done.count(),
        "failed_runs": runs.filter(outcome=Outcome.FAILED).count(),
        "errors": sorted(set(runs.exclude(error="").values_list("error", flat=True)[:20]))
        + sorted(set(mine.exclude(last_error="").values_list("last_error", flat=True)[:20])),
        "miscounted": counted - Sighting.objects.count(),
        "most_changes": Paper.objects.order_by("-version").values_list("version", flat=True).first(),
    }


def loosen():
    """Take the constraint away that a doubled effect would run into."""
    from news.models import Sighting

    meta = Sighting._meta
    (once,) = (one for one in meta.constraints if one.name == "sighting_once_per_entry")
    # SQLite makes the table anew, with the constraints that the model has.
    meta.constraints = [one for one in meta.constraints if one is not once]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Sighting, once)


def main(how, sizes):
    with Replay() as outside, ExitStack() as stack:
        os.environ.update(outside.environment(), NEWS_KILL_SEED=sizes.seed)
        django.setup()
        from django.core.management import call_command

        from tests.proof.news_world import rows

        call_command("migrate", verbosity=0)
        if sizes.seed == "hasty":
            loosen()
        broker = Broker(stack)
        if broker.address:
            broker.start()
        told = {"calm": calm, "kill": kill, "five": five}[how](Week(outside, sizes), sizes, broker)
        (FOLDER / "rows.json").write_text(json.dumps(rows(), ensure_ascii=False), "utf-8")
        return {**told, **figures(sizes)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Sizes(**json.loads(sys.argv[2]))), ensure_ascii=False))
