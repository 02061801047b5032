"""Kinds of jobs that tests can watch, brokers that keep or refuse messages, and a database that threads can share."""

import json
import socket
from base64 import b64decode
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from celery import Celery

from config.celery import app as site_app
from jobs.actions import hints
from jobs.registry import Beat, Kind
from tests.threads import shared_database

HERE = "tests.jobs.kinds"


@pytest.fixture(autouse=True)
def kinds(settings):
    """Kinds that write Sessions: a table of Django's that nothing else of these tests uses."""
    settings.JOB_KINDS = {
        "note": Kind(store=f"{HERE}.note"),
        "fail": Kind(store=f"{HERE}.note_and_fail"),
        "fetching": Kind(fetch=f"{HERE}.fetch", store=f"{HERE}.note_fetched", lease=timedelta(minutes=1)),
        "daily": Kind(store=f"{HERE}.note_slot"),
        "prune": Kind(store="jobs.actions.pruning.prune"),
    }
    settings.JOB_BEATS = {
        "heartbeat": Beat(every=timedelta(minutes=1)),
        "daily": Beat(every=timedelta(days=1), offset=timedelta(hours=4, minutes=10)),
    }
    return settings


def _app(url, transport=None, **options):
    app = Celery("test", broker=url, set_as_current=False)
    app.conf.update(
        broker_transport=transport,
        broker_transport_options=options,
        task_default_queue="jobs",
        broker_connection_retry=False,
    )
    app.set_current()


@pytest.fixture(autouse=True)
def broker(tmp_path, monkeypatch):
    """The embedded broker in a folder of the test; `messages()` are the (task, arguments) waiting in it."""
    monkeypatch.setattr(hints, "_quiet_until", 0.0)
    folder = tmp_path / "broker"
    names = ("data_folder_in", "data_folder_out")
    _app(
        "filesystem://localhost",
        "jobs.broker:Transport",
        control_folder=str(folder / "control"),
        **dict.fromkeys(names, str(folder / "queue")),
    )

    def messages():
        bodies = [json.loads(path.read_text()) for path in sorted((folder / "queue").glob("*.msg"))]
        return [(body["headers"]["task"], json.loads(b64decode(body["body"]))[0]) for body in bodies]

    yield SimpleNamespace(folder=folder, messages=messages)
    site_app.set_current()


@pytest.fixture
def silent_address():
    """A Redis that accepts connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def silent_broker(broker, silent_address):
    _app(silent_address, socket_timeout=1, socket_connect_timeout=1)


@pytest.fixture
def time_machine_now(now):
    """The fixed moment, also for code that asks the clock."""
    with time_machine.travel(now, tick=False):
        yield now


@pytest.fixture
def absent_broker(broker):
    """A Redis that is not there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    _app(f"redis://127.0.0.1:{port}/0", socket_timeout=1, socket_connect_timeout=1)


@pytest.fixture
def full_broker(broker):
    """An embedded broker whose folder cannot be made."""
    broker.folder.write_text("a file in the way")


@pytest.fixture
def at_once(transactional_db, tmp_path):
    """Return a function that runs functions in threads which start together, on a database that threads can share."""
    with shared_database(tmp_path) as run:
        yield run
