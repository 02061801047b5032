"""Lists of feeds as OPML, in and out."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markup import links
from news.entries import Unreadable
from news.models import SourceKind
from news.opml import Outline, read, write
from news.sources import feed_address, recognise

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>x</title></head><body>
<outline text="AI"><outline text="中文" title="中文博客">
  <outline type="rss" text="量子" title="量子位" xmlUrl="https://q.example.org/feed" htmlUrl="https://q.example.org"/>
</outline><outline text="Lab" XMLURL=" feed://lab.example.org/atom.xml "/></outline>
<outline TYPE="RSS" Text="Old" URL="http://old.example.org/rss"/>
<outline text="A feed with a child" xmlUrl="https://c.example.org/1"><outline text="d" xmlurl="https://c.example.org/2"/></outline>
<outline text="empty"/><outline text="bad" xmlUrl="javascript:alert(1)"/><outline text="file" xmlUrl="file:///etc/passwd"/>
<outline text="again" xmlUrl="http://www.q.example.org/feed?utm_source=x"/>
</body></opml>"""


def test_a_list_is_read_with_its_folders():
    outlines, problems = read(LIST.encode())
    assert outlines == (
        Outline("https://q.example.org/feed", "量子位", "https://q.example.org", ("AI", "中文博客")),
        Outline("http://lab.example.org/atom.xml", "Lab", "", ("AI",)),
        Outline("http://old.example.org/rss", "Old"),
        Outline("https://c.example.org/1", "A feed with a child"),
        Outline("https://c.example.org/2", "d"),
    )
    assert [(problem.code, problem.entry) for problem in problems] == [
        ("no_address", "empty"),
        ("bad_address", "bad"),
        ("bad_address", "file"),
        ("repeated", "http://www.q.example.org/feed?utm_source=x"),
    ]


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_other_encodings_are_read(encoding):
    body = LIST.replace("UTF-8", {"gbk": "gb2312"}.get(encoding, encoding)).encode(encoding)
    assert read(body)[0][0].title == "量子位"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "text",
        "<opml><body><outline",
        "<html><body/></html>",
        "<opml/>",
        "\x00",
        *(f'{head}<opml><body><outline text="&a;" xmlUrl="https://a.org"/></body></opml>' for head in (BOMB, OUTSIDE)),
    ],
)
def test_what_is_no_list_is_refused(body):
    with pytest.raises(Unreadable):
        read(body.encode())


def test_deep_folders_are_a_problem():
    outlines, problems = read(
        b"<opml><body>" + b'<outline text="x">' * 60 + b"<outline/>" + b"</outline>" * 60 + b"</body></opml>"
    )
    assert (outlines, [problem.code for problem in problems]) == ((), ["too_deep"])


names = st.text(st.characters(codec="utf-8"), max_size=30)
hosts = st.from_regex(r"[a-z]{1,8}\.example\.org/[a-z0-9]{0,8}", fullmatch=True)
folders = st.lists(st.from_regex(r"[A-Za-z中文]{1,6}", fullmatch=True), max_size=3).map(tuple)


@given(st.lists(st.tuples(hosts, names, folders), max_size=12, unique_by=lambda one: links.key(f"https://{one[0]}")))
def test_what_is_written_reads_back(rows):
    outlines = [Outline(f"https://{host}", title, "https://example.org", path) for host, title, path in rows]
    body = write(outlines, title="List")
    again, problems = read(body)
    assert problems == ()
    # Folders are gathered, so that the order may change; what is in them does not.
    assert sorted((one.url, one.folders) for one in again) == sorted((one.url, one.folders) for one in outlines)
    assert write(again, title="List") == body


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"<opml><body>{text}</body></opml>".encode()))
def test_nothing_breaks_the_reader(body):
    with contextlib.suppress(Unreadable):
        read(body)


@pytest.mark.parametrize(
    ("url", "kind", "address"),
    [
        ("https://rss.arxiv.org/rss/cs.CL+cs.AI", SourceKind.ARXIV_FEED, "cs.CL+cs.AI"),
        ("http://rss.arxiv.org/atom/cs.CL", SourceKind.ARXIV_FEED, "cs.CL"),
        ("https://rss.arxiv.org/other", SourceKind.FEED, "https://rss.arxiv.org/other"),
        ("https://blog.example.org/feed", SourceKind.FEED, "https://blog.example.org/feed"),
    ],
)
def test_arxivs_own_feeds_are_announcements(url, kind, address):
    assert recognise(url) == (kind, address)


def test_sources_have_the_address_that_other_programs_read():
    assert feed_address(SourceKind.ARXIV_FEED, "cs.CL") == "https://rss.arxiv.org/rss/cs.CL"
    assert feed_address(SourceKind.FEED, "https://a.org/x") == "https://a.org/x"
    assert feed_address(SourceKind.HF_DAILY, "") == ""
