"""Every form of the week does its act without JavaScript, in a real browser, by who may; and axe finds nothing on its pages."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from config.urls import urlpatterns
from members.actions import invitations
from members.actions.people import find_or_name
from members.actors import SYSTEM
from members.models import Invitation, MailGroup, Person
from talks.actions import claims, hosting, items, suggestions, webhooks
from talks.actions.life import plan_next
from talks.mailing import link_to_stop
from talks.models import Claim, Episode, Item, KeptRow, Section, Suggestion, Template
from tests.browsers import chromium
from tests.pages.test_inbox_browser import nobody_else, pytestmark  # noqa: F401
from tests.shots import pages_of_the_map

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}
# The pages of the week, as `reverse` takes them; `{…}` stands for a key of the world.
WEEK = {
    "board": "code", "board-item": "code item", "submit": "", "claim": "", "claim-hand-over": "claim",
    "episode-state": "code", "templates": "", "template-edit": "", "template-edition": "edition", "calendar": "",
    "notifications": "", "profile": "", "erase": "", "go": "guest", "invitations": "", "aliases": "",
    "person-manage": "handle", "person-claim": "named", "account_signup": "",
    "dashboard": "", "hand-off": "", "statistics": "", "history": "code", "history-restore": "code event",
    "outbox": "code", "chat": "code", "webhooks": "", "webhook": "hook", "unsubscribe": "stop",
}  # fmt: skip
# What was there before the week, or is django-allauth's; tests of their own look at these.
OTHERS = {
    *("home", "episodes", "episode", "ask", "question", "inbox", "inbox-story", "papers", "paper", "lists", "list"),
    *("list-import", "list-import-store", "list-add", "list-entry", "list-add-section", "list-section", "sources"),
    *("source", "source-add", "source-edit", "source-lists", "ops", "people", "person", "tokens", "import"),
    *("import-store", "api-docs", "wrapup", "recordings", "return"),
    *("question-edit", "answer-edit", "question-summary", "moderation"),
    *("live", "stage", "scribe"),
}
# Who sees most of a page; everything else is looked at by an organizer.
SEEN_BY = {
    "lead": ("board", "board-item", "submit", "claim", "claim-hand-over", "episode-state", "notifications", "profile"),
    "nobody": ("board", "claim", "go", "account_signup"),
}


@pytest.fixture
def world(transactional_db, organizer, member, stranger):
    """小满 leads the news and hosts; everything that has a form is there once."""
    now = timezone.now()
    episode = plan_next(by=SYSTEM, now=now)
    sections = {row.kind: row for row in Section.objects.filter(episode=episode)}
    held = claims.claim(section=sections["news"], role="lead", by=member, now=now)
    hosting.host(episode=episode, role="host", by=member, now=now)
    for n in range(3):
        row = items.nominate(
            episode=episode,
            url=f"https://a.example/{n}",
            text=f"第{n}条",
            section=sections["news"],
            by=stranger,
            now=now,
        )
        if n:
            items.accept(item=row, version=1, by=member, now=now)
    suggestions.suggest(section=sections["news"], body="短一点", by=stranger, now=now)
    invited = invitations.invite(purpose="claim", target=str(sections["picks"].pk), by=organizer, now=now)
    find_or_name(["渡口", "渡囗"], by=SYSTEM, now=now)
    robot = {"form": "wecom", "url": "https://robot.example/send?key=made-up", "events": ["reminder"]}
    hook, _secret = webhooks.make_webhook(name="群", **robot, by=organizer, now=now)
    return {
        "code": episode.code, "item": row.pk, "claim": held.pk, "edition": Template.objects.get().pk,
        "guest": invited.key, "handle": stranger.handle, "named": "渡口", "sections": sections,
        "event": KeptRow.objects.filter(episode=episode).order_by("event").values_list("event", flat=True)[0],
        "hook": hook.pk, "stop": link_to_stop(organizer, MailGroup.REMINDERS).rpartition("/unsubscribe/")[2].strip("/"),
    }  # fmt: skip


@contextmanager
def people(live_server, *who, scripts):
    """A page for each person, None for who has no account."""
    with chromium() as browser:
        pages = []
        for person in who:
            context = browser.new_context(base_url=live_server.url, java_script_enabled=scripts, **PHONE)
            context.set_default_timeout(60_000)
            nobody_else(context)
            if person is not None:
                client = Client()
                client.force_login(person.user)
                value = client.cookies["sessionid"].value
                context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
            pages.append(context.new_page())
        yield pages


def addresses(world, names):
    return {name: reverse(name, args=[world[key] for key in WEEK[name].split()]) for name in names}


def test_every_page_of_the_map_is_one_of_these():
    """A new page is looked at here, or stands among those that others look at."""
    names = {name for name in pages_of_the_map(urlpatterns) if not name.startswith(("account_", "mfa_", "social"))}
    assert names - OTHERS - WEEK.keys() == set()
    assert (WEEK.keys() - {"account_signup"} | OTHERS) - names == set()


def test_axe_finds_nothing_on_the_pages_of_the_week(live_server, world, organizer, member):
    found = {}
    with people(live_server, organizer, member, None, scripts=True) as (boss, lead, nobody):
        looks = [(boss, path) for path in addresses(world, WEEK).values() if path != f"/go/{world['guest']}/"]
        looks += [(lead, path) for path in addresses(world, SEEN_BY["lead"]).values()]
        looks += [(nobody, path) for path in addresses(world, SEEN_BY["nobody"]).values()]
        for page, path in looks:
            page.goto(path)
            page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
            said = [each["id"] for each in Axe().run(page).response["violations"]]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if said or wide > 0:
                found[path] = (said, wide)
    assert found == {}


def press(page, where, name):
    """Press a button of a part of the page; it leads somewhere."""
    with page.expect_navigation():
        page.locator(where).get_by_role("button", name=name, exact=True).first.click()


def unfold(page, where):
    page.locator(where).first.click()


def test_sections_and_the_evening(live_server, world, organizer, member, stranger):
    news, picks = (f"#section-{world['sections'][kind].pk}" for kind in ("news", "picks"))
    state = f"/episodes/{world['code']}/state/"
    with people(live_server, stranger, member, organizer, scripts=False) as (other, lead, boss):
        other.goto("/claim/")
        press(other, picks, f"认领 {world['code']} 的本周推荐")
        own = Claim.objects.current().filter(section=world["sections"]["picks"])
        assert own.get().person == stranger
        press(other, picks, f"放弃 {world['code']} 的本周推荐")
        assert not own.exists()
        lead.goto("/claim/")
        with lead.expect_navigation():
            lead.locator(news).get_by_role("link", name="转交").click()
        lead.fill("#to", stranger.name)
        press(lead, "main", "转交")
        assert Claim.objects.current().get(section=world["sections"]["news"]).person == stranger
        lead.goto(state)
        lead.fill("#starts_at", "2099-01-03T21:00")
        lead.fill("#move-reason", "放假")
        press(lead, "#move", "看看会变动什么")
        expect(lead.locator(".error-summary")).to_have_count(1)  # too far, and said so
        week = Episode.objects.get(code=world["code"])
        later = timezone.localtime(week.starts_at + timedelta(days=7))
        lead.fill("#starts_at", later.strftime("%Y-%m-%dT%H:%M"))
        press(lead, "#move", "看看会变动什么")
        press(lead, "#move", "确认改时间")
        assert Episode.objects.get(code=world["code"]).sequence == 1
        boss.goto("/templates/edit/")
        boss.locator("form.stack fieldset input[name$=minutes]").first.fill("95")
        press(boss, "main", "存为新的一版")
        assert Template.objects.get(edition=2).minutes == 95


def test_items_and_suggestions(live_server, world, organizer, member, stranger):
    board = f"/episodes/{world['code']}/board/"
    waiting, first, second = (f"#item-{row.pk}" for row in Item.objects.order_by("pk"))
    with people(live_server, stranger, member, scripts=False) as (other, lead):
        other.goto("/submit/")
        other.fill("#url", "https://b.example/new")
        other.fill("#text", "新的一条")
        press(other, "main", "提名")
        if not Item.objects.filter(url="https://b.example/new").exists():  # what is known is shown once
            press(other, "main", "提名")
        assert Item.objects.get(url="https://b.example/new").nominated_by == stranger
        other.goto(board)
        with other.expect_navigation():
            other.locator(f"{waiting} .vote").click()
        assert Item.objects.get(pk=waiting[6:]).votes.count() == 1
        with other.expect_navigation():
            other.locator(f"{waiting} .vote").click()
        assert Item.objects.get(pk=waiting[6:]).votes.count() == 0
        part = f"#section-{world['sections']['classic'].pk} .suggesting"
        unfold(other, f"{part} summary")
        other.locator(f"{part} textarea").fill("先讲结论")
        press(other, part, "提建议")
        assert Suggestion.objects.filter(body="先讲结论", person=stranger).exists()
        lead.goto(board)
        press(lead, waiting, "收下")
        assert Item.objects.get(pk=waiting[6:]).state == "accepted"
        with lead.expect_navigation():
            lead.locator(second).get_by_role("button", name="上移").click()
        places = {row.pk: row.position for row in Item.objects.all()}
        assert places[int(second[6:])] < places[int(first[6:])]
        unfold(lead, f"{first} .more > summary")
        with lead.expect_navigation():
            lead.locator(first).get_by_role("button", name="退回提名").click()
        unfold(lead, f"{first} .more:has(.declining) > summary")
        lead.locator(f"{first} .declining input[name=reason]").fill("太旧")
        press(lead, f"{first} .declining", "不要")
        assert Item.objects.get(pk=first[6:]).decision_reason == "太旧"
        wish = f"#suggestion-{Suggestion.objects.get(body='短一点').pk}"
        press(lead, wish, "我来办")
        unfold(lead, f"{wish} .decline summary")
        lead.locator(f"{wish} input[name=resolution]").fill("照办")
        press(lead, f"{wish} .declining", "办好了")
        assert Suggestion.objects.get(body="短一点").resolution == "照办"
        lead.goto(f"{board}items/{second[6:]}/")
        lead.select_option("#to", str(world["sections"]["picks"].pk))
        press(lead, "main", "移动")
        assert Item.objects.get(pk=second[6:]).section == world["sections"]["picks"]


def test_people(live_server, world, organizer, stranger):
    one, other = (Person.objects.get(name=name) for name in ("渡囗", "渡口"))
    with people(live_server, organizer, stranger, None, scripts=False) as (boss, me, guest):
        boss.goto("/invitations/")
        press(boss, "main", "生成链接")
        assert Invitation.objects.filter(purpose="join").count() == 1
        guest.goto(f"/go/{world['guest']}/")
        guest.fill("input[name=name]", "路过的人")
        press(guest, "main", "认领本周推荐")
        assert Claim.objects.get(section=world["sections"]["picks"]).name == "路过的人"
        boss.goto(f"/people/{one.handle}/manage/")
        boss.locator("form[action$='/merge/'] input:not([type=hidden])").first.fill(other.name)
        press(boss, "form[action$='/merge/']", "并到那个人名下")
        one.refresh_from_db()
        assert one.merged_into == other
        boss.goto(f"/people/{one.handle}/manage/")
        press(boss, "main", "拆开")
        one.refresh_from_db()
        assert one.merged_into is None
        me.goto("/settings/profile/")
        me.fill("textarea[name=bio]", "做量化的。")
        press(me, "main", "保存")
        stranger.refresh_from_db()
        assert stranger.bio == "做量化的。"
