"""The pages of answering: mending one's words, summing up, the buttons beside a question, and the queue."""

import re
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from members.models import Notification, Role
from members.rules import StateRefusal
from talks.actions import moderation, questions, settling
from talks.actions.rundown_making import make_rundown
from talks.models import Answer, Carry, Episode, Question, QuestionVote, Report, Review
from tests.talks.boardroom import boardroom, close, login

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(now, client):
    cast = {name: login(name, now) for name in ("主持", "小满", "阿岚", "路人")}
    boss = login("青禾", now, Role.ORGANIZER)
    week = boardroom(now=now, host=cast["主持"])
    first = questions.ask(episode=week.episode, body="四比特够用吗？", by=cast["小满"], now=now)
    second = questions.ask(episode=week.episode, body="三比特呢？", by=cast["路人"], now=now)
    answer = questions.answer(question=first, body="多数够用。", by=cast["阿岚"], now=now)

    def by(name):
        client.force_login((boss if name == "青禾" else cast[name]).user)
        return client

    return SimpleNamespace(week=week, first=first, second=second, answer=answer, by=by, who=cast)


def act(client, question, **sent):
    return client.post(f"/q/{question.public_id}/act/", {"next": "", **sent}, follow=True)


def text(reply):
    return reply.content.decode()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_ones_own_words_are_mended_and_two_edits_show_both_texts(room):
    address = f"/q/{room.first.public_id}/edit/"
    client = room.by("小满")
    assert "四比特够用吗？" in text(client.get(address))
    assert client.post(address, {"body": "四比特够吗？", "version": 1}).status_code == 302
    late = client.post(address, {"body": "三比特够用吗？", "version": 1, "base": '{"body": "四比特够用吗？"}'})
    assert late.status_code == 409
    assert 'class="conflict"' in text(late)
    assert "四比特够吗" in text(late).replace("<ins>", "").replace("</ins>", "")
    assert 'data-draft="words"' in text(late)
    assert room.by("路人").get(address).status_code == 403
    host = room.by("主持").get(address)
    assert "notice-amber" in text(host)


def test_an_answer_is_mended_previewed_taken_out_and_undone(room):
    address = f"/q/{room.first.public_id}/answers/{room.answer.pk}/edit/"
    client = room.by("阿岚")
    assert "<strong>够</strong>" in text(client.post(address, {"body": "**够**", "version": 1, "preview": "1"}))
    assert client.post(address, {"body": "够", "version": 1}).status_code == 302
    assert client.post(address, {"body": " ", "version": 2}).status_code == 400
    gone = act(client, room.first, remove="1", answer=room.answer.pk, version=2)
    assert f'value="answer:{room.answer.pk}"' in text(gone)
    assert "够</p>" not in text(gone)
    client.post("/episodes/021/history/back/", {"row": f"answer:{room.answer.pk}"})
    assert fresh(room.answer).deleted_at is None


def test_an_answer_of_somebody_else_is_shown_with_who_wrote_it_down(room):
    client = room.by("路人")
    client.post(room.first.get_absolute_url(), {"body": "大概够。", "author": "@阿岚"})
    said = text(client.get(room.first.get_absolute_url()))
    row = Answer.objects.get(body="大概够。")
    assert (row.author_name, row.transcriber_name) == ("阿岚", "路人")
    assert 'href="/people/路人/"' in said or "/people/%E8%B7%AF%E4%BA%BA/" in said
    wrong = client.post(room.first.get_absolute_url(), {"body": "嗯。", "author": "@谁"})
    assert wrong.status_code == 400
    assert "嗯。" in text(wrong)
    assert 'value="@谁"' in text(wrong)


