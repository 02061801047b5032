"""The site dialect: what is structure and what stays text, judged on the parser's own tokens."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from markup import links
from markup.dialect import MAX_DEPTH, parser


def line(text):
    """A line as the library's own renderer writes it."""
    return parser().renderInline(text, {})


def tokens(text):
    return parser().parse(text, {})


def kinds(text):
    return [token.type for token in tokens(text)]


def formulas(text):
    """The formulas of a text with their kinds, in order."""
    found = []
    for token in tokens(text):
        found += [
            (part.type, part.content) for part in [token, *(token.children or [])] if part.type.startswith("math")
        ]
    return found


# ── Emphasis ────────────────────────────────────────────────────────────────


# The inputs of the rule of markdown-cjk-friendly: a full-width mark inside the delimiters, Han outside.
@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**强调。**后文", "<strong>强调。</strong>后文"),
        ("前文**“引号”**后文", "前文<strong>“引号”</strong>后文"),
        ("前文**（括号）**后文", "前文<strong>（括号）</strong>后文"),
        ("《**书名**》", "<strong>书名</strong>"),
        ("**《书名》**讲了", "<strong>《书名》</strong>讲了"),
        ("这是**重点：**三条", "这是<strong>重点：</strong>三条"),
        ("用了**Adam(β=0.9)**优化", "用了<strong>Adam(β=0.9)</strong>优化"),
        ("提升**15%**左右", "提升<strong>15%</strong>左右"),
        ("**`代码`**很短", "<strong><code>代码</code></strong>很短"),
        ("看**[链接](https://a.example/)**这里", '看<strong><a href="https://a.example/">链接</a></strong>这里'),
        ("*着重。*接着", "<em>着重。</em>接着"),
        ("***都要！***接着", "<em><strong>都要！</strong></em>接着"),
        ("~~删去。~~后文", "<s>删去。</s>后文"),
        ("~~（旧）~~新", "<s>（旧）</s>新"),
        ("“**词**”与‘**字**’", "“<strong>词</strong>”与‘<strong>字</strong>’"),
        ("强调**！**号", "强调<strong>！</strong>号"),
        ("漢字**です。**かな", "漢字<strong>です。</strong>かな"),
        ("**한국어(괄호)**은", "<strong>한국어(괄호)</strong>은"),
    ],
)
def test_emphasis_works_beside_chinese(text, html):
    expected = html if html.startswith("“") or not text.startswith("《") else f"《{html}》"
    assert line(text) == expected


@pytest.mark.parametrize(
    "text",
    ["中文__粗体__中文", "蛇_形_名", "2 * 3 * 4", "** 空格 **", "大约~10 分钟；~15 分钟", "共~一~半", "a__b__c", "~"],
)
def test_what_is_no_emphasis_stays_text(text):
    assert line(text) == text


def test_strikethrough_takes_two_tildes():
    assert line("~~~~两对~~~~") == "<s><s>两对</s></s>"
    assert line("~~~三~~~") == "~<s>三</s>~"


def test_other_parsers_of_the_process_are_not_changed():
    parser()
    assert MarkdownIt("commonmark").renderInline("**强调。**后文") == "**强调。**后文"


# Without what the dialect adds: dollars, tildes, bars, footnotes, boxes, bare addresses, link definitions.
@given(
    st.lists(st.sampled_from([*"ab1*_`[]()<>!#-+.&;\"'\\ \n", "**", "\n\n", "> ", "- ", "1. ", "    "]), max_size=40)
)
def test_latin_text_is_read_as_commonmark(pieces):
    text = "".join(pieces)
    plain = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
    if "[ ]" not in text:
        assert parser().render(text, {}) == plain.render(text, {})


