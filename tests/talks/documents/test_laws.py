"""The laws of documents, on made-up ones: every line has one place, and what is written reads back."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from made_up import documents, line

from talks.documents.model import EpisodeDoc, Refused, from_json, to_json
from talks.documents.normal import normal
from talks.documents.reader import read
from talks.documents.writer import write

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))


def reads_back(doc: EpisodeDoc) -> None:
    settled = normal(doc)
    text = write(doc)
    reading = read(text)
    assert reading.document == settled
    assert normal(settled) == settled
    assert write(settled) == text
    assert from_json(json.loads(json.dumps(to_json(settled)))) == settled
    has_every_line_once(text)


def has_every_line_once(text: str) -> None:
    """Law 1. (The ledger raises when a line is claimed twice.)"""
    reading = read(text, name="005.md")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    written = {number for number, one in enumerate(lines, 1) if one.strip()}
    assert set(reading.claims) == written
    assert all(claim.path for claim in reading.claims.values())


@given(documents)
@FEW
def test_a_document_reads_back_as_written(doc):
    reads_back(doc)


@pytest.mark.proof
@given(documents)
@MANY
def test_many_documents_read_back_as_written(doc):
    reads_back(doc)


texts = st.lists(line, min_size=1, max_size=40).map("\n".join).filter(lambda text: bool(text.strip()))


@given(texts)
@FEW
def test_every_line_of_any_text_has_one_place(text):
    has_every_line_once(text)


@pytest.mark.proof
@given(texts)
@MANY
def test_every_line_of_many_texts_has_one_place(text):
    has_every_line_once(text)


def letters(text: str) -> Counter[str]:
    return Counter(char for char in text if char.isalpha() and not char.isascii())


@given(texts)
@FEW
def test_no_chinese_letter_of_any_text_is_lost(text):
    keeps_letters(text)


@pytest.mark.proof
@given(texts)
@MANY
def test_no_chinese_letter_of_many_texts_is_lost(text):
    keeps_letters(text)


def keeps_letters(text: str) -> None:
    """All letters outside ASCII but those of markers (答：) stand in what is written."""
    try:
        reading = read(text, name="005.md")
    except Refused:
        assume(False)
    kept = letters(write(reading.document))
    lost = letters(text) - kept
    assert not set(lost) - set("答案回解问题提第期"), lost


@given(documents)
@FEW
def test_reading_what_was_read_changes_nothing(doc):
    first = read(write(doc)).document
    assert read(write(first)).document == first
