"""Pages cost the same number of queries, whatever the episode holds."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

PAGES = [
    "/",
    "/episodes/",
    "/episodes/{code}/",
    "/q/{code}-1/",
    "/papers/",
    "/people/",
    "/people/成员1/",
    "/episodes/{code}/ask/",
]
SMALL, LARGE = 10, 200


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def counts(client, make):
    """Queries per page with a small and then with a large episode on record."""

    def count(code, size):
        make.wide(int(code), items=size, questions=size)
        return {page: queries(client, page.format(code=code)) for page in PAGES}

    return count("030", SMALL), count("031", LARGE)


def test_size_costs_no_query(counts):
    small, large = counts
    assert large == small
    assert small["/episodes/{code}/"] <= 22
    assert small["/"] <= 18


def test_a_second_episode_costs_no_query(client, make):
    make.wide(30, items=2, questions=2)
    make.wide(31, items=2, questions=2)
    before = {page: queries(client, page) for page in ("/", "/episodes/", "/papers/", "/people/")}
    for number in range(32, 42):
        make.wide(number, items=2, questions=2)
    assert {page: queries(client, page) for page in before} == before


def test_an_unknown_visitor_costs_no_session(client, site):
    with CaptureQueriesContext(connection) as captured:
        client.get("/")
    assert not [query for query in captured if "session" in query["sql"]]
