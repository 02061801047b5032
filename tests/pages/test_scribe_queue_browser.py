"""A scribe's session ends while they write: what was sent waits in the browser and goes after the sign-in."""

from shutil import which

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from talks.actions.rundown_making import make_rundown
from talks.models import Question
from tests.pages.test_inbox_browser import desk
from tests.talks.evening import evening, fresh

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
