"""One paper as BibTeX: readable by BibTeX whatever stands in the facts."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.bibtex import write
from papers.facts import Author, PaperFacts

PAPER = PaperFacts(
    arxiv_id="2401.00001",
    source="api",
    title="Scaling $x^{2}$ & more: 100% of {it}",
    authors=(Author("Ada Lovelace"), Author("DeepTeam"), Author("Sammy Davis, Jr."), Author("Black and White Group")),
    primary_category="cs.CL",
    doi="10.1000/a_b{c}",
    journal_ref="J. Res. 7 (2024)",
    published_at=datetime(2024, 1, 2, tzinfo=UTC),
)


def test_the_whole_entry():
    assert write(PAPER) == (
        "@misc{lovelace2024scaling,\n"
        "  title = {{Scaling $x^{2}$ \\& more: 100\\% of \\{it\\}}},\n"
        "  author = {Ada Lovelace and {DeepTeam} and {Sammy Davis, Jr.} and {Black and White Group}},\n"
        "  year = {2024},\n"
        "  eprint = {2401.00001},\n"
        "  archiveprefix = {arXiv},\n"
        "  primaryclass = {cs.CL},\n"
        "  doi = {10.1000/a_b%7Bc%7D},\n"
        "  note = {J. Res. 7 (2024)},\n"
        "  url = {https://arxiv.org/abs/2401.00001},\n"
        "}\n"
    )


def test_a_stub_is_its_identifier():
    entry = write(PaperFacts(arxiv_id="cs/0112017", source=""))
    assert entry.startswith("@misc{arxivcs0112017,\n  year = {2001},\n  eprint = {cs/0112017},")
    assert "title" not in entry


def test_a_withdrawal_is_said():
    assert "note = {J. Res. 7 (2024); Withdrawn}," in write(replace(PAPER, is_withdrawn=True))


@pytest.mark.parametrize(
    "formula", [r"$\input{/etc/passwd}$", r"$\write18{ls}$", r"$a}b$", r"$}{$", r"$\def\x{y}$", "$a%b$", "$^^5c$"]
)
def test_a_formula_that_does_something_is_printed(formula):
    title = re.search(r"title = \{\{(.*)\}\},", write(replace(PAPER, title=formula)))[1]
    assert "\\$" in title
    assert not re.search(r"(?<!\\)\\(?:input|write|def)", title)


@given(st.text(max_size=60), st.text(min_size=1, max_size=30))
def test_braces_balance_and_every_field_is_a_line(title, name):
    entry = write(replace(PAPER, title=title, authors=(Author(name),)))
    bare = re.sub(r"\\[\\{}]", "", entry.replace(r"\textbackslash{}", ""))
    assert bare.count("{") == bare.count("}")
    assert entry.endswith("}\n")
    assert all(re.match(r"@misc\{|  [a-z]+ = \{.*\},$|\}$", line) for line in entry.rstrip("\n").split("\n"))
