"""A day filed by keyboard alone, without script by mouse, by two people, and what axe finds; in a real browser."""

from contextlib import contextmanager
from shutil import which

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from news.models import NewsItem
from talks.actions import triage
from talks.models import Item
from tests.browsers import chromium
from tests.talks.newsroom import newsroom, tell

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(which("chromium") is None, reason="there is no Chromium"),
]
STORIES = 50


def nobody_else(context):
    """Nobody else edits: the page asks for that by itself, which would meet a write of the test's on one connection."""
    context.route("**/presence/", lambda route: route.fulfill(status=204))


@contextmanager
def desk(live_server, person, *, patience=20_000, **context):
    """The inbox as one person has it before them."""
    client = Client()
    client.force_login(person.user)
    with chromium() as browser:
        opened = browser.new_context(base_url=live_server.url, **context)
        opened.set_default_timeout(patience)
        nobody_else(opened)
        opened.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = opened.new_page()
        page.wrong = []
        page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.goto("/inbox/")
        yield page


@pytest.fixture
def room(transactional_db):
    now = timezone.now()
    room = newsroom(now=now)
    tell(room.feed, *[f"https://blog.example/{n}" for n in range(3, STORIES)], now=now)
    return room


def settled(page):
    expect(page.locator('.inbox-row[aria-busy="true"]')).to_have_count(0, timeout=90_000)


def left():
    return NewsItem.objects.visible_to(None).filter(decision="open").count()


def test_fifty_stories_by_keyboard_alone(live_server, room, organizer):
    assert left() == STORIES
    with desk(live_server, organizer) as page:
        order = [int(row.get_attribute("id")[6:]) for row in page.locator(".inbox-row").all()]
        keys = ["1", "2", "3", "r", "x"] * 10
        for place, key in enumerate(keys):
            expect(page.locator(".inbox-row-here")).to_have_attribute("id", f"story-{order[place]}")
            page.keyboard.press(key)
            if key == "x":
                if place == 4:
                    page.keyboard.type("太旧")
                page.keyboard.press("Enter")
        settled(page)
        expect(page.locator("#left")).to_have_text("还剩 0 条")
        expect(page.locator(".inbox-row-done")).to_have_count(STORIES)
        assert page.wrong == []
        page.keyboard.press("u")
        expect(page.locator("#left")).to_have_text("还剩 1 条")
        expect(page.locator(f'#story-{order[-1]} [data-key="u"]')).to_have_count(0)
    assert left() == 1
    stored = NewsItem.objects.in_bulk(order)
    items = {item.news_item_id: item for item in Item.objects.filter(news_item__in=order)}
    groups = {"1": "学术", "2": "项目", "3": "工业界", "r": None}
    for key, pk in list(zip(keys, order, strict=True))[:-1]:
        if key == "x":  # the reason once written is offered again
            assert stored[pk].decision_reason == "太旧"
        else:
            assert items[pk].group == groups[key]
            assert items[pk].section == (room.picks if key == "r" else room.news)
    assert len(items) == 40


def test_moving_marking_merging_and_searching(live_server, room, organizer):
    with desk(live_server, organizer) as page:
        second, third = (page.locator(".inbox-row").nth(n).get_attribute("id") for n in (1, 2))
        here = page.locator(".inbox-row-here")
        for key in "jjjk":
            page.keyboard.press(key)
        expect(here).to_have_attribute("id", third)
        page.keyboard.press("v")
        page.keyboard.press("k")
        page.keyboard.press("m")
        settled(page)
        assert NewsItem.objects.get(pk=second[6:]).merged_into_id == int(third[6:])
        page.keyboard.press("u")
        expect(page.locator(f'#{second} [data-key="u"]')).to_have_count(0)
        assert NewsItem.objects.get(pk=second[6:]).merged_into_id is None
        expect(here).to_have_attribute("id", second)
        page.keyboard.press("x")
        page.keyboard.press("Escape")
        expect(page.locator(".declining")).to_have_count(0)
        page.keyboard.press("/")
        page.keyboard.type("123rxu")
        expect(page.locator("#words")).to_have_value("123rxu")
        assert left() == STORIES
        page.keyboard.press("Enter")
        page.wait_for_url("**q=123rxu**")
        expect(page.locator(".empty")).to_be_visible()
        assert page.wrong == []


