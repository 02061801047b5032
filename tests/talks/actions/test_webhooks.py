"""Webhooks against real receivers on loopback: slow, redirecting, failing, vanished, lying, or inside."""

import base64
import hashlib
import hmac
import json
import re
import socket
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone

from jobs.models import Job
from members.models import Event, Notification
from members.rules import StateRefusal
from outbound import client
from talks import robots
from talks.actions import claims, deliveries, items, life, questions, sample, webhooks
from talks.models import Delivery, Episode, Webhook, WebhookForm
from talks.robots import message_of
from talks.telling import EVENTS
from tests.outbound.servers import redirect, response
from tests.talks.telling import KEY, MONDAY, OK, ask, clock_at, hook, only, only_telling, receiver, said, told
from tests.talks.week import at, board

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(settings):
    only_telling(settings)


@pytest.fixture
def week():
    return board(now=MONDAY)


# ── What is sent ────────────────────────────────────────────────────────────


def test_an_act_and_its_announcement_are_one(week, organizer, member):
    with receiver() as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        made = ask(week, member)
        clock.work()
        clock.on(minutes=5)
    assert len(server.bodies) == 1
    text = said(server)["text"]["content"]
    assert text.startswith("小满")
    assert "为什么词表要扩？" in text
    assert made.public_id in text
    row = only()
    assert (row.state, row.attempts, row.status, row.error) == ("sent", 1, 200, "")
    assert row.answer == '{"errcode":0,"errmsg":"ok"}'


def test_who_does_not_listen_hears_nothing(week, organizer, member):
    hook("http://127.0.0.1:9/", by=organizer, now=MONDAY, events=["episode_live"])
    ask(week, member)
    assert Delivery.objects.count() == 0


def test_an_act_that_fails_announces_nothing(week, organizer, member):
    hook("http://127.0.0.1:9/", by=organizer, now=MONDAY)
    ask(week, member)
    with pytest.raises(ValidationError):
        ask(week, member)
    assert Delivery.objects.count() == 1


def test_the_sample_is_announced_to_nobody(organizer, member, settings, tmp_path):
    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    hook("http://127.0.0.1:9/", by=organizer, now=MONDAY, events=["question_asked", "question_answered"])
    sample.load_sample(by=organizer, now=MONDAY)
    coming = Episode.objects.upcoming().first()
    questions.ask(episode=coming, body="示例里的问题？", by=member, now=MONDAY)
    assert Delivery.objects.count() == 0


