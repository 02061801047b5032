"""Two who act on one evening at once: neither keeps the other from ending, and the second sees what the first did."""

from datetime import timedelta

import pytest

from members.rules import StateRefusal
from talks.actions import life, moderation, question_merges, question_votes, questions, rundown, words
from talks.actions.rundown_making import make_rundown
from talks.models import Answer, Cue, Episode, Rundown
from tests.talks.boardroom import login
from tests.talks.evening import evening
from tests.threads import in_the_middle, locks_rows, shared_database

pytestmark = [pytest.mark.django_db(transaction=True), locks_rows]


@pytest.fixture
def room(now):
    return evening(now)


def started(room, now):
    make_rundown(episode=room.episode, by=room.by, now=now)
    rundown.start(episode=room.episode, by=room.by, now=now)


def test_a_key_of_the_host_and_a_vote_do_not_wait_for_each_other(room, now, tmp_path):
    started(room, now)
    voter, later = login("甲", now), now + timedelta(minutes=1)
    with shared_database(tmp_path) as run:
        in_the_middle(
            run,
            lambda: Episode.objects.under_lock().get(pk=room.episode.pk),
            lambda: rundown.pause(episode=room.episode, by=room.by, now=later),
            lambda: question_votes.vote_question(question=room.question, by=voter, now=later),
        )
        row = Rundown.objects.get(episode=room.episode)
        assert (row.paused_at, room.question.votes.filter(person=voter).count()) == (later, 1)


def test_a_key_of_the_host_and_an_answer_do_not_wait_for_each_other(room, now, tmp_path):
    started(room, now)
    other, later = login("甲", now), now + timedelta(minutes=1)
    with shared_database(tmp_path) as run:
        in_the_middle(
            run,
            lambda: rundown.pause(episode=room.episode, by=room.by, now=later),
            lambda: questions.answer(question=room.question, body="够。", by=other, now=later),
            lambda: rundown.resume(episode=room.episode, by=room.by, now=later),
        )
        row = Rundown.objects.get(episode=room.episode)
        assert (row.paused_at, room.question.answers.count()) == (None, 1)


@pytest.mark.parametrize("key", ["start", "resume"])
def test_no_clock_begins_in_an_evening_that_is_ending(room, now, tmp_path, key):
    started(room, now)
    if key == "start":
        Rundown.objects.update(started_at=None, current=None)
        Cue.objects.update(state="planned", running_since=None, started_at=None)
    else:
        rundown.pause(episode=room.episode, by=room.by, now=now)

    def second():
        with pytest.raises(StateRefusal) as refused:
            getattr(rundown, key)(episode=room.episode, by=room.by, now=now)
        return refused.value.code

    with shared_database(tmp_path) as run:
        code = in_the_middle(
            run, lambda: life.advance(episode=room.episode, to="wrapup", by=room.by, now=now, reason="很晚了"), second
        )
        assert code == "not_live"
        assert not Cue.objects.filter(state="running").exists()


@pytest.fixture
def link(room, now):
    return words.ask_for_words(question=room.question, person=room.by, by=room.by, now=now)


def test_words_by_a_link_go_to_what_a_question_is_being_merged_into(room, link, now, tmp_path):
    target = questions.ask(episode=room.episode, body="八比特呢？", by=room.by, now=now)
    with shared_database(tmp_path) as run:
        made = in_the_middle(
            run,
            lambda: question_merges.merge(question=room.question, into=target, by=room.by, now=now),
            lambda: words.add_words(key=link.key, body="够了。", now=now),
        )
        assert made.question == target


def test_no_words_come_by_a_link_to_what_is_being_hidden(room, link, now, tmp_path):
    def second():
        with pytest.raises(StateRefusal):
            words.add_words(key=link.key, body="够了。", now=now)

    with shared_database(tmp_path) as run:
        in_the_middle(run, lambda: moderation.hide(row=room.question, by=room.by, now=now), second)
        assert not Answer.objects.exists()
