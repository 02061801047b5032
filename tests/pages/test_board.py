"""The board: what it shows to whom, its buttons, conflicts with both sides, and what it costs."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from members.models import Guest
from talks.actions import carries, item_edits, items, suggestions
from talks.models import BoardVisit, Carry, Item, Plan, Question, Suggestion
from tests.talks.boardroom import close, guest_for, login, nominate, seat
from tests.talks.newsroom import source, tell

BOARD = "/episodes/021/board/"
ATTACK = "<img src=x onerror=alert(1)>\"'</textarea><script>alert(2)</script>"


@pytest.fixture
def room(empty_board, now, member):
    """小满 leads the news; the clock stands still on the Wednesday."""
    with time_machine.travel(now, tick=False):
        yield seat(empty_board, now=now, lead=member)


class Tags(HTMLParser):
    """Every tag of a page with its attributes, as a browser reads them."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, attrs))


def page(client, address=BOARD, status=200):
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def press(client, verb, value="1", **sent):
    return client.post(f"{BOARD}act/", {verb: value, **sent})


def of(item):
    item.refresh_from_db()
    return {"item": item.pk, "version": item.version}


def signed(person):
    client = Client()
    client.force_login(person.user)
    return client


def test_everybody_reads_it_and_only_who_may_gets_buttons(room, client, member, stranger, organizer, now):
    made = nominate(room, stranger, now, section=room.news, text="看第三节")
    said = page(client)
    assert all(word in said for word in ("021 的看板", "看第三节", "Nora 提名", "提名一条链接", "还缺", "本周新闻"))
    assert 'name="accept"' not in said
    assert 'name="accept"' not in page(signed(stranger))
    assert 'name="accept"' in page(signed(member))
    assert f"/board/items/{made.pk}/" in page(signed(stranger))  # their own
    assert page(signed(organizer)).count('name="accept"') == 1
    close(room.episode, "draft")
    page(client, status=404)
    page(signed(organizer))
    assert client.get("/episodes/22/board/")["Location"] == "/episodes/022/board/"


def test_it_says_what_is_missing_and_what_is_too_long(room, client, member, now):
    for n in range(5):
        items.accept(
            item=nominate(room, member, now, url=f"https://a.example/{n}", text=f"第{n}条", section=room.news),
            version=1, by=member, now=now,
        )  # fmt: skip
    said = page(client)
    assert "本周新闻超出 5 分" in said
    assert "还没有主持人" in said or "没有人主持" in said or "主持" in said
    assert re.search(r"<strong>15</strong>\s*/\s*10", said)
    assert "改成快讯，省 2 分" in page(signed(member))
    press(signed(member), "depth", "brief", **of(Item.objects.get(title="第4条")))
    assert Item.objects.get(title="第4条").depth == "brief"


def test_one_tap_decides_and_comes_back_to_the_row(room, member, stranger, now):
    made = nominate(room, stranger, now, section=room.news)
    client = signed(member)
    response = press(client, "accept", **of(made))
    assert response["Location"] == f"{BOARD}#item-{made.pk}"
    assert "已收下「值得一读」" in page(client)
    for verb, state, more in (
        ("reopen", "nominated", {}),
        ("defer", "deferred", {}),
        ("reopen", "nominated", {}),
        ("decline", "declined", {"reason": "跑题"}),
    ):
        press(client, verb, **of(made), **more)
        made.refresh_from_db()
        assert made.state == state
    assert "跑题" in page(client)


def test_votes_by_their_button(room, stranger, now):
    made = nominate(room, stranger, now)
    client = signed(stranger)
    press(client, "vote", **of(made))
    said = page(client)
    assert 'name="unvote"' in said
    assert 'aria-pressed="true"' in said
    assert "本周还剩 4 票" in said
    press(client, "unvote", **of(made))
    assert "本周还剩 5 票" in page(client)


