"""The pages of the week without JavaScript: taking a section, how an episode stands, templates, calendar, notifications."""

import re
from datetime import date

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.actors import GUEST
from members.models import Guest, Invitation, Notification, Person, Purpose
from talks.actions.claims import claim
from talks.actions.hosting import host
from talks.models import Break, Claim, Episode, Hosting, Item, Section, StandingOwner, Template
from talks.moves import previews_of_break
from tests.talks.week import at, board, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def week(now):
    with time_machine.travel(now, tick=False):
        yield board(now=now)


@pytest.fixture
def by(week):
    """Clients of people."""

    def client(who):
        made = Client()
        made.force_login(who.user)
        return made

    return client


def said(response):
    return response.content.decode()


# ── Claims ──────────────────────────────────────────────────────────────────


def test_the_list_says_what_one_needs_to_know(client, week, now):
    page = said(client.get("/claim/"))
    assert page.index("本周新闻") < page.index("本周推荐") < page.index("本周实践")
    assert "Free Talk" not in page
    for words in ("001", "10 分", "3 月 6 日", "没人认领的话", "值得知道的事"):
        assert words in page, words


def test_one_tap_takes_it(by, week, member):
    client = by(member)
    page = client.get("/claim/")
    [action] = re.findall(rf'action="(/claim/sections/{week.news.pk}/)"', said(page))
    done = client.post(action, follow=True)
    assert done.redirect_chain[-1][0] == f"/claim/#section-{week.news.pk}"
    assert "已认领 001 的本周新闻" in said(done)
    assert Claim.objects.get().person == member
    gone = client.post(f"/claim/{Claim.objects.get().pk}/release/", follow=True)
    assert "已放弃本周新闻" in said(gone)
    assert not Claim.objects.current().exists()


def test_a_refusal_says_why_and_offers_the_place_of_the_standby(by, week, member, stranger, organizer, now):
    for who in (stranger, organizer):
        claim(section=week.news, role="lead", by=who, now=now)
    client = by(member)
    refused = client.post(f"/claim/sections/{week.news.pk}/", {"role": "lead"})
    assert refused.status_code == 409
    page = said(refused)
    assert "两个位置都有人了：Nora、青禾。你可以做替补。" in page
    assert 'value="standby"' in page
    assert client.post(f"/claim/sections/{week.news.pk}/", {"role": "standby"}).status_code == 302
    assert Claim.objects.get(role="standby").person == member
    assert client.post(f"/claim/sections/{week.news.pk}/", {"role": "nobody"}).status_code == 400


def test_who_is_signed_out_comes_back_to_the_section(client, week):
    sent = client.post(f"/claim/sections/{week.news.pk}/")
    assert sent.status_code == 302
    assert sent["Location"].startswith("/accounts/login/?next=/claim/")
    assert not Claim.objects.exists()


def test_the_form_goes_back_where_it_came_from_but_not_out(by, week, member):
    client = by(member)
    onward = {"next": "/episodes/001/state/"}
    assert client.post(f"/claim/sections/{week.news.pk}/", onward)["Location"] == "/episodes/001/state/"
    outside = {"next": "https://evil.example/"}
    assert client.post(f"/claim/sections/{week.picks.pk}/", outside)["Location"].startswith("/claim/#")


def test_handing_over_by_name_and_to_the_standby(by, week, member, stranger, organizer, now):
    mine = claim(section=week.news, role="lead", by=member, now=now)
    claim(section=week.news, role="standby", by=stranger, now=now)
    client = by(member)
    assert "替补Nora" in said(client.get(f"/claim/{mine.pk}/hand-over/"))
    wrong = client.post(f"/claim/{mine.pk}/hand-over/", {"to": "没有这个人"})
    assert wrong.status_code == 400
    assert "没有这个人" in said(wrong)
    assert client.post(f"/claim/{mine.pk}/hand-over/", {"to": "nora"}).status_code == 302
    assert Claim.objects.current().get().person == stranger
    assert by(organizer).get(f"/claim/{mine.pk}/hand-over/").status_code == 404
    assert Client().get(f"/claim/{Claim.objects.current().get().pk}/hand-over/").status_code == 302


