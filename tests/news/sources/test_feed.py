"""Feeds of anybody: forms, identities, addresses, words, statuses, and that nothing gets lost."""

import json
from datetime import UTC, datetime

import pytest

from news.entries import Unreadable
from news.sources import feed
from outbound.client import Failed
from tests.news.replay import rss

RSS090 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
<channel><title>Old</title></channel><item><title>One</title><link>https://a.org/1</link></item></rdf:RDF>"""
RSS091 = """<rss version="0.91"><channel><title>Old</title><item><title>One</title><link>https://a.org/1</link></item>
</channel></rss>"""
RSS10 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://a.org/"><title>Old</title></channel>
<item rdf:about="https://a.org/1"><title>One</title><link>https://a.org/1</link></item></rdf:RDF>"""
RSS20 = """<rss version="2.0"><channel><title>Old</title><item><title>One</title><guid>https://a.org/1</guid></item>
</channel></rss>"""
ATOM03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Old</title><entry><title>One</title>
<link rel="alternate" href="https://a.org/1"/><id>tag:1</id></entry></feed>"""
ATOM10 = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Old</title><entry><title>One</title>
<link rel="replies" href="https://a.org/1/replies"/><link href="https://a.org/1"/><id>tag:1</id></entry></feed>"""
JSON1 = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1",
        "title": "Old",
        "items": [{"id": 1, "title": "One", "url": "https://a.org/1"}],
    }
)


@pytest.fixture
def read(answer):
    def parse(body, **rest):
        return feed.parse(answer(body, **rest))

    return parse


@pytest.mark.parametrize("body", [RSS090, RSS091, RSS10, RSS20, ATOM03, ATOM10, JSON1])
def test_every_form_is_read(read, body):
    parsed = read(body)
    assert [(entry.title, entry.url) for entry in parsed.entries] == [("One", "https://a.org/1")]
    assert (parsed.title, parsed.problems) == ("Old", ())


def test_an_item_is_read_whole(read):
    body = rss(
        [
            {
                "title": "Tom & Jerry <b>win</b>",
                "link": "https://a.org/1",
                "guid": "g1",
                "description": "<p>One &amp; two.</p><script>alert(1)</script><p>Three<br>four</p>",
                "author": "Ada",
                "pubDate": "Tue, 03 Mar 2026 10:00:00 +0800",
                "category": "LLM",
            }
        ],
        head="<language>en-us</language>",
    )
    parsed = read(body)
    (entry,) = parsed.entries
    assert (entry.key, entry.url, entry.title) == ("g1", "https://a.org/1", "Tom & Jerry win")
    assert entry.summary == "One & two.\nThree\nfour"
    assert (entry.authors, entry.language) == (("Ada",), "en")
    assert entry.published_at == datetime(2026, 3, 3, 2, tzinfo=UTC)
    assert entry.extra == {"tags": ["LLM"]}
    assert parsed.site_url == "https://blog.example.org/"


def test_identity_is_guid_then_address_then_words(read):
    body = rss(
        [
            {"title": "a", "link": "https://a.org/1?utm_source=x", "guid": "g"},
            {"title": "b", "link": "http://www.a.org/2?utm_source=x"},
            {"title": "c", "pubDate": "Tue, 03 Mar 2026 10:00:00 GMT"},
            {"title": "long", "guid": "x" * 5000},
        ]
    )
    keys = [entry.key for entry in read(body).entries]
    assert keys[:2] == ["g", "a.org/2"]
    assert keys[2].startswith("digest:")
    assert len(keys[3]) == 64
    assert keys == [entry.key for entry in read(body).entries]


