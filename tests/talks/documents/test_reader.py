"""Whole documents in the styles real people use: headings marked or not, wrapped, traditional, reordered."""
# ruff: noqa: W291, W293

import pytest

from talks.documents.model import Label
from talks.documents.normal import normal
from talks.documents.reader import read
from talks.documents.writer import write


def document(text, name="041.md"):
    return read(text, name=name).document


def doubts(text, name="041.md"):
    return [(one.line, one.code) for one in read(text, name=name).problems]


def kinds(doc):
    return [(section.kind, section.title) for section in doc.sections]


HEAD = """{0}OpenLLM Talk 041{1}

{0}本期记录{1}

【编号】：OpenLLM Talk 041 (三位数)

【时间】：20240302 晚上九点（每周六）

【本期提要】：长上下文；Agent；

【主持人】：甲木、乙火（自行认领）

【编辑】：（最好由主持人兼任）

【版块负责人】：多人

【talk 视频】：【第四十一期录像】

<https://www.bilibili.com/video/BV1xx411c7mD/?t=610&vd_source=abc>
"""
BODY = """
{0}本周新闻{1}

【本周新闻】：新闻和进展；共~10 分钟；

【贡献者】：

【建议区】：多收一些；写个摘要；

{0}学术{1}

注：论文+重点

一种新的注意力

<https://arxiv.org/abs/2401.00001v2>

{0}项目{1}

某框架 - 丙土的文章 - 知乎--强烈推荐

<https://zhuanlan.zhihu.com/p/1>

{0}本周经典-optional{1}

【本周经典】：经典话题；~15 分钟；

{0}Free Talk{1}

【Free Talk】自由讨论；

【贡献者】：甲木（编辑）+OpenLLM 群友

{0}线上讨论:{1}

1. 第一个问题？—丁金

答：是的。 -甲木

2. 第二个问题？

{0}后续计划{1}

- 计划一，P0；
"""


@pytest.mark.parametrize("marks", [("## ", ""), ("**", "**"), ("### **", "**"), ("", ""), ("# ", " #")])
def test_headings_in_any_style_mean_the_same(marks):
    doc = document((HEAD + BODY).format(*marks))
    assert doc.hosts == ("甲木", "乙火")
    assert doc.editors == doc.leads == ()
    assert doc.highlights == ("长上下文", "Agent")
    assert doc.time_text == "晚上九点（每周六）"
    assert doc.starts_at.isoformat() == "2024-03-02T21:00:00+08:00"
    assert kinds(doc) == [("news", "本周新闻"), ("classic", "本周经典-optional"), ("free_talk", "Free Talk")]
    news, classic, talk = doc.sections
    assert (news.minutes, news.suggestions, news.contributors) == (10, ("多收一些", "写个摘要"), ())
    assert classic.is_optional
    assert not news.is_optional
    assert talk.contributors == ("甲木", "OpenLLM 群友")
    assert [(group.title, group.body) for group in news.groups] == [("学术", "注：论文+重点"), ("项目", "")]
    paper, framework = news.items
    assert (paper.title, paper.url, paper.papers) == (
        "一种新的注意力",
        "https://arxiv.org/abs/2401.00001v2",
        ("2401.00001",),
    )
    assert (framework.title, framework.author, framework.site, framework.remark) == (
        *("某框架", "丙土", "知乎", "强烈推荐"),
    )
    first, second = doc.questions
    assert (first.part, first.number, first.asker, first.body) == ("online", 1, "丁金", "第一个问题？")
    assert [(answer.author, answer.body) for answer in first.answers] == [("甲木", "是的。")]
    assert second.answers == ()
    assert [(plan.body, plan.priority) for plan in doc.plans] == [("计划一，P0；", "P0")]
    (recording,) = doc.recordings
    assert (recording.platform, recording.offset_seconds) == ("bilibili", 610)
    assert "vd_source" not in recording.url


