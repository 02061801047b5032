"""A README of works into a ListDoc. Every written line of the source becomes part of exactly one node."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import accumulate

from papers.lists import kinds
from papers.lists.blocks import Block, Lines, blocks_of, content_of, lines_of, trimmed
from papers.lists.entries import Context, Found, join_group, made, read_list, read_paragraph
from papers.lists.heads import Head, read_head, titled
from papers.lists.inline import scan
from papers.lists.model import EntryDoc, ListDoc, SectionDoc
from papers.lists.tables import read_table

# What the writer puts behind a heading that would be read as a work.
SECTION_MARK = "<!-- section -->"
_NUMBERED = re.compile(r"^\s*(?:\*\*)?\d{1,4}[.)、]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, and what each written line (from 1) became: the kind of node and its path."""

    document: ListDoc
    claims: dict[int, tuple[str, str]]


@dataclass(slots=True)
class _Event:
    """Something that happens on lines (from 0) of the source, in order."""

    kind: str  # heading, entry, text, group (words of a branch or a table's head), fold, end
    lines: list[int]
    text: str = ""
    level: int = 0
    entry: EntryDoc | None = None

    @property
    def start(self) -> int:
        return self.lines[0] if self.lines else -1


def read(text: str) -> Reading:
    """Return what a list says. Never fails on what is in the text."""
    lines = lines_of(text)
    blocks, references = blocks_of(lines)
    context = Context(lines, references)
    events = list(_events(blocks, context))
    events = sorted([*events, *_left_over(events, lines)], key=lambda event: event.start)
    return _Assembly(context, _with_folds(events)).run()


def _events(blocks: list[Block], context: Context) -> Iterable[_Event]:
    covered = 0
    titles = _heading_entries(blocks, context)
    for place, block in enumerate(blocks):
        if block.start < covered:
            continue
        if place in titles:
            covered = titles[place]
            yield _heading_entry(block, covered, context)
        elif block.kind == "heading":
            yield _heading(block, context)
        else:
            yield from _of_block(block, context)


def _of_block(block: Block, context: Context) -> Iterable[_Event]:
    lines = context.lines
    if block.kind == "list":
        found = read_list(block, context)
    elif block.kind == "table":
        found = read_table(block, context)
    elif block.kind == "paragraph" and not any(number in lines.kept for number in range(block.start, block.end)):
        found = read_paragraph(block, context)
    else:
        found = None
        if block.kind == "other" and block.start in lines.folds:
            end, words = lines.folds[block.start]
            return [_Event("fold", lines.written_in(block.start, end + 1), text=words)]
        if block.kind == "other" and block.start in lines.fold_ends:
            return [_Event("end", [block.start])]
    return [_of_found(one) for one in found or [] if one.lines]


def _of_found(found: Found) -> _Event:
    if found.entry is not None:
        return _Event("entry", found.lines, entry=found.entry)
    return _Event("text", found.lines, text=found.text) if found.text else _Event("group", found.lines)


def _left_over(events: list[_Event], lines: Lines) -> Iterable[_Event]:
    """Texts for all lines that became nothing else; a kept text is one by itself."""
    taken = {number for event in events for number in event.lines}
    kept = {number: start for start, end in lines.kept.items() for number in range(start, end + 1)}
    run: list[int] = []
    for number in range(len(lines.written) + 1):
        is_over = number == len(lines.written) or number in taken or (run and kept.get(number) != kept.get(run[0]))
        if is_over and run:
            yield _text(run, lines)
            run = []
        if number < len(lines.written) and number not in taken and (run or not lines.is_blank(number)):
            run.append(number)


def _text(run: list[int], lines: Lines) -> _Event:
    is_kept = run[0] in lines.kept
    inner = run[1:-1] if is_kept else run
    text = trimmed([lines.written[number] for number in inner])
    return _Event("text", [number for number in run if not lines.is_blank(number)], text=text)


# headings


def _heading(block: Block, context: Context) -> _Event:
    end = context.lines.headings.get(block.start, block.end - 1)
    level = int(block.tokens[0].tag[1])
    numbers = context.lines.written_in(block.start, end + 1)
    return _Event("heading", numbers, text=content_of(block), level=level)


