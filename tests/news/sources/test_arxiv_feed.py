"""arXiv's announcements: both forms, kinds, names, days, quiet weekends."""

from datetime import UTC, date, datetime

import pytest

from news.entries import Unreadable
from news.sources import arxiv_feed
from news.sources.arxiv_names import authors
from outbound.client import Failed, Refused
from papers.facts import Author
from tests.news.replay import Paper, made_up

HEAD = (
    '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
    "<title>cs.CL updates on arXiv.org</title><pubDate>{day}</pubDate>{skip}{items}</channel></rss>"
)
SKIP = "<skipDays><day>Sunday</day><day>Saturday</day></skipDays>"
WEDNESDAY, SATURDAY = "Wed, 04 Mar 2026 00:00:00 -0500", "Sat, 07 Mar 2026 00:00:00 -0500"


def feed(*items, day=WEDNESDAY, skip=SKIP):
    return HEAD.format(day=day, skip=skip, items="".join(items))


def item(
    guid="oai:arXiv.org:2603.00001v1",
    *,
    said="arXiv:2603.00001v1 Announce Type: new \nAbstract: We did.",
    title="A title",
    creator="Ada Lovelace",
    rest="",
):
    return (
        f"<item><title>{title}</title><link>https://arxiv.org/abs/2603.00001</link><description>{said}</description>"
        f'<guid isPermaLink="false">{guid}</guid><category>cs.CL</category><category>cs.AI</category>'
        f"<pubDate>{WEDNESDAY}</pubDate><dc:creator>{creator}</dc:creator>{rest}</item>"
    )


def test_an_announcement_is_read_whole(answer):
    (entry,) = arxiv_feed.parse(answer(feed(item(title='G\\"odel and $x &lt; y$')))).entries
    assert (entry.key, entry.url) == ("2603.00001v1", "https://arxiv.org/abs/2603.00001")
    assert (entry.title, entry.summary) == ("Gödel and $x < y$", "We did.")
    assert entry.listed_on == date(2026, 3, 4)
    assert entry.published_at == datetime(2026, 3, 4, 5, tzinfo=UTC)
    assert entry.extra == {"announce_type": "new", "categories": ["cs.CL", "cs.AI"]}
    paper = entry.paper
    assert (paper.arxiv_id, paper.version, paper.source, paper.abstract) == ("2603.00001", 1, "feed", "We did.")
    assert (paper.primary_category, paper.categories) == ("cs.CL", ("cs.CL", "cs.AI"))
    # When a paper was submitted is not what an announcement says.
    assert paper.published_at is None


@pytest.mark.parametrize("kind", ["new", "cross", "replace", "replace-cross"])
def test_kinds_are_told_by_element_and_by_words(answer, kind):
    by_words = item(said=f"arXiv:2603.00001v1 Announce Type: {kind} \nAbstract: We did.")
    by_element = item(said="We did.", rest=f"<arxiv:announce_type>{kind}</arxiv:announce_type>")
    for one in (by_words, by_element):
        (entry,) = arxiv_feed.parse(answer(feed(one))).entries
        assert (entry.extra["announce_type"], entry.summary) == (kind, "We did.")


def test_a_replacement_is_another_entry_of_the_same_paper(answer):
    parsed = arxiv_feed.parse(answer(feed(item(), item("oai:arXiv.org:2603.00001v2"))))
    assert [entry.key for entry in parsed.entries] == ["2603.00001v1", "2603.00001v2"]
    assert {entry.paper.arxiv_id for entry in parsed.entries} == {"2603.00001"}
    assert not parsed.problems


@pytest.mark.parametrize(
    ("guid", "key"),
    [
        ("oai:arXiv.org:math/0601001v3", "math/0601001v3"),
        ("something else", "2603.00001v1"),  # the summary names it too
        ("", "2603.00001v1"),
    ],
)
def test_identity_comes_from_the_guid_or_what_stands_beside_it(answer, guid, key):
    (entry,) = arxiv_feed.parse(answer(feed(item(guid)))).entries
    assert entry.key == key


def test_what_names_no_paper_is_a_problem_and_nothing_is_lost(answer):
    nobody = "<item><title>News of arXiv</title><guid>x</guid><description>Hello</description></item>"
    parsed = arxiv_feed.parse(answer(feed(item(), item(), nobody)))
    assert [entry.key for entry in parsed.entries] == ["2603.00001v1"]
    assert [problem.code for problem in parsed.problems] == ["repeated", "no_identifier"]


@pytest.mark.parametrize(
    ("day", "skip", "is_quiet"),
    [
        (SATURDAY, SKIP, True),
        (SATURDAY, "", True),
        (SATURDAY, "<skipDays><day>Friday</day></skipDays>", False),
        (WEDNESDAY, SKIP, False),
        (WEDNESDAY, "<skipDays><day>Wednesday</day></skipDays>", True),
        ("", SKIP, False),  # then the day of asking counts
    ],
)
def test_a_quiet_day_is_told_from_an_empty_feed(answer, day, skip, is_quiet):
    assert arxiv_feed.parse(answer(feed(day=day, skip=skip))).is_quiet_day is is_quiet