def test_signed_out_people_are_sent_to_sign_in_and_refusals_are_said(room, client, stranger, now):
    made = nominate(room, stranger, now, section=room.news)
    assert press(client, "vote", **of(made))["Location"] == f"/accounts/login/?next={BOARD}"
    other = signed(stranger)
    refused = other.post(f"{BOARD}act/", {"accept": "1", **of(made)})
    assert refused.status_code == 403
    assert "只有这个版块的负责人" in refused.content.decode()
    assert other.post(f"{BOARD}act/", {"nothing": "1"}).status_code == 302
    assert other.post(f"{BOARD}act/", {"vote": "1", "item": "x"}).status_code == 404
    made.refresh_from_db()
    assert made.state == "nominated"


def test_a_conflict_shows_both_sides_and_does_it_all_the_same(room, member, organizer, stranger, now):
    made = nominate(room, stranger, now, section=room.news)
    sent = of(made)
    press(signed(organizer), "decline", **sent, reason="上周讲过")
    client = signed(member)
    response = press(client, "accept", **sent)
    said = response.content.decode()
    assert response.status_code == 409
    assert 'class="conflict"' in said
    assert "青禾已经处理了" in said
    assert "上周讲过" in said
    assert "已收" in said
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', said))
    client.post(f"{BOARD}act/", {name: again[name] for name in ("accept", "item", "version")})
    made.refresh_from_db()
    assert made.state == "accepted"


def test_the_item_page_edits_previews_and_shows_a_conflict(room, member, stranger, organizer, now):
    made = nominate(room, stranger, now, section=room.news)
    address, client = f"{BOARD}items/{made.pk}/", signed(member)
    said = page(client, address)
    assert 'name="depth"' in said
    form = {"title": "新标题", "url": made.url, "body": "**粗**", "group": "学术", "depth": "brief", "minutes": "2"}
    form |= {"authors": "青禾、渡口", "sources": "Nora", "transcribers": "", "version": "1"}
    preview = client.post(address, {**form, "preview": "1"}).content.decode()
    assert "<strong>粗</strong>" in preview
    made.refresh_from_db()
    assert made.title != "新标题"
    assert client.post(address, form)["Location"] == f"{BOARD}#item-{made.pk}"
    made.refresh_from_db()
    assert (made.title, made.group, made.minutes) == ("新标题", "学术", 2)
    stale = client.post(address, {**form, "title": "别的标题"})
    said = stale.content.decode()
    assert stale.status_code == 409
    assert all(text in said for text in ('class="conflict"', "新标题", "别的标题", 'name="version" value="2"'))
    assert client.post(address, {**form, "minutes": "-1", "version": "2"}).status_code == 400
    assert 'name="depth"' not in page(signed(stranger), address)
    assert signed(login("路人", now)).post(address, form).status_code == 403
    assert Client().post(address, form)["Location"].startswith("/accounts/login/")


def test_moved_merged_taken_out_and_brought_back(room, member, organizer, stranger, now):
    one, two = (
        nominate(room, stranger, now, url=f"https://a.example/{n}", text=f"第{n}条", section=room.news) for n in (1, 2)
    )
    client = signed(member)
    press(client, "merge", **of(one), into=two.pk)
    one.refresh_from_db()
    assert one.merged_into == two
    assert "并入「第2条」" in page(client)
    press(client, "reopen", **of(one))
    assert "Free Talk" not in page(client, f"{BOARD}items/{one.pk}/")  # it takes no items
    press(client, "move", **of(one), to=room.later["news"].pk)
    one.refresh_from_db()
    assert one.section.episode == room.following
    press(client, "delete", **of(two))
    said = page(client)
    assert "拿掉的 1 条" in said
    press(client, "restore", **of(two))
    two.refresh_from_db()
    assert two.deleted_at is None
    assert "改动记录" in page(client, f"{BOARD}items/{two.pk}/")


