"""An EpisodeDoc as Markdown of the site dialect: `#` title, `##` sections, `###` groups, `####` entries.

An entry without a group is `###`: no level is skipped.

Member text is written byte for byte; a line of it that would read as structure gets one backslash (or a guard, see
`escapes`), which the reader takes away again: `read(write(doc)).document == normal(doc)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from markup import targets
from talks.documents import facts, head, normal
from talks.documents.escapes import is_signed, is_structure, protected
from talks.documents.headings import read_heading, write_heading
from talks.documents.items import read_entries
from talks.documents.labels import write_label
from talks.documents.lines import Line, fenced, joined
from talks.documents.lists import read_plans, write_link, write_past, write_plan
from talks.documents.marks import read_answer_mark, read_number
from talks.documents.model import (
    AnswerDoc,
    EpisodeDoc,
    Label,
    Part,
    PartDoc,
    QuestionDoc,
    SectionDoc,
    SectionKind,
    TextBlock,
    label_of,
)
from talks.documents.outline import AFTER_TITLE, BODY_TITLE, FOLLOW_UP_PREFIX, PART_PREFIX, SECTION_PREFIX, Source
from talks.documents.people import signature
from talks.documents.questions import ASKER_LABELS, AUTHOR_LABELS, read_discussion
from talks.documents.sections import write_item
from talks.documents.structure_lines import as_markdown, ends_inside_formula, stands_as_written, starts_paragraph
from talks.documents.vocabulary import Region, Role, TitleKind, known_title, role_of, section_kind, word_key

SERIES = "OpenLLM Talk"
_REFERENCES, _PLANS, _PAST, _APPENDIX, _UNPLACED, _QUESTIONS = (
    *("参考资料", "后续计划", "往期精彩", "附录", "未归类", "问答"),
)
# Which heading of the intro a label stands under when the document has it; the others follow the one before.
_LABEL_HOMES = {
    Role.BACKGROUND: ("背景介绍", "背景"),
    Role.NUMBER: ("本期记录", "本期信息", "基本信息"),
    Role.TIME: ("本期记录", "本期信息", "基本信息"),
    Role.NOTICE: ("注意事项",),
}


def write(doc: EpisodeDoc) -> str:
    """The document as text of the site dialect, ending in one line break. The same document gives the same bytes."""
    doc = normal.normal(doc)
    lines = [as_markdown(title_line(doc))]
    lines += _head(doc)
    has_questions_written = False
    for section in doc.sections:
        lines += _section(section)
        if section.kind == "free_talk" and not has_questions_written:
            lines += _discussion(doc)
            has_questions_written = True
    if not has_questions_written and (doc.questions or doc.parts):
        lines += ["", f"## {_QUESTIONS}", *_discussion(doc)]
    lines += _back(doc)
    return "\n".join(lines).rstrip("\n") + "\n"


def title_line(doc: EpisodeDoc) -> str:
    """The first line: the series, the number as people write it, and the title if there is one."""
    name = label_of(doc.kind, doc.number)
    return write_heading(1, f"{SERIES} {name}：{doc.title}" if doc.title else f"{SERIES} {name}")


# the head


def _head(doc: EpisodeDoc) -> list[str]:
    homes = _label_homes(doc)
    blocks: Sequence[TextBlock | None] = doc.intro or (None,)
    last_video = max((index for index, one in enumerate(doc.labels) if role_of(one.label) is Role.VIDEO), default=None)
    lines: list[str] = []
    for place, block in enumerate(blocks):
        if block is not None:
            lines += _passage(block, in_appendix=False)
        for index, label in enumerate(doc.labels):
            if homes[index] == place:
                lines += ["", as_markdown(write_label(label))]
                lines += _recordings(doc, label) if index == last_video else []
    if last_video is None:
        lines += _recordings(doc, None)
    if day := facts.missing_day(doc):
        lines += ["", write_label(Label(head.DAY_LABEL, f"{day:%Y%m%d}"))]
    return lines


def _label_homes(doc: EpisodeDoc) -> list[int]:
    """For each label the heading of the intro it stands under; never one before that of an earlier label."""
    titles = [word_key(block.title or "")[0] for block in doc.intro]
    homes, last = list[int](), 0
    for label in doc.labels:
        role = role_of(label.label)
        wanted = _LABEL_HOMES.get(role, ()) if role else ()
        home = next((index for index, title in enumerate(titles) if title in wanted and index >= last), None)
        last = home if home is not None else last
        homes.append(last)
    return homes


def _recordings(doc: EpisodeDoc, label: Label | None) -> list[str]:
    """The addresses below the label of the video when that says all, else each recording in full."""
    videos = [one for one in doc.labels if role_of(one.label) is Role.VIDEO]
    said = [recording for one in videos for recording in head.recordings_of([one], [])]
    if list(doc.recordings) == said:
        return []
    rest = [recording.url for recording in doc.recordings[len(said) :]]
    earlier = [recording for one in videos[:-1] for recording in head.recordings_of([one], [])]
    if label is not None and earlier + head.recordings_of([label], rest) == list(doc.recordings):
        return [line for url in rest for line in ("", f"<{url}>")]
    if not doc.recordings:
        return ["", head.NO_RECORDINGS]
    return [line for recording in doc.recordings for line in ("", head.write_recording(recording))]


def _passage(block: TextBlock, *, in_appendix: bool) -> list[str]:
    lines: list[str] = []
    if block.title is not None:
        plain = write_heading(block.level, block.title)
        is_plain = _reads_as_passage(plain, block.title, in_appendix=in_appendix)
        heading = plain if is_plain else write_heading(block.level, block.title, is_protected=True)
        lines += ["", as_markdown(heading)]
    return [*lines, *_text(block.body)]


def _reads_as_passage(line: str, title: str, *, in_appendix: bool) -> bool:
    heading = read_heading(Line((0,), line))
    if heading is None or heading.title != title or heading.raw != title:
        return False
    if SECTION_PREFIX.fullmatch(title) or PART_PREFIX.fullmatch(title):
        return False
    known = heading.known
    if known is None or known.kind is TitleKind.INTRO:
        return True
    is_appendix = known.kind is TitleKind.BACK and known.name == Region.APPENDIX.value
    return in_appendix and is_appendix and word_key(title)[0] != _APPENDIX


def _text(body: str) -> list[str]:
    return ["", *protected(body)] if body else []


# sections


def _section(section: SectionDoc) -> list[str]:
    lines = ["", as_markdown(_section_heading(section))]
    for label in section.labels:
        lines += ["", as_markdown(write_label(label))]
    if section.kind == "free_talk":
        return [*lines, *_talk_body(section.body, 3)]
    lines += _notes(section.body, section.kind, 3)
    items = [item for item in section.items if item.group is None]
    for item in items:
        # no level is skipped: GitHub's form of this text would close the gap
        lines += ["", *write_item(item, 3)]
    for group in section.groups:
        heading = _named_heading(group.title, TitleKind.GROUP, f"栏目：{group.title}")
        lines += ["", as_markdown(heading)]
        lines += _notes(group.body, section.kind, 4)
        for item in section.items:
            if item.group == group.title:
                lines += ["", *write_item(item, 4)]
    return lines


def _section_heading(section: SectionDoc) -> str:
    plain = write_heading(2, section.title)
    heading = read_heading(Line((0,), plain))
    if heading is not None and heading.title == heading.raw == section.title and heading.known is not None:
        is_right = section_kind(section.title) == section.kind and word_key(section.title)[1] == section.is_optional
        if heading.known.kind is TitleKind.SECTION and is_right:
            return plain
    optional = "，可选" if section.is_optional else ""
    return write_heading(2, f"版块（{section.kind}{optional}）：{section.title}")


def _named_heading(title: str, kind: TitleKind, explicit: str) -> str:
    plain = write_heading(3, title)
    heading = read_heading(Line((0,), plain))
    is_plain = heading is not None and heading.title == heading.raw == title
    if is_plain and heading is not None and heading.known is not None and heading.known.kind is kind:
        return plain
    return write_heading(3, explicit)


def _notes(body: str, kind: SectionKind, level: int) -> list[str]:
    """Text of a section or group: as it is when it reads as notes, else under a heading that says so."""
    if not body:
        return []
    lines = protected(body)
    if all(_reads_as_notes(form, kind) for form in _forms(lines)) and not _starts_with_label(body):
        return ["", *lines]
    return ["", f"{'#' * level} {BODY_TITLE}", "", *lines]


def _forms(lines: list[str]) -> Iterator[list[str]]:
    """Lines of a body as they are written and as GitHub's form has them, which says what they are as well."""
    yield lines
    yield targets.convert("\n".join(lines), "github").text.removesuffix("\n").split("\n")


