"""Workers are killed outright while they send: a program is told everything, a chat nothing twice, a person of each
reminder once; what nobody can know is shown."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.servers import postgres_cluster

ROOT = Path(__file__).resolve().parent.parent.parent
QUESTIONS, REMINDERS, KILLS = 200, 40, 60
TIMEOUT_SECONDS = 900


def drive(database):
    started = time.monotonic()
    driver = subprocess.run(
        [sys.executable, "-m", "tests.proof.telling_kill_driver", str(QUESTIONS), str(REMINDERS), str(KILLS)],
        cwd=ROOT,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "tests.proof.telling_kill_settings",
            "DATABASE_URL": database,
            "OUTBOUND_ALLOW": "127.0.0.0/8",
            "LOG_LEVEL": "ERROR",
        },
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert driver.returncode == 0, driver.stderr
    return json.loads(driver.stdout.splitlines()[-1]), time.monotonic() - started


def judge(name, figures, seconds):
    program, chat, reminders = figures["program"], figures["chat"], figures["reminders"]
    print(
        f"telling under kills, {name}: {figures['kills']} kills, {figures['interruptions']} jobs interrupted; program "
        f"{program['arrived']} of {QUESTIONS} arrived, {program['repeats']} repeated under their id; chat "
        f"{chat['arrived']} arrived, {chat['doubled']} doubled, {chat['shown_as_unknown']} shown as unknown; reminders "
        f"{reminders['told']} of {REMINDERS} told, {reminders['told_twice']} twice ({seconds:.0f} s)"
    )
    assert figures["open"] == 0
    assert program == {"deliveries": QUESTIONS, "sent": QUESTIONS, "arrived": QUESTIONS, "repeats": program["repeats"]}
    assert (chat["doubled"], chat["sent_and_not_arrived"]) == (0, 0)
    assert chat["sent"] + chat["shown_as_unknown"] == chat["deliveries"] == QUESTIONS
    assert reminders == {"sent": REMINDERS, "told": REMINDERS, "told_twice": 0}
    # Kills that hit idle workers would prove nothing.
    assert figures["interruptions"] >= KILLS // 4


@pytest.mark.proof
def test_kills_while_telling_with_sqlite():
    with tempfile.TemporaryDirectory() as folder:
        judge("SQLite", *drive(f"sqlite:///{folder}/db.sqlite3"))


@pytest.mark.proof
@pytest.mark.postgres
def test_kills_while_telling_with_postgres():
    with tempfile.TemporaryDirectory() as folder:
        try:
            with postgres_cluster(Path(folder)) as database:
                judge("PostgreSQL", *drive(database))
        except FileNotFoundError as error:
            pytest.skip(str(error))
