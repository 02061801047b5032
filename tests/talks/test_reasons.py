"""What is wrong with a file, in whole sentences of the reader's language."""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation

from members.actors import SYSTEM
from talks.actions.imports import import_file, preview_file
from talks.actions.reasons import sentence_of
from talks.documents import model, problems
from talks.documents.problems import Code


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("5.md", b"\x7fELF" + bytes(40), "这不是文本文件。看上去是 ELF。"),
        ("5.json", b'{"schema": "x"}', "schema 必须是"),
        ("5.json", b'{\n"a": }', "从第 2 行第 6 列起不是 JSON。"),
        ("5.json", b"[]", "必须是一个对象。"),
        ("5.md", b"x" * (5 * 1024 * 1024 + 1), "最多 5 MiB。"),
    ],
)
def test_a_refusal_has_no_english_tail(name, data, said):
    with translation.override("zh-hans"):
        (problem,) = preview_file(data=data, name=name, run={}).problems
    assert said in problem["message"]
    assert not any(word in problem["message"] for word in ("must", "line", "Expecting", ">"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", "同一部分里这个问题编号用过了：1"),
        ("en", "This question number was used before in the same part: 1"),
    ],
)
def test_a_piece_of_the_document_stands_behind_a_colon(language, said):
    with translation.override(language):
        assert sentence_of(problems.problem(Code.NUMBER_REPEATED, 7, "1")) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", "这不是文本文件。看上去是 PNG。"), ("en", "This is not a text file. It looks like PNG.")],
)
def test_two_sentences_stand_beside_each_other_as_the_language_has_it(language, said):
    with translation.override(language):
        assert sentence_of(problems.problem(Code.BINARY, None, "PNG")) == said


@pytest.mark.parametrize("code", Code)
def test_no_sentence_in_chinese_has_a_space_behind_its_mark(code):
    for detail in ("1", "> 80", "p. 3 (×2)"):
        with translation.override("zh-hans"):
            assert not re.search("[。；：，]\\s", sentence_of(problems.problem(code, None, detail)))


def _rules() -> list[str]:
    """What documents/model.py can say of a value, read from its code, with some value for whatever is put in."""
    known = {**vars(model), "doc": SimpleNamespace(code="005"), "hint": None, "get_args": lambda _hint: ("a", "b")}
    calls = [
        node
        for node in ast.walk(ast.parse(Path(model.__file__).read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DocumentError"
    ]
    return sorted({eval(compile(ast.Expression(call.args[1]), "model", "eval"), known) for call in calls})


@pytest.mark.parametrize("rule", _rules())
def test_everything_that_can_be_wrong_with_a_value_has_a_sentence(rule):
    problem = problems.problem(Code.NOT_AN_EPISODE, detail=str(model.DocumentError("sections[0].items[2].x", rule)))
    with translation.override("zh-hans"):
        said = sentence_of(problem)
    assert "sections[0].items[2].x" in said
    assert rule not in said
    assert not re.search("must|holds|without|digits", said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"schema": ' + "[" * 100_000, "嵌套得太深"),
        ('{"schema": ' + "9" * 5000 + "}", "数字太长"),
    ],
)
def test_json_that_cannot_be_read_at_all_is_refused_in_a_sentence(text, said):
    with translation.override("zh-hans"):
        (problem,) = preview_file(data=text.encode(), name="5.json").problems
    assert said in problem["message"]
    assert not re.search("[Ee]xceed", problem["message"])


@pytest.mark.django_db
def test_a_text_that_is_too_long_for_a_page_says_so_in_chinese():
    data = f"# OpenLLM Talk 005\n\n### 群里讨论\n\n1. {'问' * 100_001}\n".encode()
    with translation.override("zh-hans"):
        result = import_file(data=data, name="005.md", by=SYSTEM, now=timezone.now())
    assert [problem["message"] for problem in result.problems] == [
        "文件太大。其中一段有 100001 个字符，最多 100000 个。"
    ]
