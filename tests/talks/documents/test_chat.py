"""Chat logs: every message with its speaker and its time, and the questions a host would collect of them."""

import random
from datetime import datetime, time

import pytest

from talks.documents.chat import read_chat
from talks.documents.chat_questions import is_question, is_small_talk, propose
from tests.talks.documents.made_chats import NAMES, WAYS, made


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("seed", range(5))
def test_every_message_has_its_speaker_and_its_time(way, seed):
    messages = made(random.Random(seed))
    log = read_chat(way(messages))
    assert [(each.speaker, each.text) for each in log.messages] == [(who, text) for who, _at, text in messages]
    times = [at for _who, at, _text in messages]
    match WAYS[way]:
        case "second":
            assert [each.at for each in log.messages] == times
        case "minute":
            assert [each.at for each in log.messages] == [at.replace(second=0) for at in times]
        case "clock":
            assert [each.clock for each in log.messages] == [at.replace(second=0).time() for at in times]
        case "seconds of a clock":
            assert [each.clock for each in log.messages] == [at.time() for at in times]
        case _:
            assert [(each.at, each.clock) for each in log.messages] == [(None, None)] * len(messages)
    assert set(log.speakers) <= set(NAMES)
    proposal = propose(log)
    assert proposal.accounted == len(messages)
    assert proposal.as_json()["accounted"] == len(messages)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_line_is_lost(way):
    text = way(made(random.Random(9)))
    log = read_chat(text)
    found = "\n".join([each.text for each in log.messages] + [each.text for each in log.around])
    heads = sum(bool(line.strip()) for line in text.split("\n")) - sum(bool(line.strip()) for line in found.split("\n"))
    beside = way.__name__.startswith("plain")
    assert heads == (0 if beside else len(log.messages) * (2 if way.__name__ == "feishu" else 1))


def asked(text):
    return [
        (each.speaker, each.body, [(told.speaker, told.body) for told in each.answers])
        for each in propose(read_chat(text)).questions
    ]


def test_answers_follow_their_question_each_person_once():
    text = "阿岚: 请问显存怎么估算？\n小满: 按层数\n渡口: 见 https://a.example/x?y=1\n小满: 再乘 2\n阿岚: 谢谢\n"
    answers = [("小满", "按层数\n\n再乘 2"), ("渡口", "见 https://a.example/x?y=1")]
    assert asked(text) == [("阿岚", "请问显存怎么估算？", answers)]


def test_who_asks_goes_on_until_somebody_answers():
    text = "阿岚: 为什么这样？\n阿岚: 我用的是 A100\n小满: 换一张\n阿岚: 换了也一样\n"
    answers = [("小满", "换一张"), ("阿岚", "换了也一样")]
    assert asked(text) == [("阿岚", "为什么这样？\n\n我用的是 A100", answers)]


def test_an_answer_goes_to_whom_it_names_or_quotes():
    text = (
        "阿岚:\n第一问是什么？\n\n渡口:\n第二问是什么？\n\n小满:\n@阿岚 答一\n\n"
        "三两:\n「渡口：第二问是什么？」\n- - - - - - - - - - - - - - -\n答二\n"
    )
    assert asked(text) == [
        ("阿岚", "第一问是什么？", [("小满", "@阿岚 答一")]),
        ("渡口", "第二问是什么？", [("三两", "答二")]),
    ]


def test_half_an_hour_later_one_talks_of_something_else():
    text = "阿岚 2023/7/22 21:00:00\n这是为什么？\n小满 2023/7/22 21:40:00\n大家开会了\n"
    proposal = propose(read_chat(text))
    assert [each.answers for each in proposal.questions] == [[]]
    assert [(each.speaker, each.text) for each in proposal.left_over] == [("小满", "大家开会了")]


@pytest.mark.parametrize(
    "day", ["11-26", "11/26", "1/6", "11月26日", "2026-11-26", "2026/11/26", "昨天", "星期四", "周四", "11-26 周四"]
)
def test_a_date_before_the_time_is_no_part_of_the_name(day):
    log = read_chat(f"青禾 {day} 21:03\n请问显存怎么估算？\n小满 {day} 21:04\n按层数乘\n")
    assert [(each.speaker, each.text) for each in log.messages] == [
        ("青禾", "请问显存怎么估算？"),
        ("小满", "按层数乘"),
    ]
    assert log.messages[0].clock == time(21, 3)


def test_whoever_thanks_on_and_on_is_read_at_once():
    assert asked(f"阿岚: 请问显存怎么估算？\n小满: {'谢' * 60}丙\n")[0][2] == [("小满", "谢" * 60 + "丙")]


def test_a_short_date_takes_the_year_that_the_log_says():
    log = read_chat("以下是 2026-11-26 的聊天记录\n青禾 11-26 21:03\n大家好\n小满 11-26 21:04\n来了\n")
    assert log.messages[0].at == datetime(2026, 11, 26, 21, 3)  # noqa: DTZ001 - a log says no zone


@pytest.mark.parametrize(
    ("text", "is_small"),
    [
        ("谢谢！辛苦各位老师了", True),
        ("谢谢！我回去试试", True),
        ("大家晚上好～", True),
        ("晚安，下次见", True),
        ("谢谢，其实要乘 2", False),
        ("按层数乘", False),
        ("谢" * 60 + "丙", False),
        ("", False),
    ],
)
def test_thanks_and_greetings_are_small_talk(text, is_small):
    assert is_small_talk(text) is is_small


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("请问这个怎么装", True),
        ("有推荐的模型吗", True),
        ("显存要多少？", True),
        ("what is the loss here?", True),
        ("啊？？", False),
        ("https://a.example/?q=1", False),
        ("我试过了，可以", False),
    ],
)
def test_what_is_a_question(text, is_asked):
    assert is_question(text) is is_asked


@pytest.mark.parametrize("text", ["", "\n\n", "没有人说话", "https://a.example/"])
def test_what_is_no_log_holds_no_message(text):
    log = read_chat(text)
    assert log.messages == []
    assert "".join(each.text for each in log.around) == text.strip()


def test_what_programs_say_is_nobodys():
    text = '羡鱼  21:03\n\n大家好\n\n"阿岚"撤回了一条消息\n\n阿岚  21:04\n\n来了\n'
    log = read_chat(text)
    assert [(each.speaker, each.text) for each in log.messages] == [("羡鱼", "大家好"), ("阿岚", "来了")]
    assert [each.text for each in log.around] == ['"阿岚"撤回了一条消息']


@pytest.mark.parametrize("line", ["-" + " " * 40_000 + "-x", "-" * 40_000 + "x", "小明" + " " * 40_000 + "20:01x"])
def test_a_long_run_of_spaces_is_words(line):
    log = read_chat(f"小明 20:01\n好\n{line}\n小红 20:02\n在")  # in no time, or this would take a minute
    assert [message.speaker for message in log.messages] == ["小明", "小红"]
    assert line in log.messages[0].text
