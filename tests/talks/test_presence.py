"""Who is editing: told to members for a minute, to nobody else; no Event, and the kept pages stand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.actions.pruning import prune
from members.models import Event, Revision
from talks.actions import questions
from talks.actions.presence import note_presence
from talks.models import Presence
from tests.talks.boardroom import boardroom, nominate


@pytest.fixture
def row(db, now, organizer):
    room = boardroom(now=now)
    return nominate(room, organizer, now, section=room.news)


def poll(person, row, **sent):
    client = Client()
    client.force_login(person.user)
    return client.post("/presence/", {"row": f"item:{row.pk}", **sent})


def test_the_others_are_named_and_oneself_is_not(row, organizer, member):
    assert poll(organizer, row, edits="1").status_code == 204
    reply = poll(member, row, edits="0")
    assert reply.content.decode() == "青禾 正在编辑"
    assert poll(member, row, edits="1", said="青禾 正在编辑").status_code == 204
    assert poll(organizer, row, edits="1").content.decode() == "小满 正在编辑"
    assert Presence.objects.count() == 2


def test_who_edits_an_answer_is_named_to_who_edits_that_answer_only(row, organizer, member, now):
    asked = questions.ask(episode=row.section.episode, body="为什么？", by=organizer, now=now)
    answers = [questions.answer(question=asked, body=f"因为{n}。", by=member, now=now) for n in range(2)]
    mine, other, question = (f"answer:{answers[0].pk}", f"answer:{answers[1].pk}", f"question:{asked.pk}")
    client = Client()
    client.force_login(member.user)
    assert client.post("/presence/", {"row": mine, "edits": "1"}).status_code == 204
    client.force_login(organizer.user)
    assert client.post("/presence/", {"row": mine}).content.decode() == "小满 正在编辑"
    assert [client.post("/presence/", {"row": each}).status_code for each in (other, question)] == [204, 204]
    assert "data-presence" not in client.get(asked.get_absolute_url()).text  # an answer to come is in nobody's way
    type(asked).objects.filter(pk=asked.pk).update(deleted_at=now)
    assert client.post("/presence/", {"row": mine}).status_code == 404


def test_it_is_over_after_a_minute_and_gone_after_a_day(row, organizer, member, now):
    values = {"kind": "item", "key": str(row.pk)}
    note_presence(**values, is_editing=True, by=organizer, now=now)
    assert note_presence(**values, is_editing=False, by=member, now=now + timedelta(seconds=59)) == ["青禾"]
    assert note_presence(**values, is_editing=False, by=member, now=now + timedelta(seconds=61)) == []
    prune(payload={}, now=now + timedelta(days=1))
    assert not Presence.objects.exists()


def test_visitors_and_suspended_people_learn_nothing(row, organizer, member, now):
    poll(organizer, row, edits="1")
    assert Client().post("/presence/", {"row": f"item:{row.pk}"}).status_code == 302
    member.user.suspended_at = now
    member.user.save()
    assert poll(member, row).status_code == 403


@pytest.mark.parametrize("bad", ["", "item", "item:0", "item:x", "claim:1", "event:1", "item:" + "9" * 40])
def test_what_is_no_row_with_a_form_is_not_found(row, member, bad):
    client = Client()
    client.force_login(member.user)
    assert client.post("/presence/", {"row": bad}).status_code == 404


def test_it_leaves_no_event_and_no_mark_and_few_queries(row, organizer, member):
    events, marks = Event.objects.count(), set(Revision.objects.values_list("pk", flat=True))
    poll(organizer, row, edits="1")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        poll(member, row, edits="1")
    own = [each["sql"] for each in asked if "talks_" in each["sql"]]
    assert len(own) == 3  # may one know of the row, one is here, who else is
    assert Event.objects.count() == events
    assert set(Revision.objects.values_list("pk", flat=True)) == marks
