"""Papers of recent talks are asked about again, here at a local server that answers as arXiv does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs import registry
from jobs.actions import jobs
from jobs.models import Job
from members.actors import SYSTEM
from papers.actions.facts import store_facts
from papers.facts import PaperFacts
from papers.models import Paper, PaperVersion
from talks.models import Item
from tests.news.replay import Replay, made_up
from tests.pages.conftest import document, item, put, section

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outside(settings):
    with Replay() as outside:
        for name, value in outside.settings().items():
            setattr(settings, name, value)
        outside.papers = made_up(120)
        yield outside


def talk(number, ids, *, at, now):
    news = [item(f"第 {n} 条", f"https://arxiv.org/abs/{i}v1", papers=[i]) for n, i in enumerate(ids)]
    put(document(number, starts_at=at.isoformat(), sections=[section("news", "本周新闻", items=news)]), now=now)


def known(ids, *, now):
    store_facts([PaperFacts(arxiv_id=i, source="api", version=1, title="T") for i in ids], by=SYSTEM, now=now)


def ask_again(now):
    payload = {"slot": "week"}
    jobs.enqueue(kind="ask_papers_again", key="ask_papers_again:week", payload=payload, due_at=now, now=now)
    while jobs.perform_next(now=timezone.now()):
        pass
    assert not Job.objects.filter(done_at=None).exists()


def test_a_newer_version_is_noted_where_the_paper_was_talked_about(outside, now, client):
    ids = [paper.id for paper in outside.papers[:60]]
    talk(30, ids, at=timezone.now() - timedelta(days=8), now=now)
    known(ids, now=now)
    outside.papers = [replace(paper, version=3) for paper in outside.papers]
    ask_again(now)
    assert set(Paper.objects.values_list("latest_version", flat=True)) == {3}
    assert PaperVersion.objects.filter(number=3).count() == 60
    assert len(outside.asked("/api/query")) == 2
    assert "谈的是 v1，现在是 v3" in client.get(f"/papers/{ids[0]}/").content.decode()


def test_old_talks_stubs_and_what_was_taken_out_are_left_alone(outside, now):
    ids = [paper.id for paper in outside.papers[:4]]
    talk(30, ids[:2], at=timezone.now() - timedelta(days=8), now=now)
    talk(3, ids[2:], at=timezone.now() - timedelta(days=400), now=now)
    known(ids[1:], now=now)
    Item.objects.filter(url__contains=ids[1]).update(deleted_at=now)
    ask_again(now)
    assert outside.log == []


def test_twice_is_once(outside, now):
    ids = [paper.id for paper in outside.papers[:3]]
    talk(30, ids, at=timezone.now() - timedelta(days=8), now=now)
    known(ids, now=now)
    ask_again(now)
    before = list(Paper.objects.order_by("pk").values())
    jobs.enqueue(kind="ask_papers_again", key="again", payload={"slot": "week"}, due_at=now, now=now)
    while jobs.perform_next(now=timezone.now()):
        pass
    assert list(Paper.objects.order_by("pk").values()) == before
    assert len(outside.log) == 1


def test_a_paper_that_arxiv_denies_for_a_while_stays_as_it_is(outside, now):
    talk(30, ["2401.00009"], at=timezone.now() - timedelta(days=8), now=now)
    known(["2401.00009"], now=now)
    ask_again(now)
    assert Paper.objects.get().title == "T"
    assert Paper.objects.get().missing_at is None


def test_it_is_done_once_a_week_at_night(settings):
    beat = registry.beats()["ask_papers_again"]
    assert beat.every == timedelta(weeks=1)
    assert beat.slot(timezone.now()).hour == 3
