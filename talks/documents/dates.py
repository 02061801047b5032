"""When a talk is: dates and times of day as the community writes them (20230722 晚上九点半); Beijing time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from talks.documents.vocabulary import fold

BEIJING = timezone(timedelta(hours=8))
USUAL_HOUR = 21

_DATES = (
    re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(20\d{2})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)\s?[日号]?"),
)
_SHORT_YEAR = re.compile(r"\s{0,3}(2\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?![\d.])\s?[日号]?")
_DATE_WITHOUT_YEAR = re.compile(r"(?<![\d.])(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?![\d.])\s?[日号]?(?!\s?[-–~点:])")
_PERIOD = r"(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|今晚|夜里|夜间|晚|早|am|pm)?\s?"
_HOUR = r"(二十[一二三]?|十[一二三四五六七八九]?|[零〇一二两三四五六七八九]|\d{1,2})"
_CLOCK = re.compile(_PERIOD + r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?(?!\d)")
_SPOKEN = re.compile(
    _PERIOD
    + _HOUR
    + r"\s?[点时](?!间)(?:\s?(半|整|一刻|三刻|[零〇一二三四五]?十?[一二三四五六七八九]?\d{0,2}(?=\s?分)))?"
)
_LATIN = re.compile(r"(?<![\d:])(\d{1,2})(?::(\d{2}))?\s?(am|pm)(?![a-z])")
_AFTER_NOON = frozenset(("下午", "傍晚", "晚上", "晚间", "今晚", "夜里", "夜间", "晚", "pm"))
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


@dataclass(frozen=True, slots=True)
class When:
    """What a time text says: the moment, the text behind the date, and whether anything was assumed."""

    starts_at: datetime | None
    time_text: str | None
    lacks_year: bool = False
    lacks_time: bool = False


def number_of(word: str) -> int:
    """The value of a spoken number up to 59 (二十三, 九, 12); 0 for none."""
    if word.isdigit():
        return int(word)
    tens, ten, ones = word.rpartition("十")
    value = _DIGITS.get(ones[-1:], 0)
    return value + (10 * _DIGITS.get(tens[-1:], 1) if ten else 0)


def time_of_day(text: str) -> tuple[int, int, int] | None:
    """Hour, minute and second of the first time of day in a text, or None.

    晚上十二点 is midnight at the end of the day, which is given as 24:00.
    """
    folded = fold(text)
    for pattern in (_LATIN, _CLOCK, _SPOKEN):
        match = pattern.search(folded)
        if match is None:
            continue
        if pattern is _LATIN:
            period, hour, minute, second = match[3], int(match[1]), int(match[2] or 0), 0
        elif pattern is _CLOCK:
            period, hour, minute, second = match[1], int(match[2]), int(match[3]), int(match[4] or 0)
        else:
            period, hour, minute, second = match[1], number_of(match[2]), _minutes(match[3] or ""), 0
        hour = _hour(period, hour)
        if hour <= 24 and minute < 60 and second < 60:
            return hour, minute, second
    return None


def _minutes(word: str) -> int:
    fixed = {"半": 30, "整": 0, "一刻": 15, "三刻": 45}
    return fixed[word] if word in fixed else number_of(word)


def _hour(period: str | None, hour: int) -> int:
    if period in _AFTER_NOON and 1 <= hour < 12:
        return hour + 12
    if period in ("晚上", "晚间", "今晚", "夜里", "夜间", "晚") and hour == 12:
        return 24
    if period in ("凌晨", "am") and hour == 12:
        return 0
    if period == "中午" and 1 <= hour <= 3:
        return hour + 12
    return hour


def find_date(text: str, year: int | None = None) -> tuple[date, int, int] | None:
    """The first date of a text and its span; one without a year (7.22) needs `year`."""
    folded = fold(text)
    for pattern in _DATES:
        for match in pattern.finditer(folded):
            if found := _date(int(match[1]), int(match[2]), int(match[3])):
                return found, match.start(), match.end()
    at_start = _SHORT_YEAR.match(folded)
    if at_start and (found := _date(2000 + int(at_start[1]), int(at_start[2]), int(at_start[3]))):
        return found, at_start.start(), at_start.end()
    short = _DATE_WITHOUT_YEAR.search(folded) if year is not None else None
    if year is not None and short and (found := _date(year, int(short[1]), int(short[2]))):
        return found, short.start(), short.end()
    return None


def lacks_year(text: str) -> bool:
    """Whether a text has a date, but only one without a year."""
    if find_date(text) is not None:
        return False
    match = _DATE_WITHOUT_YEAR.search(fold(text))
    return match is not None and _date(2024, int(match[1]), int(match[2])) is not None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_time(text: str, year: int | None = None) -> When:
    """What the text of a 【时间】 label says.

    `time_text` is the text without its date when the date stands first (晚上九点（每周六…）), else all of it.
    Without a time of day 21:00 is assumed.
    """
    found = find_date(text, year)
    if found is None:
        return When(None, text.strip() or None, lacks_year=lacks_year(text))
    day, start, end = found
    rest = text[end:].lstrip(" ，,、:：").removeprefix("T") if not text[:start].strip() else text
    clock = time_of_day(text[end:]) or time_of_day(text[:start])
    hour, minute, second = clock or (USUAL_HOUR, 0, 0)
    moment = datetime(day.year, day.month, day.day, 0, minute, second, tzinfo=BEIJING)
    try:
        moment += timedelta(hours=hour)
    except OverflowError:
        return When(None, text.strip() or None)
    return When(moment, rest.strip() or None, lacks_time=clock is None)


def write_time(moment: datetime, time_text: str | None) -> str:
    """The text of a 【时间】 label that reads back as this moment, with `time_text` when it agrees."""
    local = moment.astimezone(BEIJING).replace(microsecond=0)
    day = f"{local.year:04d}{local.month:02d}{local.day:02d}"
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    texts = [f"{day} {time_text}", f"{day} {clock}（{time_text}）"] if time_text else []
    for text in (*texts, f"{day} {clock}"):
        if read_time(text).starts_at == local:
            return text
    return f"{day} {clock}"
