"""feedparser's own test files, and feeds made to hang or swell it, through the child process: nothing gets out of it.

The files come with feedparser's source distribution (kept in var/payloads/); none of them is in this tree.
"""

import resource
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import pytest

from news.entries import Unreadable
from news.sources import child
from tests.proof import payloads

pytestmark = pytest.mark.proof

ENOUGH = 2000
AT_ONCE = 3


@pytest.fixture(scope="module")
def files():
    """Name → bytes of every file of feedparser's tests; without them nothing is proved, and that is said aloud."""
    path = payloads.fetch(f"feedparser-{version('feedparser')}.tar.gz")
    if path is None:
        pytest.skip("NOT PROVED: feedparser's source distribution cannot be had")
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile() and "/tests/" in member.name and (content := archive.extractfile(member)):
                found[member.name.partition("/tests/")[2]] = content.read()
    return found


def outcome(body):
    """Return (what came of it, seconds): read, unreadable, or the name of an exception that must not be."""
    started = time.monotonic()
    try:
        found = child.parse_feed(body, content_type="application/xml", url="https://a.example/feed")
        kind = "read" if isinstance(found["entries"], list) and isinstance(found["feed"], dict) else "malformed"
    except Unreadable:
        kind = "unreadable"
    except Exception as error:
        kind = repr(error)
    return kind, time.monotonic() - started


def run(bodies):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(outcome, bodies))


def test_feedparsers_own_files_raise_nothing_but_unreadable(files):
    assert len(files) >= ENOUGH
    started = time.monotonic()
    outcomes = run(files.values())
    kinds = [kind for kind, _ in outcomes]
    slowest = max(seconds for _, seconds in outcomes)
    print(
        f"child process: {len(files)} files of feedparser {version('feedparser')}: {kinds.count('read')} read, "
        f"{kinds.count('unreadable')} unreadable, {len(kinds) - kinds.count('read') - kinds.count('unreadable')} other; "
        f"slowest {slowest:.2f} s, all in {time.monotonic() - started:.0f} s"
    )
    assert set(kinds) <= {"read", "unreadable"}
    assert kinds.count("read") > len(files) * 0.8
    assert slowest < child.WALL_SECONDS


def hostile():
    rss = b"<rss version='2.0'><channel><item><title>"
    laughs = b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    big = 5 * 1024 * 1024
    return {
        "billion laughs": b"<!DOCTYPE rss [<!ENTITY l0 'lol'>"
        + laughs
        + b"]>"
        + rss
        + b"&l11;</title></item></channel></rss>",
        "quadratic entity": b"<!DOCTYPE rss [<!ENTITY a '" + b"x" * 50_000 + b"'>]>" + rss + b"&a;" * 50_000,
        "external entity": b"<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
        + rss
        + b"&a;</title></item></channel></rss>",
        "deep": rss + b"<a>" * (big // 3),
        "open angle brackets": rss + b"<" * big,
        "ampersands": rss + b"&" * big,
        "comments": rss + b"<!--" * (big // 4),
        "cdata": rss + b"<![CDATA[" * (big // 9),
        "one element, many attributes": b"<rss version='2.0'><channel><item "
        + b"".join(b"a%d='1' " % n for n in range(400_000))
        + b"/></channel></rss>",
        "many entries": b"<rss version='2.0'><channel>"
        + b"<item><title>x</title></item>" * (big // 29)
        + b"</channel></rss>",
        "many namespaces": b"<rss version='2.0'><channel>"
        + b"".join(b"<a%d:b xmlns:a%d='u'/>" % (n, n) for n in range(200_000)),
        "relative links": rss + b"</title><description>" + b"&lt;a href='x'&gt;" * (big // 17),
        "dates": b"<rss version='2.0'><channel><item><pubDate>" + b"1" * big + b"</pubDate></item></channel></rss>",
        "doctypes": b"<!DOCTYPE " + b"<!ENTITY " * (big // 9) + rss,
        "zeros": bytes(big),
        "gzip": b"\x1f\x8b\x08" + bytes(range(256)) * 1000,
    }


def test_feeds_made_to_hang_or_swell_are_bounded():
    worst = 0.0
    cases = hostile()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, body in cases.items():
        kind, seconds = outcome(body)
        worst = max(worst, seconds)
        print(f"  {name} ({len(body) / 1e6:.1f} MB): {kind}, {seconds:.1f} s")
        assert kind in ("read", "unreadable"), name
        assert seconds < child.WALL_SECONDS + 2, name
    swelled = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    child_peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"child process: {len(cases)} hostile feeds: slowest {worst:.1f} s, largest child {child_peak:.0f} MB, "
        f"the worker grew by {swelled:.0f} MB"
    )
    assert child_peak * 1024 * 1024 <= child.MEMORY_BYTES
