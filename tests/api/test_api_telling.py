"""Reminders, webhooks and deliveries by the API."""

import json

import pytest
import time_machine

from members.models import Event
from talks.actions import hosting, webhooks
from talks.models import Delivery, Reminder, Webhook
from tests.api.conftest import API, signed_in
from tests.talks.week import board, person

pytestmark = pytest.mark.django_db
NEW = {
    "name": "甲群",
    "form": "json",
    "url": "https://203.0.113.9/send?key=abcdefgh12345678",
    "events": ["reminder", "question_asked"],
}


@pytest.fixture(autouse=True)
def open_address(settings):
    settings.OUTBOUND_ALLOW = ["203.0.113.0/24"]


@pytest.fixture
def week(now):
    with time_machine.travel(now, tick=False):
        made = board(now=now)
        made.host = person("渡口", now=now)
        hosting.host(episode=made.episode, role="host", by=made.host, now=now)
        yield made


def send(client, method, path, body=None, **headers):
    call = getattr(client, method)
    return call(f"{API}{path}", json.dumps(body or {}), content_type="application/json", headers=headers)


def test_a_host_sees_to_their_reminders(week, as_member, as_organizer, client, now, problem):
    problem(client.get(f"{API}reminders/"), 401)
    assert as_member.get(f"{API}reminders/").json()["count"] == 0
    as_host = signed_in(week.host)
    rows = as_host.get(f"{API}reminders/?episode=001").json()["results"]
    assert [row["kind"] for row in rows] == ["open_roles", "tomorrow", "soon", "answers", "publish"]
    assert as_organizer.get(f"{API}reminders/?kind=soon&is_sent=false").json()["count"] == 1
    path = f"reminders/{rows[1]['id']}/"
    tag = as_host.get(f"{API}{path}")["ETag"]
    problem(send(as_host, "patch", path, {"text": "带电源"}), 428)
    changed = send(as_host, "patch", path, {"text": "带电源"}, if_match=tag)
    assert (changed.status_code, changed.json()["text"], changed.json()["version"]) == (200, "带电源", 2)
    stale = problem(send(as_host, "patch", path, {"is_off": True}, if_match=tag), 412, "conflict")
    assert stale["theirs"]["text"] == "带电源"
    problem(send(as_member, "patch", path, {"text": "x"}, if_match=changed["ETag"]), 404)
    key = {"idempotency-key": "k1"}
    first, second = (send(as_host, "post", f"{path}send/", **key) for _time in range(2))
    assert (first.status_code, second.json()) == (200, first.json())
    assert first.json()["sent_at"]
    problem(send(as_host, "post", f"{path}send/"), 409, "sent_already")
    problem(send(as_host, "patch", path, {"text": "x"}, if_match="*"), 409, "sent_already")
    assert Reminder.objects.exclude(sent_at=None).count() == 1


def test_a_webhook_is_made_changed_tried_and_removed(db, as_organizer, as_member, client, problem):
    problem(client.get(f"{API}webhooks/"), 401)
    problem(as_member.get(f"{API}webhooks/"), 403)
    problem(send(as_member, "post", "webhooks/", NEW), 403)
    first, second = (send(as_organizer, "post", "webhooks/", NEW, idempotency_key="k1") for _time in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json()["secret"].startswith("whsec_")
    assert second.json()["secret"] is None
    assert first.json()["place"] == "https://203.0.113.9/…5678"
    path = f"webhooks/{first.json()['id']}/"
    shown = as_organizer.get(f"{API}{path}")
    assert "secret" not in shown.json()
    assert "abcdefgh" not in shown.content.decode()
    problem(send(as_organizer, "patch", path, {"name": "乙"}), 428)
    changed = send(as_organizer, "patch", path, {"name": "乙"}, if_match=shown["ETag"])
    assert (changed.status_code, changed.json()["name"], changed.json()["events"]) == (200, "乙", NEW["events"][::-1])
    problem(send(as_organizer, "patch", path, {"name": "丙"}, if_match=shown["ETag"]), 412, "conflict")
    problem(send(as_organizer, "patch", path, {"url": "http://10.0.0.1/"}, if_match=changed["ETag"]), 400, "refused")
    problem(send(as_organizer, "post", f"{path}resume/"), 409, "not_paused")
    paused = send(as_organizer, "post", f"{path}pause/", {"reason": "换群"})
    assert (paused.status_code, paused.json()["pause_reason"]) == (200, "换群")
    problem(send(as_organizer, "post", f"{path}pause/"), 409, "paused_already")
    assert send(as_organizer, "post", f"{path}resume/").json()["paused_at"] is None
    tried = send(as_organizer, "post", f"{path}test/")
    assert (tried.status_code, tried.json()["state"], tried.json()["kind"]) == (201, "waiting", "test")
    tag = as_organizer.get(f"{API}{path}")["ETag"]
    assert send(as_organizer, "delete", path, if_match=tag).status_code == 204
    problem(as_organizer.get(f"{API}{path}"), 404)
    assert Webhook.objects.count() == 1
    kept = json.dumps([[row.before, row.after] for row in Event.objects.all()])
    assert "abcdefgh" not in kept


@pytest.mark.parametrize(
    "wrong", [{"events": ["nothing"]}, {"events": []}, {"form": "fax"}, {"url": "http://127.0.0.1/"}, {"name": " "}]
)
def test_a_webhook_that_cannot_be_is_refused_with_its_field(db, as_organizer, problem, wrong):
    refused = problem(send(as_organizer, "post", "webhooks/", {**NEW, **wrong}), 400)
    assert set(wrong) & {name.split(".")[0] for name in refused["errors"]}
    assert Webhook.objects.count() == 0


def test_deliveries_are_listed_and_replayed(db, organizer, as_organizer, as_member, now, problem):
    made, _secret = webhooks.make_webhook(**NEW, by=organizer, now=now)
    row = webhooks.send_test(webhook=made, by=organizer, now=now)
    problem(as_member.get(f"{API}deliveries/"), 403)
    Delivery.objects.update(failed_at=now, error="没有连上", attempts=5)
    found = as_organizer.get(f"{API}deliveries/?webhook={made.pk}&is_failed=true&kind=test").json()["results"]
    assert [(each["state"], each["error"], each["attempts"]) for each in found] == [("failed", "没有连上", 5)]
    assert as_organizer.get(f"{API}deliveries/?is_sent=true").json()["count"] == 0
    problem(send(as_member, "post", f"deliveries/{row.pk}/replay/"), 403)
    again = send(as_organizer, "post", f"deliveries/{row.pk}/replay/")
    assert (again.status_code, again.json()["replay_of"], again.json()["state"]) == (201, row.pk, "waiting")
    assert again.json()["payload"] == found[0]["payload"]
    assert Delivery.objects.count() == 2


def test_mails_are_nobodys_business(db, member, as_organizer, now):
    Delivery.objects.create(key="notice-1", kind="advanced", person=member, created_at=now)
    assert as_organizer.get(f"{API}deliveries/").json()["count"] == 0