def test_order_by_buttons_and_by_place(room, member, now):
    made = [
        nominate(room, member, now, url=f"https://a.example/{n}", text=f"第{n}条", section=room.news) for n in range(3)
    ]
    for item in made:
        items.accept(item=item, version=1, by=member, now=now)
    client = signed(member)
    press(client, "shift", "down", **of(made[0]))
    made[2].refresh_from_db()
    sent = {"version": made[2].version, "section": room.news.pk, "behind": ""}
    client.post(f"{BOARD}items/{made[2].pk}/arrange/", sent)
    said = page(client)
    assert re.findall(r'data-entry="(\d+)"', said) == [str(made[n].pk) for n in (2, 1, 0)]
    # of a page that is old by now: what stands is shown, and the same is sent again
    sent |= {"behind": made[0].pk}
    items.decline(item=made[1], reason="跑题", version=of(made[1])["version"], by=member, now=now)
    stale = client.post(f"{BOARD}items/{made[2].pk}/arrange/", sent)
    said = stale.content.decode()
    assert stale.status_code == 409
    assert all(word in said for word in ("两份都在", "在最前面", "排在「第0条」后面"))
    tags = Tags()
    tags.feed(said)
    found = [(tag, dict(attrs)) for tag, attrs in tags.found]
    form = next(attrs for tag, attrs in found if tag == "form" and attrs.get("class") == "conflict")
    kept = {at["name"]: at["value"] for tag, at in found if tag == "input" and at.get("name") in ("version", "section")}
    assert [at["value"] for tag, at in found if tag == "option" and "selected" in at] == [str(made[0].pk)]
    client.post(form["action"], {**kept, "behind": made[0].pk})
    assert re.findall(r'data-entry="(\d+)"', page(client)) == [str(made[n].pk) for n in (0, 2)]


def test_drawing_behind_what_is_gone_offers_the_places_that_are_there(room, member, organizer, now):
    one, two, three = (
        nominate(room, member, now, url=f"https://a.example/{n}", text=f"第{n}条", section=room.news) for n in range(3)
    )
    for item in (one, two, three):
        items.accept(item=item, version=1, by=member, now=now)
    item_edits.remove(item=two, version=2, by=member, now=now)
    client, address = signed(member), f"{BOARD}items/{three.pk}/arrange/"
    sent = {"version": 2, "section": room.news.pk, "behind": two.pk}
    refused = client.post(address, sent)
    said = refused.content.decode()
    assert refused.status_code == 409
    assert f'<option value="{one.pk}"' in said
    assert f'<option value="{two.pk}"' not in said
    client.post(address, {**sent, "behind": ""})
    assert re.findall(r'data-entry="(\d+)"', page(client)) == [str(three.pk), str(one.pk)]
    item_edits.remove(item=three, version=3, by=member, now=now)
    assert client.post(address, sent)["Location"] == BOARD
    assert "已经不在这块看板上了" in page(client)
    assert Client().post(address, sent)["Location"].startswith("/accounts/login/")
    assert signed(login("路人", now)).post(f"{BOARD}items/{one.pk}/arrange/", sent).status_code == 403


def test_what_goes_on_is_voted_for_with_the_button_of_the_others(room, client, member, stranger, organizer, now):
    waits = Item.objects.get(title="量化")
    reader = signed(stranger)
    button = f'name="vote" value="1" aria-pressed="false" aria-label="支持「{waits.title}」'
    assert button not in page(reader)  # nobody has said that it goes on
    carries.carry(item=waits, episode=room.episode, by=member, now=now - timedelta(minutes=1))
    assert button in page(reader)
    assert button not in page(client)
    press(reader, "vote", item=waits.pk)
    assert waits.votes.get().person == stranger
    assert 'aria-label="支持「量化」，1 票"' in page(reader)
    assert "本周还剩 4 票" in page(reader)
    press(reader, "unvote", item=waits.pk)
    assert not waits.votes.exists()
    close(room.episode)
    assert button not in page(reader)


def test_what_goes_on_from_before(room, client, member, organizer, now):
    said = page(signed(organizer))
    assert all(word in said for word in ("承接", "量化", "整理问答", "词表多大合适"))
    assert 'name="take"' not in page(client)
    old, plan = Item.objects.get(title="量化"), Plan.objects.get()
    question = Question.objects.get(episode=room.past)
    other = signed(organizer)
    press(other, "take", room.classic.pk, item=old.pk)
    press(other, "take_plan", room.news.pk, plan=plan.pk)
    press(other, "carry", question.pk)
    assert Item.objects.filter(section=room.classic, title="量化").count() == 1
    assert Item.objects.filter(section=room.news, title="整理问答，P1").count() == 1
    carry = Carry.objects.get(question=question)
    assert page(other).count('name="take"') == 0
    press(other, "drop", carry.pk)
    carry.refresh_from_db()
    assert carry.deleted_at is not None


