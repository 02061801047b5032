"""The child process that reads feeds: what it finds, what it refuses, and that its limits and bars hold."""

import json
import subprocess
import sys
import threading

import pytest

from news.entries import Unreadable
from news.sources import child

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"><channel>
<title>cs.CL updates</title><link>http://rss.arxiv.org/rss/cs.CL</link><ttl>60</ttl><language>en-us</language>
<skipDays><day>Sunday</day><day>Saturday</day></skipDays><skipHours><hour>3</hour></skipHours>
<lastBuildDate>Wed, 04 Mar 2026 00:00:00 -0500</lastBuildDate>
<item><title>大模型 &amp; &lt;b&gt;x&lt;/b&gt;</title><link>/abs/2603.00001</link>
<description>Announce Type: new &#x0A;Abstract: text</description><guid isPermaLink="false">oai:arXiv.org:2603.00001v1</guid>
<category>cs.CL</category><category domain="d">cs.AI</category><pubDate>Wed, 04 Mar 2026 00:00:00 -0500</pubDate>
<arxiv:announce_type>new</arxiv:announce_type><dc:creator>Ann One, Bo Two</dc:creator>
<enclosure url="https://a.example/x.mp3" type="audio/mpeg" length="5"/></item>
<item><title>second</title><link>https://a.example/2</link><pubDate>when it is done</pubDate></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh" xml:base="https://a.example/base/"><title>t</title>
<id>urn:f</id><updated>2026-03-04T12:00:00+08:00</updated>
<entry><id>urn:1</id><title type="html">a &amp;lt; b</title><link rel="alternate" href="1"/><link rel="related" href="https://b.example/"/>
<author><name>小满</name><uri>https://c.example/</uri></author><updated>2026-03-04T12:00:00+08:00</updated>
<published>2026-03-03T00:00:00Z</published><summary>s</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>c</p></div></content></entry></feed>"""


def read(text, content_type="application/rss+xml", **options):
    body = text if isinstance(text, bytes) else text.encode()
    return child.parse_feed(body, content_type=content_type, **options)


def test_rss_with_all_that_arxiv_says():
    found = read(RSS, url="https://rss.arxiv.org/rss/cs.CL")
    feed, (first, second) = found["feed"], found["entries"]
    assert (found["version"], found["bozo"], found["encoding"]) == ("rss20", False, "utf-8")
    assert (feed["title"], feed["link"], feed["ttl"], feed["language"]) == (
        "cs.CL updates",
        "http://rss.arxiv.org/rss/cs.CL",
        "60",
        "en-us",
    )
    assert (feed["skipdays"], feed["skiphours"]) == (["Sunday", "Saturday"], ["3"])
    assert (feed["updated"], feed["updated_parsed"]) == ("Wed, 04 Mar 2026 00:00:00 -0500", "2026-03-04T05:00:00+00:00")
    assert (first["id"], first["guidislink"], first["arxiv_announce_type"]) == (
        "oai:arXiv.org:2603.00001v1",
        False,
        "new",
    )
    assert first["link"] == "https://rss.arxiv.org/abs/2603.00001"
    assert (first["title"], first["summary"]) == ("大模型 & <b>x</b>", "Announce Type: new \nAbstract: text")
    assert (first["published"], first["published_parsed"]) == (
        "Wed, 04 Mar 2026 00:00:00 -0500",
        "2026-03-04T05:00:00+00:00",
    )
    assert first["authors"] == [{"name": "Ann One, Bo Two"}]
    assert [(tag["term"], tag["scheme"]) for tag in first["tags"]] == [("cs.CL", None), ("cs.AI", "d")]
    assert [link["href"] for link in first["links"] if link["rel"] == "enclosure"] == ["https://a.example/x.mp3"]
    assert (second["published"], second["published_parsed"]) == ("when it is done", None)


def test_atom_with_types_bases_and_languages():
    found = read(ATOM, "application/atom+xml")
    (entry,) = found["entries"]
    assert (found["version"], entry["id"], entry["link"]) == ("atom10", "urn:1", "https://a.example/base/1")
    assert [link["rel"] for link in entry["links"]] == ["alternate", "related"]
    assert entry["title_detail"] == {
        "type": "text/html",
        "language": "zh",
        "base": "https://a.example/base/",
        "value": "a &lt; b",
    }
    assert (entry["content"][0]["type"], entry["content"][0]["value"]) == ("application/xhtml+xml", "<p>c</p>")
    assert (entry["updated_parsed"], entry["published_parsed"]) == (
        "2026-03-04T04:00:00+00:00",
        "2026-03-03T00:00:00+00:00",
    )
    assert entry["authors"] == [{"name": "小满", "href": "https://c.example/"}]


def test_a_feed_that_is_not_well_formed_is_read_and_said_so():
    found = read(RSS.replace("&amp; ", "& <br> "))
    assert (len(found["entries"]), found["bozo"]) == (2, 1)
    assert found["bozo_exception"].startswith("SAXParseException: ")


@pytest.mark.parametrize(("encoding", "label"), [("gb18030", "gb2312"), ("big5", "big5"), ("utf-16", "utf-16")])
def test_encodings_are_found_out(encoding, label):
    text = RSS.replace('encoding="utf-8"', f'encoding="{label}"').replace("大模型", "中文")
    assert read(text.encode(encoding))["entries"][0]["title"].startswith("中文 & ")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("a&#0;b", "a\ufffdb"),
        ("a&#xD800;b", "a\ufffdb"),
        ("&#xD83D;&#xDE00;", "😀"),
        ("&#55357;&#56832;&#x4e2d;", "😀中"),
        ("&#xDE00;&#xD83D;", "\ufffd\ufffd"),
        ("&#128512;&#57344;&#55295;&#1114111;", "😀\ue000\ud7ff\U0010ffff"),
        ("a\0b\x08c", "abc"),
    ],
)
def test_what_no_database_takes_is_mended(written, read_as):
    found = read(f"<rss version='2.0'><channel><item><title>{written}</title></item></channel></rss>")
    text = json.dumps(found, ensure_ascii=False)
    text.encode("utf-8")
    assert "\0" not in text
    assert found["entries"][0]["title"].replace("\x08", "") == read_as


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"<html><body>Sign in</body></html>",
        b"{}",
        b"\x00\x01\x02",
        b"%PDF-1.4",
        b"/etc/passwd",
        b"http://127.0.0.1/",
    ],
)
def test_what_is_no_feed_is_unreadable(body):
    with pytest.raises(Unreadable):
        read(body, "text/html")


def test_headers_may_hold_anything():
    assert read(RSS, "text/xml; charset=\x00\r\n中;" + "x" * 100_000)["entries"]


def test_entities_open_no_file_and_do_not_multiply(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hush")
    entities = f'<!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "{"&a;" * 50}"><!ENTITY c "{"&b;" * 50}"><!ENTITY d "{"&c;" * 50}"><!ENTITY e "{"&d;" * 50}"><!ENTITY f SYSTEM "file://{secret}">]>'
    body = RSS.replace("<rss", entities + "<rss", 1).replace("second", "second &e; &f;")
    try:
        found = json.dumps(read(body))
    except Unreadable:
        return
    assert "hush" not in found
    assert found.count("lol") < 100


@pytest.mark.parametrize(
    ("limit", "value", "entries", "words"),
    [
        ("MEMORY_BYTES", 64 << 20, 40_000, "内存太多"),
        ("CPU_SECONDS", 1, 4000, "时间太长"),
        ("WALL_SECONDS", 0.3, 4000, "时间太长"),
        ("OUTPUT_BYTES", 1000, 10, "太大"),
    ],
)
def test_each_limit_ends_the_child(monkeypatch, limit, value, entries, words):
    item = RSS[RSS.index("<item>") : RSS.index("</item>") + 7]
    monkeypatch.setattr(child, limit, value)
    with pytest.raises(Unreadable, match=words):
        read(RSS.replace("</channel>", item * entries + "</channel>"))


def test_deep_nesting_is_read_or_unreadable():
    for body in (
        "<rss version='2.0'><channel><item>" + "<a>" * 100_000,
        "<feed>" * 50_000,
        "<rss><channel><title>" + "<![CDATA[" * 20_000,
    ):
        try:
            read(body)
        except Unreadable:
            continue


def in_child(code):
    """Run code beside the program's functions, as the child would; return what it prints."""
    begin = f"import runpy; program = runpy.run_path({str(child.PROGRAM)!r}, run_name='program')\n"
    run = subprocess.run([sys.executable, "-I", "-c", begin + code], capture_output=True, text=True, timeout=60, env={})
    assert run.returncode == 0, run.stderr
    return run.stdout


