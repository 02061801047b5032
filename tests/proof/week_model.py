"""What the stateful proof believes of a week: who is who, what stands where, and what an act must answer.

Written from the design, not from the code: a plain picture without a database. Every `refusals` method returns the names
of all reasons that speak against an act; it must be done when there is none, and else be refused by one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

ORDER = ("draft", "collecting", "locked", "live", "wrapup", "published")
COUNTED = ("nominated", "accepted", "deferred")
USUAL = timedelta(hours=24)


@dataclass
class Episode:
    number: int
    state: str
    starts: datetime
    locks: datetime | None
    votes: int
    has_highlights: bool
    is_planned: bool
    sequence: int = 0

    @property
    def code(self) -> str:
        return f"{self.number:03d}"

    @property
    def cut_off(self) -> datetime:
        return self.locks or self.starts - USUAL


@dataclass
class Section:
    episode: int
    kind: str
    is_optional: bool
    degraded: datetime | None = None
    is_by_hand: bool = False

    @property
    def waits(self) -> bool:
        return self.kind != "free_talk"


@dataclass
class Claim:
    section: int
    person: int
    role: str
    is_over: bool = False
    is_by_name: bool = False


@dataclass
class Hosting:
    episode: int
    person: int
    role: str
    name: str
    is_over: bool = False
    is_by_name: bool = False


@dataclass
class Item:
    section: int
    state: str
    by: int | None
    title: str
    key: str
    made: datetime
    credits: list[tuple[str, str]] = field(default_factory=list)
    touched: datetime | None = None
    merged: int | None = None
    before_merging: str = "nominated"
    is_deleted: bool = False
    remover: int | None = None
    is_automatic: bool = False
    said: set[str] = field(default_factory=set)


@dataclass
class Vote:
    item: int
    person: int
    at: datetime


@dataclass
class Suggestion:
    section: int
    body: str
    person: int | None
    owner: int | None = None
    is_resolved: bool = False


@dataclass
class Question:
    episode: int
    public_id: str
    body: str
    asker: int | None
    is_by_name: bool = False


@dataclass
class Carry:
    episode: int
    item: int | None
    question: int | None
    at: datetime
    is_deferred: bool = False
    made: int | None = None
    is_over: bool = False


@dataclass
class Person:
    name: str
    user: int | None
    merged: int | None = None
    moved: list[tuple[str, int]] = field(default_factory=list)
    login: int | None = None


@dataclass
class Guest:
    person: int
    purpose: str
    target: str


@dataclass(frozen=True)
class Actor:
    """`kind` is user, guest, system or nobody; `key` that of the login or guest."""

    kind: str
    key: int = 0


SYSTEM, NOBODY = Actor("system"), Actor("nobody")
# Which fields of which rows point to a person, and what may stand there only once.
POINTING = (
    *(("claims", "person"), ("hostings", "person"), ("votes", "person"), ("items", "by")),
    *(("suggestions", "person"), ("suggestions", "owner"), ("questions", "asker"), ("guests", "person")),
)


@dataclass
class Week:
    """Everything, by key of the row."""

    now: datetime
    episodes: dict[int, Episode] = field(default_factory=dict)
    sections: dict[int, Section] = field(default_factory=dict)
    claims: dict[int, Claim] = field(default_factory=dict)
    hostings: dict[int, Hosting] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)
    votes: dict[int, Vote] = field(default_factory=dict)
    suggestions: dict[int, Suggestion] = field(default_factory=dict)
    questions: dict[int, Question] = field(default_factory=dict)
    carries: dict[int, Carry] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    suspended: dict[int, bool] = field(default_factory=dict)
    organizers: set[int] = field(default_factory=set)
    guests: dict[int, Guest] = field(default_factory=dict)

    # ── Who may ─────────────────────────────────────────────────────────────

    def person(self, by: Actor) -> int | None:
        if by.kind == "guest":
            return self.guests[by.key].person
        return next((pk for pk, each in self.people.items() if by.kind == "user" and each.user == by.key), None)

    def head(self, person: int) -> int:
        while (merged := self.people[person].merged) is not None:
            person = merged
        return person

    def writes(self, by: Actor) -> bool:
        return by.kind == "user" and not self.suspended[by.key]

    def organizes(self, by: Actor) -> bool:
        return self.writes(by) and by.key in self.organizers

    def guest_for(self, by: Actor, purpose: str, target: object) -> bool:
        guest = self.guests.get(by.key) if by.kind == "guest" else None
        return guest is not None and (guest.purpose, guest.target) == (purpose, str(target))

    def sees(self, by: Actor, episode: int) -> bool:
        return self.episodes[episode].state != "draft" or self.organizes(by)

    def hosts(self, by: Actor, episode: int, *roles: str) -> bool:
        who = self.person(by)
        return self.writes(by) and any(
            each.person == who and not each.is_by_name
            for each in self.hostings_of(episode)
            if each.role in (roles or ("host", "editor"))
        )

    def runs(self, by: Actor, episode: int) -> bool:
        is_host = self.episodes[episode].state != "published" and self.hosts(by, episode, "host")
        return self.organizes(by) or is_host

    def leads(self, by: Actor, section: int) -> bool:
        who = self.person(by)
        return self.writes(by) and any(
            each.person == who and not each.is_by_name
            for each in self.claims_of(section).values()
            if each.role == "lead"
        )

    def decides(self, by: Actor, section: int) -> bool:
        """About the items of a section: organizers, hosts, editors, its leads; leads and hosts not in a draft."""
        home = self.sections[section].episode
        state = self.episodes[home].state
        if state == "published":
            return False
        earned = state != "draft" and (self.hosts(by, home) or self.leads(by, section))
        return self.organizes(by) or earned

    def decides_somewhere(self, by: Actor, episode: int) -> bool:
        return any(self.decides(by, pk) for pk, each in self.sections.items() if each.episode == episode)

    def moves(self, by: Actor, question: int) -> bool:
        """A question: its hosts, editors and organizers, and whoever asked it."""
        row = self.questions[question]
        if self.episodes[row.episode].state == "published" or not self.writes(by):
            return False
        return (
            self.organizes(by) or self.hosts(by, row.episode) or (row.asker == self.person(by) and not row.is_by_name)
        )

    # ── What stands where ───────────────────────────────────────────────────

    def claims_of(self, section: int) -> dict[int, Claim]:
        return {pk: each for pk, each in self.claims.items() if each.section == section and not each.is_over}

    def hostings_of(self, episode: int, *roles: str) -> list[Hosting]:
        rows = [each for each in self.hostings.values() if each.episode == episode and not each.is_over]
        return [each for each in rows if each.role in roles] if roles else rows

    def led(self, section: int) -> int:
        return sum(each.role == "lead" for each in self.claims_of(section).values())

    def home(self, item: int) -> int:
        return self.sections[self.items[item].section].episode

    def state(self, item: int) -> str:
        return self.episodes[self.home(item)].state

    def root(self, item: int) -> int:
        while self.items[item].state == "merged":
            item = self.items[item].merged or item
        return item

    def steps(self, item: int) -> list[int]:
        found = [item]
        while self.items[item].state == "merged":
            item = self.items[item].merged or item
            found.append(item)
        return found

    def is_late(self, episode: int) -> bool:
        row = self.episodes[episode]
        return row.state != "collecting" or row.cut_off <= self.now

    def next_collecting(self, episode: int) -> int | None:
        number = self.episodes[episode].number
        later = [(e.number, pk) for pk, e in self.episodes.items() if e.number > number and e.state == "collecting"]
        return min(later)[1] if later else None

    def last(self) -> Episode:
        return max(self.episodes.values(), key=lambda each: each.number)

    def missing(self, episode: int, to: str) -> set[str]:
        found = set()
        if to == "locked":
            if not self.hostings_of(episode, "host"):
                found.add("no_host")
            if any(not each.is_optional and each.degraded is None for _pk, each in self.unclaimed(episode)):
                found.add("section_unclaimed")
        if to == "published" and not self.episodes[episode].has_highlights:
            found.add("no_highlights")
        return found

    def unclaimed(self, episode: int) -> list[tuple[int, Section]]:
        rows = [(pk, each) for pk, each in self.sections.items() if each.episode == episode and each.waits]
        return [(pk, each) for pk, each in rows if not self.led(pk)]

    # ── Votes ───────────────────────────────────────────────────────────────

    def week_of_votes(self, item: int) -> int | None:
        """The episode an item takes votes in: its own, or the later one that goes on with it."""
        if self.state(item) == "collecting":
            return self.home(item)
        carried = [
            (pk, each.episode)
            for pk, each in self.carries.items()
            if each.item == item and not each.is_over and self.episodes[each.episode].state == "collecting"
        ]
        return max(carried)[1] if carried else None

    def given(self, person: int, episode: int) -> set[int]:
        """The items that somebody's votes of a week stand behind; what came along from an earlier week is free."""
        since: dict[int, datetime] = {}
        for carry in self.carries.values():
            if carry.episode == episode and not carry.is_over:
                since |= {key: carry.at for key in (carry.item, carry.made) if key is not None}
        found = set()
        for vote in self.votes.values():
            is_here = vote.item in since or self.home(vote.item) == episode
            is_old = vote.item in since and vote.at <= since[vote.item]
            root = self.root(vote.item)
            stands = not self.items[vote.item].is_deleted and not self.items[root].is_deleted
            if vote.person == person and is_here and not is_old and stands and self.items[root].state in COUNTED:
                found.add(root)
        return found

    def give_up_overspent(self, item: int) -> None:
        """An item counts again: who has spent the vote for it elsewhere meanwhile has none for it any more."""
        root = self.root(item)
        if self.items[root].is_deleted or self.items[root].state not in COUNTED:
            return
        week = self.week_of_votes(root)
        home = self.home(root) if week is None else week
        behind = {pk: each for pk, each in self.votes.items() if item in self.steps(each.item)}
        for person in {each.person for each in behind.values()}:
            if len(self.given(person, home)) > self.episodes[home].votes:
                self.votes = {k: e for k, e in self.votes.items() if k not in behind or e.person != person}

    # ── Without a lead ──────────────────────────────────────────────────────

    def restore(self, section: int) -> None:
        """A late claim, or a step back, undoes what the rule did, but nothing that somebody had a hand in."""
        since = self.sections[section].degraded
        self.sections[section].degraded = None
        for pk, row in self.items.items():
            if row.section != section or not row.is_automatic or row.is_deleted:
                continue
            row.is_automatic = False
            if row.touched == since and row.made == since:
                row.is_deleted = not self.is_wanted(pk)
            elif row.touched == since:
                row.state = "nominated"
            row.touched = self.now

    def is_wanted(self, item: int) -> bool:
        merged = any(each.merged == item and not each.is_deleted for each in self.items.values())
        return merged or any(vote.item == item for vote in self.votes.values())

    # ── People ──────────────────────────────────────────────────────────────

    def merge(self, one: int, other: int) -> None:
        row = self.people[one]
        row.moved = []
        for table, name in POINTING:
            rows: dict[int, Any] = getattr(self, table)
            for pk, each in sorted(rows.items()):
                if getattr(each, name) == one and not self._is_twice(table, each, other):
                    setattr(each, name, other)
                    row.moved.append((f"{table}.{name}", pk))
        row.login = row.user
        if row.user is not None:
            self.people[other].user, row.user = row.user, None
        row.merged = other

    def _is_twice(self, table: str, row: Any, person: int) -> bool:
        if table == "claims":
            return not row.is_over and any(each.person == person for each in self.claims_of(row.section).values())
        if table == "votes":
            return any((each.item, each.person) == (row.item, person) for each in self.votes.values())
        return False

    def unmerge(self, one: int) -> None:
        heads, key = [], self.people[one].merged
        while key is not None:
            heads.append(key)
            key = self.people[key].merged
        for label, pk in self.people[one].moved:
            table, name = label.split(".")
            row = getattr(self, table).get(pk)
            if row is not None and getattr(row, name) in heads:
                setattr(row, name, one)
        login = self.people[one].login
        for head in heads:
            if login is not None and self.people[head].user == login:
                self.people[head].user, self.people[one].user = None, login
        self.people[one].merged, self.people[one].moved, self.people[one].login = None, [], None