def _reads_as_notes(lines: list[str], kind: SectionKind) -> bool:
    source = Source.of(["# OpenLLM Talk 000", "", *lines])
    entries = read_entries(source, source.lines[2:], kind, ())
    kept = entries.notes or entries.rest
    is_whole = [line.text for line in kept] == lines and kept[0].numbers == (3,)
    return source.is_outlined and not entries.drafts and is_whole


def _starts_with_label(body: str) -> bool:
    return is_structure(body.split("\n", 1)[0])


# the discussion


def _discussion(doc: EpisodeDoc) -> list[str]:
    lines = _part_questions(doc, None)
    for part in doc.parts:
        lines += ["", as_markdown(_part_heading(part))]
        lines += _talk_body(part.body, 4)
        lines += _part_questions(doc, part.part)
    return lines


def _part_heading(part: PartDoc) -> str:
    explicit = f"讨论（{part.part}）：{part.title}"
    known = known_title(part.title)
    if known is None or known.name != part.part:
        return write_heading(3, explicit)
    return _named_heading(part.title, TitleKind.PART, explicit)


def _talk_body(body: str, level: int) -> list[str]:
    """Text before questions: as it is when nothing in it reads as one, else under a heading that says so."""
    if not body:
        return []
    lines = protected(body)
    if all(_reads_as_talk(form) for form in _forms(lines)) and not _starts_with_label(body):
        return ["", *lines]
    return ["", f"{'#' * level} {BODY_TITLE}", "", *lines]


