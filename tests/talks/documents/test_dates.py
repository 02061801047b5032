"""When a talk is, in all the ways people write it."""

from datetime import datetime

import pytest

from talks.documents.dates import BEIJING, read_time, write_time


@pytest.mark.parametrize(
    ("text", "expected", "time_text"),
    [
        (
            "20240302 晚上九点（每周六晚上九点，节假日顺延）",
            (2024, 3, 2, 21, 0),
            "晚上九点（每周六晚上九点，节假日顺延）",
        ),
        ("2024-03-02 20:00", (2024, 3, 2, 20, 0), "20:00"),
        ("2024年3月2日 晚8点", (2024, 3, 2, 20, 0), "晚8点"),
        ("2024.3.2 晚上九点半", (2024, 3, 2, 21, 30), "晚上九点半"),
        ("2024/03/02 下午三点", (2024, 3, 2, 15, 0), "下午三点"),
        ("２０２４０３０２ 晚上十點", (2024, 3, 2, 22, 0), "晚上十點"),
        ("20240302 21：30-22：30", (2024, 3, 2, 21, 30), "21：30-22：30"),
        ("20240302 上午十一点二十分", (2024, 3, 2, 11, 20), "上午十一点二十分"),
        ("20240302 晚上12点", (2024, 3, 3, 0, 0), "晚上12点"),
        ("20240302 9pm", (2024, 3, 2, 21, 0), "9pm"),
        ("每周六晚八点，本期 20240302", (2024, 3, 2, 20, 0), "每周六晚八点，本期 20240302"),
    ],
)
def test_reading(text, expected, time_text):
    when = read_time(text)
    assert when.starts_at == datetime(*expected, tzinfo=BEIJING)
    assert when.time_text == time_text
    assert not when.lacks_time


def test_without_a_time_nine_in_the_evening_is_assumed():
    when = read_time("20240302")
    assert when.starts_at == datetime(2024, 3, 2, 21, 0, tzinfo=BEIJING)
    assert when.lacks_time
    assert when.time_text is None


def test_a_date_without_its_year_needs_one():
    assert read_time("3.2 晚上九点").lacks_year
    assert read_time("3.2 晚上九点").starts_at is None
    assert read_time("3.2 晚上九点", 2024).starts_at == datetime(2024, 3, 2, 21, 0, tzinfo=BEIJING)


@pytest.mark.parametrize("text", ["20241399", "每周六晚上九点", "", "待定", "20240231 晚上九点"])
def test_no_date(text):
    assert read_time(text).starts_at is None


@pytest.mark.parametrize("time_text", [None, "晚上九点（每周六）", "看情况", "20:00"])
def test_what_is_written_reads_back(time_text):
    moment = datetime(2024, 3, 2, 20, 0, tzinfo=BEIJING)
    assert read_time(write_time(moment, time_text)).starts_at == moment
