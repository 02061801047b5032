"""By a return code who asked looks, adds, settles, withdraws and signs; nothing is kept of who it is."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from members.actors import ANONYMOUS
from members.models import Event
from members.rules import StateRefusal
from talks.actions import returns
from talks.actions.asking import ask_without_account
from talks.actions.limits import TooMany
from talks.actions.question_merges import merge, unmerge
from talks.actions.questions import answer, ask
from talks.history import taken_out
from talks.models import (
    AskingRules,
    Episode,
    EpisodeState,
    KeptRow,
    PaperMention,
    Question,
    QuestionState,
    Review,
    VisitorCount,
)

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.77"


@pytest.fixture
def episode(now):
    return Episode.objects.create(number=130, code="130", state=EpisodeState.COLLECTING, created_at=now, changed_at=now)


@pytest.fixture
def moment(now):
    return now.replace(minute=41, second=53)


@pytest.fixture(params=[True, False], ids=["reviewed", "open"])
def reviewed(request, now):
    AskingRules.objects.create(pk=1, is_reviewed=request.param, created_at=now, changed_at=now)
    return request.param


@pytest.fixture
def code(episode, moment):
    return ask_without_account(
        episode=episode, body="谁都能问吗？", key="k" * 24, address=ADDRESS, by=ANONYMOUS, now=moment
    ).code


def hold(code, now):
    return returns.find_by_code(code=code, address=ADDRESS, now=now)


def let_through():
    Question.objects.update(review="", deleted_at=None)


def test_a_code_finds_its_question(code, moment):
    assert hold(code, moment).question.public_id == "130-1"
    assert hold(code.replace(" ", "，"), moment).question.public_id == "130-1"


def test_wrong_codes_are_counted_and_the_right_one_is_not(code, moment, settings):
    settings.VISITOR_LIMITS = {"return": 2, "ask": 9}
    hold(code, moment)
    for wrong in ("青山青山青山青山青山青山", "不是词"):
        with pytest.raises(ValidationError) as error:
            hold(wrong, moment)
        assert "code" in error.value.message_dict
    with pytest.raises(TooMany):
        hold(code, moment)
    assert hold(code, moment.replace(hour=(moment.hour + 1) % 24)).pk
    assert VisitorCount.objects.count() == 2


def test_more_words_stand_under_it_with_a_trace(reviewed, code, moment):
    row = returns.add_details(held=hold(code, moment), body="补一句：arXiv:2307.09288", now=moment)
    again = returns.add_details(held=hold(code, moment), body="补一句：arXiv:2307.09288", now=moment)
    assert row.body == again.body == "谁都能问吗？\n\n补一句：arXiv:2307.09288"
    event = Event.objects.get(verb="edit")
    assert (event.by, event.person, event.at.minute) == ("anonymous", None, 0)
    assert KeptRow.objects.get(event=event).state["body"] == "谁都能问吗？"
    assert row.changed_at.minute == PaperMention.objects.get(question=row).paper.created_at.minute == 0
    with pytest.raises(ValidationError):
        returns.add_details(held=hold(code, moment), body="太长" * 9000, now=moment)


def test_more_words_wait_as_the_first_did(reviewed, code, moment):
    let_through()
    row = returns.add_details(held=hold(code, moment), body="再补。", now=moment)
    assert (row.review, row.deleted_at is None) == (("waiting", False) if reviewed else ("", True))


def test_it_is_settled_and_opened_again(code, moment):
    let_through()
    row = returns.settle(held=hold(code, moment), is_settled=True, now=moment)
    assert row.settled == QuestionState.ANSWERED
    row = returns.settle(held=hold(code, moment), is_settled=False, now=moment)
    assert row.settled == ""
    Question.objects.update(settled="closed")
    with pytest.raises(StateRefusal):
        returns.settle(held=hold(code, moment), is_settled=True, now=moment)


def test_it_is_withdrawn_and_brought_back_to_where_it_was(reviewed, code, moment, organizer):
    row = returns.withdraw(held=hold(code, moment), now=moment)
    assert (row.review, row.deleted_at is None) == ("", False)
    assert returns.is_withdrawn(hold(code, moment), row)
    assert not KeptRow.objects.visible_to(organizer).filter(kind="question").exists()
    assert taken_out(row.episode, now=moment) == []
    row = returns.undo_withdrawal(held=hold(code, moment), now=moment)
    assert (row.review, row.deleted_at is None) == (("waiting", False) if reviewed else ("", True))
    assert row.deleted_at is None or row.deleted_at.minute == 0
    assert returns.undo_withdrawal(held=hold(code, moment), now=moment).version == row.version


def test_what_others_took_out_stays_so(code, moment):
    Question.objects.update(review="", deleted_at=moment)
    held = hold(code, moment)
    for act in (
        lambda: returns.undo_withdrawal(held=held, now=moment),
        lambda: returns.withdraw(held=held, now=moment),
        lambda: _add(held, moment),
    ):
        with pytest.raises(StateRefusal):
            act()


def test_a_declined_one_is_not_asked_again_by_withdrawing(code, moment):
    Question.objects.update(review=Review.DECLINED)
    for act in (returns.withdraw, _add):
        with pytest.raises(StateRefusal):
            act(held=hold(code, moment), now=moment)


def _add(held, now):
    return returns.add_details(held=held, body="再补。", now=now)


def test_words_of_others_do_not_go_with_it(code, moment, member):
    let_through()
    held = hold(code, moment)
    answer(question=held.question, body="有。", by=member, now=moment)
    for act in (returns.withdraw, _add):
        with pytest.raises(StateRefusal):
            act(held=held, now=moment)
    assert returns.settle(held=held, is_settled=True, now=moment).settled


@pytest.mark.parametrize("settled", ["", "answered"])
def test_a_published_record_stands(code, moment, member, settled):
    let_through()
    Question.objects.update(settled=settled)
    Episode.objects.update(state=EpisodeState.PUBLISHED)
    held = hold(code, moment)
    for act in (
        lambda: returns.withdraw(held=held, now=moment),
        lambda: _add(held, moment),
        lambda: returns.settle(held=held, is_settled=not settled, now=moment),
    ):
        with pytest.raises(StateRefusal) as refused:
            act()
        assert refused.value.code == "record_published"
    assert returns.reveal(held=held, by=member, now=moment).asker == member


def test_what_was_withdrawn_does_not_come_back_into_a_published_record(code, moment):
    let_through()
    returns.withdraw(held=hold(code, moment), now=moment)
    Episode.objects.update(state=EpisodeState.PUBLISHED)
    with pytest.raises(StateRefusal) as refused:
        returns.undo_withdrawal(held=hold(code, moment), now=moment)
    assert refused.value.code == "record_published"
    assert Question.objects.get().deleted_at is not None


def test_what_others_asked_does_not_go_with_it(code, episode, moment, member, organizer):
    let_through()
    held = hold(code, moment)
    other = ask(episode=episode, body="谁都可以问吗？", by=member, now=moment)
    merge(question=other, into=held.question, by=organizer, now=moment)
    with pytest.raises(StateRefusal) as refused:
        returns.withdraw(held=held, now=moment)
    assert refused.value.code == "has_merged"
    unmerge(question=other, by=organizer, now=moment)
    further = Question.objects.filter(pk=other.pk)
    further.update(parent=held.question, serial=held.question.serial, follow_up=1)
    with pytest.raises(StateRefusal):
        returns.withdraw(held=held, now=moment)
    further.update(deleted_at=moment)
    assert returns.withdraw(held=held, now=moment).deleted_at is not None


def test_one_address_acts_only_so_often_by_codes(code, moment, settings):
    settings.VISITOR_LIMITS = {"ask": 9, "return": 9, "return_act": 2}
    let_through()
    held = hold(code, moment)
    for is_settled in (True, False):
        returns.settle(held=held, is_settled=is_settled, address=ADDRESS, now=moment)
    with pytest.raises(TooMany):
        returns.settle(held=held, is_settled=True, address=ADDRESS, now=moment)
    assert returns.settle(held=held, is_settled=True, address="203.0.113.78", now=moment).settled


def test_what_is_refused_counts_too(code, moment, settings):
    settings.VISITOR_LIMITS = {"ask": 9, "return": 9, "return_act": 1}
    Question.objects.update(review="", deleted_at=moment)
    for refusal in (StateRefusal, TooMany):
        with pytest.raises(refusal):
            returns.withdraw(held=hold(code, moment), address=ADDRESS, now=moment)


def test_a_suspended_account_does_nothing_by_a_code(code, moment, member):
    let_through()
    member.user.suspended_at = moment
    member.user.save()
    held = hold(code, moment)
    for act, more in (
        (returns.add_details, {"body": "再补。"}),
        (returns.settle, {"is_settled": True}),
        (returns.withdraw, {}),
        (returns.undo_withdrawal, {}),
        (returns.reveal, {}),
    ):
        with pytest.raises(PermissionDenied):
            act(held=held, by=member, now=moment, **more)


def test_its_asker_signs_it_later(code, moment, member, organizer):
    held = hold(code, moment)
    with pytest.raises(PermissionDenied):
        returns.reveal(held=held, by=ANONYMOUS, now=moment)
    row = returns.reveal(held=held, by=member, now=moment)
    assert (row.asker, row.asker_name, row.is_anonymous, row.is_by_name) == (member, "小满", False, False)
    assert Event.objects.get(verb="reveal").person == member
    assert Question.objects.of(member).exists()
    assert returns.reveal(held=held, by=member, now=moment).version == row.version
    with pytest.raises(StateRefusal):
        returns.reveal(held=held, by=organizer, now=moment)


def test_every_other_act_is_nobodys(code, moment):
    let_through()
    for act in (
        lambda held: returns.settle(held=held, is_settled=True, now=moment),
        lambda held: returns.settle(held=held, is_settled=False, now=moment),
        lambda held: _add(held, moment),
        lambda held: returns.withdraw(held=held, now=moment),
        lambda held: returns.undo_withdrawal(held=held, now=moment),
    ):
        act(hold(code, moment))
    events = Event.objects.all()
    assert {event.verb for event in events} == {"ask", "settle", "reopen", "edit", "withdraw", "restore"}
    assert {(event.by, event.person, event.at.minute, event.at.second) for event in events} == {
        ("anonymous", None, 0, 0)
    }
    row = Question.objects.get()
    assert {row.created_at.minute, row.changed_at.minute, row.deleted_at.minute} == {0}
