"""Everything that matters works without JavaScript and by keyboard alone, in a real browser against a real server."""

import re
from contextlib import contextmanager
from shutil import which

import pytest
from playwright.sync_api import expect

from talks.models import Answer, Episode, Question
from tests.browsers import chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(which("chromium") is None, reason="there is no Chromium"),
]
STEPS = 60
DOCUMENT = "# OpenLLM Talk 231\n\n【编号】：231\n【时间】：20260228 晚上九点\n\n## 本周新闻\n\n- 一条新闻\nhttps://example.org/n\n"


@contextmanager
def reader(live_server):
    """A page without JavaScript, and nothing on the way to it that only a mouse can do."""
    with chromium() as browser:
        context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
        context.set_default_timeout(20_000)
        yield context.new_page()


def reach(page, selector):
    """Press Tab until the element has the focus."""
    for _step in range(STEPS):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard on {page.url}")


def send(page, selector, key="Enter"):
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press(key)


def write(page, selector, text):
    reach(page, selector)
    page.keyboard.insert_text(text)


def sign_in(page, name, password):
    write(page, "input[name=login]", name)
    write(page, "input[name=password]", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_ask_sign_in_and_answer(live_server, site, member, password):
    with reader(live_server) as page:
        page.goto("/episodes/021/ask/")
        write(page, "textarea", "没有脚本也能问吗？")
        page.check("#as-account")  # in one's own name, and so after signing in
        send(page, "#reply button")
        assert "/accounts/login/" in page.url
        sign_in(page, "小满", password)
        assert page.url.endswith("/episodes/021/ask/")
        expect(page.locator("#reply textarea")).to_have_value("没有脚本也能问吗？")
        send(page, "#reply button")
        assert page.url.endswith("/q/021-3/")
        write(page, "textarea", "能，刚刚就是。")
        send(page, "#reply button")
        expect(page.locator(".answer .prose")).to_have_text("能，刚刚就是。")
    assert Question.objects.get(body="没有脚本也能问吗？").asker == member
    assert Answer.objects.get(body="能，刚刚就是。").author == member


def test_a_session_that_ends_meanwhile_keeps_the_text(live_server, site, member, password):
    with reader(live_server) as page:
        page.goto("/accounts/login/?next=/episodes/021/ask/")
        sign_in(page, "小满", password)
        write(page, "textarea", "写到一半，登录过期了")
        page.context.clear_cookies(name="sessionid")
        send(page, "#reply button")
        assert "/accounts/login/" in page.url
        sign_in(page, "小满", password)
        expect(page.locator("#reply textarea")).to_have_value("写到一半，登录过期了")
        send(page, "#reply button")
    assert Question.objects.filter(body="写到一半，登录过期了").count() == 1


def test_a_form_sent_twice_asks_once(live_server, site, member, password):
    with reader(live_server) as page:
        page.goto("/accounts/login/?next=/episodes/021/ask/")
        sign_in(page, "小满", password)
        page.fill("#reply textarea", "手快，点了两下")
        page.locator("#reply button").dblclick(no_wait_after=True)
        expect(page).to_have_url(re.compile(r"/q/021-3/$"))  # whichever reply came last; the other is broken off
        expect(page.locator("main")).to_contain_text("手快，点了两下")
    assert Question.objects.filter(body="手快，点了两下").count() == 1


def test_language_and_theme(live_server, site):
    with reader(live_server) as page:
        page.goto("/papers/")
        send(page, 'button[name="language"]')
        expect(page.locator("html")).to_have_attribute("lang", "en")
        send(page, 'button[value="dark"]')
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        send(page, 'button[name="theme"][value=""]')
        expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
        assert page.url.endswith("/papers/")


def test_import_with_its_preview(live_server, organizer, password, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    with reader(live_server) as page:
        page.goto("/accounts/login/?next=/import/")
        sign_in(page, "青禾", password)
        reach(page, ".or-paste summary")
        page.keyboard.press("Enter")
        write(page, "input[name=name]", "231.md")
        write(page, "textarea[name=text]", DOCUMENT)
        send(page, "form.stack button")
        expect(page.locator("h2#f1")).to_have_text("231.md")
        expect(page.locator(".reading")).to_contain_text("一条新闻")
        send(page, ".action-bar button")
        expect(page.locator(".tag-green")).to_be_visible()
    assert Episode.objects.get().code == "231"
