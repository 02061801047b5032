"""Items of lists, rows of tables and lines of paragraphs that are works, read into EntryDocs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from papers.lists import kinds
from papers.lists.blocks import Block, Item, Lines, content_of, items_of, marker_width, trimmed, without_indent
from papers.lists.heads import (
    LINE_BREAK,
    Head,
    are_names,
    label_of,
    number_of,
    read_details,
    read_head,
    titled,
    venue_of,
    without_stop,
)
from papers.lists.inline import scan
from papers.lists.model import EntryDoc, LinkDoc

_KEY = re.compile(r"^[\s*_]*([^\W\d_][\w /&-]{0,30}?)[\s*_]*[:：;][\s*_]*(.*)$", re.DOTALL)
GROUP_BETWEEN = " / "
# Words before a colon → the field that takes what follows.
FIELDS: dict[str, str] = {
    **dict.fromkeys(("author", "authors", "by", "作者"), "authors"),
    **dict.fromkeys(("venue", "publisher", "conference", "journal", "published in"), "venue"),
    **dict.fromkeys(("发表", "会议", "期刊", "出处"), "venue"),
    **dict.fromkeys(("year", "date", "年份", "时间", "日期"), "year"),
    **dict.fromkeys(("stars", "star", "⭐", "星"), "stars"),
    **dict.fromkeys(("kind", "类型"), "kind"),
}  # fmt: skip


@dataclass(slots=True)
class Found:
    """A piece of a list in reading order: an entry or a text, and the lines (from 0) that are its own."""

    lines: list[int]
    entry: EntryDoc | None = None
    text: str = ""
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What every reading needs: the lines, and the link definitions of the document."""

    lines: Lines
    references: Mapping[str, str]


@dataclass(slots=True)
class _Draft:
    """An entry being read."""

    head: Head
    item: Item
    taken: set[int] = field(default_factory=set)  # lines that fields took
    children: list[Found] = field(default_factory=list)


def join_group(outer: str, inner: str) -> str:
    return GROUP_BETWEEN.join(part for part in (outer, inner) if part)


def read_list(block: Block, context: Context, *, group: str = "") -> list[Found] | None:
    """Return what a list holds, None when none of its items is a work."""
    items = items_of(block, context.lines)
    heads = [_head_of(item, context) for item in items]
    leads = {head.lead for head in heads if head and _is_certain(head)}
    found: list[Found] = []
    for item, head in zip(items, heads, strict=True):
        if head is not None and (_is_certain(head) or _is_likely(head, leads)):
            found += _entry_of(item, head, context, group)
        elif (inner := _branch(item, context, group)) is not None:
            found += inner
        else:
            found.append(text_of(range(item.start, item.end), context.lines))
    return found if any(one.entry for one in found) else None


def text_of(numbers: Sequence[int], lines: Lines) -> Found:
    """Return lines as a text."""
    raw = without_indent([lines.written[number] for number in numbers])
    return Found([number for number in numbers if not lines.is_blank(number)], text=trimmed(raw))


def _head_of(item: Item, context: Context) -> Head | None:
    if not item.blocks or item.blocks[0].kind != "paragraph" or item.blocks[0].start in context.lines.kept:
        return None
    return read_head(content_of(item.blocks[0]), context.references)


def _is_certain(head: Head) -> bool:
    """A work that has an address outside, or leads to one of the list's own PDFs, or is marked as one."""
    if head.kind:
        return True
    own = ([head.url] if head.url else []) + [link.url for link in head.links]
    return any(kinds.is_outside(url) or url.lower().endswith(".pdf") for url in own)


def _is_likely(head: Head, leads: set[str]) -> bool:
    """A title that stands alone: bold with a full stop, or like its neighbours that have addresses."""
    if head.lead == "bold" and not head.rest:
        return head.has_stop or "bold" in leads
    return head.lead == "link" and "link" in leads and not (head.url or "").startswith("#")


def _branch(item: Item, context: Context, group: str) -> list[Found] | None:
    """An item that is no work but has works below it: its words are their group."""
    lists = {block.start: found for block in item.blocks if block.kind == "list"
             for found in [read_list(block, context, group=_branch_group(item, group))] if found}  # fmt: skip
    if not lists:
        return None
    found: list[Found] = []
    for place, block in enumerate(item.blocks):
        if block.start in lists:
            found += lists[block.start]
        elif place == 0 and block.kind == "paragraph":
            found.append(Found(context.lines.written_in(block.start, block.end), group=_branch_group(item, group)))
        else:
            found.append(text_of(range(block.start, block.end), context.lines))
    return found


def _branch_group(item: Item, group: str) -> str:
    first = item.blocks[0]
    words = titled(" ".join(content_of(first).split())).rstrip(" :：") if first.kind == "paragraph" else ""
    return join_group(group, words)


