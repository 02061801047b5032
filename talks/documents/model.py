"""What an episode document says, as frozen values; the field names and their order are the public contract."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

SCHEMA = "openllm-talk/episode@1"

MAX_LABEL = 60
# A question's public id holds six digits.
MAX_NUMBER = 999_999
RESERVED_LABELS = ("录像记录", "开播日")

# A text that stands on one line: no line break in it, no space around it.
Line = Annotated[str, "line"]
# A line that says something.
Name = Annotated[str, "name"]
# An http address without spaces and angle brackets.
Url = Annotated[str, "url"]
# A word of small letters that a program chose.
Slug = Annotated[str, "slug"]

# A day more than the years that are named: an instant counts, whatever offset it is written with, or what comes in with
# one offset would be refused when it comes back with that of the site.
FIRST_MOMENT = datetime(1900, 1, 1, tzinfo=UTC) - timedelta(days=1)
LAST_MOMENT = datetime(2201, 1, 1, tzinfo=UTC) + timedelta(days=1)

_URL = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_PAPER = re.compile(r"[A-Za-z0-9./-]{1,40}")
_SLUG = re.compile(r"[a-z0-9_-]{1,40}")
_CODE = re.compile(r"\d{3,10}|S\d{2,10}")

EpisodeKind = Literal["regular", "special"]
SectionKind = Literal["news", "picks", "classic", "practice", "free_talk", "custom"]
Part = Literal["online", "group", "site"]
PastKind = Literal["article", "video", "template"]


class DocumentError(ValueError):
    """A value is no EpisodeDoc; `path` says where in the JSON (`sections[0].items[2].url`), `reason` why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class Refused(ValueError):
    """A document that is not taken in at all; `code` is one of `talks.documents.problems.Code`.

    As with Problem, `message` is the fixed sentence of the code and `detail` says what it is about.
    """

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        super().__init__(f"{message} {detail}" if detail else message)
        self.code = code
        self.message = message
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Problem:
    """A doubt about a document: the line (1-based, None for the whole), its code, the sentence, what it is about.

    `message` is a fixed English sentence of the code, so it can be translated; `detail` is text of the
    document and is shown after it.
    """

    line: int | None
    code: str
    message: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A 【label】 line, verbatim: its name without the brackets and the text behind the colon."""

    label: Name
    text: Line


@dataclass(frozen=True, slots=True)
class Recording:
    """A video of the talk; `offset_seconds` is where the talk begins in it."""

    title: Line | None
    url: Url
    platform: Slug
    offset_seconds: int | None


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A heading of the intro or the appendix with the text under it; level 0 and no title: text before any heading."""

    title: Name | None
    level: int
    body: str


@dataclass(frozen=True, slots=True)
class Group:
    """A heading inside a section (学术, 项目 …) and the notes directly under it."""

    title: Name
    body: str


@dataclass(frozen=True, slots=True)
class ItemDoc:
    """One entry of a section; `author`, `site` and `remark` belong to the linked article."""

    group: Name | None
    title: Line
    url: Url | None
    author: Name | None
    site: Name | None
    remark: Name | None
    body: str
    contributors: tuple[Name, ...]
    papers: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class SectionDoc:
    """A section of the talk; what its labels say stands both verbatim in `labels` and read in the other fields."""

    kind: SectionKind
    title: Name
    is_optional: bool
    brief: Line | None
    minutes: int | None
    theme: Line | None
    labels: tuple[Label, ...]
    leads: tuple[Name, ...]
    contributors: tuple[Name, ...]
    nominations: tuple[Name, ...]
    suggestions: tuple[Name, ...]
    body: str
    groups: tuple[Group, ...]
    items: tuple[ItemDoc, ...]


@dataclass(frozen=True, slots=True)
class PartDoc:
    """The heading of a part of the discussion (线上讨论) and what stands between it and its first question."""

    part: Part
    title: Name
    body: str


@dataclass(frozen=True, slots=True)
class AnswerDoc:
    """One answer, with the name that signs it."""

    author: Name | None
    body: str


