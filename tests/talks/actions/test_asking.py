"""Asking without an account: nothing is kept of who it was, and six words bring them back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from members.actors import ANONYMOUS
from members.models import Alias, Event, Person
from members.rules import StateRefusal
from papers.models import Paper
from talks.actions.asking import ask_without_account, asked_with, set_asking
from talks.actions.limits import TooMany, count_visitor, forget_visitors, network_of
from talks.actions.questions import ask
from talks.models import (
    AskingRules,
    DaySalt,
    Delivery,
    Episode,
    EpisodeState,
    KeptRow,
    PaperMention,
    Question,
    ReturnCode,
    Review,
    Rundown,
    VisitorCount,
)
from talks.return_codes import QUALITIES, THINGS, code_of, digest_of, new_key, read_code

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.77"
KEY = "k" * 24


@pytest.fixture
def episode(now):
    return Episode.objects.create(number=130, code="130", state=EpisodeState.COLLECTING, created_at=now, changed_at=now)


@pytest.fixture
def moment(now):
    """A second nobody else has."""
    return now.replace(minute=41, second=53, microsecond=271828)


@pytest.fixture
def asks(episode, moment):
    def asks(body="谁都能问吗？", *, key=KEY, by=ANONYMOUS, address=ADDRESS, now=None, **more):
        return ask_without_account(
            episode=episode, body=body, key=key, address=address, by=by, now=now or moment, **more
        )

    return asks


@pytest.fixture
def shown_at_once(now):
    AskingRules.objects.create(pk=1, is_reviewed=False, created_at=now, changed_at=now)


def test_a_question_waits_and_is_shown_to_nobody(asks, episode, moment):
    made = asks().question
    made.refresh_from_db()
    assert (made.public_id, made.review, made.is_anonymous) == ("130-1", Review.WAITING, True)
    assert (made.asker, made.asker_name, made.part) == (None, None, "site")
    assert not Question.objects.visible_to(None).exists()
    assert {made.created_at, made.changed_at, made.deleted_at} == {moment.replace(minute=0, second=0, microsecond=0)}


def test_its_event_has_the_hour_and_nobody(asks, moment, member):
    asks(by=member)
    event = Event.objects.get(verb="ask")
    assert (event.by, event.person) == ("anonymous", None)
    assert event.at == moment.replace(minute=0, second=0, microsecond=0)


def test_no_row_has_the_second(asks, moment, shown_at_once, webhook_listening):
    asks("看过 arXiv:2307.09288 吗？", by=webhook_listening)
    assert Paper.objects.get().created_at == moment.replace(minute=0, second=0, microsecond=0)
    assert PaperMention.objects.count() == 1
    assert Delivery.objects.count() == 1
    needles = ("41:53", "271828")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("members_", "talks_", "papers_", "jobs_", "django_")):
                cursor.execute(f'SELECT * FROM "{table}"')
                for row in cursor.fetchall():
                    assert not any(needle in str(row) for needle in needles), (table, row)


@pytest.fixture
def webhook_listening(member, now):
    from talks.models import Webhook

    Webhook.objects.create(
        name="群",
        url="https://hook.example/x",
        form="json",
        secret="",
        events=["question_asked"],
        created_at=now,
        changed_at=now,
    )
    return member


def test_what_waits_is_told_to_nobody(asks, webhook_listening):
    asks()
    assert not Delivery.objects.exists()


def test_who_is_told_of_it_hears_with_the_next_hour(asks, shown_at_once, webhook_listening, moment):
    from jobs.models import Job

    asks()
    hour = moment.replace(minute=0, second=0, microsecond=0)
    job = Job.objects.get(kind="deliver")
    assert (job.created_at, job.due_at) == (hour, hour + timedelta(hours=1))
    assert Delivery.objects.get().payload["data"]["who"] == ""


def test_sent_twice_it_is_one_question_with_one_code(asks):
    first, second = asks(), asks()
    assert (first.question.pk, first.code) == (second.question.pk, second.code)
    assert Question.objects.count() == 1
    assert VisitorCount.objects.get().count == 1
    other = asks("另一问，同一张表单？")
    assert other.code != first.code
    assert Question.objects.count() == 2


def test_a_form_without_a_key_makes_a_question_every_time(asks):
    assert asks(key="").code != asks(key="").code
    assert asks(key="short").code != asks(key="short").code


def test_what_was_sent_is_found_again(asks, episode):
    made = asks()
    assert asked_with(key=KEY, episode=episode, body="谁都能问吗？").question == made.question
    assert asked_with(key=KEY, episode=episode, body="没问过。") is None
    assert asked_with(key="", episode=episode, body="谁都能问吗？") is None


def test_only_the_digest_of_the_code_is_stored(asks):
    code = asks().code
    assert ReturnCode.objects.get().digest == digest_of(code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM talks_returncode")
        assert code not in str(cursor.fetchall())


def test_codes_have_sixty_bits_and_are_read_as_people_type_them():
    assert len(set(QUALITIES)) == len(set(THINGS)) == 32
    assert not set(QUALITIES) & set(THINGS)
    codes = {code_of(key=new_key(), episode="130", body="问") for _ in range(500)}
    assert len(codes) == 500
    assert len({word for code in codes for word in code.split()}) > 900  # of 1,024
    code = codes.pop()
    assert read_code(code.replace(" ", "")) == read_code(f"  {code.replace(' ', '-')}。") == code
    assert read_code("青馬 白馬 紅葉 藍山 紫雲 金魚") == "青马 白马 红叶 蓝山 紫云 金鱼"
    assert [read_code(text) for text in ("", "青山", code + "山", "六个词都不是它们的呀呀")] == [None] * 4


def test_a_guest_asks_under_a_name_and_earns_nothing(asks, moment):
    made = asks(name="路过的小雨").question
    assert (made.asker, made.asker_name, made.is_by_name, made.is_anonymous) == (None, "路过的小雨", True, False)
    assert not Person.objects.filter(name="路过的小雨").exists()
    assert Event.objects.get(verb="ask").person is None
    assert made.created_at.minute == 0


@pytest.mark.parametrize(
    "name",
    [
        *("大家", "XX", "匿名", "主持人", "Admin", "小满", "小 满", "夜航", "多\u202e行", "两\n行", "长" * 41, "小結"),
        *("主持\u200b人", "主 持人", "ａｄｍｉｎ", "編輯", "管理員", "ad\u00admin", "主\u2800持人", "\u2800"),
    ],
)
def test_nobody_speaks_in_anothers_name(asks, member, now, name):
    person = Person.objects.create(handle="夜航船", name="夜航船", created_at=now, changed_at=now)
    Alias.objects.create(person=person, name="夜航", created_at=now, changed_at=now)
    with pytest.raises(ValidationError) as error:
        asks(name=name)
    assert "name" in error.value.message_dict
    assert not Question.objects.exists()


def test_organizers_turn_it_off_and_let_it_through(asks, organizer, member, now):
    with pytest.raises(PermissionDenied):
        set_asking(is_open=False, is_reviewed=True, by=member, now=now)
    set_asking(is_open=True, is_reviewed=False, by=organizer, now=now)
    assert asks().question.deleted_at is None
    set_asking(is_open=False, is_reviewed=False, by=organizer, now=now)
    with pytest.raises(PermissionDenied):
        asks("还能问吗？")
    assert asks().question.public_id == "130-1"  # what was asked keeps its code
    assert Event.objects.filter(verb="set_asking", person=organizer).count() == 2


@pytest.mark.parametrize("state", [EpisodeState.DRAFT, EpisodeState.PUBLISHED])
def test_a_closed_episode_takes_none(asks, state):
    Episode.objects.update(state=state)
    with pytest.raises(StateRefusal):
        asks()


@pytest.mark.parametrize(
    "state", [EpisodeState.COLLECTING, EpisodeState.LOCKED, EpisodeState.LIVE, EpisodeState.WRAPUP]
)
def test_before_during_and_after_the_evening(asks, state, episode, member, now):
    Episode.objects.update(state=state)
    assert asks().question.pk
    assert ask(episode=episode, body="我也问", by=member, now=now).pk


def test_the_suspended_only_read(asks, member, now):
    member.user.suspended_at = now
    member.user.save()
    with pytest.raises(PermissionDenied):
        asks(by=member)


def test_from_one_address_only_so_many_an_hour(asks, settings, moment):
    settings.VISITOR_LIMITS = {"ask": 2}
    for n in range(2):
        asks(f"第 {n} 个问题？")
    with pytest.raises(TooMany):
        asks("再来一个？")
    assert Question.objects.count() == 2
    asks("别处来的？", address="203.0.113.78")
    asks("过了一个钟头？", now=moment + timedelta(hours=1))


def test_counts_hold_no_address_and_go_with_their_day(asks, moment):
    asks()
    before = VisitorCount.objects.get()
    assert DaySalt.objects.count() == 1
    assert ADDRESS not in str([vars(before), vars(DaySalt.objects.get())])
    asks("第二天？", now=moment + timedelta(days=1))
    assert (DaySalt.objects.count(), VisitorCount.objects.count()) == (1, 1)
    assert VisitorCount.objects.get().pk != before.pk
    forget_visitors(now=moment + timedelta(days=2))
    assert not DaySalt.objects.exists()
    assert not VisitorCount.objects.exists()


def test_the_keys_of_one_address_differ_by_purpose_hour_and_day(settings, moment):
    settings.VISITOR_LIMITS = {"ask": 9, "vote": 9}
    for purpose, now in (("ask", moment), ("vote", moment), ("ask", moment + timedelta(hours=1))):
        count_visitor(purpose=purpose, address=ADDRESS, now=now)
    assert VisitorCount.objects.count() == 3


def test_an_ipv6_visitor_is_a_network():
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:203.0.113.7") == "203.0.113.7"
    assert network_of("") == ""


def test_what_waits_is_in_the_history_of_who_decides_about_it(asks, episode, organizer, member, shown_at_once, now):
    set_asking(is_open=True, is_reviewed=True, by=organizer, now=now)
    asks()
    assert KeptRow.objects.filter(kind="question").exists()
    for who in (None, member):
        assert not KeptRow.objects.visible_to(who).filter(kind="question").exists()
    assert KeptRow.objects.visible_to(organizer).filter(kind="question").exists()


def test_the_rundown_of_the_evening_hears_of_it(asks, episode):
    Rundown.objects.create(episode=episode)
    asks()
    assert Rundown.objects.get().version == 2