# ── Formulas ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("复杂度$O(n^2)$，内存", [("math_inline", "O(n^2)")]),
        ("计算 $kp \\bmod n$ ，", [("math_inline", "kp \\bmod n")]),
        ("$ a + b $", [("math_inline", " a + b ")]),
        ("$n$ 取 5", [("math_inline", "n")]),
        ("路径 C:\\$n$ \\", []),
        ("$x*y*z$ 与 $[a](b)$", [("math_inline", "x*y*z"), ("math_inline", "[a](b)")]),
        ("$\\{a\\}$", [("math_inline", "\\{a\\}")]),
        ("价格 \\$5", []),
        ("从 $5 到 $10", []),
        ("$0.03/1K，对手 $0.01", []),
        ("5$ 一份，共 10$", []),
        ("$10，共 5$ 后", []),
        ("用 $HOME 和 $PATH", []),
        ("$\\text{层数} $", [("math_inline", "\\text{层数} ")]),
        ("`$a$` 不是", []),
        ("$ $ 和 $$ $$", []),
        ("一行 $$E = mc^2$$ 里", [("math_inline_double", "E = mc^2")]),
        ("$$a \\$ b$$，后", [("math_inline_double", "a \\$ b")]),
        ("[标签 $x$ 里](https://a.example)", [("math_inline", "x")]),
    ],
)
def test_formulas_in_a_line(text, expected):
    assert formulas(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$$\na\n$$", ["a"]),
        ("$$a+b$$", ["a+b"]),
        ("其中：\n$$\na\n- b\n+ c\n$$\n所以", ["a\n- b\n+ c"]),
        ("$$ a\n= b $$", ["a\n= b"]),
        ("1. 问\n\n   $$\n   x \\\\\n   y\n   $$\n2. 答", ["x \\\\\ny"]),
        ("> $$\n> x\n> $$\n后", ["x"]),
        ("- $$\n  x\n  $$\n- b", ["x"]),
    ],
)
def test_formulas_on_their_own_lines(text, expected):
    found = formulas(text)
    assert found == [("math_block", content) for content in expected]


@pytest.mark.parametrize(
    "text",
    [
        "$$\na\n\nb\n$$",  # an empty line ends everything
        "- $$ab\n- b$$",  # a formula does not reach into the next item
        "$$\nx\n",
        "$$\n$$",
        "    $$\n    x\n    $$",
    ],
)
def test_what_is_no_block_of_formula(text):
    assert "math_block" not in kinds(text)


def test_two_formulas_in_a_line_are_no_block():
    assert formulas("$$a$$ 与 $$b$$") == [("math_inline_double", "a"), ("math_inline_double", "b")]
    assert formulas("$$\na\n$$，后文") == [("math_inline_double", "\na\n")]


# ── Addresses ───────────────────────────────────────────────────────────────


def addresses(text):
    """The addresses that stand in a text as links of their own."""
    return [
        str(part.attrs["href"])
        for token in tokens(text)
        for part in token.children or []
        if part.type == "link_open" and part.info == "auto"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("阿岚：https://github.com/talk/notes，好像不多？", ["https://github.com/talk/notes"]),
        ("（https://a.example/x）。", ["https://a.example/x"]),
        ("**https://a.example/x**：", ["https://a.example/x"]),
        ("https://a.example/a_b_c 与 https://b.example/_d_", ["https://a.example/a_b_c", "https://b.example/_d_"]),
        ("<https://a.example/中文>", ["https://a.example/中文"]),
        ("<a@b.example>", ["mailto:a@b.example"]),
        ("| https://a.example/x | b |\n|---|---|", ["https://a.example/x"]),
        ("`https://a.example`", []),
        ("[看 https://a.example](https://b.example)", []),
        ("a.example www.a.example a@b.example", []),
        ("ftp://a.example javascript://x", []),
        ("<ftp://a.example> <javascript:alert(1)>", []),
    ],
)
def test_addresses_end_where_chinese_begins(text, expected):
    assert addresses(text) == expected


@given(
    st.lists(st.sampled_from(["https://a.example/x", "http://b.example", "，后文", "中", " ", "(", ")", "?q=1", "。"]))
)
def test_addresses_are_those_that_links_finds(pieces):
    text = "看" + "".join(pieces)
    assert addresses(text) == [found.url for found in links.find(text)]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](data:text/html,1)", "[x](data:text/html,1)"),
        ("[GQA](分组查询)", "[GQA](分组查询)"),
        ("[x](/papers/中)", '<a href="/papers/中">x</a>'),
        ("[x](https://a.example/a%20b?c=d&e)", '<a href="https://a.example/a%20b?c=d&amp;e">x</a>'),
        ("![x](data:image/png;base64,AA)", '<img src="data:image/png;base64,AA" alt="x" />'),
    ],
)
def test_what_may_be_a_link_keeps_its_address_as_written(text, html):
    assert line(text) == html


# ── Blocks ──────────────────────────────────────────────────────────────────


def test_raw_html_is_text():
    assert parser().render("<b>x</b>\n\n<div>\n", {}) == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n<p>&lt;div&gt;</p>\n"


