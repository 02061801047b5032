"""What was read beside its source: the lines of a document, the node that each became, the doubts at their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from talks.actions.imports import Read, problem_json
from talks.documents import model
from talks.documents.lines import split
from talks.documents.vocabulary import Role, role_of
from talks.models import QuestionPart, SectionKind

# A browser shows no more with pleasure; the doubts behind it are listed all the same.
LINES_SHOWN = 3000
# A label from which nothing was read: a placeholder, or nothing at all.
NOTHING = "—"
STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")

NODES: dict[str, Promise | str] = {
    "title": _("Title"),
    "labels": _("Label"),
    "recordings": _("Recording"),
    "intro": _("Introduction"),
    "sections": _("Section"),
    "groups": _("Group"),
    "items": _("Item"),
    "parts": _("Part of the discussion"),
    "questions": _("Question"),
    "answers": pgettext_lazy("noun", "Answer"),
    "follow_ups": _("Follow-up"),
    "references": _("Reference"),
    "plans": _("Plan"),
    "plans_body": _("Plan"),
    "appendix": _("Appendix"),
    "past": _("Past episode"),
    "unplaced": _("Fits nowhere"),
}
# What a label of the head or of a section says → where the reading of it stands in the document.
READ_FROM = {
    Role.TIME: "starts_at",
    Role.HIGHLIGHTS: "highlights",
    Role.HOSTS: "hosts",
    Role.EDITORS: "editors",
    Role.LEADS: "leads",
    Role.MINUTES: "minutes",
    Role.THEME: "theme",
    Role.CONTRIBUTORS: "contributors",
    Role.NOMINATIONS: "nominations",
    Role.SUGGESTIONS: "suggestions",
}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the source with its number and the doubts about it."""

    number: int
    text: str
    doubts: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class Passage:
    """Consecutive lines that became one node, and what the node says."""

    path: str
    name: Promise | str = ""
    depth: int = 0
    text: str = ""
    facts: list[str] = field(default_factory=list)
    lines: list[SourceLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """A document as it was read."""

    document: model.EpisodeDoc
    passages: list[Passage]
    doubts: list[dict[str, Any]]
    counts: dict[str, int]
    is_cut: bool


def preview_of(read: Read) -> Preview:
    """Return the reading of a file, passage by passage beside its lines; a JSON file has its nodes alone."""
    document = model.to_json(read.document)
    doubts = [problem_json(problem) for problem in read.problems]
    texts = split(read.text) if read.claims else []
    passages = list(_beside(read, document, texts[:LINES_SHOWN], doubts)) if read.claims else list(_alone(document))
    return Preview(read.document, passages, doubts, _counts(read.document), len(texts) > LINES_SHOWN)


def _beside(read: Read, document: dict[str, Any], texts: list[str], doubts: list[dict[str, Any]]) -> Iterator[Passage]:
    """Yield the lines of the source, those of one node together. Blank lines between two nodes are left out."""
    at_line: dict[int, list[dict[str, Any]]] = {}
    for doubt in doubts:
        at_line.setdefault(doubt["line"] or 0, []).append(doubt)
    passage: Passage | None = None
    blanks: list[SourceLine] = []
    for number, text in enumerate(texts, 1):
        line = SourceLine(number, text, tuple(at_line.get(number, ())))
        claim = read.claims.get(number)
        if claim is None and not line.doubts:
            blanks.append(line)
            continue
        path = claim.path if claim else ""
        if passage is None or passage.path != path:
            if passage is not None:
                yield passage
            passage = _described(path, document)
        elif blanks:
            passage.lines += blanks
        passage.lines.append(line)
        blanks = []
    if passage is not None:
        yield passage


def _alone(document: dict[str, Any]) -> Iterator[Passage]:
    """Yield every node of a document in order."""
    if document["title"]:
        yield _described("title", document)
    for name, value in document.items():
        if name in NODES and isinstance(value, list):
            yield from _nodes(name, value, document)


def _nodes(name: str, rows: list[Any], document: dict[str, Any]) -> Iterator[Passage]:
    for index, row in enumerate(rows):
        path = f"{name}[{index}]"
        yield _described(path, document)
        for inner in ("labels", "groups", "items", "answers", "follow_ups"):
            if inner in row:
                yield from _nodes(f"{path}.{inner}", row[inner], document)


def _described(path: str, document: dict[str, Any]) -> Passage:
    """Return the passage of a path such as `sections[0].items[2]`: what it is called and what was read."""
    node: Any = document
    owner: Any = document
    last = ""
    steps = STEP.findall(path)
    for last, index in steps:
        owner, node = node, node.get(last) if isinstance(node, dict) else None
        if index and isinstance(node, list) and int(index) < len(node):
            node = node[int(index)]
    passage = Passage(path, name=NODES.get(last, last), depth=max(0, len(steps) - 1))
    if isinstance(node, str):
        passage.text = node
    elif isinstance(node, dict):
        DESCRIBE.get(last, _block)(passage, node, owner)
    return passage


def _label(passage: Passage, node: dict[str, Any], owner: dict[str, Any]) -> None:
    passage.name = node["label"]
    role = role_of(node["label"])
    if role is Role.NUMBER:
        passage.facts = [owner["code"]] if "code" in owner else []
        return
    if role not in READ_FROM or READ_FROM[role] not in owner:
        passage.text = node["text"]
        return
    read = owner[READ_FROM[role]]
    if role is Role.TIME and read:
        read = read[:16].replace("T", " ")
    values = read if isinstance(read, list) else [read]
    passage.facts = [str(value) for value in values if value is not None] or [NOTHING]


def _block(passage: Passage, node: dict[str, Any], _owner: dict[str, Any]) -> None:
    passage.text = node.get("title") or node.get("body") or node.get("text") or ""


def _section(passage: Passage, node: dict[str, Any], _owner: dict[str, Any]) -> None:
    passage.text = node["title"]
    kind = str(SectionKind(node["kind"]).label)
    passage.facts = [kind] if kind != node["title"] and node["kind"] != SectionKind.CUSTOM else []


def _item(passage: Passage, node: dict[str, Any], _owner: dict[str, Any]) -> None:
    passage.text = node["title"] or node["body"]
    named = [node[name] for name in ("group", "author", "site", "remark") if node[name]]
    passage.facts = [*([node["url"]] if node["url"] else []), *named, *node["contributors"]]
    passage.facts += [f"arXiv:{paper}" for paper in node["papers"]]


def _question(passage: Passage, node: dict[str, Any], _owner: dict[str, Any]) -> None:
    passage.text = node["body"]
    part = str(QuestionPart(node["part"]).label) if node["part"] else ""
    number = f"{node['number']}" if node["number"] is not None else ""
    passage.facts = [fact for fact in (part, number, node["asker"]) if fact]


def _answer(passage: Passage, node: dict[str, Any], _owner: dict[str, Any]) -> None:
    passage.text = node["body"]
    passage.facts = [node["author"]] if node["author"] else []


def _linked(passage: Passage, node: dict[str, Any], _owner: dict[str, Any]) -> None:
    passage.text = node["title"] or ""
    passage.facts = [value for value in (node.get("code"), node["url"]) if value]


def _plan(passage: Passage, node: dict[str, Any], _owner: dict[str, Any]) -> None:
    passage.text = node["body"]
    passage.facts = [node["priority"]] if node["priority"] else []


DESCRIBE = {
    "labels": _label,
    "sections": _section,
    "items": _item,
    "questions": _question,
    "follow_ups": _question,
    "answers": _answer,
    "references": _linked,
    "recordings": _linked,
    "past": _linked,
    "plans": _plan,
}


def _counts(document: model.EpisodeDoc) -> dict[str, int]:
    questions = [*document.questions, *(follow_up for row in document.questions for follow_up in row.follow_ups)]
    return {
        "sections": len(document.sections),
        "items": sum(len(section.items) for section in document.sections),
        "questions": len(questions),
        "answers": sum(len(question.answers) for question in questions),
        "unplaced": len(document.unplaced),
    }
