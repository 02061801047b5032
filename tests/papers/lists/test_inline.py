"""Pieces of a line: what they are is told by the tests of the reader; here, what lines of nothing but marks cost."""

import pytest

from papers.lists import inline
from papers.lists.inline import MAX_CHARACTERS, scan


@pytest.mark.parametrize(
    "piece",
    ["**a ", "*a _b **c ", "[", "[!", "[a](", "[a]( ", "_a ", "``` ``", "<!--", "<a ", "***", "![**_"],
)
def test_marks_that_nothing_closes_are_passed_once(piece, monkeypatch):
    """Looking to the end of the line from each of them took a minute for a line of 20,000 characters."""
    line = piece * (MAX_CHARACTERS // len(piece))
    looked_at = 0
    run_at = inline._run_at

    def counted(line, start):
        nonlocal looked_at
        looked_at += 1
        return run_at(line, start)

    monkeypatch.setattr(inline, "_run_at", counted)
    pieces = scan(line, {})
    assert "".join(piece.raw for piece in pieces) == line
    assert looked_at <= 3 * len(line)


def test_an_address_of_nothing_but_spaces_is_looked_at_once():
    """It took ten seconds; a limit of time is no part of a test, but this one would be noticed."""
    line = "[a](" + " " * 19_000
    assert [piece.raw for piece in scan(line, {})] == [line]


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("*** !**", ["bold"]),
        ("**a *b* c", ["text", "italic", "text"]),
        ("**a [x](u) b** c", ["bold", "text"]),
        ("[a [b](u) c", ["text", "link", "text"]),
        ("`[` [a](u)", ["code", "text", "link"]),
        ("<!-- a --> b <!-- c", ["comment", "text"]),
        ("[a](  u  )", ["link"]),
    ],
)
def test_what_is_closed_is_found_behind_what_is_not(line, kinds):
    assert [piece.kind for piece in scan(line, {})] == kinds
