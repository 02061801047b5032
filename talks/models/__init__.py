"""The talk's tables, one module per noun."""

from talks.models.credits import Credit, CreditRole, PaperMention
from talks.models.documents import ImportedRow, SourceDocument
from talks.models.episodes import (
    Episode,
    EpisodeKind,
    EpisodeState,
    Hosting,
    HostingRole,
    Part,
    Passage,
    PastLink,
    Plan,
    Recording,
    Reference,
)
from talks.models.questions import Answer, Question, QuestionPart
from talks.models.sections import Claim, ClaimRole, Item, ItemState, Section, SectionKind, Suggestion
from talks.models.templates import Template

__all__ = [
    "Answer",
    "Claim",
    "ClaimRole",
    "Credit",
    "CreditRole",
    "Episode",
    "EpisodeKind",
    "EpisodeState",
    "Hosting",
    "HostingRole",
    "ImportedRow",
    "Item",
    "ItemState",
    "PaperMention",
    "Part",
    "Passage",
    "PastLink",
    "Plan",
    "Question",
    "QuestionPart",
    "Recording",
    "Reference",
    "Section",
    "SectionKind",
    "SourceDocument",
    "Suggestion",
    "Template",
]
