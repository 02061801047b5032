"""The host's desk: what an evening still needs, read in a few statements whatever it holds. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import (
    BooleanField,
    CharField,
    Count,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, NullIf
from django.urls import reverse

from members.actors import ANONYMOUS, Actor
from members.models import Event, Invitation, Person, Purpose
from members.rules import is_organizer, may_write
from talks.budget import SHOW, Budget, Part, budget_of, show_of
from talks.degrading import sentence_of
from talks.fair import askable, hosts_to_ask, suggestions_for
from talks.group_texts import Facts, Moved
from talks.missing import Known, unsigned
from talks.models import (
    Answer,
    Break,
    Carry,
    Claim,
    Episode,
    EpisodeKind,
    EpisodeState,
    Hosting,
    HostingRole,
    Item,
    ItemState,
    KeptRow,
    Question,
    Reminder,
    Report,
    Review,
    Section,
    SectionKind,
)
from talks.models.episodes import UPCOMING, read_code
from talks.models.order import grouped
from talks.models.together import read_together
from talks.places import Entry, place_of, with_last_owner
from talks.series import EVENINGS, held
from talks.spending import FIELDS as SPENT
from talks.spending import last_counted, proposals

# So many numbers in a row are one person's before the desk says: ask somebody else.
IN_A_ROW = 3
URGENCY = (*UPCOMING, EpisodeState.WRAPUP, EpisodeState.DRAFT)


@dataclass(frozen=True, slots=True)
class Choice:
    """The episode that the desk is about, those that are under way, and the last evenings, the newest first."""

    episode: Episode | None
    under_way: list[Episode]
    evenings: list[Episode]

    @property
    def upcoming(self) -> Episode | None:
        """What every page calls this week."""
        return next((row for row in self.under_way if row.state in UPCOMING), None)


def choice_of(person: Person | None, wanted: str = "") -> Choice:
    """Return the desk's episode: that of a code, else the next evening, else one that is not over. One query."""
    visible = Episode.objects.visible_to(person)
    under_way = Q(pk__in=visible.of_record().exclude(state=EpisodeState.PUBLISHED).values("pk"))
    last = Q(pk__in=held().values("pk")[:EVENINGS])
    code = read_code(wanted) if wanted else None
    marks = {"is_under_way": under_way, "was_held": last}
    rows = visible.filter(under_way | last | Q(code=code or "")).annotate(
        **{name: ExpressionWrapper(mark, BooleanField()) for name, mark in marks.items()}
    )
    found: list[Any] = list(rows.select_related("template"))
    waiting = sorted((row for row in found if row.is_under_way), key=_urgency)
    evenings = sorted((row for row in found if row.was_held), key=lambda row: (row.starts_at, row.number), reverse=True)
    first = next(iter(waiting), None)
    return Choice(next((row for row in found if row.code == code), None) if wanted else first, waiting, evenings)


def _urgency(row: Episode) -> tuple[int, bool, float, int]:
    """The next evening first, then what is to be written up, then drafts."""
    is_coming = row.state in UPCOMING
    at = row.starts_at.timestamp() if row.starts_at else 0
    return 0 if is_coming else URGENCY.index(EpisodeState(row.state)), row.starts_at is None, at, row.number


