"""Papers and reading lists out of the database: BibTeX of one, a list as README, BibTeX or JSON; byte-stable."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from papers import bibtex as citation
from papers.facts import Author, PaperFacts
from papers.lists import bibtex, writer
from papers.lists.model import EntryDoc, LinkDoc, ListDoc, SectionDoc, to_json
from papers.models import ListEntry, ListSection, Paper, ReadingList

FORMS = ("readme", "bibtex", "json")
SUFFIXES = {"readme": "md", "bibtex": "bib", "json": "json"}


def paper_bibtex(paper: Paper, name: str = "") -> str:
    """Return a paper as BibTeX; a stub is its identifier, its address and the `name` it is known by here."""
    facts = PaperFacts(
        arxiv_id=paper.arxiv_id,
        source=paper.filled_from,
        title=paper.title or name,
        authors=tuple(Author(author["name"]) for author in paper.authors),
        primary_category=paper.primary_category,
        journal_ref=paper.journal_ref,
        doi=paper.doi,
        is_withdrawn=paper.is_withdrawn,
        published_at=paper.published_at,
    )
    return citation.write(facts)


def entry_doc(row: ListEntry) -> EntryDoc:
    """Return what an entry says."""
    return EntryDoc(
        title=row.title,
        kind=row.kind,
        url=row.url,
        group=row.group,
        authors=row.authors,
        venue=row.venue,
        year=row.year,
        links=tuple(LinkDoc(link["label"], link["url"]) for link in row.links),
        note=row.note,
        stars=row.stars,
        after=row.after,
    )


def rows_of(reading_list: ReadingList) -> tuple[list[ListSection], dict[int, list[ListEntry]]]:
    """Return the current sections of a list and their current entries by section, in order. Two queries."""
    sections = list(ListSection.objects.filter(reading_list=reading_list, deleted_at=None))
    entries: dict[int, list[ListEntry]] = {section.pk: [] for section in sections}
    rows = ListEntry.objects.filter(section__in=entries, deleted_at=None).select_related("paper").in_order()
    for row in rows:
        entries[row.section_id].append(row)
    return sections, entries


def document_of(reading_list: ReadingList) -> ListDoc:
    """Return the list as it stands."""
    sections, entries = rows_of(reading_list)
    return ListDoc(
        reading_list.heading,
        reading_list.intro,
        tuple(_section_doc(section, entries[section.pk]) for section in sections),
    )


def _section_doc(section: ListSection, entries: Iterable[ListEntry]) -> SectionDoc:
    return SectionDoc(section.title, section.level, section.body, tuple(map(entry_doc, entries)))


def list_json(reading_list: ReadingList) -> dict[str, Any]:
    """Return the list as plain JSON."""
    return {**to_json(document_of(reading_list)), "slug": reading_list.slug, "name": reading_list.title}


def export(reading_list: ReadingList, to: str) -> str:
    """Return the text of a list in one of FORMS; the same list gives the same bytes."""
    if to == "json":
        return json.dumps(list_json(reading_list), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    document = document_of(reading_list)
    return bibtex.write(document) if to == "bibtex" else writer.write(document)
