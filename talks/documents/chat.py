"""A chat log that was pasted or exported, read: who said what and when.

Five shapes are known, each by its first lines: `name time` above the words (exports and copies of WeChat, Feishu),
`time name(number)` above them (QQ), a name and below it a time (Feishu), `name:` above them (copies of WeChat), and
`name: words`. Which one it is, is said by the log itself: the shape with the most heads. Every line is in a message or
around them. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

DATE = (
    r"(?:(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?|(?P<month2>\d{1,2})月(?P<day2>\d{1,2})日)"
)
# Without a year and written with figures: only in front of a clock, for 1-2 alone may be anything.
SHORT_DATE = r"(?P<month3>0?[1-9]|1[0-2])[-/](?P<day3>[12]\d|3[01]|0?[1-9])(?=\s)"
WEEKDAY = r"(?:\s*[(（]?(?:星期|周)[一二三四五六日天][)）]?)?"
PART_OF_DAY = r"(?P<part>上午|下午|凌晨|早上|中午|晚上|AM|PM|am|pm)?"
CLOCK = (
    rf"{PART_OF_DAY}\s*(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?(?:\s*(?P<part2>AM|PM|am|pm))?"
)
MOMENT = rf"(?:(?:{DATE}{WEEKDAY}|{SHORT_DATE}{WEEKDAY}|今天|昨天|前天|(?:星期|周)[一二三四五六日天])[\sT]*)?{CLOCK}"
NAME = r"(?P<name>\S(?:.{0,58}?\S)??)"

# With so long a run of these a line begins nothing, and patterns would walk through it again and again.
RUN = re.compile(r"[\s—–─\-=*·\[\]]{300}")
DAY_LINE = re.compile(rf"[\s—–─\-=*·]*{DATE}{WEEKDAY}[\s—–─\-=*·]*")
MOMENT_LINE = re.compile(rf"[\s—–─\-=\[\]]*{MOMENT}[\s—–─\-=\[\]]*")
AFTER = re.compile(rf"{NAME}\s+[\[(（]?{MOMENT}[\])）]?[:：]?")
BEFORE = re.compile(rf"[\[(（]?{MOMENT}[\])）]?\s+{NAME}")
BEFORE_INLINE = re.compile(rf"[\[(（]?{MOMENT}[\])）]?\s+(?P<name>[^:：]{{1,60}}?)[:：]\s*(?P<words>.*)")
AFTER_INLINE = re.compile(rf"(?P<name>[^:：\s][^:：]{{0,58}}?)\s*[\[(（]{MOMENT}[\])）]\s*[:：]\s*(?P<words>.*)")
ALONE = re.compile(r"(?P<name>[^:：\s](?:[^:：]{0,58}[^:：\s])?)\s*[:：]")
INLINE = re.compile(r"(?P<name>[^:：\s](?:[^:：]{0,38}[^:：\s])?)[:：](?!//)[ \t\u3000]?(?P<words>.*)")

# What QQ and chat programs say themselves.
SYSTEM = re.compile(
    r".{0,80}(?:撤回了一条消息|(?:加入|退出)了?(?:本)?群聊?|邀请.{0,60}加入.{0,20}|拍了拍.{0,60}|修改群名为.{0,80}"
    r"|开启了全员禁言|以上是打招呼的内容)[。.]?"
)
QQ_TITLE, QQ_NUMBER = re.compile(r"^【[^】]{1,20}】(?=.)"), re.compile(r"(?:\(\d{4,12}\)|<[^<>\s]+@[^<>\s]+>)$")
SYSTEM_NUMBER = re.compile(r"系统消息\(10000\)")
# What begins a line of words as often as a name does.
NO_NAMES = frozenset(
    """注 注意 答 问 回答 问题 例 例如 比如 参考 链接 论文 代码 补充 备注 地址 标题 原文 摘要 结论 重点 总结 步骤
    时间 主题 如下 另外 另 即 也就是 转 来源 作者 项目 模型 数据 方法 ps q a p.s. http https note todo ref paper code
    link tips tip example e.g. i.e. edit update""".split()  # noqa: SIM905 - a list of words is read more easily
)
# A name that speaks once only is believed up to this length; code between fences up to so many lines.
SHORT, LONGEST_CODE = 12, 60
# How many heads say how they are written.
FEW = 12


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said at once. `at` is the clock of the log without a zone; None where it says no date or no time.
    `clock` is the time of day alone, where no date is known."""

    line: int
    speaker: str
    text: str
    at: datetime | None = None
    clock: time | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A line or a message that is no question and no answer; `speaker` is "" for what nobody said."""

    line: int
    speaker: str
    text: str


@dataclass(slots=True)
class Log:
    """A log, message by message; `around` is what stands outside of messages."""

    messages: list[Message] = field(default_factory=list)
    around: list[Left] = field(default_factory=list)

    @property
    def speakers(self) -> list[str]:
        """Every name once, in the order in which they spoke first."""
        return list(dict.fromkeys(message.speaker for message in self.messages))


# ── Heads: the lines that say who speaks ────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Head:
    """A line that says who speaks: the first words may stand behind it, and `length` lines belong to it. The heads of
    one log are written alike (`written`): a line of somebody's words that looks like a head seldom is."""

    name: str
    written: tuple[object, ...]
    match: re.Match[str] | None = None
    words: str | None = None
    length: int = 1


