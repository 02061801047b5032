"""The API of answering: accepted, summed up, settled, reviewed, merged, reported; who does it and what others see."""

import json
from types import SimpleNamespace

import pytest

from members.models import Role
from talks.actions import questions
from talks.models import Answer, Question, QuestionVote, Report, Review
from tests.api.conftest import API, keyed
from tests.talks.boardroom import boardroom, login

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(now):
    cast = {name: login(name, now) for name in ("主持", "小满", "阿岚", "路人")}
    boss = login("管理", now, Role.ORGANIZER)
    week = boardroom(now=now, host=cast["主持"])
    first = questions.ask(episode=week.episode, body="四比特够用吗？", by=cast["小满"], now=now)
    second = questions.ask(episode=week.episode, body="三比特呢？", by=cast["路人"], now=now)
    answer = questions.answer(question=first, body="多数够用。", by=cast["阿岚"], now=now)
    by = {name: keyed(person, "write", now) for name, person in {**cast, "管理": boss}.items()}
    return SimpleNamespace(week=week, first=first, second=second, answer=answer, who=cast, by=by)


def post(client, path, body=None, **headers):
    return client.post(API + path, json.dumps(body or {}), content_type="application/json", headers=headers)


def at(row, verb=""):
    if isinstance(row, Question):
        return f"questions/{row.public_id}/{verb}"
    return f"answers/{row.pk}/{verb}"


def wait(row, now):
    type(row).objects.filter(pk=row.pk).update(review=Review.WAITING, deleted_at=now)