def _reads_as_talk(lines: list[str]) -> bool:
    source = Source.of(["# OpenLLM Talk 000", "", *lines])
    before = read_discussion(source, source.lines[2:], ()).before
    return source.is_outlined and [line.text for line in before] == lines


def _part_questions(doc: EpisodeDoc, part: Part | None) -> list[str]:
    lines: list[str] = []
    level = 3 if part is None else 4  # no level is skipped under a section without parts
    for question in doc.questions:
        if question.part == part:
            lines += _question(question, f"{'#' * level} {_number(question.number)}")
            for follow_up in question.follow_ups:
                lines += _question(follow_up, f"{'#' * (level + 1)} {FOLLOW_UP_PREFIX}")
                lines += _after(follow_up, level + 2)
            lines += _after(question, level + 1)
    return lines


def _number(number: int | None) -> str:
    """How a question begins; `2023. ` would be the start of a sentence."""
    if number is None:
        return "问："
    return f"{number}. " if number < 1000 else f"问 {number}："


def _after(question: QuestionDoc, level: int) -> list[str]:
    return ["", f"{'#' * level} {AFTER_TITLE}", *_text(question.after)] if question.after else []


def _question(question: QuestionDoc, start: str) -> list[str]:
    lines = ["", *_opened(start, question.body, is_heading=True)]
    if question.asker is not None or _looks_signed(question.body):
        lines += ["", as_markdown(write_label(Label(ASKER_LABELS[0], question.asker or "")))]
    for answer in question.answers or (AnswerDoc(None, ""),):
        lines += ["", *_opened("答：", answer.body, is_heading=False)]
        if answer.author is not None or _looks_signed(answer.body):
            lines += ["", as_markdown(write_label(Label(AUTHOR_LABELS[0], answer.author or "")))]
    return lines


