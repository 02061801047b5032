"""What a source says about a paper, as a value. Empty fields were not said. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Author:
    """A name as the source writes it, with affiliations when it gives them."""

    name: str
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedLink:
    """Code, a project page, a model or data; `kind` is a value of papers.models.LinkKind."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """All that one source says about one paper. `source` is a value of papers.models.FilledFrom.

    `version` is the version the source speaks of, `submitted_at` when that one was submitted, `published_at` when
    the first was. `upvotes` are those of `upvotes_on`.
    """

    arxiv_id: str
    source: str
    version: int | None = None
    title: str = ""
    abstract: str = ""
    authors: tuple[Author, ...] = ()
    primary_category: str = ""
    categories: tuple[str, ...] = ()
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""
    is_withdrawn: bool = False
    published_at: datetime | None = None
    submitted_at: datetime | None = None
    links: tuple[NamedLink, ...] = ()
    upvotes: int | None = None
    upvotes_on: date | None = None