def test_everything_there_is_to_tell_is_told(organizer, member):
    hook("http://127.0.0.1:9/", by=organizer, now=MONDAY, events=list(EVENTS))
    week = board(now=MONDAY)
    asked = ask(week, member)
    questions.answer(question=asked, body="看语料。", by=organizer, now=MONDAY)
    claims.release(claim=claims.claim(section=week.news, role="lead", by=member, now=MONDAY), by=member, now=MONDAY)
    item = items.nominate(episode=week.episode, text="一条新闻", by=member, now=MONDAY)
    items.accept(item=item, version=None, by=organizer, now=MONDAY)
    life.postpone(episode=week.episode, starts_at=at("2026-03-08 20:00"), reason="停电", by=organizer, now=MONDAY)
    for state in ("locked", "live", "wrapup", "published"):
        life.advance(episode=week.episode, to=state, reason="演练", by=organizer, now=MONDAY)
    kinds = list(
        Delivery.objects.filter(payload__data__episode__code="001").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == [
        "episode_opened",
        "question_asked",
        "question_answered",
        "section_claimed",
        "section_released",
        "item_nominated",
        "item_accepted",
        "episode_postponed",
        "episode_locked",
        "episode_live",
        "episode_published",
    ]
    moved = Delivery.objects.get(kind="episode_postponed").body
    assert "2026-03-08 星期日 20:00" in moved
    assert "2026-03-07 星期六 21:00" in moved
    assert all("%(" not in row.body for row in Delivery.objects.all())


def test_a_planned_number_is_told_to_who_listens_only_to_that(organizer):
    hook("http://127.0.0.1:9/", by=organizer, now=MONDAY, events=["episode_planned"])
    board(now=MONDAY)
    assert only().kind == "episode_planned"


# ── Forms ───────────────────────────────────────────────────────────────────


def test_feishu_is_signed_in_the_body(week, organizer, member):
    with receiver(response(b'{"code":0,"msg":"success"}')) as server, clock_at(MONDAY) as clock:
        hook(server.url("/open-apis/bot/v2/hook/x"), by=organizer, now=MONDAY, form=WebhookForm.FEISHU, secret="SEC-1")
        ask(week, member)
        clock.work()
    body = said(server)
    assert body["msg_type"] == "text"
    assert "为什么词表要扩？" in body["content"]["text"]
    assert body["timestamp"] == str(int(MONDAY.timestamp()))
    expected = hmac.new(f"{body['timestamp']}\nSEC-1".encode(), b"", hashlib.sha256).digest()
    assert body["sign"] == base64.b64encode(expected).decode()
    assert only().state == "sent"


def test_dingtalk_is_signed_in_the_query(week, organizer, member):
    with receiver() as server, clock_at(MONDAY) as clock:
        url = server.url("/robot/send?access_token=abcdefgh12345678")
        hook(url, by=organizer, now=MONDAY, form=WebhookForm.DINGTALK, secret="SEC-1")
        ask(week, member)
        clock.work()
    query = parse_qs(urlsplit(server.requests[0].split(" ")[1]).query)
    assert query["access_token"] == ["abcdefgh12345678"]
    [moment], [sign] = query["timestamp"], query["sign"]
    assert moment == str(int(MONDAY.timestamp() * 1000))
    expected = hmac.new(b"SEC-1", f"{moment}\nSEC-1".encode(), hashlib.sha256).digest()
    assert sign == base64.b64encode(expected).decode()
    assert said(server)["msgtype"] == "text"


def test_json_is_signed_so_that_a_receiver_can_verify_it(week, organizer, member):
    with receiver(response(b"thanks", "204 No Content")) as server, clock_at(MONDAY) as clock:
        made, secret = webhooks.make_webhook(
            name="机器", form="json", url=server.url("/in"), events=["question_asked"], by=organizer, now=MONDAY
        )
        asked = ask(week, member)
        clock.work()
    head = {
        name.lower(): value for name, _, value in (line.partition(": ") for line in server.requests[0].split("\r\n"))
    }
    assert secret.startswith("whsec_")
    # as a receiver does it
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + server.bodies[0]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert head["webhook-signature"] == f"v1,{expected}"
    assert head["webhook-id"] == only().key
    told = said(server)
    assert (told["type"], told["data"]["values"]["question"]) == ("question_asked", asked.public_id)
    assert told["data"]["episode"]["code"] == "001"
    assert made.secret != secret


@pytest.mark.parametrize(("limit", "text"), [(10, "一二三四五"), (2048, "🧪" * 600), (2048, "a" * 3000)])
def test_a_text_is_cut_between_characters(limit, text):
    found = robots.cut(text, limit)
    assert len(found.encode()) <= limit
    assert found.endswith("…")
    assert text.startswith(found[:-1])


# ── Receivers that misbehave ────────────────────────────────────────────────


def test_a_failing_receiver_is_tried_again_later_and_later(week, organizer, member):
    with receiver(response(b"down", "500 Oops")) as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        ask(week, member)
        clock.work()
        assert len(server.bodies) == 1
        clock.on(seconds=20)
        assert len(server.bodies) == 1
        clock.on(seconds=11)
        assert len(server.bodies) == 2
        server.answer = OK
        clock.on(minutes=2)
        clock.on(hours=5)
    assert len(server.bodies) == 3
    assert (only().state, only().attempts, only().error) == ("sent", 3, "")


def test_a_receiver_that_never_takes_it_is_given_up_after_five(week, organizer, member):
    with receiver(response(b"down", "503 Down")) as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        ask(week, member)
        for hours in range(12):
            clock.on(hours=hours)
    row = only()
    assert (row.state, row.attempts, row.status) == ("failed", 5, 503)
    assert "503" in row.error
    assert row.answer == "down"
    assert len(server.bodies) == 5
    assert Webhook.objects.get().failures == 1


def test_who_asks_for_a_rest_gets_it(week, organizer, member):
    with receiver(response(b"", "429 Slow", Retry_After="7200")) as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        ask(week, member)
        clock.work()
        server.answer = OK
        clock.on(minutes=119)
        assert len(server.bodies) == 1
        clock.on(minutes=1)
    assert (len(server.bodies), only().state) == (2, "sent")


def test_a_vanished_receiver_is_tried_again_and_loses_nothing(week, organizer, member):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with clock_at(MONDAY) as clock:
        hook(f"http://127.0.0.1:{port}{KEY}", by=organizer, now=MONDAY)
        ask(week, member)
        clock.work()
        assert (only().state, only().attempts) == ("waiting", 1)
        assert only().error
        with receiver() as server:
            made = Webhook.objects.get()
            webhooks.edit_webhook(webhook=made, version=1, url=server.url(KEY), by=organizer, now=MONDAY)
            clock.on(minutes=1)
            assert len(server.bodies) == 1
    assert only().state == "sent"


def test_nobody_is_followed(week, organizer, member):
    with receiver() as other, receiver(redirect("http://127.0.0.1:1/elsewhere")) as server, clock_at(MONDAY) as clock:
        server.answer = redirect(other.url("/stolen"))
        hook(server.url(KEY), by=organizer, now=MONDAY)
        ask(week, member)
        clock.work()
        assert other.requests == []
    assert only().status == 302
    assert "地址" in only().error


def slow(connection):
    """Takes everything and answers after the site has stopped waiting."""
    connection.recv(1)


@pytest.mark.parametrize(("form", "times"), [(WebhookForm.WECOM, 1), (WebhookForm.JSON, 5)])
def test_a_slow_receiver_is_told_again_only_if_it_can_tell_repeats(week, organizer, member, monkeypatch, form, times):
    monkeypatch.setattr(client, "SECONDS", 0.3)
    monkeypatch.setattr(client.post, "__kwdefaults__", {**client.post.__kwdefaults__, "seconds": 0.3})
    with receiver(slow) as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY, form=form)
        ask(week, member)
        for hours in range(6):
            clock.on(hours=hours)
    row = only()
    assert row.state == "failed"
    assert len(server.bodies) == row.attempts == times
    if form == WebhookForm.WECOM:
        assert "可能" in row.error  # it may have arrived: looked at, not told again
    else:
        ids = {line for head in server.requests for line in head.split("\r\n") if line.startswith("webhook-id")}
        assert len(ids) == 1


