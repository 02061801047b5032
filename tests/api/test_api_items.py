"""Items, suggestions and the board by the API: the same acts and rules, keys, versions and refusals."""

import json

import pytest

from talks.actions import items
from talks.models import Item, ItemVote, Question, Suggestion
from tests.api.conftest import API, keyed, post
from tests.talks.boardroom import close, nominate


def tag_of(client, item):
    return client.get(f"{API}items/{item.pk}/")["ETag"]


def test_nominate_vote_and_decide(room, lead, reader, stranger):
    made = post(reader, "items/", {"episode": "21", "url": "https://arxiv.org/abs/2307.13304v2", "text": "两比特"})
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["episode"], body["state"], body["title"], body["votes"]) == ("021", "nominated", "两比特", 0)
    assert body["nominated_by"]["name"] == "Nora"
    item = Item.objects.get(pk=body["id"])
    assert post(reader, f"items/{item.pk}/vote/").json()["votes"] == 1
    assert post(reader, f"items/{item.pk}/unvote/").json()["votes"] == 0
    taken = post(lead, f"items/{item.pk}/accept/", If_Match=tag_of(lead, item))
    assert (taken.status_code, taken.json()["state"]) == (200, "accepted")
    assert post(lead, f"items/{item.pk}/reopen/", {"version": 2}).json()["state"] == "nominated"
    turned = post(lead, f"items/{item.pk}/decline/", {"reason": "跑题"}).json()
    assert (turned["state"], turned["decision_reason"]) == ("declined", "跑题")
    assert reader.get(f"{API}items/?episode=021").json()["count"] == 0
    assert reader.get(f"{API}items/?episode=021&state=declined").json()["count"] == 1
    assert post(lead, f"items/{item.pk}/reopen/").json()["state"] == "nominated"
    assert post(lead, f"items/{item.pk}/defer/").json()["state"] == "deferred"


def test_refusals_say_which_rule(room, lead, reader, stranger, now, problem):
    item = nominate(room, stranger, now, section=room.news)
    again = post(reader, "items/", {"episode": "021", "url": "blog.example/a", "text": "再来"})
    problem(again, 409, "nominated_already")
    problem(post(reader, "items/", {"episode": "021"}), 400, "required")
    problem(post(reader, "items/", {"episode": "999", "text": "x"}), 400, "unknown")
    problem(post(reader, "items/", {"episode": "021", "text": "x", "section": 10**6}), 400, "unknown")
    problem(post(reader, f"items/{item.pk}/accept/"), 403)
    problem(post(lead, f"items/{item.pk}/decline/"), 400)
    problem(post(lead, f"items/{item.pk}/merge/", {"into": item.pk}), 409, "same_item")
    problem(post(lead, f"items/{item.pk}/merge/", {"into": 10**6}), 400, "unknown")
    for n in range(5):
        items.vote(item=nominate(room, stranger, now, url=f"https://a.example/{n}"), by=stranger, now=now)
    body = problem(post(reader, f"items/{item.pk}/vote/"), 409, "no_votes_left")
    assert "5" in body["detail"]
    close(room.following)
    close(room.episode)
    problem(post(reader, "items/", {"episode": "021", "text": "太晚"}), 409, "nominations_closed")
    problem(post(reader, f"items/{item.pk}/unvote/"), 409, "votes_closed")


def test_a_stale_decision_answers_with_both(room, lead, stranger, now, problem):
    item = nominate(room, stranger, now, section=room.news)
    tag = tag_of(lead, item)
    post(lead, f"items/{item.pk}/decline/", {"reason": "跑题"}, If_Match=tag)
    problem(post(lead, f"items/{item.pk}/accept/", If_Match=tag), 412, "conflict")
    body = problem(post(lead, f"items/{item.pk}/accept/", {"version": 1}), 412, "conflict")
    assert (body["yours"]["state"], body["theirs"]["reason"]) == ("accepted", "跑题")


def test_edit_and_take_out(room, lead, stranger, now, problem):
    item = nominate(room, stranger, now, section=room.news)
    path = f"{API}items/{item.pk}/"

    def patch(body, **headers):
        return lead.patch(path, json.dumps(body), content_type="application/json", headers=headers)

    problem(patch({"title": "新"}), 428)
    tag = tag_of(lead, item)
    said = {
        "title": "新",
        "depth": "brief",
        "minutes": 2,
        "group": "学术",
        "credits": [{"role": "author", "name": "青禾"}],
    }
    changed = patch(said, If_Match=tag)
    assert changed.status_code == 200, changed.content
    assert {name: changed.json()[name] for name in ("title", "depth", "minutes", "group")} == {
        name: said[name] for name in ("title", "depth", "minutes", "group")
    }
    body = problem(patch({"title": "另一个"}, If_Match=tag), 412, "conflict")
    assert (body["yours"], body["theirs"]["title"]) == ({"title": "另一个"}, "新")
    problem(patch({"title": "x", "url": "javascript:alert(1)"}, If_Match=changed["ETag"]), 400, "invalid")
    problem(lead.delete(path), 428)
    assert lead.delete(path, headers={"If-Match": changed["ETag"]}).status_code == 204
    assert lead.get(path).status_code == 404


