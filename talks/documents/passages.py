"""The back of a document: references, plans, past episodes, the appendix, and what fitted nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markup import links
from talks.documents.head import block_text, text_block
from talks.documents.labels import read_label
from talks.documents.ledger import Node
from talks.documents.lines import Line, trimmed
from talks.documents.lists import read_links, read_plans, to_past
from talks.documents.model import Past, Plan, Reference, TextBlock, Unplaced
from talks.documents.outline import BlockRole, Source, Stretch
from talks.documents.vocabulary import Region

_UNPLACED_LABEL = re.compile(r"第 (\d{1,10}) 行")


@dataclass(slots=True)
class Back:
    """What stands behind the sections."""

    references: list[Reference] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    plans_body: list[str] = field(default_factory=list)
    appendix: list[TextBlock] = field(default_factory=list)
    past: list[Past] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)


def read_back(source: Source, stretch: Stretch, back: Back) -> None:
    """Add a stretch of the back matter to what was found before."""
    if stretch.heading is not None:
        source.ledger.claim(stretch.heading.lines, "heading", Node(stretch.region.value))
    if stretch.region is Region.APPENDIX:
        _appendix(source, stretch, back)
    elif stretch.region is Region.UNPLACED:
        _unplaced(source, stretch, back)
    else:
        _lists(source, stretch, back)


def _lists(source: Source, stretch: Stretch, back: Back) -> None:
    for block in stretch.blocks:
        if block.role is BlockRole.BODY and block.heading is not None:
            source.ledger.claim([*block.heading.lines, *block.lines], "plan", Node("plans_body"))
            back.plans_body.append(block_text(source, block.lines))
        elif stretch.region is Region.PLANS:
            _plans(source, block.lines, back)
        else:
            for draft in read_links(source, block.lines):
                if stretch.region is Region.PAST:
                    draft.node.path = f"past[{len(back.past)}]"
                    past = to_past(draft)
                    back.past.append(Past(past.code, past.title, _canonical(past.url), past.kind))
                else:
                    draft.node.path = f"references[{len(back.references)}]"
                    back.references.append(Reference(draft.title, _canonical(draft.url)))
                kind = "past" if stretch.region is Region.PAST else "reference"
                source.ledger.claim(draft.lines, kind, draft.node)


def _canonical(url: str | None) -> str | None:
    return None if url is None else links.canonical(url)


def _plans(source: Source, lines: list[Line], back: Back) -> None:
    drafts, body = read_plans(source, lines)
    for draft in drafts:
        draft.node.path = f"plans[{len(back.plans)}]"
        back.plans.append(draft.plan)
        source.ledger.claim(draft.lines, "plan", draft.node)
    source.ledger.claim(body, "plan", Node("plans_body"))
    if text := block_text(source, body):
        back.plans_body.append(text)


def _appendix(source: Source, stretch: Stretch, back: Back) -> None:
    for block in stretch.blocks:
        text = block_text(source, block.lines)
        if block.heading is None and not text:
            continue
        node = Node(f"appendix[{len(back.appendix)}]")
        if block.heading is not None:
            source.ledger.claim(block.heading.lines, "heading", node)
        source.ledger.claim(block.lines, "appendix", node)
        back.appendix.append(text_block(block, text))


def _unplaced(source: Source, stretch: Stretch, back: Back) -> None:
    """The pieces that an earlier reading could not place, each under the number of the line it began at."""
    number, own = 0, list[Line]()
    for line in [line for block in stretch.blocks for line in block.lines]:
        found = None if line.is_code else read_label(line.text)
        match = _UNPLACED_LABEL.fullmatch(found.label.label) if found else None
        if match is None:
            own.append(line)
            continue
        _add_unplaced(source, number, own, back)
        number, own = int(match[1]), []
        source.ledger.claim(line, "unplaced", Node(f"unplaced[{len(back.unplaced)}]"))
    _add_unplaced(source, number, own, back)


def _add_unplaced(source: Source, number: int, lines: list[Line], back: Back) -> None:
    if not trimmed(lines) and number == 0:
        return
    source.ledger.claim(lines, "unplaced", Node(f"unplaced[{len(back.unplaced)}]"))
    back.unplaced.append(Unplaced(number or lines[0].number, block_text(source, lines)))