def test_tasks_are_marked_on_their_items():
    items = [token for token in tokens("- [ ] 待办\n- [x] 完成\n- [y] 别的\n- 无") if token.type == "list_item_open"]
    assert [item.meta.get("checked") for item in items] == [False, True, None, None]


def test_footnotes_stay_where_they_are_with_their_lines():
    found = tokens("正文[^注] 与 ^[行内]\n\n[^注]: 第一段\n\n    第二段\n\n尾")
    opening = next(token for token in found if token.type == "footnote_reference_open")
    assert (opening.meta["label"], opening.map) == ("注", [2, 6])
    assert kinds("[^注]") == ["paragraph_open", "inline", "paragraph_close"]
    assert [part.type for part in found[1].children] == ["text", "footnote_ref", "text"]


def test_a_link_definition_is_a_token():
    found = tokens("[甲]\n\n[甲]: https://a.example '题'\n[乙]: 这是一句话")
    definition = next(token for token in found if token.type == "definition")
    assert (definition.meta["label"], definition.meta["url"], definition.map) == ("甲", "https://a.example", [2, 3])
    assert found[-2].content == "[乙]: 这是一句话"


def test_cells_without_a_column_are_text_of_the_last_one():
    cells = [token.content for token in tokens("| 甲 | 乙 |\n|--|--|\n| 1 | 2 | 3 \\| 4 |\n1|2|\n| 5") if token.content]
    assert cells == ["甲", "乙", "1", "2 | 3 | 4", "1", "2", "5"]


@pytest.mark.parametrize("mark", ["#", ">", "-", "1.", "~~~"])
def test_what_begins_another_block_is_no_head_of_a_table(mark):
    assert "table_open" not in kinds(f"{mark} 题|甲\n-|-")


def test_deeper_containers_are_text():
    for text in ("> " * 40 + "底", "- " * 40 + "底", "[^a]: " * 40 + "底"):
        found = tokens(text)
        assert max(token.level for token in found) <= MAX_DEPTH + 3
        assert found[[token.type for token in found].index("inline")].content.endswith("底")


@given(st.text(alphabet="ab中\n -*>#|`$[]^:1.", max_size=80))
def test_maps_point_into_the_source(text):
    lines = text.count("\n") + 1
    spans = [token.map for token in tokens(text) if token.map]
    assert all(0 <= first < last <= lines for first, last in spans)
    tops = [token.map[0] for token in tokens(text) if token.map and token.level == 0 and token.nesting >= 0]
    assert all(earlier <= later for earlier, later in pairwise(tops))


# ── Time ────────────────────────────────────────────────────────────────────

UNITS = [
    *("[", "]", "![", "[^", "[a](", "[a](<b", "*", "*a", "**a ", "_a ", "*_", "~~a", "`", "`a``", "<", "&", "\\"),
    *("$", "$a ", "$$", "$$a ", "\\$ $", "http://", "https://a.example/(", "**中文。**后", "|", "a|b\n-|-\n"),
    *("> ", "- ", "- a\n", "> a\n", "$$a\n", "- $$a\n", "$$\na\n\n", "[a]: b\n", "[^a]: b\n", "[^a\n", "- [ ] a\n"),
]
WHOLE = {
    "a note, then its brackets": lambda size: "[^a]: b\n\n" + "[^" * (size // 2),
    "a definition, then brackets": lambda size: "[a]: b\n\n" + "[a" * (size // 2),
    "deep quotes, then lazy lines": lambda size: "> " * 20 + "a\n" + "a\n" * (size // 2),
    "items ever deeper": lambda size: "".join(" " * (2 * step) + "- a\n" for step in range(int(size**0.5))),
    "marks in marks": lambda size: "*a **b " * (size // 7),
    "ticks of every length": lambda size: "".join("`" * step + " " for step in range(int((2 * size) ** 0.5))),
}


def seconds(text):
    start = time.process_time()
    parser().parse(text, {})
    return time.process_time() - start


@pytest.mark.proof
@pytest.mark.parametrize("name", [*UNITS, *WHOLE])
def test_time_grows_with_length_only(name):
    """Four times the text takes about four times as long; what is quadratic takes sixteen times."""
    make = WHOLE.get(name, lambda size: name * (size // len(name)))
    short, long = make(4_000), make(16_000)
    for _ in range(3):
        ratio = seconds(long) / max(seconds(short), 0.01)
        if ratio < 9:
            return
    pytest.fail(f"{name!r}: {ratio:.1f} times as long")
