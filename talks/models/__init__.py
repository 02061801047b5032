"""The talk's tables, one module per noun."""

from talks.models.asking import AskingRules, DaySalt, ReturnCode, VisitorCount
from talks.models.carries import BoardVisit, Carry, CarryReason
from talks.models.credits import Credit, CreditRole, PaperMention
from talks.models.deliveries import Delivery, Reminder, ReminderKind, SkipReason, Webhook, WebhookForm
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
from talks.models.history import KeptRow, Presence
from talks.models.questions import SETTLED, Answer, Question, QuestionPart, QuestionState, QuestionVote, Review
from talks.models.rundowns import Cue, CueKind, CueState, Rundown, ScribeLock
from talks.models.sections import (
    Claim,
    ClaimRole,
    Depth,
    Item,
    ItemState,
    ItemVote,
    Section,
    SectionKind,
    Suggestion,
)
from talks.models.templates import Break, Holiday, StandingOwner, Template

__all__ = [
    "SETTLED",
    "Answer",
    "AskingRules",
    "BoardVisit",
    "Break",
    "Carry",
    "CarryReason",
    "Claim",
    "ClaimRole",
    "Credit",
    "CreditRole",
    "Cue",
    "CueKind",
    "CueState",
    "DaySalt",
    "Delivery",
    "Depth",
    "Episode",
    "EpisodeKind",
    "EpisodeState",
    "Holiday",
    "Hosting",
    "HostingRole",
    "ImportedRow",
    "Item",
    "ItemState",
    "ItemVote",
    "KeptRow",
    "PaperMention",
    "Part",
    "Passage",
    "PastLink",
    "Plan",
    "Presence",
    "Question",
    "QuestionPart",
    "QuestionState",
    "QuestionVote",
    "Recording",
    "Reference",
    "Reminder",
    "ReminderKind",
    "ReturnCode",
    "Review",
    "Rundown",
    "ScribeLock",
    "Section",
    "SectionKind",
    "SkipReason",
    "SourceDocument",
    "StandingOwner",
    "Suggestion",
    "Template",
    "VisitorCount",
    "Webhook",
    "WebhookForm",
]
