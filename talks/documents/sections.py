"""A section: its labels, its groups with their notes, its entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from markup import links
from talks.documents import facts
from talks.documents.articles import Title, read_title, write_title
from talks.documents.escapes import protected
from talks.documents.head import block_text
from talks.documents.headings import read_heading, write_heading
from talks.documents.items import Draft, Entries, read_entries, read_headed, titled
from talks.documents.labelled import is_address_line, labels_at
from talks.documents.labels import Found, read_label, write_label
from talks.documents.ledger import Node
from talks.documents.lines import Line, trimmed
from talks.documents.model import Group, ItemDoc, Label, SectionDoc
from talks.documents.outline import Block, BlockRole, Source, Stretch, is_explicit
from talks.documents.people import names, signature, write_names
from talks.documents.problems import Code
from talks.documents.structure_lines import as_markdown
from talks.documents.vocabulary import Role

UNTITLED = "【无题】"
URL, AUTHOR, SITE, REMARK, BY, PAPERS = "链接", "作者", "来源", "备注", "贡献者", "论文"
_FIELDS = (URL, AUTHOR, SITE, REMARK, BY, PAPERS)
_ANYWHERE = frozenset((Role.CONTRIBUTORS, Role.NOMINATIONS, Role.SUGGESTIONS, Role.THEME, Role.LEADS))


@dataclass(slots=True)
class SectionDraft:
    """A section while it is read, with the nodes that claim its lines."""

    stretch: Stretch
    node: Node = field(default_factory=Node)
    labels: list[Label] = field(default_factory=list)
    label_nodes: list[Node] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    group_nodes: dict[str, Node] = field(default_factory=dict)
    items: list[tuple[ItemDoc, Node]] = field(default_factory=list)
    rest: list[Line] = field(default_factory=list)

    def document(self, path: str) -> SectionDoc:
        """The section, entries in the order of their groups; its nodes get their paths below `path`."""
        order = {None: -1} | {title: index for index, title in enumerate(self.groups)}
        items = sorted(self.items, key=lambda one: order[one[0].group])
        self.node.path = path
        for index, node in enumerate(self.label_nodes):
            node.path = f"{path}.labels[{index}]"
        for index, node in enumerate(self.group_nodes.values()):
            node.path = f"{path}.groups[{index}]"
        for index, (_, node) in enumerate(items):
            node.path = f"{path}.items[{index}]"
        said = facts.section_facts(self.labels, self.stretch.title)
        return SectionDoc(
            kind=self.stretch.kind,
            title=self.stretch.title,
            is_optional=self.stretch.is_optional,
            brief=said.brief,
            minutes=said.minutes,
            theme=said.theme,
            labels=tuple(self.labels),
            leads=said.leads,
            contributors=said.contributors,
            nominations=said.nominations,
            suggestions=said.suggestions,
            body="\n\n".join(self.body),
            groups=tuple(Group(title, "\n\n".join(bodies)) for title, bodies in self.groups.items()),
            items=tuple(item for item, _ in items),
        )


def read_section(source: Source, stretch: Stretch, known: Collection[str]) -> SectionDraft:
    """A section out of its stretch; in free_talk the lines behind the labels are left in `rest`."""
    return _SectionReader(source, SectionDraft(stretch), known).run()


class _SectionReader:
    def __init__(self, source: Source, draft: SectionDraft, known: Collection[str]) -> None:
        self.source = source
        self.draft = draft
        self.known = known
        self.group: str | None = None

    def run(self) -> SectionDraft:
        stretch, ledger = self.draft.stretch, self.source.ledger
        if stretch.heading is not None:
            ledger.claim(stretch.heading.lines, "heading", self.draft.node)
        for block in stretch.blocks:
            if stretch.kind == "free_talk":
                if block.role is BlockRole.TEXT:
                    self.draft.rest = self._labels(block.lines)
                continue
            self._block(block)
        return self.draft

    def _block(self, block: Block) -> None:
        ledger = self.source.ledger
        if block.role is BlockRole.TEXT:
            self._entries(self._labels(block.lines))
        elif block.role is BlockRole.GROUP:
            self._open_group(block)
            self._entries(block.lines)
        elif block.role is BlockRole.BODY and block.heading:
            node = self.draft.group_nodes[self.group] if self.group is not None else self.draft.node
            ledger.claim([*block.heading.lines, *block.lines], "body", node)
            self._add_body(block_text(self.source, block.lines))
        elif block.heading is not None:
            self._headed(block)

    def _open_group(self, block: Block) -> None:
        title = self.group = block.title
        if title in self.draft.groups:
            self.source.ledger.doubt(Code.GROUP_REPEATED, block.heading.line if block.heading else None, title)
        else:
            self.draft.groups[title] = []
            self.draft.group_nodes[title] = Node()
        if block.heading:
            self.source.ledger.claim(block.heading.lines, "heading", self.draft.group_nodes[title])

    # labels

    def _labels(self, lines: Sequence[Line]) -> list[Line]:
        """Take the labels under the section's heading; what is left is its text."""
        rest: list[Line] = []
        index, is_leading = 0, True
        while index < len(lines):
            taken = labels_at(self.source, lines, index, in_head=False, is_leading=is_leading)
            if (
                taken is not None
                and not taken.is_reserved
                and self._may_label(taken.found, lines, taken.end, is_leading=is_leading)
            ):
                self._take(taken.found, lines[index : taken.end])
                index = taken.end
                continue
            is_leading = is_leading and lines[index].is_blank
            rest.append(lines[index])
            index += 1
        return rest

    def _may_label(self, found: Sequence[Found], lines: Sequence[Line], end: int, *, is_leading: bool) -> bool:
        first = found[0]
        if first.role in _ANYWHERE and not self.source.is_outlined:
            return True
        if not is_leading:
            return False
        if first.role is not None or facts.is_brief(first.label, self.draft.stretch.title) or self.source.is_outlined:
            return True
        # 【新模型】：Foo above an address is an entry, not a label.
        following = next((line for line in lines[end:] if not line.is_blank), None)
        return not links.find(first.label.text) and (following is None or not is_address_line(following))

    def _take(self, found: Sequence[Found], lines: Sequence[Line]) -> None:
        draft, ledger = self.draft, self.source.ledger
        for place, one in enumerate(found):
            node = Node()
            draft.labels.append(one.label)
            draft.label_nodes.append(node)
            if facts.contradicts(one.label, draft.stretch.kind):
                ledger.doubt(Code.LABEL_CONTRADICTS_HEADING, lines[0], one.label.label)
            if place == 0:
                kind = "brief" if facts.is_brief(one.label, draft.stretch.title) else "label"
                ledger.claim(lines, kind, node)

    # entries

    def _entries(self, lines: Sequence[Line]) -> None:
        self._add(read_entries(self.source, lines, self.draft.stretch.kind, self.known))

    def _headed(self, block: Block) -> None:
        assert block.heading is not None  # noqa: S101 - the caller has looked
        node = Node()
        self.source.ledger.claim(block.heading.lines, "item", node)
        title = heading_title(block, self.known)
        if not self.source.is_outlined:
            url, title = _linked(block.title, title, self.known)
            entries = read_headed(self.source, title, block.lines, self.known)
            if url is not None and entries.drafts[0].url is None:
                entries.drafts[0].url = url
            self._add(entries, node)
            return
        url, title = _linked(block.title, title, self.known) if not block.heading.is_protected else (None, title)
        item = outlined_item(self.source, self.group, title, block.lines, url)
        self.source.ledger.claim(block.lines, "item", node)
        self.draft.items.append((item, node))

    def _add(self, entries: Entries, first: Node | None = None) -> None:
        ledger = self.source.ledger
        node = self.draft.group_nodes[self.group] if self.group is not None else self.draft.node
        for lines in (entries.notes, entries.rest):
            ledger.claim(lines, "body", node)
            self._add_body(block_text(self.source, lines))
        for place, draft in enumerate(entries.drafts):
            node = first if first is not None and place == 0 else Node()
            ledger.claim([*draft.lines, *draft.body], "item", node)
            if not draft.title.title and draft.url and not (place == 0 and first):
                ledger.doubt(Code.ADDRESS_WITHOUT_TITLE, (draft.lines or draft.body)[0], draft.url)
            self.draft.items.append((self._item(draft), node))

    def _add_body(self, text: str) -> None:
        if text:
            (self.draft.body if self.group is None else self.draft.groups[self.group]).append(text)

    def _item(self, draft: Draft) -> ItemDoc:
        text = block_text(self.source, draft.body)
        body = f"{draft.rest}\n{text}" if draft.rest and text else draft.rest or text
        return made_item(self.group, draft.title, draft.url, body)


