"""In a real browser: no letter is lost by a closed tab, a failed request, an ended session, a conflict or an input method."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from talks.actions import item_edits
from talks.actions.questions import ask
from talks.models import Item
from tests.pages.test_board_browser import serious
from tests.pages.test_inbox_browser import desk, pytestmark  # noqa: F401
from tests.talks.boardroom import boardroom, nominate

BODY = "第一句说背景。\n第二句说方法。\n第三句是结论。"
MINE = "第一句说了很长的背景，还有 https://a.example/x?y=1。\n第二句说方法。\n第三句是结论。"
PASSWORD = "只在这里用的密码 42"
PATIENCE = 120_000
expect.set_options(timeout=60_000)


@pytest.fixture
def item(transactional_db, organizer):
    now = timezone.now()
    room = boardroom(now=now)
    row = nominate(room, organizer, now, url="https://a.example/0", text="一条", section=room.news)
    return item_edits.edit(item=row, version=row.version, values={"body": BODY}, by=organizer, now=now)


def address(item):
    return f"/episodes/021/board/items/{item.pk}/"


def typed(page, item):
    page.goto(address(item))
    page.locator("#id_body").fill(MINE)


def kept(page):
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft '))")


def test_a_closed_tab_keeps_the_draft_and_it_can_be_thrown_away(live_server, item, organizer):
    with desk(live_server, organizer, patience=PATIENCE) as page:
        typed(page, item)
        context = page.context
        page.close()
        again = context.new_page()
        again.goto(address(item))
        expect(again.locator("#id_body")).to_have_value(MINE)
        expect(again.locator(".draft-said")).to_contain_text("草稿已恢复")
        expect(again.locator(".unsent")).to_have_count(0)
        assert serious(again) == []
        again.get_by_role("button", name="丢弃").click()
        expect(again.locator("#id_body")).to_have_value(BODY)
        assert kept(again) == []


def test_a_request_that_failed_leaves_the_text_and_says_so(live_server, item, organizer):
    with desk(live_server, organizer, patience=PATIENCE) as page:
        typed(page, item)
        page.route(
            f"**{address(item)}", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
        )
        page.get_by_role("button", name="保存").click()
        page.wait_for_timeout(500)
        page.goto(address(item))
        expect(page.locator("#id_body")).to_have_value(MINE)
        expect(page.locator(".unsent")).to_contain_text("未同步 1 条")
        assert serious(page) == []
        page.unroute_all()
        with page.expect_navigation(url="**/board/*"):
            page.get_by_role("button", name="重试").click()
        assert Item.objects.get(pk=item.pk).body == MINE
        expect(page.locator(".unsent")).to_have_count(0)
        assert kept(page) == []


def test_an_error_of_the_server_and_no_network_leave_the_text(live_server, item, organizer):
    with desk(live_server, organizer, patience=PATIENCE) as page:
        typed(page, item)
        page.context.set_offline(True)
        page.get_by_role("button", name="保存").click()
        expect(page.locator(".unsent")).to_contain_text("未同步 1 条")
        expect(page.locator("#id_body")).to_have_value(MINE)
        page.context.set_offline(False)
        page.route(
            f"**{address(item)}",
            lambda route: route.fulfill(status=500, body="x") if route.request.method == "POST" else route.continue_(),
        )
        page.get_by_role("button", name="保存").click()
        page.wait_for_timeout(500)
        page.goto(address(item))
        expect(page.locator("#id_body")).to_have_value(MINE)
        expect(page.locator(".unsent")).to_contain_text("未同步 1 条")


def test_an_ended_session_leads_back_to_the_form_with_the_draft(live_server, item, organizer):
    organizer.user.set_password(PASSWORD)
    organizer.user.save()
    with desk(live_server, organizer, patience=PATIENCE) as page:
        sign_in(page, organizer)
        typed(page, item)
        Session.objects.all().delete()
        page.get_by_role("button", name="保存").click()
        page.wait_for_url("**/accounts/login/**")
        sign_in(page, organizer, is_there=True)
        page.wait_for_url(f"**{address(item)}")
        expect(page.locator("#id_body")).to_have_value(MINE)
        expect(page.locator(".unsent")).to_contain_text("未同步 1 条")
        with page.expect_navigation(url="**/board/*"):
            page.get_by_role("button", name="重试").click()
        assert Item.objects.get(pk=item.pk).body == MINE
        assert kept(page) == []


def sign_in(page, person, *, is_there=False):
    if not is_there:
        page.context.clear_cookies()
        page.goto("/accounts/login/")
    page.locator("#id_login").fill(person.user.username)
    page.locator("#id_password").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()


def test_a_conflict_shows_both_and_the_merge_and_takes_it(live_server, item, organizer):
    with desk(live_server, organizer, patience=PATIENCE, viewport={"width": 390, "height": 844}) as page:
        typed(page, item)
        theirs = BODY.replace("第三句是结论。", "第三句是别人的结论。")
        row = Item.objects.get(pk=item.pk)
        item_edits.edit(item=row, version=row.version, values={"body": theirs}, by=organizer, now=timezone.now())
        page.get_by_role("button", name="保存").click()
        expect(page.locator(".conflict-texts")).to_contain_text("别人的结论")
        expect(page.locator(".conflict-texts")).to_contain_text("很长的背景")
        both = MINE.replace("第三句是结论。", "第三句是别人的结论。")
        expect(page.locator("#id_body")).to_have_value(both)
        expect(page.locator(".conflict h2")).to_be_in_viewport()  # the form below does not draw it away
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        with page.expect_navigation(url="**/board/*"):
            page.get_by_role("button", name="保存").click()
        assert Item.objects.get(pk=item.pk).body == both
        assert kept(page) == []


def test_a_draft_that_waited_while_others_wrote_is_merged_not_written_over(live_server, item, organizer):
    with desk(live_server, organizer, patience=PATIENCE) as page:
        typed(page, item)
        row = Item.objects.get(pk=item.pk)
        theirs = BODY.replace("第三句是结论。", "第三句是别人的结论。")
        item_edits.edit(item=row, version=row.version, values={"body": theirs}, by=organizer, now=timezone.now())
        page.goto(address(item))
        expect(page.locator("#id_body")).to_have_value(MINE)
        page.get_by_role("button", name="保存").click()
        expect(page.locator(".conflict-texts")).to_contain_text("别人的结论")
        expect(page.locator("#id_body")).to_have_value(MINE.replace("第三句是结论。", "第三句是别人的结论。"))


def test_what_was_typed_after_sending_stays_and_others_see_nothing(live_server, item, organizer, member):
    with desk(live_server, member, patience=PATIENCE) as page:
        page.goto("/episodes/021/ask/")
        page.locator("#body").fill("这个问题问什么")
        page.evaluate(
            "document.querySelector('#reply').addEventListener('submit', () => setTimeout(() => {"
            "const field = document.querySelector('#body'); field.value += '，还有一句';"
            "field.dispatchEvent(new Event('input', { bubbles: true })); }, 0))"
        )
        with page.expect_navigation(url="**/q/**"):
            page.locator("#reply button[type=submit], #reply button:not([type])").first.click()
        page.goto("/episodes/021/ask/")
        expect(page.locator("#body")).to_have_value("这个问题问什么，还有一句")
        page.context.clear_cookies()
        page.goto("/episodes/021/ask/")
        expect(page.locator("#body")).to_have_value("")
        expect(page.locator(".draft-said")).to_have_count(0)


def test_nothing_is_sent_or_asked_while_somebody_composes(live_server, item, organizer):
    with desk(live_server, organizer, patience=PATIENCE) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url) if "/submit/known/" in request.url else None)
        page.goto("/submit/")
        cdp = page.context.new_cdp_session(page)
        page.locator("#url").focus()
        cdp.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
        enter = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
        cdp.send("Input.dispatchKeyEvent", enter)
        page.wait_for_timeout(700)
        assert asked == []
        assert page.url.endswith("/submit/")
        cdp.send("Input.insertText", {"text": "你好"})
        expect(page.locator("#url")).to_have_value("你好")
        page.wait_for_timeout(700)
        assert len(asked) == 1
        assert any("submit" in key for key in kept(page))


def test_a_question_that_the_site_asks_back_about_is_kept_and_is_not_called_unsent(live_server, item, organizer):
    stands, new = "长上下文的注意力为什么会变慢？", "长上下文的注意力会变慢，为什么？"
    ask(episode=item.section.episode, body=stands, by=organizer, now=timezone.now())
    with desk(live_server, organizer, patience=PATIENCE) as page:
        page.goto("/episodes/021/ask/")
        page.locator("#body").fill(new)
        with page.expect_navigation():
            page.get_by_role("button", name="提问", exact=True).click()
        expect(page.locator("[data-draft-asks]")).to_contain_text(stands)
        expect(page.locator(".unsent")).to_have_count(0)
        page.goto("/episodes/021/ask/")  # they went to read the other one, and come back
        expect(page.locator("#body")).to_have_value(new)
        page.get_by_role("button", name="提问", exact=True).click()
        page.get_by_role("button", name="还是要问").click()
        page.wait_for_url("**/q/021-*/")
        expect(page.locator(".unsent")).to_have_count(0)
        assert kept(page) == []
