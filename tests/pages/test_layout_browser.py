"""What must not be cut or stacked, measured in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from talks.models import Episode, EpisodeState
from tests.pages.conftest import put, rich
from tests.pages.test_inbox_browser import desk, pytestmark  # noqa: F401
from tests.talks.newsroom import source

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture
def filled(transactional_db):
    now = timezone.now()
    source("blog", now=now)
    put(rich(20, starts_at=(now + timedelta(days=2)).isoformat()), now=now)
    Episode.objects.update(state=EpisodeState.COLLECTING)


def boxes(page, selector):
    return [one.bounding_box() for one in page.locator(selector).all()]


def test_every_entry_of_the_navigation_stands_whole_on_a_phone(live_server, filled, organizer):
    with desk(live_server, organizer, viewport=PHONE) as page:
        page.goto("/ops/")
        nav, *_ = boxes(page, ".site-nav")
        entries = boxes(page, ".site-nav a")
        assert page.locator(".site-nav a").all_inner_texts() == ["往期", "本周", "主持", "认领", "收件", "论文", "清单"]
        assert entries[-1]["x"] + entries[-1]["width"] <= nav["x"] + nav["width"]
        assert min(entry["width"] for entry in entries) >= 24
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_buttons_of_a_row_stand_beside_each_other_where_there_is_room(live_server, filled, organizer):
    with desk(live_server, organizer, viewport=DESK) as page:
        page.goto("/ops/")
        for row in page.locator(".item-side").all():
            tops = {one.bounding_box()["y"] for one in row.locator("button").all()}
            assert len(tops) == 1
        assert page.locator(".item-side:has(form + form)").count() > 2
