"""Workers are killed outright over and over; no job may be lost and none may take effect twice."""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import postgres_cluster, redis_server

ROOT = Path(__file__).resolve().parent.parent.parent
JOBS = 2000
KILLS = 110
TIMEOUT_SECONDS = 900


def kill_workers(environ, folder):
    """Run the driver and return its figures and the seconds it took."""
    started = time.monotonic()
    driver = subprocess.run(
        [sys.executable, "-m", "tests.proof.kill_driver", str(JOBS), str(KILLS)],
        cwd=ROOT,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "tests.proof.kill_settings",
            "KILL_FOLDER": str(folder),
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert driver.returncode == 0, driver.stderr
    return json.loads(driver.stdout.splitlines()[-1]), time.monotonic() - started


def judge(name, figures, seconds):
    print(
        f"kill test, {name}: {figures['jobs']} jobs, {figures['kills']} kills, {figures['wiped']} broker losses, "
        f"{figures['interruptions']} jobs interrupted: {figures['lost']} lost, {figures['doubled']} doubled "
        f"({seconds:.0f} s)"
    )
    assert (figures["jobs"], figures["done"]) == (JOBS, JOBS)
    assert (figures["lost"], figures["doubled"]) == (0, 0)
    assert figures["kills"] >= 100
    assert figures["crashed"] == 0, "workers died that nobody had killed"
    # Kills that hit idle workers would prove nothing.
    assert figures["interruptions"] >= KILLS


@pytest.mark.proof
def test_kills_with_sqlite_and_the_embedded_broker():
    with tempfile.TemporaryDirectory() as folder:
        figures, seconds = kill_workers({"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}, folder)
    judge("SQLite, embedded broker", figures, seconds)


@pytest.mark.proof
@pytest.mark.postgres
@pytest.mark.redis
def test_kills_with_postgres_and_redis():
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(3)]
        try:
            database = stack.enter_context(postgres_cluster(folders[0]))
            broker = stack.enter_context(redis_server(folders[1]))
        except FileNotFoundError as error:
            pytest.skip(str(error))
        figures, seconds = kill_workers({"DATABASE_URL": database, "REDIS_URL": broker}, folders[2])
    judge("PostgreSQL, Redis", figures, seconds)