def test_a_guest_sees_the_button_of_the_one_section(client, week, organizer, now):
    link = Invitation.objects.create(
        purpose=Purpose.CLAIM, target=str(week.picks.pk), created_by=organizer, created_at=now, changed_at=now
    )
    someone = Person.objects.create(handle="路人", name="路人", created_at=now, changed_at=now)
    guest = Guest.objects.create(invitation=link, person=someone, created_at=now)
    session = client.session
    session[GUEST] = guest.pk
    session.save()
    assert client.post(f"/claim/sections/{week.news.pk}/").status_code == 403
    assert client.post(f"/claim/sections/{week.picks.pk}/").status_code == 302
    assert Claim.objects.get().person == someone
    assert f"/claim/{Claim.objects.get().pk}/release/" in said(client.get("/claim/"))


def test_whom_one_might_ask_is_for_the_signed_in(client, by, week, member, stranger, organizer):
    assert "不妨问问" not in said(client.get("/claim/"))
    page = said(by(member).get("/claim/"))
    assert "不妨问问" in page
    for word in ("从未", "从没", "欠", "懒"):
        assert word not in page


def test_a_standing_owner_leaves_a_week_out(by, week, member, now):
    row = StandingOwner.objects.create(kind="news", person=member, created_at=now, changed_at=now)
    client = by(member)
    assert "你每周负责的" in said(client.get("/claim/"))
    client.post(f"/claim/owners/{row.pk}/skip/", {"day": "2026-03-07"})
    row.refresh_from_db()
    assert row.skips == ["2026-03-07"]
    assert "请选一天" in said(client.post(f"/claim/owners/{row.pk}/skip/", {"day": "gestern"}, follow=True))
    client.post(f"/claim/owners/{row.pk}/unskip/", {"day": "2026-03-07"})
    client.post(f"/claim/owners/{row.pk}/disown/")
    assert not StandingOwner.objects.current().exists()


# ── How an episode stands ───────────────────────────────────────────────────


def state(client, **sent):
    return client.post("/episodes/001/state/", sent, follow=True)


def test_one_tap_hosts(by, week, member, stranger):
    page = state(by(member), act="host", role="host")
    assert "你是 001 的主持人" in said(page)
    assert Hosting.objects.get().person == member
    refused = state(by(stranger), act="host", role="host")
    assert refused.status_code == 409
    assert "小满" in said(refused)
    state(by(member), act="name_host", role="editor", person="Nora")
    handed = state(by(member), act="hand_over", hosting=Hosting.objects.get(role="host").pk, person="Nora")
    assert "Nora现在是主持人" in said(handed)
    assert (
        state(by(stranger), act="leave", hosting=Hosting.objects.get(role="host", deleted_at=None).pk).status_code
        == 200
    )


def test_the_button_and_the_refusal_say_the_same(by, week, organizer):
    client = by(organizer)
    page = said(client.get("/episodes/001/state/"))
    refused = said(state(client, act="advance", to="locked"))
    for sentence in ("还没有主持人。", "本周新闻还没有人认领。", "本周推荐还没有人认领。"):
        assert sentence in page
        assert sentence in refused
    assert "001 现在是：备稿" in said(state(client, act="advance", to="locked", reason="照常"))
    assert Episode.objects.get(code="002").state == "collecting"
    assert "001 现在是：征集中" in said(state(client, act="step_back", to="collecting", reason="早了"))


def test_acts_are_shown_to_those_who_may(client, by, week, member, organizer):
    for who, has in ((client, False), (by(member), False), (by(organizer), True)):
        page = said(who.get("/episodes/001/state/"))
        assert ('value="advance"' in page) == has
        assert ('value="rescue"' in page) == has
        assert ('value="step_back"' in page) == has
    assert client.post("/episodes/001/state/", {"act": "advance", "to": "locked"}).status_code == 302
    assert state(by(member), act="advance", to="locked").status_code == 403
    assert state(by(member), act="nonsense").status_code == 400
    assert Episode.objects.get().state == "collecting"


