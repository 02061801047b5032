"""Laws 3 and 4 for any text: converting twice is converting once, GitHub sees what was meant, nothing gets lost."""

from __future__ import annotations

import pytest
from hypothesis import given

from markup.targets import convert, github
from markup.targets.options import Losses
from markup.targets.reading import read
from markup.targets.shape import settle, settle_document
from markup.targets.writing import write
from tests.markup.targets import skeleton
from tests.markup.targets.conservation import addresses, is_kept, letters
from tests.markup.targets.fragments import texts

OPTIONS = [
    ("github", {}),
    ("github", {"place": "issue", "toc": "true", "site_url": "https://talk.example"}),
    ("zhihu", {}),
    ("zhihu", {"zhihu_math": "dollars", "zhihu_table": "html", "lead": "导语 *x*", "heading_base": "3"}),
]


@pytest.mark.parametrize(("target", "options"), OPTIONS, ids=lambda value: str(value))
@given(text=texts)
def test_converting_twice_is_converting_once(target, options, text):
    converted = convert(text, target, options).text
    assert convert(converted, target, options).text == converted


@given(text=texts)
def test_github_sees_what_was_meant(text):
    document = settle_document(github._Export("", Losses()).document(read(text)))
    written = write(document, github._style(is_issue=False))
    assert skeleton.by_github(written) == skeleton.by_tree(document)


# Raw HTML forms and front matter are read otherwise than on the site, alerts lose their label, formulas their dollars.
_plain = texts.filter(lambda text: not any(part in text for part in ("---\n", "<", "$", "[!", "math", "data:")))


@given(text=_plain)
def test_github_keeps_letters_and_addresses(text):
    converted = convert(text, "github").text
    assert is_kept(letters(text), letters(converted))
    assert addresses(text) <= addresses(converted)


@given(text=texts)
def test_the_tree_has_one_form(text):
    document = settle_document(read(text))
    assert settle(document.blocks) == document.blocks
