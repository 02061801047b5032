"""Keys of repeated requests: one of many does the work, and none holds longer than a day."""

from datetime import timedelta

import pytest

from members.actions import idempotency
from members.actions.idempotency import ABANDONED, KEPT, KeyReusedError, StillRunningError
from members.models import IdempotencyKey
from tests.threads import shared_database

MANY = 8
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def begin(member):
    def begin(now, digest="one"):
        return idempotency.begin(user=member.user, key="k", digest=digest, now=now)

    return begin


def test_one_of_many_at_once_does_the_work(transactional_db, tmp_path, begin, now):
    def trying(at):
        try:
            return begin(at).status
        except StillRunningError:
            return "running"

    with shared_database(tmp_path) as run:
        for later in (now, now + ABANDONED, now + KEPT + ABANDONED + INSTANT):
            said = run(*[lambda at=later: trying(at)] * MANY)
            assert sorted(map(str, said)) == ["None"] + ["running"] * (MANY - 1)
        assert IdempotencyKey.objects.count() == 1


def test_a_reply_holds_for_a_day(begin, now):
    idempotency.finish(row=begin(now), status=201, body={"id": 1})
    with pytest.raises(KeyReusedError):
        begin(now + KEPT, "other")
    assert begin(now + KEPT).body == {"id": 1}
    row = begin(now + KEPT + INSTANT, "other")
    assert (row.status, row.body) == (None, None)
    idempotency.finish(row=row, status=200, body={"id": 2})
    assert begin(now + KEPT + INSTANT, "other").body == {"id": 2}


def test_who_was_cut_off_and_comes_back_is_told_that_another_has_the_key(begin, now):
    first = begin(now)
    begin(now + ABANDONED)
    with pytest.raises(StillRunningError):
        idempotency.finish(row=first, status=201, body={})
    idempotency.forget(row=first)
    assert IdempotencyKey.objects.get().created_at == now + ABANDONED


def test_what_was_finished_in_between_is_not_taken_over(begin, now):
    row = begin(now)
    seen = IdempotencyKey.objects.get()
    idempotency.finish(row=row, status=201, body={"id": 1})
    with pytest.raises(StillRunningError):
        idempotency._taken_over(seen, digest="one", now=now + ABANDONED)
    assert begin(now + ABANDONED).body == {"id": 1}


def test_beginning_takes_two_statements_and_so_does_asking_again(begin, now, django_assert_num_queries):
    with django_assert_num_queries(2):
        row = begin(now)
    idempotency.finish(row=row, status=201, body={})
    with django_assert_num_queries(2):
        begin(now)
