"""A member's name, title or address never breaks out of the place a document puts it, for no parser."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from markup.dialect import parser
from markup.targets import github, zhihu
from tests.markup.targets import skeleton
from tests.markup.targets.fragments import FRAGMENTS

TARGETS = [github, zhihu]

PLACES = {
    "heading": "## {}\n",
    "heading after a number": "### 3. {}\n",
    "line": "{}\n",
    "line after a line": "甲\\\n{}\n",
    "item": "- {}\n",
    "numbered item": "1. {}\n",
    "item after a box": "- [ ] 甲 {}\n",
    "quote": "> {}\n",
    "link text": "前[{}](https://a.example/x)后\n",
    "in a sentence": "前 {} 后\n",
    "label": "【{}】：文\n",
}

members_text = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8).map("".join),
    st.text(min_size=1, max_size=12),
    st.lists(st.sampled_from("*_~`[]()<>!#-+.=|\\$&:@ \n1a中。"), min_size=1, max_size=12).map("".join),
).filter(lambda text: "".join(text.split()).strip("\ufeff"))


def by_dialect(text):
    """The structure that the site sees: the types of all tokens, and the letters without spaces."""
    types, shown = [], []
    for token in parser().parse(text, {}):
        for inner in [token, *(token.children or ())]:
            if inner.type in ("text", "text_special", "code_inline", "fence", "code_block"):
                shown.append(inner.content)
            if inner.type not in ("text", "text_special", "softbreak"):
                types.append((inner.type, inner.tag))
    return types, "".join("".join(shown).split())


def structure(seen):
    return [part for part in seen if not isinstance(part, str)]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@given(text=members_text)
@example(text="x](https://evil.example) [y")
@example(text="a\n\n# b\n\n<script>alert(1)</script>")
@example(text="标题 #")
@example(text="\\")
@example(text="- [x] a")
def test_text_stays_text(target, place, text):
    written = place.format(target.escape_inline(text))
    benign = place.format("题")
    types, shown = by_dialect(written)
    assert types == by_dialect(benign)[0]
    assert shown == by_dialect(benign)[1].replace("题", "".join(text.replace("\x00", "\ufffd").split()))
    if target is github:
        assert structure(skeleton.by_github(written)) == structure(skeleton.by_github(benign))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
@given(text=members_text)
@example(text="强调。")
@example(text="《书》")
@example(text="15%")
def test_bold_is_bold_between_letters(target, text):
    written = f"前{target.bold(text)}后\n"
    letters = "前" + "".join(text.replace("\x00", "\ufffd").split()) + "后"
    if target is github:
        seen = skeleton.by_github(written)
        assert seen == ["前", ("strong",), letters[1:-1], ("/strong",), "后"]
    else:
        types, shown = by_dialect(written)
        assert shown == letters
        assert [kind for kind, _ in types if "strong" not in kind] == ["paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
@given(text=members_text, tail=st.text(alphabet="ab_*~`()<>[]\\|\"'&;$ 中，%#?=/.", max_size=15))
def test_a_link_is_one_link(target, text, tail):
    url = f"https://a.example/{tail.strip()}"
    written = f"- {target.link(text, url)}\n"
    types, _ = by_dialect(written)
    expected = [("link_open", "a"), ("link_close", "a")] if ("link_open", "a") in types else []
    item = by_dialect("- 题\n")[0]
    assert types == [*item[:4], *expected, *item[4:]]
    if expected:
        (line,) = [token for token in parser().parse(written, {}) if token.type == "inline"]
        assert line.children[0].attrs["href"] == url.replace(" ", "%20")
    if target is github:
        inside = [("a", unquote(url))] if expected else []
        assert structure(skeleton.by_github(written)) == [
            ("ul",),
            ("li",),
            *inside,
            *([("/a",)] if inside else []),
            ("/li",),
            ("/ul",),
        ]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "vbscript:x", "https://a.example\\@b"]
)
def test_an_address_that_can_be_no_link_is_text(target, url):
    written = target.link("题", url)
    assert by_dialect(written)[0] == by_dialect("题")[0]
    assert structure(skeleton.by_github(written)) == []
    assert written.startswith("题（")


@given(text=members_text)
def test_a_title_in_the_dialect_stays_on_its_line(text):
    for target in TARGETS:
        written = f"## {target.inline(text)}\n\n后\n"
        blocks = [token.type for token in parser().parse(written, {}) if token.level == 0 and token.nesting == 1]
        assert blocks == ["heading_open", "paragraph_open"]
