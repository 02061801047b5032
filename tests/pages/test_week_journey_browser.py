"""A week on a phone, from the invitation to the locked board: three people, real taps, and how many each thing costs."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from members.actors import SYSTEM
from talks.actions.life import plan_next
from talks.models import Claim, Episode, Hosting, Item, Suggestion
from tests.browsers import chromium
from tests.pages.conftest import document, item, put, section
from tests.pages.test_inbox_browser import nobody_else, pytestmark  # noqa: F401

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}
TOLD = "https://arxiv.org/abs/2307.13304"
PASSWORD = "correct horse battery"


class Thumb:
    """One phone, and how often it was tapped."""

    def __init__(self, browser, address, person=None):
        self.context = browser.new_context(base_url=address, **PHONE)
        self.context.set_default_timeout(60_000)
        nobody_else(self.context)
        if person is not None:
            client = Client()
            client.force_login(person.user)
            value = client.cookies["sessionid"].value
            self.context.add_cookies([{"name": "sessionid", "value": value, "url": address}])
        self.page = self.context.new_page()
        self.taps = 0
        self.wrong = []
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def at(self, path):
        """Open a page as if one had it before one, and count from here."""
        self.page.goto(path)
        self.taps = 0
        return self

    def tap(self, where):
        where.tap()
        self.taps += 1

    def go(self, where):
        """A tap that leads to another page."""
        with self.page.expect_navigation():
            self.tap(where)
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), self.page.url

    def button(self, name):
        return self.page.get_by_role("button", name=name)

    def fill(self, field, text):
        self.page.locator(field).fill(text)


@contextmanager
def phones(live_server, *people):
    with chromium() as browser:
        thumbs = [Thumb(browser, live_server.url, person) for person in people]
        yield thumbs
    assert [each.wrong for each in thumbs] == [[]] * len(thumbs)


@pytest.fixture
def week(transactional_db):
    now = timezone.now()
    told = section("news", "本周新闻", items=[item("两比特", TOLD, papers=["2307.13304"])])
    put(document(3, starts_at="2023-07-08T21:00:00+08:00", sections=[told]), now=now)
    return plan_next(by=SYSTEM, now=now)


def order():
    rows = Item.objects.filter(state="accepted", section__episode__number=4).order_by("position")
    return [row.url.rsplit("/")[-1] for row in rows]


def draw(thumb, what, onto):
    """Take a row by its handle with a finger and let it go above another."""
    handle = thumb.page.locator(f"{what} [data-drag]")
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), thumb.page.locator(onto).bounding_box()
    touches = thumb.context.new_cdp_session(thumb.page)

    def touch(kind, *points):
        spots = [{"x": x, "y": y} for x, y in points]
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    touch("touchStart", (start["x"] + 10, start["y"] + 10))
    for step in range(1, 6):
        y = start["y"] + (end["y"] + 4 - start["y"]) * step / 5
        touch("touchMove", (end["x"] + 60, y))
    expect(thumb.page.locator(".drop-line")).to_have_count(1)
    with thumb.page.expect_navigation():
        touch("touchEnd")


def test_from_the_invitation_to_the_locked_board(live_server, week, organizer, member):
    board = f"/episodes/{week.code}/board/"
    state = f"/episodes/{week.code}/state/"
    with phones(live_server, organizer, None, member) as (host, new, other):
        # An organizer makes an invitation; who follows its link has an account after one form.
        host.at("/invitations/").go(host.button("生成链接"))
        assert host.taps == 1
        link = host.page.locator("input.key-text").input_value()
        new.at(link)
        for field, text in (("username", "新来的"), ("password1", PASSWORD), ("password2", PASSWORD)):
            new.fill(f"input[name={field}]", text)
        new.go(new.page.locator("main form button[type=submit]"))
        assert new.taps == 1

        # One tap and the section is theirs.
        new.at("/claim/").go(new.button(f"认领 {week.label} 的本周新闻"))
        assert new.taps == 1
        assert Claim.objects.get(section__episode=week).name == "新来的"

        # A link: the board, the address, 提名. That 003 talked about it is said before it is sent.
        new.at(board)
        new.go(new.page.get_by_role("link", name="提名一条链接"))
        new.fill("#url", TOLD)
        expect(new.page.locator("#known")).to_contain_text("003 期讲过")
        new.fill("#text", "出了新版")
        new.go(new.button("提名").last)
        assert new.taps <= 3
        assert Item.objects.get(section__episode=week).nominated_by.name == "新来的"
        other.at("/submit/")
        other.fill("#url", "https://arxiv.org/abs/2309.00071")
        expect(other.page.locator("#known")).to_contain_text("2309.00071")
        other.go(other.button("提名").last)
        assert other.taps == 1

        # A vote.
        first, second = (f"#item-{row.pk}" for row in Item.objects.filter(section__episode=week).order_by("pk"))
        other.at(board).go(other.page.locator(f"{first} .vote"))
        assert other.taps == 1
        assert Item.objects.get(pk=first[6:]).votes.get().person == member

        # The lead takes both in and orders them: by keyboard, then by finger.
        new.at(board)
        for row in (first, second):
            new.go(new.page.locator(row).get_by_role("button", name="收下"))
        assert (new.taps, order()) == (2, ["2307.13304", "2309.00071"])
        new.page.locator(second).get_by_role("button", name="上移").focus()
        with new.page.expect_navigation():
            new.page.keyboard.press("Enter")
        assert order() == ["2309.00071", "2307.13304"]
        draw(new, first, second)
        assert order() == ["2307.13304", "2309.00071"]

        # A suggestion.
        other.at(board)
        wish = other.page.locator(f"#section-{Item.objects.get(pk=first[6:]).section_id} .suggesting")
        other.tap(wish.locator("summary"))
        wish.locator("textarea").fill("先讲结论")
        other.go(wish.get_by_role("button"))
        assert other.taps == 2
        assert Suggestion.objects.get().person == member

        # Host in one tap; then the evening moves, after a look at what moves along.
        other.at(state).go(other.button("我来主持"))
        assert other.taps == 1
        assert Hosting.objects.get(episode=week).person == member
        other.at(state)
        later = (timezone.localtime(week.starts_at) + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
        other.fill("#starts_at", later)
        other.fill("#move-reason", "放假")
        other.go(other.button("看看会变动什么"))
        expect(other.page.locator("#move .notice")).to_contain_text("本周新闻")
        assert Episode.objects.get(pk=week.pk).starts_at == week.starts_at
        other.go(other.button("确认改时间"))
        assert other.taps == 2
        moved = Episode.objects.get(pk=week.pk)
        assert (moved.starts_at - week.starts_at, moved.sequence) == (timedelta(days=7), 1)

        # The board is locked, with a reason for what is missing, and the next number is open.
        other.at(state)
        other.fill("#reason", "推荐由主持人带过")
        other.go(other.button("带着理由继续"))
        assert other.taps == 1
        assert Episode.objects.get(pk=week.pk).state == "locked"
        assert Episode.objects.get(number=4 + 1).state == "collecting"
        new.at(board)
        expect(new.page.locator(".state").first).to_have_text("备稿")
        expect(new.page.locator(f"{first} .acts > .filing")).to_be_visible()