def test_a_new_date_is_looked_at_before_it_is_saved(by, week, member, organizer, now):
    claim(section=week.news, role="lead", by=member, now=now)
    client = by(organizer)
    tried = client.post("/episodes/001/state/", {"act": "preview", "starts_at": "2026-03-14T20:00", "reason": "台风"})
    page = said(tried)
    for words in ("2026-03-14 星期六 20:00", "台风", "本周新闻 小满", "2026-03-13 星期五 20:00"):
        assert words in page, words
    assert re.findall(r'id="(?:reason|move-reason)"[^>]*value="([^"]*)"', page) == ["", "台风"]
    assert Episode.objects.get().sequence == 0
    [version] = re.findall(r'name="version" value="(\d+)"', page)
    stale = state(client, act="postpone", starts_at="2026-03-14T20:00", reason="台风", version="9")
    assert stale.status_code == 409
    state(client, act="postpone", starts_at="2026-03-14T20:00", reason="台风", version=version)
    assert Episode.objects.get().starts_at == at("2026-03-14 20:00")
    for wrong in ({"starts_at": "x"}, {"reason": ""}, {"starts_at": "2026-01-01T00:00"}):
        sent = {"act": "preview", "starts_at": "2026-03-21T20:00", "reason": "x", **wrong}
        refused = client.post("/episodes/001/state/", sent)
        assert refused.status_code == 400
        # The form leads to #move, so that is where the reason has to stand, and nowhere else.
        before, move = said(refused).split('id="move"')
        assert ("error-summary" in before, "error-summary" in move.split("</section>")[0]) == (False, True)
    # After that look the page's address ends in #move: no other form may go there, for its answer stands on top.
    assert not re.findall(r'<form[^>]*method="post">', said(refused))
    assert by(member).post("/episodes/001/state/", {"act": "preview"}).status_code == 403


def test_a_worked_saturday_is_pointed_out(client, week):
    Episode.objects.update(starts_at=at("2026-05-09 21:00"))
    assert "劳动节的调休上班日" in said(client.get("/episodes/001/state/"))
    Episode.objects.update(starts_at=at("2027-05-08 21:00"))
    assert "待公布" in said(client.get("/episodes/001/state/"))


def test_links_for_the_group_and_sections_without_a_lead(by, week, organizer, member, now):
    client = by(organizer)
    page = said(state(client, act="rescue"))
    links = Invitation.objects.filter(purpose="claim")
    assert links.count() == 4
    assert all(link.key in page for link in links)
    assert links[0].key not in said(by(member).get("/episodes/001/state/"))
    assert "按规则降级" in said(state(client, act="degrade", section=week.classic.pk))
    assert state(client, act="degrade", section="x").status_code == 404


def test_the_next_number_is_opened_by_a_button(by, week, organizer, member):
    Episode.objects.update(state="published")
    assert by(member).post("/plan/").status_code == 403
    opened = by(organizer).post("/plan/", follow=True)
    assert opened.redirect_chain[-1][0] == "/episodes/002/state/"


def test_other_spellings_and_drafts(client, by, week, organizer):
    assert client.get("/episodes/1/state/")["Location"] == "/episodes/001/state/"
    assert client.get("/episodes/9/state/").status_code == 404
    Episode.objects.update(state="draft")
    assert client.get("/episodes/001/state/").status_code == 404
    assert by(organizer).get("/episodes/001/state/").status_code == 200


# ── Templates, calendar, notifications ──────────────────────────────────────


