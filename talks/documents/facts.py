"""What the labels of a document and of its sections say, and labels rewritten when the values have changed.

Reader and writer both ask here, so that a label is printed as it was while its value is the one it says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from markup import links
from talks.documents import dates, people
from talks.documents.labels import read_labels, write_label
from talks.documents.model import EpisodeDoc, Label, Recording, SectionDoc, SectionKind
from talks.documents.vocabulary import Role, fold, label_name, role_of, section_kind, word_key

_NOMINATION_MARKS = "、；;，,"
_MINUTES = re.compile(r"(\d{1,3})\s?(?:分钟|min)")
_OFFSET = re.compile(r"[?&#]t=(?:(\d{1,2})h)?(?:(\d{1,3})m)?(\d{1,6})s?(?![\w:])")
_OFFSET_IN_TITLE = re.compile(r"空降[到至]?\s?(?:(\d{1,2}):)?(\d{1,3}):(\d{2})")
_PLATFORMS = {
    "bilibili": ("bilibili.com", "b23.tv"),
    "youtube": ("youtube.com", "youtu.be"),
    "zhihu": ("zhihu.com",),
    "wechat": ("weixin.qq.com", "channels.weixin.qq.com"),
    "tencent": ("meeting.tencent.com", "v.qq.com"),
}


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """What the labels of the head say."""

    starts_at: datetime | None
    time_text: str | None
    hosts: tuple[str, ...]
    editors: tuple[str, ...]
    leads: tuple[str, ...]
    highlights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """What the labels of a section say."""

    brief: str | None
    minutes: int | None
    theme: str | None
    leads: tuple[str, ...]
    contributors: tuple[str, ...]
    nominations: tuple[str, ...]
    suggestions: tuple[str, ...]


def _text_of(labels: Sequence[Label], role: Role) -> str | None:
    """The text of the first label of a role that has one."""
    return next((one.text for one in labels if role_of(one.label) is role and one.text), None)


def _names_of(labels: Sequence[Label], role: Role) -> tuple[str, ...]:
    found = [name for one in labels if role_of(one.label) is role for name in people.names(one.text)]
    return tuple(dict.fromkeys(found))


def _values_of(labels: Sequence[Label], role: Role, separators: str) -> tuple[str, ...]:
    found = [value for one in labels if role_of(one.label) is role for value in people.values(one.text, separators)]
    return tuple(dict.fromkeys(found))


def time_said(labels: Sequence[Label], context: date | None = None) -> dates.When:
    """When the talk is by its 【时间】 label; what the label leaves out, the year or the date, is `context`'s."""
    text = _text_of(labels, Role.TIME) or ""
    if context is None or dates.find_date(text) is not None:
        return dates.read_time(text)
    if dates.lacks_year(text):
        return dates.read_time(text, context.year)
    return dates.read_time(f"{context:%Y%m%d} {text}".strip())


def missing_day(doc: EpisodeDoc) -> date | None:
    """The day that the 【时间】 label leaves out, in whole or its year, when with it the label says it all."""
    if doc.starts_at is None:
        return None
    day = doc.starts_at.astimezone(dates.BEIJING).date()
    wanted = (doc.starts_at, doc.time_text)
    plain, aided = time_said(doc.labels), time_said(doc.labels, day)
    is_missing = (plain.starts_at, plain.time_text) != wanted
    return day if is_missing and (aided.starts_at, aided.time_text) == wanted else None


def episode_facts(labels: Sequence[Label], context: date | None = None) -> EpisodeFacts:
    """The values that the labels of the head give; `context` is for a date without its year, or no date."""
    when = time_said(labels, context)
    return EpisodeFacts(
        starts_at=when.starts_at,
        time_text=when.time_text,
        hosts=_names_of(labels, Role.HOSTS),
        editors=_names_of(labels, Role.EDITORS),
        leads=_names_of(labels, Role.LEADS),
        highlights=_values_of(labels, Role.HIGHLIGHTS, "；;"),
    )


def is_brief(label: Label, title: str) -> bool:
    """Whether a label introduces the section: it bears the section's name, or the name of one."""
    if role_of(label.label) is Role.BRIEF:
        return True
    key = word_key(label.label)[0]
    return bool(key) and key == word_key(title)[0]


