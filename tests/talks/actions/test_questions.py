"""Asking and answering on the site, and other words for one's own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actors import ANONYMOUS, SYSTEM
from members.models import Event
from members.rules import StateRefusal
from talks.actions.questions import answer, ask, edit_answer, edit_question, next_serial, serials_of
from talks.models import Answer, Episode, EpisodeState, PaperMention, Question
from talks.rendering import render
from talks.rules import ANSWER_LIMIT, QUESTION_LIMIT

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
    assert queries([f"2401.{number:05d}" for number in range(20, 0, -1)]) == few


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


@pytest.mark.parametrize("state", [EpisodeState.DRAFT, EpisodeState.PUBLISHED])
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


# ── Other words ─────────────────────────────────────────────────────────────


@pytest.fixture
def question(episode, member, now):
    return ask(episode=episode, body="见 https://arxiv.org/abs/2205.14135 吗？", by=member, now=now)


@pytest.fixture
def written(question, member, now):
    return answer(question=question, body="见 https://arxiv.org/abs/2205.14135。", by=member, now=now)


def edit(row, body, by, now, version=1):
    if isinstance(row, Question):
        return edit_question(question=row, version=version, body=body, by=by, now=now)
    return edit_answer(answer=row, version=version, body=body, by=by, now=now)


@pytest.fixture(params=["question", "written"])
def row(request):
    return request.getfixturevalue(request.param)


def test_other_words_are_rendered_with_their_papers_and_recorded(row, member, now):
    later = now + timedelta(minutes=1)
    edit(row, "**换**成 https://arxiv.org/abs/2307.09288", member, later)
    row.refresh_from_db()
    assert (row.body, row.version, row.changed_at) == ("**换**成 https://arxiv.org/abs/2307.09288", 2, later)
    assert "<strong>换</strong>" in row.body_html
    kind = "question" if isinstance(row, Question) else "answer"
    assert [mention.paper.arxiv_id for mention in PaperMention.objects.filter(**{kind: row})] == ["2307.09288"]
    event = Event.objects.get(verb="edit")
    assert (event.person, event.target_kind) == (member, kind)
    assert event.target_key == (row.public_id if kind == "question" else str(row.pk))
    assert event.before["body"].startswith("见 https")
    assert event.after == {"body": row.body}


def test_the_same_words_change_nothing(row, member, now):
    edit(row, row.body, member, now)
    row.refresh_from_db()
    assert row.version == 1
    assert not Event.objects.filter(verb="edit").exists()


def test_who_was_slower_gets_both_texts(row, member, now):
    edit(row, "先到的话", member, now)
    with pytest.raises(ValidationError) as caught:
        edit(row, "后到的话", member, now)
    [error] = caught.value.error_dict["body"]
    assert error.code == "conflict"
    assert {side: error.params[side] for side in ("yours", "theirs")} == {
        "yours": {"body": "后到的话"},
        "theirs": {"body": "先到的话"},
    }
    assert error.params["base"]["body"] not in ("先到的话", "后到的话")
    row.refresh_from_db()
    assert row.body == "先到的话"


@pytest.mark.django_db(transaction=True)
def test_of_writers_at_once_one_is_first(row, member, now):
    """PostgreSQL only: SQLite lets one writer in at a time."""
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    together = Barrier(4)

    def write(number):
        together.wait(10)
        try:
            return edit(row, f"第 {number} 稿", member, now).body
        except ValidationError as error:
            return error.error_dict["body"][0].code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(write, range(4)))
    row.refresh_from_db()
    assert sorted(found) == ["conflict", "conflict", "conflict", row.body]
    assert row.version == 2
    assert Event.objects.filter(verb="edit").count() == 1


def test_only_the_author_and_who_moderates_change_the_words(row, member, stranger, now):
    for by in (stranger, ANONYMOUS, SYSTEM):
        with pytest.raises(PermissionDenied):
            edit(row, "别人的话", by, now)
    member.user.suspended_at = now
    with pytest.raises(PermissionDenied):
        edit(row, "停用之后的话", member, now)
    row.refresh_from_db()
    assert row.version == 1


def test_a_published_record_stands(row, member, now):
    Episode.objects.update(state=EpisodeState.WRAPUP)
    edit(row, "还来得及", member, now)
    Episode.objects.update(state=EpisodeState.PUBLISHED)
    with pytest.raises(StateRefusal) as caught:
        edit(row, "来不及了", member, now, version=2)
    assert caught.value.code == "record_published"


@pytest.mark.parametrize("body", ["", " \n ", "x" * (ANSWER_LIMIT + 1), "a\x00b", "a\u202eb"])
def test_other_words_are_checked_as_the_first_ones(row, member, now, body):
    with pytest.raises(ValidationError) as caught:
        edit(row, body, member, now)
    assert list(caught.value.message_dict) == ["body"]
    row.refresh_from_db()
    assert row.version == 1


def test_other_words_do_not_double_ones_own(episode, question, written, member, now):
    second = ask(episode=episode, body="第二问？", by=member, now=now)
    with pytest.raises(ValidationError):
        edit(second, question.body, member, now)
    further = answer(question=question, body="第二答。", by=member, now=now)
    with pytest.raises(ValidationError):
        edit(further, written.body, member, now)


NOTE = "见注[^1]。\n\n[^1]: 原文在这里。"


def test_nothing_is_rendered_while_others_wait_for_the_lock(episode, member, now, locked_renders):
    asked = ask(episode=episode, body=NOTE, by=member, now=now)
    answered = answer(question=asked, body=NOTE, by=member, now=now)
    edit_question(question=asked, version=1, body=f"{NOTE}！", by=member, now=now)
    edit_answer(answer=answered, version=1, body=f"{NOTE}！", by=member, now=now)
    assert locked_renders == [0] * 4
    for row in (Question.objects.get(), Answer.objects.get()):
        kept = row.body_html
        assert f'id="{row._meta.model_name}{row.pk}-body-' in kept
        render(row)
        assert row.body_html == kept


def test_a_text_behind_the_question_that_an_import_changed_meanwhile_keeps_its_html(episode, member, now):
    asked = ask(episode=episode, body="为什么？", by=member, now=now)
    stale = Question.objects.get(pk=asked.pk)
    Question.objects.update(after="**后来的话**", after_html="<p>…</p>")
    edit_question(question=stale, version=1, body="到底为什么？", by=member, now=now)
    assert "<strong>后来的话</strong>" in Question.objects.get().after_html
    assert "到底为什么？" in Question.objects.get().body_html


def test_only_who_may_write_is_rendered_for(episode, member, stranger, now, locked_renders):
    asked = ask(episode=episode, body="为什么？", by=member, now=now)
    locked_renders.clear()
    for act in (
        lambda: ask(episode=episode, body="为什么？", by=ANONYMOUS, now=now),
        lambda: answer(question=asked, body="因为。", by=ANONYMOUS, now=now),
        lambda: edit_question(question=asked, version=1, body="因为。", by=stranger, now=now),
    ):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(ValidationError):
        ask(episode=episode, body="长" * (QUESTION_LIMIT + 1), by=member, now=now)
    assert locked_renders == []