def form(page):
    """Return the fields of the form on a page as a browser would send them."""
    forms = [page.context["rule"], *page.context["rows"], *page.context["texts"]]
    sent = {}
    for one in forms:
        for field in one:
            value = field.value()
            if value not in (None, False):
                sent[field.html_name] = value.strftime("%H:%M") if hasattr(value, "strftime") else value
    for rows in (page.context["rows"], page.context["texts"]):
        sent |= {field.html_name: field.value() for field in rows.management_form}
    return sent


def test_a_template_is_changed_by_its_form(by, week, organizer, member):
    assert by(member).get("/templates/edit/").status_code == 403
    client = by(organizer)
    sent = form(client.get("/templates/edit/"))
    assert client.post("/templates/edit/", sent).status_code == 302
    assert Template.objects.count() == 1
    changed = {**sent, "sections-0-minutes": "12", "sections-1-title": "", "weekday": "4"}
    assert client.post("/templates/edit/", changed).status_code == 302
    newest = Template.objects.get(edition=2)
    assert (newest.weekday, newest.sections[0]["minutes"], len(newest.sections)) == (4, 12, 4)
    assert newest.sections[0]["groups"] == [{"title": title, "body": ""} for title in ("学术", "项目", "工业界")]
    conflict = client.post("/templates/edit/", {**sent, "sections-0-minutes": "13"})
    assert conflict.status_code == 409
    assert said(conflict).count("本周新闻") >= 3
    assert 'name="edition" value="2"' in said(conflict)
    assert client.post("/templates/edit/", {**sent, "minutes": "0"}).status_code == 400
    assert client.get(f"/templates/{newest.pk}/").status_code == 200
    assert "第 2 版" in said(client.get("/templates/"))


def test_a_new_section_is_a_section_unless_somebody_says_more(by, week, organizer):
    client = by(organizer)
    page = client.get("/templates/edit/")
    kinds = [row["kind"].value() for row in page.context["rows"]]
    assert kinds[-2:] == ["custom", "custom"]
    assert kinds[0] == "news"
    fresh = f"sections-{len(kinds) - 2}"
    [select] = re.findall(rf'<select name="{fresh}-kind".*?</select>', said(page), re.DOTALL)
    assert re.findall(r'value="(\w+)" selected', select) == ["custom"]
    added = {**form(page), f"{fresh}-title": "夜话", f"{fresh}-kind": "custom"}
    assert client.post("/templates/edit/", added).status_code == 302
    assert Template.objects.get(edition=2).sections[-1]["kind"] == "custom"


def test_the_shipped_template_is_there_before_the_first_number(client, db):
    assert "本周实践" in said(client.get("/templates/"))
    assert not Template.objects.exists()


def test_standing_owners_on_the_page_of_templates(by, week, organizer, member):
    client = by(organizer)
    added = client.post("/templates/own/", {"person": "小满", "kind": "news", "title": ""}, follow=True)
    assert "小满以后每周负责它" in said(added)
    assert by(member).post("/templates/own/", {"person": "Nora", "kind": "news"}, follow=True)
    assert StandingOwner.objects.count() == 1


def test_the_calendar_is_kept_by_organizers(client, by, week, organizer, member):
    page = said(client.get("/calendar/"))
    assert "待公布" in page
    assert "国庆节" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    mine = by(organizer)
    mine.post("/calendar/break/", {"day": "2026-03-07", "reason": "出差"})
    assert Episode.objects.get().starts_at == at("2026-03-14 21:00")
    mine.post("/calendar/resume/", {"row": Break.objects.get().pk})
    assert not Break.objects.current().exists()
    mine.post("/calendar/set/", {"day": "2027-01-01", "name": "元旦", "is_workday": ""})
    assert "2027 年 1 月 1 日" in said(client.get("/calendar/"))
    assert "请选一天" in said(mine.post("/calendar/set/", {"day": "x", "name": "元旦"}, follow=True))
    assert mine.post("/calendar/remove/", {"row": "9" * 30}).status_code == 404
    by(member).post("/calendar/break/", {"day": "2026-03-21", "reason": "玩"})
    assert not Break.objects.current().exists()