def test_one_address_under_several_ids_stays_several_entries(read):
    items = "".join(
        f"<entry><title>Release {number}</title><id>{number}</id><link href='https://a.org/notes'/></entry>"
        for number in range(19)
    )
    parsed = read(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{items}</feed>')
    assert len(parsed.entries) == 19
    assert {entry.url for entry in parsed.entries} == {"https://a.org/notes"}
    assert parsed.problems == ()


def test_one_guid_at_several_addresses_stays_several_entries(read):
    items = [{"title": name, "guid": "same", "link": f"https://a.org/{name}"} for name in "abc"]
    entries = read(rss(items)).entries
    assert len({entry.key for entry in entries}) == 3
    assert {problem.code for problem in read(rss(items)).problems} == {"shared_guid"}
    # In another order they are the same.
    turned = {entry.url: entry.key for entry in read(rss(items[::-1])).entries}
    assert turned == {entry.url: entry.key for entry in entries}


def test_a_changelog_without_guids_stays_several_entries(read):
    items = [{"title": f"Version {number}", "link": "https://a.org/changes"} for number in range(5)]
    assert len({entry.key for entry in read(rss(items)).entries}) == 5


def test_what_stands_twice_is_said(read):
    item = {"title": "a", "guid": "g", "link": "https://a.org/1"}
    parsed = read(rss([item, item]))
    assert len(parsed.entries) == 1
    assert [problem.code for problem in parsed.problems] == ["repeated"]


def test_an_item_with_nothing_is_a_problem(read):
    parsed = read(rss([{"guid": "g"}, {"category": "x"}, {"description": "Just words, no title."}]))
    assert [entry.title for entry in parsed.entries] == ["Just words, no title."]
    assert [problem.code for problem in parsed.problems] == ["no_content", "no_content"]


@pytest.mark.parametrize(
    ("base", "link", "wanted"),
    [
        ("", "/post/1", "https://feeds.example.org/post/1"),
        ("", "post/1", "https://feeds.example.org/blog/post/1"),
        ("", "//cdn.example.org/1", "https://cdn.example.org/1"),
        ("https://other.org/x/", "1", "https://other.org/x/1"),
        ("/deep/", "1", "https://feeds.example.org/deep/1"),
        ("", "javascript:alert(1)", ""),
        ("", "mailto:a@b.c", ""),
        ("", "https://", ""),
        ("", "http://[", ""),
    ],
)
def test_addresses_are_absolute_or_none(read, base, link, wanted):
    attribute = f' xml:base="{base}"' if base else ""
    body = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{attribute}><title>x</title><entry><title>One</title><id>urn:1</id>'
        f'<link href="{link}"/></entry></feed>'
    )
    (entry,) = read(body).entries
    assert entry.url == wanted


def test_a_guid_that_is_no_address_is_not_taken_for_one(read):
    parsed = read(rss([{"title": "a", "guid": "77"}, {"title": "b", "guid": "https://a.org/b"}]))
    assert [entry.url for entry in parsed.entries] == ["", "https://a.org/b"]


def test_an_enclosure_is_a_medium_and_the_last_resort(read):
    item = '<item><title>Talk</title><enclosure url="https://a.org/x.mp3" type="audio/mpeg" length="1"/></item>'
    (entry,) = read(f'<rss version="2.0"><channel><title>x</title>{item}</channel></rss>').entries
    assert entry.url == "https://a.org/x.mp3"
    assert entry.extra["media"] == [{"url": "https://a.org/x.mp3", "type": "audio/mpeg"}]


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("1 < 2 and a<b", "1 < 2 and a<b"),
        ("<b>Bold</b> &amp; brave", "Bold & brave"),
        ("AT&amp;T", "AT&T"),
        ("<img src=x onerror=alert(1)>Hi", "Hi"),
        ("a\n  b\tc", "a b c"),
        ("ab\u202ec\u0085", "abc"),
        ("x" * 900, "x" * 499 + "…"),
    ],
)
def test_titles_are_plain_text(read, title, wanted):
    (entry,) = read(rss([{"title": title, "guid": "g"}])).entries
    assert entry.title == wanted


def test_a_long_article_is_cut_where_one_sees_it(read):
    (entry,) = read(rss([{"title": "a", "description": "<p>word</p>" * 10_000}])).entries
    assert len(entry.summary) <= 6_000
    assert entry.summary.endswith("…")


def test_summaries_of_atom_come_from_the_content_when_there_is_no_other(read):
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><id>1</id><title>a</title>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two</p></div></content>'
        "</entry></feed>"
    )
    (entry,) = read(body).entries
    assert entry.summary == "One\nTwo"


