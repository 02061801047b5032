"""What the pages of an evening show, ready for their templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from talks.evening import Entry, Evening, evening_of, questions_of, silence_lines, words_for
from talks.models import Answer, Cue, CueKind, Depth, Episode, EpisodeState, Item, Question, Review, Rundown
from talks.models.order import in_order
from talks.present import present_in
from talks.qr import qr_svg

# How much of the ribbon a cut between two parts takes, in per cent, and how wide a part is at least.
GAP, LEAST = 0.7, 0.5
# What a letter of its names needs on a phone.
LETTER = 3.3
NEXT, WANTED, LOGGED, UNSEEN = 2, 3, 20, 5
# How many of the newest questions an answer may be written down to, beside those of the rundown.
OFFERED = 200


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the ribbon, written for SVG attributes."""

    kind: str
    x: str
    width: str
    word: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The evening drawn to scale, in a sentence, and where it stands."""

    label: str
    parts: list[Part]
    at: str


def ribbon_of(evening: Evening) -> Ribbon:
    """Return the ribbon of an evening: what is over, what is on, what comes; neighbours of one section are one part."""
    lengths = _lengths(evening)
    groups: list[tuple[list[Entry], float]] = []
    for entry, length in zip(evening.entries, lengths, strict=True):
        last = groups[-1][0][-1] if groups else None
        if last is not None and _word(last) == _word(entry):
            groups[-1] = ([*groups[-1][0], entry], groups[-1][1] + length)
        else:
            groups.append(([entry], length))
    total = sum(lengths) or 1
    x, parts, at = 0.0, [], ""
    for entries, length in groups:
        width = 100 * length / total
        here = next((each for each in entries if each.cue.pk == evening.rundown.current_id), None)
        kind = "past" if all(each.is_past for each in entries) else "taken" if here is not None else "free"
        if here is not None:
            before = sum(each.line.spent.total_seconds() for each in entries if each.is_past)
            done = min((before + here.line.spent.total_seconds()) / 60 / length, 1) if length else 0
            at = f"{x + width * done:.2f}%"
        word = named if width >= LETTER * len(named := _word(entries[0])) else ""
        parts.append(Part(kind, f"{x:.2f}%", f"{max(width - GAP, LEAST):.2f}%", word))
        x += width
    current = evening.current
    label = _("On now: %(title)s; to the end of the show %(minutes)d minutes") % {
        "title": current.title if current is not None else "–",
        "minutes": max(round((evening.ends_at - evening.now).total_seconds() / 60), 0),
    }
    return Ribbon(label, parts, at)


def _lengths(evening: Evening) -> list[float]:
    """Return minutes for each cue: what it took, what it may take; what counts up gets until the next one begins."""
    found = []
    for n, entry in enumerate(evening.entries):
        spent = entry.line.spent.total_seconds() / 60
        if entry.is_past:
            found.append(spent)
        elif entry.line.length is not None:
            found.append(max(entry.line.length.total_seconds() / 60, spent))
        else:
            later = next((each.begins for each in evening.entries[n + 1 :] if each.is_ahead), evening.ends_at)
            begins = evening.now if entry.cue.pk == evening.rundown.current_id else entry.begins or evening.now
            found.append(spent + max(((later or begins) - begins).total_seconds() / 60, 0))
    return found


def _word(entry: Entry) -> str:
    if entry.cue.kind in (CueKind.FREE_TALK, CueKind.QUESTION):
        return _("Free Talk")
    return entry.cue.section.name if entry.cue.section is not None else entry.title


def host_context(episode: Episode, *, now: datetime, arranging: bool = False) -> dict[str, Any]:
    """Return what the host sees."""
    evening = evening_of(episode, now=now)
    if evening is None:
        return {"episode": episode, "state": state_of(episode, None), "evening": None, "version": 0}
    questions = questions_of(episode)
    staged = {each.cue.question_id for each in evening.entries if each.cue.question_id}
    waiting = [row for row in questions if row.pk not in staged and row.state in ("open", "partly")]
    current = evening.current
    card = current or next(iter(evening.ahead), None)
    return {
        "episode": episode,
        "state": state_of(episode, evening),
        "arranging": arranging,
        "evening": evening,
        "version": evening.rundown.version,
        "present": present_in(episode, now=now),
        "card": card,
        "words": words_for(evening, card) if card is not None else "",
        "silence": silence_lines(),
        "wanted": waiting[:WANTED],
        "waiting": waiting,
        "unseen": Question.objects.under_review(Review.WAITING).filter(episode=episode).order_by("position")[:UNSEEN],
        "ribbon": ribbon_of(evening),
        "is_last": current is not None and not evening.ahead,
        **clock_of(evening),
    }


def state_of(episode: Episode, evening: Evening | None) -> tuple[str, str]:
    """Return the state of an evening, its name and in words: one whose show has ended is on the air no more."""
    if episode.state == EpisodeState.LIVE and evening is not None and evening.rundown.ended_at is not None:
        return EpisodeState.WRAPUP.value, _("The show is over")
    return episode.state, episode.get_state_display()


def clock_of(evening: Evening) -> dict[str, Any]:
    """Return the clocks of the page: moments from which scripts count, and what they say now."""
    entry, row = evening.current, evening.rundown
    runs = entry is not None and entry.cue.running_since is not None
    left = entry.line.left if entry is not None else None
    still = timedelta()
    return {
        "runs": runs,
        "left": left,
        "is_over": left is not None and left < still,
        "until": evening.now + left if runs and left is not None else None,
        "since": evening.now - entry.line.spent if runs and entry is not None and left is None else None,
        "show_since": evening.now - evening.elapsed if runs else None,
        "behind": evening.behind,
        "is_late": evening.behind > still,
        "late_from": evening.behind - max(-left, still) if left is not None else evening.behind,
        "is_paused": row.paused_at is not None and row.ended_at is None,
    }


def audience_context(episode: Episode, *, now: datetime) -> dict[str, Any]:
    """Return what everybody sees: no clock of the host, and nothing of one viewer's."""
    evening = evening_of(episode, now=now)
    return {
        "episode": episode,
        "state": state_of(episode, evening),
        "evening": evening,
        "questions": [(row, reverse("question-vote", args=[row.public_id])) for row in questions_of(episode)],
        "version": evening.rundown.version if evening is not None else 0,
    }


