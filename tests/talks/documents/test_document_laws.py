"""The laws of documents, on made-up ones: every line has one place, and what is written reads back."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up import documents, line

from markup import links
from talks.documents.lines import split
from talks.documents.model import EpisodeDoc, from_json, to_json
from talks.documents.normal import normal
from talks.documents.outline import Source
from talks.documents.reader import read
from talks.documents.vocabulary import TitleKind, known_title
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


texts = (
    st.lists(line, min_size=1, max_size=40).map("\n".join).filter(lambda text: any(one.strip() for one in split(text)))
)


@given(texts)
@FEW
def test_every_line_of_any_text_has_one_place(text):
    has_every_line_once(text)


@pytest.mark.proof
@given(texts)
@MANY
def test_every_line_of_many_texts_has_one_place(text):
    has_every_line_once(text)


@given(texts)
@FEW
def test_no_chinese_letter_of_any_text_is_lost(text):
    keeps_letters(text)


@pytest.mark.proof
@given(texts)
@MANY
def test_no_chinese_letter_of_many_texts_is_lost(text):
    keeps_letters(text)


# Markers say what a line is and are written in one way only, titles of the back matter as well.
MARKERS = set("答案回解问题提第期番外")


def keeps_letters(text: str) -> None:
    """Every run of letters outside ASCII, less markers, stands in what is written."""
    reading = read(text, name="005.md")
    written = write(reading.document)
    for run in re.findall(r"[^\W\d_a-zA-Z]+", text):
        known = known_title(run)
        assert run in written or set(run) <= MARKERS or (known and known.kind is TitleKind.BACK), run


def keeps_addresses(text: str) -> None:
    """Every address, whole again where it was torn, stands in what is written."""
    source = Source.of(text.split("\n"))
    written = {links.key(one.url) for one in links.find(write(read(text, name="005.md").document))}
    for one in (found for row in source.lines for found in links.find(row.text)):
        assert links.key(one.url) in written, one.url


@given(texts)
@FEW
def test_no_address_of_any_text_is_lost(text):
    keeps_addresses(text)


@pytest.mark.proof
@given(texts)
@MANY
def test_no_address_of_many_texts_is_lost(text):
    keeps_addresses(text)


@given(documents)
@FEW
def test_reading_what_was_read_changes_nothing(doc):
    first = read(write(doc)).document
    assert read(write(first)).document == first