ATTEMPTS = [
    "__import__('socket').socket()",
    "__import__('socket').create_connection(('127.0.0.1', 9))",
    "__import__('socket').getaddrinfo('localhost', 80)",
    "__import__('urllib.request').request.urlopen('http://127.0.0.1/')",
    "__import__('urllib.request').request.urlopen('file:///etc/hosts')",
    "__import__('feedparser').parse('http://127.0.0.1/')['bozo_exception'].nothing",
    "__import__('subprocess').run(['true'])",
    "__import__('os').system('true')",
    "__import__('os').fork()",
    "__import__('os').execv('/bin/true', ['true'])",
    "__import__('os').posix_spawn('/bin/true', ['true'], {})",
    "open('/etc/hosts')",
    "open('/tmp/x', 'w')",
    "__import__('os').open('/etc/hosts', 0)",
]


def test_the_child_can_open_nothing():
    code = "\n".join(
        f"try: {attempt}\nexcept PermissionError as error: print('barred')\nexcept BaseException as error: print('barred' if 'is barred here' in repr(error) else repr(error))\nelse: print('open', {attempt!r})"
        for attempt in ATTEMPTS
    )
    imports = "import socket, urllib.request, subprocess, os, feedparser\n"
    assert in_child(f"{imports}program['bar']()\n{code}").split("\n")[:-1] == ["barred"] * len(ATTEMPTS)


def test_the_child_knows_nothing_of_the_site():
    body = RSS.encode()
    code = f"program['parse']({body!r}, {{}})\nimport sys, os\nprint([name for name in sys.modules if name.split('.')[0] in ('django', 'news', 'config', 'requests', 'celery')], dict(os.environ))"
    assert in_child(code).strip().startswith("[] {")
    assert "DJANGO" not in in_child(code)


def test_the_child_inherits_no_variable(monkeypatch):
    seen = []
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **kwargs: seen.append(kwargs) or real(*args, **kwargs))
    read(RSS)
    assert [kwargs["env"] for kwargs in seen] == [{}]
    assert "preexec_fn" not in seen[0]


def test_threads_of_a_worker_may_read_at_the_same_time():
    results = []
    threads = [threading.Thread(target=lambda: results.append(len(read(RSS)["entries"]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [2, 2, 2, 2]
