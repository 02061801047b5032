"""What is done to evenings and people, and what must come of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from members.actions import logins, names
from members.models import Person
from talks.actions import life
from talks.models import Claim, Credit, Episode, Section
from tests.proof.week_items import reasons
from tests.proof.week_machine import exports
from tests.proof.week_model import ORDER, SYSTEM, Actor
from tests.proof.week_model import Claim as ClaimModel
from tests.proof.week_model import Episode as EpisodeModel
from tests.proof.week_model import Section as SectionModel
from tests.proof.week_sections import Sections
from tests.proof.week_world import OWNED, VOTES

MOVABLE = ("draft", "collecting", "locked")
GAP = timedelta(days=3)


class Life(Sections):
    """Evenings go on, back and to another date; time goes by."""

    @rule(hours=st.sampled_from((1, 5, 24, 60)))
    def wait(self, hours: int) -> None:
        self.week.now += timedelta(hours=hours)

    def planned(self) -> None:
        """The next number is there, when the last one collects no more: once, with what its template says."""
        week, last = self.week, self.week.last()
        made = self.new["talks_episode"]
        if last.state in ("draft", "collecting"):
            assert not made, "a number was made while the last one is open"
            return
        [pk] = made
        row = Episode.objects.get(pk=pk)
        assert (row.number, row.state) == (last.number + 1, "collecting")
        assert row.starts_at >= last.starts + GAP
        assert row.locks_at > self.now
        assert row.starts_at.astimezone(self.now.tzinfo).strftime("%a %H:%M") == "Sat 21:00"
        week.episodes[pk] = EpisodeModel(row.number, row.state, row.starts_at, row.locks_at, VOTES, False, True)
        for section in Section.objects.filter(episode=pk):
            week.sections[section.pk] = SectionModel(pk, section.kind, section.is_optional)
        owned = next(key for key, e in week.sections.items() if (e.episode, e.kind) == (pk, OWNED))
        claim = Claim.objects.get(section__episode=pk)
        assert (claim.section_id, claim.name) == (owned, Person.objects.get(pk=self.owner()).name)
        week.claims[claim.pk] = ClaimModel(owned, self.owner(), "lead")

    def owner(self) -> int:
        """Who has the practice section every week: the standing owner, whoever they are by now."""
        [row] = self.rows["talks_standingowner"].values()
        return row["person_id"]

    @rule(data=st.data())
    def plan_next(self, data: st.DataObject) -> None:
        week = self.week
        by = self.who(data, lambda each: week.organizes(each) or each == SYSTEM, system=True)
        refusals = reasons(forbidden=not week.organizes(by) and by != SYSTEM)
        self.act(
            "plan_next", refusals, lambda: life.plan_next(by=self.actor(by), now=self.now), lambda _: self.planned()
        )

    def went_on(self, episode: int, to: str) -> None:
        week = self.week
        week.episodes[episode].state = to
        if to == "locked":
            for section, row in week.unclaimed(episode):
                if row.degraded is None:
                    self.let_run(section)
        if to == "published":
            named = set(Credit.objects.filter(episode=episode, item=None).values_list("section", "name", "role"))
            for each in week.hostings_of(episode):
                assert (None, each.name, each.role) in named, "who hosted is not credited"
            for pk, row in week.sections.items():
                leads = [key for key, e in week.claims_of(pk).items() if e.role == "lead" and row.episode == episode]
                for claim in Claim.objects.filter(pk__in=leads):
                    assert (pk, claim.name, "lead") in named, "who led is not credited"

    def _advance(self, data: st.DataObject, reason: str) -> None:
        week = self.week
        going = [pk for pk, each in week.episodes.items() if each.state != "published"]
        is_any = data.draw(st.integers(0, 7), label="any") == 0
        episode = self.pick(data, sorted(week.episodes if is_any or not going else going), "episode")
        row = week.episodes[episode]
        following = ORDER[min(ORDER.index(row.state) + 1, 5)]
        to = following if data.draw(st.integers(0, 5)) else self.pick(data, ORDER, "to")

        def may(by: Actor) -> bool:
            if row.state == "draft":
                return week.organizes(by)
            return week.runs(by, episode) or by == SYSTEM

        by = self.who(data, may, system=True)
        missing = set() if reason else week.missing(episode, to)
        refusals = missing | reasons(forbidden=not may(by), not_next=row.state == "published" or to != following)

        def then(_row: Episode) -> None:
            self.went_on(episode, to)
            if to == "locked":
                self.planned()

        stored = Episode.objects.get(pk=episode)
        self.act(
            f"advance to {to}" if to == following else "advance to another",
            refusals,
            lambda: life.advance(episode=stored, to=to, reason=reason, by=self.actor(by), now=self.now),
            then,
        )

    advance, advance_too, advance_as_well = (
        rule(data=st.data(), reason=st.sampled_from(("", "按时开播")))(each) for each in [_advance] * 3
    )

    @rule(data=st.data(), to=st.sampled_from(ORDER[:5]))
    def step_back(self, data: st.DataObject, to: str) -> None:
        week, episode = self.week, self.pick(data, sorted(self.week.episodes), "episode")
        row, by = week.episodes[episode], self.who(data, week.organizes)
        refusals = reasons(forbidden=not week.organizes(by), not_earlier=ORDER.index(to) >= ORDER.index(row.state))

        def then(_row: Episode) -> None:
            row.state = to
            for pk, each in week.sections.items():
                if to in ("draft", "collecting") and each.episode == episode and each.degraded and not each.is_by_hand:
                    week.restore(pk)

        stored = Episode.objects.get(pk=episode)
        self.act(
            "step back",
            refusals,
            lambda: life.step_back(episode=stored, to=to, reason="手快", by=self.actor(by), now=self.now),
            then,
        )

    @rule(data=st.data(), days=st.sampled_from((-3, 0, 1, 7, 8, 400)))
    def postpone(self, data: st.DataObject, days: int) -> None:
        week, episode = self.week, self.pick(data, sorted(self.week.episodes), "episode")
        row = week.episodes[episode]
        starts_at = row.starts + timedelta(days=days)
        by = self.who(data, lambda each: week.runs(each, episode))
        stored = Episode.objects.get(pk=episode)
        version, stale = self.version(data, stored)
        refusals = stale | reasons(
            forbidden=not week.runs(by, episode),
            begun=row.state not in MOVABLE,
            past=starts_at <= self.now,
            same=days == 0,
            too_far=starts_at > self.now + timedelta(days=366),
        )
        values: dict[str, Any] = {"starts_at": starts_at, "reason": "放假", "version": version}
        self.act(
            "postpone",
            refusals,
            lambda: life.postpone(episode=stored, by=self.actor(by), now=self.now, **values),
            lambda _: self.postponed(episode, starts_at),
        )

    def postponed(self, episode: int, starts_at: Any) -> None:
        """The evening is where it was put; those behind it that came too near went to a Saturday of their own."""
        week, last = self.week, starts_at
        stored = Episode.objects.in_bulk()
        assert stored[episode].starts_at == starts_at
        first = week.episodes[episode]
        numbers = {each.number: pk for pk, each in week.episodes.items() if each.state in MOVABLE}
        later = [numbers[number] for number in sorted(numbers) if number > first.number]
        pushed = [episode]
        for pk in later:
            if week.episodes[pk].starts - last >= GAP:
                break
            assert stored[pk].starts_at - last >= GAP
            last = stored[pk].starts_at
            pushed.append(pk)
        for pk, row in week.episodes.items():
            if pk in pushed:
                row.sequence += 1
                row.starts, row.locks = stored[pk].starts_at, stored[pk].locks_at
                assert row.starts - row.locks == timedelta(hours=24)
            assert (row.starts, row.locks) == (stored[pk].starts_at, stored[pk].locks_at), "another evening moved"

    @rule()
    def turn_week(self) -> None:
        week = self.week
        due = [pk for pk, e in sorted(week.episodes.items()) if e.state == "collecting" and e.cut_off <= self.now]

        def then(_nothing: None) -> None:
            last = week.last()
            for pk in due:
                self.went_on(pk, "locked")
            goes_on = last.state not in ("draft", "collecting") and (last.is_planned or last.state != "published")
            if due or goes_on:
                self.planned()

        self.act("turn_week", set(), lambda: life.turn_week(payload={}, now=self.now), then)


class Everything(Life):
    """People are merged, parted, suspended."""

    def a_person(self, data: st.DataObject) -> int:
        return self.pick(data, sorted(self.week.people), "person")

    @rule(data=st.data())
    def merge_people(self, data: st.DataObject) -> None:
        week, one, other = self.week, self.a_person(data), self.a_person(data)
        by = self.who(data, week.organizes)
        rows = [week.people[one], week.people[other]]
        refusals = reasons(
            forbidden=not week.organizes(by),
            same=one == other,
            merged=any(each.merged is not None for each in rows),
            logins=one != other and all(each.user is not None for each in rows),
        )
        before = exports() if not refusals else {}

        def then(_row: Person) -> None:
            week.merge(one, other)
            assert exports() == before, "a merge changed what is exported"

        people = Person.objects.in_bulk()
        self.act(
            "merge people",
            refusals,
            lambda: names.merge(person=people[one], into=people[other], by=self.actor(by), now=self.now),
            then,
        )

    @rule(data=st.data())
    def unmerge_people(self, data: st.DataObject) -> None:
        week = self.week
        merged = sorted(pk for pk, each in week.people.items() if each.merged is not None)
        one = self.pick(data, merged, "person") if merged and data.draw(st.integers(0, 4)) else self.a_person(data)
        self.part(one, self.who(data, week.organizes))

    def part(self, one: int, by: Actor) -> None:
        week = self.week
        refusals = reasons(forbidden=not week.organizes(by), not_merged=week.people[one].merged is None)
        before = exports() if not refusals else {}

        def then(_row: Person) -> None:
            week.unmerge(one)
            assert exports() == before, "parting changed what is exported"

        person = Person.objects.get(pk=one)
        self.act(
            "unmerge people", refusals, lambda: names.unmerge(person=person, by=self.actor(by), now=self.now), then
        )

    def part_everybody(self) -> None:
        organizer = Actor("user", min(self.week.organizers))
        for pk, row in self.week.people.items():
            if row.merged is not None:
                self.part(pk, organizer)

    @rule(data=st.data(), verb=st.sampled_from(("suspend", "lift", "lift")))
    def suspend(self, data: st.DataObject, verb: str) -> None:
        week, person = self.week, self.a_person(data)
        by, user = self.who(data, week.organizes), self.week.people[person].user
        refusals = reasons(forbidden=not week.organizes(by) or by == Actor("user", user or 0), no_login=user is None)

        def then(_row: Any) -> None:
            week.suspended[user or 0] = verb == "suspend"

        row = Person.objects.get(pk=person)
        call = {
            "suspend": lambda: logins.suspend(person=row, reason="", by=self.actor(by), now=self.now),
            "lift": lambda: logins.lift(person=row, by=self.actor(by), now=self.now),
        }[verb]
        self.act(verb, refusals, call, then)
