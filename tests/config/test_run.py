"""The supervisor: refuses clearly, starts everything, restarts what dies, and leaves nothing behind."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import run

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN_CODE = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
time.sleep(600)
"""
STUBBORN = [sys.executable, "-c", STUBBORN_CODE]
DYING = [sys.executable, "-c", "raise SystemExit(3)"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def environ():
    """An environment that marks every process started with it."""
    return {"PATH": os.environ["PATH"], "RUN_TEST": uuid.uuid4().hex}


@pytest.fixture
def marked(environ):
    """Return the ids of the living processes with that mark; whatever is left at the end is killed."""
    mark = f"RUN_TEST={environ['RUN_TEST']}".encode()

    def find():
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                is_zombie = folder.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z"
                if mark in folder.joinpath("environ").read_bytes() and not is_zombie:
                    found.append(int(folder.name))
        return sorted(found)

    yield find
    for process in find():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


# ── What is asked before anything starts ────────────────────────────────────


@pytest.mark.parametrize("text", ["", "x", "0", "65536", "-1", "８０００", "80 "])
def test_a_bad_port_is_refused(text):
    with pytest.raises(run.Refused, match="PORT="):
        run.chosen_port({"PORT": text})


def test_a_port_in_use_is_refused_with_a_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        with pytest.raises(run.Refused, match=rf"port {port} cannot be used.*make run PORT="):
            run.chosen_port({"PORT": port})


def test_the_site_knows_the_port_it_is_served_at():
    assert run.child_environ({}, written={}, port=8123)["SITE_URL"] == "http://localhost:8123"
    said = {"SITE_URL": "https://talk.example.org"}
    assert run.child_environ(said, written={}, port=8123)["SITE_URL"] == "https://talk.example.org"
    assert "SITE_URL" not in run.child_environ({}, written=said, port=8123)


def test_sample_logins_are_shown_only_while_debug_is_on(tmp_path):
    file = tmp_path / "sample_logins.json"
    assert run.sample_logins(file, debug=True) == []
    file.write_text(json.dumps({"organizer": {"username": "sample-organizer", "password": "pw"}}))
    assert run.sample_logins(file, debug=True) == ["  sign in as sample-organizer with pw (organizer)"]
    assert run.sample_logins(file, debug=False) == []


def test_an_answer_other_than_200_is_explained(httpserver):
    httpserver.expect_request("/healthz").respond_with_data("no", status=400)
    with pytest.raises(run.Refused, match=r"answers 400.*ALLOWED_HOSTS"):
        run.answers("http://talk.example.org", port=httpserver.port)
    assert httpserver.log[0][0].headers["Host"] == "talk.example.org"
    assert run.answers("http://localhost", port=free_port()) is False


# ── Children ────────────────────────────────────────────────────────────────


def test_a_dead_child_starts_again_after_a_while(environ, marked, capsys):
    supervisor = run.Supervisor()
    child = run.Child("worker", SLEEP, environ)
    supervisor.start(child)
    (first,) = marked()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not child.is_alive())
    supervisor.tend()
    assert marked() == []
    assert "worker ended (code -9); it starts again in 1 s" in capsys.readouterr().err
    supervisor.tend()
    assert marked() == []
    child.restart_at = time.monotonic()
    supervisor.tend()
    assert len(marked()) == 1
    supervisor.stop()
    wait_for(lambda: marked() == [], 5)


def test_a_child_that_cannot_live_stops_the_site_with_a_reason(environ, marked):
    supervisor = run.Supervisor()
    child = run.Child("web", DYING, environ)
    supervisor.start(child)

    def tend():
        child.restart_at = 0
        supervisor.tend()

    with pytest.raises(run.Refused, match=r"web ended 5 times in a row \(code 3\)"):
        wait_for(tend)
    supervisor.stop()
    wait_for(lambda: marked() == [], 5)


def test_a_child_that_dies_at_the_start_ends_it(environ, marked):
    supervisor = run.Supervisor()
    supervisor.start(run.Child("web", DYING, environ))
    with pytest.raises(run.Refused, match="web ended before the site was ready"):
        supervisor.wait_until_ready("http://localhost", port=free_port())
    supervisor.stop()
    wait_for(lambda: marked() == [], 5)


