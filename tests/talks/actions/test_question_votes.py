"""我也想问: one voice a person, one a browser; of visitors nothing is kept that ties their votes together."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from members.actors import ANONYMOUS
from members.models import Event, Revision
from talks.actions.limits import TooMany
from talks.actions.question_merges import merge, unmerge
from talks.actions.question_votes import unvote_question, vote_question
from talks.asked_before import voices_of
from talks.models import Episode, EpisodeState, Question, QuestionVote, Rundown
from tests.threads import shared_database

pytestmark = pytest.mark.django_db
COOKIE, OTHER, ADDRESS = "c" * 22, "d" * 22, "203.0.113.9"


@pytest.fixture
def episode(now):
    row = Episode.objects.create(number=130, code="130", state=EpisodeState.COLLECTING, created_at=now, changed_at=now)
    Rundown.objects.create(episode=row)
    return row


@pytest.fixture
def asked(episode, now):
    def asked(serial, **fields):
        return Question.objects.create(
            episode=episode,
            serial=serial,
            position=serial,
            body=f"第 {serial} 问？",
            created_at=now,
            changed_at=now,
            **fields,
        )

    return asked


def votes(question, now, cookie=COOKIE, by=ANONYMOUS, address=ADDRESS):
    return vote_question(question=question, by=by, now=now, visitor=cookie, address=address)


def test_one_voice_a_person_and_one_a_browser(asked, member, organizer, now):
    row = asked(1)
    for _again in range(2):
        votes(row, now, by=member)
        votes(row, now, by=organizer, cookie="")
        votes(row, now)
        votes(row, now, cookie=OTHER)
    assert QuestionVote.objects.filter(question=row).count() == 4
    assert Question.objects.with_votes().get().vote_count == 4
    assert voices_of([row], member, "") == voices_of([row], None, COOKIE) == {row.pk}
    assert voices_of([row], None, "e" * 22) == voices_of([row], None, "") == set()


def test_the_database_takes_no_second_voice(asked, member, now):
    row = asked(1)
    votes(row, now, by=member)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionVote.objects.create(question=row, person=member, created_at=now)
    votes(row, now)
    same = QuestionVote.objects.get(person=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionVote.objects.create(question=row, visitor=same.visitor, created_at=now)


def test_a_voice_is_taken_back(asked, member, now):
    row = asked(1)
    votes(row, now)
    votes(row, now, by=member)
    unvote_question(question=row, by=ANONYMOUS, now=now, visitor=OTHER)
    assert QuestionVote.objects.count() == 2
    unvote_question(question=row, by=ANONYMOUS, now=now, visitor=COOKIE)
    unvote_question(question=row, by=member, now=now)
    assert not QuestionVote.objects.exists()


def test_votes_of_one_visitor_cannot_be_told_from_others(asked, now):
    moment = now.replace(minute=17, second=29)
    rows = [asked(serial) for serial in range(1, 9)]
    for row in rows:
        votes(row, moment)
        votes(row, moment, cookie=OTHER)
    found = list(QuestionVote.objects.order_by("pk"))
    assert len({vote.visitor for vote in found}) == 16
    assert all(len(vote.visitor) == 64 and COOKIE not in vote.visitor for vote in found)
    assert {vote.created_at for vote in found} == {now.replace(minute=0, second=0)}
    assert all(vote.pk < 0 for vote in found)  # in no order
    assert [vote.question_id for vote in found] != sorted(vote.question_id for vote in found)
    assert not Event.objects.exists()


def test_a_person_votes_with_an_event(asked, member, now):
    row = asked(1)
    votes(row, now, by=member)
    event = Event.objects.get(verb="vote")
    assert (event.person, event.target_key) == (member, "130-1")


def test_pages_and_the_rundown_hear_of_a_voice_but_not_of_the_same_again(asked, now):
    row = asked(1)
    before = Revision.objects.stamp()
    votes(row, now)
    after = Revision.objects.stamp()
    assert before != after
    assert Rundown.objects.get().version == 2
    votes(row, now)
    assert Revision.objects.stamp() == after
    assert Rundown.objects.get().version == 2


def test_a_voice_for_a_merged_question_counts_for_the_other(asked, now):
    target = asked(1)
    merged = asked(2, review="merged", merged_into=target, deleted_at=now)
    twice = asked(3, review="merged", merged_into=merged, deleted_at=now)
    assert votes(twice, now) == target
    assert QuestionVote.objects.get().question == target


def test_what_is_not_shown_takes_none(asked, now):
    row = asked(1, review="waiting", deleted_at=now)
    with pytest.raises(Http404):
        votes(row, now)


def test_the_suspended_and_who_has_no_key_do_not_vote(asked, member, now):
    row = asked(1)
    with pytest.raises(PermissionDenied):
        votes(row, now, cookie="")
    member.user.suspended_at = now
    member.user.save()
    with pytest.raises(PermissionDenied):
        votes(row, now, by=member)


def test_from_one_address_only_so_many_votes(asked, settings, now):
    settings.VISITOR_LIMITS = {"vote": 2, "vote_for_one": 9}
    row = asked(1)
    for cookie in (COOKIE, OTHER):
        votes(row, now, cookie=cookie)
    with pytest.raises(TooMany):
        votes(row, now, cookie="e" * 22)
    votes(row, now)  # who has voted is told nothing else
    votes(row, now + timedelta(hours=1), cookie="e" * 22)
    assert QuestionVote.objects.count() == 3


def test_from_one_address_only_so_many_votes_for_one_question(asked, settings, now):
    settings.VISITOR_LIMITS = {"vote": 9, "vote_for_one": 2}
    row, other = asked(1), asked(2)
    for cookie in (COOKIE, OTHER):
        votes(row, now, cookie=cookie)
    with pytest.raises(TooMany):
        votes(row, now, cookie="e" * 22)
    votes(other, now, cookie="e" * 22)
    votes(row, now, cookie="e" * 22, address="203.0.113.10")
    assert (QuestionVote.objects.filter(question=row).count(), QuestionVote.objects.count()) == (3, 4)


def test_one_person_votes_only_so_often_within_an_hour(asked, member, organizer, settings, now):
    settings.VISITOR_LIMITS = {"vote_signed_in": 2}
    row = asked(1)
    for _time in range(2):
        votes(row, now, by=member)
        unvote_question(question=row, by=member, now=now)
    with pytest.raises(TooMany):
        votes(row, now, by=member)
    votes(row, now, by=organizer)
    votes(row, now + timedelta(hours=1), by=member)
    assert QuestionVote.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_at_once_lose_and_double_nothing(asked, now, tmp_path):
    row = asked(1)
    with shared_database(tmp_path) as run:
        run(*(lambda n=n: votes(row, now, cookie=f"{n % 4:022d}") for n in range(12)))
        assert QuestionVote.objects.count() == 4


def test_a_voice_that_came_with_a_merged_question_is_still_the_browsers_own(asked, organizer, now):
    one, other = asked(1), asked(2)
    votes(one, now)
    merge(question=one, into=other, by=organizer, now=now)
    assert voices_of([other], None, COOKIE) == {other.pk}
    assert votes(other, now).pk == votes(one, now).pk == other.pk
    assert QuestionVote.objects.count() == 1
    votes(other, now, cookie=OTHER)
    unmerge(question=one, by=organizer, now=now)
    assert voices_of([one, other], None, COOKIE) == {one.pk}
    assert voices_of([one, other], None, OTHER) == {other.pk}


def test_a_voice_stays_one_through_merges_one_after_another(asked, organizer, now):
    one, two, three = asked(1), asked(2), asked(3)
    votes(one, now)
    merge(question=one, into=two, by=organizer, now=now)
    merge(question=two, into=three, by=organizer, now=now)
    votes(three, now)
    votes(one, now)
    assert QuestionVote.objects.count() == 1
    unvote_question(question=one, by=ANONYMOUS, now=now, visitor=COOKIE)
    assert not QuestionVote.objects.exists()


def test_who_voted_for_both_counts_twice_since_nothing_ties_the_two_and_takes_both_back(asked, organizer, now):
    one, two = asked(1), asked(2)
    votes(one, now)
    votes(two, now)
    merge(question=one, into=two, by=organizer, now=now)
    assert QuestionVote.objects.filter(question=two).count() == 2
    unvote_question(question=two, by=ANONYMOUS, now=now, visitor=COOKIE)
    assert not QuestionVote.objects.exists()