def section_facts(labels: Sequence[Label], title: str) -> SectionFacts:
    """The values that the labels of a section give."""
    brief = next((one.text for one in labels if is_brief(one, title) and one.text), None)
    stated = _text_of(labels, Role.MINUTES)
    return SectionFacts(
        brief=brief,
        minutes=_minutes(stated if stated is not None else brief or ""),
        theme=_text_of(labels, Role.THEME),
        leads=_names_of(labels, Role.LEADS),
        contributors=_names_of(labels, Role.CONTRIBUTORS),
        nominations=_values_of(labels, Role.NOMINATIONS, _NOMINATION_MARKS),
        suggestions=_values_of(labels, Role.SUGGESTIONS, "；;"),
    )


def _minutes(text: str) -> int | None:
    """The minutes a brief plans (共~10 分钟): the last ones it names."""
    found = _MINUTES.findall(fold(text))
    return int(found[-1]) if found else None


def contradicts(label: Label, kind: SectionKind) -> bool:
    """Whether a label names another kind of section than the heading above it does."""
    named = section_kind(label.label)
    return named is not None and kind != "custom" and named != kind


# labels for values that have changed


def _with(labels: Sequence[Label], role: Role, text: str, name: str | None = None) -> tuple[Label, ...]:
    """The labels with this text under a role: in the first label of it, or in a new one at the end."""
    return _put(
        labels,
        [index for index, one in enumerate(labels) if role_of(one.label) is role],
        text,
        name or label_name(role),
    )


def _put(labels: Sequence[Label], places: Sequence[int], text: str, name: str) -> tuple[Label, ...]:
    if not places:
        return (*labels, Label(name, text))
    return tuple(
        replace(one, text=text if index == places[0] else "") if index in places else one
        for index, one in enumerate(labels)
    )


def episode_labels(doc: EpisodeDoc) -> tuple[Label, ...]:
    """The labels of the head that say what the document's values are; those that already do stay verbatim."""
    labels, facts = doc.labels, episode_facts(doc.labels, missing_day(doc))
    if (facts.starts_at, facts.time_text) != (doc.starts_at, doc.time_text):
        text = dates.write_time(doc.starts_at, doc.time_text) if doc.starts_at else doc.time_text or ""
        labels = _with(labels, Role.TIME, text)
    for role, known, wanted in (
        (Role.HOSTS, facts.hosts, doc.hosts),
        (Role.EDITORS, facts.editors, doc.editors),
        (Role.LEADS, facts.leads, doc.leads),
    ):
        if known != wanted:
            labels = _with(labels, role, people.write_names(wanted))
    if facts.highlights != doc.highlights:
        labels = _with(labels, Role.HIGHLIGHTS, people.write_values(doc.highlights))
    return labels


def section_labels(section: SectionDoc) -> tuple[Label, ...]:
    """The labels of a section that say what its values are; those that already do stay verbatim."""
    labels, title = section.labels, section.title
    if section_facts(labels, title).brief != section.brief:
        places = [index for index, one in enumerate(labels) if is_brief(one, title)]
        labels = _put(labels, places, section.brief or "", _brief_name(section))
    facts = section_facts(labels, title)
    if facts.minutes != section.minutes:
        labels = _with(labels, Role.MINUTES, "不限" if section.minutes is None else f"{section.minutes} 分钟")
    if facts.theme != section.theme:
        labels = _with(labels, Role.THEME, section.theme or "")
    for role, known, wanted in (
        (Role.LEADS, facts.leads, section.leads),
        (Role.CONTRIBUTORS, facts.contributors, section.contributors),
    ):
        if known != wanted:
            labels = _with(labels, role, people.write_names(wanted))
    if facts.nominations != section.nominations:
        labels = _with(labels, Role.NOMINATIONS, people.write_values(section.nominations, _NOMINATION_MARKS))
    if facts.suggestions != section.suggestions:
        labels = _with(labels, Role.SUGGESTIONS, people.write_values(section.suggestions))
    return labels


def _brief_name(section: SectionDoc) -> str:
    """The label of a brief: the section's own name when a label can bear it."""
    label = Label(section.title, "x")
    reads_back = [found.label for found in read_labels(write_label(label))] == [label]
    same_kind = section_kind(section.title) in (None, section.kind)
    return section.title if reads_back and same_kind and is_brief(label, section.title) else label_name(Role.BRIEF)


# recordings


def recording(title: str, url: str) -> Recording:
    """A recording as far as its title and address tell: where it is, and at which second the talk begins."""
    host = links.host(url)
    platform = next(
        (name for name, hosts in _PLATFORMS.items() if any(host == one or host.endswith(f".{one}") for one in hosts)),
        "other",
    )
    return Recording(title.strip() or None, links.canonical(url), platform, _offset(title, url))


def _offset(title: str, url: str) -> int | None:
    match = _OFFSET.search(url) or _OFFSET_IN_TITLE.search(fold(title))
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
