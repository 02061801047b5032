"""What is sent and not taken: a conflict goes on from what stands, a sign-in leads back, only what is taken is confirmed."""

import json

import pytest
from django.test import Client

from markup.merging import END, THEIRS, YOURS
from members.conflicts import gone_on, loaded
from members.forms import ProfileForm
from talks.actions import item_edits, suggestions
from talks.models import Suggestion
from tests.talks.boardroom import boardroom, nominate

BODY = "第一句。\n第二句。\n第三句。"


@pytest.fixture
def room(db, now):
    return boardroom(now=now)


@pytest.fixture
def row(room, organizer, now):
    made = nominate(room, organizer, now, section=room.news)
    return item_edits.edit(item=made, version=made.version, values={"body": BODY}, by=organizer, now=now)


def signed(person):
    client = Client()
    client.force_login(person.user)
    return client


def sent(row, **values):
    whole = {"title": row.title or "", "url": row.url or "", "depth": row.depth, "version": row.version}
    return {**whole, **values}


def address(row):
    return f"/episodes/021/board/items/{row.pk}/"


def theirs(row, body, organizer, now):
    item_edits.edit(item=row, version=row.version, values={"body": body}, by=organizer, now=now)


def test_a_form_without_its_base_is_merged_with_what_history_knows(row, organizer, now):
    theirs(row, BODY.replace("第三句", "他的第三句"), organizer, now)
    reply = signed(organizer).post(address(row), sent(row, body=BODY.replace("第一句", "我的第一句")))
    page = reply.content.decode()
    assert reply.status_code == 409
    assert "我的第一句。\n第二句。\n他的第三句。</textarea>" in page
    assert f'name="version" value="{row.version + 1}"' in page


def test_what_clashes_stands_between_marks_and_is_refused_until_it_is_one_text(row, organizer, now):
    theirs(row, BODY.replace("第一句", "他的第一句"), organizer, now)
    client, values = signed(organizer), sent(row, body=BODY.replace("第一句", "我的第一句"))
    assert client.post(address(row), values).status_code == 409
    clash = f"{YOURS}\n我的第一句。\n{THEIRS}\n他的第一句。\n{END}\n第二句。\n第三句。"
    reply = client.post(address(row), {**values, "version": row.version + 1, "body": clash})
    assert reply.status_code == 400
    assert "文字里还留着两份内容之间的标记" in reply.content.decode()


def test_the_api_says_the_merge_and_what_it_is_an_edit_of(row, organizer, now):
    client = signed(organizer)
    tag = client.get(f"/api/v1/items/{row.pk}/")["ETag"]
    theirs(row, BODY.replace("第三句", "他的第三句"), organizer, now)
    body = json.dumps({"body": BODY.replace("第一句", "我的第一句")})
    sending = {"content_type": "application/json", "headers": {"If-Match": tag}}
    reply = client.patch(f"/api/v1/items/{row.pk}/", body, **sending)
    assert reply.status_code == 412
    assert reply.json()["merged"] == {"body": "我的第一句。\n第二句。\n他的第三句。"}
    sending["headers"] = {"If-Match": reply["ETag"]}
    taken = client.patch(f"/api/v1/items/{row.pk}/", json.dumps(reply.json()["merged"]), **sending)
    assert taken.status_code == 200
    clashing = client.patch(f"/api/v1/items/{row.pk}/", json.dumps({"body": "另一句"}), **sending)
    assert (clashing.status_code, clashing.json()["merged"]) == (412, None)


def test_a_suggestion_resolved_by_two_stands_with_both_words(room, organizer, now):
    row = suggestions.suggest(section=room.news, body="短一点", by=organizer, now=now)
    suggestions.resolve(suggestion=row, resolution="他的话", version=1, by=organizer, now=now)
    values = {"resolve": "1", "suggestion": row.pk, "version": 1, "resolution": "我的话"}
    reply = signed(organizer).post("/episodes/021/board/act/", values)
    page = reply.content.decode()
    assert reply.status_code == 409
    assert f"{YOURS}\n我的话".replace("<", "&lt;") in page
    assert 'name="version" value="2"' in page
    assert Suggestion.objects.get(pk=row.pk).resolution == "他的话"


def test_a_form_keeps_what_it_was_loaded_with(row, member):
    initial = ProfileForm.of(member)
    base = loaded(ProfileForm(person=member))
    assert json.loads(base)["name"] == member.name
    sent = {**initial, "name": "我", "base": base}
    member.name = "他"
    again = ProfileForm(sent, person=member)
    assert loaded(again) == base
    standing = {**initial, "bio": "他写的", "version": 7}
    made, conflict = gone_on(again, lambda data: ProfileForm(data, person=member), standing)
    assert (made.data["name"], made.data["bio"], made.data["version"]) == ("我", "他写的", 7)
    assert conflict.clashing == []


@pytest.mark.parametrize("bad", ["{", "[1]", '{"body": 1}', "0", "[" * 100_000, "x" * 300_000])
def test_a_base_that_cannot_be_read_is_none(row, organizer, now, bad):
    theirs(row, "他的。", organizer, now)
    assert signed(organizer).post(address(row), sent(row, body="我的。", base=bad)).status_code == 409


def test_only_what_was_taken_is_confirmed(row, organizer, now):
    client = signed(organizer)
    draft = {"_draft": "abc123"}
    refused = client.post(address(row), sent(row, body="x", version=row.version + 5) | draft)
    assert "taken" not in refused.cookies
    act = "/episodes/021/board/act/"
    again = {"decline": "1", "item": row.pk, "version": row.version, "reason": "", **draft}
    assert "taken" not in client.post(act, again).cookies  # back to the board with a refusal
    taken = client.post(address(row), sent(row, body="新") | draft)
    assert taken.cookies["taken"].value == "abc123"
    client.cookies.update(taken.cookies)
    later = client.post(address(row), sent(row, body="更新", version=row.version + 1) | {"_draft": "def"})
    assert later.cookies["taken"].value == "abc123.def"
    strange = client.post(act, {"vote": "1", "item": row.pk, "version": 1, "_draft": "a;b=c"})
    assert "taken" not in strange.cookies


def test_a_post_that_met_an_ended_session_comes_back_to_its_page(row):
    act, page = "/templates/own/", "http://testserver/templates/?x=1"
    reply = Client().post(act, {"_draft": "abc"}, headers={"Referer": page})
    assert reply["Location"] == "/accounts/login/?next=/templates/%3Fx%3D1"
    assert "taken" not in reply.cookies
    foreign = Client().post(act, headers={"Referer": "https://evil.example/templates/"})
    assert foreign["Location"] == f"/accounts/login/?next={act}"
