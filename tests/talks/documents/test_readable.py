"""Texts of PDFs as they are shown: bullets, paragraphs, code; nothing lost, prose never code."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import body

from markup import html, links
from talks.documents import readable as module
from talks.documents.readable import readable

CODE = [
    "old_init = ", "module.models.Rotary.__i", "nit__ ", "def new_init(self, dim, size=2048, ", "base=10000): ",
    "    self.dim = dim ", "    old_init(self, dim, size) ", " ", "def forward(self, x): ", "    if x > self.size: ",
    "        t = arange(x, ", "dtype=self.dtype) ", "        return t  # 注释", "    return ( ", "        self.cos[:, :, ...], ", "    ) ",
    "module.models.Rotary.__init__ = new_init ",
]  # fmt: skip


def test_bullets_of_word_are_list_marks():
    assert readable("负责人： \n\uf06c RL：初七 \n\uf0b7 Ray：Joel ").split("\n") == [
        "负责人： ", "", "- RL：初七 ", "", "- Ray：Joel ",
    ]  # fmt: skip
    assert html.render(readable("\uf06c 甲\n\uf06c 乙")).count("<li>") == 2
    assert readable("图标 \uf06c 在中间") == "图标 \uf06c 在中间"


def test_a_space_at_the_end_of_a_line_ends_the_paragraph():
    text = "P0 级的事项 \n1.框架的第一个版本 \nhttps://a.example/x \n目标是实现一个框架，其实\n已经超出了。 \n很忙。 "
    assert html.render(readable(text)).count("<p>") == 5
    assert "其实已经超出了。" in html.render(readable(text))


def test_lines_typed_in_markdown_stay_as_they_are():
    for text in ("一\n二\n三 ", "硬换行  \n第二行  \n", "- 甲\n- 乙", "```\na \nb \n```", "一行 "):
        assert readable(text) == text


def test_code_without_a_fence_is_code():
    text = "\n".join(["先看代码： ", *CODE, "结论：有用。 "])
    shown = html.render(readable(text))
    assert "Rotary.__init__ = new_init" in readable(text)
    assert shown.count("<pre") == 1
    assert "<strong>" not in shown
    assert "<p>结论：有用。</p>" in shown
    assert "\n".join(CODE) in readable(text)


@pytest.mark.parametrize(
    "text",
    [
        "for example, this is:\nif you want:\nreturn to sender.",
        "import 了三个包\nx = 3\ny = 4\n所以 z = 7",
        "a = 1\nb = 2\nc = 3\nd = 4",
        "LLaMA (7B)\nGPT-4 (unknown)\nClaude2 (free)\nPaLM (540B)",
        "https://a.example/a(b)\nhttps://a.example/c=d\nhttps://a.example/e=f",
        "1. def 是什么？\n2. class 是什么？\n3. return 呢？",
        "Temperature = 0.7, top_p = 0.9\nmax_tokens = 512\n效果不错",
        "- def f(x):\n- return x\n- import y",
    ],
)
def test_prose_is_never_code(text):
    assert "```" not in readable(text)


def test_code_that_markdown_sees_is_left_alone():
    fenced = "```python\nimport a\nx = a.b(c)\nreturn x\n```"
    indented = "文字\n\n    import a\n    x = a.b(c)\n    return x"
    assert (readable(fenced), readable(indented)) == (fenced, indented)


@pytest.mark.parametrize("text", ["a = 1\n" * 300, "a = 1\n# b\n# c\n" * 100 + "return x", "foo(1,\n" * 300])
def test_every_line_is_looked_at_once(text, monkeypatch):
    seen = []
    is_statement = module._is_statement
    monkeypatch.setattr(module, "_is_statement", lambda line: seen.append(line) or is_statement(line))
    readable(text)
    assert len(seen) == len(text.split("\n"))


lines = st.one_of(st.sampled_from([*CODE, "文字 ", "\uf06c 项 ", "```", "", "看 https://a.example/b "]), body)


@given(st.lists(lines, max_size=20).map("\n".join))
@settings(deadline=None)
def test_nothing_is_lost_and_twice_is_once(text):
    shown = readable(text)
    assert readable(shown) == shown
    assert [char for char in shown if char.isalnum()] == [char for char in text if char.isalnum()]
    assert {links.key(one.url) for one in links.find(text)} == {links.key(one.url) for one in links.find(shown)}
