"""Which numbered lines of a discussion begin questions, and which are lists inside answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from talks.documents.lines import Line
from talks.documents.marks import Entry, Numbering, read_answer_mark, read_number
from talks.documents.outline import Source
from talks.documents.people import is_question, signature
from talks.documents.problems import Code

_MAX_GAP = 12


def question_starts(source: Source, lines: Sequence[Line], known: Collection[str]) -> list[tuple[int, Entry]]:
    """Where questions begin: the lines numbered in the way of the first one, less the lists inside answers."""
    found = [(index, read_number(line.text)) for index, line in enumerate(lines) if not line.is_code]
    numbered = [(index, entry) for index, entry in found if entry is not None]
    asked = [(index, entry) for index, entry in numbered if entry.numbering is Numbering.QUESTION]
    if asked:
        return asked
    numbered = [(index, entry) for index, entry in numbered if not (entry.is_decimal and entry.number == 0)]
    first = next((entry for _, entry in numbered if not entry.is_decimal or entry.number == 1), None)
    if first is None:
        return []
    alike = [(index, entry) for index, entry in numbered if entry.numbering is first.numbering]
    return _Sequence(source, lines, alike, known).questions()


class _Sequence:
    """Tells the numbers of questions from those of lists in their answers: gaps and restarts occur in both.

    A number that was there before begins a question when it is answered, or when it asks something and stands
    alone; else it is text of the answer, with a doubt when it might have been a question.
    """

    def __init__(
        self, source: Source, lines: Sequence[Line], numbered: Sequence[tuple[int, Entry]], known: Collection[str]
    ) -> None:
        self.source = source
        self.known = known
        self.lines = lines
        self.numbered = numbered
        self.last: int | None = None
        self.inner: int | None = None
        self.inner_index = 0
        self.indent = 0

    def questions(self) -> list[tuple[int, Entry]]:
        found: list[tuple[int, Entry]] = []
        for place, (index, entry) in enumerate(self.numbered):
            number = entry.number or 0
            if self._is_question(place, index, entry, number):
                if self.last is None:
                    self.indent = _indent(self.lines[index])
                self.last, self.inner = number, None
                found.append((index, entry))
            else:
                if self._may_be_question(place, index, number):
                    self.source.ledger.doubt(Code.NUMBER_IN_ANSWER, self.lines[index], self.lines[index].text.strip())
                self.inner, self.inner_index = number, index
        return found

    def _is_question(self, place: int, index: int, entry: Entry, number: int) -> bool:
        if self.last is None:
            return not entry.is_decimal or number == 1
        if _indent(self.lines[index]) >= self.indent + 2:
            return False
        is_next = number == self.last + 1
        if entry.is_decimal and not is_next:
            return False
        continues_list = self.inner is not None and number == self.inner + 1
        if number <= self.last:
            return self._is_answered(place, index) or (self._is_alone(place, number) and self._asks(index))
        if continues_list and self._is_adjacent(index):
            return self._is_answered(place, index)
        return is_next or number <= self.last + _MAX_GAP

    def _may_be_question(self, place: int, index: int, number: int) -> bool:
        """Whether a number in an answer repeats one of the part and is no entry of a list of the answer."""
        if self.last is None or number > self.last or _indent(self.lines[index]) >= self.indent + 2:
            return False
        return self._asks(index) or self._is_alone(place, number)

    def _is_alone(self, place: int, number: int) -> bool:
        """Whether no list is around a number: neither the one before it in the answer nor the one behind it."""
        if self.inner is not None and number == self.inner + 1:
            return False
        if place + 1 == len(self.numbered):
            return True
        index, following = self.numbered[place + 1]
        if following.number != number + 1:
            return True
        if self.last is None or following.number != self.last + 1:
            return False
        is_set_off = any(line.is_blank for line in self.lines[self.numbered[place][0] : index])
        return self._is_answered(place + 1, index) or (is_set_off and self._asks(index))

    def _asks(self, index: int) -> bool:
        """Whether the paragraph that begins here ends in a question mark, signed or not."""
        last = self.lines[self.source.paragraph(self.lines, index) - 1].text
        signed = signature(last.rstrip(), self.known)
        return is_question(last) or (signed is not None and is_question(last[: signed.start]))

    def _is_adjacent(self, index: int) -> bool:
        """Whether no blank line parts this number from the one before, so that both are of one list."""
        return not any(line.is_blank for line in self.lines[self.inner_index : index])

    def _is_answered(self, place: int, index: int) -> bool:
        """Whether the marker of an answer stands before the next number: only questions are answered."""
        end = self.numbered[place + 1][0] if place + 1 < len(self.numbered) else len(self.lines)
        return any(read_answer_mark(line.text) is not None for line in self.lines[index + 1 : end] if not line.is_code)


def _indent(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip(" "))
