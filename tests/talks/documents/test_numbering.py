"""Which episode a document is."""

import pytest

from talks.documents.model import Refused
from talks.documents.numbering import Code, of_file, of_label, of_title
from talks.documents.problems import Code as ProblemCode
from talks.documents.reader import read


@pytest.mark.parametrize(
    ("name", "number", "weight"),
    [
        ("041.md", 41, 3),
        ("041.seed.md", 41, 3),
        ("OpenLLM Talk 041.pdf", 41, 3),
        ("talks/041.md", 41, 3),
        ("20240302-041.md", 41, 1),
        ("doc (3).md", 3, 1),
        ("1041.md", 1041, 1),
    ],
)
def test_file_names(name, number, weight):
    evidence = of_file(name)
    assert (evidence.code, evidence.weight) == (Code("regular", number), weight)


def test_specials_and_names_without_a_number():
    assert of_file("番外02.pdf").code == Code("special", 2)
    assert of_file("S02.md").code == Code("special", 2)
    assert of_file("20240302.md") is None
    assert of_file("notes.md") is None


def test_titles():
    assert of_title("OpenLLM Talk 041") == (Code("regular", 41), "")
    assert of_title("【OpenLLM Talk】番外02：闲聊") == (Code("special", 2), "闲聊")
    assert of_title("OpenLLM Talk ０４１：专场") == (Code("regular", 41), "专场")
    assert of_title("欢迎来到 OpenLLM Talk 041") is None
    assert of_title("OpenLLM Talk 041 是我们的一次讨论，欢迎大家。") is None


def test_labels():
    assert of_label("OpenLLM Talk 041 (三位数)") == Code("regular", 41)
    assert of_label("041") == Code("regular", 41)
    assert of_label("待定") is None


def number_and_doubts(text, name=""):
    reading = read(text, name=name)
    return reading.document.number, [one.code for one in reading.problems if one.code == ProblemCode.NUMBER_DOUBT]


def test_the_file_name_outweighs_a_number_copied_from_last_week():
    text = "OpenLLM Talk 040\n【编号】：OpenLLM Talk 040\n【时间】：20240302 21:00\n"
    assert number_and_doubts(text, "041.pdf") == (41, ["number_doubt"])
    assert number_and_doubts(text, "040.pdf") == (40, [])


def test_an_episode_that_is_listed_as_past_is_hardly_this_one():
    text = "【编号】：OpenLLM Talk 040\n# OpenLLM Talk 041\n往期精彩\n【OpenLLM Talk 040】旧\nhttps://a.example/40\n"
    assert number_and_doubts(text) == (41, ["number_doubt"])


def test_a_bare_number_in_a_file_name_is_doubted():
    assert number_and_doubts("本周新闻\n", "doc (3).md") == (3, ["number_doubt"])


def test_without_any_number_nothing_is_read():
    with pytest.raises(Refused) as refusal:
        read("本周新闻\n一条\n", name="notes.md")
    assert refusal.value.code == "no_number"
    with pytest.raises(Refused) as refusal:
        read("\ufeff \n\t\n")
    assert refusal.value.code == "empty"
