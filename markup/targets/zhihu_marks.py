"""Bold and emphasis as Zhihu takes them: one mark on any letter, and every mark readable for any parser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from markup.targets.marks import closes, opens
from markup.targets.normal import merged, tidy
from markup.targets.tree import Inline, Line, Link, Mark, MarkKind, Text
from markup.targets.writing import first_chars, last_chars

_CLOSING_MARKS = "。，、；：！？.,;:!?…"
_PAIRS = {
    "《": "》",
    "〈": "〉",
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "（": "）",
    "【": "】",
    "(": ")",
    '"': '"',
}


def few_marks(nodes: Iterable[Inline], *, is_inside: bool) -> Line:
    """The nodes with at most one mark on any letter: bold where there are several."""
    result: list[Inline] = []
    for node in nodes:
        match node:
            case Mark(kind, children) if is_inside or (kind is MarkKind.EMPHASIS and _has_bold(children)):
                result.extend(few_marks(children, is_inside=is_inside))
            case Mark(kind, children):
                result.append(Mark(kind, few_marks(children, is_inside=True)))
            case Link(_, children):
                result.append(replace(node, children=few_marks(children, is_inside=is_inside)))
            case _:
                result.append(node)
    return tuple(result)


def _has_bold(nodes: Iterable[Inline]) -> bool:
    return any(
        (isinstance(node, Mark) and node.kind is MarkKind.STRONG)
        or (isinstance(node, Mark | Link) and _has_bold(node.children))
        for node in nodes
    )


def mended(line: Line, before: str = "", after: str = "") -> Line:
    """The line with every mark readable: marks of the sentence moved out of it, else spaces put around it.

    `before` and `after` are the characters around the line, "" at its ends. No zero-width characters.
    """
    result: list[Inline] = []
    for index, node in enumerate(line):
        left = last_chars(result[-1]) if result else before
        right = first_chars(line[index + 1]) if index + 1 < len(line) else after
        if isinstance(node, Link):
            result.append(replace(node, children=mended(node.children, "[", "]")))
        elif isinstance(node, Mark):
            if result and isinstance(result[-1], Mark):
                result.append(Text(" "))
                left = " "
            inner = Mark(node.kind, mended(node.children, "*", "*"))
            result.extend(readable(inner, left, right))
        else:
            result.append(node)
    return tidy(result) if not before else tuple(merged(result))


def readable(mark: Mark, left: str, right: str) -> Line:
    """A mark with what it needs around it to be read as one between the characters `left` and `right`."""
    children = list(mark.children)
    head, tail = _moved_out(children, left, right) if mark.kind is MarkKind.STRONG else ("", "")
    if not children:
        return (Text(head + tail),)
    left, right = head[-1:] or left, tail[:1] or right
    first, last = first_chars(children[0]), last_chars(children[-1])
    if not opens("*", " ", first) or not closes("*", last, " "):
        return tuple(merged([Text(head), *children, Text(tail)]))
    is_opened, is_closed = opens("*", left, first), closes("*", last, right)
    # A space on one side only looks like a slip, but none belongs beside a mark of the sentence.
    if not is_opened or (not is_closed and left[-1:].isalnum()):
        head += " "
    if not is_closed or (not is_opened and right[:1].isalnum()):
        tail = " " + tail
    return tuple(merged([Text(head), Mark(mark.kind, tuple(children)), Text(tail)]))


def _moved_out(children: list[Inline], left: str, right: str) -> tuple[str, str]:
    """Take the marks of the sentence off the ends of bold text that would not be read; returns what was taken."""
    head = tail = ""
    while children:
        first, last = children[0], children[-1]
        is_read = opens("*", head[-1:] or left, first_chars(first)) and closes("*", last_chars(last), tail[:1] or right)
        if is_read:
            break
        if isinstance(last, Text) and last.text[-1] in _CLOSING_MARKS:
            tail = last.text[-1] + tail
            _shorten(children, -1, last.text[:-1])
        elif (
            isinstance(first, Text)
            and isinstance(last, Text)
            and _PAIRS.get(first.text[0]) == last.text[-1]
            and (len(children) > 1 or len(first.text) > 1)
        ):
            head, tail = head + first.text[0], last.text[-1] + tail
            _shorten(children, 0, first.text[1:])
            if children and isinstance(last := children[-1], Text):
                _shorten(children, -1, last.text[:-1])
        else:
            break
    return head, tail


def _shorten(children: list[Inline], index: int, text: str) -> None:
    text = text.lstrip() if index == 0 else text.rstrip()
    if text:
        children[index] = Text(text)
    else:
        del children[index]
