"""Documents as text of the dialect: verbatim while nothing changed, renewed where it did, protected where needed."""

from dataclasses import replace

import pytest

from markup.targets import convert
from talks.documents.escapes import protected
from talks.documents.model import AnswerDoc, Label, QuestionDoc, Reference
from talks.documents.normal import normal
from talks.documents.reader import read
from talks.documents.writer import write

TEXT = """# OpenLLM Talk 041：专场

## 序章

### 背景介绍

【缘起】：一次讨论

### 本期记录

【编号】：OpenLLM Talk 041 (三位数)

【时间】：20240302 晚上九点（每周六）

【本期提要】：甲；乙；

【主持人】：甲木（后续每期由大家自行认领）

【talk 视频】：录像

<https://www.bilibili.com/video/BV1xx411c7mD/>

## 本周新闻

【本周新闻】：新闻；共~10 分钟；

【贡献者】：

### 学术

注：论文+重点

#### 一篇论文 - 乙火的文章 - 知乎--强烈推荐

<https://arxiv.org/abs/2401.00001>

#### 没有地址

说明

## Free Talk

【Free Talk】自由讨论；

### 线上讨论:

#### 1. 第一个问题？

【提问者】：丙土

答：第一个回答

1. 其一
2. 其二

【回答者】：甲木

##### 追问：那么呢？

【提问者】：丁金

答：

##### 附注

时间关系

#### 2. 第二个问题？

答：

## 参考资料

- 资料 <https://a.example/1>

## 后续计划

- 计划一，P0；

## 加入/赞助我们

欢迎。

## 往期精彩

- 【OpenLLM Talk 040】上一期 <https://a.example/40>
"""


@pytest.fixture
def doc():
    return read(TEXT).document


def test_a_document_of_our_own_is_written_as_it_was(doc):
    assert write(doc) == TEXT


def test_it_says_what_it_seems_to_say(doc):
    question = doc.questions[0]
    assert doc.title == "专场"
    assert question.answers == (AnswerDoc("甲木", "第一个回答\n\n1. 其一\n2. 其二"),)
    assert (question.follow_ups[0].asker, question.after) == ("丁金", "时间关系")
    assert read(TEXT).problems == ()


def test_labels_stay_verbatim_until_their_value_changes(doc):
    assert "【主持人】：甲木（后续每期由大家自行认领）\n" in write(replace(doc, title=None))
    changed = write(replace(doc, hosts=("甲木", "乙、火")))
    assert "【主持人】：甲木、「乙、火」\n" in changed
    assert read(changed).document.hosts == ("甲木", "乙、火")


def test_a_changed_time_renews_its_label(doc):
    later = doc.starts_at.replace(day=9)
    assert "【时间】：20240309 晚上九点（每周六）\n" in write(replace(doc, starts_at=later))
    earlier = doc.starts_at.replace(hour=20)
    assert "【时间】：20240302 20:00（晚上九点（每周六））\n" in write(replace(doc, starts_at=earlier))
    assert read(write(replace(doc, starts_at=earlier))).document.starts_at == earlier


def test_values_without_labels_get_some():
    doc = replace(read("OpenLLM Talk 041\n").document, hosts=("甲木",), highlights=("一", "二"))
    assert write(doc).startswith("# OpenLLM Talk 041\n\n【主持人】：甲木\n\n【本期提要】：一；二\n")
    assert normal(doc).labels == (Label("主持人", "甲木"), Label("本期提要", "一；二"))


def test_lines_of_a_body_that_look_like_structure_get_one_backslash(doc):
    body = "## 本周新闻\n普通一行\n【贡献者】：x\n答：y\n1. 列表\n\\# 已有\n```\n# 代码\n```\n项目"
    text = write(replace(doc, questions=(QuestionDoc("online", 1, None, "问？", (AnswerDoc(None, body),), (), ""),)))
    assert (
        "答：\n\n\\## 本周新闻\n普通一行\n\\【贡献者】：x\n\\答：y\n1. 列表\n\\\\# 已有\n```\n# 代码\n```\n\\项目\n"
        in text
    )
    assert read(text).document.questions[0].answers[0].body == body


def test_a_guard_stands_where_a_backslash_would_change_the_line_or_be_gone():
    assert protected("[题]: 新闻\n#新闻\n答：$x$") == ["[题]: 新闻", "<span></span>#新闻", "<span></span>答：$x$"]
    assert protected("&emsp;答：好") == ["<span></span>&emsp;答：好"]
    assert protected("# 题\n【贡献者】：甲木") == ["\\# 题", "\\【贡献者】：甲木"]


