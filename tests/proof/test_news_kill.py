"""The news comes in while workers and Redis are killed outright, and while each message comes five times: the rows are
those of a calm run."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.proof.news_world import difference
from tests.servers import free_port, postgres_cluster

ROOT = Path(__file__).resolve().parent.parent.parent
TIMEOUT_SECONDS = 1800
WEEK = {"feeds": 1200, "lists": 8, "asks": 600}
SMALL_WEEK = {"feeds": 200, "lists": 2, "asks": 40}
KILLS = {"kills": 110}


def drive(how, sizes, environ, folder):
    """Run the driver and return its figures, the rows it left and the seconds it took."""
    started = time.monotonic()
    driver = subprocess.run(
        [sys.executable, "-m", "tests.proof.news_kill_driver", how, json.dumps(sizes)],
        cwd=ROOT,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "tests.proof.news_kill_settings",
            "KILL_FOLDER": str(folder),
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert driver.returncode == 0, driver.stderr
    figures = json.loads(driver.stdout.splitlines()[-1])
    return figures, json.loads((Path(folder) / "rows.json").read_text("utf-8")), time.monotonic() - started


@contextmanager
def embedded():
    """A folder and the environment of a site on one host."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder, {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}


@contextmanager
def production():
    """A folder and the environment of a site with PostgreSQL and Redis, which the driver starts: it kills it."""
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        try:
            database = stack.enter_context(postgres_cluster(folders[0]))
        except FileNotFoundError as error:
            pytest.skip(str(error))
        if shutil.which("redis-server") is None:
            pytest.skip("redis-server is not on this machine")
        yield folders[1], {"DATABASE_URL": database, "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}


@cache
def calm_rows(feeds, lists, asks):
    """What the week leaves on a fresh database when nobody is disturbed."""
    with embedded() as (folder, environ):
        figures, rows, _seconds = drive("calm", {"feeds": feeds, "lists": lists, "asks": asks}, environ, folder)
    assert (figures["open"], figures["failed_runs"], figures["interruptions"]) == (0, 0, 0), figures
    return rows


def compare(name, figures, rows, week, seconds):
    """Print what came of it; return the rows that are missing and those that are there too often."""
    lost, doubled = difference(calm_rows(**week), rows)
    print(
        f"news kill test, {name}: {figures['jobs']} jobs, {figures.get('kills', 0)} kills of workers, "
        f"{figures.get('redis_kills', 0)} of Redis, {figures.get('wiped', 0)} broker losses, "
        f"{figures.get('delivered', 0)} messages of ours, {figures['interruptions']} jobs interrupted, "
        f"{figures['retries']} tried again, {figures['failed_runs']} runs failed: {len(rows)} rows, "
        f"{len(lost)} lost, {len(doubled)} doubled ({seconds:.0f} s)"
    )
    return lost, doubled


def judge(name, how, sizes, week, environ, folder):
    figures, rows, seconds = drive(how, {**week, **sizes}, environ, folder)
    lost, doubled = compare(name, figures, rows, week, seconds)
    assert (lost[:5], doubled[:5]) == ([], [])
    assert figures["open"] == 0, figures["errors"]
    # Every sighting was counted by one run, and a paper changed once for each kind of source that told of it.
    assert figures["miscounted"] == 0
    assert figures["most_changes"] <= 4
    return figures


def judge_kills(figures):
    assert figures["jobs"] >= 2000
    assert figures["kills"] >= 100
    assert figures["crashed"] == 0, "workers died that nobody had killed"
    # Kills that hit idle workers would prove nothing.
    assert figures["interruptions"] >= figures["kills"]


@pytest.mark.proof
def test_kills_with_sqlite_and_the_embedded_broker():
    with embedded() as (folder, environ):
        judge_kills(judge("SQLite, embedded broker", "kill", KILLS, WEEK, environ, folder))


@pytest.mark.proof
@pytest.mark.postgres
@pytest.mark.redis
def test_kills_with_postgres_and_redis():
    with production() as (folder, environ):
        figures = judge("PostgreSQL, Redis", "kill", {**KILLS, "redis_kills": 5}, WEEK, environ, folder)
    judge_kills(figures)
    assert figures["redis_kills"] == 5


@pytest.mark.proof
def test_every_message_five_times_with_the_embedded_broker():
    with embedded() as (folder, environ):
        figures = judge("each message five times, SQLite", "five", {}, SMALL_WEEK, environ, folder)
    assert (figures["delivered"], figures["left"]) == (5 * figures["jobs"], 0)


@pytest.mark.proof
@pytest.mark.postgres
@pytest.mark.redis
def test_every_message_five_times_with_postgres_and_redis():
    with production() as (folder, environ):
        figures = judge("each message five times, PostgreSQL", "five", {}, SMALL_WEEK, environ, folder)
    assert (figures["delivered"], figures["left"]) == (5 * figures["jobs"], 0)


@pytest.mark.proof
@pytest.mark.parametrize("seed", ["forgetful", "hasty"])
def test_workers_that_are_wrong_are_found_out(seed):
    """The kill test can fail: workers done with a job before they do it lose rows, hasty ones double them."""
    with embedded() as (folder, environ):
        figures, rows, seconds = drive(
            "kill", {**SMALL_WEEK, "kills": 20, "patience": 25, "seed": seed}, environ, folder
        )
    lost, doubled = compare(f"{seed} workers", figures, rows, SMALL_WEEK, seconds)
    assert lost if seed == "forgetful" else doubled
