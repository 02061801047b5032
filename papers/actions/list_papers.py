"""Which Paper an entry of a list is: one per arXiv identifier, but never two different works as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from papers.actions.stubs import find_or_stub
from papers.lists.titles import are_alike, words_of
from papers.models import ListEntry, Paper

# A work may go by a name of so many words that is not in its title: Flan-T5.
NAME_WORDS = 3


def link_entries(arxiv_ids: Iterable[str], *, now: datetime) -> None:
    """Link the entries of these identifiers to their papers, stubs where need be. Inside the caller's transaction."""
    link_papers(find_or_stub(arxiv_ids, now=now))


def link_papers(papers: Mapping[str, Paper]) -> None:
    """Link the entries that name these papers by their identifier. Runs inside the caller's transaction.

    Where works under one identifier differ, only those that are called what the paper is called are linked; while
    nobody has said how it is called, works that differ inside one list are not. Hence again when a title has come in.
    """
    if not papers:
        return
    claims: dict[str, list[ListEntry]] = {}
    rows = ListEntry.objects.visible_to(None).filter(arxiv_id__in=papers).select_related("section")
    for row in rows.only("pk", "title", "arxiv_id", "paper_id", "section__reading_list_id"):
        claims.setdefault(row.arxiv_id, []).append(row)
    changed: list[ListEntry] = []
    for arxiv_id, works in claims.items():
        paper = papers[arxiv_id]
        for work in works:
            wanted = paper.pk if _is_it(paper, work, works) else None
            if work.paper_id != wanted:
                work.paper_id = wanted
                changed.append(work)
    ListEntry.objects.bulk_update(changed, ["paper"], batch_size=200)


def _is_it(paper: Paper, work: ListEntry, works: Sequence[ListEntry]) -> bool:
    if all(are_alike(work.title, other.title) for other in works):
        return True
    if paper.title:
        return are_alike(paper.title, work.title) or _is_name_in(work.title, paper.abstract)
    home = work.section.reading_list_id
    return all(are_alike(work.title, other.title) for other in works if other.section.reading_list_id == home)


def _is_name_in(title: str, abstract: str) -> bool:
    words = words_of(title)
    return 0 < len(words) <= NAME_WORDS and f" {' '.join(words)} " in f" {' '.join(words_of(abstract))} "