def test_answers_are_accepted_summed_up_and_the_question_settled(room):
    client = room.by("小满")
    assert "answer-accepted" in text(act(client, room.first, accept="1", answer=room.answer.pk))
    assert "answer-accepted" not in text(act(client, room.first, unaccept="1", answer=room.answer.pk))
    client.post(f"/q/{room.first.public_id}/summary/", {"summary": "**够**。", "cites": [room.answer.pk], "version": 1})
    said = text(client.get(room.first.get_absolute_url()))
    assert 'id="summary"' in said
    assert f'href="#answer-{room.answer.pk}"' in said
    assert "**" not in text(client.get("/episodes/021/")).split("四比特够用吗")[1][:900]
    late = client.post(f"/q/{room.first.public_id}/summary/", {"summary": "不够。", "version": 1})
    assert late.status_code == 409
    assert "不够" in text(late)
    assert room.by("路人").get(f"/q/{room.first.public_id}/summary/").status_code == 403
    client = room.by("主持")
    no_reason = act(client, room.second, settle="1", state="closed")
    assert fresh(room.second).settled == ""
    assert "message-bad" in text(no_reason)
    closed = text(act(client, room.second, settle="1", state="closed", reason="没人能答"))
    assert "没人能答" in closed
    assert "tag-red" not in closed.split("question-page")[1].split("</header>")[0]
    act(client, room.second, reopen="1")
    assert fresh(room.second).settled == ""


def test_the_queue_approves_declines_merges_and_brings_back(room, now):
    Question.objects.filter(pk=room.second.pk).update(review=Review.WAITING, deleted_at=now)
    assert room.by("路人").get("/episodes/021/questions/").status_code == 403
    client = room.by("主持")
    assert "三比特呢" in text(client.get("/episodes/021/questions/"))
    act(client, room.second, decline="1", reason="太短")
    assert "太短" in text(client.get("/episodes/021/questions/"))
    act(client, room.second, put_back="1")
    act(client, room.second, approve="1")
    assert fresh(room.second).review == ""
    QuestionVote.objects.create(question=room.second, person=room.who["阿岚"], created_at=now)
    merged = act(client, room.second, merge="1", into=room.first.public_id)
    assert merged.redirect_chain[-1][0] == room.first.get_absolute_url()
    assert "undo-1" in text(merged)
    client.logout()
    assert client.get(room.second.get_absolute_url()).headers["Location"] == room.first.get_absolute_url()
    act(room.by("主持"), fresh(room.second), put_back="1")
    assert fresh(room.second).review == ""
    act(room.by("主持"), fresh(room.second), merge="1", into=room.first.public_id)
    client = room.by("主持")
    client.post("/episodes/021/history/back/", {"row": f"question:{room.second.pk}"})
    assert fresh(room.second).review == ""
    assert QuestionVote.objects.filter(question=room.second).count() == 1


def waits(room, now):
    Question.objects.filter(pk=room.second.pk).update(review=Review.WAITING, deleted_at=now)
    Answer.objects.filter(pk=room.answer.pk).update(review=Review.WAITING, deleted_at=now)


def undo_in(reply):
    """Press the undo of the message on a page."""
    form = text(reply).split('id="undo-1"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return re.search(r'action="([^"]+)"', form)[1], fields


def test_an_approval_is_taken_back_from_its_message_and_waits_again(room, now):
    waits(room, now)
    client = room.by("主持")
    for row, sent in ((room.second, {}), (room.answer, {"answer": room.answer.pk})):
        question = getattr(row, "question", row)
        said = act(client, question, approve="1", next="/episodes/021/questions/", **sent)
        assert fresh(row).review == ""
        address, fields = undo_in(said)
        assert fields["next"] == "/episodes/021/questions/"
        assert "重新等待放行" in text(client.post(address, fields, follow=True))
        assert (fresh(row).review, fresh(row).deleted_at is None) == ("waiting", False)
        assert act(room.by("路人"), room.first, unapprove="1", **sent).status_code in (403, 404)
        room.by("主持")
    assert "不再放行" in text(client.get("/episodes/021/history/"))


