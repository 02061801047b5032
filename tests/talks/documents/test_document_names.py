"""Who is named, who signed, and who is nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talks.documents.people import is_placeholder, names, signature, values, write_names, write_values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲木（编辑）+OpenLLM 群友", ("甲木", "OpenLLM 群友")),
        ("abc12、乙火（后续每期由大家自行认领）", ("abc12", "乙火")),
        ("（后续每期由大家自行认领）", ()),
        ("多人（后续每期由大家自行认领）", ()),
        ("甲木，乙火, 丙土", ("甲木", "乙火", "丙土")),
        ("甲木和乙火", ("甲木", "乙火")),
        ("甲木 乙火", ("甲木", "乙火")),
        ("Dark Green Tea、甲木", ("Dark Green Tea", "甲木")),
        ("@abc12 & 甲木", ("abc12", "甲木")),
        ("**甲木**", ("甲木",)),
        ("甲木、甲木", ("甲木",)),
        ("XX", ()),
        ("大家", ()),
        ("待定", ()),
        ("", ()),
        ("甲木（", ("甲木",)),
    ],
)
def test_names(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize("text", ["多人", "XX", "xxx", "大家", "（）".strip("（）"), "TBD", "?", "  ", "自行认领"])
def test_placeholders_are_nobody(text):
    assert is_placeholder(text)


def test_the_group_is_somebody():
    assert not is_placeholder("群友")


@pytest.mark.parametrize(
    ("text", "name", "is_doubtful"),
    [
        ("有何特殊之处？—甲木", "甲木", False),
        ("区别是啥？—群友", "群友", False),
        ("怎么得到？ -yuhang", "yuhang", False),
        ("-Dark Green Tea", "Dark Green Tea", False),
        ("内容；-from 甲木", "甲木", False),
        ("做个平台？--乙火？", "乙火", True),
        ("结论 ——abc12", "abc12", False),
    ],
)
def test_signatures(text, name, is_doubtful):
    signed = signature(text)
    assert signed is not None
    assert (signed.name, signed.is_doubtful) == (name, is_doubtful)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "时间关系-本期就先到这儿",
            "这个问题 --上期遗留",
            "GPT-4",
            "decoder-only",
            "架构之争 - 知乎",
            "甲木的文章 - 知乎",
        ),
        *("- 人工", "LoRA - QLoRA", "A100 --强烈推荐", "见 https://a.example/b-c", "相关-甲木", "1-2", "—多人", "——"),
    ],
)
def test_no_signatures(text):
    assert signature(text) is None


def test_a_known_name_signs_with_a_bare_hyphen():
    assert signature("比较相关-甲木", {"甲木"}).name == "甲木"


def test_values():
    assert values("A；B 与 C; D；") == ("A", "B 与 C", "D")
    assert values("**某项目**；") == ("某项目",)
    assert values("一句话，没有分号") == ("一句话，没有分号",)


words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(words | st.sampled_from(["a、b", "「x」", "多人", "a；b", "x」"]), unique=True, max_size=4).map(tuple))
def test_written_lists_read_back(items):
    assert names(write_names(items)) == items
    assert values(write_values(items)) == items