@pytest.mark.parametrize(
    ("form", "answer", "words"),
    [
        (WebhookForm.WECOM, b'{"errcode":93000,"errmsg":"invalid webhook url"}', "93000"),
        (WebhookForm.DINGTALK, b'{"errcode":310000,"errmsg":"sign not match"}', "sign not match"),
        (WebhookForm.FEISHU, b'{"code":19021,"msg":"sign match fail"}', "19021"),
        (WebhookForm.WECOM, b"<html>portal</html>", "机器人"),
        (WebhookForm.WECOM, b"[]", "机器人"),
        (WebhookForm.FEISHU, b'{"ok":true}', "机器人"),
    ],
)
def test_a_robot_that_says_200_and_means_no_has_failed(week, organizer, member, form, answer, words):
    with receiver(response(answer)) as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY, form=form, secret="SEC-1")
        ask(week, member)
        clock.work()
        row = only()
        assert (row.state, row.status) == ("waiting", 200)
        assert words in row.error
        server.answer = OK
        clock.on(minutes=1)
    assert only().state == "sent"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://10.0.0.1/x",
        "http://169.254.169.254/latest",
        "http://localhost/",
        "ftp://a.example/",
    ],
)
def test_addresses_inside_are_refused_when_they_are_written(organizer, settings, url):
    settings.OUTBOUND_ALLOW = []
    with pytest.raises(ValidationError) as refused:
        hook(url, by=organizer, now=MONDAY)
    assert list(refused.value.error_dict) == ["url"]
    assert Webhook.objects.count() == 0


def test_an_address_that_leads_inside_later_is_not_dialled(week, organizer, member, settings):
    with receiver() as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        settings.OUTBOUND_ALLOW = []
        ask(week, member)
        clock.work()
        assert server.requests == []
    assert (only().state, only().attempts) == ("failed", 1)


def test_the_answer_keeps_no_secret(week, organizer, member):
    secret = "SEC-1234567890"
    with receiver() as server, clock_at(MONDAY) as clock:
        url = server.url(KEY)
        server.answer = response(f'{{"errcode":1,"errmsg":"bad {url} {secret}"}}\x00'.encode())
        hook(url, by=organizer, now=MONDAY, secret=secret)
        ask(week, member)
        clock.work()
    kept = json.dumps([row.error + row.answer for row in Delivery.objects.all()])
    assert "abcdefgh-1234-5678" not in kept
    assert secret not in kept


