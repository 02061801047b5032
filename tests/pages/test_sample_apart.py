"""The shipped sample beside a record: no page leads from one to the other, and the sample stands in for no record."""

import re

import pytest

from talks.models import Episode, SourceDocument
from talks.views.people import dots_of

pytestmark = pytest.mark.django_db
NEIGHBOUR = re.compile(r'<link rel="(prev|next)" href="([^"]*)">')


@pytest.fixture
def sample(make):
    """Two evenings of the sample, the second one still to come."""
    make.empty(101, starts_at="2026-01-31T21:00:00+08:00", hosts=["样例人"])
    make.coming(107)
    SourceDocument.objects.filter(episode__code__in=["101", "107"]).update(name="sample/some.md")


@pytest.fixture
def record(make, sample):
    """Evenings of the record on both sides of the sample; a past link of the first leads to the sample."""
    past = [{"code": "101", "title": "第 101 期", "url": "https://example.org/101", "kind": "article"}]
    make.empty(99, starts_at="2026-01-03T21:00:00+08:00", hosts=["渡口"], past=past)
    make.empty(110, starts_at="2026-01-10T21:00:00+08:00", hosts=["渡口"])
    make.rich(111, starts_at="2026-01-17T21:00:00+08:00")


def neighbours(client, code):
    return dict(NEIGHBOUR.findall(client.get(f"/episodes/{code}/").content.decode()))


def said(client, address, **options):
    return client.get(address, **options).content.decode()


def test_neighbours_are_of_the_same_side(client, record):
    assert neighbours(client, "099") == {"next": "/episodes/110/"}
    assert neighbours(client, "110") == {"prev": "/episodes/099/", "next": "/episodes/111/"}
    assert neighbours(client, "101") == {"next": "/episodes/107/"}
    assert neighbours(client, "107") == {"prev": "/episodes/101/"}


def test_a_past_link_still_leads_to_the_other_side(record):
    around = Episode.objects.visible_to(None).around("99")
    assert around.codes == {"099", "101", "110"}
    assert around.next.code == "110"


def test_a_closed_evening_leads_to_an_open_one_of_its_side(client, record):
    visible = Episode.objects.visible_to(None)
    assert visible.around("111").open is None
    assert visible.around("101").open.code == "107"
    assert "/episodes/107/" not in said(client, "/episodes/111/ask/")
    assert "/episodes/107/" in said(client, "/episodes/101/ask/")


def test_home_shows_the_record_alone(client, record):
    page = said(client, "/")
    assert re.findall(r'class="number number-open" href="([^"]*)"', page) == []
    assert set(re.findall(r'href="/episodes/(\w+)/', page)) == {"099", "110", "111"}
    assert "/q/107-" not in page
    assert "/q/111-" in page


def test_home_shows_the_sample_while_there_is_nothing_else(client, sample):
    page = said(client, "/")
    assert 'class="number number-open" href="/episodes/107/"' in page
    assert "/episodes/101/" in page


def test_a_draft_is_no_record_yet_to_whoever_cannot_see_it(client, sample, make):
    make.empty(99)
    Episode.objects.filter(code="099").update(state="draft")
    assert "/episodes/107/" in said(client, "/")


def test_an_unknown_address_leads_to_the_newest_of_the_record(client, record):
    page = said(client, "/episodes/500/")
    assert [f"/episodes/{code}/" in page for code in ("101", "107", "110", "111")] == [False, False, True, True]


def test_the_last_evenings_of_somebody_are_those_of_the_record(record):
    host = Episode.objects.get(code="110").hostings.get().person
    assert [dot.label for dot in dots_of(host, None)] == ["099", "110", "111"]
    guest = Episode.objects.get(code="101").hostings.get().person
    assert dots_of(guest, None) == []


def test_a_sample_that_was_imported_again_stands_once(record):
    """Rows of a join would repeat."""
    again = SourceDocument.objects.get(episode__code="107")
    again.pk, again.is_current = None, False
    again.save()
    assert [row.code for row in Episode.objects.beside("101").order_by("code")] == ["101", "107"]
