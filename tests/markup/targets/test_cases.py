"""The table of constructs: what each target gets, and that it stays so when it is converted again."""

from __future__ import annotations

import pytest

from markup.targets import convert, github, page, zhihu
from tests.markup.targets.cases import BLOCKS
from tests.markup.targets.cases_in_lines import LINES

CASES = (*BLOCKS, *LINES)

KNOWN = {"github": github.OPTIONS, "zhihu": zhihu.OPTIONS, "html": page.OPTIONS}


def options_for(case, target):
    return {name: value for name, value in case.options.items() if name in KNOWN[target]}


@pytest.mark.parametrize("case", [case for case in CASES if case.github is not None], ids=lambda case: case.name)
def test_github(case):
    options = options_for(case, "github")
    converted = convert(case.source, "github", options).text
    assert converted == case.github, case.rule
    assert convert(converted, "github", options).text == converted


@pytest.mark.parametrize("case", [case for case in CASES if case.zhihu is not None], ids=lambda case: case.name)
def test_zhihu(case):
    options = options_for(case, "zhihu")
    converted = convert(case.source, "zhihu", options).text
    assert converted == case.zhihu, case.rule
    assert convert(converted, "zhihu", options).text == converted


@pytest.mark.parametrize("case", [case for case in CASES if case.html], ids=lambda case: case.name)
def test_html(case):
    converted = convert(case.source, "html", options_for(case, "html")).text
    assert [part for part in case.html if part not in converted] == [], converted


def test_names_are_distinct():
    names = [case.name for case in CASES]
    assert sorted(set(names)) == sorted(names)
