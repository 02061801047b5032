"""The order of what was asked: by chance for each visitor until the list is opened, then by votes, newest, unanswered."""

import re

import pytest
from django.test import Client

from members.models import Revision
from talks.actions import questions, settling
from talks.models import Episode, QuestionVote
from tests.talks.boardroom import boardroom, login

pytestmark = pytest.mark.django_db
PAGE = "/episodes/021/ask/"


@pytest.fixture
def room(now):
    member = login("小满", now)
    week = boardroom(now=now)
    week.asked = [
        questions.ask(episode=week.episode, body=f"第 {n} 个问题？", by=member, now=now.replace(minute=n))
        for n in range(7)
    ]
    week.member = member
    return week


def order(client, query=""):
    return re.findall(r"<span>(021-\d)</span>", client.get(PAGE + query).content.decode())


def test_each_visitor_has_an_order_of_their_own_that_stays(room):
    visitors = [Client() for _n in range(6)]
    orders = [order(client) for client in visitors]
    assert [order(client) for client in visitors] == orders
    assert {tuple(sorted(each)) for each in orders} == {tuple(row.public_id for row in room.asked)}
    assert len({tuple(each) for each in orders}) > 1
    member = Client()
    member.force_login(room.member.user)
    again = Client()
    again.force_login(room.member.user)
    assert order(member) == order(again)
    assert "shuffle" not in member.cookies


def test_votes_order_nothing_before_the_list_is_opened(room, now):
    QuestionVote.objects.create(question=room.asked[4], person=room.member, created_at=now)
    client = Client()
    assert order(client, "?order=votes") == order(client)
    assert "order=votes" not in client.get(PAGE).content.decode()
    Episode.objects.filter(number=21).update(state="live")
    assert order(client)[0] == "021-5"
    assert order(client, "?order=votes") == order(client)
    assert order(client, "?order=newest") == [row.public_id for row in reversed(room.asked)]


def test_the_unanswered_are_those_about_which_nothing_was_decided(room, now):
    questions.answer(question=room.asked[0], body="答。", by=room.member, now=now)
    settling.settle(question=room.asked[1], state="closed", reason="没人能答", by=room.member, now=now)
    assert order(Client(), "?order=unanswered") == [row.public_id for row in room.asked[2:]]


def test_looking_writes_nothing(room):
    before = list(Revision.objects.values_list("pk", flat=True))
    reply = Client().get(PAGE)
    assert reply.cookies["shuffle"]["httponly"]
    assert list(Revision.objects.values_list("pk", flat=True)) == before
