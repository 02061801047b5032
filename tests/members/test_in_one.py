"""Several sentences as one text: Chinese puts nothing between them, English a space; one rule for pages and API."""

import re
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import translation

import members
from config.problems import describe
from members.rules import in_one

ROOT = Path(members.__file__).parent.parent
TWO = ["太长了。", "写短一点。"]


@pytest.mark.parametrize(
    ("language", "sentences", "text"),
    [
        ("zh-hans", TWO, "太长了。写短一点。"),
        ("en", ["Too long.", "Shorten it.", "Or split it."], "Too long. Shorten it. Or split it."),
        ("zh-hans", ["100% 不行。"], "100% 不行。"),
        ("zh-hans", ["甲 %(x)s。", "乙 50%。"], "甲 %(x)s。乙 50%。"),
        ("en", [], ""),
    ],
)
def test_they_are_joined_as_the_language_does(language, sentences, text):
    with translation.override(language):
        assert in_one(iter(sentences)) == text


def test_a_field_of_a_form_shows_them_so():
    form = forms.Form({})
    form.fields["title"] = forms.CharField(label="标题", required=False)
    for error in ("太长了。", "写短一点<b>。"):
        form.add_error("title", error)
    shown = render_to_string("_fragments/field.html", {"field": form["title"]})
    assert '<p class="error" id="id_title_error">太长了。写短一点&lt;b&gt;。</p>' in shown


def test_the_tokens_page_shows_them_so():
    context = {"may_make": True, "errors": {"name": TWO, "scope": TWO}}
    shown = render_to_string("members/tokens.html", context)
    assert len(re.findall('<p class="error"[^>]*>太长了。写短一点。</p>', shown)) == 2


@pytest.mark.parametrize(
    ("errors", "detail"),
    [
        ({"title": TWO}, "title: 太长了。写短一点。"),
        ({"title": TWO[:1], "level": TWO[1:]}, "title: 太长了。level: 写短一点。"),
        (TWO, "太长了。写短一点。"),
    ],
)
def test_a_problem_document_says_them_so(errors, detail):
    said = describe(ValidationError(errors), is_known=True)
    assert said is not None
    assert said.detail == detail


def test_nobody_joins_errors_in_a_way_of_their_own():
    own = [
        str(path.relative_to(ROOT))
        for name in (*("config", "members", "papers", "news", "talks", "templates"),)
        for path in sorted((ROOT / name).rglob("*"))
        if path.suffix in (".py", ".html")
        and re.search(r'" "\.join\(\w*error\w*\.messages\)|errors[\w.]*\|join', path.read_text("utf-8"))
    ]
    assert own == []
