"""A text becomes an EpisodeDoc: every written line has exactly one place, every doubt is a problem beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from talks.documents import dates, facts, numbering, people
from talks.documents.head import Head, read_head
from talks.documents.labels import read_labels
from talks.documents.ledger import Claim, Node
from talks.documents.lines import Line, split
from talks.documents.model import EpisodeDoc, Problem, SectionDoc, Unplaced
from talks.documents.outline import Source, Stretch, cut, title_of
from talks.documents.passages import Back, read_back
from talks.documents.problems import Code, in_order, refused
from talks.documents.sections import SectionDraft, read_section
from talks.documents.talk import Talk
from talks.documents.vocabulary import Region, Role, role_of

_NAMING = frozenset((Role.HOSTS, Role.EDITORS, Role.LEADS, Role.CONTRIBUTORS))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the document, the doubts by line, and for each written line the node that has it."""

    document: EpisodeDoc
    problems: tuple[Problem, ...]
    claims: Mapping[int, Claim]


def read(text: str, *, name: str = "") -> Reading:
    """Read a document in the site dialect, in Markdown of any other hand, or as the plain text of a PDF.

    `name` is the file's and helps to tell the number. Raises Refused: `empty`, or `no_number` when neither
    name, title nor text say which episode this is.
    """
    texts = split(text)
    if not any(line.strip() for line in texts):
        raise refused(Code.EMPTY)
    source = Source.of(texts)
    document = _Reader(source, name).document()
    return Reading(document, in_order(source.ledger.problems), source.ledger.resolved())


