"""Links that hosts make: how many they let in, until when, and that they end with the host."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from members.actions import invitations, logins
from members.models import Invitation
from members.rules import StateRefusal
from talks.actions import hosting, questions, words
from tests.talks.week import board

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(member, now):
    week = board(now=now)
    hosted = hosting.host(episode=week.episode, role="host", by=member, now=now)

    def link(**values):
        return invitations.invite(purpose="claim", target=str(week.news.pk), by=member, now=now, **values)

    link.hosted, link.episode = hosted, week.episode
    return link


def test_a_host_lets_in_three_until_the_evening_begins(link, now):
    begins = link.episode.starts_at
    assert link(places=3).expires_at == begins
    assert link(expires_at=now + timedelta(minutes=1)).expires_at == now + timedelta(minutes=1)
    for field, values in (("places", {"places": 4}), ("expires_at", {"expires_at": begins + timedelta(minutes=1)})):
        with pytest.raises(ValidationError) as caught:
            link(**values)
        assert list(caught.value.message_dict) == [field]


def test_it_ends_when_the_host_is_suspended(link, member, organizer, now):
    link()
    logins.suspend(person=member, reason="", by=organizer, now=now)
    assert not Invitation.objects.standing(now).exists()


def test_it_ends_when_the_host_leaves_or_hands_over(link, member, stranger, organizer, now):
    other = invitations.invite(purpose="join", by=organizer, now=now)
    link()
    hosting.leave_hosting(hosting=link.hosted, by=member, now=now)
    assert list(Invitation.objects.standing(now)) == [other]
    again = hosting.host(episode=link.episode, role="host", by=member, now=now)
    link()
    hosting.hand_over_hosting(hosting=again, to=stranger, by=member, now=now)
    assert list(Invitation.objects.standing(now)) == [other]


@pytest.mark.parametrize("role", ["host", "editor"])
def test_links_for_words_end_with_the_right_to_make_them(member, stranger, organizer, now, role):
    week = board(now=now)
    hosted = hosting.host(episode=week.episode, role=role, by=member, now=now)
    question = questions.ask(episode=week.episode, body="为什么词表要扩？", by=stranger, now=now)
    made = words.ask_for_words(question=question, person=stranger, by=member, now=now)
    other = (
        hosting.name_host(episode=week.episode, person=member, role="editor", by=organizer, now=now)
        if (role == "host")
        else None
    )
    hosting.leave_hosting(hosting=hosted, by=organizer, now=now)
    if other is not None:
        assert list(Invitation.objects.standing(now)) == [made]
        hosting.leave_hosting(hosting=other, by=organizer, now=now)
    assert not Invitation.objects.standing(now).exists()
    with pytest.raises(StateRefusal):
        words.add_words(key=made.key, body="省字。", now=now)


def test_it_stays_while_the_host_runs_the_evening_otherwise(link, member, now):
    made = link()
    editor = hosting.host(episode=link.episode, role="editor", by=member, now=now)
    hosting.leave_hosting(hosting=editor, by=member, now=now)
    assert list(Invitation.objects.standing(now)) == [made]
