"""An evening as its pages and the API show it: cues with their times, who speaks, what to say. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from markup.excerpt import excerpt
from members.rules import in_one
from talks import clock
from talks.budget import SHOW
from talks.models import (
    Claim,
    ClaimRole,
    Cue,
    CueKind,
    CueState,
    Episode,
    EpisodeState,
    Hosting,
    HostingRole,
    Item,
    ItemState,
    Question,
    QuestionVote,
    Rundown,
    Section,
)
from talks.nominations import next_collecting

# How many questions the pages of an evening list.
MOST = 60
# How much of a question stands for it, in characters; how much of how many titles that are read out together.
LONGEST, NAMED, LISTED = 200, 40, 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A cue as it is shown. `begins`: when it did, or will; `votes`: how many want a question."""

    cue: Cue
    line: clock.Line
    title: str
    speakers: list[str] = field(default_factory=list)
    begins: datetime | None = None
    votes: int = 0
    place: tuple[int, int] | None = None

    @property
    def over(self) -> timedelta:
        """How much longer than planned it has been, below zero when it was shorter."""
        return self.line.spent - self.line.planned if self.line.minutes is not None else timedelta()

    @property
    def is_ahead(self) -> bool:
        return self.cue.state == CueState.PLANNED

    @property
    def is_past(self) -> bool:
        return self.line.state in clock.BEHIND


@dataclass(frozen=True, slots=True)
class Evening:
    """The rundown of an episode at one moment."""

    episode: Episode
    rundown: Rundown
    entries: list[Entry]
    now: datetime
    behind: timedelta
    ends_at: datetime
    elapsed: timedelta
    whole: timedelta

    @property
    def current(self) -> Entry | None:
        """What is on the air, or was when the show ended."""
        return next((each for each in self.entries if each.cue.pk == self.rundown.current_id), None)

    @property
    def ahead(self) -> list[Entry]:
        return [each for each in self.entries if each.is_ahead]

    @property
    def past(self) -> list[Entry]:
        return [each for each in self.entries if each.is_past]

    @property
    def is_going_on(self) -> bool:
        return self.rundown.started_at is not None and self.rundown.ended_at is None

    @property
    def whole_minutes(self) -> int:
        """How many minutes the whole show was planned for, with the free talk."""
        return round(self.whole.total_seconds() / 60)

    @property
    def over_all(self) -> timedelta:
        """How much longer the show has been than it was planned for; what it is measured by once it is over."""
        return self.elapsed - self.whole


def evening_of(episode: Episode, *, now: datetime) -> Evening | None:
    """Return the rundown of an episode as it is now, None where there is none. Four queries."""
    row = Rundown.objects.filter(episode=episode).first()
    if row is None:
        return None
    row.episode = episode
    cues = shown_cues(row)
    lines = [line_of(cue, now=now) for cue in cues]
    free = clock.free_of(lines, show_of(episode))
    begins = now if row.started_at is not None else max(episode.starts_at or now, now)
    begun, ends_at = clock.times(lines, free=free, begins=begins)
    speakers, votes, places = _speakers(episode), _votes(cues), _places(cues)
    entries = [
        Entry(
            *(cue, line, title_of(cue)),
            speakers=speakers.get(cue.section_id or 0, []) if cue.kind in (CueKind.SECTION, CueKind.ITEM) else [],
            begins=begun.get(cue.pk),
            votes=votes.get(cue.question_id or 0, 0),
            place=places.get(cue.pk),
        )
        for cue, line in zip(cues, lines, strict=True)
    ]
    ends_at = row.ended_at or ends_at
    lengths = {"elapsed": clock.elapsed(lines), "whole": clock.whole(lines, free)}
    return Evening(episode, row, entries, now, clock.behind(lines, free), ends_at, **lengths)


def show_of(episode: Episode) -> int:
    """Return how many minutes a show of this episode has."""
    return episode.template.minutes if episode.template is not None else SHOW


def shown_cues(rundown: Rundown) -> list[Cue]:
    """Return the cues that the pages of an evening show: those whose words still stand, and the one on the air."""
    every = Cue.objects.filter(rundown=rundown).in_order()
    return [cue for cue in every if cue.is_shown or cue.pk == rundown.current_id]


def title_of(cue: Cue) -> str:
    """Return what a cue is called on one line: its own title, else that of what it is about, as it is read."""
    about = ""
    if cue.item is not None and cue.is_shown:
        about = excerpt(cue.item.title_html, LONGEST)
    elif cue.question is not None and cue.is_shown:
        about = excerpt(cue.question.body_html, LONGEST)
    elif cue.section is not None and not cue.item_id:
        about = cue.section.name
    return " ".join((cue.title or about or str(cue)).split())


def line_of(cue: Cue, *, now: datetime) -> clock.Line:
    """Return a cue as the clock sees it."""
    return clock.Line(cue.pk, cue.minutes, cue.extra_minutes, cue.state, cue.spent(now), cue.started_at)


def _speakers(episode: Episode) -> dict[int, list[str]]:
    claims = Claim.objects.current().filter(section__episode=episode, role=ClaimRole.LEAD).order_by("position", "pk")
    found: dict[int, list[str]] = {}
    for section, name in claims.values_list("section", "name"):
        found.setdefault(section, []).append(name)
    return found


