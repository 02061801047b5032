"""Encodings and dates of feeds that get them wrong."""

from datetime import UTC, datetime

import pytest

from news.sources import dates, feed
from news.sources.decoding import decode
from tests.news.sources.conftest import NOW

CHINESE = "大模型周报：本周新闻与论文推荐"
RSS = '{declaration}<rss version="2.0"><channel><title>x</title><item><title>{title}</title><guid>g</guid></item></channel></rss>'


def document(title, encoding, declared=None):
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return RSS.format(declaration=declaration, title=title).encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type", "is_doubtful"),
    [
        ("utf-8", "utf-8", "", False),
        ("utf-8", None, "application/rss+xml", False),
        ("utf-8-sig", "gbk", "text/xml; charset=gbk", False),
        ("utf-8", "gbk", "", True),
        ("utf-8", "us-ascii", "text/xml", False),
        ("gbk", "gb2312", "", False),
        ("gbk", "utf-8", "", True),
        ("gbk", None, "text/xml", True),
        ("gbk", None, "text/xml; charset=GBK", False),
        ("gb18030", "gb18030", "", False),
        ("utf-16", "utf-16", "", False),
        ("utf-16-le", "utf-16", "", False),
        ("utf-32", "utf-32", "", False),
    ],
)
def test_the_content_decides_on_its_encoding(answer, encoding, declared, content_type, is_doubtful):
    parsed = feed.parse(answer(document(CHINESE, encoding, declared), content_type=content_type))
    assert [entry.title for entry in parsed.entries] == [CHINESE]
    assert parsed.entries[0].language == "zh"
    assert [problem.code for problem in parsed.problems] == (["encoding"] if is_doubtful else [])


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        ("Café à la crème", "latin-1", None),
        ("語言模型週報", "big5", "big5"),
        ("言語モデル", "iso2022_jp", "iso-2022-jp"),
        ("言語モデルの週報", "shift_jis", "shift_jis"),
        ("Привет мир", "koi8-r", "koi8-r"),
    ],
)
def test_other_encodings_are_believed_when_declared(answer, text, encoding, declared):
    (entry,) = feed.parse(answer(document(text, encoding, declared))).entries
    assert entry.title == text


@pytest.mark.parametrize("declared", ["utf-99", "rot13", "base64", "utf-7", "hex"])
def test_encodings_that_are_none_are_not_used(declared):
    assert decode(document("a", "ascii", declared), "").text.startswith("<?xml")


def test_a_cut_character_does_not_spoil_the_rest(answer):
    body = document(CHINESE * 5, "utf-8").replace("周".encode(), "周".encode()[:2], 1)
    (entry,) = feed.parse(answer(body)).entries
    assert entry.title.count("论文") == 5


def test_blank_lines_and_control_characters_do_no_harm(answer):
    body = b"\n\n \r\n" + document("a\x0bb\x00c", "utf-8", "utf-8")
    parsed = feed.parse(answer(body))
    assert ([entry.title for entry in parsed.entries], parsed.problems) == (["abc"], ())


BEIJING_NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("Wed, 04 Mar 2026 04:00:00 GMT", BEIJING_NOON),
        ("Fri, 04 Mar 2026 04:00:00 GMT", BEIJING_NOON),  # it was a Wednesday
        ("04 Mar 2026 12:00:00 +0800", BEIJING_NOON),
        ("Tue, 03 Mar 2026 23:00 EST", BEIJING_NOON),
        ("2026-03-04T12:00:00+08:00", BEIJING_NOON),
        ("2026-03-04T04:00:00.123Z", BEIJING_NOON),
        ("2026-03-04 04:00:00", BEIJING_NOON),
        ("2026年3月4日 12:00", BEIJING_NOON),
        ("2026年03月04日（星期三）中午 12点00分", BEIJING_NOON),
        ("2026 年 3 月 4 日 上午 12:00:00", BEIJING_NOON),
        ("2026年3月4日 下午 3:30", datetime(2026, 3, 4, 7, 30, tzinfo=UTC)),
        ("2026年3月4日", datetime(2026, 3, 3, 16, tzinfo=UTC)),
        ("2026/3/4", datetime(2026, 3, 4, tzinfo=UTC)),
        ("March 4, 2026", datetime(2026, 3, 4, tzinfo=UTC)),
        ("Wed, 4 Mar 2026", datetime(2026, 3, 4, tzinfo=UTC)),
    ],
)
def test_dates_are_read(written, wanted):
    assert dates.read(written, now=NOW) == dates.Dated(wanted)


def test_a_date_without_zone_is_of_beijing_in_a_chinese_feed():
    assert dates.read("2026-03-04 12:00:00", now=NOW, is_chinese=True).moment == BEIJING_NOON
    assert dates.read("Wed, 04 Mar 2026 12:00:00", now=NOW, is_chinese=True).moment == BEIJING_NOON
    assert dates.read("Wed, 04 Mar 2026 04:00:00 GMT", now=NOW, is_chinese=True).moment == BEIJING_NOON


@pytest.mark.parametrize(
    ("written", "trouble"),
    [
        ("", ""),
        ("soon", "unread"),
        ("2026年13月45日", "unread"),
        ("2026-02-30", "unread"),
        ("0000-00-00 00:00:00", "unread"),
        ("99999-01-01", "unread"),
        ("2026-03-04T10:00:00+99:99", "unread"),
        ("1970-01-01T00:00:00Z", "unlikely"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "unlikely"),
        ("0001-01-01T00:00:00+14:00", "unread"),
        ("2026-03-06", "future"),
        ("2099年1月1日", "future"),
    ],
)
def test_dates_that_cannot_be_right_are_none(written, trouble):
    assert dates.read(written, now=NOW) == dates.Dated(None, trouble)


def test_another_readers_guess_counts_only_when_the_year_agrees():
    assert dates.read("04-Mars-2026", now=NOW, guess="2026-03-04T04:00:00+00:00").moment == BEIJING_NOON
    assert dates.read("04-Mars-2026", now=NOW, guess="2011-01-01T00:00:00+00:00").trouble == "unread"


def test_a_wrong_date_keeps_its_entry(answer):
    item = "<item><title>a</title><guid>g</guid><pubDate>{}</pubDate></item>"
    body = '<rss version="2.0"><channel><title>x</title>{}</channel></rss>'
    for written in ("2026年99月1日", "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 2035 00:00:00 GMT"):
        parsed = feed.parse(answer(body.format(item.format(written))))
        assert [entry.published_at for entry in parsed.entries] == [None]
        (problem,) = parsed.problems
        assert (problem.code, problem.entry) == ("date", "g")
        assert written in problem.message
