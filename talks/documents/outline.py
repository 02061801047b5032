"""A source cut into stretches (head, sections, back matter) and these into blocks under their headings.

Here every heading is judged, nowhere else. Two kinds of documents are told apart: an *outlined* one, as our own
writer makes it (one `#` title, sections at `##`, groups and parts at `###`, entries at `####`), where headings
mean what their level says and a backslash protects text; and any other, where only titles can be trusted.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from talks.documents import labels, numbering
from talks.documents.escapes import unguarded
from talks.documents.headings import Heading, Style, read_heading, reads_as_sentence
from talks.documents.ledger import Ledger, Node
from talks.documents.lines import Line, Wrap, atx, fenced, generated, is_section_heading, joined, scan
from talks.documents.marks import Numbering, read_number
from talks.documents.model import SectionKind
from talks.documents.problems import Code
from talks.documents.structure_lines import meant_line
from talks.documents.vocabulary import Region, Role, TitleKind, fold, known_title, section_kind, word_key

SECTION_PREFIX = re.compile(r"版块(?:（(?P<kind>[a-z_]+)(?P<optional>，可选)?）)：(?P<title>.+)")
GROUP_PREFIX = re.compile(r"栏目：(?P<title>.+)")
PART_PREFIX = re.compile(r"讨论（(?P<part>online|group|site)）：(?P<title>.+)")
FOLLOW_UP_PREFIX = "追问："
AFTER_TITLE = "附注"
BODY_TITLE = "正文"
_NEW_SECTION = re.compile(r"(?:本周|本期|每周)\S{1,8}")
_OWN_BACK = {"## 参考资料", "## 后续计划", "## 往期精彩"}
_SECTION_ROLES = frozenset((Role.BRIEF, Role.CONTRIBUTORS, Role.NOMINATIONS, Role.SUGGESTIONS, Role.THEME))
_SECTION_KINDS: tuple[SectionKind, ...] = ("news", "picks", "classic", "practice", "free_talk", "custom")


class BlockRole(enum.Enum):
    """What a block of lines under one heading is."""

    TEXT = "text"
    GROUP = "group"
    ITEM = "item"
    PART = "part"
    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    AFTER = "after"
    BODY = "body"
    PASSAGE = "passage"


@dataclass(slots=True)
class Block:
    """The lines under one heading, or those before the first."""

    role: BlockRole
    heading: Heading | None = None
    title: str = ""
    name: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Stretch:
    """A section, the head or a part of the back matter, with its blocks; the first block has no heading."""

    region: Region
    heading: Heading | None = None
    kind: SectionKind = "custom"
    title: str = ""
    is_optional: bool = False
    blocks: list[Block] = field(default_factory=lambda: [Block(BlockRole.TEXT)])

    @property
    def holds_questions(self) -> bool:
        return self.region is Region.QUESTIONS or (self.region is Region.SECTION and self.kind == "free_talk")

    @property
    def is_empty(self) -> bool:
        return len(self.blocks) == 1 and all(line.is_blank for line in self.blocks[0].lines)


@dataclass(slots=True)
class Source:
    """A text ready to be read: its lines, how they are broken, whether it is outlined, and the ledger.

    `is_own` when the outline is surely our writer's, where a line without brackets is no label.
    """

    lines: list[Line]
    wrap: Wrap
    is_outlined: bool
    section_level: int | None
    is_own: bool = False
    ledger: Ledger = field(default_factory=Ledger)

    @classmethod
    def of(cls, texts: Sequence[str]) -> Source:
        level, is_outlined = _levels([unguarded(Line((0,), text)).text for text in texts])
        wrap = Wrap(False, None, 0) if is_outlined else Wrap.of(texts)
        is_own = is_outlined and (set(texts) >= _OWN_BACK or any("番外" in text for text in texts[:1]))
        source = cls(scan(texts, join=not is_outlined), wrap, is_outlined, level, is_own)
        if is_outlined and (derived := generated(source.lines)):
            source.ledger.claim((one for one in source.lines if one.number in derived), "generated", Node("generated"))
            source.lines = [line for line in source.lines if line.number not in derived]
        if is_outlined:
            source.lines = [_meant(unguarded(line)) for line in source.lines]
        for line in source.lines:
            if line.is_mended:
                source.ledger.doubt(Code.ADDRESS_BROKEN, line)
        return source

    def goes_on(self, line: Line, following: Line) -> bool:
        """Whether a line of text is broken and goes on in the next written one."""
        if line.is_code or following.is_code or self.is_outlined:
            return False
        return self.wrap.goes_on(line.text, following.text)

    def is_inside(self, line: Line) -> bool:
        """Whether a line stands inside a list, where no structure of a document of our own is."""
        return self.is_outlined and line.text.startswith((" ", "\t"))

    def paragraph(self, lines: Sequence[Line], start: int) -> int:
        """The index behind the paragraph of text that begins at `start`: over hard-wrapped lines and page breaks."""
        end = start + 1
        while end < len(lines):
            following = end
            # Word's empty paragraphs hold a space; a line with nothing in it is the edge of a page.
            while self.wrap.ends_with_space and following < len(lines) and not lines[following].text.strip("\f"):
                following += 1
            if following == len(lines) or lines[following].is_blank:
                return end
            if not self.goes_on(lines[end - 1], lines[following]) or starts_anew(lines[following]):
                return end
            end = following + 1
        return end


def _meant(line: Line) -> Line:
    """A line of structure as what it means; any other line as it is."""
    if (
        line.is_code
        or line.text.startswith((" ", "\t"))
        or (atx(line.text) is None and labels.read_label(line.text) is None)
    ):
        return line
    text = meant_line(line.text)
    return line if text == line.text else replace(line, text=text, source=line.text)


def is_explicit(title: str) -> bool:
    """Whether a title is one that our own writer uses to spell out what a heading is."""
    patterns = (SECTION_PREFIX, GROUP_PREFIX, PART_PREFIX)
    return title in (BODY_TITLE, AFTER_TITLE) or any(pattern.fullmatch(title) for pattern in patterns)


def starts_anew(line: Line) -> bool:
    """Whether a line cannot be the rest of the paragraph before it."""
    if line.is_code or read_heading(line) is not None or labels.read_label(line.text) is not None:
        return True
    return line.text.lstrip().startswith(("http://", "https://", "<http", "[http", "<u>http"))


def _levels(texts: Sequence[str]) -> tuple[int | None, bool]:
    """The level of all section headings, if they have one of their own, and whether the document is outlined."""
    code = fenced(texts, is_section_heading)
    sections: set[int] = set()
    others: set[int] = set()
    title_level = None
    is_first, has_bare = True, False
    for index, text in enumerate(texts):
        if index in code or not text.strip() or text.startswith(("  #", " #", "   #")):
            continue
        heading = read_heading(Line((index + 1,), text))
        if is_first and (marked := atx(text)) and numbering.of_title(marked[1], is_heading=True):
            title_level = marked[0]
        is_first = False
        if heading is None or heading.known is None:
            continue
        if heading.style is not Style.ATX:
            has_bare = True
        elif heading.known.kind in (TitleKind.GROUP, TitleKind.PART):
            others.add(heading.level)
        elif heading.known.kind is TitleKind.SECTION:
            sections.add(heading.level)
    is_outlined = title_level == 1 and not has_bare and sections <= {2} and all(one > 2 for one in others)
    if len(sections) != 1 or not (others or title_level):
        return None, is_outlined
    level = min(sections)
    return (level if all(other > level for other in others) else None), is_outlined


def cut(source: Source, lines: Sequence[Line]) -> list[Stretch]:
    """The stretches of a document in order; the first is the head."""
    return _Cutter(source, list(lines)).run()


class _Cutter:
    """Goes through the lines once and keeps the stretch and block that they fall into."""

    def __init__(self, source: Source, lines: list[Line]) -> None:
        self.source = source
        self.lines = lines
        self.stretches = [Stretch(Region.HEAD)]

    @property
    def stretch(self) -> Stretch:
        return self.stretches[-1]

    def run(self) -> list[Stretch]:
        index = 0
        while index < len(self.lines):
            line = self.lines[index]
            following = self.lines[index + 1] if index + 1 < len(self.lines) else None
            heading = None if self.source.is_inside(line) else read_heading(line, following)
            if heading is not None and self._enter(heading, index):
                index += len(heading.lines)
                continue
            is_text = heading is None and not line.is_blank and not line.is_code
            if not (is_text and self._enter_unmarked(line, index)):
                self.stretch.blocks[-1].lines.append(line)
            index += 1
        return self.stretches

    # what a heading opens; every method says whether it took the heading

    def _enter(self, heading: Heading, index: int) -> bool:
        if not heading.title or (self.source.is_outlined and heading.style is not Style.ATX):
            return False
        if not self.source.is_outlined and labels.read_label(heading.lines[0].text) is not None:
            return False
        if heading.known is not None:
            kind = heading.known.kind
            if kind is TitleKind.SECTION:
                return self._section(heading)
            if kind is TitleKind.BACK:
                return self._back(heading, Region(heading.known.name))
            if kind is TitleKind.PART:
                return self._part(heading, heading.known.name, heading.title)
            if kind is TitleKind.GROUP and self._group(heading, heading.title):
                return True
            if kind is TitleKind.INTRO and self.stretch.region is Region.HEAD:
                return self._block(BlockRole.PASSAGE, heading)
        if heading.style is not Style.ATX:
            return False
        return self._explicit(heading) or self._unknown(heading, index)

    def _section(self, heading: Heading) -> bool:
        kind = section_kind(heading.title) or "custom"
        if any(other.region is Region.SECTION and other.kind == kind for other in self.stretches):
            self.source.ledger.doubt(Code.SECTION_REPEATED, heading.line, heading.title)
        self.stretches.append(Stretch(Region.SECTION, heading, kind, heading.title, word_key(heading.title)[1]))
        return True

    def _custom(self, heading: Heading) -> bool:
        self.source.ledger.doubt(Code.SECTION_UNKNOWN, heading.line, heading.title)
        self.stretches.append(Stretch(Region.SECTION, heading, "custom", heading.title, word_key(heading.title)[1]))
        return True

    def _back(self, heading: Heading, region: Region) -> bool:
        in_text = self.stretch.region in (Region.SECTION, Region.QUESTIONS)
        if in_text and heading.style is Style.PLAIN and heading.title.endswith((":", "：")):
            return False  # 参考资料： in an answer leads to its own links
        if region is Region.APPENDIX:
            if self.stretch.region is not Region.APPENDIX:
                self.stretches.append(Stretch(Region.APPENDIX))
            if word_key(heading.title)[0] == "附录" and self.stretch.is_empty and not self.stretch.heading:
                self.stretch.heading = heading
                return True
            return self._block(BlockRole.PASSAGE, heading)
        self.stretches.append(Stretch(region, heading, title=heading.title))
        return True

    def _part(self, heading: Heading, part: str, title: str) -> bool:
        if not self.stretch.holds_questions:
            self.stretches.append(Stretch(Region.QUESTIONS))
        return self._block(BlockRole.PART, heading, title, part)

    def _group(self, heading: Heading, title: str) -> bool:
        stretch = self.stretch
        if stretch.region is not Region.SECTION or stretch.kind == "free_talk":
            return False
        if heading.style is not Style.ATX and stretch.kind in ("classic", "practice"):
            return False
        return self._block(BlockRole.GROUP, heading, title)

    def _block(self, role: BlockRole, heading: Heading, title: str | None = None, name: str = "") -> bool:
        self.stretch.blocks.append(Block(role, heading, heading.title if title is None else title, name))
        return True

    def _explicit(self, heading: Heading) -> bool:
        """The headings that our own writer spells out because the title alone would not say it."""
        if not self.source.is_outlined or heading.is_protected:
            return False
        title, stretch = heading.raw, self.stretch
        kind: SectionKind
        if match := SECTION_PREFIX.fullmatch(title):
            kind = next((kind for kind in _SECTION_KINDS if kind == match["kind"]), "custom")
            optional = match["optional"] is not None
            self.stretches.append(Stretch(Region.SECTION, heading, kind, match["title"].strip(), optional))
            return True
        if match := PART_PREFIX.fullmatch(title):
            return self._part(heading, match["part"], match["title"].strip())
        if stretch.region is Region.SECTION and (match := GROUP_PREFIX.fullmatch(title)):
            return self._block(BlockRole.GROUP, heading, match["title"].strip())
        if title == BODY_TITLE and stretch.region in (Region.SECTION, Region.QUESTIONS, Region.PLANS):
            return self._block(BlockRole.BODY, heading)
        if stretch.holds_questions and heading.level >= 4:
            if title == AFTER_TITLE:
                return self._block(BlockRole.AFTER, heading)
            if title.startswith(FOLLOW_UP_PREFIX):
                return self._block(BlockRole.FOLLOW_UP, heading, title.removeprefix(FOLLOW_UP_PREFIX))
        return False

    def _unknown(self, heading: Heading, index: int) -> bool:
        source, region = self.source, self.stretch.region
        if not source.is_outlined and reads_as_sentence(heading.title):
            source.ledger.doubt(Code.HEADING_AS_TEXT, heading.line, heading.title)
            return False
        opens_section = self._followed_by_section_label(index + len(heading.lines), heading.title)
        if region is Region.HEAD:
            if opens_section and not source.is_outlined:
                return self._custom(heading)
            return self._block(BlockRole.PASSAGE, heading)
        if region in (Region.SECTION, Region.QUESTIONS):
            is_high = source.section_level is not None and heading.level <= source.section_level
            if source.is_outlined:
                is_high, opens_section = heading.level <= 2, False
            if (is_high or opens_section) and not heading.is_protected:
                return self._custom(heading)
            return self._inside_section(heading)
        if region is Region.APPENDIX:
            return self._block(BlockRole.PASSAGE, heading)
        if source.is_outlined and heading.level > 2:
            return False
        self.stretches.append(Stretch(Region.APPENDIX))
        return self._block(BlockRole.PASSAGE, heading)

    def _inside_section(self, heading: Heading) -> bool:
        stretch = self.stretch
        if stretch.holds_questions:
            entry = read_number(heading.title) if not heading.is_protected else None
            if entry and not (entry.numbering is not Numbering.QUESTION and entry.is_decimal):
                return self._block(BlockRole.QUESTION, heading)
            self.source.ledger.doubt(Code.HEADING_AS_TEXT, heading.line, heading.title)
            return False
        if stretch.kind in ("classic", "practice") and not (self.source.is_outlined and heading.level in (3, 4)):
            return False
        return self._block(BlockRole.ITEM, heading)

    def _followed_by_section_label(self, index: int, title: str) -> bool:
        while index < len(self.lines) and self.lines[index].is_blank:
            index += 1
        found = labels.read_label(self.lines[index].text) if index < len(self.lines) else None
        return found is not None and (
            found.role in _SECTION_ROLES or word_key(found.label.label)[0] == word_key(title)[0]
        )

    # what opens a section without a mark

    def _enter_unmarked(self, line: Line, index: int) -> bool:
        """Open a section at a line that is no heading; true when the line is used up."""
        if self.source.is_outlined:
            return False
        found = labels.read_label(line.text)
        if found is not None:
            kind = section_kind(found.label.label) if found.role is Role.BRIEF else None
            if kind is not None and self._opens_section(kind):
                title = found.label.label
                self.stretches.append(Stretch(Region.SECTION, None, kind, title, word_key(title)[1]))
            return False
        title = line.bare
        is_new = _NEW_SECTION.fullmatch(fold(title)) and known_title(title) is None
        if is_new and self._followed_by_section_label(index + 1, title):
            return self._custom(Heading((line,), Style.PLAIN, 0, title, None))
        return False

    def _opens_section(self, kind: SectionKind) -> bool:
        """Whether the label that names a section begins one: right under a heading it belongs to that."""
        stretch = self.stretch
        if stretch.region is not Region.SECTION:
            return stretch.region in (Region.HEAD, Region.QUESTIONS)
        return not stretch.is_empty and stretch.kind != kind


def title_of(source: Source) -> tuple[list[Line], numbering.Code, str] | None:
    """The title line of a document, among its first three written lines: its lines, the episode and the title."""
    written = [index for index, line in enumerate(source.lines) if not line.is_blank and not line.is_code][:3]
    for index in written:
        line = source.lines[index]
        marked = atx(line.text)
        if marked is not None:
            text, end = marked[1].removeprefix("\\"), index + 1
            text = Line((0,), text).bare if not source.is_outlined else text
        else:
            end = source.paragraph(source.lines, index)
            text = Line((0,), joined([one.text for one in source.lines[index:end]])).bare
        if labels.read_label(text) is None and (found := numbering.of_title(text, is_heading=marked is not None)):
            return source.lines[index:end], *found
    return None
