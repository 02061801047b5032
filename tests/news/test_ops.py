"""/ops/ for organizers, /readyz and /metrics for machines."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs import disk, readiness
from jobs.actions.slots import fire_due
from jobs.models import MAX_ATTEMPTS, Job, KindPause
from members.actions.tokens import create_token
from members.models import Event
from news.models import Outcome, Source
from talks.templatetags.talk import evening
from tests.news.conftest import source
from tests.news.test_source_pages import ended, look, text_of

pytestmark = pytest.mark.django_db(transaction=True)
VERBS = ("run", "pause", "resume")


@pytest.fixture
def signed_in(client, organizer):
    client.force_login(organizer.user)
    return client


@pytest.fixture
def failed(db):
    now = timezone.now()
    return Job.objects.create(
        kind="fill_papers",
        key="fill_papers:x",
        created_at=now,
        due_at=now,
        attempts=MAX_ATTEMPTS,
        failed_at=now,
        last_error="ZeroDivisionError: <b>division</b> by zero",
    )


@pytest.mark.usefixtures("db")
def test_work_in_vain_is_told_with_since_when_and_the_next_try(signed_in):
    """A job that is done and got nowhere is no failed job, and all the same not well."""
    now = timezone.now()
    for minutes, error in ((20, ""), (15, "没有应答"), (5, "没有应答")):
        at = now - timedelta(minutes=minutes)
        Job.objects.create(
            kind="fill_papers", key=str(minutes), created_at=at, due_at=at, done_at=at, attempts=1, last_error=error
        )
    said = text_of(signed_in.get("/ops/"))
    assert f"从 {evening(now - timedelta(minutes=15))} 起一直没有结果。 没有应答" in said
    Job.objects.create(kind="fill_papers", key="well", created_at=now, due_at=now, done_at=now, attempts=1)
    assert "一直没有结果" not in text_of(signed_in.get("/ops/"))


# ── /ops/ ───────────────────────────────────────────────────────────────────


def test_for_organizers_only(client, member, failed):
    posts = ["/ops/jobs/1/retry/", *(f"/ops/kinds/prune/{verb}/" for verb in VERBS)]
    assert client.get("/ops/")["Location"].startswith("/accounts/login/")
    assert {client.post(path).status_code for path in posts} == {302}
    client.force_login(member.user)
    assert client.get("/ops/").status_code == 403
    assert {
        client.post(f"/ops/jobs/{failed.pk}/retry/").status_code,
        *(client.post(p).status_code for p in posts[1:]),
    } == {403}
    assert not KindPause.objects.exists()
    assert Job.objects.get().failed_at is not None
    assert "运维" not in text_of(client.get("/"))


def test_every_form_wants_its_token(organizer, failed):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(organizer.user)
    for path in (f"/ops/jobs/{failed.pk}/retry/", *(f"/ops/kinds/prune/{verb}/" for verb in VERBS)):
        assert strict.post(path).status_code == 403


def test_everything_at_a_glance(signed_in, blog, failed):
    fire_due(now=timezone.now())
    look(blog)
    broken = source("feed", "https://b.example/feed", slug="b", name="坏的", failures=2, last_error="没有应答")
    ended(broken, Outcome.FAILED, error="没有应答")
    page = signed_in.get("/ops/")
    said = text_of(page)
    for words in (
        "没有应答",
        "坏的",
        "一个博客",
        "取到 5",
        "每日清理",
        "来源的一页",
        "Django",
        "数据库大小",
        "北京时间",
    ):
        assert words in said
    assert "1 个来源出错" in said
    assert "1 个任务失败了" in said
    assert "<b>division" not in page.content.decode()
    assert said.index("坏的") < said.index("一个博客")
    assert said.index("1 个任务失败了") < said.index("数据库有应答")


def test_an_empty_site_has_a_page(signed_in, db):
    said = text_of(signed_in.get("/ops/"))
    assert "还没有心跳" in said
    assert "还没有来源" in said


def test_more_rows_cost_no_more_queries(signed_in, outside):
    def count():
        with CaptureQueriesContext(connection) as captured:
            assert signed_in.get("/ops/").status_code == 200
        return len(captured)

    def more(first, last):
        now = timezone.now()
        for n in range(first, last):
            ended(source("feed", f"https://{n}.example/feed", slug=f"s{n}"), Outcome.EMPTY)
            Job.objects.create(kind=f"old{n}", key=f"{n}", created_at=now, due_at=now, failed_at=now, last_error="x")

    more(0, 3)
    few = count()
    more(3, 40)
    assert count() == few


def test_a_failed_job_again(signed_in, failed, organizer):
    said = text_of(signed_in.post(f"/ops/jobs/{failed.pk}/retry/", follow=True))
    assert "会从头再试" in said
    failed.refresh_from_db()
    assert (failed.failed_at, failed.attempts) == (None, 0)
    event = Event.objects.get(target_kind="job")
    assert (event.verb, event.person, event.target_key) == ("retry", organizer, str(failed.pk))
    assert "message-bad" in signed_in.post(f"/ops/jobs/{failed.pk}/retry/", follow=True).content.decode()
    assert signed_in.post("/ops/jobs/999999/retry/").status_code == 404
    assert Event.objects.filter(target_kind="job").count() == 1


def test_a_kind_rests_and_goes_on(signed_in):
    assert "已暂停" in text_of(signed_in.post("/ops/kinds/collect/pause/", {"reason": "搬机器"}, follow=True))
    assert "搬机器" in text_of(signed_in.get("/ops/"))
    signed_in.post("/ops/kinds/collect/resume/")
    assert not KindPause.objects.exists()
    assert [event.verb for event in Event.objects.filter(target_kind="job_kind").order_by("pk")] == ["pause", "resume"]
    assert signed_in.post("/ops/kinds/nothing/pause/").status_code == 404


def test_a_beat_starts_now(signed_in):
    signed_in.post("/ops/kinds/prune/run/")
    assert Job.objects.get().kind == "prune"
    assert {signed_in.post(f"/ops/kinds/{kind}/run/").status_code for kind in ("heartbeat", "collect_page", "x")} == {
        404
    }


def test_a_source_is_paused_from_here_and_comes_back_here(signed_in, blog):
    assert signed_in.post("/sources/blog/pause/", {"back": "ops"})["Location"] == "/ops/"
    assert Source.objects.get().paused_at is not None


# ── /readyz ─────────────────────────────────────────────────────────────────


@pytest.fixture
def ready(client, settings, tmp_path, outside):
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path)}
    fire_due(now=timezone.now())
    Job.objects.all().delete()

    def ask():
        response = client.get("/readyz")
        return response.status_code, response.json()

    return ask


def test_readyz_tells_the_same(ready, blog, failed):
    status, said = ready()
    assert status == 200
    assert said["queue"] == {"ok": True, "why": "", "due": 0, "oldest_seconds": 0, "failed": 1}
    assert said["sources"] == {"ok": True, "why": "", "sources": 1, "failing": 0, "paused": 0}
    assert said["disk"] == {"ok": True, "why": ""}


def test_a_long_queue_and_a_late_source_are_told_and_the_site_goes_on(ready, blog):
    now = timezone.now()
    Job.objects.create(kind="prune", key="x", created_at=now, due_at=now - timedelta(minutes=11))
    Source.objects.update(next_at=now - timedelta(minutes=11))
    status, said = ready()
    assert (status, said["queue"]["ok"], said["sources"]["ok"]) == (200, False, False)
    assert said["queue"]["oldest_seconds"] >= 660
    Source.objects.update(paused_at=now)
    assert ready()[1]["sources"] == {"ok": True, "why": "", "sources": 1, "failing": 0, "paused": 1}


def test_its_words_name_no_source_and_no_host(ready, blog):
    Source.objects.update(failures=2, last_error="https://secret.example", next_at=timezone.now() - timedelta(days=1))
    said = json.dumps(ready()[1])
    assert "blog" not in said
    assert "secret" not in said


def test_a_full_disk_is_red(ready, monkeypatch):
    monkeypatch.setattr(disk, "rooms", lambda: [disk.Room("media", readiness.FULL - 1)])
    status, said = ready()
    assert (status, said["disk"]) == (503, {"ok": False, "why": "the disk is full"})


# ── /metrics ────────────────────────────────────────────────────────────────


def bearer(person, scope="read"):
    _token, key = create_token(user=person.user, scope=scope, name="", by=person, now=timezone.now())
    return {"Authorization": f"Bearer {key}"}


def test_metrics_are_the_organizers(client, member, organizer):
    wrong = {"Authorization": "Bearer olt_wrong"}
    for headers in ({}, wrong, bearer(member), bearer(member, "write")):
        assert client.get("/metrics", headers=headers).status_code == 404
    client.force_login(member.user)
    assert client.get("/metrics").status_code == 404
    asked = {**bearer(organizer), "Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    assert Client().get("/metrics", headers=asked).status_code == 200
    client.force_login(organizer.user)
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    organizer.user.suspended_at = timezone.now()
    organizer.user.save()
    assert client.get("/metrics").status_code == 404


def test_metrics_count_what_happened(client, organizer, blog, failed):
    fire_due(now=timezone.now())
    Job.objects.filter(kind="collect").delete()
    look(blog)
    client.force_login(organizer.user)
    lines = client.get("/metrics").content.decode().splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values['openllm_talk_jobs{kind="fill_papers",state="failed"}'] == "1.0"
    assert values['openllm_talk_jobs{kind="collect_page",state="done"}'] == "1.0"
    assert values['openllm_talk_source_runs_total{outcome="ok",source="blog"}'] == "1.0"
    assert values['openllm_talk_sightings{source="blog"}'] == "5.0"
    assert float(values['openllm_talk_source_success_age_seconds{source="blog"}']) < 60
    assert float(values["openllm_talk_heartbeat_age_seconds"]) < 120
    assert "openllm_talk_queue_age_seconds" in values