def test_line_ends_and_byte_order_mark_change_nothing():
    text = (HEAD + BODY).format("## ", "")
    assert document("\ufeff" + text.replace("\n", "\r\n")) == document(text)


def test_labels_alone_begin_sections():
    doc = document(
        "【编号】：041\n【本周新闻】：新闻；\n【贡献者】：甲木\n学术\n一篇\nhttps://a.example/1\n"
        "【本周推荐】：推荐；\n某物\nhttps://a.example/2\n【Free Talk】自由\n问题1：什么？\n答：这个\n"
    )
    assert kinds(doc) == [("news", "本周新闻"), ("picks", "本周推荐"), ("free_talk", "Free Talk")]
    assert [item.url for section in doc.sections for item in section.items] == [
        *("https://a.example/1", "https://a.example/2"),
    ]
    assert doc.questions[0].answers[0].body == "这个"


def test_full_width_and_traditional_characters_are_read_and_kept():
    doc = document(
        "【編號】:ＯpenLLM Talk ０４１\n【時間】：２０２４０３０２ 晚上九點半\n本週新聞\n學術\n線上討論：\n１．甚麼？\n"
    )
    assert doc.number == 41
    assert doc.starts_at.isoformat() == "2024-03-02T21:30:00+08:00"
    assert doc.labels[0] == Label("編號", "ＯpenLLM Talk ０４１")
    assert kinds(doc) == [("news", "本週新聞")]
    assert doc.sections[0].groups[0].title == "學術"
    assert (doc.parts[0].part, doc.parts[0].title, doc.questions[0].number) == ("online", "線上討論：", 1)


def test_a_heading_decides_against_the_label_below_it():
    text = "OpenLLM Talk 041\n【时间】：20240302 21:00\n本周推荐\n【本周新闻】：新闻；共~10 分钟；\n1.一条\nhttps://a.example/1\n"
    doc = document(text)
    assert kinds(doc) == [("picks", "本周推荐")]
    assert doc.sections[0].brief == "新闻；共~10 分钟；"
    assert doubts(text) == [(4, "label_contradicts_heading")]


def test_sections_that_are_missing_reordered_or_new():
    doc = document(
        "OpenLLM Talk 041\n\n## Free Talk\n\n1. 问？\n\n## 本周八卦\n\n【贡献者】：乙火\n\n某事\n\n<https://a.example/1>\n\n"
        "## 本周新闻\n\n### 学术\n\n### 其他\n"
    )
    assert kinds(doc) == [("free_talk", "Free Talk"), ("custom", "本周八卦"), ("news", "本周新闻")]
    assert doc.sections[1].contributors == ("乙火",)
    assert doc.sections[1].items[0].url == "https://a.example/1"


def test_headings_of_one_level_say_nothing_so_an_unknown_one_is_a_title():
    doc = document("OpenLLM Talk 041\n## 本周新闻\n## 学术\n## 重磅：新模型\n<https://a.example/1>\n## 项目\n另一个\n")
    assert [(item.group, item.title, item.url) for item in doc.sections[0].items] == [
        ("学术", "重磅：新模型", "https://a.example/1"),
        ("项目", "另一个", None),
    ]


def test_the_same_group_in_two_sections_and_twice_in_one():
    text = "OpenLLM Talk 041\n【时间】：20240302 21:00\n## 本周新闻\n## 项目\n甲\n## 学术\n乙\n## 项目\n丙\n## 本周推荐\n## 项目\n丁\n"
    doc = document(text)
    assert [(item.group, item.title) for item in doc.sections[0].items] == [
        ("项目", "甲"),
        ("项目", "丙"),
        ("学术", "乙"),
    ]
    assert [item.title for item in doc.sections[1].items] == ["丁"]
    assert (8, "group_repeated") in doubts(text)