def stage_context(episode: Episode, *, now: datetime) -> dict[str, Any]:
    """Return what the projector shows."""
    evening = evening_of(episode, now=now)
    ask = f"{settings.SITE_URL}{reverse('ask', args=[episode.code])}"
    current = evening.current if evening is not None else None
    ahead: Sequence[Entry] = evening.ahead[:NEXT] if evening is not None else []
    return {
        "episode": episode,
        "evening": evening,
        "current": current,
        "is_long": current is not None and len(current.title) > 40,
        "drawn_html": _drawn(current.cue) if current is not None else "",
        "coming": ahead,
        "zone_name": settings.TIME_ZONE,
        "qr": qr_svg(ask),
        "ask_address": ask.partition("://")[2].rstrip("/"),
        "version": evening.rundown.version if evening is not None else 0,
    }


def _drawn(cue: Cue) -> str:
    """Return the HTML of a question of one paragraph whose formulas are to be drawn; "" where words do."""
    html = cue.question.body_html.strip() if cue.question is not None and cue.is_shown else ""
    is_line = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1 and "<br" not in html
    return html[3:-4] if is_line and "<math" in html else ""


def log_context(episode: Episode, *, now: datetime, sees_presence: bool = True) -> dict[str, Any]:
    """Return what the record of the evening has by now: its questions, the newest first, with their answers; those
    that an answer may be given to, which of them is on the stage, and who is writing."""
    row = Rundown.objects.filter(episode=episode).select_related("current").first()
    links = Item.objects.current().filter(section__episode=episode, section__deleted_at=None, depth=Depth.LISTED)
    began = row.started_at if row is not None else None
    answers = Prefetch("answers", in_order(Answer.objects.filter(deleted_at=None)), to_attr="told")
    asked = Question.objects.standing().filter(episode=episode).select_related("episode").prefetch_related(answers)
    return {
        "episode": episode,
        "asked": offered_to_answer(episode, None),
        "on_stage": row.current.question_id if row is not None and row.current is not None else None,
        "present": present_in(episode, now=now) if sees_presence else [],
        "log": list(asked.newest_first()[:LOGGED]),
        "links": list(links.filter(created_at__gte=began).order_by("-created_at", "-pk")[:LOGGED]) if began else [],
        "version": row.version if row is not None else 0,
    }


def offered_to_answer(episode: Episode, chosen: int | None) -> list[Question]:
    """Return what an answer may be written down to: the newest, those of the rundown, and the one that was chosen."""
    asked = Question.objects.standing().filter(episode=episode)
    cued = Cue.objects.filter(rundown__episode=episode, question__isnull=False).values("question")
    newest = asked.newest_first().values("pk")[:OFFERED]
    offered = asked.filter(Q(pk__in=newest) | Q(pk__in=cued) | Q(pk=chosen))
    return list(offered.select_related("episode").newest_first())
