"""The pages of the time after a talk without JavaScript, in a real browser on a phone; and axe finds nothing on them."""

import re

from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from members.actions.people import find_or_name
from members.actors import SYSTEM
from members.models import Invitation
from talks.actions.life import advance
from talks.actions.words import ask_for_words
from talks.models import Answer, Cue, Episode, Item, Question, Recording, Rundown
from tests.pages.test_inbox_browser import pytestmark  # noqa: F401
from tests.pages.test_week_without_scripts import people, press, world  # noqa: F401

LONG = "一个长到在手机屏幕上一行放不下的、还夹着 KV cache 和 FlashAttention 两个英文词的提问标题，后面还要再说一点"


def over(world, member, now):  # noqa: F811
    """The evening of the world is in its wrap-up."""
    episode = Episode.objects.get(code=world["code"])
    for state in ("locked", "live", "wrapup"):
        advance(episode=episode, to=state, by=member, now=now, reason="到点了")
    episode.refresh_from_db()
    stamp = {"created_at": now, "changed_at": now}
    asker = find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"]
    question = Question.objects.create(
        episode=episode, position=1, serial=1, asker=asker, asker_name="渡口", body=LONG, body_html=f"<p>{LONG}</p>",
        **stamp,
    )  # fmt: skip
    Answer.objects.create(question=question, position=1, body="半句。", body_html="<p>半句。</p>", **stamp)
    rundown = episode.rundown  # made when it went live
    rundown.cues.all().delete()
    Rundown.objects.filter(pk=rundown.pk).update(started_at=now)
    item = Item.objects.filter(section__episode=episode, state="accepted")[0]
    Cue.objects.create(rundown=rundown, position=1, kind="item", item=item, state="done", started_at=now, minutes=5)
    return episode, question


def test_an_evening_is_wrapped_up_by_hand(live_server, world, organizer, member):  # noqa: F811
    episode, question = over(world, member, timezone.now())
    page_of = f"/episodes/{episode.code}/wrapup/"
    with people(live_server, member, None, scripts=False) as (host, guest):
        host.goto(page_of)
        host.locator("input[name=pick]").last.check()
        press(host, "form[data-draft=highlights]", "保存提要")
        episode.refresh_from_db()
        assert len(episode.highlights) == 1
        host.locator("#unsigned ~ *, article").first.wait_for()
        host.locator("input[name=name]").first.fill("渡口")
        press(host, "article.section-card", "署名")
        assert Answer.objects.get().author_name == "渡口"
        host.select_option("#words-person", label=re.compile("渡口").pattern)
        press(host, "main", "生成链接")
        link = Invitation.objects.get(purpose="answer")
        guest.goto(f"/go/{link.key}/")
        guest.fill("#body", "补的一句。")
        press(guest, "form[data-draft=words]", "补上")
        expect(guest.locator(".answers")).to_contain_text("补的一句。")
        host.goto(f"/episodes/{episode.code}/recordings/")
        host.fill("#url", "https://www.bilibili.com/video/BV1xx411c7mD/")
        press(host, "form[data-draft=recording]", "添加")
        host.fill("input[name=at]", "10:10")
        press(host, "section form", "对齐")
        assert Recording.objects.get().offset_seconds == 610
        expect(host.locator("textarea[id^=chapters]")).to_contain_text("10:10")
        host.goto(page_of)
        press(host, "main", "发布记录")
        episode.refresh_from_db()
        assert episode.state == "published"
        guest.goto(f"/q/{question.public_id}/")
        expect(guest.locator(".answers")).to_contain_text("补的一句。")


def drafts_left(page):
    """The drafts a page still keeps, once none is left or after five seconds.

    Asked from here: `wait_for_function` looks a second time by code of its own in the page, which the policy forbids.
    """
    for _look in range(50):
        kept = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft '))")
        if not kept:
            break
        page.wait_for_timeout(100)
    return kept


def test_words_by_a_link_are_taken_at_once_and_leave_no_draft(live_server, world, member):  # noqa: F811
    _episode, question = over(world, member, timezone.now())
    link = ask_for_words(question=question, person=question.asker, by=member, now=timezone.now())
    with people(live_server, None, scripts=True) as (guest,):
        guest.goto(f"/go/{link.key}/")
        for said in ("补的一句。", "又补的一句。"):
            guest.locator("#body").press_sequentially(said)
            guest.get_by_role("button", name="补上").click()
            expect(guest.locator(".answers")).to_contain_text(said)
            expect(guest.locator(".unsent, .draft-said")).to_have_count(0)
            assert drafts_left(guest) == []
            expect(guest.locator("#body")).to_have_value("")


def test_axe_finds_nothing_on_these_pages(live_server, world, organizer, member):  # noqa: F811
    from talks.actions.recordings import add_recording, align

    now = timezone.now()
    episode, question = over(world, member, now)
    video = add_recording(episode=episode, url="https://youtu.be/abc", by=member, now=now)
    align(recording=video, cue=Cue.objects.get(), at="1:00", version=1, by=member, now=now)
    link = ask_for_words(question=question, person=question.asker, by=member, now=now)
    found = {}
    with people(live_server, member, None, scripts=True) as (host, guest):
        looks = [(host, f"/episodes/{episode.code}/{name}/") for name in ("wrapup", "recordings")]
        looks += [(guest, f"/go/{link.key}/"), (guest, f"/episodes/{episode.code}/")]
        for page, path in looks:
            page.goto(path)
            page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
            said = [each["id"] for each in Axe().run(page).response["violations"]]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if said or wide > 0:
                found[path] = (said, wide)
    assert found == {}
