"""What no restore does: tell hidden words to who may not read them, bring back what was withdrawn, change who signed."""

import json

import pytest
from django.http import Http404
from django.test import Client

from members.actors import ANONYMOUS
from members.models import Event, Role
from talks.actions import (
    asking,
    carries,
    history,
    life,
    moderation,
    question_merges,
    questions,
    returns,
    rundown_order,
)
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


def everywhere(client):
    """What the history of both evenings says, on pages and by the API."""
    pages = [f"/episodes/{code}/history/" for code in ("021", "022")] + ["/api/v1/events/?page_size=100"]
    acts = [f"/api/v1/events/{pk}/" for pk in Event.objects.values_list("pk", flat=True)]
    return "\n".join(client.get(address).content.decode() for address in pages + acts)


def test_words_that_waited_until_they_were_merged_are_for_who_decided(room, now):
    question, _held = ask(room, now, is_reviewed=True)
    into = Question.objects.filter(episode=fresh(room), deleted_at=None).first()
    question_merges.merge(question=question, into=into, by=room.by, now=now)
    client = Client()
    client.force_login(login("旁人", now).user)
    assert "海象" not in everywhere(client)
    client.force_login(room.by.user)
    assert "海象" in everywhere(client)  # the test reads where they would stand


def test_words_of_what_was_withdrawn_stand_in_no_other_act(room, now):
    question, held = ask(room, now, is_reviewed=False)
    other = questions.ask(episode=fresh(room), body="另外的一句？", by=room.by, now=now)
    carries.carry_question_on(question, room.following, by=room.by, now=now)
    for state in ("locked", "live"):
        life.advance(episode=fresh(room), to=state, by=room.by, now=now, reason="到点了")
    rundown_order.put_on_stage(episode=fresh(room), question=question, by=room.by, now=now)
    questions.edit_question(question=other, version=1, body="另外的两句？", by=room.by, now=now)
    member, organizer = login("旁人", now), login("组织", now, role=Role.ORGANIZER)
    client = Client()
    client.force_login(member.user)
    assert "海象" in everywhere(client)
    returns.withdraw(held=held, now=now)
    for person in (member, organizer, room.by):
        client.force_login(person.user)
        assert "海象" not in everywhere(client)


def test_restoring_a_whole_evening_neither_shows_nor_changes_what_was_withdrawn(room, now):
    question, held = ask(room, now, is_reviewed=False)
    asked = last()
    returns.add_details(held=held, body="后来又补了河马。", now=now)
    returns.withdraw(held=held, now=now)
    questions.ask(episode=fresh(room), body="后来的问题？", by=room.by, now=now)
    whole = f"/api/v1/episodes/{room.episode.code}/restore/"
    reply = post(room.by, whole, event=asked, dry_run=True)
    assert reply.status_code == 200
    assert not any(word in reply.content.decode() for word in ("海象", "河马"))
    history.restore_episode(episode=fresh(room), event=asked, typed=room.episode.code, by=room.by, now=now)
    assert "河马" in Question.objects.get(pk=question.pk).body


def test_the_admin_has_no_words_of_acts_and_nothing_that_was_withdrawn(room, now):
    _question, held = ask(room, now, is_reviewed=False)
    returns.withdraw(held=held, now=now)
    client = Client()
    client.force_login(login("组织", now, role=Role.ORGANIZER).user)
    for kind, rows in (("talks/question", Question), ("members/event", Event), ("talks/keptrow", KeptRow)):
        addresses = [f"/admin/{kind}/"]
        addresses += [f"/admin/{kind}/{pk}/change/" for pk in rows.objects.values_list("pk", flat=True)]
        assert not any("海象" in client.get(address, follow=True).content.decode() for address in addresses)