WRAPPED = """OpenLLM Talk 041 
【缘起】：这件事情起源于一次很长很长的讨论，本着心动不如行动的想法，大家花了一点时间来
将其落地。——我们不够完美，但尽量足够开放。 
【本期提要】：第一个话题；第二个话题；一个相当长的英文名字 Some Very Long Name Scaled 
RoPE；第三个话题； 
【主持人】：甲木 
本周推荐 
【本周推荐】：重点内容推荐和介绍，模型、开源项目、好的资料或课程，建议一到三项，建议1-
3 项；共15 分钟； 
【贡献者】： 
资料 
一个被折成两行的很长很长的标题，说的是怎样在很长的上下文里面保持位置信
息不丢失 
https://github.com/example/a-repository-with-a-rather-long-name/blob/main/assets/Sur
vey.pdf 
短标题 
https://a.example/ 
p/12345 
 
Free Talk 
1. 一个被折成两行的问题，它问的是为什么大家都要用这样一种结构而不是另外一种
结构？ 
答：是这样。 
2. 

参考资料 
"""


def test_hard_wrapped_lines_are_one_label_title_address_or_question():
    doc = document(WRAPPED)
    assert doc.labels[0].text.endswith("大家花了一点时间来将其落地。——我们不够完美，但尽量足够开放。")
    assert doc.highlights == (
        "第一个话题",
        "第二个话题",
        "一个相当长的英文名字 Some Very Long Name Scaled RoPE",
        "第三个话题",
    )
    assert doc.sections[0].brief.endswith("建议1-3 项；共15 分钟；")
    first, second = doc.sections[0].items
    assert first.title == "一个被折成两行的很长很长的标题，说的是怎样在很长的上下文里面保持位置信息不丢失"
    assert first.url.endswith("/assets/Survey.pdf")
    assert second.url == "https://a.example/p/12345"
    (question,) = doc.questions
    assert question.body.endswith("另外一种\n结构？")
    assert question.answers[0].body == "是这样。"
    assert {code for _, code in doubts(WRAPPED)} == {"address_broken", "date_missing", "question_empty"}


def test_a_full_address_before_a_short_title_is_not_joined_when_its_paragraph_ended():
    text = WRAPPED + "https://github.com/example/a-repository-with-a-rather-long-name-that-fills-it \nBERT \n"
    assert [one.title for one in document(text).references] == ["", "BERT"]


def test_a_date_without_its_year_takes_it_from_the_context():
    text = "OpenLLM Talk 041\n缘起：起源于 20240103 的讨论\n【时间】：3.2 晚上九点\n"
    reading = read(text)
    assert reading.document.starts_at.isoformat() == "2024-03-02T21:00:00+08:00"
    assert reading.document.labels[0].text == "3.2 晚上九点"
    assert [one.code for one in reading.problems] == ["date_doubt"]
    assert read(write(reading.document)).document == reading.document


def test_a_date_only_in_the_file_name():
    reading = read("OpenLLM Talk 041\n【主持人】：甲木\n", name="20240302.md")
    assert reading.document.starts_at.isoformat() == "2024-03-02T21:00:00+08:00"
    assert [one.code for one in reading.problems] == ["date_doubt", "time_assumed"]
    assert read(write(reading.document)).document == reading.document


def test_labels_of_the_head_without_brackets():
    doc = document("OpenLLM Talk 041\n时间：20240302 20:00\n主持人：甲木\n说明：只是一段话\n")
    assert doc.hosts == ("甲木",)
    assert doc.intro[0].body == "说明：只是一段话"


def test_several_labels_on_one_line():
    doc = document("OpenLLM Talk 041\n## 本周推荐\n【贡献者】：甲木 【提名区】： 【建议区】： 【本期主题】：长文本\n")
    section = doc.sections[0]
    assert (section.contributors, section.nominations, section.suggestions, section.theme) == (
        ("甲木",),
        (),
        (),
        "长文本",
    )
    assert [label.label for label in section.labels] == ["贡献者", "提名区", "建议区", "本期主题"]


