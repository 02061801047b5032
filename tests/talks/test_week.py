"""The week of the inbox lies between two talks."""

from datetime import datetime, timedelta

import pytest

from talks.models import Episode, EpisodeState
from tests.conftest import SHANGHAI

pytestmark = pytest.mark.django_db
SATURDAY = datetime(2026, 2, 28, 21, 0, tzinfo=SHANGHAI)


@pytest.fixture
def put(now):
    def put(number, starts_at, state=EpisodeState.PUBLISHED, **changes):
        values = {"code": f"{number:03d}", "state": state, "created_at": now, "changed_at": now, **changes}
        return Episode.objects.create(number=number, starts_at=starts_at, **values)

    return put


def week(now):
    found = Episode.objects.visible_to(None).week(now)
    return found.start, found.end, found.coming and found.coming.code


def test_between_two_talks(put, now):
    put(4, SATURDAY - timedelta(weeks=1))
    put(5, SATURDAY)
    put(6, SATURDAY + timedelta(weeks=1), EpisodeState.COLLECTING)
    put(7, SATURDAY + timedelta(weeks=2), EpisodeState.COLLECTING)
    assert week(now) == (SATURDAY, SATURDAY + timedelta(weeks=1), "006")


def test_the_moment_a_talk_begins_the_next_week_begins(put):
    put(5, SATURDAY)
    put(6, SATURDAY + timedelta(weeks=1), EpisodeState.COLLECTING)
    assert week(SATURDAY - timedelta(seconds=1))[1] == SATURDAY
    assert week(SATURDAY)[0] == SATURDAY


def test_without_talks_the_last_seven_days_of_shanghai(now):
    midnight = datetime(2026, 3, 5, tzinfo=SHANGHAI)
    assert week(now) == (midnight - timedelta(days=8), midnight, None)


def test_drafts_removed_ones_and_specials_bound_no_week(put, now):
    put(5, SATURDAY, EpisodeState.DRAFT)
    put(6, SATURDAY, deleted_at=now)
    put(7, SATURDAY, kind="special", code="S07")
    put(8, None, EpisodeState.COLLECTING)
    assert week(now)[0] != SATURDAY
    assert week(now)[2] == "008"


def test_a_board_that_is_locked_takes_no_news(put, now):
    put(6, SATURDAY + timedelta(weeks=1), EpisodeState.LOCKED)
    assert week(now) == (datetime(2026, 2, 25, tzinfo=SHANGHAI), SATURDAY + timedelta(weeks=1), None)