def test_order_and_moves(room, lead, member, now, problem):
    made = [nominate(room, member, now, url=f"https://a.example/{n}", section=room.news) for n in range(3)]
    for item in made:
        items.accept(item=item, version=1, by=member, now=now)
    assert post(lead, f"items/{made[2].pk}/arrange/", {"behind": None}).status_code == 200
    assert post(lead, f"items/{made[0].pk}/arrange/", {"steps": 1}).status_code == 200
    order = [row["id"] for row in lead.get(f"{API}items/?section={room.news.pk}").json()["results"]]
    assert order == [made[2].pk, made[1].pk, made[0].pk]
    problem(post(lead, f"items/{made[0].pk}/arrange/", {"behind": 10**6}), 412, "conflict")
    problem(post(lead, f"items/{made[0].pk}/arrange/", {}), 400)
    moved = post(lead, f"items/{made[0].pk}/move/", {"section": room.later["news"].pk})
    assert (moved.status_code, moved.json()["episode"], moved.json()["state"]) == (200, "022", "nominated")
    merged = post(lead, f"items/{made[1].pk}/merge/", {"into": made[2].pk}).json()
    assert (merged["state"], merged["merged_into"]) == ("merged", made[2].pk)


def test_sent_twice_under_one_key_is_done_once(room, stranger, member, now):
    writer = keyed(stranger, "write", now)
    body = {"episode": "021", "url": "https://a.example/1", "text": "一次"}
    first, again = (post(writer, "items/", body, Idempotency_Key="k1") for _twice in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert Item.objects.filter(section__episode=room.episode).count() == 1
    item = Item.objects.get(pk=first.json()["id"])
    lead, tag = keyed(member, "write", now), tag_of(writer, item)
    Item.objects.filter(pk=item.pk).update(section=room.news)
    taken = [post(lead, f"items/{item.pk}/accept/", Idempotency_Key="k2", If_Match=tag) for _twice in range(2)]
    assert [each.status_code for each in taken] == [200, 200]
    assert post(writer, f"items/{item.pk}/vote/", Idempotency_Key="k3").status_code == 200
    assert ItemVote.objects.count() == 1


def test_suggestions(room, lead, reader, stranger, now, problem):
    made = post(reader, "suggestions/", {"section": room.news.pk, "body": "先讲结论"})
    assert (made.status_code, made.json()["person"]["name"]) == (201, "Nora")
    pk = made.json()["id"]
    assert post(reader, f"suggestions/{pk}/own/").json()["owner"]["name"] == "Nora"
    problem(post(lead, f"suggestions/{pk}/own/"), 409, "owned_already")
    problem(post(lead, f"suggestions/{pk}/resolve/", {"resolution": "好", "version": 1}), 412, "conflict")
    assert post(lead, f"suggestions/{pk}/resolve/", {"resolution": "好"}).json()["resolution"] == "好"
    assert post(reader, f"suggestions/{pk}/reopen/").json()["resolved_at"] is None
    assert Suggestion.objects.get(pk=pk).version == 4


def test_a_question_moves_and_keeps_its_id(room, lead, reader, stranger, now, problem):
    asked = post(reader, "questions/", {"episode": "021", "body": "够吗？"}).json()["id"]
    problem(post(lead, f"questions/{asked}/move/", {"episode": "022"}), 403)
    problem(post(reader, f"questions/{asked}/move/", {"episode": "022", "version": 9}), 412, "conflict")
    moved = post(reader, f"questions/{asked}/move/", {"episode": "022"})
    assert (moved.status_code, moved.json()["id"], moved.json()["episode"]) == (200, "021-1", "022")
    assert reader.get(f"{API}questions/021-1/").status_code == 200


def test_the_board(room, anonymous, lead, member, now, django_assert_num_queries):
    for n in range(6):
        item = nominate(room, member, now, url=f"https://a.example/{n}", section=room.news)
        items.accept(item=item, version=1, by=member, now=now)
    board = lead.get(f"{API}episodes/021/board/").json()
    assert (board["votes_left"], board["takes_nominations"]) == (5, True)
    assert (board["sections"][0]["minutes"]["asked"], board["sections"][0]["minutes"]["over"]) == (18, 8)
    assert board["sections"][0]["minutes"]["demotions"][0] == {"item": item.pk, "depth": "brief", "saves": 2}
    assert board["sections"][0]["items"] == {"accepted": 6}
    assert board["sections"][0]["leads"] == ["小满"]
    assert "no_host" in {each["code"] for each in board["missing"]}
    assert anonymous.get(f"{API}episodes/021/board/").json()["votes_left"] is None
    close(room.episode, "draft")
    assert anonymous.get(f"{API}episodes/021/board/").status_code == 404


def test_the_board_costs_as_many_queries_for_many(room, anonymous, member, now, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert anonymous.get(f"{API}episodes/021/board/").status_code == 200
        return len(captured)

    for n in range(5):
        nominate(room, member, now, url=f"https://a.example/{n}", section=room.news)
    few = cost()
    for n in range(5, 60):
        nominate(room, member, now, url=f"https://a.example/{n}", section=room.news)
    assert cost() == few


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        ("items/", {"episode": "021", "url": "https://a.example/1", "note": "要丢的话"}, "note"),
        ("questions/", {"episode": "021", "text": "怎么问？", "body": "问？"}, "text"),
    ],
)
def test_a_field_that_is_not_there_is_named_and_nothing_is_stored(room, lead, problem, path, body, wrong):
    before = (Item.objects.count(), Question.objects.count())
    reply = post(lead, path, body)
    problem(reply, 400)
    assert list(reply.json()["errors"]) == [wrong]
    assert (Item.objects.count(), Question.objects.count()) == before
