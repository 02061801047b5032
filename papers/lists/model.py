"""What a reading list says, as values. Text is Markdown as written; `note`, `body`, `intro`, `after` are blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from papers.lists import kinds

SCHEMA = "openllm-talk/list@1"


@dataclass(frozen=True, slots=True)
class Problem:
    """A doubt about a list: the line it is about, a code for machines, the sentence and what it is about."""

    line: int | None
    code: str
    message: str
    detail: str = ""


class Refused(ValueError):
    """A file that is no list: `code`, `message` and `detail` as those of a Problem."""

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        super().__init__(f"{message} {detail}".strip())
        self.code, self.message, self.detail = code, message, detail


@dataclass(frozen=True, slots=True)
class LinkDoc:
    """One address of an entry beside its title: [[pdf](…)], Code: [Official](…)."""

    label: str
    url: str

    @property
    def kind(self) -> str:
        return kinds.link_kind(self.label, self.url)


@dataclass(frozen=True, slots=True)
class EntryDoc:
    """A work on the list.

    `url` is the address its title leads to; without one it is the best of `links`. `kind` is what the addresses say
    unless the list says otherwise. `group` is what the entry is filed under inside its section, `after` the text
    between this entry and the next. `stars` is the number the list gives. `line` and `end` are the first and the last
    line of the source and count for no comparison.
    """

    title: str
    kind: str
    url: str | None = None
    group: str = ""
    authors: str = ""
    venue: str = ""
    year: int | None = None
    links: tuple[LinkDoc, ...] = ()
    note: str = ""
    stars: int | None = None
    after: str = ""
    line: int | None = field(default=None, compare=False)
    end: int | None = field(default=None, compare=False)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of the entry itself, the main one first."""
        own = (self.url,) if self.url else ()
        return tuple(dict.fromkeys([*own, *(link.url for link in self.links)]))

    @property
    def arxiv_id(self) -> str | None:
        """The arXiv paper that the entry says it is."""
        return kinds.arxiv_id_of(self.addresses)


@dataclass(frozen=True, slots=True)
class SectionDoc:
    """A heading and what stands under it. Level 0 and no title: entries before the first heading."""

    title: str
    level: int
    body: str = ""
    entries: tuple[EntryDoc, ...] = ()
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ListDoc:
    """A whole list. `title` is the document's own headline, "" when it has none."""

    title: str = ""
    intro: str = ""
    sections: tuple[SectionDoc, ...] = ()

    @property
    def entries(self) -> tuple[EntryDoc, ...]:
        return tuple(entry for section in self.sections for entry in section.entries)


def to_json(doc: ListDoc) -> dict[str, Any]:
    """Return a list as plain JSON."""
    return {
        "schema": SCHEMA,
        "title": doc.title,
        "intro": doc.intro,
        "sections": [
            {
                "title": section.title,
                "level": section.level,
                "body": section.body,
                "entries": [entry_json(entry) for entry in section.entries],
            }
            for section in doc.sections
        ],
    }


def entry_json(entry: EntryDoc) -> dict[str, Any]:
    """Return an entry as plain JSON."""
    return {
        "title": entry.title,
        "kind": entry.kind,
        "url": entry.url,
        "arxiv_id": entry.arxiv_id,
        "group": entry.group,
        "authors": entry.authors,
        "venue": entry.venue,
        "year": entry.year,
        "links": [{"label": link.label, "url": link.url, "kind": link.kind} for link in entry.links],
        "note": entry.note,
        "stars": entry.stars,
        "after": entry.after,
    }
