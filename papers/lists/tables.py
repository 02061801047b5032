"""Tables whose rows are works."""

from __future__ import annotations

import re
from collections.abc import Iterator

from papers.lists import kinds
from papers.lists.blocks import Block
from papers.lists.entries import FIELDS, Context, Found, made, set_field, text_of
from papers.lists.heads import Head, read_head, titled

_COLUMNS: dict[str, str] = {
    **FIELDS,
    **dict.fromkeys(
        ("paper", "title", "name", "model", "project", "papers", "article", "work", "method", "resource", "tool",
         "论文", "标题", "名称", "题目", "模型", "项目", "文章", "工作", "方法", "资源"), "title"
    ),
}  # fmt: skip
_MARKS = re.compile(r"[*_`:\s]+")


def read_table(block: Block, context: Context) -> list[Found] | None:
    """Return the works that the rows of a table are, None when it is a table of something else."""
    rows = list(_rows(block))
    if len(rows) < 2:
        return None
    (_, columns), body = rows[0], rows[1:]
    names = [" ".join(column.split()) for column in columns]
    heads = [[read_head(cell, context.references) for cell in cells] for _, cells in body]
    place = _title_column(names, heads)
    if place is None:
        return None
    found: list[Found] = [Found(context.lines.written_in(block.start, body[0][0]), group=None)]
    for (line, cells), row_heads in zip(body, heads, strict=True):
        head = row_heads[place] or (Head(title=titled(cells[place])) if titled(cells[place]) else None)
        if head is None:
            found.append(text_of([line], context.lines))
            continue
        parts = [head.note] if head.note else []
        for index, (name, cell) in enumerate(zip(names, cells, strict=True)):
            if index != place and cell.strip(" -–—/") and not _take_cell(head, name, cell, context):
                parts.append(f"{name}: {cell.strip()}" if name else cell.strip())
        head.rest, head.prefix, head.pictures = "", "", []
        found.append(Found([line], entry=made(head, group="", note="; ".join(parts), line=line + 1, end=line + 1)))
    certain = sum(1 for one in found if one.entry and any(map(kinds.is_outside, one.entry.addresses)))
    return found if certain * 2 >= len(body) else None


def _rows(block: Block) -> Iterator[tuple[int, list[str]]]:
    cells: list[str] = []
    line = block.start
    for token in block.tokens:
        if token.type == "tr_open":
            cells, line = [], token.map[0] if token.map else line
        elif token.type == "inline":
            cells.append(token.content)
        elif token.type == "tr_close":
            yield line, cells


def _title_column(names: list[str], heads: list[list[Head | None]]) -> int | None:
    """The column that names the works: by its head when its cells do, else the first whose cells are named links."""

    def named(place: int) -> int:
        return sum(
            1 for row in heads if (head := row[place]) and head.title and not kinds.is_only_link_words(head.title)
        )

    by_name = [
        place for place, name in enumerate(names) if _COLUMNS.get(_MARKS.sub(" ", name).strip().lower()) == "title"
    ]
    linked = [place for place in range(len(names)) if named(place) * 2 >= len(heads)]
    for place in by_name:
        if place in linked:
            return place
    if linked:
        return linked[0]
    return by_name[0] if by_name and len(names) > 1 else None


def _take_cell(head: Head, name: str, cell: str, context: Context) -> bool:
    key = _MARKS.sub(" ", name).strip()
    target = _COLUMNS.get(key.lower(), "links")
    return set_field(head, "links" if target == "title" else target, key or "link", cell, context)
