"""Events over the API: who may read which; rows and episodes restored."""

import json

import pytest

from talks.actions import claims, item_edits, items, life
from talks.models import Item, KeptRow
from tests.api.conftest import API
from tests.talks.boardroom import boardroom, nominate


@pytest.fixture
def room(organizer, now):
    return boardroom(now=now, host=organizer)


def post(client, path, body, **headers):
    data = json.dumps(body)
    return client.post(f"{API}{path}", data=data, content_type="application/json", headers=headers)


def edited(room, by, now):
    row = nominate(room, by, now)
    for title in ("甲", "乙"):
        row = item_edits.edit(item=row, version=None, values={"title": title}, by=by, now=now)
    return row, [kept.event_id for kept in KeptRow.objects.of_row("item", row.pk)]


def test_everybody_reads_what_they_may(anonymous, as_member, as_organizer, room, organizer, now):
    row, acts = edited(room, organizer, now)
    address = f"events/?episode=21&kind=item&key={row.pk}"
    for client in (as_member, as_organizer):
        found = client.get(f"{API}{address}").json()["results"]
        assert [each["id"] for each in found] == acts[::-1]
        assert {each["person"]["name"] for each in found} == {"青禾"}
    assert anonymous.get(f"{API}{address}").json()["results"] == []
    assert anonymous.get(f"{API}events/{acts[0]}/").status_code == 404
    assert as_member.get(f"{API}{address}").json()["results"][0]["before"] is None
    assert as_organizer.get(f"{API}{address}").json()["results"][0]["before"] == {"title": "甲"}


def test_an_act_says_what_it_changed(as_member, room, organizer, now):
    row, acts = edited(room, organizer, now)
    act = as_member.get(f"{API}events/{acts[2]}/").json()
    [change] = act["changes"]
    assert (change["kind"], change["key"], change["is_made"], change["is_last"]) == ("item", str(row.pk), False, True)
    assert change["fields"] == [{"name": "title", "before": "甲", "after": "乙"}]
    assert "乙" in act["sentence"]


def test_visitors_read_what_was_changed_since_publication(anonymous, room, organizer, now):
    row, acts = edited(room, organizer, now)
    for state in ("locked", "live", "wrapup", "published"):
        life.advance(episode=room.episode, to=state, reason="好", by=organizer, now=now)
    assert anonymous.get(f"{API}events/?episode=21").json()["count"] == 0
    body = {"event": acts[1], "reason": "写错了"}
    done = post(client_of(organizer), f"items/{row.pk}/restore/", body)
    assert done.status_code == 200, done.content
    [found] = anonymous.get(f"{API}events/?episode=21").json()["results"]
    assert (found["verb"], found["reason"], found["after"]) == ("restore_row", "写错了", None)


def client_of(person):
    from django.test import Client

    client = Client()
    client.force_login(person.user)
    return client


def test_a_row_is_restored(as_member, as_organizer, room, organizer, now, problem):
    row, acts = edited(room, organizer, now)
    problem(post(as_member, f"items/{row.pk}/restore/", {"event": acts[1]}), 403, "permission_denied")
    problem(post(as_organizer, f"items/{row.pk}/restore/", {"event": acts[-1] + 1000}), 404, "not_found")
    stale = post(as_organizer, f"items/{row.pk}/restore/", {"event": acts[1], "version": 1})
    assert stale.status_code == 412
    assert stale.json()["theirs"]["title"] == "乙"
    tag = as_organizer.get(f"{API}items/{row.pk}/")["ETag"]
    key = {"If-Match": tag, "Idempotency-Key": "once"}
    done = post(as_organizer, f"items/{row.pk}/restore/", {"event": acts[1]}, **key)
    assert (done.status_code, done.json()["title"]) == (200, "甲")
    again = post(as_organizer, f"items/{row.pk}/restore/", {"event": acts[1]}, **key)
    assert again.json() == done.json()
    assert post(as_organizer, f"items/{row.pk}/restore/", {"event": acts[1]}, **{"If-Match": tag}).status_code == 412


def test_a_row_is_brought_back(as_organizer, room, organizer, now, problem, stranger):
    row = nominate(room, organizer, now)
    item_edits.remove(item=row, version=None, by=organizer, now=now)
    assert as_organizer.get(f"{API}items/{row.pk}/").status_code == 404
    done = post(as_organizer, f"items/{row.pk}/restore/", {})
    assert (done.status_code, done.json()["id"]) == (200, row.pk)
    first = claims.claim(section=room.picks, role="standby", by=stranger, now=now)
    claims.release(claim=first, by=stranger, now=now)
    claims.claim(section=room.picks, role="standby", by=organizer, now=now)
    problem(post(as_organizer, f"claims/{first.pk}/restore/", {}), 409, "cannot_restore")


def test_an_episode_is_restored(as_member, as_organizer, room, organizer, now, problem):
    row, acts = edited(room, organizer, now)
    items.accept(item=row, version=None, by=organizer, now=now)
    body = {"event": acts[1]}
    problem(post(as_member, "episodes/021/restore/", body), 403, "permission_denied")
    told = post(as_organizer, "episodes/021/restore/", {**body, "dry_run": True}).json()
    assert told["count"] == 1
    assert {each["name"]: each["after"] for each in told["changes"][0]["fields"]}["title"] == "甲"
    problem(post(as_organizer, "episodes/021/restore/", body), 400, "mismatch")
    done = post(as_organizer, "episodes/021/restore/", {**body, "confirm": "021"})
    assert done.status_code == 200, done.content
    fresh = Item.objects.get(pk=row.pk)
    assert (fresh.title, fresh.state) == ("甲", "nominated")
    problem(post(as_organizer, "episodes/021/restore/", {**body, "confirm": "021"}), 409, "nothing_changed")


@pytest.mark.parametrize("query", ["kind=nobody", "episode=xx", "key="])
def test_what_is_no_filter_is_refused(as_organizer, room, query):
    assert as_organizer.get(f"{API}events/?{query}").status_code == 400
