"""What holds of every answer, however broken: only Unreadable is raised, every item is an entry or a problem."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news.entries import Fetched, Request, Unreadable
from news.models import SourceKind
from news.sources import MODULES, feed
from tests.news.replay import made_up, rss
from tests.news.replay_forms import announcements, api, daily
from tests.news.sources.conftest import NOW

TODAY = NOW.date()
PAPERS = made_up(25, today=TODAY)
ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>'
    '<entry><id>1</id><title type="html">a &lt;b&gt;</title><link href="/1"/><updated>2026-03-01T00:00:00Z</updated></entry>'
    '<entry><id>2</id><title>二</title><link href="/2"/><content type="html">&lt;p>x&lt;/p></content></entry></feed>'
).encode()
# kind → answers of it as they should be; the feeds of anybody are few here, for each one is read in a process.
SAMPLES = {
    SourceKind.ARXIV_FEED: [announcements(PAPERS, "cs.CL", TODAY, form) for form in ("rss", "atom")],
    SourceKind.ARXIV_QUERY: [api(PAPERS, {"max_results": "20"})[1], api([], {"id_list": "abc"})[1]],
    SourceKind.HF_DAILY: [daily(PAPERS, {"date": TODAY.isoformat()}, TODAY)[1]],
    SourceKind.FEED: [
        rss([{"title": "a", "link": "https://a.org/1", "pubDate": "x"}, {"title": "b", "guid": "b"}]),
        ATOM,
        json.dumps(
            {"version": "https://jsonfeed.org/version/1", "items": [{"id": 1, "title": "a"}, {"url": "/x"}]}
        ).encode(),
    ],
}
PURE = [kind for kind in MODULES if kind is not SourceKind.FEED]


def parse(kind, body, status=200, cursor=None):
    """What a module says, or None when it cannot read it; anything else it raises is a bug."""
    request = Request(address="", now=NOW, cursor=cursor)
    fetched = Fetched(request=request, status=status, url="https://feeds.example.org/f/x.xml", body=body)
    try:
        parsed = MODULES[kind].parse(fetched)
    except Unreadable:
        return None
    check(parsed)
    return parsed


def check(parsed):
    keys = [entry.key for entry in parsed.entries]
    assert all(keys)
    assert len(set(keys)) == len(keys)
    for entry in parsed.entries:
        assert entry.url or entry.title
        assert len(entry.key) <= 300
        assert entry.url == "" or entry.url.startswith(("http://", "https://"))
        assert entry.published_at is None or entry.published_at.tzinfo is not None
        # What databases take: no NUL, no half of a surrogate pair; JSON of the extra.
        for text in (
            entry.key,
            entry.url,
            entry.title,
            entry.summary,
            *entry.authors,
            json.dumps(entry.extra, ensure_ascii=False),
        ):
            assert "\x00" not in text
            text.encode()
    json.dumps(parsed.cursor)


@st.composite
def mutated(draw, bodies):
    """An answer with pieces cut out, doubled or replaced by bytes of no meaning."""
    body = draw(st.sampled_from(bodies))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 60)))
        piece = draw(
            st.binary(max_size=12)
            | st.sampled_from(
                [
                    b"<",
                    b"]]>",
                    b"&#0;",
                    b"&x;",
                    b"\xff\xfe",
                    b"<item>",
                    b'{"a":',
                    b"null",
                    b"1e999",
                    "年".encode(),
                    b"\\ud800",
                ]
            )
            | st.just(body[start:end] * 2)
        )
        body = body[:start] + piece + body[end:]
    return body


statuses = st.sampled_from([200, 200, 200, 304, 400, 404, 410, 500])
cursors = (
    st.none()
    | st.dictionaries(
        st.sampled_from(["start", "since", "day", "until", "week", "page"]),
        st.none() | st.integers() | st.text(max_size=12) | st.dates().map(str),
        max_size=3,
    )
    | st.integers()
)


@pytest.mark.parametrize("kind", PURE)
@given(data=st.data())
def test_nothing_but_unreadable_is_raised(kind, data):
    body = data.draw(st.binary(max_size=200) | mutated(SAMPLES[kind]))
    parse(kind, body, data.draw(statuses), data.draw(cursors))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "value", "type", "href", "term", "hidden", "user", "fullname"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
HF_NAMES = [
    "id",
    "title",
    "summary",
    "authors",
    "publishedAt",
    "submittedOnDailyAt",
    "upvotes",
    "githubRepo",
    "projectPage",
    "ai_summary",
    "organization",
    "submittedOnDailyBy",
    "isHidden",
]


@given(
    st.lists(
        values | st.fixed_dictionaries({"paper": st.dictionaries(st.sampled_from(HF_NAMES), values, max_size=8)}),
        max_size=5,
    )
)
def test_daily_papers_of_any_form_are_all_accounted_for(items):
    parsed = parse(SourceKind.HF_DAILY, json.dumps(items).encode())
    left_out = [problem for problem in parsed.problems if problem.code in ("no_identifier", "repeated")]
    assert len(parsed.entries) + len(left_out) == len(items)


ENTRY_NAMES = [
    "id",
    "link",
    "title",
    "title_detail",
    "summary",
    "summary_detail",
    "content",
    "published",
    "published_parsed",
    "updated",
    "authors",
    "author",
    "tags",
    "links",
    "enclosures",
    "media_content",
    "guidislink",
    "external_url",
]
FEED_NAMES = ["title", "title_detail", "link", "language", "ttl", "sy_updateperiod", "sy_updatefrequency"]


@given(
    entries=st.lists(st.dictionaries(st.sampled_from(ENTRY_NAMES), values, max_size=8), max_size=5),
    about=st.dictionaries(st.sampled_from(FEED_NAMES), values, max_size=4) | values,
)
def test_whatever_the_reader_of_feeds_finds_is_accounted_for(entries, about):
    # The other side of a process: what it may say is more than any feed makes it say.
    fetched = Fetched(request=Request(address="", now=NOW), status=200, url="https://feeds.example.org/f/x.xml")
    parsed = feed.gather({"version": "rss20", "feed": about, "entries": entries}, fetched, [])
    check(parsed)
    left_out = [problem for problem in parsed.problems if problem.code in ("no_content", "repeated")]
    assert len(parsed.entries) + len(left_out) == len(entries)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional=dict.fromkeys(
                ("id", "url", "title", "content_html", "summary", "date_published", "authors", "tags", "attachments"),
                values,
            ),
        )
        | values,
        max_size=5,
    )
)
def test_items_of_json_are_all_accounted_for(items):
    parsed = parse(
        SourceKind.FEED, json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    )
    left_out = [problem for problem in parsed.problems if problem.code in ("no_content", "no_entry", "repeated")]
    assert len(parsed.entries) + len(left_out) == len(items)


words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
items = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "title": words,
            "link": words | st.just("https://a.org/1"),
            "guid": words | st.just("g"),
            "description": words,
            "pubDate": words,
        },
    ),
    max_size=4,
)


# Each example is a process of its own.
A_FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@A_FEW
@given(items)
def test_items_of_rss_are_all_accounted_for(listed):
    parsed = parse(SourceKind.FEED, rss(listed))
    left_out = [problem for problem in parsed.problems if problem.code in ("no_content", "repeated", "lost")]
    assert len(parsed.entries) + len(left_out) == len(listed)


@A_FEW
@given(st.binary(max_size=200) | mutated(SAMPLES[SourceKind.FEED]), statuses)
def test_nothing_but_unreadable_is_raised_for_feeds(body, status):
    parse(SourceKind.FEED, body, status)


@pytest.mark.parametrize("kind", list(MODULES))
def test_samples_are_read_without_doubt(kind):
    for body in SAMPLES[kind]:
        parsed = parse(kind, body)
        assert parsed is not None
        assert parsed.entries or parsed.problems
        assert parse(kind, body) == parsed
