"""What an invitation's code is, and what a guest may do with it."""

from datetime import timedelta

import pytest

from members.actions.events import record
from members.actions.notifications import notify, read_all
from members.actors import ANONYMOUS, SYSTEM, person_behind
from members.models import Guest, Invitation, Notification, Person, Purpose, User
from members.rules import guest_may, may_write

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation(organizer, now):
    return Invitation.objects.create(
        purpose=Purpose.ASK, target="120", places=2, created_by=organizer, created_at=now, changed_at=now
    )


@pytest.fixture
def guest(invitation, now):
    person = Person.objects.create(handle="路人", name="路人", created_at=now, changed_at=now)
    return Guest.objects.create(invitation=invitation, person=person, created_at=now)


def test_a_code_finds_its_invitation_and_nothing_else_does(invitation):
    assert Invitation.objects.with_key(invitation.key).get() == invitation
    number, _dash, mark = invitation.key.partition("-")
    wrong = [
        "",
        "-",
        number,
        f"{number}-",
        f"{int(number) + 1}-{mark}",
        f"{number}-{mark[:-1]}x",
        f"٣-{mark}",
        "1" * 40,
    ]
    assert [key for key in wrong if Invitation.objects.with_key(key).exists()] == []


def test_an_invitation_ends(invitation, now):
    assert Invitation.objects.open(now).exists()
    Invitation.objects.update(used=2)
    assert not Invitation.objects.open(now).exists()
    assert Invitation.objects.standing(now).exists()
    Invitation.objects.update(expires_at=now)
    assert not Invitation.objects.standing(now).exists()


def test_a_guest_may_do_the_one_thing_until_it_is_revoked(guest, now):
    assert guest_may(guest, Purpose.ASK, "120", now=now)
    assert not guest_may(guest, Purpose.ASK, "121", now=now)
    assert not guest_may(guest, Purpose.SUBMIT, "120", now=now)
    assert not may_write(guest)
    Invitation.objects.update(revoked_at=now)
    assert not guest_may(guest, Purpose.ASK, "120", now=now + timedelta(seconds=1))


def test_a_guest_whose_account_is_suspended_acts_no_more_as_a_guest_either(guest, member, now):
    """Who was a guest in another browser and has an account since must not go on there."""
    Person.objects.filter(pk=member.pk).update(user=None)
    Person.objects.filter(pk=guest.person.pk).update(user=member.user)

    def may():
        known = Guest.objects.select_related("person__user").get(pk=guest.pk)
        return guest_may(known, Purpose.ASK, "120", now=now)

    assert may()
    for changes in ({"suspended_at": now}, {"suspended_at": None, "is_active": False}):
        User.objects.filter(pk=member.user.pk).update(**changes)
        assert not may()


def test_what_a_guest_does_is_recorded_under_the_name(guest, organizer, now):
    event = record(by=guest, now=now, verb="ask", kind="question", key=1)
    assert (event.by, event.person) == ("person", guest.person)
    assert [person_behind(by) for by in (organizer, SYSTEM, ANONYMOUS)] == [organizer, None, None]


def test_people_are_told_once_and_never_of_their_own_acts(member, stranger, organizer, guest, now):
    told = [member, member, stranger, organizer, guest.person, None]
    notify(told, kind="claimed", target=("section", 7), by=organizer, now=now, section="本周新闻")
    assert sorted(Notification.objects.values_list("person", flat=True)) == sorted([member.pk, stranger.pk])
    assert Notification.objects.of(member).get().values == {"section": "本周新闻"}
    assert read_all(by=member, now=now) == 1
    assert not Notification.objects.of(member).unread().exists()
    assert Notification.objects.of(stranger).unread().exists()
