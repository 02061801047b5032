"""A saved query: pages, windows, errors dressed as papers, empty pages by mistake."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from news.entries import Unreadable
from news.sources import arxiv_feed, arxiv_query
from outbound.client import Failed, Refused
from outbound.models import Turn
from tests.news.replay import Paper, made_up
from tests.news.sources.conftest import NOW

pytestmark = pytest.mark.django_db


def run(request_for, query, cursor=None):
    """All pages of a run."""
    pages = []
    while not pages or cursor is not None:
        parsed = arxiv_query.parse(arxiv_query.fetch(request_for(query, cursor=cursor)))
        pages.append(parsed)
        cursor = parsed.cursor
    return pages


def test_pages_follow_each_other_until_the_window_ends(outside, request_for):
    outside.papers = made_up(450)  # ten a day: two weeks are 140
    pages = run(request_for, "all:paper")
    assert [len(page.entries) for page in pages] == [100, 100]
    keys = [entry.key for page in pages for entry in page.entries]
    assert keys == [paper.id for paper in outside.papers[:200]]
    asked = [(one.query["start"], one.query["max_results"], one.query["sortBy"]) for one in outside.log]
    assert asked == [("0", "100", "submittedDate"), ("100", "100", "submittedDate")]


def test_a_back_fill_goes_on_to_its_day(outside, request_for):
    outside.papers = made_up(450)
    since = (NOW - timedelta(days=40)).date().isoformat()
    pages = run(request_for, "all:paper", {"start": 0, "since": since})
    assert [len(page.entries) for page in pages] == [100, 100, 100, 100, 50]


def test_pages_are_bounded(outside, request_for):
    outside.papers = made_up(30)
    following = arxiv_query.parse(
        arxiv_query.fetch(request_for("all:paper", cursor={"start": 0, "since": "1990-01-01"}))
    ).cursor
    assert following is None  # the end of the result
    many = arxiv_query.arxiv.Answer((), (), 0, 10**6, 100)
    last = {"start": (arxiv_query.MAX_PAGES - 1) * 100, "since": "1990-01-01"}
    fetched = arxiv_query.Fetched(request=request_for("all:paper", cursor=last), status=200, url="")
    assert arxiv_query._next(fetched, many) is None


def test_an_entry_is_read_whole(outside, request_for):
    outside.papers = [
        Paper(
            "2603.00007",
            title="0",
            version=3,
            authors=("P. Erd\\H{o}s",),
            categories=("cs.AI", "cs.CL"),
            comment="Withdrawn by the authors",
        ),
    ]
    (entry,) = run(request_for, "cat:cs.CL")[0].entries
    assert (entry.key, entry.title, entry.authors) == ("2603.00007", "0", ("P. Erdős",))
    assert entry.url == "https://arxiv.org/abs/2603.00007"
    assert (entry.paper.version, entry.paper.source, entry.extra["withdrawn"]) == (3, "api", True)
    assert entry.published_at == datetime(2026, 3, 3, 10, tzinfo=UTC)


def test_a_query_without_results_is_no_error(outside, request_for):
    (page,) = run(request_for, "cat:math.CT")
    assert (page.entries, page.problems) == ((), ())


@pytest.mark.parametrize("start", [0, 100])
def test_an_empty_page_by_mistake_is_asked_again(outside, request_for, start):
    outside.papers = made_up(250)
    outside.faults["/api/query"] = ["empty"]
    request = request_for("all:paper", cursor={"start": start})
    with pytest.raises(Failed):
        arxiv_query.fetch(request)
    assert len(arxiv_query.parse(arxiv_query.fetch(request)).entries) == 100


@pytest.mark.parametrize(("fault", "seconds"), [((429, 30), 30), ((503, 5), 5), (500, None)])
def test_failures_carry_how_long_to_wait(outside, request_for, fault, seconds):
    outside.faults["/api/query"] = [fault]
    with pytest.raises(Failed) as raised:
        arxiv_query.fetch(request_for("all:paper"))
    wait = raised.value.retry_after
    assert (wait and wait.total_seconds()) == seconds


@pytest.mark.parametrize("fault", ["closed", "torn"])
def test_a_torn_answer_fails_or_is_unreadable(outside, request_for, fault):
    outside.papers = made_up(5)
    outside.faults["/api/query"] = [fault]
    with pytest.raises((Failed, Unreadable)):
        arxiv_query.parse(arxiv_query.fetch(request_for("all:paper")))


def test_an_error_of_arxiv_is_a_problem_not_a_paper(answer):
    error = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        "<opensearch:totalResults>1</opensearch:totalResults><entry><id>https://arxiv.org/api/errors#x</id>"
        "<title>Error</title><summary>incorrect id format for abc</summary></entry></feed>"
    )
    parsed = arxiv_query.parse(answer(error, status=400))
    assert (parsed.entries, parsed.cursor) == ((), None)
    (problem,) = parsed.problems
    assert problem.code == "arxiv_error"
    assert "incorrect id format for abc" in problem.message


def test_entries_without_paper_or_dates_are_problems(answer):
    entries = (
        "<entry><id>http://example.org/1</id><title>x</title><published>2026-01-01T00:00:00Z</published>"
        "<updated>2026-01-01T00:00:00Z</updated></entry><entry><id>http://arxiv.org/abs/2603.00001v1</id></entry>"
    )
    parsed = arxiv_query.parse(answer(f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'))
    assert sorted(problem.code for problem in parsed.problems) == ["incomplete", "no_identifier"]
    assert parsed.entries == ()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [("<html/>", 200, "unreadable"), ("no", 400, "refused"), ("no", 403, "forbidden"), ("", 200, "unreadable")],
)
def test_what_is_no_answer_is_unreadable(answer, body, status, code):
    with pytest.raises(Unreadable) as raised:
        arxiv_query.parse(answer(body, status=status))
    assert raised.value.code == code


@pytest.mark.parametrize("address", ["", "  ", "x" * 3000])
def test_an_empty_query_is_not_asked(request_for, address):
    with pytest.raises(Refused):
        arxiv_query.fetch(request_for(address))


def test_the_api_and_the_announcements_share_one_turn(outside, request_for, settings):
    settings.ARXIV_SECONDS = 3600
    arxiv_query.fetch(request_for("all:paper"))
    (turn,) = Turn.objects.all()
    assert (turn.host, turn.held_until) == ("127.0.0.1", None)
    assert turn.next_at > timezone.now() + timedelta(minutes=50)
    Turn.objects.update(next_at=timezone.now())
    arxiv_feed.fetch(request_for("cs.CL"))
    (turn,) = Turn.objects.all()
    assert turn.next_at > timezone.now() + timedelta(minutes=50)