def test_json_feed_is_read_whole(read):
    item = {
        "id": 7,
        "external_url": "https://other.org/x",
        "url": "/posts/7",
        "title": "Seven",
        "content_html": "<p>Hi <i>there</i></p>",
        "date_published": "2026-03-03T10:00:00+08:00",
        "authors": [{"name": "Ada"}],
        "tags": ["a", 1],
        "attachments": [{"url": "https://a.org/x.mp3", "mime_type": "audio/mpeg"}, "x"],
    }
    body = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "en", "items": [item, "x", {}, 3]}
    parsed = read("\ufeff" + json.dumps(body), content_type="application/feed+json")
    (entry,) = parsed.entries
    assert (entry.key, entry.url, entry.summary) == ("7", "https://feeds.example.org/posts/7", "Hi there")
    assert (entry.authors, entry.published_at) == (("Ada",), datetime(2026, 3, 3, 2, tzinfo=UTC))
    assert entry.extra["external_url"] == "https://other.org/x"
    assert entry.extra["tags"] == ["a"]
    assert [problem.code for problem in parsed.problems] == ["no_entry", "no_entry", "no_content"]


def test_a_broken_feed_is_read_as_far_as_it_goes(read):
    body = rss([{"title": name, "guid": name} for name in "abc"]).decode()
    cut = body[: body.index("<title>c") + 9]
    parsed = read(cut)
    assert [entry.title for entry in parsed.entries][:2] == ["a", "b"]
    [malformed] = [problem for problem in parsed.problems if problem.code == "malformed"]
    assert malformed.message.startswith("第 ")
    assert "SAX" not in malformed.message


def test_a_broken_feed_of_which_nothing_could_be_read_has_failed(read):
    """Not empty: that would look as if its author had nothing to say."""
    for body in ("<rss><channel><item>", "<rss version='2.0'><channel><title>x</title><item></chan"):
        with pytest.raises(Unreadable) as raised:
            read(body)
        assert "一条也没读出来" in str(raised.value)
        assert "SAX" not in str(raised.value)
    assert read("<rss version='2.0'><channel><title>x</title></channel></rss>").entries == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "unreadable"),
        ("   \n", "unreadable"),
        ("Not found", "unreadable"),
        ('{"a": 1}', "unreadable"),
        ("[1]", "unreadable"),
        ("{", "unreadable"),
        ("<xml/>", "unreadable"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "page"),
        (b"\x89PNG\r\n\x1a\n\x00\x01", "unreadable"),
    ],
)
def test_what_is_no_feed_is_unreadable(read, body, code):
    with pytest.raises(Unreadable) as raised:
        read(body)
    assert raised.value.code == code


def test_a_page_instead_of_a_feed_names_the_feeds_of_the_page(read):
    page = (
        '<!DOCTYPE html><html><head><title>x</title><link rel="alternate" type="application/rss+xml" href="/rss.xml">'
        "</head><body>x</body></html>"
    )
    with pytest.raises(Unreadable, match=r"https://feeds\.example\.org/rss\.xml") as raised:
        read(page, content_type="text/html")
    assert raised.value.feeds == ("https://feeds.example.org/rss.xml",)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "login"),
        (403, "forbidden"),
        (404, "not_found"),
        (410, "gone"),
        (451, "forbidden"),
        (418, "refused"),
        (300, "refused"),
    ],
)
def test_each_status_has_its_words(read, status, code):
    with pytest.raises(Unreadable, match=str(status)) as raised:
        read("x", status=status)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("head", "max_age", "minutes"),
    [
        ("", None, None),
        ("<ttl>90</ttl>", None, 90),
        ("<ttl>1</ttl>", None, 15),
        ("<ttl>999999</ttl>", None, 1440),
        ("<ttl>soon</ttl>", None, None),
        ("", 7200, 120),
        ("<ttl>90</ttl>", 7200, 120),
        ("", 0, None),
        ("", 10, None),
        (
            '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">\nhourly </sy:updatePeriod>',
            None,
            60,
        ),
        (
            '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">daily</sy:updatePeriod><sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">4</sy:updateFrequency>',
            None,
            360,
        ),
    ],
)
def test_the_interval_that_a_feed_wishes_is_bounded(read, head, max_age, minutes):
    assert read(rss([{"title": "a"}], head=head), max_age=max_age).minutes == minutes


