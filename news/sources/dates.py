"""Dates as feeds write them: RFC 3339, RFC 822 with wrong weekdays, Chinese ones, none at all. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# Feeds did not exist before; clocks that nobody has set stand at 1970.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# A feed's clock may be wrong by hours or by its zone; more is a mistake or a promise.
TOLERANCE = timedelta(days=1)
BEIJING = timezone(timedelta(hours=8))

_CHINESE = re.compile(
    r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]\s*(?:[(（]?(?:星期|周)[一二三四五六日天][)）]?)?\s*"
    r"(?:(凌晨|早上|上午|中午|下午|晚上)?\s*(\d{1,2})\s*[:：时点]\s*(\d{1,2})?(?:\s*[:：分]\s*(\d{1,2}))?)?"
)
_NUMBERS = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_ONLY = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s+)?(?:(\d{1,2})\.?\s+([A-Za-z]{3,9})\.?,?|([A-Za-z]{3,9})\.?\s+(\d{1,2}),?)\s+(\d{4})"
)
_ZONE = re.compile(r"(?:[+-]\d{4}|\b(?:[A-Z]|UT|GMT|UTC|[ECMP][SD]T))\)?\s*$", re.IGNORECASE)
_AFTERNOON = {"中午", "下午", "晚上"}


@dataclass(frozen=True, slots=True)
class Dated:
    """A moment, or why there is none: `trouble` is "" for a missing date, unread, unlikely or future."""

    moment: datetime | None
    trouble: str = ""


def read(written: str, *, now: datetime, is_chinese: bool = False, guess: str = "") -> Dated:
    """The moment that a date names. Without a zone it is Beijing's in a Chinese feed, else UTC.

    `guess` is another reader's moment in ISO, believed only for a date that names the same year.
    """
    written = " ".join(written.split())[:100]
    if not written:
        return Dated(None)
    zone = BEIJING if is_chinese else UTC
    moment = (
        _chinese(written)
        or _numbers(written, zone)
        or _mail(written, zone)
        or _words(written, zone)
        or _guessed(written, guess)
    )
    if moment is None:
        return Dated(None, "unread")
    moment = moment.astimezone(UTC)
    if moment < EARLIEST:
        return Dated(None, "unlikely")
    return Dated(None, "future") if moment > now + TOLERANCE else Dated(moment)


def _chinese(written: str) -> datetime | None:
    match = _CHINESE.search(written)
    if match is None:
        return None
    hour = int(match[5] or 0)
    if match[4] in _AFTERNOON and 0 < hour < 12:
        hour += 12
    return _moment(match[1], match[2], match[3], hour, match[6], match[7], zone=BEIJING)


def _numbers(written: str, zone: timezone) -> datetime | None:
    match = _NUMBERS.fullmatch(written)
    if match is None:
        return None
    return _moment(*match.groups()[:6], zone=_zone(match[7]) if match[7] else zone)


def _zone(written: str) -> timezone | None:
    if written[0] not in "+-":
        return UTC
    digits = written[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24):
        return None
    return timezone(-offset if written[0] == "-" else offset)


def _mail(written: str, zone: timezone) -> datetime | None:
    """A date as in mails; the weekday is not looked at, it is wrong often enough."""
    try:
        moment = parsedate_to_datetime(written)
        if not _ZONE.search(written):
            moment = moment.replace(tzinfo=zone)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _words(written: str, zone: timezone) -> datetime | None:
    """A day without an hour: 4 March 2026, March 4, 2026."""
    match = _DAY_ONLY.fullmatch(written)
    name = (match[2] or match[3])[:3].lower() if match else ""
    if match is None or name not in _MONTHS:
        return None
    return _moment(match[5], _MONTHS.index(name) + 1, match[1] or match[4], 0, 0, 0, zone=zone)


def _guessed(written: str, guess: str) -> datetime | None:
    if not guess or guess[:4] not in written:
        return None
    try:
        moment = datetime.fromisoformat(guess)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment(*parts: str | int | None, zone: timezone | None) -> datetime | None:
    if zone is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in parts)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def as_written(written: str) -> datetime | None:
    """The moment of a complete date in the zone that it names, for its day is that of its author."""
    written = " ".join(written.split())[:100]
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        try:
            moment = datetime.fromisoformat(written)
        except (ValueError, OverflowError):
            return None
    return moment if EARLIEST.year <= moment.year < 9999 else None
