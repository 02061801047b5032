"""The record of an evening as a scribe writes it down: whose words they are, one scribe a section, nothing twice."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actors import ANONYMOUS
from members.models import Event
from members.rules import StateRefusal
from talks.actions.questions import Repeated
from talks.actions.rundown_making import make_rundown
from talks.actions.scribe import Taken, leave_section, note_answer, note_link, note_question, take_section
from talks.models import Answer, Item, Question, ScribeLock, Section
from talks.rules import can_edit
from tests.talks.evening import evening, fresh, rundown

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(now):
    room = evening(now)
    room.free = Section.objects.get(episode=room.episode, kind="free_talk")
    make_rundown(episode=fresh(room), by=room.by, now=now)
    return room


def test_a_question_is_asked_by_who_asked_it_and_its_number_is_the_next(room, member, now):
    row = note_question(section=room.free, body="四比特够吗，两比特呢？", asker_name="@渡口", by=member, now=now)
    assert (row.part, row.asker_name, row.is_by_name, row.asker.name) == ("online", "渡口", True, "渡口")
    assert row.serial == room.question.serial + 1
    nobody = note_question(section=room.free, body="谁问的？", asker_name="", by=member, now=now)
    assert (nobody.asker, nobody.asker_name) == (None, None)
    assert Event.objects.get(verb="note", target_key=row.public_id).person == member


def test_the_same_question_again_is_the_one_that_stands(room, member, now):
    row = note_question(section=room.free, body="只问一次？", asker_name="", by=member, now=now)
    with pytest.raises(Repeated) as found:
        note_question(section=room.free, body=" 只问一次？\n", asker_name="渡口", by=member, now=now)
    assert found.value.made == row
    assert Question.objects.filter(body="只问一次？").count() == 1


def test_an_answer_is_signed_by_who_gave_it_and_names_who_wrote_it_down(room, member, stranger, now):
    by_name = note_answer(question=room.question, author_name="渡口", body="够用。", by=member, now=now)
    assert (by_name.author_name, by_name.is_by_name, by_name.transcriber) == ("渡口", True, member)
    theirs = note_answer(question=room.question, author_name="@Nora", body="看任务。", by=member, now=now)
    assert (theirs.author, theirs.is_by_name, theirs.transcriber_name) == (stranger, False, "小满")
    assert can_edit(stranger, theirs)
    unsigned = note_answer(question=room.question, author_name="", body="没听清是谁。", by=member, now=now)
    assert (unsigned.author, unsigned.author_name, unsigned.transcriber) == (None, None, member)
    with pytest.raises(Repeated):
        note_answer(question=room.question, author_name="@Nora", body="看任务。", by=member, now=now)
    assert Answer.objects.filter(question=room.question).count() == 3


@pytest.mark.parametrize("name", ["@没有这个人", "小结", "小結", "小\u200b结", "大家"])
def test_nobodys_name_signs_nothing(room, member, now, name):
    with pytest.raises(ValidationError):
        note_answer(question=room.question, author_name=name, body="不算。", by=member, now=now)
    assert not Answer.objects.filter(question=room.question).exists()


def test_a_section_has_one_scribe_until_a_minute_passed_or_somebody_takes_over(room, member, stranger, now):
    take_section(section=room.news, by=member, now=now)
    with pytest.raises(Taken) as taken:
        note_question(section=room.news, body="两人一起写？", asker_name="", by=stranger, now=now)
    assert taken.value.person == member
    assert not Question.objects.filter(body="两人一起写？").exists()
    take_section(section=room.picks, by=stranger, now=now)  # another section is free
    take_section(section=room.news, by=stranger, now=now, take_over=True)
    with pytest.raises(Taken):
        take_section(section=room.news, by=member, now=now + timedelta(seconds=59))
    take_section(section=room.news, by=member, now=now + timedelta(seconds=61))
    leave_section(section=room.news, by=stranger)  # is not theirs any more
    assert ScribeLock.objects.get(section=room.news).person == member
    leave_section(section=room.news, by=member)
    assert not ScribeLock.objects.filter(section=room.news).exists()


def test_a_link_becomes_a_card_once_and_a_free_talk_holds_none(room, member, now):
    card = note_link(section=room.news, url="https://shown.example/paper?utm_source=x", by=room.by, now=now)
    assert (card.url, card.state, card.depth) == ("https://shown.example/paper", "accepted", "listed")
    assert card.title == card.url  # nothing else is known of it
    assert note_link(section=room.news, url="https://shown.example/paper#top", by=room.by, now=now) == card
    others = note_link(section=room.picks, url="https://shown.example/other", by=member, now=now)
    assert others.state == "accepted"  # whoever keeps the record: it was shown to all
    with pytest.raises(StateRefusal) as refused:
        note_link(section=room.free, url="https://shown.example/third", by=room.by, now=now)
    assert refused.value.code == "no_items"
    with pytest.raises(ValidationError):
        note_link(section=room.news, url="javascript:alert(1)", by=room.by, now=now)
    assert Item.objects.filter(url__startswith="https://shown.example").count() == 2


def test_a_link_shown_in_the_free_talk_is_filed_into_a_section_that_takes_it(room, member, stranger, now):
    take_section(section=room.free, by=member, now=now)
    take_section(section=room.picks, by=stranger, now=now)  # who keeps the record there is not in the way
    where = {"section": room.free, "by": member, "now": now}
    card = note_link(**where, into=room.picks, url="https://shown.example/free")
    assert (card.section, card.state) == (room.picks, "accepted")
    assert ScribeLock.objects.get(section=room.picks).person == stranger
    elsewhere = Section.objects.filter(episode=room.following).exclude(kind="free_talk").first()
    with pytest.raises(Http404):
        note_link(**where, into=elsewhere, url="https://shown.example/else")


@pytest.mark.parametrize("body", ["https://shown.example/a", " arxiv.org/abs/2108.12409\n", "www.shown.example"])
def test_a_question_that_is_nothing_but_an_address_is_a_link(room, member, now, body):
    with pytest.raises(ValidationError) as refused:
        note_question(section=room.free, body=body, asker_name="", by=member, now=now)
    assert refused.value.error_dict["body"][0].code == "is_address"
    assert not Question.objects.filter(asker=None, episode=room.episode).exists()


@pytest.mark.parametrize("body", ["https://shown.example/a 讲的是什么？", "KV/Cache", "为什么?", "what/why?"])
def test_words_are_a_question(room, member, now, body):
    assert note_question(section=room.free, body=body, asker_name="", by=member, now=now).body == body


def test_who_may_write_and_when(room, member, now):
    with pytest.raises(PermissionDenied):
        note_question(section=room.free, body="谁？", asker_name="", by=ANONYMOUS, now=now)
    collecting = Section.objects.filter(episode=room.following).first()
    if collecting is not None:
        with pytest.raises(StateRefusal):
            note_question(section=collecting, body="还没开始。", asker_name="", by=member, now=now)
    gone = note_question(section=room.free, body="删了的。", asker_name="", by=member, now=now)
    Question.objects.filter(pk=gone.pk).update(deleted_at=now)
    with pytest.raises(Http404):
        note_answer(question=gone, author_name="", body="答。", by=member, now=now)


def test_pages_of_the_evening_hear_of_every_note(room, member, now):
    before = rundown(room).version
    note_question(section=room.free, body="听见了吗？", asker_name="", by=member, now=now)
    assert rundown(room).version > before