def _looks_signed(body: str) -> bool:
    """Whether a body ends like a signature, as it is or in GitHub's form, which joins its lines."""
    lines = body.split("\n")
    start = next((index for index in range(len(lines), 0, -1) if not lines[index - 1].strip()), 0)
    return is_signed(lines[-1]) or is_signed(joined(lines[start:]))


def _opened(start: str, body: str, *, is_heading: bool) -> list[str]:
    """A body behind a number or marker: its first line on the same line when it cannot be misread there."""
    if not body:
        return [start.rstrip()]
    lines = protected(body)
    if _may_stand_behind(start, body, lines[0], is_heading=is_heading):
        return [start + lines[0], *lines[1:]]
    return [start.rstrip(), "", *lines]


def _may_stand_behind(start: str, body: str, written: str, *, is_heading: bool) -> bool:
    """Whether the first line of a body is read the same behind its number or marker as on a line of its own."""
    texts = body.split("\n")
    first = texts[0]
    if written != first or first.strip() != first or first.startswith("\\") or 0 in fenced(texts):
        return False
    following = texts[1] if len(texts) > 1 and texts[1].strip() else "及"
    if signature(first) is not None or first.endswith("\\"):  # a break that is meant needs its next line
        return False
    if not all(starts_paragraph(text) for text in (first, following, f"{first}\n{following}")):
        return False  # a|b over a rule is a table, and it is none behind a number
    if not is_heading:
        mark = read_answer_mark(start + first)
        is_whole = mark is not None and mark.end == len(start)
        return is_whole and starts_paragraph(f"{start}{first}\n{following}")  # 答：a|b over a rule is a table
    if not stands_as_written(start + first) or ends_inside_formula(texts):
        return False  # a heading is no place for a formula, and is not member text
    heading = read_heading(Line((0,), start + first))
    level, title = len(start) - len(start.lstrip("#")), (start + first).lstrip("#").lstrip()
    if heading is None or heading.known is not None or (heading.level, heading.raw) != (level, title):
        return False
    if title.startswith(FOLLOW_UP_PREFIX):
        return True
    entry = read_number(title)
    return entry is not None and not entry.is_decimal and title[entry.end :] == first


# behind the sections


def _back(doc: EpisodeDoc) -> list[str]:
    lines: list[str] = []
    is_regular = doc.kind == "regular"
    if doc.references or is_regular:
        lines += ["", f"## {_REFERENCES}", *_listed(write_link(one.title, one.url) for one in doc.references)]
    if doc.plans or doc.plans_body or is_regular:
        lines += ["", f"## {_PLANS}", *_plans(doc)]
    if doc.appendix:
        first = _passage(doc.appendix[0], in_appendix=True)
        title = known_title(doc.appendix[0].title or "")
        opens = title is not None and title.kind is TitleKind.BACK and title.name == Region.APPENDIX.value
        lines += first if opens and "\\" not in first[1] else ["", f"## {_APPENDIX}", *first]
        for block in doc.appendix[1:]:
            lines += _passage(block, in_appendix=True)
    if doc.past or is_regular:
        lines += ["", f"## {_PAST}", *_listed(write_past(one) for one in doc.past)]
    if doc.unplaced:
        lines += ["", f"## {_UNPLACED}"]
        for piece in doc.unplaced:
            lines += ["", write_label(Label(f"第 {piece.line} 行", "")), *_text(piece.text)]
    return lines


def _listed(entries: Iterable[str]) -> list[str]:
    entries = list(entries)
    return ["", *entries] if entries else []


def _plans(doc: EpisodeDoc) -> list[str]:
    listed = _listed(write_plan(plan) for plan in doc.plans)
    if not doc.plans_body:
        return listed
    lines = protected(doc.plans_body)
    if all(_reads_as_plans_body(form) for form in _forms(lines)):
        return ["", *lines, *listed]
    return [*listed, "", f"### {BODY_TITLE}", "", *lines]


def _reads_as_plans_body(lines: list[str]) -> bool:
    source = Source.of(["# OpenLLM Talk 000", "", *lines])
    drafts, body = read_plans(source, source.lines[2:])
    return source.is_outlined and not drafts and [line.text for line in body] == lines
