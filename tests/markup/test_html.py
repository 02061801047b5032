"""Members' text as HTML: every construct in the words of the stylesheet, nothing lost, nothing slow."""

import collections
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from markup import html, sanitizer
from markup.html import MAX_CHARACTERS, TextTooLong, render, render_inline
from tests import forbidden

OUT = 'rel="nofollow noopener noreferrer ugc"'
FORMULA = '<div class="formula" tabindex="0" role="group" aria-label="公式">'


def one(text, **options):
    """The HTML of a text without its last line end."""
    return render(text, **options).rstrip("\n")


# ── In a line ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**强调。**后文", "<strong>强调。</strong>后文"),
        ("*着重* 与 *stress*，*第 1 条*", '<em>着重</em> 与 <em lang="en">stress</em>，<em>第 1 条</em>'),
        ("*a `码`*", "<em>a <code>码</code></em>"),
        ("~~旧~~ 约~10 分", "<del>旧</del> 约~10 分"),
        ("`a<b`", "<code>a&lt;b</code>"),
        ("一  \n二\\\n三", "一<br>\n二<br>\n三"),
        ("一  \r\n二\rLatin", "一<br>\n二\nLatin"),
        ("<b>粗</b> & &lt;", "&lt;b&gt;粗&lt;/b&gt; &amp; &lt;"),
        ("复杂度$n$，", "复杂度<math><mi>n</mi></math>，"),
        ("$`n`$", "<math><mi>n</mi></math>"),
        (r"坏 $\frac{1}{$ 了", r'坏 <code class="bad-tex">\frac{1}{</code> 了'),
        (r"$\unknown<b>$", r'<code class="bad-tex">\unknown&lt;b&gt;</code>'),
        ("**$$x$$**", "<strong><math><mi>x</mi></math></strong>"),
    ],
)
def test_what_stands_in_a_line(text, expected):
    assert one(text) == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中文\n下一行", "中文下一行"),
        ("中文，\n下一行", "中文，下一行"),
        ("中文\nLatin\nwords\n中文", "中文\nLatin\nwords\n中文"),
        ("**中**\n文", "<strong>中</strong>文"),
        ("中\n`code`\n$n$", "中\n<code>code</code>\n<math><mi>n</mi></math>"),
        ("中\n[文](/x)", '中<a href="/x">文</a>'),
    ],
)
def test_a_line_end_between_han_is_no_space(text, expected):
    assert one(text) == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "看 https://a.example/b?c=d&e=f，好",
            f'看 <a class="bare" href="https://a.example/b?c=d&amp;e=f" {OUT}>https://a.example/b?c=d&amp;e=f</a>，好',
        ),
        ("[甲](https://a.example)", f'<a href="https://a.example" {OUT}>甲</a>'),
        ('[甲](https://a.example "题")', f'<a href="https://a.example" {OUT} title="题">甲</a>'),
        (
            "[https://a.example](https://a.example)",
            f'<a class="bare" href="https://a.example" {OUT}>https://a.example</a>',
        ),
        ("[甲](<https://a.example/a b>)", f'<a href="https://a.example/a%20b" {OUT}>甲</a>'),
        ("[甲](/papers/2307.09288/)", '<a href="/papers/2307.09288/">甲</a>'),
        ("<a@b.example>", '<a href="mailto:a@b.example">a@b.example</a>'),
        ("[甲](//evil.example)", "甲"),
        ("[甲](/\\evil.example)", "甲"),
        ("[甲](#乙)", "甲"),
        ("[甲](other.md)", "甲"),
        ("[甲](data:image/png;base64,AA)", "甲"),
        ("[甲](https://a<b/)", "甲"),
        ("[甲](javascript:alert(1))", "[甲](javascript:alert(1))"),
        ("[*甲*]()", "<em>甲</em>"),
    ],
)
def test_links(text, expected):
    assert one(text) == f"<p>{expected}</p>"


def test_trackers_leave_the_link_and_stay_in_the_text():
    address = "https://www.bilibili.com/video/BV1xx411c7mD/?vd_source=0a1b"
    assert one(f"{address}，").startswith('<p><a class="bare" href="https://www.bilibili.com/video/BV1xx411c7mD/"')
    assert forbidden.text_of(one(address)) == address