def _heading_entries(blocks: list[Block], context: Context) -> dict[int, int]:
    """Headings that are works: "### 1. [Title](address)" and the numbered ones beside them; place → end of the note."""
    headings = [place for place, block in enumerate(blocks) if block.kind == "heading"]
    linked = {place for place in headings if _linked(blocks[place], context)}
    levels = {blocks[place].tokens[0].tag for place in linked if _NUMBERED.match(content_of(blocks[place]))}
    found: dict[int, int] = {}
    for index, place in enumerate(headings):
        tag = blocks[place].tokens[0].tag
        is_numbered = bool(_NUMBERED.match(content_of(blocks[place]))) and SECTION_MARK not in content_of(blocks[place])
        following = headings[index + 1 :]
        below = [one for one in following if blocks[one].tokens[0].tag > tag and one not in linked]
        stop = next((one for one in following if one not in below), len(blocks))
        if place in linked and not is_numbered:
            inner = blocks[place + 1 : stop]
            is_section = below and below[0] < stop
            if is_section or any(any(e.kind == "entry" for e in _of_block(one, context)) for one in inner):
                continue
        elif not is_numbered or tag not in levels:
            continue
        found[place] = blocks[stop].start if stop < len(blocks) else len(context.lines.written)
    return found


def _linked(block: Block, context: Context) -> bool:
    """Whether a heading is one link to somewhere outside, and nothing but signs and a number beside it."""
    if block.tokens[0].tag == "h1":
        return False
    pieces = scan(content_of(block), context.references)
    named = [piece for piece in pieces if piece.kind == "link"]
    rest = "".join(piece.raw for piece in pieces if piece.kind not in ("link", "tag"))
    return len(named) == 1 and kinds.is_outside(named[0].url) and not re.search(r"[^\W\d_]", rest)


def _heading_entry(block: Block, end: int, context: Context) -> _Event:
    words = _NUMBERED.sub("", content_of(block))
    head = read_head(words, context.references) or Head(title=titled(words))
    below = trimmed([context.lines.written[number] for number in range(block.end, end)])
    note = "\n\n".join(part for part in (head.note, below) if part)
    written = context.lines.written_in(block.start, end)
    entry = made(head, group="", note=note, line=block.start + 1, end=(written[-1] if written else block.start) + 1)
    return _Event("entry", written, entry=entry)


# folds


def _with_folds(events: list[_Event]) -> list[_Event]:
    """Folds with works inside become the group of these; any other stays the text it is."""
    opened: list[int] = []
    pairs: dict[int, int] = {}
    for place, event in enumerate(events):
        if event.kind == "fold":
            opened.append(place)
        elif event.kind == "end" and opened:
            pairs[opened.pop()] = place
    pairs.update(dict.fromkeys(opened, len(events)))
    before = list(accumulate((event.kind == "entry" for event in events), initial=0))
    useful = {place for start, end in pairs.items() if before[start] < before[end] for place in (start, end)}
    return [
        replace(event, kind="text", text="") if event.kind in ("fold", "end") and place not in useful else event
        for place, event in enumerate(events)
    ]


@dataclass(slots=True)
class _Open:
    """The section being filled, and the texts that wait for their place."""

    title: str = ""
    level: int = 0
    line: int | None = None
    body: str = ""
    entries: list[EntryDoc] = field(default_factory=list)


