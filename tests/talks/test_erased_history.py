"""Who erases their account is named nowhere in what was kept, and comes back under no name when that is restored."""

import json

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from members.actions import invitations, people, profile, requests
from members.actions.people import ERASED
from members.actors import SYSTEM
from members.models import Guest, User
from talks.actions import claims, hosting, item_edits, items, questions
from talks.actions.history import restore_row
from talks.actions.keeping import forget_names
from talks.models import Answer, Credit, Item, KeptRow, Question
from tests.talks.boardroom import boardroom, nominate


@pytest.fixture
def room(organizer, now):
    return boardroom(now=now, host=organizer)


def kept_text():
    return json.dumps(list(KeptRow.objects.values_list("state", flat=True)), ensure_ascii=False)


def test_no_name_is_left_in_what_was_kept(room, member, organizer, now):
    row = nominate(room, member, now)
    credits_ = [{"role": "author", "name": "小满"}, {"role": "source", "name": "渡口"}]
    row = item_edits.edit(item=row, version=None, values={"credits": credits_, "title": "甲"}, by=organizer, now=now)
    item_edits.edit(item=row, version=None, values={"credits": [], "title": "乙"}, by=organizer, now=now)
    question = questions.ask(episode=room.episode, body="问？", by=member, now=now)
    questions.edit_question(question=question, version=1, body="再问？", by=member, now=now)
    answer = questions.answer(question=question, body="答。", by=member, now=now)
    questions.edit_answer(answer=answer, version=1, body="再答。", by=member, now=now)
    claim = claims.claim(section=room.picks, role="lead", by=member, now=now)
    claims.release(claim=claim, by=member, now=now)
    made = hosting.name_host(episode=room.episode, person=member, role="editor", by=organizer, now=now)
    hosting.leave_hosting(hosting=made, by=organizer, now=now)
    assert kept_text().count("小满") >= 5
    profile.erase(person=member, typed="小满", by=member, now=now)
    assert "小满" not in kept_text()
    assert kept_text().count(ERASED) >= 5
    assert "渡口" in kept_text()

    edited = KeptRow.objects.of_row("item", row.pk)[1].event_id
    restore_row(kind="item", key=str(row.pk), event=edited, by=organizer, now=now)
    assert Item.objects.get(pk=row.pk).title == "甲"
    names = set(Credit.objects.filter(item=row).values_list("name", flat=True))
    assert names == {ERASED, "渡口"}
    first = KeptRow.objects.of_row("question", question.pk)[0].event_id
    restore_row(kind="question", key=str(question.pk), event=first, by=organizer, now=now)
    assert Question.objects.get(pk=question.pk).asker_name == ERASED
    assert Answer.objects.get(pk=answer.pk).author_name == ERASED


def test_others_of_a_longer_number_keep_their_name(room, organizer, stranger, now):
    row = nominate(room, stranger, now)
    items.accept(item=row, version=1, by=organizer, now=now)
    forget_names(people=[stranger.pk * 10, stranger.pk + 1000], name=ERASED)
    assert "Nora" in kept_text()


def test_no_name_is_left_in_what_was_noted_and_told(room, organizer, stranger, now):
    """As an account with a name that is nowhere else, in every field of every table."""
    gone = people.create_user(username="Zebraname", password="correct horse battery", role="member", by=SYSTEM, now=now)
    gone = gone.person
    known = people.find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"]
    requests.request_person(person=known, message="Zebraname <zebra@x.example>", by=gone, now=now)
    seconded = nominate(room, stranger, now, url="https://a.example/", text="甲")
    items.second(item=seconded, text="好", by=gone, now=now)
    item_edits.edit(
        item=Item.objects.get(pk=seconded.pk), version=None, values={"title": "Zebraname"}, by=organizer, now=now
    )
    nominate(room, gone, now, url="https://b.example/", text="乙")
    claims.claim(section=room.picks, role="lead", by=organizer, now=now)
    claims.claim(section=room.picks, role="lead", by=gone, now=now)
    profile.erase(person=gone, typed="Zebraname", by=gone, now=now)
    left = [
        (model.__name__, field.name, value)
        for model in apps.get_models()
        for row in model._base_manager.all()
        for field in model._meta.concrete_fields
        if "zebra" in str(value := field.value_from_object(row)).lower()
    ]
    # a title that somebody else wrote is nobody's name
    assert {name for model, name, _value in left if model == "Item"} <= {"title", "title_html"}
    assert all("title" in str(value) or name.startswith("title") for _model, name, value in left)
    row = Item.objects.get(pk=seconded.pk)
    assert f"好 —{ERASED}" in row.body
    assert ERASED in row.body_html


def test_the_guest_in_another_browser_is_not_the_erased(room, organizer, now):
    ask, code = (
        invitations.invite(purpose=purpose, target=target, places=3, by=organizer, now=now)
        for purpose, target in (("ask", room.episode.code), ("join", ""))
    )
    guest = invitations.enter(key=ask.key, name="Gustav", now=now)
    person = invitations.join(key=code.key, user=User(username="gustav1"), now=now, guest=guest).person
    profile.erase(person=person, typed="gustav1", by=person, now=now)
    assert not Guest.objects.exists()
    again = invitations.join(key=code.key, user=User(username="again"), now=now, guest=guest)
    assert again.person != person
    with pytest.raises(PermissionDenied):
        questions.ask(episode=room.episode, body="问？", by=guest, now=now)