def _linked(text: str, title: Title, known: Collection[str]) -> tuple[str | None, Title]:
    """The address of a heading that is or holds one (#### [title](address)), and the title without it."""
    if not links.find(text):
        return None, title
    draft = titled(text, known)
    return draft.url, draft.title


def heading_title(block: Block, known: Collection[str] = ()) -> Title:
    """The title that an entry's heading gives; a protected one is taken as it stands."""
    if block.heading is not None and block.heading.is_protected:
        return Title(block.title)
    return Title("") if block.title == UNTITLED else read_title(block.title, known)


def made_item(group: str | None, title: Title, url: str | None, body: str) -> ItemDoc:
    """An entry with what its text says: the papers it names, and who signed it."""
    address = None if url is None else links.canonical(url)
    return ItemDoc(
        group=group,
        title=title.title,
        url=address,
        author=title.author,
        site=title.site,
        remark=title.remark,
        body=body,
        contributors=tuple(dict.fromkeys((*title.contributors, *_signers(body)))),
        papers=papers_of(title.title, address, body),
    )


def papers_of(title: str, url: str | None, body: str) -> tuple[str, ...]:
    """The ids of the papers that an entry names."""
    return tuple(links.arxiv_ids("\n".join((title, url or "", body))))


def _signers(body: str) -> tuple[str, ...]:
    """Who signed the text of an entry: a name behind `-from`, or behind a dash on a line of its own."""
    last = body.rstrip().rsplit("\n", 1)[-1]
    signed = signature(last)
    if signed is None or signed.is_doubtful:
        return ()
    dash = last[signed.start :]
    is_own_line = not last[: signed.start].strip() and dash[0] in "—–―"
    return (signed.name,) if is_own_line or "from" in dash.lower() else ()