def test_a_picture_of_another_site_is_a_link():
    assert one("![图](https://a.example/b.png)") == f'<p><a href="https://a.example/b.png" {OUT}>图</a></p>'
    assert one("![](https://a.example/b.png)") == f'<p><a href="https://a.example/b.png" {OUT}>a.example/b.png</a></p>'
    assert one("[![图](https://a.example/b.png)](/x)") == '<p><a href="/x">图</a></p>'
    assert one("![图](data:image/png;base64,AA)") == "<p>图</p>"


def test_a_picture_of_this_site_is_shown():
    assert one("![图 *甲*](/media/a/b-1.png)") == '<p><img src="/media/a/b-1.png" alt="图 甲" loading="lazy"></p>'
    for path in (
        "/media/../accounts/logout/",
        "/accounts/logout/",
        "/media/%2e%2e/x",
        "/media//evil.example/x",
        "/media/",
    ):
        assert "<img" not in one(f"![图]({path})"), path


# ── Blocks ──────────────────────────────────────────────────────────────────


def test_headings_begin_where_the_page_wants_and_follow_each_other():
    assert one("# 甲\n\n### 乙\n\n# 丙", heading_base=3) == "<h3>甲</h3>\n<h4>乙</h4>\n<h3>丙</h3>"
    assert one("## 甲", heading_base=2) == "<h2>甲</h2>"
    assert one("###### 甲", heading_base=1) == "<h1>甲</h1>"
    levels = "\n\n".join("#" * level + " 甲" for level in range(1, 7))
    assert re.findall(r"<h(\d)>", one(levels, heading_base=4)) == ["4", "5", "6", "6", "6", "6"]


def test_lists_quotes_and_rules():
    assert one("- 甲\n- 乙\n\n> 丙\n\n---\n\n3. 丁") == (
        "<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>\n<blockquote>\n<p>丙</p>\n</blockquote>\n<hr>\n"
        '<ol start="3">\n<li>丁</li>\n</ol>'
    )


def test_tasks_say_their_state():
    assert one("- [ ] 甲\n- [x] 乙") == (
        '<ul>\n<li class="task"><span class="task-box" role="img" aria-label="未完成">☐</span> 甲</li>\n'
        '<li class="task"><span class="task-box" role="img" aria-label="已完成">☑</span> 乙</li>\n</ul>'
    )
    assert '<li class="task"><p><span' in one("- [ ] 甲\n\n- [x] 乙")
    assert one("- [x] # 甲").startswith('<ul>\n<li class="task"><span')


def test_tables_scroll_and_numbers_stand_on_the_right():
    assert one("| 模型 | 参数 | 注 |\n|:--|--:|:-:|\n| 甲 | 7 | `a` |") == (
        '<div class="scroll" tabindex="0" role="region" aria-label="表格"><table>\n<thead>\n'
        '<tr><th>模型</th><th class="figure">参数</th><th class="center">注</th></tr>\n</thead>\n<tbody>\n'
        '<tr><td>甲</td><td class="figure">7</td><td class="center"><code>a</code></td></tr>\n</tbody>\n</table></div>'
    )


def test_code_can_be_scrolled_and_is_marked():
    opening = '<pre tabindex="0" role="group" aria-label="代码"><code>'
    assert one("```python title\ndef f(): # <\n```") == (
        f'{opening}<span class="k">def</span> <span class="f">f</span>(): <span class="c"># &lt;</span></code></pre>'
    )
    assert one("    缩进\n    <b>") == f"{opening}缩进\n&lt;b&gt;</code></pre>"
    assert one("``` 一句话\nx\n```") == f"{opening}一句话\nx</code></pre>"


def test_formulas_on_their_own():
    assert one("$$\nx\n$$") == f'{FORMULA}<math display="block"><mi>x</mi></math></div>'
    assert one("```math\nx\n```") == one("$$\nx\n$$")
    assert one("$$\n\\bad\n$$") == '<p><code class="bad-tex">\\bad</code></p>'


def test_a_formula_splits_its_paragraph():
    formula = f'{FORMULA}<math display="block"><mi>x</mi></math></div>'
    assert one("前 $$x$$ 后") == f"<p>前</p>\n{formula}\n<p>后</p>"
    assert one("- 前 $$x$$ 后") == f"<ul>\n<li>前{formula}\n后</li>\n</ul>"
    assert one("$$x$$，$$x$$") == f"{formula}\n<p>，</p>\n{formula}"


