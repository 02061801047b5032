"""A look at the sources is killed at random points and goes on: the rows are those of a calm look, and another look
adds nothing. With REPLAY_CORPUS, a folder of captured answers, these come in too."""

import json
import os
import subprocess
import sys
import tempfile
import time

import pytest

from tests.proof.test_news_kill import ROOT, TIMEOUT_SECONDS

KILLS = 110


def resume(kills, **environ):
    """Run the driver on a fresh SQLite database and return its figures and the seconds it took."""
    started = time.monotonic()
    kept = ("PATH", "HOME", "LANG", "REPLAY_CORPUS")
    with tempfile.TemporaryDirectory() as folder:
        driver = subprocess.run(
            [sys.executable, "-m", "tests.proof.news_resume_driver", str(kills)],
            cwd=ROOT,
            env={
                **{name: os.environ[name] for name in kept if name in os.environ},
                "DJANGO_SETTINGS_MODULE": "tests.proof.news_kill_settings",
                "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
                "KILL_FOLDER": folder,
                **environ,
            },
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
    assert driver.returncode == 0, driver.stderr
    return json.loads(driver.stdout.splitlines()[-1]), time.monotonic() - started


@pytest.mark.proof
def test_a_look_that_is_killed_goes_on():
    told, seconds = resume(KILLS)
    assert (told["lost"][:5], told["doubled"][:5]) == ([], [])
    print(
        f"news resumed: {told['kills']} kills in {told['rounds']} looks of {told['statements']} statements, "
        f"{told['rows']} rows, 0 lost, 0 doubled; "
        f"looking again added {told['added']} rows and wrote {told['written']} ({seconds:.0f} s)"
    )
    assert told["kills"] >= KILLS
    # The last look found everything in place: no row is another, no statement wrote one.
    assert set(told["second"].values()) == {"unchanged"}
    assert (told["added"], told["is_same"], told["written"]) == (0, True, [])


@pytest.mark.proof
def test_a_look_that_does_not_go_on_is_found_out():
    """The proof can fail: workers done with a page before they store it lose what it says."""
    told, seconds = resume(60, NEWS_KILL_SEED="forgetful")
    print(f"news resumed by forgetful workers: {told['kills']} kills, {len(told['lost'])} rows lost ({seconds:.0f} s)")
    assert told["lost"]
