"""What webhooks are told: the one table of kinds, each with its name and its sentence for a group; how a try went.

The sentences are in the language of the site, since a group has no language of its own; `announce` fills them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try went. `error` is empty when it arrived; `is_final`: there is no use, or no right, to try again."""

    error: str = ""
    status: int | None = None
    answer: str = ""
    is_final: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A kind of event: what it is called, and its sentence with places for values."""

    name: StrPromise
    sentence: str


EVENTS: dict[str, Told] = {
    "episode_planned": Told(_("a number is planned"), gettext_noop("%(episode)s is planned for %(moment)s.")),
    "episode_opened": Told(
        _("a board opens"), gettext_noop("The board of %(episode)s is open; the talk is %(moment)s.")
    ),
    "episode_locked": Told(_("a board is locked"), gettext_noop("The board of %(episode)s is locked.")),
    "episode_live": Told(_("a talk begins"), gettext_noop("%(episode)s is live now.")),
    "episode_published": Told(_("a record is published"), gettext_noop("The record of %(episode)s is published.")),
    "episode_postponed": Told(
        _("an evening moves"), gettext_noop("%(episode)s moves to %(moment)s (it was %(before)s). %(reason)s")
    ),
    "section_claimed": Told(
        _("a section is taken"), gettext_noop("%(who)s takes %(section)s in %(episode)s as %(role)s.")
    ),
    "section_released": Told(
        _("a section is given up"), gettext_noop("%(name)s gives up %(section)s in %(episode)s; a place is free.")
    ),
    "item_nominated": Told(
        _("something is nominated"), gettext_noop("%(who)s nominates “%(title)s” for %(section)s in %(episode)s.")
    ),
    "item_accepted": Told(
        _("a nomination is taken"), gettext_noop("“%(title)s” is taken into %(section)s in %(episode)s.")
    ),
    "question_asked": Told(_("a question is asked"), gettext_noop("%(who)s asks in %(episode)s: %(body)s")),
    "question_answered": Told(_("a question is answered"), gettext_noop("%(who)s answers %(question)s: %(body)s")),
    "reminder": Told(_("a reminder for the group"), gettext_noop("%(text)s")),
}
# What an organizer sends to see whether it arrives; nobody listens to it.
TEST = "test"
TEST_SENTENCE = gettext_noop("A test from OpenLLM Talk: this webhook works.")
# What a new robot of a group is told unless somebody chooses otherwise.
USUAL = ("episode_opened", "episode_published", "episode_postponed", "reminder")
# How much of a text of members goes into a sentence.
EXCERPT = 120


def excerpt(text: str) -> str:
    """Return the beginning of a member's text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1]}…"


def name_of(kind: str) -> str:
    """Return what a kind is called, for readers."""
    return str(EVENTS[kind].name) if kind in EVENTS else str(_("a test")) if kind == TEST else kind
