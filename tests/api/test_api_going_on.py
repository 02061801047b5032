"""What goes on in a later week, what was taken out and comes back, and the radar, by the API."""

from news.models import NewsItem
from talks.actions import item_edits, items
from talks.models import Carry, Episode, Item, Question
from tests.api.conftest import API, post, signed_in
from tests.talks.boardroom import nominate
from tests.talks.newsroom import newsroom, source, tell


def listed(client, query=""):
    return client.get(f"{API}episodes/carries/{query}").json()["results"]


def test_a_question_and_an_item_go_on_and_do_not(room, lead, reader, problem):
    item = Item.objects.get(section__episode=room.past, title="线性偏置")
    for said in ({"question": "020-1"}, {"item": item.pk}):
        problem(post(reader, "episodes/carries/", {"episode": "021", **said}), 403)
        made = post(lead, "episodes/carries/", {"episode": "21", **said})
        assert made.status_code == 201, made.content
        again = post(lead, "episodes/carries/", {"episode": "021", **said})
        assert again.json()["id"] == made.json()["id"]
    question, row = listed(reader, "?episode=021")
    assert (question["question"], question["item"], question["reason"], question["made"]) == (
        "020-1",
        None,
        "by_hand",
        None,
    )
    assert (row["item"], row["question"], row["episode"]) == (item.pk, None, "021")
    one = f"{API}episodes/carries/{row['id']}/"
    problem(lead.delete(one), 428)
    assert lead.delete(one, headers={"If-Match": reader.get(one)["ETag"]}).status_code == 204
    assert [each["id"] for each in listed(reader)] == [question["id"]]
    assert listed(reader, "?reason=deferred") == []


def test_what_cannot_go_on(room, lead, problem):
    here = nominate(room, room.news.claims.get().person, room.news.created_at)
    for said, code in (
        ({}, 400),
        ({"item": here.pk, "question": "020-1"}, 400),
        ({"item": 10**9}, 400),
        ({"question": "999-1"}, 400),
        ({"item": here.pk}, 409),
    ):
        problem(post(lead, "episodes/carries/", {"episode": "021", **said}), code)
    problem(post(lead, "episodes/carries/", {"episode": "020", "item": here.pk}), 409)
    problem(post(lead, "episodes/carries/", {"episode": "900", "item": here.pk}), 400)
    assert not Carry.objects.exists()


def test_what_nobody_may_know_of_goes_on_nowhere_they_see(room, lead, reader, problem):
    Carry.objects.create(
        episode=room.episode,
        question=Question.objects.get(episode=room.past),
        reason="by_hand",
        created_at=room.past.created_at,
        changed_at=room.past.created_at,
    )
    Episode.objects.filter(pk=room.past.pk).update(state="draft")
    assert listed(reader) == []
    problem(post(lead, "episodes/carries/", {"episode": "021", "question": "020-1"}), 400)


def test_an_item_of_an_earlier_week_is_taken(room, lead, reader, member, now, problem):
    old = Item.objects.get(section__episode=room.past, title="线性偏置")
    problem(post(reader, f"items/{old.pk}/take/", {"section": room.news.pk}), 403)
    problem(post(lead, f"items/{old.pk}/take/", {"section": 10**9}), 400)
    Item.objects.filter(pk=old.pk).update(state="nominated")
    made = post(lead, f"items/{old.pk}/take/", {"section": room.news.pk})
    assert (made.status_code, made.json()["section"], made.json()["state"]) == (200, room.news.pk, "nominated")
    assert made.json()["id"] != old.pk  # the record stands
    assert listed(reader)[0]["made"] == made.json()["id"]
    problem(post(lead, f"items/{old.pk}/take/", {"section": room.news.pk}), 409, "taken_already")


def test_a_removed_item_comes_back(room, lead, reader, member, now, problem):
    item = items.accept(item=nominate(room, member, now, section=room.news), version=1, by=member, now=now)
    stands = post(lead, f"items/{item.pk}/restore/")
    assert (stands.status_code, stands.json()["version"]) == (200, 2)
    item_edits.remove(item=item, version=2, by=member, now=now)
    assert lead.get(f"{API}items/{item.pk}/").status_code == 404
    problem(post(reader, f"items/{item.pk}/restore/"), 403)
    stale = post(lead, f"items/{item.pk}/restore/", {"version": 2})
    assert (stale.status_code, stale.json()["code"]) == (412, "conflict")
    back = post(lead, f"items/{item.pk}/restore/")
    assert (back.status_code, back.json()["state"], back.json()["version"]) == (200, "accepted", 4)
    assert lead.get(f"{API}items/{item.pk}/").status_code == 200


def test_the_radar_is_read_ignored_and_shown_again(db, now, member, stranger, time_machine, problem):
    time_machine.move_to(now, tick=False)
    newsroom(now=now, lead=member)
    for slug in ("r1", "r2", "r3"):
        tell(source(slug, now=now), "https://news.example/loud", now=now, title="响")
    lead, reader = signed_in(member), signed_in(stranger)
    problem(reader.get(f"{API}news/radar/"), 403)
    story = NewsItem.objects.get(title="响")
    key = f"gap:{story.pk}"
    found = lead.get(f"{API}news/radar/").json()
    assert [(each["finding"], each["story"], each["sources"]) for each in found["gaps"]] == [(key, story.pk, 3)]
    problem(post(reader, "news/radar/ignore/", {"finding": key, "reason": "旧闻"}), 403)
    problem(post(lead, "news/radar/ignore/", {"finding": key}), 400)
    problem(post(lead, "news/radar/ignore/", {"finding": "gap:x", "reason": "旧闻"}), 400)
    assert post(lead, "news/radar/ignore/", {"finding": key, "reason": "旧闻"}).status_code == 204
    assert lead.get(f"{API}news/radar/").json()["gaps"] == []
    assert post(lead, "news/radar/unignore/", {"finding": key}).status_code == 204
    assert [each["finding"] for each in lead.get(f"{API}news/radar/").json()["gaps"]] == [key]
