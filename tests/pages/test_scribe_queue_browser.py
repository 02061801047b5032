"""What is sent from a page of the evening waits in the browser: for a sign-in, for the line, and for nobody's vote."""

from shutil import which

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from talks.actions.questions import ask
from talks.actions.rundown import start
from talks.actions.rundown_making import make_rundown
from talks.models import Question
from tests.pages.test_inbox_browser import desk
from tests.pages.test_week_without_scripts import people
from tests.talks.evening import evening, fresh, on_air

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(which("chromium") is None, reason="there is no Chromium"),
]
SCRIBE = "/episodes/021/scribe/"


def test_what_is_sent_after_the_session_ended_goes_after_the_sign_in(live_server):
    now = timezone.now()
    room = evening(now)
    make_rundown(episode=fresh(room), by=room.by, now=now)
    with desk(live_server, room.by) as page:
        page.context.route("**/live/now/**", lambda route: route.fulfill(status=204))
        page.goto(SCRIBE)
        session = [each for each in page.context.cookies() if each["name"] == "sessionid"]
        page.context.clear_cookies(name="sessionid")
        page.fill("#note-question", "会话断了还问一句？")
        page.locator("form[data-queue=question] button").click()
        page.wait_for_url("**/accounts/login/**")
        assert not Question.objects.filter(body="会话断了还问一句？").exists()
        page.context.clear_cookies(name="sessionid")
        page.context.add_cookies(session)
        page.goto(SCRIBE)
        expect(page.locator(".page-messages")).to_be_visible()
        expect(page.locator(".unsent")).to_have_count(0)
        assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('queue ')).length") == 0
        assert Question.objects.filter(body="会话断了还问一句？").count() == 1


def test_a_key_of_the_host_without_a_line_goes_when_it_is_back(live_server, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    now = timezone.now()
    room = evening(now)
    make_rundown(episode=fresh(room), by=room.by, now=now)
    start(episode=fresh(room), by=room.by, now=now)
    with desk(live_server, room.by) as page:
        page.context.route("**/live/now/**", lambda route: route.fulfill(status=204))
        page.goto("/episodes/021/live/")
        page.context.set_offline(True)
        page.get_by_role("button", name="+2 分").click()
        expect(page.locator(".unsent")).to_contain_text("1 次按键")
        page.get_by_role("button", name="下一条").click()
        expect(page.locator(".unsent")).to_contain_text("2 次按键")
        assert on_air(room).extra_minutes == 0
        page.context.set_offline(False)
        expect(page.locator(".unsent")).to_have_count(0)
        expect(page.locator(".rundown-past")).to_have_count(1)
        # Two at once: the second waits for the first.
        page.evaluate("for (const act of ['extend', 'pause']) document.querySelector(`button[value=${act}]`).click()")
        expect(page.locator("button[value=resume]").first).to_be_visible()
        expect(page.locator(".unsent")).to_have_count(0)
    room.episode.rundown.refresh_from_db()
    assert room.episode.rundown.paused_at is not None
    first, second = room.episode.rundown.cues.order_by("position")[:2]
    assert (first.extra_minutes, first.state, second.state, second.extra_minutes) == (2, "done", "running", 2)


def test_a_vote_too_many_holds_up_no_question(live_server, monkeypatch, settings):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.VISITOR_LIMITS = {**settings.VISITOR_LIMITS, "vote_for_one": 0}
    now = timezone.now()
    room = evening(now)
    make_rundown(episode=fresh(room), by=room.by, now=now)
    asked = ask(episode=fresh(room), body="八比特呢？", by=room.by, now=now)
    with people(live_server, None, scripts=True) as (page,):
        page.context.route("**/live/now/**", lambda route: route.fulfill(status=204))
        page.goto("/episodes/021/live/")
        vote = page.locator(f"[data-vote='{asked.public_id}']")
        vote.click()
        expect(page.locator(".message-bad")).to_contain_text("这一小时")
        expect(vote).to_have_attribute("aria-pressed", "false")
        page.fill("#ask-body", "后面的问题过得去吗？")
        page.locator("form[data-queue=ask] button").click()
        expect(page.locator("main [data-taken]")).to_be_visible()
    assert Question.objects.filter(body="后面的问题过得去吗？").count() == 1
