"""Questions that ask much the same, and those that only share the words people ask with."""

import pytest

from talks.similar import BEGINNING, alike, bag_of

ASKED = [
    "为什么 llama 用这么小的词表？",
    "中文 llama 扩词表之后 loss 反而变高？",
    "DPO 真的可以完全替掉 PPO 吗？有没有人在中文数据上对比过",
    "长上下文要多少显存？KV cache 怎么算？",
    "请问大家一般怎么做数据去重？",
    "为什么训练到一半 loss 会突然变成 NaN？",
    "FlashAttention 在 V100 上能不能用？",
    "形式化验证和定理证明刚才有聊到吗？",
    "What is the difference between GQA and MQA?",
    "如何评价这个问题？",
]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("为什么 llama 的词表只有 32K？中文一个字要拆成 2–3 个 token，继续预训练时应该扩词表吗？", {0, 1}),
        ("LLaMA 词表为什么这么小", {0}),
        ("长上下文的显存怎么估算", {3}),
        ("KV Cache 占多少显存？", {3}),
        ("数据去重有什么好办法？", {4}),
        ("DPO 能替掉 PPO 吗", {2}),
        ("V100 支持 FlashAttention 吗？", {6}),
        ("GQA 和 MQA 的区别", {8}),
        ("训练时 loss 变成 nan 怎么办", {5}),
    ],
)
def test_what_was_asked_before_comes_first(text, first):
    assert set(alike(text, ASKED, most=3)[:1]) <= first
    assert alike(text, ASKED, most=3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "？",
        "为什么",
        "请问大家怎么看这个问题？",
        "如何选学习率预热的步数？",
        "what is the best way to do it?",
        "谁来主持下一期",
    ],
)
def test_the_words_of_asking_bring_nothing(text):
    assert alike(text, ASKED, most=3) == []


def test_the_same_words_are_the_likest_and_only_so_many_come():
    assert alike(ASKED[3], ASKED, most=3)[0] == 3
    assert len(alike("词表词表大小", [f"词表大小第 {n} 种说法" for n in range(9)], most=3)) == 3


def test_a_lone_rare_word_is_enough_when_it_is_all():
    assert alike("FlashAttention？", ASKED, most=3) == [6]


def test_what_is_typed_is_not_kept_and_only_the_beginning_counts():
    known = bag_of.cache_info().currsize
    assert alike("没人存下来的这一句话", [], most=3) == []
    assert bag_of.cache_info().currsize == known
    assert bag_of("长" * BEGINNING + "上下文") == bag_of("长" * BEGINNING)
