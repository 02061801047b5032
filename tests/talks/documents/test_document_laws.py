"""The laws of documents, on made-up ones: every line has one place, and what is written reads back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from kept import has_addresses, has_words
from made_up import FEW, MANY, documents, texts

from talks.documents.model import EpisodeDoc, from_json, to_json
from talks.documents.normal import normal
from talks.documents.reader import read
from talks.documents.writer import write


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


def keeps_letters(text: str) -> None:
    has_words(text, write(read(text, name="005.md").document))


def keeps_addresses(text: str) -> None:
    has_addresses(text, write(read(text, name="005.md").document))


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