def test_at_most_three_questions_go_on_most_wanted_first(room, client, now):
    stamp = {"episode": room.past, "created_at": now, "changed_at": now}
    for n in range(2, 7):
        Question.objects.create(serial=n, position=n, body=f"第{n}问", **stamp)
    wanted = Question.objects.get(episode=room.past, serial=5)
    Question.objects.create(serial=5, follow_up=1, parent=wanted, position=5, body="还有", **stamp)
    said = page(client)
    assert [said.count(f"020-{n}<") for n in (1, 2, 3, 5, 6)] == [1, 1, 0, 1, 0]


def test_the_radar_on_the_board(room, member, organizer, now):
    for place in ("a", "b", "c"):
        tell(source(place, now=now), "https://loud.example/x", now=now, title="很热的一件")
    assert "很热的一件" not in page(Client())
    client = signed(organizer)
    assert "雷达：没人提，但很热" in page(client)
    story = Item.objects.model.news_item.field.related_model.objects.get(url="https://loud.example/x")
    press(client, "take_story", f"{story.pk}.{room.picks.pk}")
    item = Item.objects.get(news_item=story)
    assert (item.section, item.state) == (room.picks, "accepted")
    for place in ("a", "b", "c"):
        tell(source(f"{place}2", now=now), "https://loud.example/y", now=now, title="另一件")
    other = Item.objects.model.news_item.field.related_model.objects.get(url="https://loud.example/y")
    press(client, "ignore", f"gap:{other.pk}", reason="广告")
    assert "另一件" not in page(client)


def test_doubles_are_named(room, client, stranger, now):
    nominate(room, stranger, now, url="https://arxiv.org/abs/2108.12409")
    said = page(client)
    assert "020 讲过" in said


def test_suggestions_by_their_buttons(room, member, stranger, now):
    client = signed(stranger)
    press(client, "suggest", section=room.news.pk, body="先讲结论")
    made = Suggestion.objects.get(body="先讲结论")
    press(signed(member), "own", suggestion=made.pk, version=1)
    stale = press(client, "resolve", suggestion=made.pk, version=1, resolution="我的话")
    assert stale.status_code == 409
    assert "我的话" in stale.content.decode()
    press(client, "resolve", suggestion=made.pk, version=2, resolution="下期起")
    assert "下期起" in page(client)
    press(client, "open_again", suggestion=made.pk, version=3)
    made.refresh_from_db()
    assert made.resolved_at is None


def test_what_is_new_since_the_last_visit(room, member, stranger, now):
    client = signed(member)
    page(client)
    assert BoardVisit.objects.get().before is None
    with time_machine.travel(now + timedelta(hours=2), tick=False):
        made = nominate(room, stranger, now + timedelta(hours=1), section=room.news)
        suggestions.suggest(section=room.news, body="短一点", by=stranger, now=now + timedelta(hours=1))
        for _twice in range(2):  # reading on is the same visit
            said = page(client)
            assert "新提名 1 条" in said
            assert "新建议 1 条" in said
            assert f'href="#item-{made.pk}"' in said
    with time_machine.travel(now + timedelta(hours=5), tick=False):
        assert "新提名" not in page(client)


def test_a_guest_reads_and_nominates(room, now, client):
    guest = guest_for("021", now)
    session = client.session
    session["guest"] = guest.pk
    session.save()
    assert Guest.objects.count() == 1
    page(client)
    client.post("/submit/", {"url": "https://a.example/g", "text": "来客的一条"})
    assert Item.objects.get(title="来客的一条").nominated_by == guest.person
    made = Item.objects.get(title="来客的一条")
    press(client, "vote", **of(made))
    assert made.votes.count() == 0


