"""The home page: the next episode, who has what in it, what people ask, and the record so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from members.rules import is_organizer
from talks.models import Episode, EpisodeKind, EpisodeState, PaperMention, Question, SectionKind
from talks.models.episodes import UPCOMING, EpisodeQuerySet
from talks.rules import takes_questions
from talks.templatetags.talk import duration
from talks.views.kept import kept
from talks.views.papers import entries_of
from talks.views.record import SectionEntry, sections_of
from talks.views.visitor import visitor

LATEST, ASKED, PAPERS = 6, 5, 4
# A section that says no minutes is drawn as long as this; most of them are the free talk at the end.
OPEN_END = 25
GAP = 0.7


@dataclass(frozen=True, slots=True)
class RibbonPart:
    """A section on the ribbon; lengths are per cent of the evening, written for SVG attributes."""

    kind: str
    x: str
    width: str
    word: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """One evening drawn to scale, with the sentence that says the same."""

    label: str
    parts: list[RibbonPart]


@require_safe
@kept(shows_time=True)
def home(request: HttpRequest) -> HttpResponse:
    person = visitor(request)
    visible = Episode.objects.visible_to(person)
    shown = visible.of_record()
    upcoming = shown.upcoming().first()
    latest = shown.exclude(state__in=UPCOMING).newest_first().with_counts()
    asked = Question.objects.visible_to(person).filter(parent=None).select_related("episode", "asker")
    asked = asked.filter(episode=upcoming) if upcoming is not None else asked.unanswered().filter(episode__in=shown)
    sections = sections_of(upcoming) if upcoming is not None else []
    papers = PaperMention.objects.papers_by_last_mention(person)
    rows = list(latest[: LATEST + 1])
    newest = rows.pop(0) if upcoming is None and rows else None  # it stands at the head instead
    context = {
        "may_open_next": person is not None and is_organizer(person) and not series_is_open(visible),
        "upcoming": upcoming,
        "countdown": countdown(upcoming, now=timezone.now().replace(second=0, microsecond=0))
        if upcoming is not None
        else "",
        "takes_questions": upcoming is not None and takes_questions(upcoming),
        "sections": sections,
        "ribbon": ribbon_of(sections),
        "latest": rows[:LATEST],
        "newest": newest,
        "episode_count": visible.count(),
        "asked": asked.newest_first().with_answer_count()[:ASKED],
        "asked_count": asked.count(),
        "papers": entries_of(papers[:PAPERS], person),
        "paper_count": papers.count(),
    }
    return render(request, "talks/home.html", context)


def series_is_open(visible: EpisodeQuerySet) -> bool:
    """Whether a number of the community's own is being prepared or on the air; the sample is none."""
    own = visible.outside_sample().filter(kind=EpisodeKind.REGULAR)
    return own.filter(state__in=(EpisodeState.DRAFT, *UPCOMING)).exists()


def countdown(episode: Episode, *, now: datetime) -> str:
    """Return how long it is still until an episode begins, or what it is doing; "" without a date."""
    if episode.state == EpisodeState.LIVE:
        return _("On the air now")
    if episode.starts_at is None or episode.state in (EpisodeState.WRAPUP, EpisodeState.PUBLISHED):
        return ""
    if (left := episode.starts_at - now) > timedelta(0):
        return _("in %(duration)s") % {"duration": duration(left)}
    return _("The hour has come")


def ribbon_of(sections: list[SectionEntry]) -> Ribbon | None:
    """Return the evening drawn to scale: taken, open (nobody yet) and free stretches. None without sections."""
    if not sections:
        return None
    lengths = [entry.section.minutes or OPEN_END for entry in sections]
    total, x = sum(lengths), 0.0
    parts, said = [], []
    for entry, length in zip(sections, lengths, strict=True):
        width = 100 * length / total
        is_last = entry is sections[-1]
        is_free = entry.section.kind == SectionKind.FREE_TALK
        kind = "free" if is_free else "taken" if entry.leads else "open"
        parts.append(RibbonPart(kind, f"{x:.2f}%", f"{max(width - (0 if is_last else GAP), 0.5):.2f}%", entry.word))
        state = "" if is_free else _("taken") if entry.leads else _("waits for somebody")
        said.append(" ".join(word for word in (entry.word, state) if word))
        x += width
    planned = sum(entry.section.minutes or 0 for entry in sections)
    start = ngettext("%(n)d minute planned", "%(n)d minutes planned", planned) % {"n": planned}
    return Ribbon(_("%(start)s: %(sections)s") % {"start": start, "sections": _(", ").join(said)}, parts)