@dataclass(frozen=True, slots=True)
class MergedDoc:
    """A question that was made one with another, whose words stand nowhere else; `id` is its public id."""

    id: Name
    asker: Name | None
    body: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class QuestionDoc:
    """A question; `number` is what the document says, `after` the text between its answers and the next question.

    `merged` stands in the JSON only where there is something in it, and in no text.
    """

    part: Part | None
    number: int | None
    asker: Name | None
    body: str
    answers: tuple[AnswerDoc, ...]
    follow_ups: tuple[QuestionDoc, ...]
    after: str
    merged: tuple[MergedDoc, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A line of 参考资料."""

    title: Line
    url: Url | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A line of 后续计划; `priority` is P0, P1 … as read from its text, which keeps it."""

    body: Line
    priority: Name | None


@dataclass(frozen=True, slots=True)
class Past:
    """A line of 往期精彩; `code` is the episode's ("004", "S02") when the title names one."""

    code: Name | None
    title: Line
    url: Url | None
    kind: PastKind


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Text that fits nowhere and the line of the source where it began."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class EpisodeDoc:
    """Everything a document says about one episode."""

    kind: EpisodeKind
    number: int
    title: Line | None
    starts_at: datetime | None
    time_text: Line | None
    hosts: tuple[Name, ...]
    editors: tuple[Name, ...]
    leads: tuple[Name, ...]
    labels: tuple[Label, ...]
    highlights: tuple[Name, ...]
    recordings: tuple[Recording, ...]
    intro: tuple[TextBlock, ...]
    sections: tuple[SectionDoc, ...]
    parts: tuple[PartDoc, ...]
    questions: tuple[QuestionDoc, ...]
    references: tuple[Reference, ...]
    plans: tuple[Plan, ...]
    plans_body: str
    appendix: tuple[TextBlock, ...]
    past: tuple[Past, ...]
    unplaced: tuple[Unplaced, ...]

    @property
    def code(self) -> str:
        """The public code of the episode: "005", "S02"."""
        return code_of(self.kind, self.number)


def code_of(kind: str, number: int) -> str:
    """The code of an episode: three digits for a regular one, S and two digits for a special (番外02 is S02)."""
    return f"S{number:02d}" if kind == "special" else f"{number:03d}"


def label_of(kind: str, number: int) -> str:
    """The number of an episode as people write it: 005, 番外02."""
    return f"番外{number:02d}" if kind == "special" else code_of(kind, number)


def to_json(doc: EpisodeDoc) -> dict[str, Any]:
    """The document as the contract's JSON object: its keys in order, every list present, absent scalars null."""
    plain: dict[str, Any] = {"schema": SCHEMA}
    for name, value in _to_plain(doc).items():
        plain[name] = value
        if name == "number":
            plain["code"] = doc.code
    return plain


def from_json(value: object) -> EpisodeDoc:
    """The document that a JSON value is.

    Raises DocumentError naming the path of the first value that is missing, unknown, of a wrong type or out
    of range. Nothing is converted: "5" is no number and 1 is no truth value.
    """
    if not isinstance(value, Mapping):
        raise DocumentError("", "must be an object")
    rest = dict(value)
    if rest.pop("schema", None) != SCHEMA:
        raise DocumentError("schema", f'must be "{SCHEMA}"')
    if "code" not in rest:
        raise DocumentError("code", "is missing")
    code = rest.pop("code")
    doc: EpisodeDoc = _object(EpisodeDoc, rest, "")
    if code != doc.code:
        raise DocumentError("code", f'must be "{doc.code}" for this kind and number')
    _check(doc)
    return doc


def _to_plain(value: Any) -> Any:
    if is_dataclass(value):
        said = {field.name: getattr(value, field.name) for field in fields(value)}
        optional = {field.name: field.default for field in fields(value) if field.default is not MISSING}
        return {name: _to_plain(part) for name, part in said.items() if optional.get(name, MISSING) != part}
    if isinstance(value, tuple):
        return [_to_plain(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value


@lru_cache(maxsize=64)
def _types_of(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _object(kind: type[Any], value: object, path: str) -> Any:
    if not isinstance(value, Mapping):
        raise DocumentError(path, "must be an object")
    prefix = f"{path}." if path else ""
    wanted = [field.name for field in fields(kind)]
    for name in value:
        if name not in wanted:
            shown = name if isinstance(name, str) and name.isprintable() else ascii(name)
            raise DocumentError(f"{prefix}{shown[:100]}", "is unknown")
    for field in fields(kind):
        if field.name not in value and field.default is MISSING:
            raise DocumentError(f"{prefix}{field.name}", "is missing")
    hints = _types_of(kind)  # type: ignore[arg-type,unused-ignore]
    return kind(**{name: _value(hints[name], value[name], f"{prefix}{name}") for name in wanted if name in value})


def _value(hint: Any, value: object, path: str) -> Any:
    """The value as the type hint wants it, checked all the way down."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = next(part for part in get_args(hint) if part is not type(None))
        return None if value is None else _value(inner, value, path)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise DocumentError(path, "must be a list")
        inner = get_args(hint)[0]
        return tuple(_value(inner, part, f"{path}[{index}]") for index, part in enumerate(value))
    if origin is Literal:
        if not isinstance(value, str) or value not in get_args(hint):
            raise DocumentError(path, "must be one of " + ", ".join(get_args(hint)))
        return value
    if is_dataclass(hint):
        return _object(hint, value, path)  # type: ignore[arg-type]
    return _scalar(hint, value, path)


def _scalar(hint: Any, value: object, path: str) -> Any:
    if hint is int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise DocumentError(path, "must be a whole number")
        if not 0 <= value < 2**31:
            raise DocumentError(path, "is out of range")
        return value
    if hint is bool:
        if not isinstance(value, bool):
            raise DocumentError(path, "must be true or false")
        return value
    if hint is datetime:
        return _moment(value, path)
    return _text(hint, value, path)


def _moment(value: object, path: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise DocumentError(path, "must be a time with its offset, such as 2023-07-22T21:00:00+08:00")
    if not FIRST_MOMENT <= moment < LAST_MOMENT:
        raise DocumentError(path, "must lie between the years 1900 and 2200")
    return moment


def _text(hint: Any, value: object, path: str) -> str:
    if not isinstance(value, str):
        raise DocumentError(path, "must be text")
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise DocumentError(path, "holds a character that is no text")
    if hint is str:
        return value
    if "\n" in value or "\r" in value or value != value.strip():
        raise DocumentError(path, "must be one line without space around it")
    if hint != Line and not value:
        raise DocumentError(path, "must not be empty")
    if hint == Url and not _URL.fullmatch(value):
        raise DocumentError(path, "must be an http address without spaces")
    if hint == Slug and not _SLUG.fullmatch(value):
        raise DocumentError(path, "must be small letters, digits, - and _")
    return value


def _questions(doc: EpisodeDoc) -> Iterator[tuple[str, QuestionDoc]]:
    for index, question in enumerate(doc.questions):
        yield f"questions[{index}]", question
    yield from _follow_ups(doc)


def _check(doc: EpisodeDoc) -> None:
    """The rules that no single type can say."""
    for path, question in _questions(doc):
        if question.number is not None and question.number > MAX_NUMBER:
            raise DocumentError(f"{path}.number", f"must be at most {MAX_NUMBER}")
    for name in ("intro", "appendix"):
        for index, block in enumerate(getattr(doc, name)):
            if block.level > 6 or (block.title is None) != (block.level == 0):
                raise DocumentError(f"{name}[{index}].level", "must be 1 to 6, or 0 when there is no title")
    for path, label in _labels(doc):
        if len(label.label) > MAX_LABEL or "【" in label.label or "】" in label.label:
            raise DocumentError(path, f"must be at most {MAX_LABEL} characters without 【 and 】")
        if label.label.startswith(RESERVED_LABELS):
            raise DocumentError(path, "is a label that only the writer uses")
    for index, piece in enumerate(doc.unplaced):
        if piece.line < 1:
            raise DocumentError(f"unplaced[{index}].line", "must be 1 or more")
    for index, past in enumerate(doc.past):
        if past.code is not None and not _CODE.fullmatch(past.code):
            raise DocumentError(f"past[{index}].code", 'must be a code such as "004" or "S02"')
    for index, section in enumerate(doc.sections):
        for place, item in enumerate(section.items):
            if any(not _PAPER.fullmatch(paper) for paper in item.papers):
                raise DocumentError(f"sections[{index}].items[{place}].papers", "must be arXiv ids")
        if section.kind == "free_talk" and (section.groups or section.items):
            raise DocumentError(f"sections[{index}]", "a free_talk section holds questions, no groups or items")
    for path, question in _follow_ups(doc):
        if question.number is not None:
            raise DocumentError(f"{path}.number", "must be null: a follow-up has no number")
        if question.follow_ups:
            raise DocumentError(f"{path}.follow_ups", "must be empty: a follow-up has no follow-ups")


def _labels(doc: EpisodeDoc) -> Iterator[tuple[str, Label]]:
    for index, label in enumerate(doc.labels):
        yield f"labels[{index}].label", label
    for place, section in enumerate(doc.sections):
        for index, label in enumerate(section.labels):
            yield f"sections[{place}].labels[{index}].label", label


def _follow_ups(doc: EpisodeDoc) -> Iterator[tuple[str, QuestionDoc]]:
    for index, question in enumerate(doc.questions):
        for place, follow_up in enumerate(question.follow_ups):
            yield f"questions[{index}].follow_ups[{place}]", follow_up