def test_a_question_says_how_far_it_has_come(room):
    by = room.by["小满"]
    assert by.get(API + at(room.second)).json()["state"] == "open"
    assert by.get(API + at(room.first)).json()["state"] == "partly"
    said = post(by, at(room.answer, "accept/"))
    assert (said.status_code, said.json()["is_accepted"]) == (200, True)
    assert by.get(API + at(room.first)).json()["state"] == "answered"
    post(by, at(room.answer, "unaccept/"))
    tag = by.get(API + at(room.first))["ETag"]
    body = {"body": "**够用**", "cites": [room.answer.pk]}
    said = post(by, at(room.first, "summarize/"), body, **{"If-Match": tag, "Idempotency-Key": "s"})
    assert (said.json()["state"], said.json()["summary_cites"]) == ("answered", [room.answer.pk])
    again = post(by, at(room.first, "summarize/"), body, **{"If-Match": tag, "Idempotency-Key": "s"})
    assert again.json() == said.json()
    late = post(by, at(room.first, "summarize/"), {"body": "不够"}, **{"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "conflict")
    said = post(by, at(room.first, "settle/"), {"state": "outdated"})
    assert said.json()["state"] == "outdated"
    assert post(by, at(room.first, "settle/"), {"state": "closed"}).status_code == 400
    said = post(by, at(room.first, "reopen/"))
    assert (said.json()["state"], said.json()["settled_reason"]) == ("answered", "")


def test_lists_by_state_and_in_three_orders(room, now):
    QuestionVote.objects.create(question=room.second, person=room.who["阿岚"], created_at=now)
    by = room.by["路人"]

    def ids(query):
        found = by.get(f"{API}questions/?episode=021&{query}").json()["results"]
        return [row["id"] for row in found]

    one, two = room.first.public_id, room.second.public_id
    assert ids("state=open") == [two]
    assert ids("state=partly") == [one]
    assert ids("order=votes") == [two, one]
    assert ids("order=newest") == [two, one]
    assert ids("order=unanswered") == [two, one]
    assert by.get(f"{API}questions/?order=best").status_code == 400
    assert [row["vote_count"] for row in by.get(f"{API}questions/?episode=021").json()["results"]] == [0, 1]


def test_an_answer_is_written_down_for_somebody_and_ones_own_taken_out(room):
    by = room.by["路人"]
    said = post(by, "answers/", {"question": room.first.public_id, "body": "大概", "author": "@阿岚"})
    assert said.status_code == 201
    row = said.json()
    assert (row["author"]["name"], row["transcriber"]["name"], row["transcriber_name"]) == ("阿岚", "路人", "路人")
    assert post(by, "answers/", {"question": room.first.public_id, "body": "嗯", "author": "@无人"}).status_code == 400
    assert by.delete(f"{API}answers/{row['id']}/").status_code == 428
    tag = by.get(f"{API}answers/{row['id']}/")["ETag"]
    assert by.delete(f"{API}answers/{row['id']}/", headers={"If-Match": tag}).status_code == 204
    assert by.get(f"{API}answers/{row['id']}/").status_code == 404
    assert post(by, f"answers/{row['id']}/restore/").status_code == 200


@pytest.mark.parametrize("what", ["first", "answer"])
def test_what_waits_is_read_by_its_writer_and_who_sees_to_it_alone(room, now, anonymous, what):
    row = getattr(room, what)
    writer = {"first": "小满", "answer": "阿岚"}[what]
    wait(row, now)
    kind = at(row).split("/")[0]
    for name, client in {**room.by, "谁": anonymous}.items():
        may = name in (writer, "主持", "管理")
        assert client.get(API + at(row)).status_code == (200 if may else 404), name
        assert client.get(f"{API}{kind}/?review=waiting").json()["count"] == (1 if may else 0), name
        assert row.body not in client.get(f"{API}{kind}/").content.decode()
        events = json.dumps(client.get(f"{API}events/").json(), ensure_ascii=False)
        assert name == "管理" or row.body not in events  # organizers read everything
    for event in anonymous.get(f"{API}events/").json()["results"]:
        assert row.body not in anonymous.get(f"{API}events/{event['id']}/").content.decode()
    stranger = room.by["路人"]
    for event in stranger.get(f"{API}events/?episode=021").json()["results"]:
        assert row.body not in stranger.get(f"{API}events/{event['id']}/").content.decode()
    assert post(stranger, at(row, "approve/")).status_code == 404
    assert post(stranger, at(row, "restore/")).status_code in (403, 409)
    assert row.body not in post(stranger, at(row, "restore/"), {"event": 1, "version": 1}).content.decode()
    assert post(room.by[writer], at(row, "approve/")).status_code == 403
    said = post(room.by["主持"], at(row, "decline/"), {"reason": "重复"})
    assert (said.json()["review"], said.json()["review_reason"]) == ("declined", "重复")
    assert room.by[writer].get(API + at(row)).json()["review_reason"] == "重复"
    assert post(room.by["主持"], at(row, "approve/")).json()["review"] == ""
    assert stranger.get(API + at(row)).status_code == 200
    assert post(stranger, at(row, "unapprove/")).status_code == 403
    back = post(room.by["主持"], at(row, "unapprove/"))
    if what == "first":  # it has an answer
        assert (back.status_code, back.json()["code"]) == (409, "gone_on")
    else:
        assert back.json()["review"] == "waiting"
        again = post(room.by["主持"], at(row, "unapprove/"))
        assert (again.status_code, again.json()["code"]) == (409, "not_shown")
        assert stranger.get(API + at(row)).status_code == 404
        assert post(room.by["主持"], at(row, "approve/")).json()["review"] == ""
    assert post(room.by["主持"], at(row, "hide/"), {"reason": ""}).json()["review"] == "hidden"
    late = post(room.by["管理"], at(row, "hide/"))
    assert (late.status_code, late.json()["code"]) == (409, "not_shown")
    assert post(room.by["主持"], at(row, "show/")).json()["review"] == ""


def test_questions_are_merged_and_taken_apart(room, now):
    vote = QuestionVote.objects.create(question=room.second, person=room.who["阿岚"], created_at=now)
    by = room.by["主持"]
    assert post(by, at(room.second, "merge/"), {"into": "021-99"}).status_code == 400
    said = post(by, at(room.second, "merge/"), {"into": room.first.public_id})
    assert (said.json()["review"], said.json()["merged_into"]) == ("merged", room.first.public_id)
    assert by.get(API + at(room.first)).json()["vote_count"] == 2  # the vote, and who asked it
    assert post(room.by["路人"], at(room.second, "unmerge/")).status_code == 403
    assert post(by, at(room.second, "unmerge/")).json()["merged_into"] is None
    vote.refresh_from_db()
    assert vote.question_id == room.second.pk


def test_a_report_is_made_once_and_answered_by_who_sees_to_it(room):
    for _time in range(2):
        assert post(room.by["路人"], at(room.first, "report/"), {"reason": "广告"}).status_code == 204
    assert Report.objects.count() == 1
    assert post(room.by["小满"], at(room.first, "report/"), {"reason": "广告"}).status_code == 403
    assert post(room.by["路人"], at(room.first, "dismiss/")).status_code == 403
    assert post(room.by["主持"], at(room.first, "dismiss/")).status_code == 200
    assert not Report.objects.filter(settled_at=None).exists()
    told = json.dumps(room.by["阿岚"].get(f"{API}events/").json(), ensure_ascii=False)
    assert '"report"' not in told


def test_hosts_mend_words_by_the_api_too(room):
    by = room.by["主持"]
    tag = by.get(API + at(room.answer))["ETag"]
    headers = {"If-Match": tag}
    said = by.patch(API + at(room.answer), json.dumps({"body": "够"}), content_type="application/json", headers=headers)
    assert (said.status_code, Answer.objects.get(pk=room.answer.pk).body) == (200, "够")
