"""The entries of a section: which lines are a title, its address and its text.

An entry without an address neither vanishes nor takes its neighbour's; the first address of an entry is its
`url`, the others stay in its text as written.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from markup import links
from talks.documents.articles import Title, is_attribution, linked_title, read_title, without_addresses
from talks.documents.lines import Line, bare, joined, trimmed
from talks.documents.marks import Entry, Numbering, bullet_end, indent_of, read_number
from talks.documents.model import SectionKind
from talks.documents.outline import Source

_FIELD = re.compile(
    r"[-*•]?\s{0,2}(?:(?:from|via|来源|转自)\s{0,2}[:：\-]|(?:[^\n,，。；]{0,14}(?:链接|地址|主页|官网|仓库|传送门)"
    r"|论文|代码|项目|原文|博客|模型|数据|数据集|权重|文档|演示|视频|官方|paper|code|github|gitee|demo|blog|project"
    r"|hugging ?face|hf|model|data|dataset|arxiv|url|link|refs?)\s{0,2}[:：])",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"[（(]?\s?(?:注|备注|说明|附注|示例|例如|例|提示|补充|摘要|简介|ps|p\.s\.|tips?|note|tl;dr)\d?\s{0,2}[:：]", re.I
)
_SHORT_LABEL = re.compile(r"[^\s:：，。；、]{2,8}\s{0,2}[:：]")
_SENTENCE_END = re.compile(r"[。；;！!.…~～][”\"’』」）)]?$")
_ASIDE = re.compile(r"[~～（(>]|这个|该|其中|此外|另外|目前|可以|已经|因此|所以|但是|不过|感觉|个人")
# A converter tears long addresses with spaces: the rest of one is Latin, without spaces, full of = and &.
_ADDRESS_TAIL = re.compile(r"[\x21-\x7e]*[&=%/][\x20-\x7e]*|[\x21-\x7e]{1,3}(?:</u>)?")
_ONLY_MARKS = re.compile(r"[\W_]*")


class Kind(enum.Enum):
    """What a piece of an entry's text is."""

    TEXT = "text"
    ADDRESS = "address"
    CODE = "code"


@dataclass(slots=True)
class Piece:
    """A paragraph, a line of addresses or a block of code."""

    kind: Kind
    lines: list[Line]
    text: str
    addresses: list[links.Found]
    entry: Entry | None = None
    before: tuple[Line, ...] = ()

    @property
    def is_bullet(self) -> bool:
        return self.kind is Kind.TEXT and bullet_end(self.lines[0].text) is not None


@dataclass(slots=True)
class Draft:
    """An entry while it is read. `is_headed` when a heading names it, so that text before its address is its own."""

    title: Title
    lines: list[Line] = field(default_factory=list)
    url: str | None = None
    body: list[Line] = field(default_factory=list)
    rest: str = ""
    is_headed: bool = False
    title_parts: list[str] = field(default_factory=list)

    @property
    def has_body(self) -> bool:
        return bool(self.rest) or any(not line.is_blank for line in self.body)


@dataclass(slots=True)
class Entries:
    """What a block holds: notes before the entries, the entries, and text behind them that is none of theirs."""

    notes: list[Line] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    rest: list[Line] = field(default_factory=list)


def pieces(source: Source, lines: Sequence[Line]) -> list[Piece]:
    """The lines as paragraphs (hard-wrapped lines together), lines of addresses and code."""
    found: list[Piece] = []
    blanks: list[Line] = []
    index = 0
    while index < len(lines):
        line, end = lines[index], index + 1
        if line.is_blank and not line.is_code:
            blanks.append(line)
            index = end
            continue
        before, blanks = tuple(blanks), []
        addresses = [] if line.is_code else links.find(line.text)
        if line.is_code:
            while end < len(lines) and lines[end].is_code:
                end += 1
            found.append(Piece(Kind.CODE, list(lines[index:end]), "", [], before=before))
        elif addresses and _is_address_line(line):
            found.append(Piece(Kind.ADDRESS, [line], line.bare, addresses, before=before))
        else:
            if not addresses or addresses[-1].end < len(line.text.rstrip()):
                end = source.paragraph(lines, index)
            found.append(_text(list(lines[index:end]), before))
        index = end
    return found


def _is_address_line(line: Line) -> bool:
    """Whether a line is nothing but addresses, one torn by a converter included."""
    if _ONLY_MARKS.fullmatch(without_addresses(line.text)):
        return not _named_link(line.text)
    text = line.bare
    return text.startswith("http") and bool(_ADDRESS_TAIL.fullmatch(text[text.find(" ") + 1 :])) and " " in text


def _named_link(text: str) -> bool:
    start = text.find("[")
    linked = linked_title(text[start:]) if start >= 0 else None
    return linked is not None and bool(linked[0])


