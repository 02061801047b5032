"""Lists that nobody wrote: every field filled at random, texts full of lines that look like entries."""

from __future__ import annotations

from hypothesis import strategies as st

from papers.lists import kinds
from papers.lists.model import EntryDoc, LinkDoc, ListDoc, SectionDoc

# Lines that mean something at the wrong place.
STRUCTURE = [
    "# 清单", "## 论文", "### 1. [题](https://h.example)", "#### 2. 无链接", "##", "题\n===", "<h2 align=\"center\">题</h2>", "<h2>", "## [a](https://h2.example) ##",
    "- [甲](https://a.example/1)", "* [乙](https://b.example) - 好", "+ **丙.**", "1. [丁](https://arxiv.org/abs/2401.00001)：注", "- 普通一条", "-[戊](https://c.example)",
    "- **粗体**: 说明", "- [ ] [任务](https://d.example)", "  - Authors: Jane Doe, John Roe", "  - Code: [Official](https://e.example)", "  - Year: 2020", "  - Code: [x]()",
    "- Venue: ACL 2020", "  - [子](https://f.example)", "- 分类\n  - [孙](https://g.example)", "- Keyword: a, b",
    "*Jane Doe, John Roe.* **ACL, 2021.** [[pdf](https://i.example/x.pdf)]", "*林一*", "**ICLR, 2022.**", "[[code](https://j.example)]", "⭐ 123", "⭐ 1.2k",
    "| 论文 | 时间 |\n|---|---|\n| [表](https://k.example) | 2023 |", "| a | b |\n|---|---|\n| c | d |", "| a |", "|---|", "a | b",
    "<details>", "<details open>\n<summary>更多</summary>", "<summary> s </summary>", "</details>", "<details><summary><b>x</b></summary>",
    "<!-- 注释 -->", "<!--", "-->", "<!-- text 1 -->", "<!-- /text 1 -->", "<!-- text 2 -->", "<!-- model -->", "<!-- paper -->",
    "https://arxiv.org/abs/2302.00001", "<https://l.example/x_y>", "[独](https://arxiv.org/abs/2303.00001)", "**独行.** [[pdf](https://m.example/a.pdf)]", "[n]: https://n.example", "[a][n]", "[^1]: 注", "![图](x.png)",
    "[![Star](https://img.shields.io/github/stars/a/b)](https://github.com/a/b)", "<a href=\"https://o.example\">链</a>", "<br>", "<img src=\"y.png\" alt=\"y\">",
    "```", "```python", "~~~", "    ```", "$$", "$x$", "> 引用 [q](https://q.example)", "---", "***", "___", "===", "- - -", "----",
    "\\", "\\- x", "\\[a](https://r.example)", "`[c](https://s.example)`", "*", "**", "`", "[", "]", "](", ")", "_x_", "***z***", "\u200b", "a\tb", "\tx", "    缩进", "   三格", "尾 ", "", "", "   ", "&lt;b&gt;", "et al.", "...", "好。", "什么？",
    "- text - [t](https://t.example) 之后", "相关：[u](https://u.example)", "[Tag] [v](https://v.example)", "2023/07 [w](https://w.example)", "- [toc](#toc)", "x\x0by", "\u2028",
]  # fmt: skip

_ANY = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r\n"), max_size=24)
line = st.one_of(
    st.sampled_from(STRUCTURE),
    _ANY,
    st.tuples(st.sampled_from(STRUCTURE), st.sampled_from(STRUCTURE)).map(lambda two: f"{two[0]} {two[1]}"),
    st.sampled_from(STRUCTURE).map(lambda text: f"  {text}"),
)
body = st.one_of(st.just(""), st.just(""), st.lists(line, min_size=1, max_size=5).map("\n".join))
title = st.one_of(st.sampled_from(["注意力就是全部", "A Study of Alpha: Beta", "Paper", "code"]), line)
url = st.one_of(
    st.sampled_from(
        [
            *("https://arxiv.org/abs/2401.00001", "https://github.com/a/b", "./docs/a.pdf", "https://a.example/(b)_c"),
            *("https://huggingface.co/a/b", "#x", "https://a.example/a b", "http://x.example/?q=[1]", "mailto:a@b.example"),
            *("/path", "README_zh.md", "https://a.example/a)b", "https://a.example/\\x", "javascript:alert(1)"),
        ]
    ),
    st.text("abcxyz0189/-_.~%?=&#()[]*", max_size=12).map(lambda path: f"https://a.example/{path}"),
)  # fmt: skip
link = st.builds(LinkDoc, st.one_of(st.sampled_from(["pdf", "代码", "", "Code: Official"]), line), url)
entries = st.builds(
    EntryDoc,
    title=st.one_of(title, st.just("")),
    kind=st.sampled_from(kinds.KINDS),
    url=st.none() | url,
    group=st.one_of(st.just(""), st.just(""), st.sampled_from(["更多", "A / B", "<b>", "x </summary>"]), line),
    authors=st.one_of(st.just(""), st.sampled_from(["Jane Doe, John Roe", "林一", "et al."]), line),
    venue=st.one_of(st.just(""), st.sampled_from(["ICLR", "ACL, 2020", "arxiv"]), line),
    year=st.none() | st.integers(1900, 2099),
    links=st.lists(link, max_size=3).map(tuple),
    note=body,
    stars=st.none() | st.integers(0, 2_000_000),
    after=body,
)
sections = st.builds(SectionDoc, title, st.integers(0, 6), body, st.lists(entries, max_size=4).map(tuple))
lists = st.builds(ListDoc, st.one_of(st.just(""), title), body, st.lists(sections, max_size=3).map(tuple))
texts = st.lists(line, min_size=1, max_size=40).map("\n".join)
