"""Keys of rows as forms and addresses send them."""

import pytest

from members.keys import read_key


@pytest.mark.parametrize(("text", "key"), [("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_figures_are_a_key(text, key):
    assert read_key(text) == key


@pytest.mark.parametrize("text", ["", "-1", "1.0", " 1", "1e3", "７", "①", "9" * 19, "1\n", None, 7, b"7"])
def test_anything_else_is_no_row(text):
    assert read_key(text) == 0
