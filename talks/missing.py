"""What an episode still needs before it goes on: the sentences of the checklist, the buttons and the refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talks.models import (
    Answer,
    Claim,
    ClaimRole,
    Episode,
    EpisodeKind,
    EpisodeState,
    Hosting,
    HostingRole,
    ImportedRow,
    Section,
    SectionKind,
)

ORDER = (
    EpisodeState.DRAFT,
    EpisodeState.COLLECTING,
    EpisodeState.LOCKED,
    EpisodeState.LIVE,
    EpisodeState.WRAPUP,
    EpisodeState.PUBLISHED,
)


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing: the sentence, a code for machines, and where it is mended."""

    sentence: str
    code: str
    where: str


def next_state(state: str) -> EpisodeState | None:
    """Return the state that comes after this one, None after the last."""
    place = ORDER.index(EpisodeState(state))
    return ORDER[place + 1] if place + 1 < len(ORDER) else None


@dataclass(frozen=True, slots=True)
class Known:
    """What has to be known of an episode to say what it lacks: a host, the sections that wait, unsigned answers."""

    has_host: bool
    waiting: Sequence[Section]
    unsigned: int


def missing_for(episode: Episode, state: str) -> list[Missing]:
    """Return what the episode lacks to go on to `state`, in the order of the checklist. At most two queries.

    A host may go on all the same with a reason, and the schedule locks a board when its time has come.
    """
    has_host, waiting, open_answers = True, [], 0
    if state == EpisodeState.LOCKED:
        has_host = Hosting.objects.filter(episode=episode, role=HostingRole.HOST, deleted_at=None).exists()
        waiting = unclaimed(episode)
    if state == EpisodeState.PUBLISHED:
        open_answers = unsigned(episode).count()
    return missing_of(episode, state, Known(has_host, waiting, open_answers))


def missing_of(episode: Episode, state: str, known: Known) -> list[Missing]:
    """Return the same of what is known already; asks the database nothing."""
    match state:
        case EpisodeState.COLLECTING:
            return _for_collecting(episode)
        case EpisodeState.LOCKED:
            return _for_locked(episode, known)
        case EpisodeState.PUBLISHED:
            return _for_published(episode, known.unsigned)
    return []


def _for_collecting(episode: Episode) -> list[Missing]:
    if episode.starts_at is not None or episode.kind == EpisodeKind.SPECIAL:
        return []
    return [Missing(_("It has no date yet."), "no_date", state_page(episode))]


def _for_locked(episode: Episode, known: Known) -> list[Missing]:
    found = []
    if not known.has_host:
        found.append(Missing(_("Nobody hosts it yet."), "no_host", f"{state_page(episode)}#hosts"))
    sentence = _("Nobody has taken %(section)s yet.")
    found += [
        Missing(sentence % {"section": section.name}, "section_unclaimed", f"{reverse('claim')}#section-{section.pk}")
        for section in known.waiting
        if not section.is_optional and section.degraded_at is None
    ]
    return found


def unclaimed(episode: Episode) -> list[Section]:
    """Return the sections that wait for a lead, in order; the free talk waits for nobody."""
    led = Claim.objects.current().filter(role=ClaimRole.LEAD).values("section")
    rows = Section.objects.filter(episode=episode, deleted_at=None).exclude(kind=SectionKind.FREE_TALK)
    return list(rows.exclude(pk__in=led).order_by("position", "pk"))


def _for_published(episode: Episode, unsigned: int) -> list[Missing]:
    found, page = [], reverse("wrapup", args=[episode.code])
    if not episode.highlights:
        found.append(Missing(_("It has no highlights yet."), "no_highlights", f"{page}#highlights"))
    if unsigned:
        sentence = ngettext("%(n)d answer is not signed.", "%(n)d answers are not signed.", unsigned)
        found.append(Missing(sentence % {"n": unsigned}, "unsigned_answers", f"{page}#unsigned"))
    return found


def unsigned(episode: Episode) -> QuerySet[Answer]:
    """The answers that somebody should sign, or say that they stay unsigned. One by 群友 is signed. What the document
    of an evening brought that was not planned here stays as the community left it."""
    rows = Answer.objects.filter(question__episode=episode, question__deleted_at=None, deleted_at=None)
    rows = rows.filter(Q(author_name=None) | Q(author_name=""), author=None, stays_unsigned=False)
    if episode.template_id is None:
        brought = ImportedRow.objects.filter(episode=episode, kind="answer")
        rows = rows.exclude(pk__in=brought.values("row_id"))
    return rows


def state_page(episode: Episode) -> str:
    """Return the address of the page on which an episode goes on."""
    return reverse("episode-state", args=[episode.code])
