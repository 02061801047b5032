"""Hugging Face's daily papers: days, weeks, votes, names, and what is not there yet."""

import json
from datetime import UTC, date, datetime

import pytest

from news.entries import Unreadable
from news.sources import hf_daily
from outbound.client import Failed
from papers.facts import NamedLink
from tests.news.replay import Paper, made_up


def listed(**paper):
    said = {
        "id": "2603.00001",
        "title": "A paper",
        "summary": "We did.\nSomething.",
        "authors": [{"name": "Ada", "hidden": False}],
        "publishedAt": "2026-03-02T00:00:00.000Z",
        "submittedOnDailyAt": "2026-03-04T03:55:12.777Z",
        "upvotes": 7,
    }
    return {"paper": {**said, **paper}, "publishedAt": "2026-03-01T20:00:00.000Z", "title": "A paper", "numComments": 2}


@pytest.fixture
def read(answer):
    def parse(*items, **rest):
        return hf_daily.parse(answer(json.dumps(items), **rest))

    return parse


def run(request_for, cursor=None):
    pages = []
    while not pages or cursor is not None:
        parsed = hf_daily.parse(hf_daily.fetch(request_for(cursor=cursor)))
        pages.append(parsed)
        cursor = parsed.cursor
    return pages


def test_an_item_is_read_whole(read):
    (entry,) = read(
        listed(githubRepo="https://github.com/a/b", projectPage="https://a.b/", ai_summary="Short.")
    ).entries
    assert (entry.key, entry.url, entry.title) == ("2603.00001", "https://huggingface.co/papers/2603.00001", "A paper")
    # What stands at the top is hours early: the paper's own date counts.
    assert entry.published_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert entry.listed_on == date(2026, 3, 4)
    assert (entry.upvotes, entry.authors, entry.is_hidden) == (7, ("Ada",), False)
    assert entry.extra == {"ai_summary": "Short.", "comments": 2}
    paper = entry.paper
    assert (paper.arxiv_id, paper.source, paper.upvotes, paper.upvotes_on) == ("2603.00001", "hf", 7, date(2026, 3, 4))
    assert paper.abstract == "We did. Something."
    assert paper.links == (NamedLink("code", "https://github.com/a/b"), NamedLink("project", "https://a.b/"))


def test_hidden_authors_stay_hidden_and_users_are_nobody(read):
    user = {"user": "same", "fullname": "Someone Else"}
    authors = [
        {"name": "Ada", "user": user},
        {"name": "Secret", "hidden": True},
        {"name": "Bob", "user": user},
        {"user": user},
        {"name": None},
        "x",
    ]
    (entry,) = read(listed(authors=authors)).entries
    assert [author.name for author in entry.paper.authors] == ["Ada", "Bob"]
    assert "Secret" not in repr(entry)


@pytest.mark.parametrize("where", ["paper", "item"])
def test_what_hugging_face_hides_is_marked(read, where):
    item = listed(**({"isHidden": True} if where == "paper" else {}))
    (entry,) = read({**item, **({"hidden": True} if where == "item" else {})}).entries
    assert entry.is_hidden


@pytest.mark.parametrize(
    ("said", "wanted", "codes"),
    [
        (0, 0, []),
        (None, None, []),
        (-1, None, ["upvotes"]),
        ("7", None, ["upvotes"]),
        (True, None, ["upvotes"]),
        (1e3, None, ["upvotes"]),
    ],
)
def test_upvotes_are_taken_as_given(read, said, wanted, codes):
    parsed = read(listed(upvotes=said))
    (entry,) = parsed.entries
    assert (entry.upvotes, entry.paper.upvotes) == (wanted, wanted)
    assert (entry.paper.upvotes_on is None) == (wanted is None)
    assert [problem.code for problem in parsed.problems] == codes


def test_a_work_that_is_not_on_arxiv_is_an_entry_without_paper(read):
    (entry,) = read(listed(id="some/thing else")).entries
    assert (entry.key, entry.paper) == ("some/thing else", None)
    assert entry.url == "https://huggingface.co/papers/some/thing%20else"


def test_what_is_missing_or_wrong_drops_no_entry(read):
    bare = {"paper": {"id": "2603.00002"}}
    wrong = listed(id="2603.00003", githubRepo="not an address", authors="Ada", publishedAt="yesterday", title=None)
    parsed = read(bare, wrong, listed(), listed(), {"title": "lost"}, "x", None)
    assert [entry.key for entry in parsed.entries] == ["2603.00002", "2603.00003", "2603.00001"]
    codes = [problem.code for problem in parsed.problems]
    assert codes == ["date", "address", "repeated", "no_identifier", "no_identifier", "no_identifier"]
    assert parsed.entries[1].title == "A paper"


def test_today_and_yesterday_are_asked(outside, request_for):
    outside.papers = made_up(40)
    pages = run(request_for)
    assert [[entry.listed_on.isoformat() for entry in page.entries][:1] for page in pages] == [
        ["2026-03-04"],
        ["2026-03-03"],
    ]
    assert [one.query["date"] for one in outside.log] == ["2026-03-04", "2026-03-03"]


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        ("2026-03-02", "2026-02-28", ["2026-03-02", "2026-03-01", "2026-02-28"]),
        ("2026-02-28", "2026-03-02", ["2026-02-28", "2026-03-01", "2026-03-02"]),
        ("2026-03-03", "2026-12-31", ["2026-03-03", "2026-03-04"]),  # not beyond today
    ],
)
def test_a_back_fill_goes_from_day_to_day(outside, request_for, first, last, wanted):
    outside.papers = made_up(80)
    pages = run(request_for, {"day": first, "until": last})
    assert [one.query["date"] for one in outside.log] == wanted
    assert all(len(page.entries) == 10 for page in pages)


def test_a_long_day_has_pages(outside, request_for):
    outside.papers = [Paper(f"2603.{number:05d}", listed_on=date(2026, 3, 3)) for number in range(250)]
    pages = run(request_for, {"day": "2026-03-03", "until": "2026-03-03"})
    assert [len(page.entries) for page in pages] == [100, 100, 50]
    assert len({entry.key for page in pages for entry in page.entries}) == 250


def test_a_week_is_one_list(outside, request_for):
    outside.papers = made_up(120)
    (page,) = run(request_for, {"week": "2026-W09"})
    assert {entry.listed_on for entry in page.entries} == {date(2026, 2, day) for day in range(23, 29)} | {
        date(2026, 3, 1)
    }


def test_a_day_that_has_not_begun_there_is_empty(outside, request_for):
    outside.today = date(2026, 3, 3)
    page = hf_daily.parse(hf_daily.fetch(request_for()))
    assert (page.entries, page.problems) == ((), ())
    assert page.cursor == {"day": "2026-03-03", "until": "2026-03-03"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"error":"Invalid credentials"}', 401, "refused"),
        ("<html>", 200, "unreadable"),
        ("{}", 200, "unreadable"),
        ("x", 404, "not_found"),
        ("[" * 100_000, 200, "unreadable"),
        (b"\xff", 200, "unreadable"),
    ],
)
def test_what_is_no_list_is_unreadable(answer, request_for, body, status, code):
    with pytest.raises(Unreadable) as raised:
        hf_daily.parse(answer(body, status=status, request=request_for(cursor={"day": "2026-01-01"})))
    assert raised.value.code == code


def test_a_limit_is_told(outside, request_for):
    outside.faults["/api/daily_papers"] = [(429, 60)]
    with pytest.raises(Failed) as raised:
        hf_daily.fetch(request_for())
    assert raised.value.retry_after.total_seconds() == 60