def _text(lines: list[Line], before: tuple[Line, ...]) -> Piece:
    text = joined([line.text for line in lines])
    return Piece(Kind.TEXT, lines, text, links.find(text), read_number(lines[0].text), before)


def read_entries(source: Source, lines: Sequence[Line], kind: SectionKind, known: Collection[str]) -> Entries:
    """The entries of the text under a section's or group's heading.

    In classic and practice the entries are the linked articles it begins with; all behind them is text.
    """
    parts = pieces(source, lines)
    if kind in ("classic", "practice"):
        return _leading(parts, lines, known)
    return _Reader(parts, known).run()


def read_headed(source: Source, title: Title, lines: Sequence[Line], known: Collection[str]) -> Entries:
    """The entry that a heading names, and in a document without an outline the entries that follow it."""
    first = Draft(title, is_headed=True)
    if source.is_outlined:
        return Entries(drafts=[_all_in(first, lines)])
    return _Reader(pieces(source, lines), known, first).run()


def _all_in(draft: Draft, lines: Sequence[Line]) -> Draft:
    """In an outlined document all text under an entry's heading is the entry's."""
    rest = trimmed(lines)
    first = links.find(rest[0].text) if rest and not rest[0].is_code else []
    if first and first[0].start <= 1 and not without_addresses(rest[0].text) and len(first) == 1:
        draft.url, draft.lines, rest = first[0].url, [rest[0]], rest[1:]
    draft.body = list(rest)
    if draft.url is None:
        draft.url = next((one.url for line in rest if not line.is_code for one in links.find(line.text)), None)
    return draft


def _leading(parts: list[Piece], lines: Sequence[Line], known: Collection[str]) -> Entries:
    entries = Entries()
    index = 0
    while index < len(parts):
        part = parts[index]
        follows = parts[index + 1] if index + 1 < len(parts) else None
        is_title = part.kind is Kind.TEXT and not part.text.endswith(("：", ":"))
        if is_title and not part.addresses and follows is not None and follows.kind is Kind.ADDRESS:
            draft = _titled(part, known)
            _take_addresses(draft, follows)
            index += 2
        elif is_title and part.addresses and not _FIELD.match(part.text):
            draft = _titled(part, known)
            index += 1
        else:
            break
        entries.drafts.append(draft)
    if index < len(parts):
        start = next(place for place, line in enumerate(lines) if line is parts[index].lines[0])
        entries.rest = trimmed(lines[start:])
    return entries


class _Reader:
    """Goes through the pieces of a block and decides for each whether it begins an entry or belongs to one."""

    def __init__(self, parts: list[Piece], known: Collection[str], first: Draft | None = None) -> None:
        self.parts = parts
        self.known = known
        self.entries = Entries(drafts=[first] if first else [])
        self.numbering = _numbering(parts)
        self.last_number = 0
        texts = [part for part in parts if part.kind is Kind.TEXT]
        self.has_bullets = bool(texts) and texts[0].is_bullet and first is None

    @property
    def current(self) -> Draft | None:
        return self.entries.drafts[-1] if self.entries.drafts else None

    def run(self) -> Entries:
        for index, part in enumerate(self.parts):
            follows = self.parts[index + 1] if index + 1 < len(self.parts) else None
            if part.kind is Kind.ADDRESS:
                self._address(part)
            elif part.kind is Kind.CODE:
                self._into_body(part)
            else:
                self._text(part, follows is not None and follows.kind is Kind.ADDRESS)
        return self.entries

    def _address(self, part: Piece) -> None:
        draft = self.current or self._open(Draft(Title("")))
        if draft.url is None:
            _take_addresses(draft, part)
        elif draft.title == Title("") and not draft.has_body and not draft.is_headed:
            _take_addresses(self._open(Draft(Title(""))), part)
        else:
            _extend(draft, part)

    def _text(self, part: Piece, leads_to_address: bool) -> None:
        if self._is_next_number(part):
            self._open(_titled(part, self.known, is_numbered=True))
        elif self._belongs(part, leads_to_address):
            self._into_body(part)
        elif self._continues_title(part):
            self._extend_title(part)
        else:
            self._open(_titled(part, self.known))

    def _is_next_number(self, part: Piece) -> bool:
        entry = part.entry
        if self.numbering is None or entry is None or entry.numbering is not self.numbering:
            return False
        number = entry.number or 0
        is_next = number == self.last_number + 1
        if not is_next and (entry.is_decimal or not self.last_number < number <= self.last_number + 3):
            return False
        self.last_number = number
        return True

    def _belongs(self, part: Piece, leads_to_address: bool) -> bool:
        """Whether a paragraph is text of the current entry (or, before any, a note on the group)."""
        draft, text = self.current, part.text
        if draft is None:
            return bool(_NOTE.match(text))
        if self._continues_title(part):
            return False
        if self.numbering is not None and self.last_number > 0:
            return True
        if self.has_bullets:
            return not part.is_bullet or indent_of(part.lines[0].text) >= 2
        is_own = draft.is_headed and draft.url is None
        is_tail = bool(_ADDRESS_TAIL.fullmatch(bare(text))) and "&" in text and draft.url is not None
        if _NOTE.match(text) or _FIELD.match(text) or part.is_bullet or is_own or is_tail:
            return True
        if leads_to_address or part.addresses:
            return _is_note(text) and draft.url is None and not part.addresses
        if _is_note(text) or _ASIDE.match(text):
            return True
        return draft.url is not None and bool(_SENTENCE_END.search(text))

    def _continues_title(self, part: Piece) -> bool:
        draft = self.current
        if draft is None or draft.url or draft.has_body or draft.is_headed or draft.title.author:
            return False
        return is_attribution(part.text)

    def _extend_title(self, part: Piece) -> None:
        draft = self.current
        assert draft is not None  # noqa: S101 - asked for by _continues_title
        draft.title_parts.append(part.text)
        draft.title = read_title(joined(draft.title_parts), self.known)
        draft.lines += part.lines

    def _into_body(self, part: Piece) -> None:
        draft = self.current
        if draft is None:
            if part.kind is Kind.CODE:
                draft = self._open(Draft(Title("")))
            else:
                self.entries.notes += (*part.before, *part.lines)
                return
        if draft.url is None and part.addresses and part.kind is Kind.TEXT:
            draft.url = part.addresses[0].url
        _extend(draft, part)

    def _open(self, draft: Draft) -> Draft:
        self.entries.drafts.append(draft)
        return draft