def test_an_approval_from_the_phone_of_the_host_is_taken_back_there(room, now):
    waits(room, now)
    close(room.week.episode, "live")
    make_rundown(episode=Episode.objects.get(code="021"), by=room.who["主持"], now=now)
    client = room.by("主持")
    said = client.post("/episodes/021/live/", {"act": f"approve.{room.second.pk}.{room.second.version}"}, follow=True)
    address, fields = undo_in(said)
    back = client.post(address, fields, follow=True)
    assert back.redirect_chain[-1][0] == "/episodes/021/live/"
    assert fresh(room.second).review == "waiting"
    assert f'value="approve.{room.second.pk}.' in text(back)


def test_the_host_approves_only_the_words_that_the_page_showed(room, now):
    waits(room, now)
    close(room.week.episode, "live")
    make_rundown(episode=Episode.objects.get(code="021"), by=room.who["主持"], now=now)
    client, seen = room.by("主持"), fresh(room.second).version
    Question.objects.filter(pk=room.second.pk).update(body="又添了一句广告", version=seen + 1)
    for act_ in (f"approve.{room.second.pk}.{seen}", f"approve.{room.second.pk}"):
        said = text(client.post("/episodes/021/live/", {"act": act_}, follow=True))
        assert fresh(room.second).review == "waiting"
        assert "message-bad" in said


def test_who_may_not_decide_takes_no_approval_back(room, now):
    waits(room, now)
    moderation.approve(row=fresh(room.second), by=room.who["主持"], now=now)
    for name, status in (("路人", 403), ("阿岚", 403)):
        assert act(room.by(name), room.second, unapprove="1").status_code == status
    with pytest.raises(PermissionDenied):
        moderation.unapprove(row=fresh(room.second), by=room.who["阿岚"], now=now)
    assert fresh(room.second).review == ""


def test_what_others_have_gone_on_with_stays_and_votes_wait_with_it(room, now):
    host, second = room.who["主持"], room.second

    def refused(row):
        with pytest.raises(StateRefusal) as error:
            moderation.unapprove(row=row, by=host, now=now)
        return error.value.code

    assert refused(second) == "not_approved"
    waits(room, now)
    assert refused(fresh(second)) == "not_shown"
    moderation.approve(row=fresh(second), by=host, now=now)
    moderation.approve(row=fresh(room.answer), by=host, now=now)
    settling.accept(answer=fresh(room.answer), by=host, now=now)
    assert refused(room.answer) == "gone_on"
    QuestionVote.objects.create(question=second, person=room.who["阿岚"], created_at=now)
    version = fresh(second).version
    with pytest.raises(ValidationError):
        moderation.unapprove(row=second, by=host, now=now, version=version - 1)
    moderation.unapprove(row=second, by=host, now=now, version=version)
    moderation.approve(row=fresh(second), by=host, now=now)
    assert QuestionVote.objects.filter(question=second).count() == 1
    questions.answer(question=fresh(second), body="三比特不够。", by=room.who["阿岚"], now=now)
    assert refused(second) == "gone_on"
    moderation.hide(row=fresh(room.first), by=host, now=now)
    moderation.show(row=fresh(room.first), by=host, now=now)
    assert refused(room.first) == "not_approved"


def test_the_group_hears_once_of_what_was_approved_twice_and_the_asker_hears_of_all(room, now, monkeypatch):
    told = []
    monkeypatch.setattr(moderation, "announce", lambda event, episode, kind, **_more: told.append(kind))
    waits(room, now)
    host = room.who["主持"]
    for verb in ("approve", "unapprove", "approve"):
        getattr(moderation, verb)(row=fresh(room.second), by=host, now=now)
    assert told == ["question_asked"]
    kinds = Notification.objects.filter(person=room.who["路人"]).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["question_approve", "question_unapprove", "question_approve"]


def test_who_asked_reads_why_it_was_declined_and_nobody_else_finds_it(room, now):
    Question.objects.filter(pk=room.second.pk).update(review="declined", review_reason="太短", deleted_at=now)
    page = room.second.get_absolute_url()
    assert "太短" in text(room.by("路人").get(page))
    assert 'id="reply"' not in text(room.by("路人").get(page))
    assert room.by("阿岚").get(page).status_code == 404
    client = room.by("阿岚")
    client.logout()
    assert client.get(page).status_code == 404
    assert client.get(f"/api/v1/questions/{room.second.public_id}/").status_code == 404


