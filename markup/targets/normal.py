"""The one form a line of text has in the tree, so that what is written and read again is the same tree.

Text is merged, soft breaks between Chinese are gone, marks of one kind are never nested or adjacent, and what a mark
may not begin or end with (spaces, breaks, formulas) stands outside of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from markup.cjk import join_soft_break
from markup.targets.tree import (
    Code,
    FootnoteReference,
    HardBreak,
    Inline,
    Line,
    Link,
    Mark,
    MarkKind,
    Math,
    SoftBreak,
    Text,
    change_lines,
    leaves,
    plain,
)

_LINE_ENDS = re.compile(r"[\r\n]+")
_ESCAPES = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_BYTE_ORDER_MARK = "\ufeff"


def tidy(children: Iterable[Inline]) -> Line:
    """The line in its one form, trimmed; `tidy(tidy(line)) == tidy(line)`."""
    nodes = list(children)
    return trim(_ordered(_rebuilt(nodes, iter(_joints(nodes))), frozenset()))


def on_one_line(children: Iterable[Inline]) -> Line:
    """The line in its one form where no line may end: what is left of the soft breaks are spaces."""
    return tidy(change_lines(tidy(children), lambda node: (Text(" "),) if isinstance(node, SoftBreak) else (node,)))


def merged(children: Iterable[Inline]) -> list[Inline]:
    """The nodes with neighbouring texts and neighbouring codes made one, and empty ones dropped."""
    result: list[Inline] = []
    for kind, group in groupby(children, type):
        nodes = list(group)
        if issubclass(kind, Text | Code):
            text = "".join(node.text for node in nodes if isinstance(node, Text | Code))
            nodes = [kind(text)] if text else []
        result.extend(nodes)
    return result


def trim(line: Iterable[Inline]) -> Line:
    """The line without spaces and breaks at its ends and without spaces around its breaks."""
    nodes = _bare_breaks(line, at_ends=True)
    start, stop = 0, len(nodes)
    while start < stop and isinstance(nodes[start], HardBreak | SoftBreak):
        start += 1
    while start < stop and isinstance(nodes[stop - 1], HardBreak | SoftBreak):
        stop -= 1
    return tuple(nodes[start:stop])


def _bare_breaks(nodes: Iterable[Inline], *, at_ends: bool = False) -> list[Inline]:
    """The nodes without whitespace around the breaks between them, and with `at_ends` at both ends."""
    result: list[Inline] = []
    is_start = at_ends
    for node in nodes:
        if is_start and isinstance(node, Text):
            node = Text(_without_start(node.text))
            if not node.text:
                continue
        is_start = isinstance(node, HardBreak | SoftBreak)
        if is_start:
            _strip_end(result)
        result.append(node)
    if at_ends:
        _strip_end(result)
    return result


def _without_start(text: str) -> str:
    """The text without whitespace at its start; a byte order mark is no text either."""
    text = text.lstrip()
    while text.startswith(_BYTE_ORDER_MARK):
        text = text.lstrip(_BYTE_ORDER_MARK).lstrip()
    return text


def _strip_end(nodes: list[Inline]) -> None:
    if nodes and isinstance(node := nodes[-1], Text):
        text = node.text.rstrip()
        nodes[-1:] = [Text(text)] if text else []


# ── Soft breaks ─────────────────────────────────────────────────────────────


def _joints(nodes: Iterable[Inline]) -> list[str]:
    """What each soft break of a line becomes, by the letters on its two sides, however deep they stand."""
    joints: list[str] = []
    waiting = -1
    left = ""
    for node in leaves(nodes):
        match node:
            case SoftBreak():
                if waiting < 0:
                    waiting = len(joints)
                joints.append("")
            case HardBreak():
                left, waiting = "", -1
            case FootnoteReference():
                continue
            case _:
                letters = node.text if isinstance(node, Text) else "x"
                if letters.strip():
                    if waiting >= 0:
                        joints[waiting] = join_soft_break(left, letters)
                    left, waiting = letters, -1
    return joints


def _rebuilt(nodes: Iterable[Inline], joints: Iterator[str], *, in_link: bool = False) -> Line:
    """The nodes with soft breaks that mean nothing gone; where a line may not end, the others are spaces."""
    result: list[Inline] = []
    for node in nodes:
        match node:
            case SoftBreak():
                joint = next(joints)
                result.append(SoftBreak() if joint and not in_link else Text(joint))
            case Mark(kind, inner):
                result.append(Mark(kind, _rebuilt(inner, joints, in_link=in_link)))
            case Link(url, inner, title):
                result.append(Link(url, _rebuilt(inner, joints, in_link=True), title))
            case Text(text):
                result.append(Text(_LINE_ENDS.sub(" ", text)))
            case _:
                result.append(node)
    return tuple(result)


# ── Marks ───────────────────────────────────────────────────────────────────


def _ordered(line: Iterable[Inline], outside: frozenset[MarkKind]) -> list[Inline]:
    """The line with its marks in their one form; `outside` are the marks it stands in."""
    flat: list[Inline] = []
    for node in line:
        if isinstance(node, Mark):
            flat.extend(_marked(node, outside))
        elif isinstance(node, Link):
            flat.append(_linked(node, outside))
        else:
            flat.append(node)
    result: list[Inline] = []
    for kind, group in groupby(_bare_breaks(merged(flat)), lambda node: node.kind if isinstance(node, Mark) else None):
        nodes = list(group)
        if kind is not None and len(nodes) > 1:
            inner = [child for node in nodes if isinstance(node, Mark) for child in node.children]
            nodes = [Mark(kind, tuple(_ordered(inner, outside | {kind})))]
        result.extend(nodes)
    return result


def _linked(link: Link, outside: frozenset[MarkKind]) -> Link:
    children = trim(_ordered(link.children, outside))
    letters = plain(children)
    # A document that was escaped twice shows its address with backslashes: share\_source.
    if letters and link.url in (letters, _ESCAPES.sub("", letters)):
        children = (Text(link.url),)
    return Link(link.url, children, link.title)


def _marked(mark: Mark, outside: frozenset[MarkKind]) -> list[Inline]:
    """A mark as it may stand: what it may not hold beside it, and nothing at all when nothing is left."""
    if mark.kind in outside:
        return _ordered(mark.children, outside)
    children = _ordered(mark.children, outside | {mark.kind})
    start, stop = 0, len(children)
    while start < stop and _stands_outside(children[start]):
        start += 1
    while start < stop and _stands_outside(children[stop - 1]):
        stop -= 1
    before, inner, after = children[:start], children[start:stop], children[stop:]
    if not inner:
        return children
    if isinstance(node := inner[0], Text):
        kept = node.text.lstrip()
        before.append(Text(node.text[: len(node.text) - len(kept)]))
        inner[0] = Text(kept)
    if isinstance(node := inner[-1], Text):
        kept = node.text.rstrip()
        after.insert(0, Text(node.text[len(kept) :]))
        inner[-1] = Text(kept)
    return [*before, _in_order(mark.kind, inner), *after]


def _stands_outside(node: Inline) -> bool:
    """Whether a mark may not begin or end with the node: no mark shows on a formula, and spaces undo the mark."""
    return isinstance(node, HardBreak | SoftBreak | Math) or (isinstance(node, Text) and not node.text.strip())


def _in_order(kind: MarkKind, inner: list[Inline]) -> Mark:
    """The mark, with bold inside emphasis where both span the same: that is what `***` says."""
    match kind, inner:
        case MarkKind.STRONG, [Mark(MarkKind.EMPHASIS, children)]:
            return Mark(MarkKind.EMPHASIS, (Mark(MarkKind.STRONG, children),))
        case _:
            return Mark(kind, tuple(inner))


# ── Formulas ────────────────────────────────────────────────────────────────


def spaced(line: Iterable[Inline]) -> Line:
    """The line with an ASCII space on both sides of every formula, but for the ends of lines."""
    result: list[Inline] = []
    for node in line:
        if isinstance(node, Mark):
            node = replace(node, children=spaced(node.children))
        needs_space = isinstance(node, Math) or (bool(result) and isinstance(result[-1], Math))
        if result and needs_space and not _is_open(result[-1], node):
            result.append(Text(" "))
        result.append(node)
    return tuple(merged(result))


def _is_open(left: Inline, right: Inline) -> bool:
    """Whether a line break or a space already stands between two nodes."""
    if isinstance(left, HardBreak | SoftBreak) or isinstance(right, HardBreak | SoftBreak):
        return True
    if isinstance(left, Text) and left.text.endswith(" "):
        return True
    return isinstance(right, Text) and right.text.startswith(" ")
