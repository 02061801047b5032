"""The head of a document: its labels, its recordings, and the text under 序章, 背景介绍 and the like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from markup import links
from talks.documents import dates, facts
from talks.documents.escapes import unprotected
from talks.documents.labelled import is_address_line, labels_at
from talks.documents.labels import Found, write_label
from talks.documents.ledger import Node
from talks.documents.lines import Line, trimmed
from talks.documents.model import Label, Recording, TextBlock
from talks.documents.outline import Block, Source, Stretch
from talks.documents.structure_lines import as_markdown
from talks.documents.vocabulary import Role

_USUAL_LEVEL = 3
# 【录像记录 bilibili 610】：title <address>: how our own writer gives a recording that its label does not say.
_RECORDING_LABEL = re.compile(r"录像记录(?: (?P<platform>[a-z0-9_-]{1,40})(?: (?P<offset>\d{1,10}))?)?")
_RECORDING_TEXT = re.compile(r"(?P<title>.*?) ?<?(?P<url>https?://[^\s<>]+)>?", re.IGNORECASE)


@dataclass(slots=True)
class Head:
    """What the head holds, with the nodes that claimed its lines, side by side."""

    labels: list[Label] = field(default_factory=list)
    label_nodes: list[Node] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    recording_nodes: list[Node] = field(default_factory=list)
    intro: list[TextBlock] = field(default_factory=list)
    intro_nodes: list[Node] = field(default_factory=list)
    day: date | None = None

    def settle(self) -> None:
        """Give the nodes their paths."""
        for name in ("labels", "recordings", "intro"):
            nodes = getattr(self, f"{name.rstrip('s')}_nodes")
            for index, node in enumerate(nodes):
                node.path = f"{name}[{index}]"


def read_head(source: Source, stretch: Stretch) -> Head:
    """The head of a document out of its first stretch."""
    return _HeadReader(source).run(stretch.blocks)


class _HeadReader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.head = Head()
        self.has_written_recordings = False

    def run(self, blocks: Sequence[Block]) -> Head:
        for block in blocks:
            self._block(block)
        self.head.settle()
        return self.head

    def _block(self, block: Block) -> None:
        node, body = Node(), []
        index = 0
        while index < len(block.lines):
            taken = labels_at(self.source, block.lines, index, in_head=True)
            if (
                taken is not None
                and taken.is_reserved
                and self._written(taken.found[0], block.lines[index : taken.end])
            ):
                index = taken.end
                continue
            if taken is None or taken.is_reserved:
                body.append(block.lines[index])
                index += 1
                continue
            own = block.lines[index : taken.end]
            index = self._labels(taken.found, own, block.lines, taken.end)
        text = block_text(self.source, body)
        if block.heading is None and not text:
            return
        if block.heading is not None:
            self.source.ledger.claim(block.heading.lines, "heading", node)
        self.source.ledger.claim(body, "intro", node)
        self.head.intro.append(text_block(block, text))
        self.head.intro_nodes.append(node)

    def _labels(self, found: Sequence[Found], own: Sequence[Line], lines: Sequence[Line], end: int) -> int:
        """Take the labels of some lines and the addresses that follow a video's; the index behind all."""
        node = Node()
        self.source.ledger.claim(own, "label", node)
        for place, one in enumerate(found):
            self.head.labels.append(one.label)
            self.head.label_nodes.append(node if place == 0 else Node())
        if found[-1].role is Role.VIDEO:
            return self._video(found[-1].label.text, lines, end)
        return end

    def _written(self, found: Found, own: Sequence[Line]) -> bool:
        """Take a label that only our own writer uses; anywhere else it is text."""
        if not self.source.is_outlined:
            return False
        if found.label.label == DAY_LABEL and (day := dates.find_date(found.label.text)):
            self.head.day = day[0]
            self.source.ledger.claim(own, "label", Node("starts_at"))
            return True
        return self._recording(found, own, Node())

    def _recording(self, found: Found, own: Sequence[Line], node: Node) -> bool:
        match = _RECORDING_LABEL.fullmatch(found.label.label)
        if match is None:
            return False
        text = _RECORDING_TEXT.fullmatch(found.label.text)
        if text is None or match["platform"] is None:
            if found.label.text:
                return False
            self.head.recordings, self.head.recording_nodes = [], []
            self.source.ledger.claim(own, "label", node)
            node.path = "recordings"
            self.has_written_recordings = True
            return True
        if not self.has_written_recordings:
            self.head.recordings, self.head.recording_nodes = [], []
        self.has_written_recordings = True
        offset = int(match["offset"]) if match["offset"] else None
        title = text["title"].strip() or None
        self.head.recordings.append(Recording(title, text["url"], match["platform"], offset))
        self.head.recording_nodes.append(node)
        self.source.ledger.claim(own, "recording", node)
        return True

    def _video(self, text: str, lines: Sequence[Line], index: int) -> int:
        title = text
        for address in links.find(text):
            before = text[: address.start].rstrip(" <[(（：:")
            self._record(before, address.url, Node())
            title = ""
        while index < len(lines):
            following = next((one for one in range(index, len(lines)) if not lines[one].is_blank), None)
            if following is None or not is_address_line(lines[following]):
                return index
            node = Node()
            for address in links.find(lines[following].text):
                self._record(title, address.url, node)
                title = ""
            self.source.ledger.claim(lines[following], "recording", node)
            index = following + 1
        return index

    def _record(self, title: str, url: str, node: Node) -> None:
        if not self.has_written_recordings:
            self.head.recordings.append(facts.recording(title, url))
            self.head.recording_nodes.append(node)


def recordings_of(labels: Sequence[Label], addresses: Sequence[str]) -> list[Recording]:
    """The recordings that a video's label and these addresses below it give when they are read."""
    text = labels[-1].text if labels else ""
    found = [facts.recording(text[: one.start].rstrip(" <[(（：:"), one.url) for one in links.find(text)]
    title = "" if found else text
    for address in addresses:
        found.append(facts.recording(title, address))
        title = ""
    return found


DAY_LABEL = "开播日"
NO_RECORDINGS = "【录像记录】："


def write_recording(recording: Recording) -> str:
    """The line of a recording, everything spelled out."""
    offset = "" if recording.offset_seconds is None else f" {recording.offset_seconds}"
    label = write_label(Label(f"录像记录 {recording.platform}{offset}", recording.title or ""))
    return as_markdown(label) + (" " if recording.title else "") + f"<{recording.url}>"


def block_text(source: Source, lines: Sequence[Line]) -> str:
    """The text of a block: in a document of our own without its protecting backslashes, else as it is."""
    own = trimmed(lines)
    if source.is_outlined:
        return unprotected(own)
    return "\n".join(line.text for line in own).rstrip()


def text_block(block: Block, text: str) -> TextBlock:
    """A heading with its text; without a level of its own it gets the usual one, and the first level is the title's."""
    if block.heading is None:
        return TextBlock(None, 0, text)
    return TextBlock(block.heading.title, max(2, block.heading.level or _USUAL_LEVEL), text)
