"""What is a work on a list and what is not, in the styles in which people write such lists."""

from __future__ import annotations

import pytest

from papers.lists.model import LinkDoc
from papers.lists.reader import read


def entries(text):
    return list(read(text).document.entries)


def only(text):
    (entry,) = entries(text)
    return entry


def test_a_linked_title_with_a_remark():
    entry = only("- [甲乙丙](https://example.org/a) - 先读这个。")
    assert (entry.title, entry.url, entry.note, entry.kind) == (
        "甲乙丙",
        "https://example.org/a",
        "先读这个。",
        "article",
    )


@pytest.mark.parametrize("between", [" - ", " – ", " — ", ": ", "：", " -- "])
def test_every_dash_and_colon_sets_a_remark_off(between):
    assert only(f"* [T](https://example.org/t){between}注释 A").note == "注释 A"


def test_a_bold_title_with_authors_venue_and_links_below():
    text = """+ **A Study of Nothing.**

    *Jane Doe, John Roe.* **ICLR, 2022.** [[pdf](./a.pdf)] [[arxiv](https://arxiv.org/abs/2401.00001)] [[project](https://github.com/a/b)]

    一句说明，**重点**。

    ```
    code
    ```
"""
    entry = only(text)
    assert (entry.title, entry.authors, entry.venue, entry.year) == (
        "A Study of Nothing",
        "Jane Doe, John Roe",
        "ICLR",
        2022,
    )
    assert entry.links == (
        LinkDoc("pdf", "./a.pdf"),
        LinkDoc("arxiv", "https://arxiv.org/abs/2401.00001"),
        LinkDoc("project", "https://github.com/a/b"),
    )
    assert (entry.url, entry.arxiv_id, entry.kind) == ("https://arxiv.org/abs/2401.00001", "2401.00001", "paper")
    assert entry.note == "一句说明，**重点**。\n\n```\ncode\n```"
    assert (entry.line, entry.end) == (1, 9)


def test_items_below_say_authors_venue_code_and_keywords():
    text = """- [Title of It](https://arxiv.org/abs/2401.00002)
  - Jane Doe, John Roe, and Ann Poe
  - Publisher: ACL 2023
  - Keyword: one, two
  - Code: [Official](https://github.com/a/c), [Other](https://github.com/a/d)
  - Dataset: [Set](https://huggingface.co/datasets/a/s)
  - Code: [none yet]()
"""
    entry = only(text)
    assert (entry.authors, entry.venue, entry.year) == ("Jane Doe, John Roe, and Ann Poe", "ACL", 2023)
    assert [(link.label, link.kind) for link in entry.links] == [
        ("Code: Official", "code"),
        ("Code: Other", "code"),
        ("Dataset: Set", "dataset"),
    ]
    assert entry.note == "- Keyword: one, two\n- Code: [none yet]()"


def test_rows_of_a_table():
    text = """| 时间 | 论文 | 机构 | Code | Stars |
|---|---|---|---|---|
| 2023-07 | [Big](https://arxiv.org/abs/2307.00001) | 某所 | [link](https://github.com/a/big) | 1.2k |
| 2024 | [Small](https://example.org/s) | - | | 30 |
"""
    big, small = entries(text)
    assert (big.title, big.year, big.stars, big.note) == ("Big", 2023, 1200, "时间: 2023-07; 机构: 某所")
    assert big.links == (LinkDoc("Code", "https://github.com/a/big"),)
    assert (small.title, small.year, small.stars, small.note) == ("Small", 2024, 30, "")


def test_a_table_of_something_else_is_text():
    text = "## 数据\n\n| 模型 | 大小 |\n|---|---|\n| 甲 | 7B |\n\n- [x](https://example.org)"
    (section,) = read(text).document.sections
    assert section.body == "| 模型 | 大小 |\n|---|---|\n| 甲 | 7B |"
    assert len(section.entries) == 1


def test_folds_and_nested_items_group_works():
    text = """## 模型

<details>
<summary><b>甲社</b></summary>

- [a](https://example.org/a)
</details>

- 小模型
  - [b](https://example.org/b)
  - 更小
    - [c](https://example.org/c)
- [d](https://example.org/d)
"""
    assert [(entry.title, entry.group) for entry in entries(text)] == [
        ("a", "甲社"),
        ("b", "小模型"),
        ("c", "小模型 / 更小"),
        ("d", ""),
    ]


def test_works_below_a_work_are_works():
    text = "- [Parent](https://example.org/p)\n  - [First Child](https://example.org/1) - 一\n  - [code](https://github.com/x/y)"
    parent, child = entries(text)
    assert (parent.title, child.title, child.group, child.note) == ("Parent", "First Child", "Parent", "一")