def outlined_item(source: Source, group: str | None, title: Title, lines: Sequence[Line], url: str | None) -> ItemDoc:
    """An entry of an outlined document: its address and labels stand right under its heading, all else is its text."""
    rest = trimmed(lines)
    if url is None and rest and is_address_line(rest[0]) and len(found := links.find(rest[0].text)) == 1:
        url, rest = found[0].url, trimmed(rest[1:])
    fields: dict[str, str] = {}
    while rest and not rest[0].is_code and (label := read_label(rest[0].text)) and label.label.label in _FIELDS:
        fields[label.label.label] = label.label.text
        rest = trimmed(rest[1:]) if len(rest) > 1 else []
    body = block_text(source, rest)
    if url is None and URL not in fields:
        url = next((one.url for one in links.find(body)), None)
    item = made_item(group, title, fields.get(URL) or url, body)
    if URL in fields:
        item = replace(item, url=fields[URL] or None)
        item = replace(item, papers=papers_of(item.title, item.url, item.body))
    return replace(
        item,
        author=fields.get(AUTHOR, item.author) or None,
        site=fields.get(SITE, item.site) or None,
        remark=fields.get(REMARK, item.remark) or None,
        contributors=names(fields[BY]) if BY in fields else item.contributors,
        papers=tuple(fields[PAPERS].split()) if PAPERS in fields else item.papers,
    )


def _heading_of(item: ItemDoc, level: int) -> tuple[Title, str]:
    """The heading of an entry and what it will be read as: attribution and all when that reads back, else bare."""
    if not item.title:
        return Title(""), write_heading(level, UNTITLED)
    speakers = read_title(item.title).contributors
    for title in (
        Title(item.title, item.author, item.site, item.remark, speakers),
        Title(item.title, None, None, None, speakers),
    ):
        text = write_title(title)
        if text is None or links.find(text) or text == UNTITLED or speakers != item.contributors[: len(speakers)]:
            continue
        line = write_heading(level, text)
        heading = read_heading(Line((0,), line))
        is_bare = heading is not None and heading.title == heading.raw == text and heading.known is None
        if is_bare and not is_explicit(text):
            return title, line
    return Title(item.title), write_heading(level, item.title, is_protected=True)


def write_item(item: ItemDoc, level: int) -> list[str]:
    """The lines of an entry in an outlined document, so that `outlined_item` gives exactly this entry back."""
    title, heading = _heading_of(item, level)
    lines = [as_markdown(heading)]
    fields: list[tuple[str, str]] = []
    url_line = f"<{item.url}>"
    found = links.find(url_line)
    if item.url is not None and len(found) == 1 and links.canonical(found[0].url) == item.url:
        lines += ["", url_line]
    elif item.url is not None or links.find(item.body):
        fields.append((URL, item.url or ""))
    said = made_item(item.group, title, item.url, item.body)
    for name, known, wanted in (
        (AUTHOR, said.author, item.author),
        (SITE, said.site, item.site),
        (REMARK, said.remark, item.remark),
    ):
        if known != wanted:
            fields.append((name, wanted or ""))
    if said.contributors != item.contributors:
        fields.append((BY, write_names(item.contributors)))
    if papers_of(item.title, item.url, item.body) != item.papers:
        fields.append((PAPERS, " ".join(item.papers)))
    for name, value in fields:
        lines += ["", as_markdown(write_label(Label(name, value)))]
    return [*lines, "", *protected(item.body)] if item.body else lines
