"""Sources are asked, page by page, as jobs; here a local server answers as the real ones do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from jobs.actions import jobs
from jobs.models import Job
from members.actors import ANONYMOUS, SYSTEM
from members.rules import StateRefusal
from news.actions import collect
from news.models import FetchRun, NewsItem, Outcome, Sighting, Source
from news.sources import feed
from papers.models import Paper
from tests.news.conftest import articles, source
from tests.news.replay import made_up, rss

pytestmark = pytest.mark.django_db(transaction=True)


def look(row):
    """One look at a source, as the workers do it."""
    run = collect.start(source=row, by=SYSTEM, now=timezone.now())
    while jobs.perform_next(now=timezone.now()):
        pass
    run.refresh_from_db()
    row.refresh_from_db()
    return run


def counts(run):
    assert run.fetched == run.new + run.known + run.duplicate + run.hidden
    return run.outcome, run.new, run.known, run.duplicate, run.hidden


def test_a_feed_comes_in_and_is_then_unchanged(blog, outside):
    assert counts(look(blog)) == (Outcome.OK, 5, 0, 0, 0)
    assert blog.etag
    assert counts(look(blog)) == (Outcome.UNCHANGED, 0, 0, 0, 0)
    assert "if-none-match" in {name.lower() for name in outside.log[-1].headers}


def test_a_huge_feed_is_stored_in_parts_and_adds_up(outside, monkeypatch):
    """Each part is a transaction of its own, so that others can write in between."""
    monkeypatch.setattr(feed, "MOST", 10)
    blog = source("feed", outside.put("/feed.xml", articles(25), "application/rss+xml"))
    run = look(blog)
    assert (counts(run), run.pages, blog.cursor) == ((Outcome.OK, 25, 0, 0, 0), 3, None)
    assert blog.etag
    assert counts(look(blog)) == (Outcome.UNCHANGED, 0, 0, 0, 0)


def test_the_kinds_of_quiet_are_told_apart(outside):
    outside.papers = made_up(3)
    row = source("arxiv_feed", "cs.CL")
    saturday = outside.today + timedelta(days=(5 - outside.today.weekday()) % 7)
    outside.today = saturday
    assert look(row).outcome == Outcome.NO_ANNOUNCEMENT
    blog = source("feed", outside.put("/empty.xml", rss([]), "application/rss+xml"))
    assert look(blog).outcome == Outcome.EMPTY


def test_pages_follow_each_other_and_the_papers_are_known(outside):
    outside.papers = made_up(250)
    row = source("arxiv_query", "cat:cs.CL")
    run = look(row)
    assert run.outcome == Outcome.OK
    assert run.pages == len(outside.asked("/api/query"))
    assert run.new == Sighting.objects.count() == Paper.objects.filter(filled_from="api").count()
    again = look(row)
    assert (again.outcome, again.new) == (Outcome.UNCHANGED, 0)


def test_one_story_from_three_sources(outside):
    outside.papers = made_up(4)
    for row in (source("arxiv_query", "cat:cs.CL"), source("hf_daily"), source("arxiv_feed", "cs.CL")):
        look(row)
    assert NewsItem.objects.count() == NewsItem.objects.values("paper").distinct().count()
    assert Sighting.objects.count() > NewsItem.objects.count()


def test_a_failure_keeps_the_cursor_and_the_next_run_goes_on(outside):
    outside.papers = made_up(250)
    row = source("arxiv_query", "cat:cs.CL")
    collect.start(source=row, by=SYSTEM, now=timezone.now())
    jobs.perform_next(now=timezone.now())
    outside.faults["/api/query"] = [(429, 600)]
    jobs.perform_next(now=timezone.now())
    row.refresh_from_db()
    run = FetchRun.objects.get()
    assert (run.outcome, row.failures, row.cursor) == (Outcome.FAILED, 1, {"start": 100})
    assert row.next_at >= timezone.now() + timedelta(minutes=9)
    before = len(outside.asked("/api/query"))
    assert look(row).outcome == Outcome.OK
    assert outside.asked("/api/query")[before].query["start"] == "100"
    assert (row.failures, row.last_error, row.cursor) == (0, "", None)


def test_a_killed_worker_loses_and_doubles_nothing(outside, blog):
    collect.start(source=blog, by=SYSTEM, now=timezone.now())
    job = Job.objects.get()
    page = collect.fetch_page(payload=job.payload)  # the worker dies after asking, before storing
    assert page.parsed
    while jobs.perform_next(now=timezone.now()):
        pass
    assert counts(FetchRun.objects.get()) == (Outcome.OK, 5, 0, 0, 0)
    with transaction.atomic():  # the message comes again
        collect.store_page(payload=job.payload, now=timezone.now(), fetched=page)
    assert Sighting.objects.count() == 5
    assert counts(FetchRun.objects.get()) == (Outcome.OK, 5, 0, 0, 0)


@pytest.mark.parametrize("path", ["/status/404", "/status/500", "/status/410", "/loop", "/nothing"])
def test_what_a_source_does_wrong_is_said_in_words(outside, path):
    row = source("feed", outside.url + path)
    run = look(row)
    assert run.outcome == Outcome.FAILED
    assert run.error
    assert row.last_error == run.error
    assert (row.paused_at is not None) is (path == "/status/410")


def test_a_source_that_fails_again_and_again_is_paused_with_the_reason(outside):
    row = source("feed", outside.url + "/status/500")
    for _ in range(collect.MAX_FAILURES):
        look(row)
    assert row.paused_at
    assert row.last_error in row.pause_reason
    assert not Source.objects.due(timezone.now() + timedelta(days=9)).exists()


def test_a_feed_that_moved_for_good_is_followed(outside, blog):
    moved = source("hf_daily")
    Source.objects.filter(pk=moved.pk).update(kind="feed", address=outside.url + "/redirect/301/feed.xml", slug="moved")
    moved.refresh_from_db()
    blog.delete()
    assert look(moved).outcome == Outcome.OK
    assert moved.address == outside.url + "/feed.xml"


def test_a_refused_query_is_a_failure_and_no_emptiness(outside):
    outside.faults["/api/query"] = [400]
    run = look(source("arxiv_query", "cat:cs.CL"))
    assert run.outcome == Outcome.FAILED


def test_an_inside_address_is_refused(outside, settings):
    settings.OUTBOUND_ALLOW = []
    run = look(source("feed", "http://169.254.169.254/latest"))
    assert run.outcome == Outcome.FAILED
    assert outside.log == []


def test_one_run_at_a_time(blog):
    collect.start(source=blog, by=SYSTEM, now=timezone.now())
    with pytest.raises(StateRefusal):
        collect.start(source=blog, by=SYSTEM, now=timezone.now())


def test_a_run_whose_job_stopped_does_not_keep_the_source_quiet(blog):
    collect.start(source=blog, by=SYSTEM, now=timezone.now())
    Job.objects.update(failed_at=timezone.now(), last_error="our mistake")
    assert look(blog).outcome == Outcome.OK
    assert FetchRun.objects.order_by("pk").first().error == "our mistake"


def test_the_schedule_starts_what_is_due(blog, now):
    collect.start_due(payload={}, now=timezone.now())
    collect.start_due(payload={}, now=timezone.now() + timedelta(days=1))
    assert FetchRun.objects.count() == 1


def test_many_due_sources_are_started_a_few_at_a_time(outside):
    for number in range(2 * collect.AT_ONCE + 1):
        source("feed", f"{outside.url}/{number}", slug=f"feed-{number}")
    now = timezone.now()
    collect.start_due(payload={"slot": "x"}, now=now)
    assert FetchRun.objects.count() == collect.AT_ONCE
    while job := Job.objects.filter(kind="collect").open().first():
        assert jobs.perform(job_id=job.pk, now=now)
    assert FetchRun.objects.count() == 2 * collect.AT_ONCE + 1
    assert Job.objects.filter(kind="collect").count() == 2


@pytest.mark.skipif(not connection.features.has_select_for_update_skip_locked, reason="SQLite locks the whole database")
def test_a_source_that_another_worker_holds_is_not_waited_for(blog, outside):
    free = source("feed", f"{outside.url}/free", slug="free")

    def elsewhere():
        with transaction.atomic():
            collect.start_due(payload={}, now=timezone.now())
        connection.close()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        Source.objects.select_for_update().get(pk=blog.pk)
        other.submit(elsewhere).result(20)
        assert list(FetchRun.objects.values_list("source", flat=True)) == [free.pk]


def test_only_the_schedule_and_organizers(blog, member, organizer):
    for by in (ANONYMOUS, member):
        with pytest.raises(PermissionDenied):
            collect.start(source=blog, by=by, now=timezone.now())
    collect.start(source=blog, by=organizer, now=timezone.now())
