"""The lines of the desk: what is missing with its way, whether it is ready, the next deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from talks.carrying import TIRED
from talks.checklist import Check, checklist
from talks.desk import Desk
from talks.missing import Missing, missing_of, next_state, state_page
from talks.models import Episode, EpisodeState, ReminderKind
from talks.places import Entry

# How Chinese counts what is missing; beyond, and elsewhere, in figures.
HAN = "零一两三四五六七八九十"
MARKS = ("bad", "wait", "none", "done")
# So many minutes more or fewer than it took are worth a word.
OTHERWISE = 3
# While these last, an evening can still be arranged.
BEFORE = (EpisodeState.DRAFT, EpisodeState.COLLECTING, EpisodeState.LOCKED)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list: its sentence, the class of its sign, where it is mended, the word of that link, a note."""

    sentence: str
    mark: str
    where: str = ""
    word: str = ""
    note: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """What comes next, and when."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reminder that waits in the outbox: when, what, to whom."""

    at: datetime
    what: str
    to: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether an evening is ready: red, amber or green, in words too."""

    colour: str
    word: str
    headline: str


def lines_of(desk: Desk) -> list[Line]:
    """Return everything that is open or done: what stands in the way first, what is done last."""
    episode = desk.episode
    in_the_way = missing_of(episode, EpisodeState.PUBLISHED, desk.known)
    checks = checklist(episode, desk.entries, desk.hostings, missing=in_the_way)
    entries = {entry.section.pk: entry for entry in desk.entries}
    found = [_line(check, episode, entries.get(check.section or 0)) for check in checks]
    found += [*_too_long(desk), *_otherwise(desk), *_nominations(desk), *_questions(desk)]
    return sorted(found, key=lambda line: MARKS.index(line.mark))


def _line(check: Check, episode: Episode, entry: Entry | None) -> Line:
    if entry is None:
        return Line(check.sentence, check.mark, check.where, _("See to it") if check.where else "")
    if check.is_done:
        return Line(check.sentence, check.mark)
    where = f"{state_page(episode)}#section-{entry.section.pk}"
    return Line(check.sentence, check.mark, where, _("See to it"), whom_to_ask(entry), "section_unclaimed")


def whom_to_ask(entry: Entry) -> str:
    """Return who had such a section last, and whom one might ask; "" when nobody is known."""
    said = []
    if entry.last_owner:
        said.append(_("%(name)s had it last.") % {"name": entry.last_owner})
    if entry.asked:
        said.append(_("One might ask %(names)s.") % {"names": "、".join(person.name for person in entry.asked)})
    return " ".join(said)


def _too_long(desk: Desk) -> list[Line]:
    if desk.episode.state not in BEFORE:
        return []
    board = reverse("board", args=[desk.episode.code])
    sentence = _("%(section)s is %(n)d min too long")
    found = [
        Line(
            sentence % {"section": section.name, "n": budget.over},
            "wait",
            f"{board}#section-{section.pk}",
            _("Shorten"),
            code="too_long",
        )
        for section, budget in desk.over
    ]
    if desk.show.over:
        said = _("The whole show is %(n)d min too long") % {"n": desk.show.over}
        found.append(Line(said, "wait", board, _("Shorten"), code="show_too_long"))
    return found


def _otherwise(desk: Desk) -> list[Line]:
    """Return the sections that are given fewer minutes than such a one took, or more, by a quarter and by three."""
    if desk.episode.state not in BEFORE:
        return []
    board, found = reverse("board", args=[desk.episode.code]), []
    for section, _budget in desk.budgets:
        real, given = desk.took.get(section.kind, 0), section.minutes or 0
        if not real or not given or abs(real - given) < max(OTHERWISE, real / 4):
            continue
        said = _("%(section)s is given %(given)d min; the last ones took %(real)d in the middle")
        sentence = said % {"section": section.name, "given": given, "real": real}
        found.append(Line(sentence, "none", f"{board}#section-{section.pk}", _("Look at it"), code="otherwise"))
    return found


def _nominations(desk: Desk) -> list[Line]:
    n = desk.nominated
    if not n or desk.episode.state != EpisodeState.COLLECTING:
        return []
    said = ngettext("%(n)d nomination is not decided", "%(n)d nominations are not decided", n) % {"n": n}
    return [Line(said, "wait", reverse("board", args=[desk.episode.code]), _("Decide"), code="undecided")]


def _questions(desk: Desk) -> list[Line]:
    found = []
    queue = reverse("moderation", args=[desk.episode.code]) if desk.may_moderate else ""
    if desk.carried:
        n = len(desk.carried)
        said = ngettext("%(n)d question that goes on has no answer", "%(n)d questions that go on have no answer", n) % {
            "n": n
        }
        oldest = max(desk.carried, key=lambda each: each.times)
        note = ngettext(
            "%(id)s has waited longest, through %(n)d number", "%(id)s has waited longest, through %(n)d numbers",
            oldest.times,
        ) % {"id": oldest.public_id, "n": oldest.times}  # fmt: skip
        where = reverse("question", args=[oldest.public_id])
        found.append(Line(said, "wait", where, _("Find somebody"), note, "carried_unanswered"))
        if n := sum(each.times >= TIRED for each in desk.carried):
            said = ngettext(
                "%(n)d question has gone through four numbers: invite somebody, or close it honestly",
                "%(n)d questions have gone through four numbers: invite somebody, or close them honestly",
                n,
            ) % {"n": n}
            where = f"{queue}#tired" if queue else ""
            found.append(Line(said, "wait", where, _("Decide") if where else "", code="carried_too_long"))
    if n := desk.in_queue:
        said = ngettext("%(n)d post waits in the queue", "%(n)d posts wait in the queue", n) % {"n": n}
        found.append(Line(said, "wait", queue, _("See to it") if queue else "", code="in_queue"))
    if n := len(desk.unanswered):
        said = ngettext("%(n)d question has no answer yet", "%(n)d questions have no answer yet", n) % {"n": n}
        is_over = desk.episode.state in (EpisodeState.WRAPUP, EpisodeState.PUBLISHED)
        where = desk.unanswered[0].get_absolute_url()
        mark = "wait" if is_over else "none"  # before the talk they are what it is for
        found.append(Line(said, mark, where, _("Look"), code="unanswered"))
    return found


def readiness_of(episode: Episode, lines: Sequence[Line]) -> Readiness:
    """Return how an evening stands: red while something is in its way, amber while something is to be done."""
    n = sum(line.mark in ("bad", "wait") for line in lines)
    if any(line.mark == "bad" for line in lines):
        colour, word = "red", _("not ready")
    elif n:
        colour, word = "amber", _("nearly ready")
    else:
        colour, word = "green", _("ready")
    if not n:
        return Readiness(colour, word, _("%(episode)s has all it needs") % {"episode": episode.label})
    said = ngettext("%(episode)s still lacks %(n)s thing", "%(episode)s still lacks %(n)s things", n)
    return Readiness(colour, word, said % {"episode": episode.label, "n": in_words(n)})


def in_words(n: int) -> str:
    """Return a small number as one says it in Chinese; in figures in other languages."""
    is_chinese = (get_language() or "").startswith("zh")
    return HAN[n] if is_chinese and n < len(HAN) else str(n)


def in_the_way(desk: Desk) -> list[Missing]:
    """Return what keeps the episode from its next state."""
    coming = next_state(desk.episode.state)
    return missing_of(desk.episode, coming, desk.known) if coming is not None else []


def deadlines_of(episode: Episode, now: datetime) -> list[Deadline]:
    """Return what comes next, the nearest first."""
    said = [(episode.cut_off, _("the board closes")), (episode.starts_at, _("the talk begins"))]
    if episode.state not in BEFORE:
        return []
    found = [Deadline(at, sentence) for at, sentence in said if at is not None and at > now]
    return sorted(found, key=lambda each: each.at)


def reminders_of(desk: Desk) -> list[Waiting]:
    """Return the reminders that wait, each with whom it goes to."""
    audiences = {
        ReminderKind.OPEN_ROLES.value: _("to the group and to who may be asked"),
        ReminderKind.TOMORROW.value: _("to hosts and leads"),
        ReminderKind.SOON.value: _("to the group and to all who take part"),
        ReminderKind.ANSWERS.value: _("to hosts and leads"),
        ReminderKind.PUBLISH.value: _("to the hosts"),
    }
    return [Waiting(row.due_at, row.get_kind_display(), audiences.get(row.kind, "")) for row in desk.reminders]


def outbox_of(episode: Episode) -> str:
    """Return the address of the episode's outbox, "" where there is none."""
    try:
        return reverse("outbox", args=[episode.code])
    except NoReverseMatch:
        return ""
