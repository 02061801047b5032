"""Questions and answers, in every numbering and marking people use."""

import pytest

from talks.documents.reader import read


def talk(body, heading="Free Talk"):
    return read(f"OpenLLM Talk 041\n【时间】：20240302 21:00\n{heading}\n{body}\n")


def questions(body):
    return [(one.number, one.body, [answer.body for answer in one.answers]) for one in talk(body).document.questions]


@pytest.mark.parametrize(
    ("first", "second"),
    [("1. ", "2. "), ("1、", "2、"), ("1) ", "2) "), ("1）", "2）"), ("１．", "２．"), ("Q1：", "Q2："), ("Q1: ", "Q2: "),
     ("Q1.", "Q2."), ("问题1：", "问题2："), ("**Q1：", "**Q2："), ("（1）", "（2）"), ("#### 1. ", "#### 2. ")],
)  # fmt: skip
@pytest.mark.parametrize("mark", ["答：", "A：", "A1：", "A :", "答:", "**答：**", "回答："])
def test_numbers_and_markers(first, second, mark):
    assert questions(f"{first}什么？\n\n{mark}这个\n\n{second}为什么？\n") == [
        (1, "什么？", ["这个"]),
        (2, "为什么？", []),
    ]


def test_answers_may_be_empty_missing_or_unmarked():
    assert questions("1. 一？\n答：\n\n2. 二？\n\n3. 三？\n\n猜测：是的\n\n4. 四？\n（A: 对）\n\n5. 五？\na. 好\n") == [
        (1, "一？", []),
        (2, "二？", []),
        (3, "三？", ["猜测：是的"]),
        (4, "四？", ["对"]),
        (5, "五？", ["a. 好"]),
    ]


def test_lists_in_answers_are_not_questions():
    assert questions("1. 一？\n答：\n1) 甲\n2) 乙\n3) 丙\n2. 二？\n答：\n1. 甲\n2. 乙\n\n3. 三？\n答：好\n") == [
        (1, "一？", ["1) 甲\n2) 乙\n3) 丙"]),
        (2, "二？", ["1. 甲\n2. 乙"]),
        (3, "三？", ["好"]),
    ]


def test_gaps_and_restarts():
    assert [one[0] for one in questions("Q1：一\nQ2：二\nQ6：六\nQ11：十一\n")] == [1, 2, 6, 11]
    assert [one[0] for one in questions("1. 一\n答：a\n2. 二\n答：b\n1. 又一\n答：c\n")] == [1, 2, 1]


def test_parts_have_their_own_numbers():
    doc = talk("直接提问\n\n线上讨论:\n1. 一？\n2. 二？\n群里讨论：\n有空会同步\n1. 三？\n").document
    assert [(part.part, part.title, part.body) for part in doc.parts] == [
        ("online", "线上讨论:", ""),
        ("group", "群里讨论：", "有空会同步"),
    ]
    assert [(one.part, one.number) for one in doc.questions] == [("online", 1), ("online", 2), ("group", 1)]
    assert doc.sections[0].body == "直接提问"


def test_parts_without_a_section():
    doc = talk("1. 一？\n", heading="群里讨论").document
    assert doc.sections == ()
    assert [(one.part, one.number) for one in doc.questions] == [("group", 1)]


def test_an_unnumbered_line_is_never_a_question():
    assert talk("为什么会这样？\n\n怎么办？\n").document.questions == ()


def test_askers_and_signatures():
    doc = talk(
        "Q1：特殊之处？—甲木\n\nA1：\n\nQ2：怎么算？\n\n-Dark Green Tea\n\nA2：这样算。 -\n\nyihuo\n\nQ3：做个平台？--丙土？\n\nA：好\n\n"
        "Q4：还有吗？ --上期遗留\n"
    ).document
    assert [(one.asker, one.body) for one in doc.questions] == [
        ("甲木", "特殊之处？"),
        ("Dark Green Tea", "怎么算？"),
        ("丙土", "做个平台？"),
        (None, "还有吗？ --上期遗留"),
    ]
    assert [(answer.author, answer.body) for answer in doc.questions[1].answers] == [("yihuo", "这样算。")]


def test_a_doubtful_name_is_said():
    assert [(one.line, one.code, one.detail) for one in talk("1. 做个平台？--丙土？\n").problems] == [
        (4, "name_doubt", "丙土")
    ]


def test_a_signed_unnumbered_question_is_a_follow_up():
    (question,) = talk("Q1：一？—甲木\n\nA1：答案\n\n还有一段\n\n那么二呢？ -yihuo\n\n这样\n").document.questions
    assert [answer.body for answer in question.answers] == ["答案\n\n还有一段"]
    (follow_up,) = question.follow_ups
    assert (follow_up.number, follow_up.asker, follow_up.body) == (None, "yihuo", "那么二呢？")
    assert [answer.body for answer in follow_up.answers] == ["这样"]


