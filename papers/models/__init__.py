"""What arXiv knows, and what others say about the same works."""

from papers.models.papers import (
    FilledFrom,
    LinkKind,
    Paper,
    PaperLink,
    PaperQuerySet,
    PaperUpvotes,
    PaperVersion,
)

__all__ = ["FilledFrom", "LinkKind", "Paper", "PaperLink", "PaperQuerySet", "PaperUpvotes", "PaperVersion"]