@dataclass(frozen=True, slots=True)
class Carried:
    """A question of an earlier evening that goes on here without an answer, and how many numbers it has by now."""

    public_id: str
    times: int


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the desk shows of an episode, as its rows say it."""

    episode: Episode
    entries: list[Entry]
    hostings: list[Hosting]
    facts: Facts
    known: Known
    budgets: list[tuple[Section, Budget]]
    show: Budget
    nominated: int
    unanswered: list[Question]
    carried: list[Carried]
    in_queue: int
    reminders: list[Reminder]
    breaks: set[date]
    may_run: bool
    may_moderate: bool
    tired: list[Hosting] = field(default_factory=list)
    to_ask: list[Person] = field(default_factory=list)
    took: dict[str, int] = field(default_factory=dict)

    @property
    def over(self) -> list[tuple[Section, Budget]]:
        """The sections that are too long."""
        return [(section, budget) for section, budget in self.budgets if budget.over]


def desk_of(
    episode: Episode, evenings: Sequence[Episode], by: Actor, *, now: datetime, with_hosts: bool = False
) -> Desk:
    """Return the desk of an episode; `evenings` are the last ones, the newest first. Two queries.

    `with_hosts`: also say who might host next when nobody has done it too often.
    """
    rows = read_together(_parts(episode, evenings, now))
    sections: list[Section] = rows["sections"]
    for section in sections:
        section.episode = episode
    claims: list[Claim] = rows["claims"]
    own = [row for row in rows["hostings"] if row.episode_id == episode.pk]
    tired = tired_hosts(episode, evenings, rows["hostings"])
    entries, people = _entries(sections, claims, by, now=now, with_hosts=with_hosts or bool(tired))
    waiting = [entry.section for entry in entries if not entry.place.leads]
    has_host = any(row.role == HostingRole.HOST for row in own)
    for question in rows["unanswered"]:
        question.episode = episode
    budgets, show = _minutes(episode, sections, rows["items"])
    facts = Facts(
        episode,
        sections,
        claims,
        own,
        waiting,
        asked=len(rows["asked"]),
        unanswered=len(rows["unanswered"]),
        unsigned=len(rows["unsigned"]),
        moved=_moved(rows["moves"], episode),
        others=list(dict.fromkeys(row.name for row in rows["others"])),
        links=_links(rows["links"]) if _may_run(episode, own, by) else {},
    )
    return Desk(
        episode,
        entries,
        own,
        facts,
        Known(has_host, waiting, len(rows["unsigned"])),
        budgets,
        show,
        sum(row.state == ItemState.NOMINATED for row in rows["items"]),
        rows["unanswered"],
        [Carried(f"{row.code}-{row.serial}", row.times) for row in rows["carried"]],
        sum(len(rows[name]) for name in ("waiting", "waiting_answers", "reports", "reports_of_answers")),
        sorted(rows["reminders"], key=lambda row: (row.due_at, row.pk)),
        {row.day for row in rows["breaks"]},
        _may_run(episode, own, by),
        _may_run(episode, own, by, *HostingRole),
        tired,
        hosts_to_ask(people, without=[row.person_id for row in own]),
        proposals(rows["took"]),
    )


def _may_run(episode: Episode, hostings: Sequence[Hosting], by: Actor, *roles: HostingRole) -> bool:
    """As talks.rules.runs says, with every role as may_moderate does, of hostings that are read already."""
    wanted = roles or (HostingRole.HOST,)
    hosts = {row.person_id for row in hostings if row.role in wanted and not row.is_by_name}
    is_host = isinstance(by, Person) and may_write(by) and by.pk in hosts
    return is_organizer(by) or (is_host and episode.state != EpisodeState.PUBLISHED)


def _links(rows: Sequence[Invitation]) -> dict[int, str]:
    """Return the addresses by which a guest takes a section, by its key."""
    return {int(row.target): f"{settings.SITE_URL}{reverse('go', args=[row.key])}" for row in rows}


def _parts(
    episode: Episode, evenings: Sequence[Episode], now: datetime
) -> dict[str, tuple[QuerySet[Any], Sequence[str]]]:
    here = {"episode": episode, "deleted_at": None}
    of_sections = {"section__episode": episode, "section__deleted_at": None, "deleted_at": None}
    questions = Question.objects.filter(**here)
    carried_on = Carry.objects.filter(episode=episode, deleted_at=None, question__deleted_at=None)
    asked = questions.filter(parent=None)
    carries = carried_on.filter(question__in=Question.objects.unanswered()).annotate(
        serial=F("question__serial"),
        code=Coalesce(NullIf(F("question__first_code"), Value("")), F("question__episode__code")),
        times=_times_carried(),
    )
    reports = Report.objects.filter(settled_at=None)
    moves = Event.objects.about("episode", episode.code).filter(verb="postpone")
    people = Person.objects.current().filter(is_collective=False)
    talked = Q(pk__in=questions.exclude(asker=None).values("asker")) | Q(
        pk__in=_answers(episode).exclude(author=None).values("author")
    )
    hosted = Hosting.objects.filter(episode__in=[episode.pk, *(row.pk for row in evenings)], deleted_at=None)
    keys = Section.objects.filter(**here).annotate(key=Cast("pk", CharField())).values("key")
    rescue = Invitation.objects.open(now).filter(purpose=Purpose.CLAIM, target__in=keys)
    place = ("serial", "follow_up", "first_code")
    return {
        "sections": (
            with_last_owner(Section.objects.filter(**here)),
            ("position", "kind", "title", "is_optional", "minutes", "degraded_at", "last_owner"),
        ),
        "claims": (
            Claim.objects.filter(**of_sections),
            ("position", "role", "name", "place", "is_by_name", "section", "person__name", "person__handle"),
        ),
        "hostings": (
            hosted,
            ("position", "role", "name", "is_by_name", "episode", "person__name", "person__handle"),
        ),
        "items": (Item.objects.filter(**of_sections), ("position", "section", "state", "depth", "minutes")),
        "asked": (asked, ("position",)),
        "unanswered": (asked.unanswered(), ("position", *place)),
        "unsigned": (unsigned(episode), ("position",)),
        "carried": (carries, ("code", "serial", "times")),
        "waiting": (Question.objects.filter(episode=episode).under_review(Review.WAITING), ("serial",)),
        "waiting_answers": (
            Answer.objects.filter(question__episode=episode).under_review(Review.WAITING),
            ("position",),
        ),
        "reports": (reports.filter(question__episode=episode, question__deleted_at=None), ("created_at",)),
        "reports_of_answers": (
            reports.filter(answer__question__episode=episode, answer__deleted_at=None),
            ("created_at",),
        ),
        "others": (people.filter(talked), ("name",)),
        "moves": (moves, ("before", "after", "reason")),
        "reminders": (
            Reminder.objects.filter(**here, sent_at=None, skipped_at=None, is_off=False),
            ("kind", "due_at", "sequence"),
        ),
        "links": (rescue, ("target",)),
        "breaks": (Break.objects.filter(deleted_at=None), ("day",)),
        "took": (last_counted(), SPENT),
    }


def _answers(episode: Episode) -> QuerySet[Answer]:
    return Answer.objects.filter(question__episode=episode, question__deleted_at=None, deleted_at=None)


def _times_carried() -> Subquery:
    same = Carry.objects.filter(question=OuterRef("question"), deleted_at=None).order_by()
    return Subquery(same.values("question").annotate(n=Count("episode")).values("n"))


def _entries(
    sections: Sequence[Section], claims: Sequence[Claim], by: Actor, *, now: datetime, with_hosts: bool
) -> tuple[list[Entry], list[Person]]:
    """Return the sections that somebody may take with whom one might ask, and all who may be asked when that was
    wanted; names are said to the signed-in only."""
    held_by = grouped(claims, "section_id")
    shown = [row for row in sections if row.kind != SectionKind.FREE_TALK]
    places = [place_of(section, held_by[section.pk], by, now=now) for section in shown]
    waiting = [each.section for each in places if not each.leads and each.is_open]
    busy = {(row.episode_id, claim.person_id) for row in sections for claim in held_by[row.pk]}
    is_wanted = by is not ANONYMOUS and (waiting or with_hosts)
    people = askable({row.kind for row in waiting}, now=now) if is_wanted else []
    asked = suggestions_for(waiting, now=now, busy=busy, people=people)
    entries = [
        Entry(
            each,
            getattr(each.section, "last_owner", None) or "",
            sentence_of(each.section),
            asked.get(each.section.pk, []),
        )
        for each in places
    ]
    return entries, people if with_hosts else []


def _minutes(
    episode: Episode, sections: Sequence[Section], items: Sequence[Item]
) -> tuple[list[tuple[Section, Budget]], Budget]:
    parts: Mapping[int, list[Part]] = {
        section.pk: [
            Part(item.pk, item.depth, item.minutes)
            for item in items
            if item.section_id == section.pk and item.state == ItemState.ACCEPTED
        ]
        for section in sections
    }
    limit = episode.template.minutes if episode.template is not None else SHOW
    show = show_of([(parts[section.pk], section.minutes) for section in sections], limit)
    return [(section, budget_of(parts[section.pk], section.minutes)) for section in sections], show


def _moved(moves: Sequence[Event], episode: Episode) -> Moved | None:
    """Return the last move by hand, if the evening is still where it led."""
    led = (moves[-1].after or {}).get("starts_at") if moves else None
    if led is None or episode.starts_at is None or datetime.fromisoformat(led) != episode.starts_at:
        return None
    before = (moves[-1].before or {}).get("starts_at")
    return Moved(datetime.fromisoformat(before) if before else None, moves[-1].reason)


def tired_hosts(episode: Episode, evenings: Sequence[Episode], hostings: Sequence[Hosting]) -> list[Hosting]:
    """Return who hosts this number and hosted the ones before it, three in a row; of one that nobody hosts, the last
    three. Nobody of a group, and nobody of a special."""
    if episode.kind != EpisodeKind.REGULAR:
        return []
    hosts = [row for row in hostings if row.role == HostingRole.HOST]
    by_episode = grouped(hosts, "episode_id")
    row = [episode, *(each for each in evenings if each.number < episode.number)]
    if not by_episode[episode.pk]:
        row.pop(0)
    if len(row) < IN_A_ROW:
        return []
    first, *others = row[:IN_A_ROW]
    kept = set.intersection(*({host.person_id for host in by_episode[each.pk]} for each in others))
    return [host for host in by_episode[first.pk] if host.person_id in kept]


def fresh_since(episode: Episode, person: Person, since: datetime) -> list[tuple[str, int]]:
    """Return how many acts of others changed each kind of row since a moment, most first. One query."""
    rows = KeptRow.objects.filter(episode=episode, event__at__gt=since).exclude(event__person=person)
    counted = rows.order_by().values("kind").annotate(n=Count("event", distinct=True))
    return sorted(((row["kind"], row["n"]) for row in counted), key=lambda pair: (-pair[1], pair[0]))