def test_a_long_formula_stands_on_its_own():
    """Look §11: a formula wider than a phone must not stand in a line."""
    long = "+".join(f"x_{{{number}}}" for number in range(20))
    assert FORMULA in one(f"所以 ${long}$ 成立")
    assert FORMULA not in one(f"所以 **${long}$** 成立")
    assert FORMULA not in one(f"# ${long}$")
    assert FORMULA not in one("所以 $x_1+x_2$ 成立")
    assert FORMULA in one(r"所以 $x \tag{1}$ 成立")


def test_footnotes_are_those_of_their_post():
    text = "甲[^注]，乙[^注]，丙[^二]。\n\n[^二]: 第二条\n[^注]: 第一条\n\n    又一段"
    sign = '<sup><a class="footnote-ref" href="#a7-fn{0}" id="a7-fr{0}-{1}" aria-label="脚注 {0}">{0}</a></sup>'
    back = ' <a href="#a7-fr{0}-{1}" aria-label="回到正文">↩\ufe0e</a>'
    assert one(text, prefix="a7-") == (
        f"<p>甲{sign.format(1, 1)}，乙{sign.format(1, 2)}，丙{sign.format(2, 1)}。</p>\n"
        '<ol class="footnotes">\n'
        f'<li id="a7-fn1"><p>第一条</p>\n<p>又一段{back.format(1, 1)}{back.format(1, 2)}</p>\n</li>\n'
        f'<li id="a7-fn2"><p>第二条{back.format(2, 1)}</p>\n</li>\n</ol>'
    )


def test_no_footnote_is_dropped():
    result = one("甲[^a]\n\n[^a]: 一\n[^b]: 没人提到\n[^a]: 同名\n\n> [^c]: 引用里 [^d]: 里面的里面")
    assert re.findall(r'<li id="(fn\d)"><p>(\S+)', result) == [
        ("fn1", "一"),
        ("fn2", "没人提到</p>"),
        ("fn3", "同名</p>"),
        ("fn4", "引用里"),
    ]
    assert "里面的里面" in result


def test_a_link_definition_that_is_not_used_is_text():
    link = f'<a class="bare" href="https://a.example" {OUT}>https://a.example</a>'
    assert one("[甲]\n\n[甲]: https://a.example") == f'<p><a href="https://a.example" {OUT}>甲</a></p>'
    assert one('[甲]: https://a.example "题"') == f'<p>[甲]: {link} "题"</p>'
    assert one("[甲]\n\n[甲]: https://a.example\n[甲]: /b").endswith('[甲]: <a class="bare" href="/b">/b</a></p>')
    assert one("[甲]: 不是地址") == "<p>[甲]: 不是地址</p>"


# ── Titles ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**SW** : 自己做了个 repo", "<strong>SW</strong> : 自己做了个 repo"),
        (
            "线性注意力 $O(n)$",
            '线性注意力 <math><mi>O</mi><mo stretchy="false">(</mo><mi>n</mi><mo stretchy="false">)</mo></math>',
        ),
        ("[甲](https://a.example) 与 https://b.example", "甲 与 https://b.example"),
        ("![图](/media/a.png)", "图"),
        ("甲[^1] $$x$$", "甲[^1] <math><mi>x</mi></math>"),
        ("# 甲", "# 甲"),
        ("- 甲\n乙  \n丙", "- 甲乙 丙"),
        ("Llama\n2", "Llama 2"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("", ""),
    ],
)
def test_a_title_is_one_line_without_links(text, expected):
    assert render_inline(text) == expected


# ── Bad input ───────────────────────────────────────────────────────────────


def test_what_is_too_long_is_refused_with_its_length():
    for act in (render, render_inline):
        act("中" * MAX_CHARACTERS)
        with pytest.raises(TextTooLong, match=str(MAX_CHARACTERS + 1)) as refused:
            act("中" * (MAX_CHARACTERS + 1))
        assert refused.value.length == MAX_CHARACTERS + 1


def test_a_prefix_and_a_base_are_judged():
    for options in ({"prefix": 'a"b'}, {"prefix": "中"}, {"heading_base": 0}, {"heading_base": 7}):
        with pytest.raises(ValueError, match="not a"):
            render("甲", **options)


