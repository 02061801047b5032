"""The laws of reading lists, on made-up ones: every line has one place, and what is written reads back."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from made_lists import lists, texts

from markup import links
from papers.lists.blocks import split
from papers.lists.model import ListDoc
from papers.lists.reader import read
from papers.lists.writer import normal, write

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))


def reads_back(doc: ListDoc) -> None:
    settled = normal(doc)
    text = write(doc)
    assert read(text).document == settled
    assert normal(settled) == settled
    assert write(settled) == text
    has_every_line_once(text)


def has_every_line_once(text: str) -> None:
    """Law 1. (The reader raises when a line is claimed twice.)"""
    written = {number for number, one in enumerate(split(text), 1) if one.strip()}
    assert set(read(text).claims) == written


def loses_nothing(text: str) -> None:
    """Every address by its identity, and every run of Chinese letters, stands in what is written."""
    out = write(read(text).document)
    written = {links.key(one.url) for one in links.find(out)}
    for one in links.find(text):
        assert links.key(one.url) in written, one.url
    # heads of columns and words before a colon are written in one way only
    markers = set("论文时间")
    for run in re.findall("[\u4e00-\u9fff]+", text):
        assert run in out or set(run) <= markers, run


def settles(text: str) -> None:
    """What was read and written once is written the same ever after."""
    first = normal(read(text).document)
    again = read(write(first)).document
    assert again == first
    assert write(again) == write(first)


@given(lists)
@FEW
def test_a_list_reads_back_as_written(doc):
    reads_back(doc)


@pytest.mark.proof
@given(lists)
@MANY
def test_many_lists_read_back_as_written(doc):
    reads_back(doc)


@given(texts)
@FEW
def test_every_line_of_any_list_has_one_place(text):
    has_every_line_once(text)
    settles(text)


@pytest.mark.proof
@given(texts)
@MANY
def test_every_line_of_many_lists_has_one_place(text):
    has_every_line_once(text)
    settles(text)


@given(texts)
@FEW
def test_nothing_of_any_list_is_lost(text):
    loses_nothing(text)


@pytest.mark.proof
@given(texts)
@MANY
def test_nothing_of_many_lists_is_lost(text):
    loses_nothing(text)
