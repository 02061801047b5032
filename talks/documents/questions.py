"""The questions of a discussion and their answers, numbered and marked in whatever way the document does it.

An unnumbered line is never a question; it is a follow-up only when its asker signed it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from talks.documents import labels
from talks.documents.escapes import is_protected, unprotected
from talks.documents.ledger import Node
from talks.documents.lines import Line, trimmed
from talks.documents.marks import (
    AnswerMark,
    bullet_end,
    find_inner_answer,
    read_answer_mark,
    read_number,
)
from talks.documents.model import AnswerDoc, Part, QuestionDoc
from talks.documents.outline import Block, BlockRole, Source
from talks.documents.people import is_placeholder, is_question, signature
from talks.documents.problems import Code
from talks.documents.sequence import question_starts
from talks.documents.vocabulary import fold

ASKER_LABELS = ("提问者", "提问人")
AUTHOR_LABELS = ("回答者", "回答人", "署名")
_HANGING_DASHES = (" -", " —", " –", "--", "——")


@dataclass(slots=True)
class AnswerDraft:
    """An answer while it is read."""

    lines: list[Line] = field(default_factory=list)
    author: str | None = None
    has_label: bool = False
    is_bracketed: bool = False
    node: Node = field(default_factory=Node)


@dataclass(slots=True)
class QuestionDraft:
    """A question while it is read; the first of `lines` holds only what stands behind its number."""

    number: int | None
    lines: list[Line] = field(default_factory=list)
    asker: str | None = None
    has_label: bool = False
    answers: list[AnswerDraft] = field(default_factory=list)
    follow_ups: list[QuestionDraft] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    node: Node = field(default_factory=Node)


@dataclass(frozen=True, slots=True)
class Discussion:
    """What stands under the heading of a part: text before the first question, and the questions."""

    before: list[Line]
    questions: list[QuestionDraft]


def read_discussion(source: Source, lines: Sequence[Line], known: Collection[str]) -> Discussion:
    """The questions of a part that numbers them in its lines."""
    starts = question_starts(source, lines, known)
    if not starts:
        return Discussion(list(lines), [])
    drafts: list[QuestionDraft] = []
    reader = QuestionReader(source, known)
    ends = [index for index, _ in starts[1:]] + [len(lines)]
    for (index, entry), end in zip(starts, ends, strict=True):
        span = list(lines[index:end])
        rest = span[0].text[entry.end :].rstrip("*") if "**" in span[0].text[: entry.end] else span[0].text[entry.end :]
        draft = QuestionDraft(entry.number)
        if not rest.strip() and all(line.is_blank for line in span[1:]):
            source.ledger.doubt(Code.QUESTION_EMPTY, span[0], span[0].text.strip())
            source.ledger.claim(span, "question", drafts[-1].node if drafts else draft.node)
            continue
        reader.read(draft, Line(span[0].numbers, rest), span[1:])
        drafts.append(draft)
    return Discussion(list(lines[: starts[0][0]]), drafts)


def read_blocks(source: Source, blocks: Sequence[Block], known: Collection[str]) -> list[QuestionDraft]:
    """The questions that have headings of their own, each with the blocks of its follow-ups."""
    drafts: list[QuestionDraft] = []
    reader = QuestionReader(source, known, is_strict=source.is_outlined)
    follow_up_level = 0
    for block in blocks:
        if block.heading is None:
            continue
        head = block.heading.lines[0]
        if block.role is BlockRole.AFTER and drafts:
            is_deeper = block.heading.level > follow_up_level
            target = drafts[-1].follow_ups[-1] if is_deeper and drafts[-1].follow_ups else drafts[-1]
            source.ledger.claim([head, *block.lines], "after", target.node)
            target.after += trimmed(block.lines)
            continue
        if block.role is BlockRole.FOLLOW_UP and drafts:
            draft = QuestionDraft(None)
            drafts[-1].follow_ups.append(draft)
            follow_up_level = block.heading.level
            text = block.title
        else:
            title = block.heading.raw if source.is_outlined else block.title
            entry = read_number(title)
            draft = QuestionDraft(entry.number if entry else None)
            drafts.append(draft)
            text = title[entry.end :] if entry else title
        reader.read(draft, Line(head.numbers, text), block.lines)
    return drafts


class QuestionReader:
    """Reads one question: its own lines, its answers, its follow-ups, and the text behind them."""

    def __init__(self, source: Source, known: Collection[str], *, is_strict: bool = False) -> None:
        self.source = source
        self.known = known
        self.is_strict = is_strict

    def read(self, draft: QuestionDraft, first: Line, lines: Sequence[Line]) -> None:
        """Fill the draft from the text behind its number and the lines up to the next question."""
        marks = self._marks(draft.number, lines)
        if marks:
            end = next(iter(marks))
            own, rest = list(lines[:end]), list(lines[end:])
        else:
            first, inner = self._inner_answer(first)
            draft.answers += [inner] if inner else []
            own, rest = self._first_paragraph(first, lines)
        own = self._labelled(draft, own)
        draft.lines = [first, *own]
        self._claim(first, own, "question", draft.node)
        self._answers(draft, rest, {index - len(lines) + len(rest): mark for index, mark in marks.items()})

    def _marks(self, number: int | None, lines: Sequence[Line]) -> dict[int, AnswerMark]:
        """Where answers begin; A10： under question 3 is a graphics card."""
        found: dict[int, AnswerMark] = {}
        for index, line in enumerate(lines):
            is_text = line.is_code or (self.is_strict and self.source.is_inside(line))
            mark = None if is_text else read_answer_mark(line.text)
            if mark and (mark.number is None or number is None or mark.number in (number, len(found) + 1)):
                if self.is_strict and (mark.is_bracketed or mark.author is not None):
                    continue
                found[index] = mark
        return found

    def _inner_answer(self, first: Line) -> tuple[Line, AnswerDraft | None]:
        """The answer that a converter drew into the line of its question: 问题？（A: 回答）."""
        match = None if self.is_strict else find_inner_answer(first.text)
        if match is None:
            return first, None
        answer = AnswerDraft([Line(first.numbers, first.text[match.end :])], is_bracketed=True)
        return Line(first.numbers, first.text[: match.start].rstrip()), answer

    def _first_paragraph(self, first: Line, lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
        """Without a marker the question is its first paragraph, with the signature that follows it."""
        every = [first, *lines]
        start = 0
        if first.is_blank:
            start = next((index for index, line in enumerate(every) if not line.is_blank), 0)
        end = self.source.paragraph(every, start)
        after = next((index for index in range(end, len(every)) if not every[index].is_blank), None)
        if after is not None and not every[after].is_code:
            signed = signature(every[after].text, self.known)
            if signed and not every[after].text[: signed.start].strip():
                end = after + 1
        while end < len(every) and self._label_of(every[end], ASKER_LABELS) is not None:
            end += 1
        return every[1:end], every[end:]

    def _label_of(self, line: Line, names: tuple[str, ...]) -> str | None:
        found = None if line.is_code or self.source.is_inside(line) else labels.read_label(line.text)
        return found.label.text if found and found.label.label in names else None

    def _labelled(self, draft: QuestionDraft, lines: list[Line]) -> list[Line]:
        """The lines without those that label the asker, who is noted."""
        rest = []
        for line in lines:
            name = self._label_of(line, ASKER_LABELS)
            if name is None:
                rest.append(line)
                continue
            draft.asker, draft.has_label = name or None, True
            self.source.ledger.claim(line, "question", draft.node)
        return rest

    def _claim(self, first: Line, lines: Sequence[Line], kind: str, node: Node) -> None:
        ledger = self.source.ledger
        if not ledger.is_claimed(first):
            ledger.claim(Line(first.numbers, "."), kind, node)
        ledger.claim(lines, kind, node)

    def _answers(self, draft: QuestionDraft, lines: list[Line], marks: dict[int, AnswerMark]) -> None:
        target, answer = draft, draft.answers[-1] if draft.answers else None
        is_closed = False
        index = 0
        while index < len(lines):
            line = lines[index]
            if mark := marks.get(index):
                answer = AnswerDraft(is_bracketed=mark.is_bracketed)
                if mark.author is not None and not self.is_strict:
                    answer.author, answer.has_label = mark.author, True
                target.answers.append(answer)
                self._claim(line, [], "answer", answer.node)
                answer.lines.append(Line(line.numbers, line.text[mark.end :]))
                is_closed = not self.is_strict and self._closes(lines, index, answer)
            elif not self.is_strict and self._is_follow_up(lines, index):
                end = self.source.paragraph(lines, index)
                target, answer, is_closed = self._follow_up(draft, lines[index:end]), None, False
                index = end
                continue
            elif answer is not None and (name := self._label_of(line, AUTHOR_LABELS)) is not None:
                answer.author, answer.has_label = name or None, True
                self._claim(line, [], "answer", answer.node)
            elif is_closed:
                target.after.append(line)
                self.source.ledger.claim(line, "after", target.node)
            elif answer is None and line.is_blank:
                pass
            else:
                if answer is None:
                    answer = AnswerDraft()
                    target.answers.append(answer)
                answer.lines.append(line)
                self.source.ledger.claim(line, "answer", answer.node)
                is_closed = not self.is_strict and self._closes(lines, index, answer)
            index += 1

    def _is_follow_up(self, lines: Sequence[Line], index: int) -> bool:
        """Whether a paragraph that begins here asks something and is signed, and is no entry of a list."""
        line = lines[index]
        if line.is_code or line.is_blank or read_number(line.text) or bullet_end(line.text) is not None:
            return False
        last = lines[self.source.paragraph(lines, index) - 1]
        signed = signature(last.text, self.known)
        return signed is not None and is_question(last.text[: signed.start])

    def _follow_up(self, draft: QuestionDraft, lines: Sequence[Line]) -> QuestionDraft:
        follow_up = QuestionDraft(None, list(lines))
        draft.follow_ups.append(follow_up)
        self._claim(lines[0], lines[1:], "question", follow_up.node)
        return follow_up

    def _closes(self, lines: Sequence[Line], index: int, answer: AnswerDraft) -> bool:
        """Whether an answer ends at a signed line: a blank line follows, and then no list or code goes on."""
        line = lines[index]
        if line.is_code or line.is_blank or index + 1 == len(lines) or not lines[index + 1].is_blank:
            return False
        signed = signature(line.text, self.known)
        is_split = signed is None and _split_signature(answer.lines) is not None
        if not is_split and (signed is None or line.text[: signed.start].rstrip().endswith(("：", ":"))):
            return False
        following = next((one for one in lines[index + 1 :] if not one.is_blank), None)
        if following is None or following.is_code or read_number(following.text):
            return False
        return bullet_end(following.text) is None

    # drafts as documents

    def question(self, draft: QuestionDraft, part: Part | None) -> QuestionDoc:
        """The question that a draft has become."""
        body, signer = self._signed(draft.lines, draft.has_label)
        answers = [self._answer(answer) for answer in draft.answers]
        return QuestionDoc(
            part=part,
            number=draft.number,
            asker=draft.asker if draft.has_label else signer,
            body=body,
            answers=tuple(answer for answer in answers if answer.body or answer.author),
            follow_ups=tuple(self.question(follow_up, part) for follow_up in draft.follow_ups),
            after=self._text(trimmed(draft.after)),
        )

    def kept_answers(self, draft: QuestionDraft) -> list[AnswerDraft]:
        """The answers of a draft that say something; an empty 答： is the question's own."""
        return [answer for answer in draft.answers if (doc := self._answer(answer)).body or doc.author]

    def _answer(self, draft: AnswerDraft) -> AnswerDoc:
        body, signer = self._signed(draft.lines, draft.has_label)
        if draft.is_bracketed and body.endswith(("）", ")")):
            body = body[:-1]
        return AnswerDoc(draft.author if draft.has_label else signer, body)

    def _signed(self, lines: Sequence[Line], has_label: bool) -> tuple[str, str | None]:
        """The text of these lines, and the name that signs it, which is no longer part of it."""
        own = trimmed(lines)
        if has_label or not own or own[-1].is_code or (self.source.is_outlined and is_protected(own[-1].text)):
            return self._text(own), None
        split = None if self.is_strict else _split_signature(own)
        if split is not None:
            own, name = split
            return self._text(own), name
        last = own[-1]
        signed = signature(last.text.rstrip(), self.known)
        if signed is None or is_placeholder(signed.name):
            return self._text(own), None
        if signed.is_doubtful:
            self._doubt_once(last, signed.name)
        before = Line(last.numbers, last.text[: signed.start].rstrip())
        own = trimmed([*own[:-1], before]) if before.is_blank else [*own[:-1], before]
        return self._text(own), signed.name

    def _doubt_once(self, line: Line, name: str) -> None:
        problems = self.source.ledger.problems
        if not any(one.line == line.number and one.code == Code.NAME_DOUBT for one in problems):
            self.source.ledger.doubt(Code.NAME_DOUBT, line, name)

    def _text(self, lines: Sequence[Line]) -> str:
        if self.source.is_outlined:
            return unprotected(lines)
        return "\n".join(line.text for line in lines).rstrip()


def _split_signature(lines: Sequence[Line]) -> tuple[list[Line], str] | None:
    """A signature torn over two lines (`… -` and `yihuo`): the lines before it and the name."""
    written = [index for index, line in enumerate(lines) if not line.is_blank]
    if len(written) < 2:
        return None
    before, last = lines[written[-2]], lines[written[-1]]
    text = before.text.rstrip()
    if before.is_code or last.is_code or not text.endswith(_HANGING_DASHES):
        return None
    signed = signature("—" + fold(last.text.strip()))
    if signed is None or signed.start != 0:
        return None
    kept = Line(before.numbers, text.rstrip("-—– "))
    return [*lines[: written[-2]], kept], last.text.strip()
