"""What goes on in a later episode: carried, dropped, taken into a section."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from members.actors import SYSTEM
from members.models import Notification
from members.rules import StateRefusal
from talks.actions import carries, item_edits, item_order, items
from talks.export import document_of
from talks.models import Carry, Claim, Credit, Item, ItemVote, Question
from talks.votes import votes_given
from tests.talks.boardroom import boardroom, close, nominate


@pytest.fixture
def room(db, now, member):
    return boardroom(now=now, lead=member)


@pytest.fixture
def old(room):
    """量化 was nominated in 020 and nobody took it."""
    return Item.objects.get(section__episode=room.past, state="nominated")


def test_a_question_goes_on_once_and_keeps_its_place(room, member, stranger, now):
    question = Question.objects.get(episode=room.past)
    first = carries.carry(question=question, episode=room.episode, reason="unanswered", by=member, now=now)
    assert carries.carry(question=question, episode=room.episode, by=SYSTEM, now=now) == first
    question.refresh_from_db()
    assert (question.public_id, first.reason) == ("020-1", "unanswered")
    with pytest.raises(PermissionDenied):
        carries.carry(question=question, episode=room.episode, by=stranger, now=now)
    with pytest.raises(StateRefusal):
        carries.carry(question=question, episode=room.past, by=member, now=now)
    carries.drop(carry=first, by=member, now=now)
    again = carries.carry(question=question, episode=room.episode, by=member, now=now)
    assert (Carry.objects.filter(deleted_at=None).count(), again.pk != first.pk) == (1, True)


def test_out_of_a_record_a_copy_is_taken_with_names_and_votes(room, old, member, organizer, now):
    ItemVote.objects.create(item=old, person=member, created_at=now)
    before = document_of(room.past)
    made = carries.take(item=old, section=room.news, by=member, now=now)
    assert (made.title, made.state, made.section) == ("量化", "nominated", room.news)
    assert [vote.person for vote in made.votes.all()] == [member]
    assert votes_given(member, room.episode) == []  # votes of an earlier week cost nothing here
    assert document_of(room.past) == before
    carry = Carry.objects.get()
    assert (carry.item, carry.made, carry.episode, carry.reason) == (old, made, room.episode, "unused")
    with pytest.raises(StateRefusal) as refusal:
        carries.take(item=old, section=room.classic, by=organizer, now=now)
    assert refusal.value.code == "taken_already"
    with pytest.raises(StateRefusal):
        carries.drop(carry=carry, by=member, now=now)


def test_out_of_an_open_week_the_item_itself_comes(room, stranger, organizer, now):
    item = nominate(room, stranger, now)
    items.vote(item=item, by=stranger, now=now)
    items.defer(item=item, version=1, by=organizer, now=now)
    made = carries.take(item=item, section=room.later["picks"], by=organizer, now=now)
    made.refresh_from_db()
    assert (made.pk, made.state, made.section) == (item.pk, "nominated", room.later["picks"])
    assert Credit.objects.get(item=made).episode == room.following
    assert Carry.objects.get().made == made
    told = Notification.objects.filter(person=stranger).order_by("-pk")[0]
    assert (told.kind, told.values["code"]) == ("item_carry", "022")


def test_what_was_put_off_may_be_voted_for_where_it_goes_on(room, stranger, organizer, now):
    item = nominate(room, stranger, now)
    items.defer(item=item, version=1, by=organizer, now=now)
    close(room.episode)
    items.vote(item=item, by=stranger, now=now + timedelta(hours=1))
    assert votes_given(stranger, room.following) == [item]
    assert votes_given(stranger, room.episode) == [item]


def test_who_takes_and_what_cannot_be_taken(room, old, member, stranger, organizer, now):
    for who, section in ((stranger, room.news), (member, room.picks)):
        with pytest.raises(PermissionDenied):
            carries.take(item=old, section=section, by=who, now=now)
    taken = Item.objects.get(section__episode=room.past, state="accepted")
    with pytest.raises(StateRefusal) as refusal:
        carries.take(item=taken, section=room.news, by=member, now=now)
    assert refusal.value.code == "decided"
    own = nominate(room, stranger, now, section=room.news)
    with pytest.raises(StateRefusal):
        carries.take(item=own, section=room.news, by=member, now=now)
    close(room.episode, "published")
    with pytest.raises(StateRefusal):
        carries.take(item=old, section=room.news, by=organizer, now=now)
    item_edits.remove(item=nominate(room, stranger, now), version=1, by=stranger, now=now)


def test_an_open_plan_is_nominated(room, member, stranger, now):
    with pytest.raises(PermissionDenied):
        carries.take_plan(plan=room.plan, section=room.news, by=stranger, now=now)
    made = carries.take_plan(plan=room.plan, section=room.news, by=member, now=now)
    assert (made.title, made.state) == ("整理问答，P1", "nominated")
    with pytest.raises(StateRefusal):
        carries.take_plan(plan=room.plan, section=room.news, by=member, now=now)
    room.plan.deleted_at = now
    room.plan.save()
    with pytest.raises(Http404):
        carries.take_plan(plan=room.plan, section=room.news, by=member, now=now)


def test_nobody_takes_what_waits_before_the_evening_is_over(room, member, stranger, organizer, now):
    item = nominate(room, stranger, now, section=room.picks, episode=room.episode)
    Claim.objects.create(
        section=room.later["picks"], person=stranger, name="Nora", position=1, created_at=now, changed_at=now
    )
    with pytest.raises(StateRefusal) as refusal:
        carries.take(item=item, section=room.later["picks"], by=stranger, now=now)
    assert refusal.value.code == "still_open"
    assert carries.take(item=item, section=room.later["picks"], by=organizer, now=now).section == room.later["picks"]
    other = nominate(room, stranger, now, url="https://blog.example/b", section=room.picks)
    for state in ("locked", "live"):
        close(room.episode, state)
        with pytest.raises(StateRefusal) as refusal:
            carries.take(item=other, section=room.later["picks"], by=stranger, now=now)
        assert refusal.value.code == "still_open"
    close(room.episode, "wrapup")
    assert carries.take(item=other, section=room.later["picks"], by=stranger, now=now).pk == other.pk


def test_what_is_hidden_or_taken_out_does_not_go_on(room, member, organizer, now):
    question = Question.objects.get(episode=room.past)
    item = nominate(room, member, now, url="https://blog.example/c", section=room.later["news"], episode=room.following)
    close(room.following, "draft")
    with pytest.raises(Http404):
        carries.carry(item=item, episode=room.episode, by=member, now=now)
    carries.carry(item=item, episode=room.episode, by=organizer, now=now)
    Question.objects.filter(pk=question.pk).update(deleted_at=now)
    Item.objects.filter(pk=item.pk).update(deleted_at=now)
    for gone in ({"item": item}, {"question": question}, {}):
        with pytest.raises(Http404):
            carries.carry(**gone, episode=room.episode, by=organizer, now=now)


def test_the_free_talk_takes_no_items(room, old, member, organizer, now):
    """A document of questions and items in one section could not be read again."""
    item, talk = nominate(room, member, now, section=room.news), room.sections["free_talk"]
    for act in (
        lambda: nominate(room, organizer, now, url="https://blog.example/z", section=talk),
        lambda: item_order.move(item=item, section=talk, version=None, by=organizer, now=now),
        lambda: item_order.arrange(item=item, section=talk, behind=None, version=None, by=organizer, now=now),
        lambda: carries.take(item=old, section=talk, by=organizer, now=now),
        lambda: carries.take_plan(plan=room.plan, section=talk, by=organizer, now=now),
    ):
        with pytest.raises(StateRefusal) as refusal:
            act()
        assert refusal.value.code == "no_items"
    assert not talk.items.exists()