def test_text_behind_a_signed_answer_is_after_it():
    first, second = talk("Q1：一？\n\nA1：答案。 -yihuo\n\n今天先到这儿。\n\nQ2：二？\n").document.questions
    assert (first.answers[0].author, first.answers[0].body, first.after) == ("yihuo", "答案。", "今天先到这儿。")
    assert second.number == 2


def test_a_signature_inside_a_list_does_not_end_the_answer():
    (question,) = talk("Q1：一？\n\nA1：\n\n1) 甲；-from 甲木\n\n2) 乙\n").document.questions
    assert question.after == ""
    assert question.answers[0].body == "1) 甲；-from 甲木\n\n2) 乙"


def test_several_answers():
    (question,) = talk("1. 一？\n答：甲 —甲木\n答：乙 —乙火\n").document.questions
    assert [(answer.author, answer.body) for answer in question.answers] == [("甲木", "甲"), ("乙火", "乙")]


def test_a_graphics_card_is_no_marker():
    assert questions("3. 用什么？\n答：都行\nA10：24G\n") == [(3, "用什么？", ["都行\nA10：24G"])]


def test_a_number_without_a_question_is_a_doubt():
    reading = talk("1. 一？\n\n2. \n\n群里讨论\n1. \n")
    assert [one.number for one in reading.document.questions] == [1]
    assert [(one.line, one.code) for one in reading.problems] == [(6, "question_empty"), (9, "question_empty")]


def test_paragraphs_before_the_marker_belong_to_the_question():
    assert questions("Q1：前一半\n\n后一半？\n\nA1：好\n") == [(1, "前一半\n\n后一半？", ["好"])]


def test_an_answer_drawn_into_the_line_of_its_question():
    assert questions("1. 为什么？（A: 因为这样。）\n") == [(1, "为什么？", ["因为这样。"])]


def test_labels_name_asker_and_author():
    (question,) = talk("1. 一？\n【提问者】：甲 乙\n答：好\n【回答者】：丙\n").document.questions
    assert (question.asker, question.answers[0].author, question.answers[0].body) == ("甲 乙", "丙", "好")


def test_a_repeated_number_is_a_doubt():
    assert [one.code for one in talk("Q1：一\nQ1：二\n").problems] == ["number_repeated"]


@pytest.mark.parametrize(
    ("body", "asker"),
    [
        ("1. 一？\n答：好\n\n1. 同一个编号又来了一次？\n\n2. 二？\n答：是", None),
        ("1. 一？\n答：好\n1. 同一个编号又来了一次？\n\n2. 二？", None),
        ("1. 一？\n答：好\n\n1. 同一个编号又来了一次？ —甲木\n\n好", "甲木"),
    ],
)
def test_a_number_that_comes_again_alone_and_asks_is_a_question(body, asker):
    reading = talk(body)
    assert [(one.number, one.body) for one in reading.document.questions][:2] == [
        (1, "一？"),
        (1, "同一个编号又来了一次？"),
    ]
    assert reading.document.questions[1].asker == asker
    assert [one.code for one in reading.problems] == ["number_repeated"]


def test_a_number_that_comes_again_without_asking_is_a_doubt():
    reading = talk("1. 一？\n答：好\n\n2. 二？\n答：是\n\n1. 陈述一句\n\n3. 三？")
    assert [one.number for one in reading.document.questions] == [1, 2, 3]
    assert [(one.line, one.code, one.detail) for one in reading.problems] == [(10, "number_in_answer", "1. 陈述一句")]


def test_a_list_of_questions_in_an_answer_stays_there_with_a_doubt():
    reading = talk("1. 一？\n答：先问自己：\n1. 数据够吗？\n2. 算力够吗？\n\n2. 二？\n答：好")
    assert [one.number for one in reading.document.questions] == [1, 2]
    assert [(one.line, one.code) for one in reading.problems] == [(6, "number_in_answer")]


def test_a_list_in_an_answer_is_no_doubt():
    assert talk("1. 一？\n答：\n1. 甲\n2. 乙\n3. 丙\n\n2. 二？\n答：\n1) 甲\n\n3. 三？").problems == ()


def test_doubts_stand_in_the_order_of_lines():
    reading = talk("1. 一？\n答：好\n\n1. 陈述\n\n2. 二？--丙土？\n\n2. 二？\n答：又\n\n## 问题陈述。\n")
    assert [one.line for one in reading.problems] == sorted(one.line for one in reading.problems)
