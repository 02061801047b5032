"""What was hidden or withdrawn before a webhook was told of it is told to nobody, and its words are blanked."""

import json

import pytest
from django.utils import timezone

from members.actors import ANONYMOUS
from talks.actions import asking, deliveries, moderation, questions, returns
from talks.models import AskingRules, Delivery, ReturnCode, WebhookForm
from tests.talks.telling import KEY, MONDAY, ask, clock_at, hook, only, only_telling, receiver, said
from tests.talks.week import board

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(settings):
    only_telling(settings)


@pytest.fixture
def week():
    return board(now=MONDAY)


def ask_openly(week, number):
    AskingRules.objects.update_or_create(
        pk=1, defaults={"is_reviewed": False, "created_at": MONDAY, "changed_at": MONDAY}
    )
    values = {"body": f"匿名第 {number} 问？", "key": f"{number:024d}", "address": "203.0.113.7"}
    return asking.ask_without_account(episode=week.episode, by=ANONYMOUS, now=timezone.now(), **values).question


def take_out(row, organizer, how):
    if how == "hidden":
        moderation.hide(row=row, by=organizer, now=timezone.now())
    else:
        returns.withdraw(held=ReturnCode.objects.get(pk=row.pk), now=timezone.now())


@pytest.mark.parametrize("how", ["hidden", "withdrawn"])
def test_what_was_taken_out_before_its_hour_is_not_told_and_its_words_go(week, organizer, how):
    with receiver() as server, clock_at(MONDAY) as clock:
        made = hook(server.url(KEY), by=organizer, now=MONDAY)
        for number in range(deliveries.MOST_FAILURES):
            take_out(ask_openly(week, number), organizer, how)
        clock.on(hours=1)
        stays = ask_openly(week, 9)
        clock.on(hours=1)
    assert len(server.bodies) == 1
    assert "匿名第 9 问？" in said(server)["text"]["content"]
    gone = Delivery.objects.exclude(sent_at__isnull=False)
    assert {(row.state, row.body, row.error) for row in gone} == {("failed", "", "它讲的内容已不再显示。")}
    assert "匿名" not in json.dumps([row.payload for row in gone], ensure_ascii=False)
    made.refresh_from_db()
    assert (made.failures, made.paused_at) == (0, None)
    assert Delivery.objects.get(sent_at__isnull=False).payload["about"] == ["question", stays.pk]


def test_what_is_not_shown_is_not_told_again_and_comes_again_with_its_words(week, organizer, member):
    with receiver() as server, clock_at(MONDAY) as clock:
        hook(server.url("/"), form=WebhookForm.JSON, by=organizer, now=MONDAY)
        row = ask(week, member)
        clock.work()
        assert "about" not in said(server)
        first = only()
        take_out(row, organizer, "hidden")
        again = deliveries.replay(delivery=first, by=organizer, now=MONDAY)
        clock.work()
        again.refresh_from_db()
        assert (len(server.bodies), again.state, again.body) == (1, "failed", "")
        moderation.show(row=row, by=organizer, now=MONDAY)
        deliveries.replay(delivery=first, by=organizer, now=MONDAY)
        clock.work()
    assert len(server.bodies) == 2
    assert "为什么词表要扩？" in json.dumps(said(server), ensure_ascii=False)


def test_an_answer_that_was_hidden_is_not_told(week, organizer, member):
    with receiver() as server, clock_at(MONDAY) as clock:
        row = ask(week, member)
        hook(server.url(KEY), by=organizer, now=MONDAY, events=["question_answered"])
        take_out(questions.answer(question=row, body="省字。", by=member, now=MONDAY), organizer, "hidden")
        clock.work()
    assert server.bodies == []
    assert only().body == ""


def test_words_that_are_gone_are_not_sent_when_what_they_told_of_is_back(week, organizer):
    with receiver() as server, clock_at(MONDAY) as clock:
        hook(server.url(KEY), by=organizer, now=MONDAY)
        row = ask_openly(week, 1)
        take_out(row, organizer, "hidden")
        clock.on(hours=1)
        moderation.show(row=row, by=organizer, now=timezone.now())
        deliveries.replay(delivery=only(), by=organizer, now=timezone.now())
        clock.work()
    assert server.bodies == []
    assert {each.state for each in Delivery.objects.all()} == {"failed"}