def test_papers_on_a_weekend_are_no_quiet_day(answer):
    parsed = arxiv_feed.parse(answer(feed(item(), day=SATURDAY)))
    assert len(parsed.entries) == 1
    assert not parsed.is_quiet_day


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("Ada, Lin  Xiaohua,  Bob", [("Ada",), ("Lin Xiaohua",), ("Bob",)]),
        ("Ada (MIT, Cambridge), Bob", [("Ada", "MIT", "Cambridge"), ("Bob",)]),
        ("Ada (Univ. (South), Lab), Bob", [("Ada", "Univ. (South)", "Lab"), ("Bob",)]),
        ("A,  B, , C,", [("A",), ("B",), ("C",)]),
        ("Sam Jones Jr., Tim Lee, Jr., Uma Rao, III", [("Sam Jones Jr.",), ("Tim Lee, Jr.",), ("Uma Rao, III",)]),
        ("P. Erd\\H{o}s, Ji\\v{r}\\'i (\\'Ecole)", [("P. Erdős",), ("Jiří", "École")]),
        ("A (B, C", [("A (B",), ("C",)]),
        ("A) B, C", [("A) B",), ("C",)]),
        ("(Collaboration)", [("(Collaboration)",)]),
        ("Ada ()", [("Ada",)]),
        ("Zhang (1), Li (2) ((1) Lab, (2) Works)", [("Zhang", "1"), ("Li", "2", "(1) Lab", "(2) Works")]),
        ("", []),
    ],
)
def test_names_are_told_apart(written, wanted):
    assert authors(written) == tuple(Author(name, tuple(places)) for name, *places in wanted)


@pytest.mark.parametrize("body", ["", "<html><body>down</body></html>", "<rss><channel>", "<rss/>", "{}", "\x00\xff"])
def test_what_is_no_feed_is_unreadable(answer, body):
    with pytest.raises(Unreadable):
        arxiv_feed.parse(answer(body))


def test_entities_of_a_document_are_not_read(answer):
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + feed(item(title="&b;"))
    with pytest.raises(Unreadable, match=r"entities|实体"):
        arxiv_feed.parse(answer(bomb))


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["rss", "atom"])
def test_both_forms_say_the_same(outside, request_for, form):
    outside.papers = [
        Paper("2603.00001", title="One", authors=("Ada (MIT, Town)", "P. Erd\\H{o}s")),
        Paper("2603.00002", version=2, categories=("cs.AI", "cs.CL")),
        Paper("2603.00003", categories=("cs.AI",)),
        Paper("2603.00004", submitted=datetime(2026, 3, 2, tzinfo=UTC)),
    ]
    fetched = arxiv_feed.asking.ask_arxiv(request_for("cs.CL"), f"{outside.url}/{form}/cs.CL")
    first, second = arxiv_feed.parse(fetched).entries
    assert (first.key, first.authors, first.paper.authors[0].affiliations) == (
        "2603.00001v1",
        ("Ada", "P. Erdős"),
        ("MIT", "Town"),
    )
    assert (second.key, second.extra["announce_type"]) == ("2603.00002v2", "replace-cross")
    assert first.listed_on == date(2026, 3, 4)


@pytest.mark.django_db
def test_asking_again_costs_nothing(outside, request_for):
    outside.papers = made_up(60)
    first = arxiv_feed.fetch(request_for("cs.CL+cs.AI"))
    assert len(arxiv_feed.parse(first).entries) == 10
    second = arxiv_feed.fetch(request_for("cs.CL+cs.AI", etag=first.etag))
    assert (second.status, second.body) == (304, b"")
    assert arxiv_feed.parse(second).entries == ()


@pytest.mark.django_db
def test_a_weekend_at_the_source_is_quiet(outside, request_for):
    outside.papers, outside.today = made_up(60), date(2026, 3, 7)
    assert arxiv_feed.parse(arxiv_feed.fetch(request_for("cs.CL"))).is_quiet_day


@pytest.mark.django_db
def test_an_overloaded_arxiv_says_when_to_come_back(outside, request_for):
    outside.faults["/rss/cs.CL"] = [(503, 120)]
    with pytest.raises(Failed) as raised:
        arxiv_feed.fetch(request_for("cs.CL"))
    assert raised.value.retry_after.total_seconds() == 120


@pytest.mark.parametrize("address", ["", "cs.CL/../x", "http://example.org", "cs.CL+", "cs.CL cs.AI", "../etc"])
def test_only_categories_are_asked_for(request_for, address):
    with pytest.raises(Refused):
        arxiv_feed.fetch(request_for(address))
