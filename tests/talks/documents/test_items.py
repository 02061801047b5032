"""Entries of a section: titles, addresses, text, and whose is whose."""

import pytest

from talks.documents.articles import linked_title, read_title, write_title
from talks.documents.reader import read


def items(body, section="本周推荐"):
    doc = read(f"OpenLLM Talk 041\n\n## {section}\n\n{body}\n").document
    return [(item.title, item.url, item.body) for item in doc.sections[0].items]


U1, U2, U3 = (f"https://a.example/{number}" for number in (1, 2, 3))


def test_an_entry_without_an_address_does_not_take_its_neighbours():
    assert items(f"某模型，免费；\n\n评测榜单\n\n[{U1}]({U1})\n\n微调总结\n\n<{U2}>") == [
        ("某模型，免费；", None, ""),
        ("评测榜单", U1, ""),
        ("微调总结", U2, ""),
    ]


def test_notes_belong_to_the_entry_above():
    assert items(
        f"中文模型\n\n注 : 词表很小\n\n商用许可：只允许英文；\n\n<{U1}>\n\n这个和别的讨论 ;\n\n下一个\n\n<{U2}>"
    ) == [
        ("中文模型", U1, "注 : 词表很小\n\n商用许可：只允许英文；\n\n这个和别的讨论 ;"),
        ("下一个", U2, ""),
    ]


def test_a_title_torn_from_its_attribution():
    (item,) = (
        read(f"OpenLLM Talk 041\n\n本周推荐\n\n怎样只输出想要的？\n\n- 甲木 的文章 - 知乎\n\n<{U1}>\n")
        .document.sections[0]
        .items
    )
    assert (item.title, item.author, item.site, item.url) == ("怎样只输出想要的？", "甲木", "知乎", U1)


def test_several_addresses_in_one_entry():
    assert items(f"综述\n\n<{U1}>\n\n论文链接：{U2} 项目链接：{U3}") == [("综述", U1, f"论文链接：{U2} 项目链接：{U3}")]
    assert items(f"综述 {U1} 和 {U2}") == [("综述", U1, f"和 {U2}")]


def test_an_address_in_the_line_of_its_title():
    assert items(f"打辩论{U1}") == [("打辩论", U1, "")]
    assert items(f"- [某物]({U1})：很好\n- 另一个\n- **[第三]({U2})**") == [
        ("某物", U1, "很好"),
        ("另一个", None, ""),
        ("第三", U2, ""),
    ]


def test_numbered_entries_keep_the_numbers_in_their_text():
    body = f"1.甲的新突破\n{U1}\n• 要点\n涉及到 1.意义\n5.稳定性 4.选择\n2.117 页报告读后\n{U2}\n3. 没有地址"
    assert items(body) == [
        ("甲的新突破", U1, "• 要点\n涉及到 1.意义\n5.稳定性 4.选择"),
        ("117 页报告读后", U2, ""),
        ("没有地址", None, ""),
    ]


def test_a_decimal_number_is_no_number():
    assert items(f"2.9M 的小模型。{U1}") == [("2.9M 的小模型。", U1, "")]


def test_classic_and_practice_begin_with_articles_and_go_on_as_text():
    doc = read(
        f"OpenLLM Talk 041\n本周经典\n【本周主题】：\n文章一 - 甲木的文章 - 知乎\n{U1}\n预告：\n以后再写。\n{U2}\n"
    ).document
    (section,) = doc.sections
    assert [(item.title, item.author, item.url) for item in section.items] == [("文章一", "甲木", U1)]
    assert section.body == f"预告：\n以后再写。\n{U2}"
    assert section.theme is None


def test_converter_tags_are_no_part_of_titles():
    doc = read(
        f"OpenLLM Talk 041\n## 本周新闻\n### <mark>A Long Paper</mark>\n <mark>动机：很好。</mark>\nfrom-{U1}\n## 项目\n某物 <u>{U2} 后文</u>\n"
    ).document
    first, second = doc.sections[0].items
    assert (first.title, first.url) == ("A Long Paper", U1)
    assert first.body == f" <mark>动机：很好。</mark>\nfrom-{U1}"
    assert (second.title, second.url, second.body) == ("某物", U2, "后文</u>")


def test_an_address_torn_by_a_converter_is_whole_again():
    assert items("题\n\n<u>https://a.example/assets/Sur vey_V1.p df</u>") == [
        ("题", "https://a.example/assets/Survey_V1.pdf", "")
    ]


def test_an_address_alone_is_an_entry_and_a_doubt():
    reading = read(f"OpenLLM Talk 041\n【时间】：20240302 21:00\n本周推荐\n{U1}\n")
    assert [(item.title, item.url) for item in reading.document.sections[0].items] == [("", U1)]
    assert [(one.line, one.code) for one in reading.problems] == [(4, "address_without_title")]


def test_addresses_are_canonical_in_their_field_and_as_written_in_the_text():
    ((_, url, body),) = items("题\n\nhttps://a.example/x?utm_source=b&id=1\n\n论文：https://a.example/y?utm_source=b")
    assert url == "https://a.example/x?id=1"
    assert body == "论文：https://a.example/y?utm_source=b"


def test_papers_are_read_from_title_address_and_text():
    doc = read(
        "OpenLLM Talk 041\n本周推荐\n题 arXiv:2401.00001\nhttps://arxiv.org/pdf/2401.00002v3.pdf\n论文：https://arxiv.org/abs/2401.00003\n"
    ).document
    assert doc.sections[0].items[0].papers == ("2401.00001", "2401.00002", "2401.00003")


@pytest.mark.parametrize(
    ("text", "title", "author", "site", "remark"),
    [
        ("**某综述 - 甲木的文章 - 知乎--强烈推荐**", "某综述", "甲木", "知乎", "强烈推荐"),
        ("A -- B -- C - 甲木 乙火的文章 - 知乎", "A -- B -- C", "甲木 乙火", "知乎", None),
        ("架构——新时代 - 甲木的文章 - 知乎", "架构——新时代", "甲木", "知乎", None),
        ("好文--强烈推荐", "好文", None, None, "强烈推荐"),
        ("某某的文章写得好", "某某的文章写得好", None, None, None),
    ],
)
def test_titles(text, title, author, site, remark):
    read = read_title(text)
    assert (read.title, read.author, read.site, read.remark) == (title, author, site, remark)
    assert read_title(write_title(read)) == read


def test_who_brought_an_entry():
    assert read_title("**甲木** : 自己做了个工具").contributors == ("甲木",)
    assert read_title("**某模型** : 成本低").contributors == ()
    assert read_title("好文 -from 乙火").contributors == ("乙火",)


def test_linked_titles():
    assert linked_title("[a\\_b](https://a.example/a_b) 后") == ("a_b", "https://a.example/a_b", " 后")
    assert linked_title("[https://a.example/a\\\\_b](https://a.example/a_b)") == ("", "https://a.example/a_b", "")
    assert linked_title("[x](#)") is None
