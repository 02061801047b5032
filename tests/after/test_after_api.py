"""The API of the time after a talk: each is one action, in the manners of the house."""

import json

import pytest
from django.test import Client

from members.actions.profile import edit_profile
from members.actions.tokens import create_token
from members.models import ChatWish
from talks.actions.recordings import add_recording
from talks.models import Answer, Delivery, Episode, Question, Recording, Webhook

API = "/api/v1"
BILI = "https://www.bilibili.com/video/BV1xx411c7mD/"
LOG = "Nora: 请问显存怎么估？\n小满: 按层数乘\n"


def by_token(person, now):
    _row, key = create_token(user=person.user, scope="write", name="机器人", by=person, now=now)
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def host(evening):
    client = Client()
    client.force_login(evening.host.user)
    return client


@pytest.fixture
def other(evening, stranger):
    client = Client()
    client.force_login(stranger.user)
    return client


def post(client, path, values, **headers):
    return client.post(f"{API}/{path}", json.dumps(values), "application/json", headers=headers)


def test_highlights(evening, host, other):
    path = "episodes/021/set_highlights/"
    assert post(other, path, {"highlights": ["甲"]}).status_code == 403
    reply = post(host, path, {"highlights": ["甲", "乙"], "version": evening.episode.version})
    assert (reply.status_code, reply.json()["highlights"]) == (200, ["甲", "乙"])
    clash = post(host, path, {"highlights": ["丙"], "version": evening.episode.version})
    assert (clash.status_code, clash.json()["code"], clash.json()["theirs"]["highlights"]) == (
        412,
        "conflict",
        ["甲", "乙"],
    )
    assert post(host, path, {"highlights": ["长" * 201]}).status_code == 400


def test_what_is_left_to_do(evening, host, other, client):
    assert client.get(f"{API}/episodes/021/wrapup/").status_code == 401
    assert other.get(f"{API}/episodes/021/wrapup/").status_code == 403
    said = host.get(f"{API}/episodes/021/wrapup/").json()
    assert (said["unanswered"], said["unsigned"], said["waiting"]) == (["021-2"], [evening.answer.pk], 0)
    assert [each["code"] for each in said["missing"]] == ["no_highlights", "unsigned_answers"]
    assert said["cues"][0] == {"title": "开场", "state": "done", "planned": 5, "actual": 10}


def test_signatures(evening, host, other):
    path = f"answers/{evening.answer.pk}"
    assert post(other, f"{path}/sign/", {"name": "阿岚"}).status_code == 403
    assert post(host, f"{path}/leave_unsigned/", {}).status_code == 200
    assert post(host, f"{path}/sign/", {"name": "阿岚", "version": 1}).status_code == 412
    reply = post(host, f"{path}/sign/", {"name": "阿岚", "version": 2})
    assert reply.json()["author"]["name"] == "阿岚"
    assert post(host, f"{path}/leave_unsigned/", {}).json()["code"] == "signed"


def test_links_for_a_word(evening, host, other, stranger, client):
    path = "questions/021-2/ask_for_words/"
    assert post(other, path, {"person": "nora"}).status_code == 403
    reply = post(host, path, {"person": stranger.handle}, **{"Idempotency-Key": "k"})
    made = reply.json()
    assert (reply.status_code, made["purpose"], made["person"]["name"], made["places"]) == (201, "answer", "Nora", 20)
    assert client.get(made["url"]).status_code == 200
    again = post(host, path, {"person": stranger.handle}, **{"Idempotency-Key": "k"}).json()
    assert again["url"] == made["url"]
    assert post(host, path, {"person": "谁"}).status_code == 400


def test_recordings_and_one_place(evening, host, other):
    new = {"episode": "021", "url": BILI}
    assert post(other, "recordings/", new).status_code == 403
    reply = post(host, "recordings/", new)
    row = reply.json()
    assert (reply.status_code, row["platform"], row["offset_seconds"], row["late_seconds"]) == (
        201,
        "bilibili",
        None,
        0,
    )
    path = f"recordings/{row['id']}"
    assert post(host, f"{path}/align/", {"at": "10:10"}).status_code == 400
    assert post(host, f"{path}/align/", {"at": "10:10", "item": evening.items[0].pk, "cue": 1}).status_code == 400
    assert post(host, f"{path}/align/", {"at": "10:10", "question": "020-1"}).status_code == 400
    assert post(other, f"{path}/align/", {"at": "10:10", "question": "021-1"}).status_code == 403
    skipped = post(host, f"{path}/align/", {"at": "10:10", "item": evening.items[1].pk})
    assert (skipped.status_code, skipped.json()["code"]) == (409, "not_on_the_air")
    assert post(host, f"{path}/align/", {"at": "15:10", "item": evening.items[0].pk}).json()["offset_seconds"] == 300
    late = post(host, f"{path}/align/", {"at": "35:00", "question": "021-1"})
    assert (late.json()["offset_seconds"], late.json()["late_seconds"]) == (None, 300)
    change = {"content_type": "application/json", "headers": {"If-Match": late["ETag"]}}
    assert host.patch(f"{API}/{path}/", {"title": "上"}, content_type="application/json").status_code == 428
    reply = host.patch(f"{API}/{path}/", {"title": "上"}, **change)
    assert (reply.json()["title"], reply.json()["url"]) == ("上", BILI)
    assert host.delete(f"{API}/{path}/", **change).status_code == 412
    change["headers"]["If-Match"] = reply["ETag"]
    assert host.delete(f"{API}/{path}/", **change).status_code == 204
    assert host.get(f"{API}/{path}/").status_code == 404
    back = post(host, f"{path}/restore/", {})
    assert back.status_code == 200
    assert Recording.objects.get(pk=row["id"]).late_seconds == 300


