"""What tests of sources share: a local outside, and answers without any."""

from datetime import UTC, datetime

import pytest

from news.entries import Fetched, Request
from tests.news.replay import Replay

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def outside(settings):
    """A server that answers as arXiv, Hugging Face and blogs do; the settings lead there."""
    with Replay() as server:
        for name, value in server.settings().items():
            setattr(settings, name, value)
        yield server


@pytest.fixture
def request_for():
    """Make a request of Wednesday, 4 March 2026, noon in UTC."""

    def make(address="", **rest):
        return Request(address=address, now=NOW, **rest)

    return make


@pytest.fixture
def answer():
    """Make an answer out of bytes."""

    def make(body=b"", *, status=200, url="https://feeds.example.org/blog/feed.xml", content_type="", **rest):
        request = rest.pop("request", None) or Request(address=url, now=NOW)
        data = body.encode() if isinstance(body, str) else body
        return Fetched(request=request, status=status, url=url, body=data, content_type=content_type, **rest)

    return make