def _is_note(text: str) -> bool:
    """Whether a paragraph explains something (商用许可：只允许英文；) rather than naming it."""
    return bool(_SHORT_LABEL.match(text) and _SENTENCE_END.search(text)) or bool(_NOTE.match(text))


def _numbering(parts: Sequence[Piece]) -> Numbering | None:
    """How the entries are numbered: the way of the first numbered paragraph, if it begins at one."""
    for part in parts:
        if part.kind is Kind.TEXT and part.entry and part.entry.numbering is not Numbering.QUESTION:
            return part.entry.numbering if part.entry.number == 1 and not part.entry.is_decimal else None
    return None


def _titled(part: Piece, known: Collection[str], *, is_numbered: bool = False) -> Draft:
    """The entry that a paragraph opens."""
    text = part.text
    entry = read_number(text)
    if entry and entry.numbering is not Numbering.QUESTION and (is_numbered or not entry.is_decimal):
        text = text[entry.end :]
    elif (end := bullet_end(text)) is not None:
        text = text[end:]
    draft = titled(text, known)
    draft.lines = list(part.lines)
    return draft


def titled(text: str, known: Collection[str]) -> Draft:
    """The entry that a text opens: its title, its address, and what stands behind the address."""
    draft = Draft(Title(""))
    linked, addresses = _link_inside(text), links.find(text)
    if linked is not None:
        before, label, draft.url, rest = linked
        before = "" if _ONLY_MARKS.fullmatch(before) else before
        title = _before_address(f"{before} {label}".strip())
    elif addresses:
        title, draft.url = _before_address(text[: addresses[0].start]), addresses[0].url
        rest = text[addresses[0].end :]
    else:
        title, rest = text, ""
    draft.rest = _behind_address(rest)
    draft.title_parts = [title]
    draft.title = read_title(title, known)
    return draft


def _before_address(title: str) -> str:
    """Text before an address without the marks that lead to it."""
    title = re.sub(r"<(?:u|mark|b)>\s*$", "", title.rstrip().removesuffix("<").removesuffix("["))
    return title.rstrip().rstrip("（(：:，,").rstrip() or title.strip()


def _link_inside(text: str) -> tuple[str, str, str, str] | None:
    """Text before, text, address and rest of the first Markdown link that names its address."""
    start = text.find("[")
    while start >= 0:
        if linked := linked_title(text[start:]):
            return (text[:start].strip(), *linked) if linked[0] else (text[:start].strip(), "", *linked[1:])
        start = text.find("[", start + 1) if start < 400 else -1
    return None


def _behind_address(rest: str) -> str:
    """Text behind an address without the marks that only close around the address."""
    rest = re.sub(r"^(?:</(?:u|mark|b)>|[>\])）*_\s])+", "", rest)
    return rest.strip().lstrip("：:，,；; ") if not _ONLY_MARKS.fullmatch(re.sub(r"</?(?:u|mark|b)>", "", rest)) else ""


def _take_addresses(draft: Draft, part: Piece) -> None:
    """Give an entry the first address of a line of addresses; what else stands there stays in its text."""
    draft.url = part.addresses[0].url
    if len(part.addresses) == 1 and _ONLY_MARKS.fullmatch(without_addresses(part.text)):
        draft.lines += part.lines
    else:
        _extend(draft, part)


def _extend(draft: Draft, part: Piece) -> None:
    draft.body += (*part.before, *part.lines)