def test_blank_lines_at_the_ends_of_a_body_stand_apart():
    assert protected("\n好\n\n ") == ["\\", "", "好", "", " ", "\\"]
    assert protected("好\n\n好") == ["好", "", "好"]


def test_a_signed_line_needs_no_mark():
    assert protected("好 —甲木\n再说 —甲木") == ["好 —甲木", "再说 —甲木"]


def test_an_open_fence_in_a_body_is_protected():
    assert protected("```\n未关\n\n末行") == ["\\```", "未关", "", "末行"]


def test_names_titles_and_addresses_cannot_break_out(doc):
    item = doc.sections[0].items[0]
    evil = replace(
        item, title="## 本周推荐", author="】：\\", site="[x](https://a.example)", remark="<b>", group="# 一级"
    )
    question = replace(doc.questions[0], asker="## x", body="#### 9. 假问题\n\n## 参考资料")
    settled = normal(
        replace(doc, sections=(replace(doc.sections[0], items=(evil,)), doc.sections[1]), questions=(question,))
    )
    assert read(write(settled)).document == settled


def test_recordings_that_the_label_does_not_say_are_spelled_out(doc):
    recording = replace(doc.recordings[0], title="上半场", offset_seconds=90)
    text = write(replace(doc, recordings=(recording, doc.recordings[0])))
    assert "【录像记录 bilibili 90】：上半场 <https://www.bilibili.com/video/BV1xx411c7mD/>\n" in text
    assert read(text).document.recordings == (recording, doc.recordings[0])
    assert read(write(replace(doc, recordings=()))).document.recordings == ()


def test_the_same_document_gives_the_same_bytes(doc):
    assert write(doc).encode() == write(read(write(doc)).document).encode()


def test_what_an_exporter_derives_is_not_read_again(doc):
    text = TEXT.replace(
        "\n\n## 序章", "\n\n<!-- generated -->\n\n## 目录\n\n- [序章](#序章)\n\n<!-- /generated -->\n\n## 序章", 1
    )
    reading = read(text)
    assert reading.document == doc
    assert {claim.kind for line, claim in reading.claims.items() if 3 <= line <= 9} == {"generated"}
    kept = replace(doc, plans_body="<!-- generated -->\nx\n<!-- /generated -->")
    assert read(write(kept)).document == kept


@pytest.mark.parametrize(
    "text",
    ["共~10 分钟；~15 分钟", "看 https://a.example/b_c，好", "<https://a.example/x>", r"share\_source", "a_b*c*d", "**甲**、乙",
     "[题](https://a.example/e)", "&lt;b&gt; <br> <details>", "1. 一", "`x`", "$5 与 $6", r"C:\temp\~x", "@某人 #12", "x #", "「\\\\」"],
)  # fmt: skip
def test_a_label_comes_back_from_github_as_it_was(doc, text):
    labels = (*doc.labels, Label("自定", text))
    section = replace(doc.sections[0], labels=(*doc.sections[0].labels, Label("其他说明", text)))
    wanted = replace(doc, labels=labels, sections=(section, *doc.sections[1:]), references=(Reference(text, None),))
    read_back = read(convert(write(wanted), "github").text).document
    assert (read_back.labels, read_back.sections[0].labels) == (labels, section.labels)
    assert read_back.references == (Reference(text, None),)
    assert read(write(wanted)).document == wanted


def test_a_label_keeps_its_formula_for_github(doc):
    text = convert(write(replace(doc, labels=(*doc.labels, Label("自定", "共~10 分钟 $x_i$ 时_")))), "github").text
    assert "$`x_i`$ 时" in text


@pytest.mark.parametrize("number", [1, 999, 1000, 2023, 999_999])
@pytest.mark.parametrize("kind", ["regular", "special"])
def test_every_number_comes_back_from_github(doc, kind, number):
    asked = QuestionDoc("online", number, None, "问？", (), (), "")
    text = convert(write(replace(doc, kind=kind, number=number, past=(), questions=(asked,))), "github").text
    found = read(text).document
    assert (found.kind, found.number, [one.number for one in found.questions]) == (kind, number, [number])


def test_a_fence_in_a_list_that_ends_before_it_swallows_nothing(doc):
    body = "1. 甲\n   ```\n乙\n````"
    wanted = replace(doc, questions=(QuestionDoc("online", 1, None, "问？", (AnswerDoc(None, body),), (), ""),))
    assert read(write(wanted)).document == wanted
    assert read(convert(write(wanted), "github").text).document.references == wanted.references
