"""Three hundred members ask and vote in a minute while three hundred pages of the audience poll: nothing is lost, nothing
counts twice, nothing fails, and the pages cost next to nothing."""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.urls import resolve

from tests.proof import live_load_driver as driver
from tests.servers import free_port, postgres_cluster, redis_server

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS, TIMEOUT_SECONDS = 60, 600


def takes_votes():
    """Whether the API has an address for votes: what it has not is answered by a view of its own."""
    return resolve(driver.VOTE.format(id="021-1")).url_name is not None


def drive(name, **environ):
    port, votes = free_port(), takes_votes()
    run = subprocess.run(
        [sys.executable, "-m", "tests.proof.live_load_driver", str(SECONDS), *([] if votes else ["--no-votes"])],
        cwd=ROOT,
        env={
            **{each: os.environ[each] for each in ("PATH", "HOME", "LANG") if each in os.environ},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "a key for this run only, of forty characters",
            "DEBUG": "false",
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": f"http://localhost:{port}",
            "LOG_LEVEL": "ERROR",
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    figures = json.loads(run.stdout.splitlines()[-1])
    print(f"live load, {name}: {json.dumps(figures, ensure_ascii=False)}")
    assert figures["asked"] == figures["stored"] == driver.QUESTIONS
    assert (figures["lost"], figures["doubled"], figures["errors"], figures["refused"]) == (0, 0, 0, 0)
    # Who votes for the first question twice, while there is no other, has one vote; pages ask less often on a machine
    # that is full, and not never.
    assert figures["votes_stored"] == figures["votes_sent"]
    assert figures["votes_sent"] >= (driver.VOTES * 0.99 if votes else 0)
    assert figures["polls"] >= driver.PAGES * SECONDS / driver.EVERY / 3


@pytest.mark.proof
def test_a_full_house_with_sqlite():
    with tempfile.TemporaryDirectory() as folder:
        drive("SQLite", WEB_WORKERS="2", DATABASE_URL=f"sqlite:///{folder}/db.sqlite3")


@pytest.mark.proof
@pytest.mark.postgres
@pytest.mark.redis
def test_a_full_house_with_postgres_and_redis():
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        try:
            address = stack.enter_context(postgres_cluster(folders[0]))
            redis_address = stack.enter_context(redis_server(folders[1]))
        except FileNotFoundError as error:
            pytest.skip(str(error))
        drive("PostgreSQL and Redis", DATABASE_URL=address, REDIS_URL=redis_address, WEB_WORKERS="2")