def test_moving_a_question_by_its_page(room, member, stranger, now):
    from talks.actions import questions

    asked = questions.ask(episode=room.episode, body="够吗？", by=stranger, now=now)
    client = signed(stranger)
    assert "移到另一期" in page(client, "/q/021-1/")
    assert "移到另一期" not in page(signed(member), "/q/021-1/")  # who leads a section does not run the questions
    client.post("/q/021-1/move/", {"to": "022", "version": asked.version})
    assert "021-1 现在在 022。" in page(client, "/q/021-1/")
    assert signed(member).post("/q/021-1/move/", {"to": "021", "version": 2}).status_code == 403
    assert Question.objects.with_public_id("021-1").get().episode == room.following


def test_nothing_that_members_write_runs(room, member, stranger, organizer, now):
    made = nominate(room, stranger, now, url="", text=f"{ATTACK}\n{ATTACK}", section=room.news)
    client = signed(member)
    address = f"{BOARD}items/{made.pk}/"
    form = {"title": ATTACK, "url": "", "body": ATTACK, "group": ATTACK[:40], "depth": "talk", "minutes": ""}
    form |= {"authors": ATTACK[:60], "sources": "", "transcribers": "", "version": "1"}
    client.post(address, form)
    press(client, "suggest", section=room.news.pk, body=ATTACK)
    wish = Suggestion.objects.get(body=ATTACK)
    press(client, "resolve", suggestion=wish.pk, version=1, resolution=ATTACK)
    press(client, "decline", **of(made), reason=ATTACK)
    stale = press(client, "accept", item=made.pk, version=1)
    preview = client.post(address, {**form, "preview": "1"})
    shown = [page(client), page(client, address), stale.content.decode(), preview.content.decode()]
    shown += [page(client, "/submit/?url=" + ATTACK), page(client, f"/submit/known/?url=https://a.example/{ATTACK}")]
    shown += [page(client, "/submit/?text=" + ATTACK), page(client, "/episodes/021/")]
    for said in shown:
        tags = Tags()
        tags.feed(said)
        assert not [name for _tag, attributes in tags.found for name, _value in attributes if name.startswith("on")]
        assert {tag for tag, _attributes in tags.found} & {"img", "iframe"} == set()
        assert all(dict(attributes).get("src") for tag, attributes in tags.found if tag == "script")
    assert escape(ATTACK[:20]) in shown[0]


# ── What it costs ───────────────────────────────────────────────────────────


def fill(room, by, now, first, last):
    for n in range(first, last):
        item = nominate(room, by, now, url=f"https://a.example/{n}", text=f"第{n}条", section=room.news)
        if n % 3 == 0:
            items.accept(item=item, version=1, by=by, now=now)
        if n % 3 == 1:
            items.decline(item=item, reason="跑题", version=1, by=by, now=now)
        suggestions.suggest(section=room.news, body=f"建议{n}", by=by, now=now)
        stamp = {"created_at": now, "changed_at": now}
        Item.objects.create(section_id=_left(room), position=n, title=f"剩下{n}", state="nominated", **stamp)
        Plan.objects.create(episode=room.past, position=n, body=f"计划{n}", body_html=f"计划{n}", **stamp)


def _left(room):
    return Item.objects.get(title="量化", section__episode=room.past).section_id


def test_many_rows_cost_as_many_queries_as_few(room, member, organizer, now):
    clients = {None: Client(), "member": Client(), "organizer": Client()}
    clients["member"].force_login(member.user)
    clients["organizer"].force_login(organizer.user)

    def cost(client):
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    def costs():
        return {who: cost(client) for who, client in clients.items()}

    fill(room, member, now, 0, 5)
    carries.carry(question=Question.objects.get(episode=room.past), episode=room.episode, by=member, now=now)
    costs()
    few = costs()
    fill(room, member, now, 5, 100)
    assert costs() == few
    for who, most in {None: 32, "member": 55, "organizer": 55}.items():
        assert few[who] <= most


def test_no_reason_to_decline_is_chosen_beforehand(room, organizer, member, now):
    nominate(room, member, now)
    board = page(signed(organizer))
    [field] = re.findall(r'<form data-draft="decline-.*?(<input name="reason"[^>]*>)', board)
    assert "value=" not in field
    assert " required" in field