def test_an_essay_is_intro_and_its_numbers_are_no_questions():
    doc = document(
        "【OpenLLM Talk】番外03：闲聊\n大家好。\n1.第一件事\nhttps://a.example/1\n2.第二件事\n", name="番外03.txt"
    )
    assert (doc.kind, doc.code, doc.title) == ("special", "S03", "闲聊")
    assert doc.questions == doc.sections == ()
    assert doc.intro[0].body.startswith("大家好。\n1.第一件事")


def test_back_matter():
    doc = document(
        "OpenLLM Talk 041\n参考资料\n- [资料](https://a.example/1)\n没有地址的资料\n后续计划\n我们的主页\nhttps://a.example/2\n"
        "• 计划一，P1；\n• 计划二\n加入/赞助我们！\n欢迎。\n往期精彩\n【OpenLLM Talk 040】上一期\nhttps://a.example/40\n"
        "【【OpenLLM Talk 039】录像】【精准空降到 10:10】\nhttps://www.bilibili.com/video/BV1xx411c7mD\n【OpenLLM Talk 模版】加入\n"
        "https://a.example/t\n"
    )
    assert [(one.title, one.url) for one in doc.references] == [
        ("资料", "https://a.example/1"),
        ("没有地址的资料", None),
    ]
    assert [(plan.body, plan.priority) for plan in doc.plans] == [("计划一，P1；", "P1"), ("计划二", None)]
    assert doc.plans_body == "我们的主页\nhttps://a.example/2"
    assert [(block.title, block.body) for block in doc.appendix] == [("加入/赞助我们！", "欢迎。")]
    assert [(one.code, one.kind) for one in doc.past] == [("040", "article"), ("039", "video"), (None, "template")]


def test_code_is_kept_and_holds_no_structure():
    text = (
        "# OpenLLM Talk 041\n\n## Free Talk\n\n1. 代码？\n\n答：\n\n```python\n# 注释\n## 项目\n2. 不是问题\n\n答：x\n```\n\n完。\n"
        "\n## 参考资料\n"
    )
    doc = document(text)
    assert doc.questions[0].answers[0].body == "```python\n# 注释\n## 项目\n2. 不是问题\n\n答：x\n```\n\n完。"
    assert len(doc.questions) == 1


def test_a_forgotten_fence_does_not_swallow_the_next_section():
    doc = document("OpenLLM Talk 041\n\n## 本周实践\n\n```\ncode\n\n## Free Talk\n\n1. 问？\n\n```\nx\n```\n")
    assert kinds(doc) == [("practice", "本周实践"), ("free_talk", "Free Talk")]


def test_what_fits_nowhere_is_kept_with_its_line():
    reading = read("OpenLLM Talk 041\n\n## 问答\n\n只是一句话\n")
    assert [(one.line, one.text) for one in reading.document.unplaced] == [(5, "只是一句话")]
    assert reading.claims[5].path == "unplaced[0]"


def test_claims_name_the_node_of_every_line():
    claims = read((HEAD + BODY).format("## ", "")).claims
    paths = {(claim.kind, claim.path) for claim in claims.values()}
    assert {
        *(("title", "title"), ("heading", "intro[0]"), ("label", "labels[0]"), ("recording", "recordings[0]")),
        *(("heading", "sections[0]"), ("brief", "sections[0].labels[0]"), ("label", "sections[0].labels[1]")),
        *(("heading", "sections[0].groups[0]"), ("body", "sections[0].groups[0]"), ("item", "sections[0].items[1]")),
        *(("heading", "parts[0]"), ("question", "questions[0]"), ("answer", "questions[0].answers[0]")),
        *(("question", "questions[1]"), ("heading", "plans"), ("plan", "plans[0]")),
    } <= paths


@pytest.mark.parametrize("text", [HEAD + BODY, WRAPPED], ids=["marked", "wrapped"])
def test_what_was_read_is_in_normal_form_and_reads_back(text):
    doc = document(text.format("## ", ""))
    assert normal(doc) == doc
    assert document(write(doc), name="") == doc
