"""Stubs are filled in by asking arXiv, here a local server that answers as it does."""

from datetime import timedelta

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from jobs.actions import jobs
from jobs.models import Job
from members.models import Revision
from papers.actions import filling
from papers.actions.stubs import find_or_stub
from papers.models import Paper
from tests.news.replay import Replay, made_up

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outside(settings):
    with Replay() as outside:
        for name, value in outside.settings().items():
            setattr(settings, name, value)
        settings.ARXIV_SECONDS = 0
        yield outside


@pytest.fixture
def papers(outside):
    outside.papers = made_up(60)
    return [paper.id for paper in outside.papers]


def fill(payload=None):
    payload = payload or {"slot": "x"}
    filling.store(payload=payload, now=timezone.now(), fetched=filling.fetch(payload=payload))


def test_a_stub_gets_title_authors_and_version(papers, now):
    find_or_stub(papers[:3], now=now)
    fill()
    for paper in Paper.objects.all():
        assert paper.title
        assert paper.authors
        assert paper.latest_version
        assert paper.filled_from == "api"


def test_one_wrong_identifier_does_not_stop_the_others(papers, outside, now):
    find_or_stub([*papers[:9], "2401.99999"], now=now)
    outside.faults["/api/query"] = [400, 400]  # the batch, then its first half, as for a malformed identifier
    fill()
    assert Paper.objects.filter(filled_from="api").count() == 9
    assert Paper.objects.exclude(missing_at=None).get().arxiv_id == "2401.99999"


def test_more_than_a_batch_is_several_jobs(papers, now):
    find_or_stub(papers, now=now)
    jobs.enqueue(kind="fill_papers", key="fill_papers:x", payload={"slot": "x"}, due_at=now, now=now)
    while jobs.perform_next(now=timezone.now()):
        pass
    assert Paper.objects.filter(filled_from="api").count() == 60
    assert Job.objects.filter(kind="fill_papers", done_at__isnull=False).count() == 2


@pytest.mark.parametrize("fault", [503, 429, "torn", "empty"])
def test_a_mood_of_arxiv_loses_nothing(papers, outside, fault, now):
    find_or_stub(papers[:4], now=now)
    outside.faults["/api/query"] = [fault]
    for slot in ("first", "next"):
        jobs.enqueue(kind="fill_papers", key=slot, payload={"slot": slot}, due_at=now, now=now)
        while jobs.perform_next(now=timezone.now()):
            pass
    assert Paper.objects.filter(filled_from="api").count() == 4
    assert not Paper.objects.exclude(missing_at=None).exists()


def test_without_the_outside_a_job_says_one_line(papers, outside, settings, now):
    find_or_stub(papers[:1], now=now)
    settings.OUTBOUND_ALLOW = []
    jobs.enqueue(kind="fill_papers", key="x", payload={"slot": "x"}, due_at=now, now=now)
    with capture_logs() as logs:
        jobs.perform_next(now=timezone.now())
    assert [line["event"] for line in logs] == ["papers_not_filled"]
    assert Job.objects.get().done_at
    assert Job.objects.trouble("fill_papers").since == Job.objects.get().done_at
    assert Paper.objects.stubs(now).exists()


def test_nothing_to_do_asks_nobody(outside, db):
    fill()
    assert outside.log == []


def test_trouble_lasts_from_the_first_job_in_vain_until_one_gets_through(papers, outside, now):
    find_or_stub(papers[:1], now=now)
    outside.faults["/api/query"] = [503, 503]
    moments = [now + timedelta(minutes=5 * n) for n in range(3)]
    seen = []
    for moment in moments:
        jobs.enqueue(kind="fill_papers", key=str(moment), payload={"slot": str(moment)}, due_at=now, now=now)
        before = Revision.objects.stamp()
        jobs.perform_next(now=moment)
        trouble = Job.objects.trouble("fill_papers")
        seen.append((trouble.since if trouble else None, Revision.objects.stamp() != before))
    # Kept pages are made anew when it begins and when it is over, not at every try in between.
    assert seen == [(moments[0], True), (moments[0], False), (None, True)]