def test_headings_can_be_works():
    text = """## 模型
### 1. [甲模型](https://github.com/a/jia)
家族：甲

#### 概述
- 见 https://example.org/x

### 2. 乙模型
没有地址的。

## 其他
- [丙](https://example.org/c)
"""
    one, two, three = entries(text)
    assert (one.title, one.url, one.note) == (
        "甲模型",
        "https://github.com/a/jia",
        "家族：甲\n\n#### 概述\n- 见 https://example.org/x",
    )
    assert (two.title, two.url, two.note) == ("乙模型", None, "没有地址的。")
    assert three.title == "丙"
    assert [section.title for section in read(text).document.sections] == ["模型", "其他"]


@pytest.mark.parametrize(
    "line",
    [
        "- [目录](#目录)",
        "- 步骤：先洗数据，再切词。",
        "- **注意**：这里没有作品。",
        "- `code`: a technique that allows much.",
        "- 可以参考 [run.py](https://example.org/run.py) 再改一改",
        "1. 先写下问题。",
        "[README](README_en.md)",
        "看 [这里](https://example.org) 就行。",
        "```\n- [title](https://example.org)\n```",
        "<!--\n- [hidden](https://example.org)\n-->",
        "![图](https://example.org/x.png)",
        "+ ...",
    ],
)
def test_what_is_no_work(line):
    assert entries(f"## s\n\n{line}\n") == []
    (entry,) = entries(f"## s\n\n- [t](https://example.org/t)\n\n{line}\n")
    assert entry.after


@pytest.mark.parametrize(
    ("line", "title", "url"),
    [
        ("1. [有序](https://example.org/a)", "有序", "https://example.org/a"),
        ("-[没有空格](https://example.org/a)", "没有空格", "https://example.org/a"),
        ("- [x] [任务](https://example.org/a)", "任务", "https://example.org/a"),
        ("- 🔥 [火](https://example.org/a)", "🔥 火", "https://example.org/a"),
        ("- [**粗**](https://example.org/a)", "粗", "https://example.org/a"),
        ("- **[粗链](https://example.org/a)**", "粗链", "https://example.org/a"),
        ('- <a href="https://example.org/a">标签</a> 好', "标签", "https://example.org/a"),
        ("- [引用][r]\n\n[r]: https://example.org/a", "引用", "https://example.org/a"),
        ("- 标题在前 [[paper](https://example.org/a)]", "标题在前", "https://example.org/a"),
        ("- [Paper](https://example.org/a) 标题在后", "标题在后", "https://example.org/a"),
        ("- 工具：https://example.org/a", "工具", "https://example.org/a"),
        ("- <https://example.org/a>", "", "https://example.org/a"),
        ("https://arxiv.org/abs/2401.00003", "", "https://arxiv.org/abs/2401.00003"),
        ("**独行.** [[pdf](https://example.org/a)]", "独行", "https://example.org/a"),
        ("- [括号](https://example.org/a_(b))", "括号", "https://example.org/a_(b)"),
        ("- [破]([https://example.org/a) 了", "破", "https://example.org/a"),
    ],
)
def test_forms_of_a_work(line, title, url):
    entry = entries(f"## s\n\n{line}\n")[0]
    assert (entry.title, entry.url) == (title, url)


def test_tags_and_dates_before_a_title_are_kept():
    assert only("- [某站] [标题](https://example.org/a)").note == "[某站]"
    assert only("- 2023/07 [标题](https://example.org/a) - 好").note == "2023/07 好"
    assert only("- **[ICLR'24]** **[标题](https://example.org/a)**").note == "**[ICLR'24]**"


def test_stars_are_what_the_list_says():
    assert only("- [t](https://github.com/a/b) ⭐ 1,234 - n").stars == 1234
    badge = "[![Stars](https://img.shields.io/github/stars/a/b)](https://github.com/a/b)"
    entry = only(f"- [t](https://example.org/t) {badge}")
    assert (entry.stars, entry.links, entry.note) == (None, (LinkDoc("Stars", "https://github.com/a/b"),), badge)


def test_title_intro_and_text_between():
    text = """# 清单 [![badge](https://example.org/b.svg)](https://example.org)

前言。

## 一

说明。

- [a](https://example.org/a)

中间的话。

- [b](https://example.org/b)
"""
    doc = read(text).document
    assert doc.title == "清单"
    assert doc.intro == "[![badge](https://example.org/b.svg)](https://example.org)\n\n前言。"
    (section,) = doc.sections
    assert (section.title, section.level, section.body) == ("一", 2, "说明。")
    assert [entry.after for entry in section.entries] == ["中间的话。", ""]


def test_headings_in_html_and_by_underline():
    text = '<h1 align="center">\n  <img src="x.png"> 标题\n</h1>\n\n一节\n----\n- [a](https://example.org/a)'
    doc = read(text).document
    assert (doc.title, doc.intro, doc.sections[0].title) == ("标题", '<img src="x.png">', "一节")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(end):
    text = "# 题\n\n- [a](https://example.org/a)\n  - Code: [x](https://github.com/a/x)\n\n尾"
    assert read("\ufeff" + text.replace("\n", end)).document == read(text).document
