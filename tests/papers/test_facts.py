"""What sources say about papers, stored: the better source wins, and saying it again changes nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actors import ANONYMOUS, SYSTEM
from papers.actions.facts import mark_missing, store_facts
from papers.actions.stubs import find_or_stub
from papers.facts import Author, NamedLink, PaperFacts
from papers.models import FilledFrom, Paper, PaperLink, PaperUpvotes, PaperVersion

pytestmark = pytest.mark.django_db

API = PaperFacts(
    arxiv_id="2401.00001",
    source="api",
    version=2,
    title="A *title* with $x_1$",
    abstract="First.\n\nSecond.",
    authors=(Author("Ada", ("Lab",)),),
    categories=("cs.CL",),
    comment="12 pages",
    published_at=datetime(2024, 1, 1, tzinfo=UTC),
    submitted_at=datetime(2024, 2, 1, tzinfo=UTC),
)
HF = PaperFacts(
    arxiv_id="2401.00001",
    source="hf",
    title="A title as they write it",
    links=(NamedLink("code", "https://github.com/a/b"),),
    upvotes=10,
    upvotes_on=date(2024, 1, 3),
)


def store(*facts, now):
    return store_facts(facts, by=SYSTEM, now=now)


def test_a_stub_is_filled(now):
    stub = find_or_stub(["2401.00001"], now=now)["2401.00001"]
    paper = store(API, now=now)["2401.00001"]
    assert paper.pk == stub.pk
    assert paper.authors == [{"name": "Ada", "affiliations": ["Lab"]}]
    assert (paper.filled_from, paper.latest_version) == (FilledFrom.API, 2)
    assert "<math" in paper.title_html
    assert paper.abstract_html.count("<p>") == 2
    version = PaperVersion.objects.get()
    assert (version.number, version.submitted_at) == (2, API.submitted_at)


def statements(*facts, now):
    """The SQL that storing takes, without what opens and closes transactions and the record's revision."""
    with CaptureQueriesContext(connection) as captured:
        store(*facts, now=now)
    found = [query["sql"] for query in captured]
    return [sql for sql in found if "SAVEPOINT" not in sql and "members_revision" not in sql]


def many(count):
    return [replace(API, arxiv_id=f"2402.{number:05d}") for number in range(count)]


def test_new_papers_are_written_whole_and_in_bulk(now):
    few, more = statements(*many(3), now=now), statements(*many(33)[3:], now=now)
    assert len(few) == len(more)
    assert not any(sql.startswith("UPDATE") and "papers_paper" in sql for sql in more)
    assert set(Paper.objects.values_list("title", "version", "latest_version")) == {(API.title, 1, 2)}
    assert not Paper.objects.filter(abstract_html="").exists()


def test_what_is_known_already_is_found_without_locks_and_html(now):
    store(*many(3), now=now)
    again = statements(*many(3), now=now)
    assert len(again) == 2
    assert all(sql.startswith("SELECT") and "abstract_html" not in sql and "FOR UPDATE" not in sql for sql in again)


def test_changed_papers_are_written_in_bulk(now):
    store(*many(33), now=now)
    newer = [replace(one, version=3) for one in many(33)]
    few = statements(*newer[:3], now=now)
    assert len(statements(*newer[3:], now=now)) == len(few)
    assert set(Paper.objects.values_list("version", "latest_version")) == {(2, 3)}
    assert PaperVersion.objects.count() == 66


def test_ids_in_the_html_are_named_after_the_paper(now):
    store(replace(API, arxiv_id="math.GT/0309136", abstract="Said[^1].\n\n[^1]: There."), now=now)
    assert 'id="papermath-GT-0309136-' in Paper.objects.get().abstract_html


def test_saying_it_again_writes_nothing(now):
    store(API, HF, now=now)
    before = Paper.objects.values().get()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        store(API, HF, now=now)
    assert Paper.objects.values().get() == before
    writes = [one["sql"] for one in queries if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert writes == []


@pytest.mark.parametrize("order", [(API, HF), (HF, API)])
def test_the_better_source_wins_in_any_order(order, now):
    for one in order:
        store(one, now=now)
    paper = Paper.objects.get()
    assert (paper.title, paper.filled_from) == (API.title, "api")
    assert PaperLink.objects.get().key == "github:a/b"
    assert PaperUpvotes.objects.get().count == 10


def test_an_older_version_changes_only_the_list(now):
    store(API, now=now)
    store(replace(API, version=1, title="Old", submitted_at=API.published_at), now=now)
    paper = Paper.objects.get()
    assert (paper.title, paper.latest_version, paper.updated_at) == (API.title, 2, API.submitted_at)
    assert sorted(PaperVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_a_newer_version_is_taken_and_a_withdrawal_with_it(now):
    store(API, now=now)
    store(replace(API, version=3, comment="This paper has been withdrawn", is_withdrawn=True), now=now)
    paper = Paper.objects.get()
    assert (paper.latest_version, paper.is_withdrawn, paper.version) == (3, True, 2)


def test_a_version_named_early_gets_its_date_later(now):
    store(replace(HF, version=2), now=now)
    assert PaperVersion.objects.get().submitted_at is None
    store(API, now=now)
    assert PaperVersion.objects.get().submitted_at == API.submitted_at


def test_upvotes_are_a_series_that_may_fall(now):
    store(HF, now=now)
    store(replace(HF, upvotes=8), now=now)
    store(replace(HF, upvotes=12, upvotes_on=date(2024, 1, 4)), now=now)
    assert list(PaperUpvotes.objects.order_by("day").values_list("count", flat=True)) == [8, 12]


def test_missing_until_it_is_there(now):
    find_or_stub(["2401.00001"], now=now)
    assert mark_missing(["2401.00001"], by=SYSTEM, now=now) == 1
    assert not Paper.objects.stubs(now).exists()
    assert Paper.objects.stubs(now + timedelta(days=8)).exists()
    store(API, now=now)
    assert Paper.objects.get().missing_at is None
    assert mark_missing(["2401.00001"], by=SYSTEM, now=now) == 0


def test_queries_do_not_grow_with_the_papers(now):
    def facts(count):
        return [replace(API, arxiv_id=f"2402.{n:05d}") for n in range(1, count + 1)]

    counts = []
    for count in (3, 30):
        with CaptureQueriesContext(connection) as queries:
            store(*facts(count), now=now)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_workers_and_organizers(now, member, organizer):
    for by in (ANONYMOUS, member):
        with pytest.raises(PermissionDenied):
            store_facts([API], by=by, now=now)
        with pytest.raises(PermissionDenied):
            mark_missing(["2401.00001"], by=by, now=now)
    assert store_facts([API], by=organizer, now=now)
