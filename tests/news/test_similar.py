"""Titles that say much the same are suggested; the work grows with the titles, not with their square."""

from itertools import pairwise

import pytest

from news import similar as module
from news.similar import similar, tokens


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("RLHF 中的奖励模型", {"rlhf", "中的", "的奖", "奖励", "励模", "模型"}),
        ("Llama-2: Open Models", {"llama-2", "open", "models"}),
        ("ＧＰＴ４ vs C++", {"gpt4", "vs", "c++"}),
        ("看", {"看"}),
        ("GPT-4发布了", {"gpt-4", "发布", "布了"}),
        ("…… —— !?", set()),
        ("0", {"0"}),
    ],
)
def test_words_of_a_title(title, words):
    assert tokens(title) == words


def test_near_titles_are_found_and_others_are_not():
    titles = [
        "Scaling TransNormer to 175 Billion Parameters",
        "通义千问 Qwen-7B 开源：支持 8K 上下文与工具调用",
        "聊聊奖励模型",
        "Scaling TransNormer to 175B Parameters",
        "阿里开源通义千问 Qwen-7B，支持 8K 上下文",
        "Scaling laws",
    ]
    assert {index: found.index for index, found in similar(titles).items()} == {3: 0, 4: 1}


def test_the_same_title_is_wholly_alike_however_common_its_words():
    titles = [f"large language model {n}" for n in range(60)] + ["large language model", "Large Language Model!"]
    found = similar(titles)
    assert (found[61].index, found[61].likeness) == (60, 1.0)
    assert not set(range(60)) & set(found)


def test_empty_titles_are_like_nothing():
    assert similar([]) == {}
    assert similar(["", "", "—"]) == {}


def test_a_common_word_leads_nowhere(monkeypatch):
    compared = []
    real = module._likeness
    monkeypatch.setattr(module, "_likeness", lambda *given: compared.append(1) or real(*given))
    sizes = []
    for count in (500, 1000, 2000):
        compared.clear()
        similar([f"大语言模型 language model 第{n}号 {n % (count // 4)}号实验" for n in range(count)])
        sizes.append(len(compared))
    for small, large in pairwise(sizes):
        assert large <= 2.2 * small
