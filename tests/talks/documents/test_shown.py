"""What a channel is given of a document: the letters that readers of the site see, and whole questions as headings."""

from __future__ import annotations

import pytest

from markup.targets import convert
from talks.documents.escapes import guarded
from talks.documents.reader import read
from talks.documents.shown import shown_document, shown_line, with_whole_heading
from talks.documents.writer import write

HEAD = "# OpenLLM Talk 041\n\n"


def exported(text: str, to: str = "github") -> str:
    return convert(guarded(write(shown_document(read(text, name="041.md").document))), to).text


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (r"tiny\_bench 的第二版", "tiny_bench 的第二版"),
        ("模板 <https://a.example/t>；照着写", "模板 https://a.example/t；照着写"),
        (r"**粗体** 和 \_下划线", "**粗体** 和 _下划线"),
        ("A &amp; B", "A & B"),
        (r"讲 \_\_init\_\_ 的用法", "讲 __init__ 的用法"),
        (r"**讲** \_\_init\_\_", "**讲** `__init__`"),
        (r"[tiny\_bench](https://a.example/b)", "[tiny_bench](https://a.example/b)"),
        ("没有转义", "没有转义"),
    ],
)
def test_a_line_has_the_letters_that_readers_see(stored, shown):
    assert shown_line(stored) == shown


@pytest.mark.parametrize("to", ["github", "zhihu"])
def test_escapes_of_titles_and_labels_are_seen_by_nobody(to):
    text = HEAD + (
        "【建议区】：读 tiny\\_code\n\n## 本周新闻\n\n【建议区】：再读 tiny\\_code\n\n"
        "### 项目\n\n#### tiny\\_bench 榜单\n\n<https://a.example/b>\n\n"
        "## 参考资料\n\n- tiny\\_ref <https://a.example/r>\n"
    )
    made = exported(text, to)
    assert "\\_" not in made
    assert made.count("tiny_code") == 2
    assert "tiny_bench 榜单" in made


def test_an_address_in_brackets_keeps_one_pair():
    text = HEAD + "【talk 模板】：<https://a.example/t>；照着写\n\n## 本周新闻\n"
    assert "【talk 模板】：<https://a.example/t>；照着写" in exported(text)
    assert "【talk 模板】：[https://a.example/t](https://a.example/t)；照着写" in exported(text, "zhihu")


BODIES = ["其他：\n\n还没有。", "先看这个：\n\n【OpenLLM 001】旧文：一篇", "refs:", "说明\n\n**项目**\n\n再说。"]


@pytest.mark.parametrize("body", BODIES)
def test_a_line_that_looks_like_structure_shows_no_backslash(body):
    doc = read(HEAD + "## 本周实践\n").document
    doc = type(doc)(**{**vars_of(doc), "sections": (with_body(doc.sections[0], body),)})
    text = convert(guarded(write(doc)), "github").text
    assert "\\" not in text
    assert read(text).document.sections[0].body == body
    assert convert(text, "github").text == text
    zhihu = convert(guarded(write(doc)), "zhihu").text
    assert "\\" not in zhihu
    assert "<span>" not in zhihu


def vars_of(value):
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}


def with_body(section, body):
    return type(section)(**{**vars_of(section), "body": body})


def test_a_guard_that_a_member_wrote_comes_back():
    doc = read(HEAD + "## 本周实践\n").document
    doc = type(doc)(**{**vars_of(doc), "sections": (with_body(doc.sections[0], "<span></span>其他：\n\nx"),)})
    assert read(write(doc)).document.sections[0].body == "<span></span>其他：\n\nx"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("一个数乘以一个非常大的数\n字，会得到什么？", "一个数乘以一个非常大的数字，会得到什么？"),
        ("use of\nlong words?", "use of long words?"),
        (
            "长" * 50 + "\n" + "问" * 20 + "？后面\n还有说明。",
            "长" * 50 + "问" * 20 + "？后面还有说明。",
        ),
        (
            "长" * 60 + "\n" + "问" * 20 + "？后面\n还有说明。\n\n第二段",
            "长" * 60 + "问" * 20 + "？\n后面还有说明。\n\n第二段",
        ),
        ("有断行  \n要保留", "有断行  \n要保留"),
        ("一段\n- 一\n- 二", "一段\n- 一\n- 二"),
    ],
)
def test_the_heading_of_a_question_is_whole(body, expected):
    assert with_whole_heading(body) == expected


def test_a_wrapped_question_is_one_heading_and_one_entry_of_the_contents():
    text = HEAD + "## Free Talk\n\n### 线上讨论\n\n1. 一个数乘以一个非常大的数\n字，会得到什么？\n\n答：不知道。\n"
    doc = shown_document(read(text, name="041.md").document)
    made = convert(guarded(write(doc)), "github", {"toc": "true"}).text
    assert "#### 1. 一个数乘以一个非常大的数字，会得到什么？" in made.split("\n")
    assert "[1. 一个数乘以一个非常大的数字，会得到什么？]" in made
    assert "**1. 一个数乘以一个非常大的数字，会得到什么？**" in convert(write(doc), "zhihu").text


@pytest.mark.parametrize("number", ["问：", "3. "])
def test_a_question_that_begins_in_bold_is_its_own_heading(number):
    text = HEAD + f"## Free Talk\n\n### 线上讨论\n\n#### {number}**粗体**的问题一行完？\n\n答：**结论**：好。\n"
    doc = read(text).document
    assert (doc.questions[0].body, doc.questions[0].answers[0].body) == ("**粗体**的问题一行完？", "**结论**：好。")
    assert f"#### {number}**粗体**的问题一行完？" in write(doc).split("\n")
    assert "答：**结论**：好。" in write(doc).split("\n")