# ── Pausing, replaying ──────────────────────────────────────────────────────


def test_a_webhook_that_takes_nothing_pauses_itself_and_says_why(week, organizer, member):
    with receiver(response(b"", "410 Gone")) as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        for n in range(deliveries.MOST_FAILURES):
            ask(week, member, body=f"第 {n} 问？", now=timezone.now())
            for hours in (0, 1, 1, 1, 1, 2):
                clock.on(hours=hours)
        row = Webhook.objects.get()
        assert row.paused_at is not None
        assert "410" in row.pause_reason
        assert "连续" in row.pause_reason
        ask(week, member, body="没有人听见？", now=timezone.now())
        clock.on(hours=3)
    assert Delivery.objects.filter(failed_at__isnull=False).count() == Delivery.objects.count() == 5
    assert [row.values["name"] for row in told(organizer, "webhook_paused")] == ["群"]
    webhooks.resume_webhook(webhook=row, by=organizer, now=MONDAY)
    row.refresh_from_db()
    assert (row.paused_at, row.failures, row.pause_reason) == (None, 0, "")


def test_what_waits_for_a_paused_webhook_fails_and_says_so(week, organizer, member):
    with receiver() as server, clock_at(MONDAY) as clock:
        made = hook(server.url(KEY), by=organizer, now=MONDAY)
        ask(week, member)
        webhooks.pause_webhook(webhook=made, by=organizer, now=MONDAY, reason="换群")
        clock.work()
        assert server.bodies == []
        assert (only().state, only().attempts) == ("failed", 1)
        webhooks.send_test(webhook=made, by=organizer, now=MONDAY)
        clock.work()
        assert len(server.bodies) == 1
        webhooks.resume_webhook(webhook=made, by=organizer, now=MONDAY)
        again = deliveries.replay(delivery=Delivery.objects.get(kind="question_asked"), by=organizer, now=MONDAY)
        clock.work()
    again.refresh_from_db()
    assert again.state == "sent"
    assert again.replay_of == Delivery.objects.filter(kind="question_asked").first()
    assert len(server.bodies) == 2


def test_each_replay_is_its_own(week, organizer, member):
    with receiver() as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        ask(week, member)
        clock.work()
        first = only()
        second = deliveries.replay(delivery=first, by=organizer, now=MONDAY)
        deliveries.replay(delivery=second, by=organizer, now=MONDAY)
        clock.work()
    assert len(server.bodies) == 3
    assert len(set(server.bodies)) == 1
    assert Delivery.objects.filter(replay_of=first).count() == 2


def test_a_killed_worker_tells_a_chat_nothing_twice(week, organizer, member):
    """It died after the message had gone out: whether it arrived nobody knows, so a person looks."""
    with receiver() as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        ask(week, member)
        job = Job.objects.get(kind="deliver")
        deliveries.fetch(payload=job.payload)  # and then it died
        assert len(server.bodies) == 1
        clock.on(minutes=10)
        clock.on(hours=5)
    assert len(server.bodies) == 1
    assert only().state == "failed"
    assert only().error


def test_a_killed_worker_loses_nothing_for_a_program(week, organizer, member):
    with receiver(response(b"")) as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY, form=WebhookForm.JSON)
        ask(week, member)
        deliveries.fetch(payload=Job.objects.get(kind="deliver").payload)
        clock.on(minutes=10)
    assert len(server.bodies) == 2
    assert len(set(server.bodies)) == 1
    assert only().state == "sent"


# ── Who may, and what is kept ───────────────────────────────────────────────