class _Assembly:
    """Events in order into a document, every line claimed once."""

    def __init__(self, context: Context, events: list[_Event]) -> None:
        self.context, self.events = context, events
        self.title, self.intro = "", ""
        self.sections: list[_Open] = [_Open()]
        self.waiting: list[_Event] = []
        self.groups: list[str] = []
        self.claims: dict[int, tuple[str, str]] = {}

    def run(self) -> Reading:
        for event in self.events:
            if event.kind == "text":
                self.waiting.append(event)
                continue
            self._settle_texts()
            if event.kind == "heading":
                self._heading(event)
            elif event.kind == "entry" and event.entry is not None:
                self._entry(event, event.entry)
            else:
                self._claim(event.lines, "group", self._path)
                if event.kind == "fold":
                    self.groups.append(event.text)
                elif event.kind == "end" and self.groups:
                    self.groups.pop()
        self._settle_texts()
        return Reading(self._document(), dict(sorted(self.claims.items())))

    @property
    def _here(self) -> _Open:
        return self.sections[-1]

    @property
    def _path(self) -> str:
        return f"sections[{len(self.sections) - 1}]"

    def _claim(self, numbers: Iterable[int], kind: str, path: str) -> None:
        for number in numbers:
            if number + 1 in self.claims:
                raise AssertionError(f"line {number + 1} is claimed twice")
            self.claims[number + 1] = (kind, path)

    def _heading(self, event: _Event) -> None:
        words, pictures = heading_words(event.text, self.context)
        is_first = len(self.sections) == 1 and not self._here.entries and not self.title
        if event.level == 1 and is_first and words:
            self.title = words
            self._claim(event.lines, "title", "title")
        else:
            self.sections.append(_Open(words, event.level, event.start + 1))
            self._claim(event.lines, "heading", self._path)
        if pictures:
            self.waiting.append(_Event("text", [], text=pictures))

    def _entry(self, event: _Event, entry: EntryDoc) -> None:
        group = join_group(join_groups(self.groups), entry.group)
        self._here.entries.append(replace(entry, group=group))
        self._claim(event.lines, "entry", f"{self._path}.entries[{len(self._here.entries) - 1}]")

    def _settle_texts(self) -> None:
        """Put the waiting texts where they stand: behind an entry, under a heading, or into the intro."""
        if not self.waiting:
            return
        text = self._joined()
        numbers = [number for event in self.waiting for number in event.lines]
        here = self._here
        if here.entries:
            last = here.entries[-1]
            here.entries[-1] = replace(last, after=_with_text(last.after, text))
            self._claim(numbers, "after", f"{self._path}.entries[{len(here.entries) - 1}].after")
        elif len(self.sections) == 1:
            self.intro = _with_text(self.intro, text)
            self._claim(numbers, "intro", "intro")
        else:
            here.body = _with_text(here.body, text)
            self._claim(numbers, "body", f"{self._path}.body")
        self.waiting = []

    def _joined(self) -> str:
        """The waiting texts as one, with the blank lines that stand between them in the source."""
        lines = self.context.lines
        whole = ""
        last: int | None = None
        for event in self.waiting:
            text = event.text or "\n".join(lines.written[number] for number in event.lines)
            between = "\n\n"
            if event.lines and last is not None and event.start > last:
                gap = range(last + 1, event.start)
                if all(lines.is_blank(number) for number in gap):
                    between = "\n" * (len(gap) + 1)
            whole = f"{whole}{between}{text}" if whole else text
            last = event.lines[-1] if event.lines else last
        return whole

    def _document(self) -> ListDoc:
        found = [
            SectionDoc(one.title, one.level, one.body, tuple(one.entries), one.line)
            for place, one in enumerate(self.sections)
            if place or one.entries
        ]
        if not self.sections[0].entries:  # paths count from the first heading
            self.claims = {number: (kind, _one_less(path)) for number, (kind, path) in self.claims.items()}
        return ListDoc(self.title, self.intro, tuple(found))


def _one_less(path: str) -> str:
    return re.sub(r"^sections\[(\d+)\]", lambda match: f"sections[{max(0, int(match[1]) - 1)}]", path)


def _with_text(before: str, text: str) -> str:
    return f"{before}\n\n{text}" if before and text else before or text


def join_groups(groups: Iterable[str]) -> str:
    joined = ""
    for group in groups:
        joined = join_group(joined, group)
    return joined


def heading_words(content: str, context: Context) -> tuple[str, str]:
    """Return the words of a heading on one line, and its pictures, which stand below it instead."""
    words, pictures = "", []
    for piece in scan(content, context.references):
        if piece.kind in ("image", "badge"):
            pictures.append(piece.raw)
        elif piece.kind == "link" and piece.raw.startswith("<"):
            words += f"[{piece.text}]({piece.url})"
        elif piece.kind != "tag" and piece.raw != SECTION_MARK:
            words += piece.raw
    return " ".join(words.split()), " ".join(pictures)
