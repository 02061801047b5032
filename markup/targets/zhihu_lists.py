"""Lists as Zhihu takes them: two levels at most, one paragraph an item, numbers that begin with 1.

What does not fit is spelled out: the number or a dot is written as text and the rest stands outside of any list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from markup.targets.options import Losses
from markup.targets.tree import Block, Image, Item, List, Paragraph, Text

_BULLET = "• "


def flat_list(block: List, parts: Sequence[list[Block]], losses: Losses, *, is_spelled: bool) -> Iterator[Block]:
    """A list whose items hold `parts`, already as Zhihu takes them; `is_spelled` where no list can stand."""
    numbers = _numbers(block)
    if block.is_ordered and not _fits(numbers, parts):
        losses.add("a list with gaps, or with items of several paragraphs, is written as numbered text")
        is_spelled = True
    if is_spelled:
        for number, part in zip(numbers, parts, strict=True):
            yield from labelled(f"{number}）" if block.is_ordered else _BULLET, part)
        return
    items: list[Item] = []
    for number, part in zip(numbers, parts, strict=True):
        item, rest = _first(part, str(number) if block.is_ordered else "", losses)
        if item:
            items.append(item)
        if rest:
            if items:
                yield List(tuple(items), block.marker, True)
            items = []
            yield from rest
    if items:
        yield List(tuple(items), block.marker, True)


def _numbers(block: List) -> list[int]:
    """The numbers of the items: as written when they grow, else counted on from the first."""
    if not block.is_ordered:
        return [0] * len(block.items)
    written = [int(item.number) for item in block.items]
    if all(left < right for left, right in pairwise(written)):
        return written
    return [written[0] + index for index in range(len(written))]


def _fits(numbers: list[int], parts: Sequence[list[Block]]) -> bool:
    is_simple = all(part and _is_text(part[0]) and not _first_rest(part) for part in parts)
    return is_simple and numbers == list(range(1, len(numbers) + 1))


def _first_rest(part: list[Block]) -> list[Block]:
    """What cannot stand in an item behind its paragraph and the list below that."""
    return part[2:] if len(part) > 1 and isinstance(part[1], List) else part[1:]


def _first(part: list[Block], number: str, losses: Losses) -> tuple[Item | None, list[Block]]:
    """The item that can be made of the start of a part, and the rest."""
    match part:
        case [Paragraph() as first, List() as inner, *rest] if _is_text(first):
            return Item((first, _one_level(inner, losses)), number), rest
        case [Paragraph() as first, *rest] if _is_text(first):
            return Item((first,), number), rest
    return None, part


def _one_level(block: List, losses: Losses) -> List:
    """A list with the lists in it brought up to its own level."""
    if all(len(item.blocks) == 1 for item in block.items):
        return block
    losses.add("lists deeper than two levels are flattened")
    items: list[Item] = []
    for item in block.items:
        label = f"{item.number}）" if block.is_ordered else ""
        items.append(Item(tuple(labelled(label, list(item.blocks[:1])))))
        for inner in item.blocks[1:]:
            if isinstance(inner, List):
                items += _leaves(inner)
    return List(tuple(items), "-", True)


def _leaves(block: List) -> Iterator[Item]:
    for item in block.items:
        label = f"{item.number}）" if block.is_ordered else ""
        yield Item(tuple(labelled(label, list(item.blocks))))


def labelled(label: str, part: list[Block]) -> Iterator[Block]:
    """The blocks of an item or note with its mark written as text in front of them."""
    match part:
        case [Paragraph(children), *rest] if _is_text(part[0]):
            yield Paragraph((Text(label), *children))
            yield from rest
        case _:
            yield Paragraph((Text(label),))
            yield from part


def _is_text(block: Block) -> bool:
    """Whether a block is running text, which a label can stand before; pictures stand alone."""
    match block:
        case Paragraph((Image(),)):
            return False
    return isinstance(block, Paragraph)
