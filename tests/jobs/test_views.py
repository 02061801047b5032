"""What machines are told: /healthz about the process, /readyz about database, broker and schedule."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory

from jobs import readiness, views
from jobs.actions.slots import fire_due

FINE = {"ok": True, "why": ""}


@pytest.fixture
def queue(settings, tmp_path):
    """An embedded broker for /readyz to look at."""
    folder = tmp_path / "queue"
    folder.mkdir()
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(folder)}
    return folder


def problems(now):
    return {name: why for name, why in readiness.problems(now).items() if why}


def test_healthz_needs_nothing(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]
    assert client.post("/healthz").status_code == 405


def test_readyz_is_green_when_everything_works(client, db, queue, time_machine_now):
    fire_due(now=time_machine_now)
    response = client.get("/readyz")
    assert response.status_code == 200
    said = response.json()
    assert {name: said[name] for name in ("database", "broker", "schedule", "disk")} == dict.fromkeys(
        ("database", "broker", "schedule", "disk"), FINE
    )
    assert list(queue.iterdir()) == []


def test_readyz_is_red_without_a_heartbeat(client, db, queue):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["schedule"] == {"ok": False, "why": "no heartbeat yet"}
    assert response.json()["database"] == FINE


def test_a_silent_schedule_is_noticed(db, queue, now):
    fire_due(now=now)
    assert problems(now + timedelta(minutes=2)) == {}
    assert problems(now + timedelta(minutes=4)) == {"schedule": "no heartbeat for 240 seconds"}


def test_a_broker_folder_that_cannot_be_written_is_noticed(db, queue, now):
    fire_due(now=now)
    queue.rmdir()
    assert problems(now) == {"broker": "the broker takes no messages"}


@pytest.mark.parametrize("address", ["redis://user:secret@127.0.0.1:1/0", "silent"])
def test_a_dead_redis_is_noticed_and_its_password_kept(db, settings, now, address, silent_address):
    fire_due(now=now)
    settings.REDIS_URL = silent_address if address == "silent" else address
    assert problems(now) == {"broker": "the broker takes no messages"}


@pytest.mark.django_db(transaction=True)
def test_a_dead_database_is_noticed(queue, monkeypatch):
    from django.db import OperationalError

    def refuse(*arguments):
        raise OperationalError("no such host: secret.example.org")

    connection.close()
    monkeypatch.setattr(connection._connections["default"], "ensure_connection", refuse)
    response = views.readyz(RequestFactory().get("/readyz"))
    monkeypatch.undo()
    assert response.status_code == 503
    assert b"secret" not in response.content
    assert b"the database does not answer" in response.content
