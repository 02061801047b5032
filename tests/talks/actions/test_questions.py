"""Asking and answering on the site."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actors import ANONYMOUS, SYSTEM
from members.models import Event
from talks.actions.questions import answer, ask, next_serial, serials_of
from talks.models import Answer, Episode, EpisodeState, PaperMention, Question
from talks.rules import QUESTION_LIMIT

pytestmark = pytest.mark.django_db


@pytest.fixture
def episode(now):
    return Episode.objects.create(number=130, code="130", state=EpisodeState.COLLECTING, created_at=now, changed_at=now)


def test_a_question_gets_an_id_that_is_given_once(episode, member, now):
    first = ask(episode=episode, body="长上下文要多少显存？", by=member, now=now)
    assert (first.public_id, first.part, first.asker_name) == ("130-1", "site", "小满")
    Question.objects.filter(pk=first.pk).delete()
    second = ask(episode=episode, body="词表呢？", by=member, now=now)
    assert second.public_id == "130-2"


def test_a_serial_is_the_documents_number_when_it_is_free(episode, member, now):
    taken = serials_of(episode)
    assert next_serial(episode, taken, number=5) == 5
    assert next_serial(episode, taken, number=3) == 3
    assert next_serial(episode, taken, number=3) == 6
    assert next_serial(episode, taken) == 7


def test_papers_are_noted_in_the_order_of_the_text_and_at_once(episode, member, now):
    def queries(named):
        with CaptureQueriesContext(connection) as captured:
            ask(episode=episode, body=" ".join(f"arXiv:{key}" for key in named), by=member, now=now)
        return len(captured)

    few = queries(["2307.09288", "1706.03762"])
    assert list(PaperMention.objects.order_by("pk").values_list("paper__arxiv_id", flat=True)) == [
        "2307.09288",
        "1706.03762",
    ]
    assert queries([f"2401.{number:05d}" for number in range(60, 0, -1)]) == few


def test_the_text_is_kept_and_rendered_beside(episode, member, now):
    question = ask(
        episode=episode, body="**为什么**用 $n^2$？见 https://arxiv.org/abs/2205.14135。", by=member, now=now
    )
    question.refresh_from_db()
    assert question.body == "**为什么**用 $n^2$？见 https://arxiv.org/abs/2205.14135。"
    assert "<strong>为什么</strong>" in question.body_html
    assert question.html_version > 0
    assert PaperMention.objects.get().question == question


def test_asking_is_recorded(episode, member, now):
    ask(episode=episode, body="谁来讲？", by=member, now=now)
    event = Event.objects.get(verb="ask")
    assert (event.person, event.target_key, event.after) == (member, "130-1", {"body": "谁来讲？"})


@pytest.mark.parametrize("state", [EpisodeState.DRAFT, EpisodeState.WRAPUP, EpisodeState.PUBLISHED])
def test_a_closed_episode_takes_no_questions(episode, member, now, state):
    Episode.objects.update(state=state)
    with pytest.raises(PermissionDenied):
        ask(episode=episode, body="还能问吗？", by=member, now=now)
    assert not Question.objects.exists()


@pytest.mark.parametrize("by", [ANONYMOUS, SYSTEM])
def test_nobody_without_a_name_asks_or_answers(episode, member, now, by):
    question = ask(episode=episode, body="谁？", by=member, now=now)
    with pytest.raises(PermissionDenied):
        ask(episode=episode, body="我？", by=by, now=now)
    with pytest.raises(PermissionDenied):
        answer(question=question, body="我。", by=by, now=now)


def test_suspended_people_may_only_read(episode, member, stranger, now):
    question = ask(episode=episode, body="谁？", by=member, now=now)
    stranger.user.suspended_at = now
    for act in (
        lambda: ask(episode=episode, body="我", by=stranger, now=now),
        lambda: answer(question=question, body="我", by=stranger, now=now),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize("body", ["", " \n ", "x" * (QUESTION_LIMIT + 1), "a\x00b", "a\u202eb"])
def test_bad_text_names_the_field(episode, member, now, body):
    with pytest.raises(ValidationError) as caught:
        ask(episode=episode, body=body, by=member, now=now)
    assert list(caught.value.message_dict) == ["body"]
    assert not Question.objects.exists()


def test_the_same_text_twice_is_refused(episode, member, stranger, now):
    question = ask(episode=episode, body="谁？", by=member, now=now)
    with pytest.raises(ValidationError):
        ask(episode=episode, body="谁？", by=member, now=now)
    ask(episode=episode, body="谁？", by=stranger, now=now)
    answer(question=question, body="我。", by=member, now=now)
    with pytest.raises(ValidationError):
        answer(question=question, body="我。", by=member, now=now)


def test_several_people_answer_one_question(episode, member, stranger, now):
    question = ask(episode=episode, body="谁？", by=member, now=now)
    Episode.objects.update(state=EpisodeState.PUBLISHED)
    first = answer(question=question, body="我来。", by=member, now=now)
    second = answer(question=question, body="我也来。", by=stranger, now=now)
    assert list(Answer.objects.order_by("position")) == [first, second]
    assert list(Question.objects.unanswered()) == []


@pytest.mark.parametrize("public_id", ["130-1.1", "130-2", "x", "130-1\n", "999999999-1", "130-99999999999999"])
def test_an_id_that_is_none_finds_nothing(episode, member, now, public_id):
    question = ask(episode=episode, body="谁？", by=member, now=now)
    assert list(Question.objects.with_public_id("130-1")) == [question]
    assert list(Question.objects.with_public_id(public_id)) == []
