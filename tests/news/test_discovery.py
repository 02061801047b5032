"""From a page to its feeds."""

import pytest

from news.discovery import USUAL_PLACES, discover
from news.entries import Unreadable
from news.sources.pages import Feed, feeds_in, looks_like_feed
from outbound.client import Failed, Refused
from tests.news.replay import Replay, rss


@pytest.fixture
def outside(settings):
    with Replay() as server:
        settings.OUTBOUND_ALLOW = ["127.0.0.1"]
        yield server


def page(*links, base=""):
    return f"<!DOCTYPE html><html><head>{base}<title>博客</title>{''.join(links)}</head><body><p>x</body></html>"


def link(href, kind="application/rss+xml", rel="alternate", title=""):
    return f'<link rel="{rel}" type="{kind}" href="{href}" title="{title}">'


def test_links_of_a_page_are_found_in_order():
    links = [
        link("/feed", title="全部 &amp; 文章"),
        link("comments.xml", "application/atom+xml", rel="ALTERNATE"),
        link("https://other.org/feed.json", "application/feed+json"),
        link("/feed?utm_source=x"),  # again
        link("/style.css", "text/css", rel="stylesheet alternate"),
        link("/en", "text/html"),
        link("/data.json", "application/json"),
        link("/wp-json/rss", "text/xml"),
        link("javascript:x"),
        link("feed://third.org/rss"),
        link("http://["),
        '<link rel="alternate" type="application/rss+xml">',
    ]
    found = feeds_in(page(*links).encode(), "text/html", "https://blog.example.org/a/b")
    assert found == [
        Feed("https://blog.example.org/feed", "全部 & 文章"),
        Feed("https://blog.example.org/a/comments.xml"),
        Feed("https://other.org/feed.json"),
        Feed("https://blog.example.org/wp-json/rss"),
        Feed("http://third.org/rss"),
    ]


def test_the_base_of_a_page_counts():
    body = page(link("feed.xml"), base='<base href="/zh/">').encode()
    assert feeds_in(body, "", "https://blog.example.org/a/b") == [Feed("https://blog.example.org/zh/feed.xml")]


@pytest.mark.parametrize(
    ("body", "is_feed"),
    [
        ("<rss/>", True),
        ('\ufeff\n<?xml version="1.0"?><!-- x > y -->\n<feed xmlns="http://www.w3.org/2005/Atom">', True),
        ("<rdf:RDF xmlns:rdf='x'>", True),
        ("<?xml-stylesheet href='a'?><a:feed>", True),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', True),
        ('{"version": 1}', False),
        ("<!DOCTYPE html><html><rss/></html>", False),
        ("<rsss/>", False),
        ("<!DOCTYPE", False),
        ("<", False),
        ("", False),
        ("rss", False),
    ],
)
def test_feeds_are_told_by_their_first_element(body, is_feed):
    assert looks_like_feed(body.encode(), "") is is_feed


def test_a_page_leads_to_the_feeds_that_it_names(outside):
    address = outside.put("/blog/", page(link("feed.xml", title="All")))
    assert discover(address) == [Feed(f"{outside.url}/blog/feed.xml", "All")]
    assert len(outside.log) == 2  # the feed did not answer: it is called what the page calls it
    outside.put("/blog/feed.xml", rss([{"title": "a"}]), "application/rss+xml")
    assert discover(address) == [Feed(f"{outside.url}/blog/feed.xml", "A blog")]


def test_a_feed_is_its_own_find(outside):
    address = outside.put("/feed.xml", rss([{"title": "a"}]), "application/rss+xml")
    assert discover(address) == [Feed(address, "A blog")]
    assert discover(f"{outside.url}/redirect/301/feed.xml") == [Feed(address, "A blog")]


def test_usual_places_are_asked_when_a_page_names_none(outside):
    outside.put("/feed", page(), status=200)
    outside.put("/rss.xml", rss([{"title": "a"}]), "application/rss+xml")
    address = outside.put("/about/", page())
    assert discover(address) == [Feed(f"{outside.url}/rss.xml", "A blog")]
    assert [one.path for one in outside.log] == ["/about/", "/feed", "/feed.xml", "/rss.xml"]


def test_a_site_without_feeds_costs_a_few_requests(outside):
    assert discover(outside.put("/", page())) == []
    assert len(outside.log) == 1 + len(USUAL_PLACES)


def test_what_is_no_page_says_why(outside):
    with pytest.raises(Unreadable) as raised:
        discover(f"{outside.url}/nowhere")
    assert raised.value.code == "not_found"
    with pytest.raises(Failed):
        discover(f"{outside.url}/loop")
    with pytest.raises(Refused):
        discover("file:///etc/passwd")
