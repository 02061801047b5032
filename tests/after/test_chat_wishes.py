"""A chat log: who wishes it is left out or stands as of the group, names earn no rights, similar questions are shown."""

import json

import pytest
from django.core.management import call_command

from members.actions import names
from members.actions.profile import edit_profile
from members.models import ChatWish
from talks.actions.chats import import_chat
from talks.documents.chat import read_chat
from talks.documents.chat_questions import propose
from talks.models import Answer, Question
from talks.rules import can_edit, has_written, may_move
from tests.talks.boardroom import boardroom

PAGE = "/episodes/021/chat/"
LOG = """Nora: 请问显存怎么估算？
小满: 按层数乘
路过的: 还有激活
小满: 请问词表多大合适？
Nora: 三万二
路过的: 看语言
Nora: 谢谢大家了
"""


@pytest.fixture
def room(member, now):
    return boardroom(now=now, host=member)


def wish(person, value, now):
    return edit_profile(person=person, version=person.version, by=person, now=now, chat_wish=value)


def stored(episode):
    rows = Question.objects.filter(episode=episode, part="group").order_by("position")
    return [
        (row.asker_name, row.body, [answer.author_name for answer in row.answers.order_by("position")]) for row in rows
    ]


def test_without_somebody_every_message_is_still_accounted_for():
    found = propose(read_chat(LOG))
    out = found.without({"Nora"})
    assert [(each.speaker, [told.speaker for told in each.answers]) for each in out.questions] == [("小满", ["路过的"])]
    assert (out.accounted, len(out.left_out)) == (7, 3)
    assert [(each.speaker, each.text) for each in out.left_over] == [("小满", "按层数乘"), ("路过的", "还有激活")]
    said = json.dumps(out.as_json(), ensure_ascii=False)
    assert "Nora" not in said
    assert "三万二" not in said
    assert out.as_json()["messages"] == 7
    assert found.without(set()) is found
    assert found.without({"谁"}) is found
    assert found.as_json()["left_out"] == 0


def test_wishes_are_kept_whoever_takes_the_log_in(room, member, stranger, now):
    asked = propose(read_chat(LOG)).questions
    wish(stranger, ChatWish.LEAVE_OUT, now)
    import_chat(episode=room.episode, asked=asked, by=member, now=now)
    assert stored(room.episode) == [("小满", "请问词表多大合适？", ["群友"])]
    assert not Question.objects.filter(asker=stranger).exists()
    assert not Answer.objects.filter(author=stranger).exists()


def test_who_wishes_no_name_is_of_the_group(room, member, stranger, now):
    wish(stranger, ChatWish.ANONYMOUS, now)
    import_chat(episode=room.episode, asked=propose(read_chat(LOG)).questions, by=member, now=now)
    assert [(asker, authors) for asker, _body, authors in stored(room.episode)] == [
        ("群友", ["小满", "群友"]),
        ("小满", ["群友", "群友"]),
    ]
    assert not Answer.objects.filter(author=stranger).exists()


def test_a_wish_holds_for_every_name_of_a_person(room, member, stranger, organizer, now):
    from members.actions.people import find_or_name

    nick = find_or_name(["路过的"], by=organizer, now=now)["路过的"]
    names.merge(person=nick, into=stranger, by=organizer, now=now)
    stranger.refresh_from_db()
    wish(stranger, ChatWish.LEAVE_OUT, now)
    import_chat(episode=room.episode, asked=propose(read_chat(LOG)).questions, by=member, now=now)
    assert stored(room.episode) == [("小满", "请问词表多大合适？", [])]


def test_a_name_in_a_log_earns_nothing(room, member, stranger, now):
    import_chat(episode=room.episode, asked=propose(read_chat(LOG)).questions, by=member, now=now)
    question = Question.objects.get(asker=stranger, episode=room.episode)
    answer = Answer.objects.get(author=stranger, question__episode=room.episode)
    for row in (question, answer):
        assert row.is_by_name
        assert not has_written(stranger, row)
        assert not can_edit(stranger, row)
    assert not may_move(stranger, question)
    assert "Nora" in {question.asker_name, answer.author_name}  # credit stays


def test_the_preview_leaves_out_what_is_wished_out_and_stores_what_was_meant(client, room, member, stranger, now):
    wish(stranger, ChatWish.LEAVE_OUT, now)
    client.force_login(member.user)
    page = client.post(PAGE, {"text": LOG}).content.decode()
    found = page[page.index('id="found"') : page.index("</form>", page.index('id="found"'))]
    shown = found.replace(found[found.index("<textarea") : found.index("</textarea>")], "")
    assert "Nora" not in shown
    assert "三万二" not in shown
    assert 'value="1"' in shown
    assert 'value="0"' not in shown
    client.post(PAGE, {"text": LOG, "act": "store", "take": ["0", "0.0", "1", "1.1"]})
    assert stored(room.episode) == [("小满", "请问词表多大合适？", ["群友"])]


def test_the_command_and_its_dry_run(room, stranger, now, tmp_path, capsys, django_assert_num_queries):
    wish(stranger, ChatWish.LEAVE_OUT, now)
    path = tmp_path / "log.txt"
    path.write_text(LOG, "utf-8")
    with django_assert_num_queries(0):
        call_command("import_chat", str(path), "--episode", "021", "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["left_out"] == 0
    call_command("import_chat", str(path), "--episode", "021", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["left_out"], said["accounted"], said["speakers"]) == (3, 7, ["小满", "路过的"])
    assert len(stored(room.episode)) == 1


# ── Nearly the same ─────────────────────────────────────────────────────────

STANDING = [(1, "请问显存怎么估算？"), (2, "词表多大合适？"), (3, "LoRA 的秩怎么选？"), (4, "")]


def test_the_preview_shows_similar_questions_of_all_episodes(client, room, member, now):
    client.force_login(member.user)
    page = client.post(PAGE, {"text": "生人: 请问词表应该多大合适？\n乙: 三万二\n"}).content.decode()
    assert "/q/020-1/" in page
    Question.objects.filter(episode=room.past).update(deleted_at=now)
    assert "/q/020-1/" not in client.post(PAGE, {"text": "生人: 请问词表应该多大合适？\n乙: 对\n"}).content.decode()


# ── Saying the wish ─────────────────────────────────────────────────────────


def test_the_wish_is_said_on_ones_own_page_and_by_the_api(client, member, stranger):
    client.force_login(member.user)
    sent = {"version": member.version, "name": "小满", "bio": "", "links": "", "chat_wish": "out"}
    assert client.post("/settings/profile/", sent).status_code == 302
    member.refresh_from_db()
    assert member.chat_wish == "out"
    assert 'value="out" selected' in client.get("/settings/profile/").content.decode()
    assert client.post("/settings/profile/", {**sent, "version": member.version, "chat_wish": "?"}).status_code == 400
    tag = client.get("/api/v1/people/%E5%B0%8F%E6%BB%A1/")["ETag"]
    change = {"content_type": "application/json", "headers": {"If-Match": tag}}
    reply = client.patch("/api/v1/people/%E5%B0%8F%E6%BB%A1/", {"chat_wish": "nameless"}, **change)
    assert reply.status_code == 200
    member.refresh_from_db()
    assert member.chat_wish == "nameless"
    assert "chat_wish" not in reply.json()  # nobody else's business
    change["headers"]["If-Match"] = client.get("/api/v1/people/nora/")["ETag"]
    assert client.patch("/api/v1/people/nora/", {"chat_wish": "out"}, **change).status_code == 403