def _entry_of(item: Item, head: Head, context: Context, group: str) -> list[Found]:
    draft = _Draft(head, item)
    first = item.blocks[0]
    draft.taken.update(range(first.start, first.end))
    rest = list(item.blocks[1:])
    if rest and rest[0].kind == "paragraph" and _take_details(draft, rest[0], context):
        rest = rest[1:]
    for place, block in enumerate(rest):
        if block.kind == "list":
            _take_list(draft, block, context, group, is_first=place == 0)
    return [_finish(draft, context, group), *draft.children]


def _take_details(draft: _Draft, block: Block, context: Context) -> bool:
    """Take authors, venue and links from the paragraph below a title."""
    head = draft.head
    if (
        head.authors
        or head.venue
        or head.rest
        or block.start in context.lines.kept
        or head.lead not in ("bold", "link")
    ):
        return False
    below = read_details(content_of(block), context.references)
    is_alone = not below.rest and (below.authors or below.links or below.year)
    if not is_alone and not (below.authors and (below.links or below.venue)):
        return False
    if any(link.url.startswith("#") for link in below.links):
        return False
    head.authors, head.venue, head.year = below.authors, below.venue, head.year or below.year
    head.links += below.links
    head.rest, head.stars = below.rest, below.stars if head.stars is None else head.stars
    head.pictures += below.pictures
    draft.taken.update(range(block.start, block.end))
    return True


def _take_list(draft: _Draft, block: Block, context: Context, group: str, *, is_first: bool) -> None:
    """Take what the items below a work say of it; works among them are entries of their own."""
    items = items_of(block, context.lines)
    if any(_is_child(item, context) for item in items):
        inner = join_group(group, draft.head.title)
        for item in items:
            head = _head_of(item, context)
            if head is not None and _is_child(item, context):
                found = _entry_of(item, head, context, inner)
                draft.children += found
                draft.taken.update(number for one in found for number in one.lines)
        return
    is_keyed = any(len(item.blocks) == 1 and _key_of(content_of(item.blocks[0])) for item in items)
    for place, item in enumerate(items):
        if len(item.blocks) != 1 or item.blocks[0].kind != "paragraph" or item.start in context.lines.kept:
            continue
        content = content_of(item.blocks[0])
        if _take_keyed(draft.head, content, context) or _take_labelled(draft.head, content, context):
            draft.taken.update(range(item.start, item.end))
        elif is_first and place == 0 and not draft.head.authors and _are_authors(content, is_keyed=is_keyed):
            draft.head.authors = without_stop(content)
            draft.taken.update(range(item.start, item.end))


def _is_child(item: Item, context: Context) -> bool:
    head = _head_of(item, context)
    return (
        head is not None
        and head.lead == "link"
        and _is_certain(head)
        and head.url is not None
        and not kinds.is_link_word(head.title)
    )


def _are_authors(content: str, *, is_keyed: bool) -> bool:
    """Names below a title: a list of them, or a single one above lines such as "Keyword: …"."""
    if _key_of(content) or "\n" in content or not are_names(content):
        return False
    return is_keyed or bool(re.search(r",|，|、| and | & |et al", content))


def _key_of(content: str) -> tuple[str, str] | None:
    match = _KEY.match(content)
    return (match[1].strip(), match[2].strip()) if match and len(match[1].split()) <= 3 else None


def _take_keyed(head: Head, content: str, context: Context) -> bool:
    """Take a line "Key: value"; whether a field took all of it."""
    keyed = _key_of(content)
    if keyed is None or not keyed[1]:
        return False
    key, value = keyed
    return set_field(head, FIELDS.get(key.lower(), "links"), key, value, context)


def set_field(head: Head, name: str, key: str, value: str, context: Context) -> bool:
    """Put a value into a field of a work when the field can hold all of it and is still empty."""
    plain = " ".join(value.split())
    if name == "authors" and not head.authors:
        head.authors = without_stop(plain)
        return bool(head.authors)
    if name == "venue" and not head.venue:
        venue, year = venue_of(plain) if head.year is None else (without_stop(plain), None)
        head.venue, head.year = venue, head.year or year
        return bool(venue or year)
    if name == "year" and head.year is None and (match := re.match(r"((?:19|20)\d\d)(?!\d)", plain)):
        head.year = int(match[1])
        return plain == match[1]  # the month of 2023-07 is kept in the note
    if name == "stars" and head.stars is None and (match := re.fullmatch(r"([0-9][0-9,.]*)([kK]?)", plain)):
        head.stars = number_of(match[1], match[2])
        return head.stars is not None
    if name == "kind" and plain in kinds.KINDS and head.kind is None:
        head.kind = plain
        return True
    return name == "links" and _take_links(head, key, value, context)