def test_what_a_week_off_moves_is_shown_before_it_is_taken(by, week, organizer, member, now):
    sent = {"day": "2026-03-07", "reason": "出差", "look": "1"}
    later = {"number": 2, "code": "002", "state": "collecting", "starts_at": at("2026-03-14 21:00")}
    Episode.objects.create(**later, created_at=now, changed_at=now)
    mine = by(organizer)
    shown = said(mine.post("/calendar/break/", sent))
    assert "还没有保存" in shown
    lines = shown.partition("还没有保存")[2].partition("</main>")[0]
    assert [code in lines for code in ("001", "002", "3 月 14 日", "3 月 21 日")] == [True] * 4
    assert 'value="2026-03-07"' in shown
    assert 'value="出差"' in shown
    assert not Break.objects.exists()
    assert Episode.objects.get(number=1).starts_at == at("2026-03-07 21:00")
    assert "什么都不动" in said(mine.post("/calendar/break/", {**sent, "day": "2026-03-08"}))
    refused = mine.post("/calendar/break/", {**sent, "day": "2026-01-01"})
    assert (refused.status_code, "请选还没到的一天" in said(refused)) == (400, True)
    assert mine.post("/calendar/break/", {**sent, "reason": " "}).status_code == 400
    moved = previews_of_break(date(2026, 3, 7), "出差", now=now)[0].moves
    mine.post("/calendar/break/", {name: sent[name] for name in ("day", "reason")})
    assert [(row.code, row.starts_at) for row in Episode.objects.order_by("number")] == [
        (move.episode.code, move.starts_at) for move in moved
    ]
    assert by(member).post("/calendar/break/", {**sent, "day": "2026-03-21"}).status_code == 403


def test_what_i_was_told(client, by, week, member, stranger, organizer, now):
    assert client.get("/notifications/").status_code == 302
    claim(section=week.news, role="lead", by=member, now=now)
    host(episode=week.episode, role="host", by=stranger, now=now)
    claim(section=week.news, role="lead", by=organizer, now=now)
    mine = by(member)
    page = said(mine.get("/notifications/"))
    assert "青禾认领了 001 的本周新闻" in page
    assert f'href="/claim/#section-{week.news.pk}"' in page
    assert "1 条未读通知" in page
    [until] = re.findall(r'name="until" value="(\d+)"', page)
    mine.post("/notifications/", {"until": until})
    assert "0 条未读通知" in said(mine.get("/"))
    assert "未读" not in said(client.get("/"))


def test_a_notification_of_an_unknown_kind_is_told_in_general(by, week, member, now):
    Notification.objects.create(person=member, kind="gone", target_kind="x", target_key="1", created_at=now)
    assert "和你有关的事有了变化" in said(by(member).get("/notifications/"))


# ── Queries ─────────────────────────────────────────────────────────────────


def test_a_hundred_sections_cost_no_more_than_five(by, week, member, now):
    client = by(member)

    def count():
        found = {}
        for address in ("/claim/", "/episodes/001/state/", "/notifications/"):
            caches["pages"].clear()
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            found[address] = len(captured)
        return found

    def grow(first, last):
        for number in range(first, last):
            who = person(f"成员{number}", now=now)
            section = Section.objects.create(
                episode=week.episode,
                position=number,
                kind="practice",
                title=f"实践 {number}",
                created_at=now,
                changed_at=now,
            )
            if number % 2:
                claim(section=section, role="lead", by=who, now=now)
            Item.objects.create(section=section, position=1, title="一条", created_at=now, changed_at=now)
            Notification.objects.create(
                person=member, kind="advanced", target_kind="episode", target_key="001", created_at=now,
                values={"code": "001", "state": "locked"},
            )  # fmt: skip

    grow(6, 11)
    few = count()
    grow(11, 106)
    assert count() == few
    assert max(few.values()) <= 24
    assert Claim.objects.count() == 50