Shape = Callable[[list[str], int], Head | None]


def _name_of(written: str) -> str:
    name = written.strip().strip("\u2005\u200b\ufeff")
    if SYSTEM_NUMBER.fullmatch(name):
        return name
    return QQ_NUMBER.sub("", QQ_TITLE.sub("", name)).strip() or name


def _above(pattern: re.Pattern[str]) -> Shape:
    def shape(lines: list[str], place: int) -> Head | None:
        found = pattern.fullmatch(lines[place].strip())
        if found is None or not _is_clock(found) or DAY_LINE.fullmatch(found["name"]):
            return None
        return Head(_name_of(found["name"]), _way_of(found), found)

    return shape


def _beside(pattern: re.Pattern[str]) -> Shape:
    def shape(lines: list[str], place: int) -> Head | None:
        found = pattern.fullmatch(lines[place].strip())
        return (
            Head(_name_of(found["name"]), _way_of(found), found, found["words"]) if found and _is_clock(found) else None
        )

    return shape


def _over_a_moment(lines: list[str], place: int) -> Head | None:
    if place + 1 >= len(lines) or not (name := lines[place].strip()) or len(name) > 60 or MOMENT_LINE.fullmatch(name):
        return None
    found = MOMENT_LINE.fullmatch(lines[place + 1].strip())
    return Head(_name_of(name), (), found, length=2) if found and _is_clock(found) else None


def _alone(lines: list[str], place: int) -> Head | None:
    found = ALONE.fullmatch(lines[place].strip())
    if found is None or not _may_be_name(found["name"]) or not any(lines[place + 1 : place + 2]):
        return None
    return Head(_name_of(found["name"]), (found[0][-1], _is_first(lines, place)))


def _inline(lines: list[str], place: int) -> Head | None:
    found = INLINE.fullmatch(lines[place]) if not lines[place][:1].isspace() else None
    if found is None or not _may_be_name(found["name"]):
        return None
    between = lines[place][found.end("name") : found.start("words")]
    return Head(_name_of(found["name"]), (between, _is_first(lines, place)), words=found["words"])


def _is_first(lines: list[str], place: int) -> bool:
    """Whether a line follows an empty one, or none."""
    return place == 0 or not lines[place - 1].strip()


def _way_of(found: re.Match[str]) -> tuple[object, ...]:
    """Return how a head writes its time: with a date, with seconds, with a part of the day, how far from the name."""
    written = re.sub(re.escape(found["name"]), "", found[0], count=1)
    gap = len(written) - len(written.strip())
    has_date = bool(found["year"] or found["month2"] or found["month3"] or re.search(r"[今昨前]天|星期|周", written))
    return (
        has_date,
        bool(found["second"]),
        bool(found["part"] or found["part2"]),
        gap if "name" in found.groupdict() else 0,
    )


def _may_be_name(text: str) -> bool:
    name = text.strip()
    if re.search(r"[。！？!?；;，,、「」`{}<>=#|]|://", name) or not re.search(r"\w|[^\x00-\x7f]", name):
        return False
    return name.lower() not in NO_NAMES and not (name.isdigit() and len(name) < 5)


def _is_clock(found: re.Match[str]) -> bool:
    return int(found["hour"]) < 25 and int(found["minute"]) < 60


TIMED: tuple[Shape, ...] = (
    _beside(BEFORE_INLINE),
    _beside(AFTER_INLINE),
    _above(BEFORE),
    _above(AFTER),
    _over_a_moment,
)
UNTIMED: tuple[Shape, ...] = (_alone, _inline)


