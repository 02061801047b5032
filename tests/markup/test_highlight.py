"""Code with four kinds of words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markup.highlight import _LANGUAGES, highlight
from tests.forbidden import text_of


@pytest.mark.parametrize(
    ("language", "code", "html"),
    [
        (
            "python",
            'def f(x):\n    return "<b>"  # 注',
            (
                '<span class="k">def</span> <span class="f">f</span>(x):\n'
                '    <span class="k">return</span> <span class="s">"&lt;b&gt;"</span>  <span class="c"># 注</span>'
            ),
        ),
        ("Python", '"""a\n"b" # c"""', '<span class="s">"""a\n"b" # c"""</span>'),
        ("py", "defx = 'a\\'b'", "defx = <span class=\"s\">'a\\'b'</span>"),
        (
            "c",
            "int a; // b\n/* c\n*/",
            '<span class="k">int</span> a; <span class="c">// b</span>\n<span class="c">/* c\n*/</span>',
        ),
        ("js", "`a ${b}`", '<span class="s">`a ${b}`</span>'),
        ("rust", "fn f(a: &'a str)", '<span class="k">fn</span> <span class="f">f</span>(a: &amp;\'a str)'),
        (
            "sql",
            "SELECT 'a' -- b",
            '<span class="k">SELECT</span> <span class="s">\'a\'</span> <span class="c">-- b</span>',
        ),
        ("json", '{"a": true}', '{<span class="s">"a"</span>: <span class="k">true</span>}'),
        ("", "def f", "def f"),
        ("brainfuck", "def <f>", "def &lt;f&gt;"),
        ("python", "'unfinished\nimport x", '<span class="s">\'unfinished</span>\n<span class="k">import</span> x'),
    ],
)
def test_words_are_marked_by_kind(language, code, html):
    assert highlight(code, language) == html


@given(st.sampled_from(sorted(_LANGUAGES)), st.text(alphabet="ab_ \n\t\"'`\\/*#-<>!%&=中{}"))
def test_no_character_is_changed(language, code):
    assert text_of(highlight(code, language)) == code


FAMILIES = {id(language): name for name, language in _LANGUAGES.items()}


@pytest.mark.proof
@pytest.mark.parametrize("language", FAMILIES.values())
def test_time_grows_with_length_only(language):
    """The whole of a text may be one block of code made to be slow."""
    for unit in ('"', "'", "`", "\\", "\\'", "/", "/*", "<!-", '"""', '""" ', "#", "-", "a ", "\n", "def "):
        start = time.process_time()
        highlight(unit * (100_000 // len(unit)), language)
        assert time.process_time() - start < 3, unit