def test_only_organizers_keep_webhooks(organizer, member):
    made = hook("http://127.0.0.1:9/", by=organizer, now=MONDAY)
    for act in (
        lambda: hook("http://127.0.0.1:9/", by=member, now=MONDAY),
        lambda: webhooks.edit_webhook(webhook=made, version=1, name="x", by=member, now=MONDAY),
        lambda: webhooks.pause_webhook(webhook=made, by=member, now=MONDAY),
        lambda: webhooks.resume_webhook(webhook=made, by=member, now=MONDAY),
        lambda: webhooks.remove_webhook(webhook=made, by=member, now=MONDAY),
        lambda: webhooks.send_test(webhook=made, by=member, now=MONDAY),
        lambda: deliveries.replay(delivery=Delivery(), by=member, now=MONDAY),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_secrets_are_sealed_and_stand_in_no_event(organizer):
    url, secret = f"http://127.0.0.1:9{KEY}", "SEC-1234567890"
    made = hook(url, by=organizer, now=MONDAY, secret=secret)
    webhooks.edit_webhook(webhook=made, version=1, secret="SEC-other-000", url=url + "9", by=organizer, now=MONDAY)
    webhooks.remove_webhook(webhook=made, by=organizer, now=MONDAY)
    kept = json.dumps([[row.before, row.after, row.reason] for row in Event.objects.all()])
    rows = json.dumps(list(Webhook.objects.values("url", "secret", "name")))
    for hidden in ("abcdefgh-1234", "SEC-"):
        assert hidden not in kept
        assert hidden not in rows
    assert webhooks.place_of(hook(url, by=organizer, now=MONDAY)) == "http://127.0.0.1:9/…5678"


def test_another_secret_key_opens_nothing_and_says_so(week, organizer, member, settings):
    with receiver() as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        settings.SECRET_KEY = "another-secret-key-of-at-least-32-characters"
        ask(week, member)
        clock.work()
        assert server.requests == []
    assert "SECRET_KEY" in only().error


def test_a_stale_edit_is_told_both(organizer):
    made = hook("http://127.0.0.1:9/", by=organizer, now=MONDAY)
    webhooks.edit_webhook(webhook=made, version=1, name="甲群", by=organizer, now=MONDAY)
    with pytest.raises(ValidationError) as conflict:
        webhooks.edit_webhook(webhook=made, version=1, name="乙群", by=organizer, now=MONDAY)
    [error] = conflict.value.error_dict["version"]
    assert (error.code, error.params["yours"]["name"], error.params["theirs"]["name"]) == ("conflict", "乙群", "甲群")


def test_refusals(organizer):
    made = hook("http://127.0.0.1:9/", by=organizer, now=MONDAY)
    with pytest.raises(StateRefusal):
        webhooks.resume_webhook(webhook=made, by=organizer, now=MONDAY)
    webhooks.pause_webhook(webhook=made, by=organizer, now=MONDAY)
    with pytest.raises(StateRefusal):
        webhooks.pause_webhook(webhook=made, by=organizer, now=MONDAY)
    for values in ({"name": " "}, {"form": "fax"}, {"events": []}, {"events": ["nothing"]}, {"url": " "}):
        whole = {"name": "群", "form": "wecom", "url": "http://127.0.0.1:9/", "events": ["reminder"], **values}
        with pytest.raises(ValidationError) as refused:
            webhooks.make_webhook(**whole, by=organizer, now=MONDAY)
        assert list(refused.value.error_dict) == list(values)
    webhooks.remove_webhook(webhook=made, by=organizer, now=MONDAY)
    with pytest.raises(Http404):
        webhooks.edit_webhook(webhook=made, version=None, name="x", by=organizer, now=MONDAY)


def test_what_went_out_long_ago_is_deleted(week, organizer, member):
    hook("http://127.0.0.1:9/", by=organizer, now=MONDAY)
    ask(week, member)
    deliveries.replay(delivery=only(), by=organizer, now=MONDAY)
    deliveries.prune(payload={}, now=MONDAY + deliveries.KEEP)
    assert Delivery.objects.count() == 2
    deliveries.prune(payload={}, now=MONDAY + deliveries.KEEP + timedelta(seconds=1))
    assert Delivery.objects.count() == 0


def test_no_act_waits_for_a_receiver(week, organizer, member):
    with receiver() as server:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        ask(week, member)
        assert server.requests == []
    assert Notification.objects.filter(kind="webhook_paused").count() == 0


@pytest.mark.parametrize("form", ["wecom", "feishu", "dingtalk"])
def test_nobody_calls_a_whole_group_through_the_robot(form):
    text = '<at user_id="all">所有人</at> < AT id=all></at> <@all> a < b'
    made = message_of(form=form, url="https://robot.example/x", secret="", text=text, payload={}, key="k", now=MONDAY)
    said = made.body.decode()
    assert not re.search(r"<\s*/?\s*(?:at|@)", said, re.I)
    assert "所有人" in said
    assert "a < b" in said
