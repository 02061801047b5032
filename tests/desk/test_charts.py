"""Columns and bars: every value drawn once, in proportion, inside the drawing, whatever the numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.chart import BASE, TOP
from talks.charts import OFF, Column, bars, columns

VALUES = st.tuples(st.integers(0, 5000), st.integers(0, 5000))
ROWS = st.lists(st.one_of(VALUES.map(lambda pair: Column("005", pair)), st.just(Column("", off="停"))), max_size=30)


@given(ROWS)
def test_columns_are_in_proportion_and_inside(rows):
    drawn = columns(rows, ("one", "two"))
    totals = [sum(row.values) for row in rows]
    if not any(totals):
        assert drawn is None
        return
    solid = [piece for piece in drawn.pieces if piece.kind != "hollow"]
    height = sum(float(piece.height) for piece in solid)
    top = drawn.marks[-1].value
    assert height == pytest.approx(sum(totals) * (BASE - TOP) / top, abs=0.2 * len(solid) + 0.1)
    assert len(solid) == sum(value > 0 for row in rows for value in row.values)
    for piece in drawn.pieces:
        assert float(piece.y) >= TOP - 0.1
        assert float(piece.y) + float(piece.height) <= BASE + 0.1
        assert 0 <= float(piece.x[:-1]) <= float(piece.x[:-1]) + float(piece.width[:-1]) <= 100.1


def test_a_week_without_a_talk_is_dashed_and_named():
    drawn = columns([Column("005", (3, 1)), Column("", off="停"), Column("006", (2, 0))], ("one", "two"))
    [hollow] = [piece for piece in drawn.pieces if piece.kind == "hollow"]
    assert hollow.height == str(OFF)
    assert [word.text for word in drawn.words] == ["005", "停", "2", "006"]
    assert [word.text for word in drawn.words if word.is_strong] == ["2"]


def test_bars_are_measured_against_the_longest():
    drawn = bars([("arxiv", 8), ("github.com", 2)])
    assert [bar.width for bar in drawn.rows] == ["100.00%", "25.00%"]
    assert drawn.height == 80
    assert bars([]) is None
    assert bars([("a", 0)]) is None