def _take_links(head: Head, key: str, value: str, context: Context) -> bool:
    """Take a line of nothing but links: Code: [Official](…), Dataset: [A](…), [B](…)."""
    found: list[LinkDoc] = []
    for piece in scan(value, context.references):
        if piece.kind in ("link", "address") and piece.url and not piece.url.startswith("#"):
            label = label_of(piece.text)
            says_more = label and label.lower() != key.lower() and not kinds.says_nothing(label)
            found.append(LinkDoc(f"{key}: {label}" if says_more else key, piece.url))
        elif not LINE_BREAK.fullmatch(piece.raw) and (piece.kind != "text" or re.search(r"\w", piece.raw)):
            return False
    head.links += found
    return bool(found)


def _take_labelled(head: Head, content: str, context: Context) -> bool:
    """Take a line of nothing but links that say what they are: [code](…) [demo](…)."""
    pieces = scan(content, context.references)
    found = [piece for piece in pieces if piece.kind == "link" and piece.url and not piece.url.startswith("#")]
    rest = "".join(piece.raw for piece in pieces if piece not in found)
    if not found or re.search(r"\w", rest) or not all(kinds.is_link_word(label_of(piece.text)) for piece in found):
        return False
    head.links += [LinkDoc(label_of(piece.text), piece.url) for piece in found]
    return True


def _finish(draft: _Draft, context: Context, group: str) -> Found:
    lines, item = context.lines, draft.item
    own = [number for number in range(item.start, item.end) if number not in _lines_of(draft.children)]
    left = [number for number in own if number not in draft.taken]
    note = _note(draft.head.note, left, item, lines)
    entry = made(draft.head, group=group, note=note, line=item.start + 1, end=item.end)
    return Found([number for number in own if not lines.is_blank(number)], entry=entry)


def _lines_of(found: list[Found]) -> set[int]:
    return {number for one in found for number in one.lines}


def _note(first: str, left: list[int], item: Item, lines: Lines) -> str:
    """The remark on the first line, then everything below the title that no field took."""
    width = marker_width(lines.written[item.start])
    hidden = {edge for start, end in lines.kept.items() if start in left for edge in (start, end)}
    below = trimmed(without_indent([lines.written[number] for number in left if number not in hidden], least=width))
    return "\n\n".join(part for part in (first, below) if part)


def made(head: Head, *, group: str, note: str, line: int, end: int, after: str = "") -> EntryDoc:
    """Return the entry that a head and a note make."""
    links = tuple(dict.fromkeys(head.links))
    url = head.url or kinds.main_address(link.url for link in links)
    addresses = list(dict.fromkeys([*([url] if url else []), *(link.url for link in links)]))
    said = kinds.entry_kind(addresses, venue=head.venue, link_kinds=[link.kind for link in links])
    return EntryDoc(
        title=head.title,
        kind=head.kind or said,
        url=url,
        group=group,
        authors=head.authors,
        venue=head.venue,
        year=head.year,
        links=links,
        note=note,
        stars=head.stars,
        after=after,
        line=line,
        end=end,
    )


# paragraphs


def read_paragraph(block: Block, context: Context) -> list[Found] | None:
    """Return the works that a paragraph is made of, None when it is text.

    A line is one when it is nothing but one link to a paper (with a remark); a whole paragraph is one when it begins
    with a bold title and its links. Several lines of one link each may lead anywhere.
    """
    content = content_of(block)
    rows = content.split("\n")
    whole = read_head(content, context.references)
    if whole is not None and whole.lead == "bold" and _is_certain(whole) and len(rows) == block.end - block.start:
        entry = made(whole, group="", note=whole.note, line=block.start + 1, end=block.end)
        return [Found(context.lines.written_in(block.start, block.end), entry=entry)]
    if len(rows) != block.end - block.start:
        return None
    found = []
    for number, row in enumerate(rows, block.start):
        head = read_head(row, context.references)
        if head is None or head.lead not in ("link", "address") or head.links or head.prefix or head.pictures:
            return None
        is_set_off = not head.rest or (re.search(re.escape(head.rest) + r"\s*$", row) and _sets_off(row, head.rest))
        if not is_set_off or not kinds.is_outside(head.url or ""):
            return None
        found.append(Found([number], entry=made(head, group="", note=head.rest, line=number + 1, end=number + 1)))
    is_papers = all(one.entry and one.entry.arxiv_id for one in found)
    return found if is_papers or len(found) > 1 else None


def _sets_off(row: str, rest: str) -> bool:
    before = row[: row.rindex(rest)].rstrip()
    return before.endswith(("-", "–", "—", ":", "：")) or rest.startswith(("(", "（"))
