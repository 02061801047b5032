"""EpisodeDoc as JSON: the contract's keys in order, and refusals that name the path."""

import json

import pytest

from talks.documents import model
from talks.documents.model import DocumentError, from_json, to_json
from talks.documents.reader import read

TEXT = """OpenLLM Talk 041
【时间】：20240302 晚上九点
【主持人】：甲
本周新闻
学术
一篇论文
https://arxiv.org/abs/2401.00001
Free Talk
线上讨论
1. 问题？—乙
答：回答
往期精彩
【OpenLLM Talk 040】旧的
https://zhuanlan.zhihu.com/p/40
"""


@pytest.fixture
def plain():
    return to_json(read(TEXT).document)


def test_keys_stand_in_the_order_of_the_contract(plain):
    assert list(plain) == [
        *("schema", "kind", "number", "code", "title", "starts_at", "time_text", "hosts", "editors", "leads"),
        *("labels", "highlights", "recordings", "intro", "sections", "parts", "questions", "references", "plans"),
        *("plans_body", "appendix", "past", "unplaced"),
    ]
    assert list(plain["sections"][0]) == [
        *("kind", "title", "is_optional", "brief", "minutes", "theme", "labels", "leads", "contributors"),
        *("nominations", "suggestions", "body", "groups", "items"),
    ]
    assert list(plain["sections"][0]["items"][0]) == [
        *("group", "title", "url", "author", "site", "remark", "body", "contributors", "papers"),
    ]
    assert list(plain["questions"][0]) == ["part", "number", "asker", "body", "answers", "follow_ups", "after"]


def test_absent_lists_are_empty_and_absent_scalars_null(plain):
    assert plain["editors"] == plain["unplaced"] == plain["sections"][0]["nominations"] == []
    assert plain["title"] is None
    assert plain["sections"][0]["items"][0]["author"] is None
    assert plain["schema"] == "openllm-talk/episode@1"
    assert plain["starts_at"] == "2024-03-02T21:00:00+08:00"


def test_json_reads_back(plain):
    assert to_json(from_json(json.loads(json.dumps(plain)))) == plain


def with_value(plain, path, value):
    target = plain
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return plain


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("number",), "41", "number: must be a whole number"),
        (("number",), True, "number: must be a whole number"),
        (("number",), -1, "number: is out of range"),
        (("code",), "042", "code: must be"),
        (("kind",), "weekly", "kind: must be one of"),
        (("schema",), "openllm-talk/episode@2", "schema: must be"),
        (("starts_at",), "2024-03-02T21:00:00", "starts_at: must be a time with its offset"),
        (("hosts",), None, "hosts: must be a list"),
        (("hosts",), ["甲\n乙"], "hosts[0]: must be one line"),
        (("hosts",), [""], "hosts[0]: must not be empty"),
        (("title",), "\ud800", "title: holds a character that is no text"),
        (("plans_body",), "\0", "plans_body: holds a character that is no text"),
        (("extra",), 1, "extra: is unknown"),
        (
            ("sections", 0, "items", 0, "url"),
            "javascript:alert(1)",
            "sections[0].items[0].url: must be an http address",
        ),
        (("sections", 0, "items", 0, "papers"), ["a b"], "sections[0].items[0].papers: must be arXiv ids"),
        (("sections", 0, "is_optional"), 1, "sections[0].is_optional: must be true or false"),
        (("sections", 1, "items"), [None], "sections[1].items[0]: must be an object"),
        (("questions", 0, "part"), "hall", "questions[0].part: must be one of online, group, site"),
        (("labels", 0, "label"), "a】b", "labels[0].label: must be at most"),
        (("labels", 0, "label"), "录像记录", "labels[0].label: is a label that only the writer uses"),
        (("intro",), [{"title": None, "level": 2, "body": ""}], "intro[0].level: must be 1 to 6"),
        (("unplaced",), [{"line": 0, "text": ""}], "unplaced[0].line: must be 1 or more"),
        (("past", 0, "code"), "4", "past[0].code: must be a code"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(plain, path, value, said):
    with pytest.raises(DocumentError) as refusal:
        from_json(with_value(plain, path, value))
    assert said in str(refusal.value)
    assert refusal.value.path == said.split(":")[0]


def test_a_missing_key_is_refused(plain):
    del plain["questions"][0]["after"]
    with pytest.raises(DocumentError, match=r"questions\[0\].after: is missing"):
        from_json(plain)


def test_a_follow_up_has_no_number_and_no_follow_ups(plain):
    follow_up = dict(plain["questions"][0], number=None, follow_ups=[])
    plain["questions"][0]["follow_ups"] = [dict(follow_up, number=2)]
    with pytest.raises(DocumentError, match=r"follow_ups\[0\].number"):
        from_json(plain)
    plain["questions"][0]["follow_ups"] = [dict(follow_up, follow_ups=[follow_up])]
    with pytest.raises(DocumentError, match=r"follow_ups\[0\].follow_ups"):
        from_json(plain)


@pytest.mark.parametrize("value", [None, [], "x", 3])
def test_anything_but_an_object_is_refused(value):
    with pytest.raises(DocumentError):
        from_json(value)


def test_codes():
    assert model.code_of("regular", 5) == "005"
    assert model.code_of("special", 2) == "S02"
    assert model.code_of("regular", 1234) == "1234"
