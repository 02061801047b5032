"""What is wrong with a file, in whole sentences of the reader's language."""

import pytest
from django.utils import translation

from talks.actions.imports import preview_file


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("5.md", b"\x7fELF" + bytes(40), "这不是文本文件。 看上去是 ELF。"),
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
