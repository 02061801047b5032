"""What no restore does: tell hidden words to who may not read them, bring back what was withdrawn, change who signed."""

import json

import pytest
from django.http import Http404
from django.test import Client

from members.actors import ANONYMOUS
from members.models import Event, Role
from talks.actions import asking, history, moderation, questions, returns
from talks.models import AskingRules, KeptRow, Question, Review
from tests.talks.boardroom import login
from tests.talks.evening import evening, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(now):
    return evening(now, state="collecting")


def ask(room, now, *, is_reviewed):
    """Return a question without an account and what holds its code."""
    values = {"is_reviewed": is_reviewed, "created_at": now, "changed_at": now}
    AskingRules.objects.update_or_create(pk=1, defaults=values)
    made = asking.ask_without_account(
        episode=fresh(room), body="海象的秘密？", key="k" * 24, address="192.0.2.1", by=ANONYMOUS, now=now
    )
    return made.question, returns.find_by_code(code=made.code, address="192.0.2.1", now=now)


def last():
    return Event.objects.latest("pk").pk


def post(person, path, **body):
    client = Client()
    client.force_login(person.user)
    return client.post(path, json.dumps(body), content_type="application/json")


def test_a_wrong_version_tells_no_words_to_who_may_not_restore(room, now):
    question = questions.ask(episode=fresh(room), body="拿掉的斑马？", by=room.by, now=now)
    answer = questions.answer(question=question, body="长颈鹿", by=room.by, now=now)
    removed = questions.ask(episode=fresh(room), body="删掉的犀牛？", by=room.by, now=now)
    moderation.hide(row=Question.objects.get(pk=question.pk), by=room.by, now=now)
    event = KeptRow.objects.filter(kind="question", key=str(removed.pk)).latest("pk").event_id
    Question.objects.filter(pk=removed.pk).update(deleted_at=now)
    member = login("旁人", now)
    for path in (f"questions/{question.public_id}", f"answers/{answer.pk}", f"questions/{removed.public_id}"):
        for more in ({}, {"event": event}):
            reply = post(member, f"/api/v1/{path}/restore/", version=99, **more)
            assert reply.status_code in (403, 404, 409)
            assert not any(word in reply.content.decode() for word in ("斑马", "长颈鹿", "犀牛"))
    assert "犀牛" in post(room.by, f"/api/v1/questions/{removed.public_id}/restore/", version=99).content.decode()


@pytest.mark.parametrize("is_reviewed", [True, False])
def test_only_its_code_brings_back_what_was_withdrawn(room, now, is_reviewed):
    question, held = ask(room, now, is_reviewed=is_reviewed)
    asked = last()
    returns.withdraw(held=held, now=now)
    for who in (room.by, login("组织", now, role=Role.ORGANIZER), login("旁人", now)):
        for version in (None, 99):
            with pytest.raises(Http404):
                history.bring_back(kind="question", key=str(question.pk), version=version, by=who, now=now)
            with pytest.raises(Http404):
                history.restore_row(
                    kind="question", key=str(question.pk), event=asked, version=version, by=who, now=now
                )
    assert Question.objects.get(pk=question.pk).deleted_at is not None
    questions.ask(episode=fresh(room), body="后来的问题？", by=room.by, now=now)
    history.restore_episode(episode=fresh(room), event=asked, typed=room.episode.code, by=room.by, now=now)
    row = Question.objects.get(pk=question.pk)
    assert (row.deleted_at is not None, row.review) == (True, "")
    assert Question.objects.get(body="后来的问题？").deleted_at is not None
    returns.undo_withdrawal(held=held, now=now)
    row.refresh_from_db()
    assert row.review == (Review.WAITING if is_reviewed else "")


def test_no_restore_changes_who_signed(room, now):
    question, held = ask(room, now, is_reviewed=False)
    asked = last()
    member = login("揭名", now)
    returns.reveal(held=held, by=member, now=now)
    for by in (room.by, member):
        history.restore_row(kind="question", key=str(question.pk), event=asked, by=by, now=now)
    questions.ask(episode=fresh(room), body="后来的问题？", by=room.by, now=now)
    history.restore_episode(episode=fresh(room), event=asked, typed=room.episode.code, by=room.by, now=now)
    row = Question.objects.get(pk=question.pk)
    assert (row.asker, row.asker_name, row.is_anonymous, row.is_by_name) == (member, "揭名", False, False)


def test_events_give_nobody_the_words_of_what_was_withdrawn(room, now):
    _question, held = ask(room, now, is_reviewed=False)
    asked, client = last(), Client()
    client.force_login(login("组织", now, role=Role.ORGANIZER).user)
    addresses = ("/api/v1/events/?page_size=100", f"/api/v1/events/{asked}/")
    assert all("海象" in client.get(address).content.decode() for address in addresses)
    returns.withdraw(held=held, now=now)
    for address in addresses:
        assert "海象" not in client.get(address).content.decode()
    assert client.get(addresses[1]).json()["verb"] == "ask"
    assert "四比特够用吗？" in client.get(addresses[0]).content.decode()
