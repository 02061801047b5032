"""Papers in the API: everything their page says, in fields."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actors import SYSTEM
from news.actions.store import store_entries
from news.entries import Entry
from news.models import NewsItem, Source
from papers.actions.facts import store_facts
from papers.actions.stubs import find_or_stub
from papers.facts import Author, NamedLink, PaperFacts
from tests.pages.conftest import put, rich, wide

FACTS = PaperFacts(
    arxiv_id="2108.12409",
    source="api",
    version=3,
    title="Train Short",
    authors=(Author("Ada Lovelace", ("Lab",)),),
    published_at=datetime(2021, 8, 27, tzinfo=UTC),
    submitted_at=datetime(2022, 4, 22, tzinfo=UTC),
    links=(NamedLink("code", "https://github.com/example/alibi"),),
)
PAPER = "/api/v1/papers/2108.12409/"


@pytest.fixture
def paper(db, now):
    put(rich(), now=now)
    store_facts([FACTS, replace(FACTS, version=1, submitted_at=None)], by=SYSTEM, now=now)
    counts = [replace(FACTS, source="hf", upvotes=n, upvotes_on=date(2024, 1, n)) for n in (2, 1)]
    store_facts(counts, by=SYSTEM, now=now)


def ids(client, query=""):
    response = client.get(f"/api/v1/papers/{query}")
    assert response.status_code == 200, response.content
    return {row["arxiv_id"] for row in response.json()["results"]}


def test_expanded_it_says_what_the_page_says(client, paper):
    plain = client.get(PAPER).json()
    assert "versions" not in plain
    assert (plain["latest_version"], plain["missing_at"]) == (3, None)
    row = client.get(f"{PAPER}?expand=versions,links,upvotes").json()
    assert [(one["number"], one["submitted_at"]) for one in row["versions"]] == [
        (3, "2022-04-22T08:00:00+08:00"),
        (1, None),
    ]
    assert row["links"] == [{"kind": "code", "url": "https://github.com/example/alibi"}]
    assert row["upvotes"] == [{"day": "2024-01-01", "count": 1}, {"day": "2024-01-02", "count": 2}]


def test_bibtex(client, paper):
    response = client.get(f"{PAPER}bib/")
    assert response["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert response.content.decode().startswith("@misc{lovelace2021train,")
    assert client.get("/api/v1/papers/2401.77777/bib/").status_code == 404


def test_filters(client, paper):
    assert ids(client) == {"2108.12409", "2304.08177"}
    assert ids(client, "?has_code=true") == ids(client, "?year=2021") == {"2108.12409"}
    assert ids(client, "?has_code=false") == {"2304.08177"}
    assert ids(client, "?is_withdrawn=true") == set()
    assert ids(client, "?is_mentioned=true") == ids(client)
    for query in ("?year=x", "?year=20", "?has_code=maybe", "?year=2021.5"):
        assert client.get(f"/api/v1/papers/{query}").status_code == 400, query


def test_a_paper_of_the_news_is_there_while_its_story_is_shown(client, paper, now):
    find_or_stub(["2401.88888"], now=now)
    source = Source.objects.create(slug="s", name="S", kind="feed", next_at=now, created_at=now, changed_at=now)
    entry = Entry(key="a", url="https://arxiv.org/abs/2401.77777", title="T")
    store_entries(source=source, run=None, entries=[entry], now=now)
    assert ids(client, "?is_mentioned=false") == {"2401.77777"}
    NewsItem.objects.update(is_hidden=True)
    assert ids(client) == {"2108.12409", "2304.08177"}


def test_a_mention_says_which_version(client, paper):
    [mention] = client.get("/api/v1/mentions/?paper=2108.12409").json()["results"]
    assert mention["paper_version"] == 2


def test_expanding_costs_the_same_for_many(client, paper, now):
    def count():
        with CaptureQueriesContext(connection) as captured:
            client.get("/api/v1/papers/?expand=versions,links,upvotes&page_size=100")
        return len(captured)

    few = count()
    put(wide(31, items=40, questions=2), now=now)
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(3)]
    more = [replace(FACTS, arxiv_id=f"2401.{n:05d}", upvotes=n, upvotes_on=day) for n in range(1, 30) for day in days]
    store_facts(more, by=SYSTEM, now=now)
    assert count() == few == 5