def test_the_marked_story_is_not_merged_into_itself_and_merging_is_there_again_after_undo(live_server, room, organizer):
    with desk(live_server, organizer) as page:
        second = page.locator(".inbox-row").nth(1)
        page.keyboard.press("j")
        page.keyboard.press("v")
        page.keyboard.press("m")
        expect(page.locator("#said")).to_contain_text("这就是做了记号的那一条")
        toast, words = page.locator("#said .message"), page.locator("#said .message span")
        assert words.bounding_box()["x"] - toast.bounding_box()["x"] < 60  # beside its mark, not at the far end
        assert left() == STORIES
        page.keyboard.press("v")
        page.keyboard.press("m")
        settled(page)
        expect(page.locator("#left")).to_have_text("还剩 49 条")
        expect(page.locator("#by-decision")).to_contain_text("待处理 49")
        second.locator('[data-key="u"]').click()
        settled(page)
        expect(second.locator('.filing [data-key="m"]')).to_be_visible()
        expect(page.locator("#by-decision")).to_contain_text("待处理 50")
        assert page.wrong == []


def test_the_keys_are_shown_the_address_opened_and_the_words_selected(live_server, room, organizer):
    with desk(live_server, organizer, viewport={"width": 1280, "height": 500}) as page:
        expect(page.locator(".inbox-read")).to_contain_text("为何靠前")  # what stands above the keys is there
        page.keyboard.press("?")
        expect(page.locator(".keys dl")).to_be_in_viewport(ratio=0.9)
        page.evaluate("() => { window.opened = []; window.open = (...how) => { opened.push(how); }; }")
        page.keyboard.press("o")
        address = page.locator(".inbox-row-here a.address").get_attribute("href")
        assert page.evaluate("opened") == [[address, "_blank", "noopener"]]
        page.goto("/inbox/?q=blog")
        page.keyboard.press("/")
        page.keyboard.type("xyz")
        expect(page.locator("#words")).to_have_value("xyz")


def test_what_somebody_else_did_shows_with_the_next_act(live_server, room, organizer, member):
    with desk(live_server, organizer) as page:
        mine, theirs, both = (int(page.locator(".inbox-row").nth(n).get_attribute("id")[6:]) for n in range(3))
        for pk in (theirs, both):
            triage.decline(story=NewsItem.objects.get(pk=pk), reason="讲过了", by=organizer, now=timezone.now())
        page.keyboard.press("1")
        settled(page)
        expect(page.locator(f"#story-{theirs}")).to_contain_text("讲过了")
        expect(page.locator(f"#story-{mine}")).to_contain_text("收进")
        fifth = page.locator(".inbox-row").nth(5)
        pk = int(fifth.get_attribute("id")[6:])
        triage.decline(story=NewsItem.objects.get(pk=pk), reason="太旧", by=organizer, now=timezone.now())
        fifth.locator("h2").click()
        page.keyboard.press("2")
        expect(page.locator("#said")).to_contain_text("青禾 已经决定不要：太旧")
        assert not Item.objects.filter(news_item=pk).exists()


def test_without_script_by_mouse(live_server, room, organizer):
    with desk(live_server, organizer, java_script_enabled=False) as page:
        for place, word in enumerate(("学术", "推荐", "工业界")):
            row = page.locator(".inbox-row:not(.inbox-row-done)").nth(place)
            pk = int(row.get_attribute("id")[6:])
            with page.expect_navigation():
                row.get_by_role("button", name=word).click()
            expect(page.locator(f"#story-{pk}")).to_contain_text("收进")
            assert Item.objects.get(news_item=pk).group == (None if word == "推荐" else word)
        with page.expect_navigation():
            page.locator(".inbox-row:not(.inbox-row-done)").nth(4).get_by_role("link", name="不要").click()
        page.fill("#reason", "太旧")
        with page.expect_navigation():
            page.get_by_role("button", name="不要").click()
        assert NewsItem.objects.filter(decision_reason="太旧").count() == 1
        with page.expect_navigation():
            page.get_by_role("button", name="撤销").first.click()
    assert left() == STORIES - 3


def test_on_a_phone_a_tap_gives_the_pad_and_axe_finds_nothing(live_server, room, organizer):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with desk(live_server, organizer, **phone) as page:
        assert page.locator(".inbox-row").first.bounding_box()["y"] < 844 / 2  # work stands high, tools are folded
        row = page.locator(".inbox-row").nth(2)
        pk = int(row.get_attribute("id")[6:])
        NewsItem.objects.filter(pk=pk).update(summary="这一条讲的是词表。")
        row.locator("h2 a").tap()
        expect(row.locator(".summary")).to_have_text("这一条讲的是词表。")
        pad = row.locator(".filing .button")
        expect(pad).to_have_count(6)
        boxes = [button.bounding_box() for button in pad.all()]
        assert len({round(box["y"]) for box in boxes}) == 2
        assert all(box["height"] >= 44 for box in boxes)
        pad.filter(has_text="项目").tap()
        settled(page)
        expect(page.locator(".inbox-row-here")).to_have_attribute(
            "id", page.locator(".inbox-row").nth(3).get_attribute("id")
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert Axe().run(page).response["violations"] == []
        assert page.wrong == []
