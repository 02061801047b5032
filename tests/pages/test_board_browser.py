"""The board in a real browser: ordered by keyboard alone and by drawing, without script, three taps to nominate."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from talks.actions import items
from talks.models import Item
from tests.pages.test_inbox_browser import desk, pytestmark  # noqa: F401
from tests.pages.test_list_browser import draw
from tests.talks.boardroom import boardroom, nominate

BOARD = "/episodes/021/board/"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def room(transactional_db, organizer):
    now = timezone.now()
    room = boardroom(now=now)
    for n in range(3):
        item = nominate(room, organizer, now, url=f"https://a.example/{n}", text=f"第{n}条", section=room.news)
        items.accept(item=item, version=1, by=organizer, now=now)
    return room


def order():
    rows = Item.objects.filter(state="accepted", section__episode__code="021").order_by("position")
    return [row.title for row in rows]


def row(n):
    return f"#item-{Item.objects.get(title=f'第{n}条').pk}"


def serious(page):
    return [found["id"] for found in Axe().run(page).response["violations"]]


def test_items_are_drawn_to_their_place(live_server, room, organizer):
    with desk(live_server, organizer, viewport={"width": 1280, "height": 1600}) as page:
        page.goto(BOARD)
        draw(page, row(0), row(2), above=False)
        expect(page.locator(".drop-line")).to_have_count(1)
        with page.expect_navigation():
            page.mouse.up()
        assert order() == ["第1条", "第2条", "第0条"]
        assert serious(page) == []
        assert page.wrong == []


@pytest.mark.parametrize("scripts", [True, False])
def test_by_keyboard_alone_and_without_script(live_server, room, organizer, scripts):
    with desk(live_server, organizer, java_script_enabled=scripts, **PHONE) as page:
        page.goto(BOARD)

        def press(n, name):
            page.locator(row(n)).get_by_role("button", name=name).first.focus()
            with page.expect_navigation():
                page.keyboard.press("Enter")

        press(2, "上移")
        press(2, "上移")
        assert order() == ["第2条", "第0条", "第1条"]
        press(0, "支持")
        expect(page.locator(row(0)).locator('.vote[aria-pressed="true"]')).to_have_count(1)
        page.locator(row(1)).get_by_text("更多").focus()
        page.keyboard.press("Enter")
        press(1, "退回提名")
        assert order() == ["第2条", "第0条"]
        press(1, "收下")
        assert Item.objects.get(title="第1条").state == "accepted"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") if scripts else True


def test_three_taps_on_a_phone_and_what_is_known_comes_by_itself(live_server, room, member):
    with desk(live_server, member, **PHONE) as page:
        page.goto(BOARD)
        with page.expect_navigation():  # until its scripts hear what is typed
            page.get_by_role("link", name="提名一条链接").tap()
        page.locator("#url").fill("https://a.example/1")
        expect(page.locator("#known")).to_contain_text("本周已有人提名：青禾")
        page.locator("#url").fill("https://arxiv.org/abs/2307.13304")
        expect(page.locator("#known")).to_contain_text("arxiv.org/abs/2307.13304")
        with page.expect_navigation():
            page.get_by_role("button", name="提名", exact=True).tap()
        assert Item.objects.filter(url_key="arxiv:2307.13304", nominated_by=member).count() == 1
        page.goto("/submit/?url=https://a.example/1")
        assert serious(page) == []
        with page.expect_navigation():
            page.get_by_role("button", name="+1 并补充").tap()
        assert Item.objects.get(url="https://a.example/1").votes.count() == 1
        assert page.wrong == []