def test_what_is_written_down_for_somebody_says_who_signed(room):
    address, client = room.second.get_absolute_url(), room.by("小满")
    said = text(client.post(address, {"body": "三比特不够。", "author": "老周"}, follow=True))
    assert "已记下，署名 老周" in said
    assert "署上你的名字" not in said
    own = text(client.post(address, {"body": "要看任务。", "author": ""}, follow=True))
    assert "已署上你的名字" in own


def test_one_act_has_one_word(room):
    Question.objects.filter(pk=room.second.pk).update(review=Review.WAITING, deleted_at=room.first.created_at)
    client = room.by("主持")
    page = text(client.get("/episodes/021/questions/"))
    assert page.count("待放行") >= 2
    declined = text(act(client, room.second, decline="1", reason="太短", next="/episodes/021/questions/"))
    assert "没有收下" in declined
    page += declined
    page += text(act(client, room.second, approve="1", next="/episodes/021/history/"))
    assert "主持 放行了「三比特呢？」" in page
    for other in ("待审核", "等待通过", "没收", "没有放行", ">通过<", "婉拒"):
        assert other not in page, other


def test_what_waits_is_offered_the_question_that_is_most_like_it(room):
    questions.ask(
        episode=room.week.episode, body="显存怎么估算比较准？", by=room.who["路人"], now=room.first.created_at
    )
    stamp = {"episode": room.week.episode, "part": "online", "is_anonymous": True, "review": Review.WAITING}
    stamp |= {"created_at": room.first.created_at, "changed_at": room.first.created_at}
    bodies = ("估算显存有什么准的办法", "完全是另一回事")
    like, unlike = [
        Question.objects.create(body=body, body_html=body, serial=9 + n, position=9 + n, deleted_at=stamp["created_at"],
                                **stamp)
        for n, body in enumerate(bodies)
    ]  # fmt: skip
    client = room.by("主持")
    page = text(client.get("/episodes/021/questions/"))
    like_select, unlike_select = (
        page[page.index(f'<select id="into-{row.pk}"') :].partition("</select>")[0] for row in (like, unlike)
    )
    assert '<option value="021-3" selected>' in like_select
    assert "selected" not in unlike_select
    assert ' name="into" required><option value="">' in unlike_select
    assert "请选另一个问题" in text(act(client, unlike, merge="1", into=""))
    assert "021-10 已放行" in text(act(client, unlike, approve="1"))


def test_a_report_stands_in_the_queue_until_it_is_seen_to(room):
    act(room.by("路人"), room.first, report="1", reason="像广告")
    act(room.by("路人"), room.first, report="1", reason="像广告", answer=room.answer.pk)
    client = room.by("主持")
    assert text(client.get("/episodes/021/questions/")).count("像广告") == 2
    assert "2" in text(client.get("/dashboard/?episode=021"))
    act(client, room.first, dismiss="1")
    act(client, room.first, hide="1", answer=room.answer.pk)
    assert not Report.objects.filter(settled_at=None).exists()
    assert "像广告" not in text(client.get("/episodes/021/questions/"))


def test_what_was_carried_through_four_numbers_is_asked_about(room, now):
    stamp = {"created_at": now, "changed_at": now, "reason": "unanswered", "question": room.second}
    from tests.pages.conftest import document, put

    for number in range(30, 34):
        Carry.objects.create(episode=put(document(number), now=now), **stamp)
    client = room.by("青禾")
    assert "三比特呢" in text(client.get("/episodes/033/questions/")).split('id="tired"')[1]
    act(client, room.second, settle="1", state="closed", reason="没人能答")
    assert 'id="tired"' not in text(client.get("/episodes/033/questions/"))
    assert "033" in text(client.get(room.second.get_absolute_url()))
