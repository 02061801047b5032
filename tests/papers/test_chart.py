"""The drawing of a series: inside its frame, in order, to scale."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from papers.chart import BASE, LEFT, RIGHT, TOP, draw

DAY = date(2024, 1, 3)


def test_nothing_is_drawn_of_nothing():
    assert draw([]) is None


def test_one_day_stands_in_the_middle():
    chart = draw([(DAY, 10)])
    assert (chart.first, chart.steps) == (chart.last, [])
    assert chart.first.x == f"{(LEFT + RIGHT) / 2:.2f}%"


def test_days_are_to_scale_and_counts_may_fall():
    chart = draw([(DAY + timedelta(days=10), 4), (DAY, 8), (DAY + timedelta(days=5), 10)])
    assert [point.count for point in chart.points] == [8, 10, 4]
    assert [point.x for point in chart.points] == ["8.00%", "52.50%", "97.00%"]
    assert [mark.value for mark in chart.marks] == [0, 5, 10]
    assert (chart.points[1].y, chart.marks[0].y) == (f"{TOP:.1f}", f"{BASE:.1f}")
    assert chart.highest == 10


@given(st.dictionaries(st.dates(), st.integers(0, 10**9), min_size=1, max_size=30))
def test_everything_is_inside_the_frame(series):
    chart = draw(series.items())
    assert [(point.day, point.count) for point in chart.points] == sorted(series.items())
    assert all(TOP <= float(point.y) <= BASE for point in chart.points)
    assert all(LEFT <= float(point.x.rstrip("%")) <= RIGHT for point in chart.points)
    assert 2 <= len(chart.marks) <= 6
    assert len(chart.steps) == len(chart.points) - 1