def _shape_of(lines: list[str]) -> Shape:
    """Return the shape with the most heads; one that tells the time wins over one that does not, if it says as much
    as a tenth of the lines, and a name above the words wins over a name beside them."""
    counts = {shape: len(_heads(lines, shape)) for shape in (*TIMED, *UNTIMED)}
    best = max(TIMED, key=lambda shape: counts[shape])
    written = sum(bool(line.strip()) for line in lines)
    if counts[best] and (counts[best] * 10 >= written or counts[best] >= max(counts[shape] for shape in UNTIMED)):
        return best
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    if counts[_alone] * 2 > counts[_inline] or (counts[_alone] > 1 and lines and _alone(lines, first) is not None):
        return _alone
    return _inline


def _heads(lines: list[str], shape: Shape) -> dict[int, Head]:
    """Return the heads of a log by their lines: those that are written as most of them are, and others whose name is
    known from those. Beside the words a name is believed when it speaks more than once, or is short."""
    code = _code(lines) if shape in UNTIMED else set()
    found: dict[int, Head] = {}
    place = 0
    while place < len(lines):
        head = shape(lines, place) if lines[place].strip() and place not in code else None
        if head is not None:
            found[place] = head
        place += head.length if head is not None else 1
    if not found:
        return found
    ways = Counter(head.written for head in found.values())
    is_short = len(found) < FEW  # too few to say what is usual
    usual = {way for way, n in ways.items() if is_short or n * 4 >= len(found)} or {ways.most_common(1)[0][0]}
    known = Counter(head.name for head in found.values() if head.written in usual)
    first = min(found)
    return {
        place: head
        for place, head in found.items()
        if head.name in known
        and (shape is not _inline or known[head.name] > 1 or place == first or len(head.name) <= SHORT)
    }


def _code(lines: list[str]) -> set[int]:
    """Return the lines inside of fences that are closed."""
    inside: set[int] = set()
    start: int | None = None
    for place, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            if start is not None and place - start <= LONGEST_CODE:
                inside.update(range(start, place + 1))
                start = None
            else:
                start = place
    return inside


# ── Messages ────────────────────────────────────────────────────────────────


def read_chat(text: str) -> Log:
    """Return the messages of a log. Bytes that are no text are the caller's; every line is in a message or around."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    looked = ["" if RUN.search(line) else line for line in lines]
    shape = _shape_of(looked)
    heads = _heads(looked, shape)
    log, day, clock, year = Log(), None, None, _year_in(lines)
    open_message: tuple[int, str, datetime | None, time | None] | None = None
    words: list[str] = []

    def close() -> None:
        if open_message is not None:
            line, speaker, at, when = open_message
            text = "\n".join(words).strip("\n").rstrip()
            if SYSTEM_NUMBER.fullmatch(speaker):
                log.around.append(Left(line + 1, "", text))
            else:
                log.messages.append(Message(line + 1, speaker, text, at, when))

    place = 0
    while place < len(lines):
        line, head = lines[place], heads.get(place)
        if head is not None:
            close()
            if head.match is not None:
                day, clock = _day(head.match, year) or day, _clock(head.match)
            words = [head.words] if head.words is not None else []
            at = datetime.combine(day, clock) if day and clock else None
            open_message = (place, head.name, at, clock)
            place += head.length
            continue
        bare = line.strip()
        if found := DAY_LINE.fullmatch(looked[place]):
            day = _day(found, year) or day
            log.around.append(Left(place + 1, "", bare))
        elif (found := MOMENT_LINE.fullmatch(looked[place])) and shape in UNTIMED and _is_clock(found):
            day, clock = _day(found, year) or day, _clock(found)
            log.around.append(Left(place + 1, "", bare))
        elif bare and (open_message is None or SYSTEM.fullmatch(bare)):
            log.around.append(Left(place + 1, "", bare))
        else:
            words.append(line)
        place += 1
    close()
    return log


def _year_in(lines: list[str]) -> int | None:
    """Return the year of a log that says it once, for its dates without one."""
    for line in lines:
        if found := re.search(r"(?<!\d)(20\d{2})[-/.年]\d{1,2}[-/.月]\d{1,2}", line):
            return int(found[1])
    return None


def _day(found: re.Match[str], year: int | None) -> date | None:
    parts = found.groupdict()
    if parts.get("year"):
        numbers = (int(parts["year"]), int(parts["month"]), int(parts["day"]))
    elif (month := parts.get("month2") or parts.get("month3")) and year is not None:
        numbers = (year, int(month), int(parts["day2"] or parts["day3"]))
    else:
        return None
    try:
        return date(*numbers)
    except ValueError:
        return None


def _clock(found: re.Match[str]) -> time:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    part = (found["part"] or found["part2"] or "").lower()
    if part in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    elif part in ("凌晨", "am", "上午", "早上") and hour == 12:
        hour = 0
    return time(hour % 24, minute, min(second, 59))
