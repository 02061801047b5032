"""The supervisor behind `make run`: prepares the site, starts web, worker and schedule, and stops what it started.

It imports no Django: whatever needs the database runs in a child.
"""

import contextlib
import ctypes
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from config import environment

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
READY_SECONDS = 60
STOP_SECONDS = 10
# A child that lives this long was well; one that dies sooner this often never will be.
WELL_SECONDS = 10
EARLY_DEATHS = 5


class Refused(Exception):
    """The site cannot be started or kept up; the message is one line."""


@dataclass(slots=True)
class Child:
    """A process of ours in a process group of its own, started again when it dies."""

    name: str
    command: list[str]
    environ: Mapping[str, str]
    early_deaths: int = 0
    started_at: float = 0.0
    restart_at: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - commands of our own making
            self.command, cwd=ROOT, env=dict(self.environ), start_new_session=True, preexec_fn=die_with(os.getpid())
        )

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_alive():
            self.process.terminate()

    def kill(self) -> None:
        """Kill the process with everything it started, then forget it. The group may outlive its leader."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def die_with(parent: int) -> Callable[[], None]:
    """Return what a new child runs first, so that it is asked to stop even if its parent is killed outright (Linux)."""
    if sys.platform != "linux":
        return lambda: None
    set_option = ctypes.CDLL(None).prctl

    def run_in_child() -> None:
        set_option(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return run_in_child


def chosen_port(environ: Mapping[str, str]) -> int:
    """Return PORT (default 8000); raises Refused when it is no port or in use."""
    text = environ.get("PORT", "8000")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Refused(f"PORT={text}: use a number from 1 to 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError as error:
            raise Refused(
                f"port {text} cannot be used ({error.strerror}); choose another: make run PORT=8001"
            ) from error
    return int(text)


def child_environ(environ: Mapping[str, str], *, written: Mapping[str, str], port: int) -> dict[str, str]:
    """Return the environment of the children: unless somebody said otherwise, the site is where it is served."""
    site_url = {} if "SITE_URL" in {**written, **environ} else {"SITE_URL": f"http://localhost:{port}"}
    return {**environ, **site_url, "PYTHONUNBUFFERED": "1"}


def children(values: Mapping[str, Any], environ: Mapping[str, str], *, port: int) -> list[Child]:
    """Return web, worker and schedule."""
    python = [sys.executable]
    # In a container everybody is root; the settings accept JSON messages only.
    celery = [*python, "-W", "ignore:You're running the worker", "-m", "celery", "-q", "-A", "config"]
    level = ["--loglevel", values["LOG_LEVEL"]]
    # The worker's control queues would only fill the embedded broker.
    plain = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    # Each thread keeps a database connection; more requests than threads wait their turn. Backpressure counts open
    # connections, not requests: with 64 the pages of an evening that stay connected would keep everybody else out.
    threads = min(8, 2 * (os.cpu_count() or 1) + 1)
    web = [
        *("--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws", "--log-level", "warning"),
        *("--workers", str(values["WEB_WORKERS"]), "--respawn-failed-workers", "--workers-kill-timeout", "5"),
        *("--blocking-threads", str(threads), "--backpressure", "1024", "config.wsgi:application"),
    ]
    return [
        Child("web", [*python, "-m", "granian", *web], environ),
        Child("worker", [*celery, "worker", *level, *plain], environ),
        Child("schedule", [*celery, "beat", *level], environ),
    ]


def answers(site_url: str, *, port: int) -> bool:
    """Ask /healthz under the site's own name. Raises Refused when it answers anything but 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(site_url).netloc})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    if status != 200:
        reason = "are SITE_URL and ALLOWED_HOSTS about the same host?" if status == 400 else "the reason stands above"
        raise Refused(f"/healthz answers {status}; {reason}")
    return True


def sample_logins(file: Path, *, debug: bool) -> list[str]:
    """Return one line for each login of the sample. None when DEBUG is off: those logins are refused there."""
    if not debug or not file.is_file():
        return []
    logins = json.loads(file.read_text("utf-8"))
    return [f"  sign in as {login['username']} with {login['password']} ({role})" for role, login in logins.items()]


