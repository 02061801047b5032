"""A line of the site dialect read into the tree: from the parser's flat tokens to nodes in nodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from markup.dialect import GUARD
from markup.targets.normal import on_one_line
from markup.targets.tex import one_line_tex
from markup.targets.tree import (
    Code,
    FootnoteReference,
    HardBreak,
    Image,
    Inline,
    Line,
    Link,
    Mark,
    MarkKind,
    Math,
    SoftBreak,
    Text,
    plain,
)

_MARKS = {"strong": MarkKind.STRONG, "em": MarkKind.EMPHASIS, "s": MarkKind.STRIKE, "del": MarkKind.STRIKE}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Tag:
    """A <strong>, <em> or <del> tag; text when it has no partner among its neighbours."""

    name: str
    closes: bool
    source: str


_Part = Inline | _Tag


@dataclass(frozen=True, slots=True)
class _Frame:
    """An open mark or link: its nodes so far, and what makes one node of them. Without that it only passes on."""

    nodes: list[_Part]
    make: Callable[[Line], Inline] | None = None
    kind: MarkKind | None = None


def read_nodes(tokens: Iterable[Token]) -> list[Inline]:
    """The nodes of a line, as nested as the tokens say but never a mark inside one of its kind."""
    frames = [_Frame([])]
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if token.type == "link_open":
            frames.append(_Frame([], _link_maker(token)))
        elif name in _MARKS and token.nesting == 1:
            frames.append(_mark_frame(frames, _MARKS[name]))
        elif token.nesting == -1:
            frame = frames.pop()
            if frame.make:
                frames[-1].nodes.append(frame.make(tuple(_paired(frame.nodes))))
        else:
            frames[-1].nodes.extend(_leaf(token))
    return _paired(frames[0].nodes)


def _link_maker(token: Token) -> Callable[[Line], Inline]:
    url, title = address(str(token.attrs["href"])), one_line(str(token.attrs.get("title", "")))
    return lambda nodes: Link(url, nodes, title)


def _mark_frame(frames: list[_Frame], kind: MarkKind) -> _Frame:
    """A frame for a mark; inside one of its own kind it says nothing, so its nodes go to the frame around it."""
    if any(frame.kind is kind for frame in frames):
        return _Frame(frames[-1].nodes)
    return _Frame([], lambda nodes: Mark(kind, nodes), kind)


def _leaf(token: Token) -> Iterator[_Part]:
    match token.type:
        case "code_inline":
            yield Code(token.content) if token.content.strip() else Text(" ")
        case "math_inline" | "math_inline_double":
            if tex := one_line_tex(token.content.replace(GUARD, "")):
                yield Math(tex, token.type == "math_inline_double")
        case "softbreak":
            yield SoftBreak()
        case "hardbreak":
            yield HardBreak()
        case "image":
            alt = plain(on_one_line(read_nodes(token.children or [])))
            yield Image(address(str(token.attrs["src"])), one_line(alt), one_line(str(token.attrs.get("title", ""))))
        case "footnote_ref":
            yield FootnoteReference(token.meta["label"])
        case "form_link":
            yield Link(token.content, (Text(token.content),))
        case "form_tag":
            yield _Tag(token.markup.lstrip("/"), token.markup.startswith("/"), token.content)
        case _:
            yield Text(token.content)


# ── Tags ────────────────────────────────────────────────────────────────────


def _paired(nodes: list[_Part]) -> list[Inline]:
    """The nodes with matching tags made marks and all other tags text."""
    partners = _partners(nodes)
    stack = [_Frame([])]
    for index, node in enumerate(nodes):
        if not isinstance(node, _Tag):
            stack[-1].nodes.append(node)
        elif index not in partners:
            stack[-1].nodes.append(Text(node.source))
        elif not node.closes:
            stack.append(_mark_frame(stack, _MARKS[node.name]))
        else:
            frame = stack.pop()
            if frame.make:
                stack[-1].nodes.append(frame.make(tuple(_inlines(frame.nodes))))
    return list(_inlines(stack[0].nodes))


def _inlines(nodes: Iterable[_Part]) -> Iterator[Inline]:
    return (node for node in nodes if not isinstance(node, _Tag))


def _partners(nodes: list[_Part]) -> set[int]:
    """The indexes of the tags that open and close properly."""
    partners: set[int] = set()
    opened: list[tuple[str, int]] = []
    counts = dict.fromkeys(_MARKS, 0)
    for index, node in enumerate(nodes):
        if not isinstance(node, _Tag):
            continue
        if not node.closes:
            opened.append((node.name, index))
            counts[node.name] += 1
        elif counts[node.name]:
            while True:
                name, start = opened.pop()
                counts[name] -= 1
                if name == node.name:
                    break
            partners |= {start, index}
    return partners


# ── Pieces ──────────────────────────────────────────────────────────────────


def address(url: str) -> str:
    """An address as written; control characters, which no target takes, are encoded."""
    return _CONTROL.sub(lambda match: f"%{ord(match[0]):02X}", url.strip())


def one_line(text: str) -> str:
    """The text with every run of whitespace as one space."""
    return " ".join(text.split())