def test_a_failed_preparation_stops_the_start(monkeypatch, environ):
    monkeypatch.setattr(run.sys, "executable", shutil.which("false"))
    with pytest.raises(run.Refused, match="could not be prepared"):
        run.Supervisor().prepare(environ)


def test_stopping_takes_stubborn_children_and_theirs_along(environ, marked, monkeypatch):
    monkeypatch.setattr(run, "STOP_SECONDS", 1)
    supervisor = run.Supervisor()
    supervisor.start(run.Child("web", STUBBORN, environ))
    supervisor.start(run.Child("worker", SLEEP, environ))
    wait_for(lambda: len(marked()) == 3)
    time.sleep(0.3)  # until the stubborn one ignores the signal
    supervisor.stop()
    wait_for(lambda: marked() == [], 5)


def test_a_second_signal_does_not_wait(environ, marked, monkeypatch):
    supervisor = run.Supervisor()
    supervisor.start(run.Child("web", STUBBORN, environ))
    wait_for(lambda: len(marked()) == 2)
    time.sleep(0.3)
    ask = run.Child.ask_to_stop

    def ask_and_signal(child):
        ask(child)
        supervisor.on_signal(signal.SIGINT, None)

    def sleep(_seconds):
        pytest.fail("it waits for a child in spite of the second signal")

    monkeypatch.setattr(run.Child, "ask_to_stop", ask_and_signal)
    monkeypatch.setattr(run, "time", SimpleNamespace(monotonic=time.monotonic, sleep=sleep))
    supervisor.stop()
    wait_for(lambda: marked() == [], 5)


# ── The whole site ──────────────────────────────────────────────────────────


class Site:
    """`make run` in a clone, with what it has said so far."""

    def __init__(self, clone, environ, port):
        self.port = port
        self.started = time.monotonic()
        self.output = clone / f"{uuid.uuid4().hex}.log"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.run"],
                cwd=clone,
                env={**environ, "PORT": str(port)},
                stdout=output,
                stderr=output,
            )

    def said(self):
        return self.output.read_text()

    def wait_until_ready(self):
        wait_for(lambda: "ready after" in self.said() or self.process.poll() is not None, 90)
        assert self.process.poll() is None, self.said()

    def status(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()


def test_one_command_serves_the_site_and_one_signal_stops_it(clone, environ, marked):
    first = Site(clone, environ, free_port())
    first.wait_until_ready()
    assert f"http://localhost:{first.port}" in first.said()
    assert "sign in as" in first.said()
    assert (first.status("/healthz"), first.status("/")) == (200, 200)
    wait_for(lambda: first.status("/readyz") == 200)

    taken = Site(clone, environ, first.port)
    assert taken.process.wait(30) == 1
    assert taken.said().startswith("openllm-talk: port")
    assert len(taken.said().splitlines()) == 1

    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(30) == 0, first.said()
    wait_for(lambda: marked() == [], 5)
    assert first.said().endswith("stopped\n")
    assert "Traceback" not in first.said()

    second = Site(clone, environ, free_port())
    second.wait_until_ready()
    assert "loading the sample" not in second.said()
    assert "sign in as" in second.said()
    for victim in marked():
        # The supervisor may have taken it along with the leader of its group, which was killed before it.
        with contextlib.suppress(ProcessLookupError):
            if victim != second.process.pid:
                os.kill(victim, signal.SIGKILL)
    wait_for(lambda: second.said().count("it starts again") == 3)
    wait_for(lambda: second.status("/healthz") == 200)
    second.process.kill()
    second.process.wait()
    wait_for(lambda: marked() == [], 30)


@pytest.mark.parametrize(("name", "value"), [("WEB_WORKERS", "many"), ("DATABASE_URL", "sqlite:////no/such/place.db")])
def test_a_bad_environment_is_one_line(clone, environ, marked, name, value):
    site = Site(clone, {**environ, name: value}, free_port())
    assert site.process.wait(30) == 1
    assert site.said().startswith(f"openllm-talk: {name}={value}")
    assert len(site.said().splitlines()) == 1
    assert marked() == []