@pytest.mark.parametrize("act", [lambda text: one(text)[3:-4], render_inline])
def test_characters_that_cannot_be_shown(act):
    assert act("a\x00b\ud800c\x1bd\x85e\ufffff") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"
    assert act("a\u202eb\u2066c\u2069") == "abc"
    assert act("e\u0301 \u200d 👩\u200d🔬") == "e\u0301 \u200d 👩\u200d🔬"


@given(st.text(alphabet=st.characters(), max_size=60))
@example("\ud83d\ude00")
def test_no_character_breaks_anything(text):
    for result in (render(text), render_inline(text)):
        result.encode()
        assert forbidden.found(result) == []


# ── Laws ────────────────────────────────────────────────────────────────────

HAN = "中文测试标题内容模型数据学习语言强调"
PIECES = [
    *HAN,
    *("*", "**", "_", "__", "~~", "~", "`", "``", "```", "$", "$$", "[", "]", "(", ")", "](", "!", "![", "<", ">"),
    *("[^1]", "[^1]: ", "[a]", "[a]: ", "> ", "- ", "1. ", "2) ", "# ", "## ", "- [ ] ", "---\n", "===\n"),
    *("\n", "\n\n", "  \n", "\n    ", "\t", "|", "|-|\n", "|a|b|\n|-|-|\n", "\\", "&", "&amp;", "\\$", "/"),
    *("https://a.example/x", "http://", "，", "。", "（", "）", " ", "  ", "a", "b1", '"', "'", ":"),
    *("\\frac{", "}", "^", "\\\\", "%", "{"),
]
documents = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(documents, st.sampled_from(["", "a7-"]), st.integers(1, 6))
def test_html_is_safe_and_sanitising_it_again_changes_nothing(text, prefix, base):
    result = render(text, prefix=prefix, heading_base=base)
    assert forbidden.found(result) == []
    assert sanitizer.clean(result) == result
    assert {name for name in re.findall(r' (?:id|href)="#?([^"]*f[nr]\d[^"]*)"', result) if prefix not in name} == set()
    title = render_inline(text)
    assert forbidden.found(title) == []
    assert not re.search(r"<(?:a|img|p|li|h\d|div)\b", title)


@given(documents)
def test_every_han_character_is_somewhere(text):
    _, shown, values = forbidden.read(render(text))
    missing = collections.Counter(char for char in text if char in HAN)
    missing.subtract(collections.Counter(shown + "".join(values)))
    assert +missing == collections.Counter()


@given(documents.filter(lambda text: "](" not in text))
def test_every_han_character_of_a_title_is_shown(text):
    missing = collections.Counter(char for char in text if char in HAN)
    missing.subtract(collections.Counter(forbidden.text_of(render_inline(text))))
    assert +missing == collections.Counter()


@given(documents)
def test_every_way_back_leads_to_a_sign(text):
    result = render(text)
    ids = set(re.findall(r' id="([^"]*)"', result))
    assert set(re.findall(r'href="#([^"]*)"', result)) <= ids
    assert len(re.findall(r' id="', result)) == len(ids)


# ── Time ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "unit", ["*a", "[a](https://b.example/c) ", "[^a]\n", "$x^2$ ", "![a](/media/b.png)", "- [ ] a\n"]
)
def test_time_grows_with_length_only(unit):
    def seconds(size):
        text = unit * (size // len(unit)) + "\n\n[^a]: x"
        start = time.process_time()
        render(text)
        return time.process_time() - start

    for _ in range(3):
        ratio = seconds(20_000) / max(seconds(5_000), 0.01)
        if ratio < 9:
            return
    pytest.fail(f"{ratio:.1f} times as long")


def test_texts_may_be_rendered_at_the_same_time():
    texts = [f"**甲{number}** $x_{number}$ [乙](https://a.example/{number})[^1]\n\n[^1]: 丙" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(render, texts * 5)) == [render(text) for text in texts] * 5


def test_the_version_is_a_number_to_compare():
    assert isinstance(html.HTML_VERSION, int)
    assert html.HTML_VERSION >= 1


def test_a_page_break_of_a_pdf_ends_a_line():
    assert render("前一页\f后一页") == render("前一页\n后一页")
    assert "\ufffd" not in render("前一页\n\f\n后一页")