def test_a_feed_is_asked_with_what_is_known(outside, request_for):
    address = outside.put(
        "/feed.xml",
        rss([{"title": "a", "guid": "g"}]),
        "application/rss+xml",
        headers={"Cache-Control": "public, max-age=3600"},
    )
    first = feed.fetch(request_for(address))
    assert (first.status, first.max_age, len(feed.parse(first).entries)) == (200, 3600, 1)
    for known in ({"etag": first.etag}, {"last_modified": first.last_modified}):
        again = feed.fetch(request_for(address, **known))
        assert (again.status, again.body) == (304, b"")
        assert feed.parse(again).entries == ()


@pytest.mark.parametrize(
    ("status", "is_for_good"), [(301, True), (308, True), (302, False), (303, False), (307, False)]
)
def test_moves_are_followed_and_the_lasting_ones_told(outside, request_for, status, is_for_good):
    address = outside.put("/new.xml", rss([{"title": "a", "link": "/1"}]), "application/rss+xml")
    fetched = feed.fetch(request_for(f"{outside.url}/redirect/{status}/new.xml"))
    assert fetched.moved_to == (address if is_for_good else "")
    (entry,) = feed.parse(fetched).entries
    assert entry.url == f"{outside.url}/1"


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("/status/429?retry=90", 90),
        ("/status/503", None),
        ("/status/500", None),
        ("/loop", None),
        ("/lying/feed.xml", None),
        ("/torn/feed.xml", None),
    ],
)
def test_what_may_get_better_fails(outside, request_for, path, seconds):
    outside.put("/feed.xml", rss([{"title": "a"}]), "application/rss+xml")
    with pytest.raises(Failed) as raised:
        feed.fetch(request_for(outside.url + path))
    wait = raised.value.retry_after
    assert (wait and wait.total_seconds()) == seconds


def test_a_compressed_feed_is_read(outside, request_for):
    address = outside.put(
        "/feed.xml", rss([{"title": f"{n} " + "x" * 50, "guid": str(n)} for n in range(30)]), "application/rss+xml"
    )
    assert len(feed.parse(feed.fetch(request_for(address))).entries) == 30


@pytest.mark.parametrize("piece", ["<!--", "<![CDATA[", "<!-- <item> -->", "<item", "]]>"])
def test_marks_that_never_end_cost_no_more_than_their_length(piece):
    # Reading each to the end would be 10^10 steps here: this test would not end.
    assert len(feed._markup_of(piece * 100_000)) <= len(piece) * 100_000
    assert feed._markup_of(f"<a><!-- <item> --><b><![CDATA[<item>]]><c>{piece}").startswith("<a><b><c>")


def test_a_huge_feed_comes_in_parts(answer, request_for, monkeypatch):
    monkeypatch.setattr(feed, "MOST", 10)
    items = [{"title": f"{n}", "guid": str(n)} for n in range(25)] + [{"title": "again", "guid": "3"}]
    found, cursor = [], None
    while True:
        part = feed.parse(answer(rss(items), request=request_for("https://f.example/", cursor=cursor)))
        found.append((len(part.entries), len(part.problems), part.cursor))
        if (cursor := part.cursor) is None:
            break
    assert found == [(10, 2, {"start": 10}), (10, 0, {"start": 20}), (6, 0, None)]


@pytest.mark.parametrize("cursor", [{"start": -1}, {"start": "x"}, {}, [], "x", 5])
def test_a_cursor_of_another_form_is_the_beginning(answer, request_for, cursor):
    body = rss([{"title": "a", "guid": "1"}])
    request = request_for("https://f.example/", cursor=cursor)
    assert len(feed.parse(answer(body, request=request)).entries) == 1


def test_an_address_of_megabytes_is_left_out_and_told(read):
    parsed = read(rss([{"title": "Long", "link": "https://a.org/" + "a" * 5_000, "guid": "1"}, {"title": "b"}]))
    assert [(one.title, one.url) for one in parsed.entries] == [("Long", ""), ("b", "")]
    assert [(one.code, one.entry) for one in parsed.problems] == [("address", "Long")]
