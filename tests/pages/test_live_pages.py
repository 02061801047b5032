"""The pages of an evening: who sees what, keys without JavaScript, and polls that cost next to nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talks.actions import questions
from talks.actions.presence import note_presence
from talks.actions.rundown import end, next_cue, pause, start
from talks.actions.rundown_making import make_rundown
from talks.actions.rundown_order import put_on_stage
from talks.models import Answer, Item, Presence, Question, QuestionVote, Rundown, ScribeLock
from talks.present import Present, present_in
from tests.talks.boardroom import close, login
from tests.talks.evening import cues, evening, fresh, on_air, rundown, shown

pytestmark = pytest.mark.django_db
HERE = "/episodes/021/live/"
NOW = f"{HERE}now/"


@pytest.fixture
def room(now):
    room = evening(now)
    make_rundown(episode=fresh(room), by=room.by, now=now)
    with time_machine.travel(now, tick=False):
        yield room


@pytest.fixture
def host(client, room):
    client.force_login(room.by.user)
    return client


@pytest.fixture
def running(room, now):
    start(episode=room.episode, by=room.by, now=now)
    return room


def press(client, act, **values):
    return client.post(HERE, {"act": act, **values}, follow=True)


def test_the_host_runs_the_evening_with_plain_forms(host, room, now):
    assert "第一条" in host.get(HERE).text
    press(host, "start")
    first = on_air(room)
    press(host, "extend", cue=first.pk, extra=0)
    press(host, "extend", cue=first.pk, extra=0)
    assert on_air(room).extra_minutes == 2
    press(host, "next", cue=first.pk)
    press(host, "next", cue=first.pk)
    assert shown(room) == "(开) *第一条 第二条 推荐一条 自由 关"
    press(host, f"up.{cues(room)[3].pk}")
    assert shown(room) == "(开) *第一条 推荐一条 第二条 自由 关"
    press(host, f"down.{cues(room)[2].pk}")
    press(host, f"stage.{room.question.pk}")
    press(host, "add", title="合影", minutes="1")
    assert shown(room) == "(开) *第一条 合影 第二条 推荐一条 自由 四比特够用吗？ 关"
    press(host, f"skip.{cues(room)[2].pk}")
    press(host, f"push.{cues(room)[3].pk}")
    press(host, "pause")
    assert rundown(room).paused_at == now
    press(host, "resume")
    press(host, "back", cue=on_air(room).pk)
    assert shown(room) == "*开 第一条 [合影] <第二条> 推荐一条 自由 四比特够用吗？ 关"
    assert "已" in press(host, "end").text or rundown(room).ended_at == now
    assert Item.objects.get(title="第二条").state == "deferred"
    assert press(host, "sing").status_code == 200  # a sentence, and nothing happens


def test_a_refusal_is_a_sentence_and_others_may_not(client, host, running):
    page = press(host, f"push.{cues(running)[4].pk}")
    assert "message-bad" in page.text
    client.logout()
    assert client.post(HERE, {"act": "next"}).url.startswith("/accounts/login/")
    client.force_login(login("路人", running.by.created_at).user)
    assert press(client, "pause").status_code == 403


def test_over_and_under_are_the_hosts_alone(client, running, now):
    with time_machine.travel(now + timedelta(minutes=9), tick=False):
        page, audience = client.get(HERE).text, client.get(f"{NOW}?view=audience").text
        assert "data-until" not in page + audience
        assert "late" not in audience
        client.force_login(running.by.user)
        own = client.get(HERE).text
        assert "clock-over" in own
        assert "7:00" in own
        assert "07:00" not in own
        assert "data-until" not in client.get(f"{HERE}?view=audience").text


def test_a_page_before_its_time_says_when_and_a_draft_is_nobodys(client, room):
    close(room.episode, "collecting")
    assert client.get(HERE).status_code == 200
    close(room.episode, "draft")
    for address in (HERE, NOW, "/episodes/021/stage/", "/episodes/021/scribe/"):
        assert client.get(address).status_code == (404)


def test_a_poll_before_there_is_a_rundown_learns_nothing_and_one_of_no_episode_fails(client, room, now):
    Rundown.objects.all().delete()
    close(room.episode, "locked")
    assert f'data-live="{NOW}?view=audience" data-every="5"' in client.get(HERE).text
    for view in ("audience", "stage"):
        assert client.get(f"{NOW}?view={view}&v=0").status_code == 204
    assert client.get("/episodes/987/live/now/?view=audience&v=0").status_code == 404
    close(room.episode, "draft")
    caches["pages"].clear()
    assert client.get(f"{NOW}?view=audience&v=0").status_code == 404
    close(room.episode, "locked")
    caches["pages"].clear()
    make_rundown(episode=fresh(room), by=room.by, now=now)
    assert client.get(f"{NOW}?view=audience&v=0").status_code == 200


def test_a_show_that_has_ended_is_not_on_the_air(client, running, now):
    assert "021 直播中" in client.get(HERE).text
    end(episode=running.episode, by=running.by, now=now)
    client.force_login(running.by.user)
    for page in (HERE, f"{HERE}?view=audience", f"{NOW}?view=audience"):
        said = client.get(page).text
        assert ("021 直播中" in said, "直播结束" in said) == (False, True)


def test_the_board_of_an_evening_that_was_takes_no_links(client, member, room):
    client.force_login(member.user)
    for state, takes in (("locked", True), ("live", True), ("wrapup", False), ("published", False)):
        close(room.episode, state)
        assert ("/submit/?" in client.get("/episodes/021/board/").text) == takes


def test_the_stage_shows_one_thing_and_what_comes(client, running, now):
    put_on_stage(episode=running.episode, question=running.question, by=running.by, now=now)
    while on_air(running).kind != "question":
        next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    QuestionVote.objects.create(question=running.question, person=running.by, created_at=now)
    page = client.get("/episodes/021/stage/").text
    assert "四比特够用吗？" in page
    assert "021-1" in page
    assert "/episodes/021/ask" in page
    assert "button" not in page
    pause(episode=running.episode, by=running.by, now=now)
    assert "<h1>四比特够用吗？</h1>" not in client.get("/episodes/021/stage/").text
    end(episode=running.episode, by=running.by, now=now)
    assert "<h1>四比特够用吗？</h1>" not in client.get("/episodes/021/stage/").text


def test_a_hidden_question_leaves_every_view(client, running, now):
    put_on_stage(episode=running.episode, question=running.question, by=running.by, now=now)
    Question.objects.filter(pk=running.question.pk).update(review="hidden", deleted_at=now)
    Rundown.objects.update(version=99)
    for address in (HERE, "/episodes/021/stage/", f"{NOW}?view=audience", f"{NOW}?view=stage", f"{NOW}?view=scribe"):
        assert "四比特" not in client.get(address).text


# ── Polls ───────────────────────────────────────────────────────────────────


def cost(client, address, **headers):
    with CaptureQueriesContext(connection) as captured:
        reply = client.get(address, headers=headers)
    return reply, len(captured)


@pytest.mark.parametrize("view", ["audience", "stage", "scribe", "host"])
def test_an_unchanged_evening_costs_one_query_a_second_whoever_asks_and_however_many(client, running, view):
    client.force_login(running.by.user)
    version = str(rundown(running).version)
    if view in ("scribe", "host"):
        version = client.get(f"{NOW}?view={view}")["ETag"].strip('"')
        caches["pages"].clear()
    reply, queries = cost(client, f"{NOW}?view={view}&v={version}")
    assert (reply.status_code, queries) == (204, 1)
    assert reply["ETag"] == f'"{version}"'
    for _page in range(5):
        assert cost(client, f"{NOW}?view={view}&v={version}")[1] == 0
    reply, queries = cost(client, f"{NOW}?view={view}", **{"If-None-Match": f'"{version}"'})
    assert (reply.status_code, queries) == (304, 0)


def test_a_fragment_is_made_once_for_a_version_and_language_and_holds_nothing_of_one_viewer(client, member, running):
    client.force_login(member.user)
    first, queries = cost(client, f"{NOW}?view=audience&v=1")
    assert first.status_code == 200
    assert queries <= 8
    again, queries = cost(client, f"{NOW}?view=audience&v=1")
    assert (again.content, queries) == (first.content, 0)
    assert "csrf" not in first.text
    assert member.name not in first.text
    client.cookies["django_language"] = "en"
    assert client.get(f"{NOW}?view=audience&v=1").content != first.content


def test_whatever_a_page_shows_raises_the_version(running, now, member):
    seen = [rundown(running).version]

    def is_new():
        seen.append(rundown(running).version)
        return seen[-1] > seen[-2]

    asked = questions.ask(episode=fresh(running), body="新的一问", by=member, now=now)
    assert is_new()
    questions.answer(question=asked, body="一答", by=member, now=now)
    assert is_new()
    put_on_stage(episode=running.episode, question=asked, by=running.by, now=now)
    assert is_new()
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    assert is_new()


def test_a_page_that_saw_a_later_version_is_believed_more_than_the_memory(client, running, now):
    client.get(f"{NOW}?v=0")
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    version = rundown(running).version
    assert client.get(f"{NOW}?v={version}").status_code == 204
    caches["pages"].clear()
    assert client.get(f"{NOW}?v={version - 1}").status_code == 200


def test_the_hosts_fragment_is_for_hosts(client, running, member):
    assert client.get(f"{NOW}?view=host").status_code in (302, 403)
    client.force_login(member.user)
    assert client.get(f"{NOW}?view=host").status_code == 403
    client.force_login(running.by.user)
    assert 'value="next"' in client.get(f"{NOW}?view=host").text
    assert client.get(f"{NOW}?view=nobody").status_code == 404


# ── Who is there ──


def edits(person, row, now, kind="item"):
    note_presence(kind=kind, key=str(row.pk), is_editing=True, by=person, now=now)


def polled(client, view, seen, moment):
    """Ask again a second later, when nobody believes what they read before; return the reply and the queries."""
    caches["pages"].clear()
    with time_machine.travel(moment, tick=False):
        return cost(client, f"{NOW}?view={view}&v={seen}")


@pytest.mark.parametrize("view", ["scribe", "host"])
def test_host_and_scribe_see_who_is_writing_and_editing_what_until_a_minute_later(client, member, running, view, now):
    client.force_login(running.by.user)
    seen = client.get(f"{NOW}?view={view}")["ETag"].strip('"')
    edits(member, Item.objects.get(title="第一条"), now)
    edits(running.by, running.question, now, kind="question")
    ScribeLock.objects.create(section=running.news, person=member, seen_at=now)
    reply, _queries = polled(client, view, seen, now)
    assert "小满 正在记录 本周新闻" in reply.text
    assert "小满 正在改 本周新闻" in reply.text
    assert "主持 正在改 021-1" in reply.text
    page = client.get(HERE if view == "host" else "/episodes/021/scribe/").text
    assert "小满 正在改 本周新闻" in page
    seen = reply["ETag"].strip('"')
    assert f'data-version="{seen}"' in reply.text
    unchanged, queries = polled(client, view, seen, now + timedelta(seconds=59))
    assert (unchanged.status_code, queries) == (204, 1)
    over, _queries = polled(client, view, seen, now + timedelta(seconds=61))
    assert over.status_code == 200
    assert ("小满" in over.text, "正在改" in over.text) == (False, False)


def test_visitors_and_the_audience_learn_nothing_of_who_is_there(client, member, stranger, running, now):
    version = rundown(running).version
    edits(member, Item.objects.get(title="第一条"), now)
    ScribeLock.objects.create(section=running.news, person=member, seen_at=now)
    for address in (HERE, "/episodes/021/stage/", f"{NOW}?view=audience", f"{NOW}?view=stage"):
        assert "正在记录" not in client.get(address).text
        assert "正在改" not in client.get(address).text
    assert cost(client, f"{NOW}?view=audience&v={version}")[0].status_code == 204
    refused = client.get(f"{NOW}?view=scribe&v={version}")
    assert (refused.status_code, "小满" in refused.text) == (403, False)
    stranger.user.suspended_at = now
    stranger.user.save()
    client.force_login(stranger.user)
    assert client.get(f"{NOW}?view=scribe").status_code == 403
    assert "小满" not in client.get("/episodes/021/scribe/").text.partition('id="now"')[2]


def test_another_evening_hears_nothing_and_what_was_taken_out_is_not_named(client, member, running, now):
    client.force_login(running.by.user)
    taken_out = Item.objects.get(title="第二条")
    edits(member, taken_out, now)
    Item.objects.filter(pk=taken_out.pk).update(deleted_at=now)
    assert "正在改" not in client.get(f"{NOW}?view=host").text
    later = running.following
    assert Presence.objects.filter(episode=running.episode).exists()
    assert not Presence.objects.filter(episode=later).exists()
    assert present_in(later, now=now) == []


def test_of_many_people_some_are_named(now):
    assert Present("本周新闻", list("甲乙丙"), keeps=False).who == "甲、乙、丙"
    assert Present("本周新闻", list("甲乙丙丁戊"), keeps=False).who == "甲、乙、丙 等 5 人"


# ── The scribe ──────────────────────────────────────────────────────────────


def write(client, act, section, **values):
    return client.post("/episodes/021/scribe/", {"act": act, "section": section.pk, **values}, follow=True)


def test_the_scribe_writes_down_questions_answers_and_links(client, member, running, now):
    client.force_login(member.user)
    free = running.sections["free_talk"]
    for _time in range(2):  # sent twice is written once
        write(client, "question", free, question="谁问的？", asker="@阿岚")
    asked = Question.objects.get(body="谁问的？")
    assert (asked.part, asked.asker.name, asked.is_by_name) == ("online", "阿岚", True)
    for _time in range(2):
        write(client, "answer", free, to=asked.pk, answer="我答的。", author="没人认识")
    told = Answer.objects.get(question=asked)
    assert (told.author.name, told.author_name, told.is_by_name) == ("没人认识", "没人认识", True)
    assert (told.transcriber, told.transcriber_name) == (member, member.name)
    for _time in range(2):
        write(client, "link", running.news, url="https://arxiv.org/abs/2108.12409")
    card = Item.objects.get(section=running.news, url_key="arxiv:2108.12409")
    assert (card.state, card.depth, card.nominated_by) == ("accepted", "listed", member)
    assert write(client, "link", free, url="https://arxiv.org/abs/2108.12409").status_code == 409
    page = write(client, "link", free, url="https://shown.example/free", into=running.picks.pk)
    assert Item.objects.get(url="https://shown.example/free").section == running.picks
    assert page.context["section"] == free
    refused = write(client, "question", free, question="https://shown.example/a", asker="")
    assert (refused.status_code, "这是一个网址" in refused.text) == (400, True)
    page = write(client, "answer", free, to=asked.pk, answer="", author="阿岚")
    assert page.status_code == 400
    log = client.get(f"{NOW}?view=scribe&v=1").text
    assert "我答的。" in log


def test_the_list_of_questions_keeps_up_and_an_answer_stays_where_the_last_one_went(client, member, running, now):
    client.force_login(member.user)
    free = running.sections["free_talk"]
    assert f'<option value="{running.question.pk}">' in client.get(f"{NOW}?view=scribe&v=1").text
    write(client, "question", free, question="后来记下的？", asker="")
    asked = Question.objects.get(body="后来记下的？")
    put_on_stage(episode=running.episode, question=asked, by=running.by, now=now)
    while on_air(running).question_id != asked.pk:
        next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    caches["pages"].clear()
    fragment = client.get(f"{NOW}?view=scribe&v=1").text
    assert f'<option value="{asked.pk}" selected>' in fragment
    page = write(client, "answer", free, to=running.question.pk, answer="答的是前一问。", author="").text
    assert page.count(f'<option value="{running.question.pk}" selected>') == 1
    assert f"已记到 {running.question.public_id} 下面" in page


def test_a_note_of_a_session_that_ended_is_in_the_form_after_the_sign_in(client, member, running):
    page, values = "/episodes/021/scribe/", {"question": "问到一半？\r\n第二行", "asker": "渡口"}
    client.logout()
    response = client.post(page, {"act": "question", "section": running.news.pk, **values})
    assert response.status_code == 302
    assert "/accounts/login" in response["Location"]
    client.post(page, {"act": "here", "section": running.news.pk})  # a beat has no words and takes none away
    client.force_login(member.user)
    shown = client.get(page).text
    assert "问到一半？\n第二行</textarea>" in shown
    assert 'value="渡口"' in shown
    assert f'name="section" value="{running.news.pk}"' in shown
    assert Question.objects.filter(body__contains="问到一半").count() == 0
    write(client, "question", running.news, **values)
    assert Question.objects.get(body__contains="问到一半").asker_name == "渡口"
    assert "问到一半？\n第二行</textarea>" not in client.get(page).text


def test_an_answer_is_written_down_to_the_newest_and_to_those_of_the_rundown(client, member, running, now, monkeypatch):
    monkeypatch.setattr("talks.views.live_rows.OFFERED", 2)
    put_on_stage(episode=fresh(running), question=running.question, by=running.by, now=now)
    made = [
        questions.ask(episode=fresh(running), body=f"第 {n} 问？", by=member, now=now + timedelta(seconds=n))
        for n in range(1, 5)
    ]
    client.force_login(member.user)
    page = client.get("/episodes/021/scribe/").text.partition('name="to"')[2].partition("</select>")[0]
    offered = [f'<option value="{row.pk}"' in page for row in (running.question, *made)]
    assert offered == [True, False, False, True, True]
    reply = client.post("/episodes/021/scribe/", {"act": "answer", "section": running.news.pk, "to": made[0].pk})
    assert f'<option value="{made[0].pk}" selected' in reply.text


def test_a_section_has_one_scribe_for_a_minute_and_another_takes_over_knowingly(client, member, stranger, running, now):
    client.force_login(member.user)
    assert write(client, "take", running.news).status_code == 200
    client.force_login(stranger.user)
    page = client.get(f"/episodes/021/scribe/?section={running.news.pk}").text
    assert member.name in page
    assert 'name="over"' in page
    refused = write(client, "question", running.news, question="我来写", asker="")
    assert refused.status_code == 409
    assert "我来写" in refused.text
    assert write(client, "question", running.picks, question="别的版块", asker="").status_code == 200
    write(client, "take", running.news, over="1")
    assert ScribeLock.objects.get(section=running.news).person == stranger
    client.force_login(member.user)
    assert write(client, "here", running.news).status_code == 409
    with time_machine.travel(now + timedelta(seconds=61), tick=False):
        assert write(client, "question", running.news, question="又是我", asker="").status_code == 200
    write(client, "leave", running.news)
    assert not ScribeLock.objects.filter(section=running.news).exists()


def test_nothing_is_written_down_before_the_evening_or_by_who_is_suspended(client, member, running, now):
    client.force_login(member.user)
    close(running.episode, "locked")
    assert write(client, "question", running.news, question="太早", asker="").status_code == 409
    close(running.episode, "live")
    member.user.suspended_at = now
    member.user.save()
    assert write(client, "question", running.news, question="停用", asker="").status_code == 403
    assert not Question.objects.filter(body__in=["太早", "停用"]).exists()
