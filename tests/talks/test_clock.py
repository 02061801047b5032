"""The arithmetic of an evening."""

from datetime import UTC, datetime, timedelta

from talks.clock import Line, behind, elapsed, free_of, placed, times, whole

AT = datetime(2026, 3, 7, 21, 0, tzinfo=UTC)


def minutes(n):
    return timedelta(minutes=n)


def test_what_is_left_counts_what_was_added_and_goes_below_zero():
    assert Line(1, 6, spent=minutes(2)).left == minutes(4)
    assert Line(1, 6, 2, spent=minutes(9)).left == minutes(-1)
    assert Line(1, None, spent=minutes(9)).left is None


def test_the_show_is_late_by_what_is_over_skipping_wins_time_back_and_more_time_costs_some():
    lines = [
        Line(1, 2, state="done", spent=minutes(5)),
        Line(2, 4, state="skipped"),
        Line(3, 6, state="running", spent=minutes(1)),
        Line(4, 3),
        Line(5, None),
    ]
    assert behind(lines, minutes(20)) == minutes(3 - 4)
    lines[2] = Line(3, 6, 2, state="running", spent=minutes(1))
    assert behind(lines, minutes(20)) == minutes(1)
    lines[2] = Line(3, 6, 2, state="running", spent=minutes(10))
    assert behind(lines, minutes(20)) == minutes(3)


def test_free_talk_is_late_once_it_has_had_more_than_the_show_left_for_it_and_early_when_it_is_over_sooner():
    lines = [Line(1, 10, state="done", spent=minutes(10)), Line(2, None, state="running", spent=minutes(12))]
    assert free_of(lines, 30) == minutes(20)
    assert behind(lines, minutes(20)) == timedelta()
    assert behind(lines, minutes(5)) == minutes(7)
    lines[1] = Line(2, None, state="done", spent=minutes(12))
    assert behind(lines, minutes(20)) == minutes(-8)
    assert free_of([Line(1, 90)], 80) == timedelta()


def test_times_begin_now_and_what_counts_up_shares_the_rest_of_the_free_time():
    lines = [
        Line(1, 2, state="done", spent=minutes(2), started_at=AT - minutes(5)),
        Line(2, 6, state="running", spent=minutes(4), started_at=AT - minutes(3)),
        Line(3, 3),
        Line(4, None),
        Line(5, None),
        Line(6, 2),
    ]
    begins, ends = times(lines, free=minutes(30), begins=AT)
    assert begins == {
        1: AT - minutes(5),
        2: AT - minutes(3),
        3: AT + minutes(2),
        4: AT + minutes(5),
        5: AT + minutes(20),
        6: AT + minutes(35),
    }
    assert ends == AT + minutes(37)
    assert elapsed(lines) == minutes(6)
    lines[3] = Line(4, None, state="running", spent=minutes(10), started_at=AT)
    begins, ends = times([*lines[3:5], Line(6, 2)], free=minutes(30), begins=AT)
    assert (begins[5], begins[6], ends) == (AT + minutes(10), AT + minutes(20), AT + minutes(22))


def test_a_show_is_planned_for_its_cues_and_for_what_it_leaves_to_those_that_count_up():
    assert whole([Line(1, 10), Line(2, None), Line(3, None)], minutes(20)) == minutes(30)
    assert whole([Line(1, 10)], minutes(20)) == minutes(10)


def test_what_is_over_time_does_not_pull_the_rest_back():
    begins, ends = times([Line(1, 2, state="running", spent=minutes(9)), Line(2, 3)], free=timedelta(), begins=AT)
    assert begins == {2: AT}
    assert ends == AT + minutes(3)


def test_a_key_is_put_behind_another_or_first_of_all():
    assert placed([1, 2, 3, 4], 4, after=1) == [1, 4, 2, 3]
    assert placed([1, 2, 3], 3, after=None) == [3, 1, 2]
    assert placed([1, 2, 3], 1, after=3) == [2, 3, 1]
