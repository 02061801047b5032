"""What arXiv knows, and what others say about the same works."""

from papers.models.lists import EntryKind, ListEntry, ListSection, ListSource, ReadingList
from papers.models.papers import (
    FilledFrom,
    LinkKind,
    Paper,
    PaperLink,
    PaperQuerySet,
    PaperUpvotes,
    PaperVersion,
)

__all__ = [
    "EntryKind",
    "FilledFrom",
    "LinkKind",
    "ListEntry",
    "ListSection",
    "ListSource",
    "Paper",
    "PaperLink",
    "PaperQuerySet",
    "PaperUpvotes",
    "PaperVersion",
    "ReadingList",
]