class _Reader:
    """Reads the parts of a document and puts them together."""

    def __init__(self, source: Source, name: str) -> None:
        self.source = source
        self.name = name
        # In a document of our own a name is labelled, and what is none must not become one by being known.
        self.known = frozenset[str]() if source.is_outlined else _known_names(source.lines)

    def document(self) -> EpisodeDoc:
        title = title_of(self.source)
        title_lines, title_code, title_text = title if title else ([], None, "")
        self.source.ledger.claim(title_lines, "title", Node("title"))
        taken = {line.numbers for line in title_lines}
        stretches = cut(self.source, [line for line in self.source.lines if line.numbers not in taken])
        head = read_head(self.source, stretches[0])
        sections, talk, back = self._read(stretches[1:])
        self._claim_the_rest(back)
        code = self._code(head, title_code, title_lines, back)
        said = self._facts(head, code, title_lines)
        documents = self._documents(sections, talk, back)
        questions, parts = talk.question_docs(), talk.part_docs()
        return EpisodeDoc(
            kind=code.kind,
            number=code.number,
            title=title_text or None,
            starts_at=said.starts_at,
            time_text=said.time_text,
            hosts=said.hosts,
            editors=said.editors,
            leads=said.leads,
            labels=tuple(head.labels),
            highlights=said.highlights,
            recordings=tuple(head.recordings),
            intro=tuple(head.intro),
            sections=tuple(documents),
            parts=parts,
            questions=questions,
            references=tuple(back.references),
            plans=tuple(back.plans),
            plans_body="\n\n".join(back.plans_body),
            appendix=tuple(back.appendix),
            past=tuple(back.past),
            unplaced=tuple(back.unplaced),
        )

    def _read(self, stretches: Sequence[Stretch]) -> tuple[list[SectionDraft], Talk, Back]:
        sections: list[SectionDraft] = []
        talk, back = Talk(self.source, self.known), Back()
        for stretch in stretches:
            if stretch.region is Region.SECTION:
                section = read_section(self.source, stretch, self.known)
                sections.append(section)
                if stretch.holds_questions:
                    talk.add(stretch, section.rest)
            elif stretch.region is Region.QUESTIONS:
                talk.add(stretch, stretch.blocks[0].lines)
            else:
                read_back(self.source, stretch, back)
        return sections, talk, back

    def _documents(self, sections: Sequence[SectionDraft], talk: Talk, back: Back) -> list[SectionDoc]:
        """The sections; the first free_talk one also has the text that stands before all questions."""
        documents = [section.document(f"sections[{index}]") for index, section in enumerate(sections)]
        node = talk.parts[None].node
        place = next((index for index, document in enumerate(documents) if document.kind == "free_talk"), None)
        node.path = "questions" if place is None else f"sections[{place}].body"
        if place is not None and talk.body:
            documents[place] = replace(documents[place], body=talk.body)
        elif talk.body:
            self._unplace(talk, back)
        return documents

    def _claim_the_rest(self, back: Back) -> None:
        """No line is lost, whatever the parts above overlooked."""
        for line in self.source.lines:
            if line.is_blank or self.source.ledger.is_claimed(line):
                continue
            self.source.ledger.claim(line, "unplaced", Node(f"unplaced[{len(back.unplaced)}]"))
            self.source.ledger.doubt(Code.UNPLACED, line, line.text.strip()[:80])
            back.unplaced.append(Unplaced(line.number, line.text.rstrip()))

    def _unplace(self, talk: Talk, back: Back) -> None:
        """Text before questions that no section holds has no place of its own."""
        node = talk.parts[None].node
        claims = self.source.ledger.claims.items()
        line = next(number for number, (kind, owner) in claims if owner is node and kind != "heading")
        node.path = f"unplaced[{len(back.unplaced)}]"
        self.source.ledger.doubt(Code.UNPLACED, line, talk.body[:80])
        back.unplaced.append(Unplaced(line, talk.body))

    # which episode, and when

    def _code(
        self, head: Head, title: numbering.Code | None, title_lines: Sequence[Line], back: Back
    ) -> numbering.Code:
        evidence = []
        if title is not None:
            evidence.append(numbering.Evidence(title, 2, title_lines[0].number))
        label = next((one for one in head.labels if role_of(one.label) is Role.NUMBER), None)
        if label is not None and (code := numbering.of_label(label.text)) is not None:
            evidence.append(numbering.Evidence(code, 1, self._line_of(head, Role.NUMBER)))
        named = numbering.of_file(self.name)
        if named is not None:
            evidence.insert(0 if named.weight > 2 else len(evidence), named)
        past = [found for one in back.past if (found := numbering.named(one.title)) is not None]
        if self.source.is_outlined and not self.name:
            past = []
        code, is_doubtful = numbering.weigh(evidence, past)
        if code is None:
            raise refused(Code.NO_NUMBER)
        if is_doubtful or ([one.weight for one in evidence] == [1] and named in evidence):
            line = next((one.line for one in evidence if one.line and one.code != code), evidence[0].line)
            names = dict.fromkeys(
                f"{'番外' if one.code.kind == 'special' else ''}{one.code.number:03d}" for one in evidence
            )
            self.source.ledger.doubt(Code.NUMBER_DOUBT, line, " / ".join(names))
        return code

    def _line_of(self, head: Head, role: Role) -> int | None:
        """The line of the first label of a role."""
        index = next((index for index, one in enumerate(head.labels) if role_of(one.label) is role), None)
        node = head.label_nodes[index] if index is not None else None
        return next((number for number, (_, owner) in self.source.ledger.claims.items() if owner is node), None)

    def _facts(self, head: Head, code: numbering.Code, title_lines: Sequence[Line]) -> facts.EpisodeFacts:
        ledger, line = self.source.ledger, self._line_of(head, Role.TIME)
        plain, context = facts.time_said(head.labels), head.day
        if plain.starts_at is None and context is None and not self.source.is_outlined:
            context = self._context(title_lines, lacks_year=plain.lacks_year)
        said, when = facts.episode_facts(head.labels, context), facts.time_said(head.labels, context)
        if plain.lacks_year or (plain.starts_at is None and said.starts_at is not None):
            ledger.doubt(Code.DATE_DOUBT, line, plain.time_text or (f"{context}" if context else ""))
        elif said.starts_at is None and code.kind == "regular":
            ledger.doubt(Code.DATE_MISSING, line)
        if said.starts_at is not None and when.lacks_time:
            ledger.doubt(Code.TIME_ASSUMED, line, plain.time_text or "")
        for name in (*said.hosts, *said.editors, *said.leads):
            if len(name) > 20 or people.is_question(name):
                ledger.doubt(Code.NAME_DOUBT, self._line_of(head, Role.HOSTS), name)
        return said

    def _context(self, title_lines: Sequence[Line], *, lacks_year: bool) -> date | None:
        """The date in the title line or the file's name; for a missing year also the latest date in the text."""
        for text in (*(line.text for line in title_lines), self.name):
            if found := dates.find_date(text):
                return found[0]
        if not lacks_year:
            return None
        days = [found[0] for line in self.source.lines if not line.is_code and (found := dates.find_date(line.text))]
        return max(days, default=None)


def _known_names(lines: Sequence[Line]) -> frozenset[str]:
    """The names that the labels of a document give; they make weak signatures certain."""
    known: set[str] = set()
    for line in lines:
        if "【" not in line.text or line.is_code:
            continue
        for found in read_labels(line.text):
            if found.role in _NAMING:
                known.update(people.names(found.label.text))
    return frozenset(known)