class Supervisor:
    """Starts the children, starts again those that die, and stops them all at the first signal."""

    def __init__(self) -> None:
        self.signals = 0
        self.running: list[Child] = []

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1

    def start(self, child: Child) -> None:
        self.running.append(child)
        child.start()

    def prepare(self, environ: Mapping[str, str]) -> bool:
        """Run config.prepare to its end. Return whether to go on; raises Refused when it failed."""
        child = Child("preparation", [sys.executable, "-m", "config.prepare"], environ)
        self.start(child)
        while child.is_alive() and not self.signals:
            time.sleep(0.02)
        if self.signals:
            return False
        self.running.remove(child)
        if child.process is None or child.process.returncode:
            raise Refused("the site could not be prepared; the reason stands above")
        return True

    def wait_until_ready(self, site_url: str, *, port: int) -> None:
        """Return when the site answers or a signal came. Raises Refused when it does not in time or a child died."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.signals and not answers(site_url, port=port):
            if time.monotonic() > deadline:
                raise Refused(f"the site did not answer within {READY_SECONDS} seconds")
            for child in self.running:
                if not child.is_alive():
                    raise Refused(f"{child.name} ended before the site was ready; the reason stands above")
            time.sleep(0.05)

    def tend(self) -> None:
        """Start dead children again, later each time. Raises Refused when one will not live."""
        now = time.monotonic()
        for child in self.running:
            if child.is_alive():
                continue
            if child.process is not None:
                self.bury(child, now=now)
            elif now >= child.restart_at:
                child.start()

    def bury(self, child: Child, *, now: float) -> None:
        code = child.process.returncode if child.process else 0
        child.kill()
        child.early_deaths = 1 if now - child.started_at > WELL_SECONDS else child.early_deaths + 1
        if child.early_deaths >= EARLY_DEATHS:
            raise Refused(f"{child.name} ended {EARLY_DEATHS} times in a row (code {code}); its reason stands above")
        wait = 2 ** (child.early_deaths - 1)
        child.restart_at = now + wait
        complain(f"{child.name} ended (code {code}); it starts again in {wait} s")

    def stop(self) -> None:
        """Ask everything to stop, wait a bounded time (or until a second signal), kill what is left."""
        impatient = self.signals + 1
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.running:
            child.ask_to_stop()
        while any(child.is_alive() for child in self.running):
            if time.monotonic() > deadline or self.signals >= impatient:
                break
            time.sleep(0.05)
        for child in self.running:
            child.kill()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    sys.stderr.write(f"openllm-talk: {text}\n")
    sys.stderr.flush()


def serve(supervisor: Supervisor, environ: Mapping[str, str]) -> None:
    """Run the site until a signal comes. Raises Refused or BadEnvironment, each with one line to show."""
    started = time.monotonic()
    file = ROOT / ".env"
    values = environment.read(environ, file=file)
    environment.require_folder(values["DATABASE_URL"])
    port = chosen_port(environ)
    own = child_environ(environ, written=environment.read_file(file), port=port)
    site_url = own.get("SITE_URL", values["SITE_URL"])
    if not supervisor.prepare(own):
        return
    for child in children(values, own, port=port):
        supervisor.start(child)
    supervisor.wait_until_ready(site_url, port=port)
    if not supervisor.signals:
        served = f"http://localhost:{port}"
        say(f"OpenLLM Talk: {served}" if site_url == served else f"OpenLLM Talk: {site_url}, served at {served}")
        for line in sample_logins(ROOT / "var" / "sample_logins.json", debug=values["DEBUG"]):
            say(line)
        say(f"ready after {time.monotonic() - started:.1f} s; Ctrl-C stops everything")
    while not supervisor.signals:
        supervisor.tend()
        time.sleep(0.2)


def main() -> int:
    if "MAKELEVEL" in os.environ:  # killing make outright stops the site too
        die_with(os.getppid())()
    supervisor = Supervisor()
    supervisor.listen()
    try:
        serve(supervisor, os.environ)
    except (Refused, environment.BadEnvironment) as error:
        complain(str(error))
        return 1
    finally:
        supervisor.stop()
    say("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