def _votes(cues: Sequence[Cue]) -> dict[int, int]:
    asked = [cue.question_id for cue in cues if cue.question_id is not None]
    rows = QuestionVote.objects.filter(question__in=asked).order_by().values_list("question")
    return dict(rows.annotate(n=Count("pk")))


def _places(cues: Sequence[Cue]) -> dict[int, tuple[int, int]]:
    """Return which of how many items of its section a cue is."""
    many = Counter(cue.section_id for cue in cues if cue.kind == CueKind.ITEM)
    seen: Counter[int | None] = Counter()
    found = {}
    for cue in cues:
        if cue.kind == CueKind.ITEM:
            seen[cue.section_id] += 1
            found[cue.pk] = (seen[cue.section_id], many[cue.section_id])
    return found


# ── Questions of the evening ────────────────────────────────────────────────


def questions_of(episode: Episode) -> list[Any]:
    """Return the questions of an evening and those that go on in it, the most wanted first. One query.

    Each has `vote_count` and `state`.
    """
    carried = Q(carries__episode=episode, carries__deleted_at=None)
    rows = Question.objects.filter(Q(episode=episode) | carried, deleted_at=None, parent=None).distinct()
    return list(rows.with_state().most_wanted_first().select_related("episode", "asker")[:MOST])


# ── What to say ─────────────────────────────────────────────────────────────


def words_for(evening: Evening, entry: Entry) -> str:
    """Return words for the host to begin a cue with: those of the cue, else of its item, else our own."""
    cue = entry.cue
    if cue.say:
        return cue.say
    who = _(", ").join(entry.speakers)
    if cue.kind == CueKind.OPENING:
        return _opening_words(evening)
    if cue.kind == CueKind.CLOSING:
        return _closing_words(evening)
    if cue.kind == CueKind.FREE_TALK:
        return _("Free talk: whoever has a question says it, or writes it on the page. The shy ones first.")
    if cue.kind == CueKind.QUESTION:
        return _("Who has met this? Two sentences are enough; somebody writes them down with your name.")
    if cue.kind == CueKind.CUSTOM:
        return ""
    told = _first_words(cue.item) if cue.item is not None else ""
    if cue.kind == CueKind.SECTION and cue.section is not None:
        told = _titles_of(cue.section)
    if entry.place is not None and entry.place[0] == 1 and who and cue.section is not None:
        start = _("%(section)s, with %(who)s.") % {"section": cue.section.name, "who": who}
        return in_one(filter(None, [start, told]))
    if told:
        return told
    return _("%(who)s, the floor is yours.") % {"who": who} if who else _("Who read it? What is new in it?")


def _first_words(item: Any) -> str:
    """Return what an item says of itself, its first line."""
    text = (item.remark or "").strip() or excerpt(item.body_html, 400)
    return text.split("\n")[0][:200]


def _titles_of(section: Section) -> str:
    """Return what a section without entries of its own on the rundown has: the first of what is only listed."""
    items = Item.objects.current().filter(section=section, state=ItemState.ACCEPTED).order_by("position", "pk")
    titles = [excerpt(row.title_html, NAMED) or row.title or "" for row in items[:LISTED]]
    return _("; ").join(title for title in titles if title)


def _opening_words(evening: Evening) -> str:
    sections = dict.fromkeys(each.cue.section.name for each in evening.entries if each.cue.section is not None)
    said = {"episode": evening.episode.label, "sections": _(", ").join(sections)}
    return _(
        "Good evening, this is OpenLLM Talk %(episode)s. Tonight: %(sections)s. Ask at any time on the page, also "
        "without a name. Who takes notes?"
    ) % (said | {"sections": said["sections"] or _("free talk")})


def _closing_words(evening: Evening) -> str:
    coming = next_collecting(evening.episode)
    words = _("That was it for tonight. Thanks to everybody who brought something.")
    said = {"episode": coming.label if coming is not None else "", "who": ""}
    if coming is None:
        return in_one([words, _("Who hosts the next one?")])
    hosts = Hosting.objects.filter(episode=coming, role=HostingRole.HOST, deleted_at=None).order_by("position", "pk")
    said["who"] = _(", ").join(hosts.values_list("name", flat=True))
    if not said["who"]:
        return in_one([words, _("Who hosts the next one? %(episode)s has nobody yet.") % said])
    return in_one([words, _("%(episode)s is hosted by %(who)s; who takes a section?") % said])


def silence_lines() -> list[str]:
    """Return what one may say when nobody does."""
    return [
        _("If you could keep only one of tonight's ideas, which one, and why?"),
        _("Who has tried it on data of their own? What broke first?"),
        _("What would have to happen for you to change your mind about this?"),
        _("A round: everybody one thing that they read this week and did not believe."),
    ]


def is_shown_live(episode: Episode) -> bool:
    """Whether an episode has an evening to look at: from the moment its board is locked."""
    return episode.state not in (EpisodeState.DRAFT, EpisodeState.COLLECTING)
