"""What arXiv's answers say, in both forms, errors and odd entries included."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from papers.arxiv import Unreadable, address, is_withdrawn, read
from papers.facts import Author

HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>"
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    ' xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/x</id><title>x</title>'
    "<opensearch:itemsPerPage>100</opensearch:itemsPerPage><opensearch:totalResults>{total}</opensearch:totalResults>"
    "<opensearch:startIndex>{start}</opensearch:startIndex>{entries}</feed>"
)


def entry(
    identifier="http://arxiv.org/abs/2401.00001v2",
    *,
    title="A title",
    summary="An abstract.",
    dates="<published>2024-01-01T10:00:00Z</published><updated>2024-02-01T10:00:00Z</updated>",
    rest="<author><name>Ada</name></author>",
):
    return f"<entry><id>{identifier}</id><title>{title}</title><summary>{summary}</summary>{dates}{rest}</entry>"


def answer(*entries, total=None, start=0):
    return HEAD.format(total=len(entries) if total is None else total, start=start, entries="".join(entries)).encode()


def only(*entries):
    (paper,) = read(answer(*entries)).papers
    return paper


def test_an_entry_is_read_whole():
    rest = (
        "<author><name>Ada  Lovelace</name><arxiv:affiliation>Lab A</arxiv:affiliation>"
        "<arxiv:affiliation>Lab B</arxiv:affiliation></author><author><name>P. Erd\\H{o}s</name></author>"
        '<arxiv:primary_category term="cs.CL"/><category term="cs.CL"/><category term="cs.AI"/>'
        "<arxiv:comment>12 pages,\n 3 figures</arxiv:comment><arxiv:journal_ref>J. 1 (2024)</arxiv:journal_ref>"
        "<arxiv:doi>10.1/x</arxiv:doi>"
    )
    paper = only(entry(title="Line one\n  line $x_1$ two", summary="  Some\n text ", rest=rest))
    assert (paper.arxiv_id, paper.version, paper.source) == ("2401.00001", 2, "api")
    assert paper.title == "Line one line $x_1$ two"
    assert paper.abstract == "Some text"
    assert paper.authors == (Author("Ada Lovelace", ("Lab A", "Lab B")), Author("P. Erdős"))
    assert (paper.primary_category, paper.categories) == ("cs.CL", ("cs.CL", "cs.AI"))
    assert (paper.comment, paper.journal_ref, paper.doi) == ("12 pages, 3 figures", "J. 1 (2024)", "10.1/x")
    assert paper.published_at == datetime(2024, 1, 1, 10, tzinfo=UTC)
    assert paper.submitted_at == datetime(2024, 2, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_old_identifiers_and_both_schemes(scheme):
    paper = only(entry(f"{scheme}://arxiv.org/abs/astro-ph/0601001v1"))
    assert (paper.arxiv_id, paper.version) == ("astro-ph/0601001", 1)


def test_a_paper_may_be_called_zero():
    assert only(entry(title="0")).title == "0"


def test_no_entry_is_no_error():
    found = read(answer())
    assert (found.papers, found.troubles, found.total) == ((), (), 0)


def test_an_error_is_no_paper():
    bad = "<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_abc</id><title>Error</title><summary>incorrect id format for abc</summary><updated>2024-01-01T10:00:00Z</updated></entry>"
    dated = bad.replace("</updated>", "</updated><published>2024-01-01T10:00:00Z</published>")
    for one in (bad, dated):
        found = read(answer(one))
        assert found.papers == ()
        assert [(trouble.code, trouble.message) for trouble in found.troubles] == [
            ("arxiv_error", "incorrect id format for abc")
        ]


def test_papers_are_told_by_identity_and_what_cannot_be_used_is_said():
    found = read(
        answer(
            entry("http://arxiv.org/abs/2401.00002v1"),
            entry("http://arxiv.org/abs/2401.00003v1", dates=""),
            entry("http://arxiv.org/abs/nothing"),
            entry("http://arxiv.org/abs/2401.00001v1"),
            total=500,
            start=100,
        )
    )
    assert [paper.arxiv_id for paper in found.papers] == ["2401.00002", "2401.00001"]
    assert sorted(trouble.code for trouble in found.troubles) == ["incomplete", "no_identifier"]
    assert (found.start, found.total, found.entries) == (100, 500, 4)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html></html>", b"<!doctype html><p>Rate exceeded.", answer(entry())[:-20], b"{}", b"\xff\xfe"],
)
def test_what_arxiv_never_says_is_unreadable(body):
    with pytest.raises(Unreadable):
        read(body)


def test_entities_are_not_expanded():
    bomb = b'<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY x SYSTEM "file:///etc/passwd">]>' + answer(
        entry(title="&x;&a;")
    ).removeprefix(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert "root" not in only_title(bomb)


def only_title(body):
    return "".join(paper.title for paper in read(body).papers)


@pytest.mark.parametrize(
    ("comment", "abstract", "is_it"),
    [
        ("This paper has been withdrawn by the author", "x", True),
        ("Withdrawn: error in section 3", "x", True),
        ("12 pages", "This paper has been withdrawn due to an error.", True),
        ("12 pages", "We study why reviews are withdrawn by authors.", False),
        ("Deposits and withdrawn funds, 8 pages", "x", False),
        ("", "", False),
    ],
)
def test_withdrawn_notes(comment, abstract, is_it):
    assert is_withdrawn(comment, abstract) is is_it


def test_addresses():
    asked = parse_qs(urlsplit(address("http://api.example/query", ids=["2401.00001", "astro-ph/0601001"])).query)
    assert asked["id_list"] == ["2401.00001,astro-ph/0601001"]
    asked = parse_qs(urlsplit(address("http://api.example/query", query='all:"a & b"', start=200, size=50)).query)
    assert (asked["search_query"], asked["start"], asked["max_results"]) == (['all:"a & b"'], ["200"], ["50"])
    assert (asked["sortBy"], asked["sortOrder"]) == (["submittedDate"], ["descending"])


@pytest.mark.parametrize(
    "wrong", ["soon", "", "2026-13-45", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z"]
)
@pytest.mark.parametrize("name", ["published", "updated"])
def test_a_date_that_cannot_be_right_costs_one_entry(name, wrong):
    good = "2024-01-01T10:00:00Z"
    dates = "".join(f"<{one}>{wrong if one == name else good}</{one}>" for one in ("published", "updated"))
    broken = "http://arxiv.org/abs/2401.00002v1"
    found = read(answer(entry(broken, dates=dates), entry()))
    assert [paper.arxiv_id for paper in found.papers] == ["2401.00001"]
    assert [(one.code, one.entry) for one in found.troubles] == [("incomplete", broken)]
    assert found.entries == 2


def test_what_is_too_long_or_cannot_be_shown_is_left_out():
    rest = (
        f"<author><name>A\u202eda{'x' * 300}</name></author><arxiv:primary_category term='{'c' * 300}'/>"
        f"<category term='{'c' * 300}'/><category term='cs.CL'/><arxiv:doi>10.1/{'x' * 300}</arxiv:doi>"
        f"<arxiv:comment>{'c' * 9000}</arxiv:comment><arxiv:journal_ref>a\u2066b</arxiv:journal_ref>"
    )
    paper = only(entry(title="\u202e" + "t" * 100_000, summary="\u202e" + "s" * 100_000, rest=rest))
    assert (paper.title[0], len(paper.title), paper.title[-1]) == ("t", 1_000, "…")
    assert (paper.abstract[0], len(paper.abstract), len(paper.comment)) == ("s", 20_000, 2_000)
    assert (paper.authors[0].name[:3], len(paper.authors[0].name)) == ("Ada", 200)
    assert (paper.primary_category, paper.categories, paper.doi, paper.journal_ref) == ("", ("cs.CL",), "", "ab")
