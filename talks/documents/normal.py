"""The form of a document that the dialect can write: labels that say the values, entries in the order of groups.

What the reader returns is in this form. Nothing is lost by it; a document edited on the site gets its labels
renewed where the values have changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from markup import links
from talks.documents import facts
from talks.documents.dates import BEIJING
from talks.documents.model import (
    AnswerDoc,
    EpisodeDoc,
    Group,
    ItemDoc,
    Part,
    PartDoc,
    QuestionDoc,
    SectionDoc,
    TextBlock,
)

PART_TITLES: dict[Part, str] = {"online": "线上讨论", "group": "群里讨论", "site": "网站讨论"}


def normal(doc: EpisodeDoc) -> EpisodeDoc:
    """The same document as `read(write(doc))` gives it back; a document in this form is returned as it is."""
    starts_at = doc.starts_at.astimezone(BEIJING).replace(microsecond=0) if doc.starts_at else None
    doc = replace(
        doc,
        title=doc.title or None,
        starts_at=starts_at,
        time_text=doc.time_text or None,
        recordings=tuple(replace(one, title=one.title or None) for one in doc.recordings),
        plans_body=_text(doc.plans_body),
    )
    labels = facts.episode_labels(doc)
    said = facts.episode_facts(labels, facts.missing_day(replace(doc, labels=labels)))
    parts = _parts(doc)
    return replace(
        doc,
        labels=labels,
        starts_at=said.starts_at,
        time_text=said.time_text,
        hosts=said.hosts,
        editors=said.editors,
        leads=said.leads,
        highlights=said.highlights,
        intro=_blocks(doc.intro),
        sections=_sections(doc),
        parts=parts,
        questions=_questions(doc.questions, parts),
        references=tuple(replace(one, url=_address(one.url)) for one in doc.references),
        past=tuple(replace(one, url=_address(one.url)) for one in doc.past),
        appendix=_blocks(doc.appendix),
        unplaced=tuple(replace(one, text=_text(one.text)) for one in doc.unplaced),
    )


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _address(url: str | None) -> str | None:
    return None if url is None else links.canonical(url)


def _blocks(blocks: Iterable[TextBlock]) -> tuple[TextBlock, ...]:
    """Only the first block may lack a heading; the text of a later one belongs to the block before it.

    The first level is that of the document's title.
    """
    found: list[TextBlock] = []
    for block in blocks:
        body = _text(block.body)
        if block.title is not None:
            found.append(replace(block, level=max(2, block.level), body=body))
        elif found and body:
            before = found[-1]
            found[-1] = replace(before, body=f"{before.body}\n\n{body}" if before.body else body)
        elif body:
            found.append(replace(block, body=body))
    return tuple(found)


def _sections(doc: EpisodeDoc) -> tuple[SectionDoc, ...]:
    sections = [_section(section) for section in doc.sections]
    talks = [index for index, section in enumerate(sections) if section.kind == "free_talk"]
    if not talks:
        return tuple(sections)
    bodies = [sections[index].body for index in talks if sections[index].body]
    for index in talks:
        sections[index] = replace(sections[index], body="\n\n".join(bodies) if index == talks[0] else "")
    return tuple(sections)


def _section(section: SectionDoc) -> SectionDoc:
    section = replace(section, brief=section.brief or None, theme=section.theme or None)
    labels = facts.section_labels(section)
    said = facts.section_facts(labels, section.title)
    groups: dict[str, list[str]] = {}
    for group in section.groups:
        groups.setdefault(group.title, []).append(_text(group.body))
    for item in section.items:
        if item.group is not None:
            groups.setdefault(item.group, [])
    order = {None: -1} | {title: index for index, title in enumerate(groups)}
    return replace(
        section,
        labels=labels,
        brief=said.brief,
        minutes=said.minutes,
        theme=said.theme,
        leads=said.leads,
        contributors=said.contributors,
        nominations=said.nominations,
        suggestions=said.suggestions,
        body=_text(section.body),
        groups=tuple(Group(title, "\n\n".join(body for body in bodies if body)) for title, bodies in groups.items()),
        items=tuple(sorted((_item(item) for item in section.items), key=lambda item: order[item.group])),
    )


def _item(item: ItemDoc) -> ItemDoc:
    contributors = tuple(dict.fromkeys(item.contributors))
    return replace(item, body=_text(item.body), contributors=contributors)


def _parts(doc: EpisodeDoc) -> tuple[PartDoc, ...]:
    """Each part once, with the parts that only questions name."""
    parts: dict[Part, PartDoc] = {}
    for part in doc.parts:
        body = _text(part.body)
        known = parts.get(part.part)
        if known is not None:
            body = "\n\n".join(text for text in (known.body, body) if text)
        parts[part.part] = PartDoc(part.part, known.title if known else part.title, body)
    for question in doc.questions:
        if question.part is not None and question.part not in parts:
            parts[question.part] = PartDoc(question.part, PART_TITLES[question.part], "")
    return tuple(parts.values())


def _questions(questions: Iterable[QuestionDoc], parts: Iterable[PartDoc]) -> tuple[QuestionDoc, ...]:
    order: dict[Part | None, int] = {None: -1}
    order |= {part.part: index for index, part in enumerate(parts)}
    found = [_question(question, question.part) for question in questions]
    return tuple(sorted(found, key=lambda question: order[question.part]))


def _question(question: QuestionDoc, part: Part | None) -> QuestionDoc:
    answers = (AnswerDoc(answer.author, _text(answer.body)) for answer in question.answers)
    return replace(
        question,
        part=part,
        body=_text(question.body),
        answers=tuple(answer for answer in answers if answer.author or answer.body),
        follow_ups=tuple(_question(follow_up, part) for follow_up in question.follow_ups),
        after=_text(question.after),
    )
