"""The local outside, and sources to ask there."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import timezone

from news.models import Source
from tests.news.replay import Replay, rss


@pytest.fixture
def outside(settings):
    """A local server that answers as the world does, on 4 March 2026."""
    with Replay() as outside, time_machine.travel(datetime(2026, 3, 4, 12, tzinfo=UTC)):
        for name, value in outside.settings().items():
            setattr(settings, name, value)
        yield outside


def source(kind, address="", **fields):
    now = timezone.now()
    stamp = {"next_at": now, "created_at": now, "changed_at": now}
    return Source.objects.create(
        **{"slug": kind.replace("_", "-"), "name": kind, "kind": kind, "address": address, **stamp, **fields}
    )


def articles(number):
    return rss([{"title": f"第 {n} 篇", "link": f"https://blog.example/{n}", "guid": str(n)} for n in range(number)])


@pytest.fixture
def blog(outside):
    """A feed with five articles."""
    return source("feed", outside.put("/feed.xml", articles(5), "application/rss+xml"), slug="blog", name="一个博客")
