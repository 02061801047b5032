"""The discussion of a document: its parts and its questions, gathered from wherever they stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import get_args

from talks.documents.head import block_text
from talks.documents.ledger import Node
from talks.documents.lines import Line
from talks.documents.model import Part, PartDoc, QuestionDoc
from talks.documents.outline import Block, BlockRole, Source, Stretch
from talks.documents.problems import Code
from talks.documents.questions import QuestionDraft, QuestionReader, read_blocks, read_discussion

_QUESTION_ROLES = (BlockRole.QUESTION, BlockRole.FOLLOW_UP, BlockRole.AFTER)


@dataclass(slots=True)
class PartDraft:
    """A part of the discussion while it is read; the part without a name has no heading."""

    part: Part | None
    title: str
    body: list[str] = field(default_factory=list)
    questions: list[QuestionDraft] = field(default_factory=list)
    node: Node = field(default_factory=Node)


class Talk:
    """Collects the parts of all stretches that hold questions, each part once, in the order of first sight."""

    def __init__(self, source: Source, known: Collection[str]) -> None:
        self.source = source
        self.known = known
        self.parts: dict[Part | None, PartDraft] = {None: PartDraft(None, "")}

    def add(self, stretch: Stretch, first: Sequence[Line]) -> None:
        """Read a stretch; `first` are the lines under its own heading, less its labels."""
        if stretch.heading is not None and not self.source.ledger.is_claimed(stretch.heading.lines[0]):
            self.source.ledger.claim(stretch.heading.lines, "heading", self.parts[None].node)
        current = self.parts[None]
        lines: Sequence[Line] = first
        blocks: list[Block] = []
        for block in stretch.blocks[1:]:
            if block.role is BlockRole.PART:
                self._read(current, lines, blocks)
                current, lines, blocks = self._open(block), block.lines, []
            elif block.role in _QUESTION_ROLES:
                blocks.append(block)
            elif block.heading is not None:
                self.source.ledger.claim([*block.heading.lines, *block.lines], "body", current.node)
                current.body.append(block_text(self.source, block.lines))
        self._read(current, lines, blocks)

    def _open(self, block: Block) -> PartDraft:
        part = next((one for one in get_args(Part) if one == block.name), None)
        known = self.parts.get(part)
        line = block.heading.line if block.heading else None
        if known is None:
            known = self.parts[part] = PartDraft(part, block.title)
        else:
            self.source.ledger.doubt(Code.PART_REPEATED, line, block.title)
            if known.title != block.title:
                known.body.append(block.title)
        if block.heading is not None:
            self.source.ledger.claim(block.heading.lines, "heading", known.node)
        return known

    def _read(self, current: PartDraft, lines: Sequence[Line], blocks: Sequence[Block]) -> None:
        ledger = self.source.ledger
        if blocks:
            before, drafts = list(lines), read_blocks(self.source, blocks, self.known)
        else:
            discussion = read_discussion(self.source, lines, self.known)
            before, drafts = discussion.before, discussion.questions
        ledger.claim(before, "part", current.node)
        if text := block_text(self.source, before):
            current.body.append(text)
        seen = {draft.number for draft in current.questions}
        for draft in drafts:
            if draft.number is not None and draft.number in seen:
                ledger.doubt(Code.NUMBER_REPEATED, draft.lines[0] if draft.lines else None, str(draft.number))
            seen.add(draft.number)
        current.questions += drafts

    # drafts as documents

    @property
    def body(self) -> str:
        """The text that stands before any part and any question: the section's own."""
        return "\n\n".join(self.parts[None].body)

    def part_docs(self) -> tuple[PartDoc, ...]:
        """The parts that have headings, their nodes with their paths."""
        named = [draft for draft in self.parts.values() if draft.part is not None]
        for index, draft in enumerate(named):
            draft.node.path = f"parts[{index}]"
        return tuple(
            PartDoc(draft.part, draft.title, "\n\n".join(draft.body)) for draft in named if draft.part is not None
        )

    def question_docs(self) -> tuple[QuestionDoc, ...]:
        """The questions in the order of their parts, their nodes with their paths."""
        reader = QuestionReader(self.source, self.known, is_strict=self.source.is_outlined)
        docs: list[QuestionDoc] = []
        for draft in self.parts.values():
            for question in draft.questions:
                _place(reader, question, f"questions[{len(docs)}]")
                docs.append(reader.question(question, draft.part))
        return tuple(docs)


def _place(reader: QuestionReader, draft: QuestionDraft, path: str) -> None:
    draft.node.path = path
    for answer in draft.answers:
        answer.node.path = path
    for index, answer in enumerate(reader.kept_answers(draft)):
        answer.node.path = f"{path}.answers[{index}]"
    for index, follow_up in enumerate(draft.follow_ups):
        _place(reader, follow_up, f"{path}.follow_ups[{index}]")
