"""Run by the proof that a killed look at the sources goes on: prints a line of JSON.

Usage: python -m tests.proof.news_resume_driver KILLS, with KILL_FOLDER, the settings (SQLite) and, for captured answers
beside the made-up ones, REPLAY_CORPUS in the environment.

The worker is a fork of this process. It kills itself at a random statement to the database, or is killed at a random
moment; the next one goes on with what it left, until a worker comes to the end. Then everything begins anew.
"""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from contextlib import closing
from datetime import timedelta

import django
import django.conf
import django.core.management
from django.db import connection
from django.utils import timezone

from tests.news.replay import Replay
from tests.proof.kill_driver import FOLDER

DATABASE, FRESH = FOLDER / "db.sqlite3", FOLDER / "fresh.sqlite3"
PASSES = 12
# What a look leaves behind even when nothing is new: that it was.
OF_WORK = {"jobs_job", "jobs_slot", "news_fetchrun", "news_source", "outbound_turn", "sqlite_sequence"}
FAULTS = {
    "/api/query": [(429, 1), "empty", "torn", 503],
    "/api/daily_papers": [500, "closed"],
    "/feeds/1": ["torn", (503, 30)],
    "/feeds/20": [502, "closed"],
}
LISTS = {
    "hf": ("hf_daily", "", {"day": "2026-03-04", "until": "2026-03-02"}),
    "query": ("arxiv_query", "cat:stat.ML", {"start": 0, "since": "2025-01-01"}),
    "announced": ("arxiv_feed", "cs.LG+cs.AI", None),
}
CAPTURED_LISTS = {
    "hf-2026-07-31": ("hf_daily", "captured", {"day": "2026-07-31", "until": "2026-07-31"}),
    "announced-captured": ("arxiv_feed", "cs.CL", None),
}
# Quick, slow, moved for good and for now, and gone.
FEEDS = ("/feeds/0", "/feeds/1", "/slow/0.1/feeds/2", "/redirect/301/feeds/3", "/redirect/302/feeds/20", "/status/410")


def cursors(corpus):
    return {**LISTS, **(CAPTURED_LISTS if corpus else {})}


def fill(outside):
    """Put the week outside, and the sources that look at it into the database."""
    from tests.proof import news_world

    news_world.open_outside(outside, 21)
    feeds = list(FEEDS)
    if outside.corpus:
        files = (*outside.corpus.glob("rss/*.xml"), *outside.corpus.glob("arxiv_rss/*.atom.xml"))
        feeds += [f"/{file.relative_to(outside.corpus)}" for file in sorted(files)]
    for number, path in enumerate(feeds):
        news_world.add_source(f"feed-{number}", "feed", outside.url + path)
    for slug, (kind, address, _cursor) in cursors(outside.corpus).items():
        news_world.add_source(slug, kind, address)


def work(*, since, ahead, corpus):
    """Look at every source once since the run `since`, going on where somebody was killed or a source failed."""
    from jobs.actions.jobs import perform_next
    from members.actors import SYSTEM
    from news.actions.collect import start
    from news.models import Outcome, Source
    from outbound.models import Turn

    # Time has passed since the last one died: leases of jobs and turns are over.
    Turn.objects.update(next_at=timezone.now(), held_until=None)
    for _ in range(PASSES):
        while perform_next(now=timezone.now() + ahead):
            pass
        missing = []
        for source in Source.objects.filter(paused_at=None).order_by("pk"):
            runs = source.runs.filter(pk__gt=since).order_by("-pk")
            if not runs or runs[0].outcome == Outcome.FAILED:
                missing.append((source, None if runs else cursors(corpus).get(source.slug, (0, 0, None))[2]))
        if not missing:
            return
        for source, cursor in missing:
            start(source=source, by=SYSTEM, now=timezone.now() + ahead, cursor=cursor)


class Statements:
    """Counts statements to the database, notes which tables they write, and kills the process at the last one."""

    def __init__(self, last=None):
        self.count, self.last, self.written = 0, last, set()

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        if match := re.match(r'(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) "(\w+)"', sql):
            self.written.add(match[1])
        return execute(sql, params, many, context)


def fork(*, last=None, seconds=None, **how):
    """Let a worker work, until its `last` statement or for so many seconds. Return whether it came to the end."""
    connection.close()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            with connection.execute_wrapper(Statements(last)):
                work(**how)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    if status not in (0, signal.SIGKILL):
        sys.exit(f"a worker ended with status {status}")
    return status == 0


def restore():
    connection.close()
    for name in ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"):
        (FOLDER / name).unlink(missing_ok=True)
    shutil.copy(FRESH, DATABASE)


def dump():
    """Every row of every table that is not about work, with keys and times."""
    connection.close()
    with closing(sqlite3.connect(DATABASE)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in {*names} - OF_WORK}


def main(kills):
    from news.models import FetchRun
    from tests.proof.news_world import difference, rows

    with Replay(corpus=os.environ.get("REPLAY_CORPUS")) as outside:
        os.environ.update(outside.environment())
        for name, value in outside.environment().items():
            setattr(django.conf.settings, name, value.split(",") if name == "OUTBOUND_ALLOW" else value)
        django.core.management.call_command("migrate", verbosity=0)
        fill(outside)
        connection.close()
        with closing(sqlite3.connect(DATABASE)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(DATABASE, FRESH)
        how = {"since": 0, "ahead": timedelta(), "corpus": outside.corpus}
        statements, began = Statements(), time.monotonic()
        with connection.execute_wrapper(statements):
            work(**how)
        seconds, expected = time.monotonic() - began, rows()
        told = {"kills": 0, "rounds": 0, "lost": [], "doubled": [], "rows": len(expected)}
        told["statements"] = statements.count
        while told["kills"] < kills and not told["lost"] and not told["doubled"]:
            restore()
            outside.faults.update({path: list(faults) for path, faults in FAULTS.items()})
            told["rounds"] += 1
            for turn in range(100):
                at = {"last": random.randint(1, statements.count)}
                if (turn + told["rounds"]) % 2:
                    at = {"seconds": random.uniform(0, seconds)}
                if fork(**at, **{**how, "ahead": turn * timedelta(minutes=11)}):
                    break
                told["kills"] += 1
            told["lost"], told["doubled"] = difference(expected, rows())
            told["lost"] += list(FetchRun.objects.filter(outcome="running").values_list("source__slug", flat=True))
        if told["lost"] or told["doubled"]:
            return told
        before, since = dump(), FetchRun.objects.latest("pk").pk
        second = Statements()
        with connection.execute_wrapper(second):
            work(since=since, ahead=timedelta(days=1), corpus=outside.corpus)
        told["second"] = dict(FetchRun.objects.filter(pk__gt=since).values_list("source__slug", "outcome"))
        told["added"] = sum(map(len, dump().values())) - sum(map(len, before.values()))
        told["is_same"], told["written"] = dump() == before, sorted(second.written - OF_WORK)
        return told


if __name__ == "__main__":
    django.setup()
    print(json.dumps(main(int(sys.argv[1])), ensure_ascii=False))