def test_a_chat_log_by_the_api(evening, host, other, stranger, now):
    path = "episodes/021/chat/"
    assert post(other, path, {"text": LOG}).status_code == 403
    dry = post(host, path, {"text": LOG, "dry_run": True}).json()
    assert (dry["messages"], dry["accounted"], dry["left_out"]) == (2, 2, 0)
    assert dry["questions"] == [
        {"asker": "Nora", "body": "请问显存怎么估？", "answers": [{"author": "小满", "body": "按层数乘"}]}
    ]
    assert not Question.objects.filter(part="group", episode=evening.episode).exists()
    assert post(host, path, {"text": LOG}).json() == dry
    assert Question.objects.get(part="group", episode=evening.episode).asker == stranger
    edit_profile(person=stranger, version=stranger.version, by=stranger, now=now, chat_wish=ChatWish.LEAVE_OUT)
    said = post(host, path, {"text": LOG, "dry_run": True}).json()
    assert (said["left_out"], said["questions"], said["speakers"]) == (1, [], ["小满"])
    assert post(host, path, {"text": "谁也没说话"}).json()["code"] == "no_messages"


def test_a_robot_of_the_group_passes_questions_on(evening, organizer, stranger, now):
    Webhook.objects.create(
        name="群", form="json", url="https://example.org", events=["question_asked"], created_at=now, changed_at=now
    )
    robot = by_token(organizer, now)
    new = {"episode": "021", "body": "群里问：显存够吗？", "asker_name": "Nora"}
    reply = post(robot, "questions/", new)
    assert reply.status_code == 201
    row = Question.objects.get(body=new["body"])
    assert (row.part, row.asker, row.asker_name, row.is_by_name) == ("group", stranger, "Nora", True)
    assert reply.json()["id"] == row.public_id
    assert post(robot, "questions/", new).json()["id"] == row.public_id  # sent twice
    assert Question.objects.filter(body=new["body"]).count() == 1
    assert not Delivery.objects.exists()  # or the group would hear its own words
    unknown = post(robot, "questions/", {**new, "body": "又一问？", "asker_name": "没人认识"}).json()
    assert Question.objects.get(body="又一问？").asker_name == "群友"
    assert unknown["part"] == "group"
    edit_profile(person=stranger, version=stranger.version, by=stranger, now=now, chat_wish=ChatWish.LEAVE_OUT)
    refused = post(robot, "questions/", {**new, "body": "第三问？"})
    assert (refused.status_code, refused.json()["code"]) == (409, "left_out")


def test_a_members_token_passes_nothing_on(evening, stranger, now):
    robot = by_token(stranger, now)
    reply = post(robot, "questions/", {"episode": "021", "body": "冒名的一问？", "asker_name": "小满"})
    assert reply.status_code == 403
    assert not Question.objects.filter(body="冒名的一问？").exists()
    Episode.objects.filter(pk=evening.episode.pk).update(state="live")
    assert post(robot, "questions/", {"episode": "021", "body": "自己的一问？"}).status_code == 201
    assert post(robot, "answers/", {"question": "021-2", "body": "自己的一答。"}).status_code == 201
    assert Answer.objects.get(body="自己的一答。").author == stranger


def test_an_edit_of_a_recording_that_changed_meets_both(evening, host, now):
    row = add_recording(episode=evening.episode, url=BILI, by=evening.host, now=now)
    tag = host.get(f"{API}/recordings/{row.pk}/")["ETag"]
    change = {"content_type": "application/json", "headers": {"If-Match": tag}}
    assert host.patch(f"{API}/recordings/{row.pk}/", {"title": "甲"}, **change).status_code == 200
    stale = host.patch(f"{API}/recordings/{row.pk}/", {"title": "乙"}, **change)
    assert (stale.status_code, stale.json()["theirs"]["title"]) == (412, "甲")
