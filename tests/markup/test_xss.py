"""Attacks of our own on every place that a member's text may stand in; the public sets are in tests/proof."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markup import sanitizer
from markup.html import render, render_inline
from tests import forbidden

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href='javascript:alert(1)'>x</math>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<form action=javascript:alert(1)><input type=submit autofocus>",
    "<details open ontoggle=alert(1)>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<base href='//evil.example/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<object data='data:text/html,<script>alert(1)</script>'>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "'\"><script>alert(1)</script>",
    '" onmouseover=alert(1) x="',
    "' onfocus='alert(1)' autofocus='",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java&#10;script:alert(1)",
    "&#106;avascript&colon;alert(1)",
    "\x01javascript:alert(1)",
    "\u2028javascript:alert(1)",
    "javascript&#x3A;alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "//evil.example/x",
    "/\\evil.example/x",
    "\\\\evil.example\\x",
    "/\t/evil.example",
    "https:evil.example",
    "https://a.example\\@evil.example/",
    "file:///etc/passwd",
    "</code></pre><script>alert(1)</script>",
    "</math><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "{{7*7}}{% load x %}${alert(1)}",
    "\\href{javascript:alert(1)}{x}",
    "\\text{<img src=x onerror=alert(1)>}",
    "\\style{position:fixed}{x}",
    "\\class{evil}{x}",
    "\\cssId{evil}{x}",
    '\\label{x" onclick="alert(1)}\\eqref{x}',
    "\\color{red;background:url(//evil.example)}{x}",
    '\\color[HTML]{FF0000"onclick="alert(1)}x',
]
PLACES = {
    "paragraph": "{}",
    "beside text": "前{}后",
    "marked": "**{}**",
    "heading": "# {}",
    "quote": "> {}",
    "item": "- [ ] {}",
    "cell": "| {} | b |\n|---|---|\n| {} | c |",
    "code": "`{}`",
    "fence": "```\n{}\n```",
    "language": "```{}\nx\n```",
    "python": "```python\n{}\n```",
    "formula": "${}$",
    "formulas": "$$\n{}\n$$",
    "text of a formula": "$\\text{{{}}}$",
    "link text": "[{}](https://a.example/)",
    "link": "[甲]({})",
    "link in brackets": "[甲](<{}>)",
    "title": '[甲](https://a.example/ "{}")',
    "path": "[甲](/{})",
    "query": "[甲](https://a.example/?x={})",
    "bare": "https://a.example/{}",
    "angle": "<{}>",
    "host": "<https://{}/>",
    "definition": "[甲]\n\n[甲]: {}",
    "definition in brackets": "[甲]\n\n[甲]: <{}> '{}'",
    "picture": "![甲]({})",
    "picture of the site": "![甲](/media/{})",
    "description": "![{}](/media/a.png)",
    "footnote": "甲[^1]\n\n[^1]: {}",
    "label": "甲[^{}]\n\n[^{}]: 乙",
    "escaped": "\\{}",
}


def filled(place, attack):
    return (
        PLACES[place]
        .replace("{{", "\0")
        .replace("}}", "\1")
        .replace("{}", attack)
        .replace("\0", "{")
        .replace("\1", "}")
    )


@pytest.mark.parametrize("place", PLACES)
def test_no_attack_leaves_anything_forbidden(place):
    for attack in ATTACKS:
        text = filled(place, attack)
        for result in (render(text, prefix="a1-"), render_inline(text)):
            assert forbidden.found(result) == [], text
            assert sanitizer.clean(result) == result, text


@given(
    st.lists(
        st.sampled_from(
            [*ATTACKS, *"<>\"'`&;:/\\()[]{}!$*_|\n =", "](", "[甲](", "</", "<!--", "$\\text{", "}$", "&lt;"]
        ),
        max_size=8,
    ).map("".join)
)
def test_no_mixture_of_attacks_does(text):
    assert forbidden.found(render(text)) == []
    assert forbidden.found(render_inline(text)) == []


# The allow-list alone must hold, whatever the writer does: HTML goes straight to it.
@pytest.mark.parametrize("attack", ATTACKS)
def test_the_allow_list_holds_alone(attack):
    for text in (
        attack,
        f"<p {attack}>x</p>",
        f'<a href="{escape(attack)}">x</a>',
        f'<img src="{escape(attack)}">',
        f'<math><mtext>{attack}</mtext><mi href="{escape(attack)}" style="{escape(attack)}">x</mi></math>',
        f'<span class="{escape(attack)}" id="{escape(attack)}" style="{escape(attack)}" lang="{escape(attack)}">x</span>',
    ):
        cleaned = sanitizer.clean(text)
        assert [found for found in forbidden.found(cleaned) if "without rel" not in found] == []
        assert sanitizer.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "html",
    [
        "<script>1</script>",
        '<p onclick="x">a</p>',
        '<p style="color:red">a</p>',
        '<a href="javascript:x">a</a>',
        '<a href="//evil.example">a</a>',
        '<a href="/\\evil.example">a</a>',
        '<a href="https://a.example">a</a>',
        '<a href="#top">a</a>',
        '<img src="https://a.example/x.png">',
        '<img src="/media/../x">',
        '<li id="main">a</li>',
        '<p class="button">a</p>',
        "<input>",
        '<math href="/x"></math>',
        "<!-- x -->",
    ],
)
def test_the_judge_of_these_tests_can_find_something(html):
    assert forbidden.found(html)


def test_every_allowed_element_is_known_to_the_judge():
    """Both lists are written by hand; the sanitiser may allow no more than the judge."""
    assert set(forbidden.RULES["elements"]) >= sanitizer.TAGS
    allowed = {name for names in sanitizer.CLASSES.values() for name in names}
    assert set(forbidden.RULES["classes"]) >= allowed


@pytest.mark.parametrize("html", ['<p class="{}">a</p>', '<a class="{}" href="/x">a</a>', '<math class="{}"></math>'])
def test_no_element_takes_the_classes_of_another(html):
    for name in ("formula", "button", "action-bar", "k", "math-red"):
        assert name not in sanitizer.clean(html.format(name))
