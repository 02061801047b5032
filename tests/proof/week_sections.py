"""What is done to sections, their leads and hosts, and what must come of it."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from members.models import Person
from talks.actions import claims, degrade, hosting
from talks.models import Claim, Episode, Hosting, Section
from tests.proof.week_items import reasons
from tests.proof.week_model import Actor
from tests.proof.week_model import Claim as ClaimModel
from tests.proof.week_model import Hosting as HostingModel
from tests.proof.week_others import Others

TAKES_CLAIMS = ("collecting", "locked")


class Sections(Others):
    """Sections are taken, given up, handed over; evenings hosted."""

    def a_section(self, data: st.DataObject) -> int:
        rows = self.week.sections
        open_ones = [pk for pk, e in rows.items() if self.week.episodes[e.episode].state in TAKES_CLAIMS]
        return self.pick(data, sorted(open_ones if open_ones and data.draw(st.integers(0, 7)) else rows), "section")

    def a_claim(self, data: st.DataObject) -> int:
        standing = [pk for pk, each in self.week.claims.items() if not each.is_over]
        is_any = data.draw(st.integers(0, 9), label="any") == 0
        return self.pick(data, sorted(self.week.claims if is_any or not standing else standing), "claim")

    def against_taker(self, person: int) -> set[str]:
        user = self.week.people[self.week.head(person)].user
        return reasons(suspended=user is not None and self.week.suspended[user])

    def _claim(self, data: st.DataObject, role: str) -> None:
        week, section = self.week, self.a_section(data)

        def may(by: Actor) -> bool:
            return week.writes(by) or week.guest_for(by, "claim", section)

        by = self.who(data, may)
        who, there = week.person(by), week.claims_of(section)
        own = [each for each in there.values() if each.person == who]
        row = week.sections[section]
        refusals = reasons(
            forbidden=not may(by),
            claims_closed=week.episodes[row.episode].state not in TAKES_CLAIMS,
            claimed_already=own and not own[0].is_by_name and (own[0].role == "lead" or role == "standby"),
            leads_full=role == "lead" and sum(e.role == "lead" for e in there.values() if e not in own) >= 2,
            standby_taken=role == "standby" and any(e.role == "standby" for e in there.values() if e not in own),
        )

        def then(made: Claim) -> None:
            week.claims[made.pk] = ClaimModel(section, who, role)
            if role == "lead" and row.degraded is not None:
                week.restore(section)

        target = Section.objects.get(pk=section)
        self.act(
            f"claim {role}",
            refusals,
            lambda: claims.claim(section=target, role=role, by=self.actor(by), now=self.now),
            then,
        )

    claim, claim_too = (
        rule(data=st.data(), role=st.sampled_from(("lead", "lead", "standby")))(f) for f in [_claim] * 2
    )

    def holds(self, pk: int, by: Actor) -> bool:
        row, week = self.week.claims[pk], self.week
        may = week.writes(by) or week.guest_for(by, "claim", row.section)
        return may and week.person(by) == row.person and not row.is_by_name

    def _release(self, data: st.DataObject) -> None:
        week, pk = self.week, self.a_claim(data)
        row = week.claims[pk]
        home = week.sections[row.section].episode
        by = self.who(data, lambda each: self.holds(pk, each) or week.runs(each, home))
        refusals = reasons(
            gone=row.is_over,
            forbidden=not (self.holds(pk, by) or week.runs(by, home)),
            claims_closed=week.episodes[home].state not in TAKES_CLAIMS,
            cut_off_passed=not week.runs(by, home) and week.is_late(home),
        )

        def then(_row: Claim) -> None:
            row.is_over = True
            section = week.sections[row.section]
            is_locked = week.episodes[home].state == "locked"
            if is_locked and section.waits and section.degraded is None and not week.led(row.section):
                self.let_run(row.section)

        stored = Claim.objects.get(pk=pk)
        self.act("release", refusals, lambda: claims.release(claim=stored, by=self.actor(by), now=self.now), then)

    release, release_too = (rule(data=st.data())(each) for each in [_release] * 2)

    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        week, pk = self.week, self.a_claim(data)
        row, to = week.claims[pk], self.pick(data, sorted(self.week.people), "to")
        home, goal = week.sections[row.section].episode, week.head(to)
        by = self.who(data, lambda each: self.holds(pk, each) or week.runs(each, home))
        theirs = {key: e for key, e in week.claims_of(row.section).items() if e.person == goal}
        has_it = any(e.role == "lead" or row.role == "standby" for e in theirs.values() if not e.is_by_name)
        refusals = self.against_taker(to) | reasons(
            gone=row.is_over,
            forbidden=not (self.holds(pk, by) or week.runs(by, home)),
            claims_closed=week.episodes[home].state not in TAKES_CLAIMS,
            claimed_already=has_it,
        )

        def then(made: Claim) -> None:
            row.is_over = True
            assert not (theirs.keys() - {pk}) or made.pk in theirs
            week.claims[made.pk] = ClaimModel(row.section, goal, row.role)

        stored, taker = Claim.objects.get(pk=pk), Person.objects.get(pk=to)
        self.act(
            "hand over",
            refusals,
            lambda: claims.hand_over(claim=stored, to=taker, by=self.actor(by), now=self.now),
            then,
        )

    @rule(data=st.data())
    def degrade(self, data: st.DataObject) -> None:
        week, section = self.week, self.a_section(data)
        row = week.sections[section]
        by = self.who(data, lambda each: week.runs(each, row.episode))
        refusals = reasons(
            forbidden=not week.runs(by, row.episode),
            claims_closed=week.episodes[row.episode].state not in TAKES_CLAIMS,
            section_led=week.led(section),
            degraded_already=row.degraded is not None or not row.waits,
        )
        target = Section.objects.get(pk=section)
        self.act(
            "degrade",
            refusals,
            lambda: degrade.degrade(section=target, by=self.actor(by), now=self.now),
            lambda _: self.let_run(section, is_by_hand=True),
        )

    # ── Hosts ───────────────────────────────────────────────────────────────

    @rule(data=st.data(), role=st.sampled_from(("host", "editor")))
    def host(self, data: st.DataObject, role: str) -> None:
        week, episode = self.week, self.pick(data, sorted(self.week.episodes), "episode")
        by, state = self.who(data, week.writes), week.episodes[episode].state
        refusals = reasons(
            forbidden=not week.writes(by) or not week.sees(by, episode),
            episode_over=state == "published",
            role_taken=[
                each for each in week.hostings_of(episode, role) if not self.leaves_chair(each, week.person(by))
            ],
        )
        stored = Episode.objects.get(pk=episode)
        self.act(
            f"become {role}",
            refusals,
            lambda: hosting.host(episode=stored, role=role, by=self.actor(by), now=self.now),
            lambda made: self.hosted(made, episode, week.person(by), role),
        )

    def leaves_chair(self, row: HostingModel, person: int | None) -> bool:
        if person is None or not row.is_by_name:
            return False
        is_nobodys = self.week.people[row.person].user is None and row.name != self.week.people[person].name
        return row.person == person or is_nobodys

    def hosted(self, made: Hosting, episode: int, person: int | None, role: str) -> None:
        assert person is not None
        known = self.week.hostings.get(made.pk)  # a place that a document has under their name
        name = known.name if known is not None else self.week.people[person].name
        self.week.hostings[made.pk] = HostingModel(episode, person, role, name)

    def against_second(self, episode: int, role: str, person: int, without: HostingModel | None = None) -> set[str]:
        name = self.week.people[person].name
        rows = [each for each in self.week.hostings_of(episode, role) if each is not without or not each.is_by_name]
        return reasons(named_already=any(each.person == person or each.name == name for each in rows))

    @rule(data=st.data(), role=st.sampled_from(("host", "editor")))
    def name_host(self, data: st.DataObject, role: str) -> None:
        week, episode = self.week, self.pick(data, sorted(self.week.episodes), "episode")
        to = self.pick(data, sorted(week.people), "to")
        goal = week.head(to)
        by = self.who(data, lambda each: week.runs(each, episode))
        named = any(e.is_by_name and e.person == goal for e in week.hostings_of(episode, role))
        refusals = self.against_taker(to) | (set() if named else self.against_second(episode, role, goal))
        refusals |= reasons(
            forbidden=not week.runs(by, episode), episode_over=week.episodes[episode].state == "published"
        )
        stored, taker = Episode.objects.get(pk=episode), Person.objects.get(pk=to)
        self.act(
            f"name {role}",
            refusals,
            lambda: hosting.name_host(episode=stored, person=taker, role=role, by=self.actor(by), now=self.now),
            lambda made: self.hosted(made, episode, goal, role),
        )

    @rule(data=st.data(), is_handed=st.booleans())
    def leave_hosting(self, data: st.DataObject, is_handed: bool) -> None:
        week, pk = self.week, self.pick(data, sorted(self.week.hostings), "hosting")
        row = week.hostings[pk]
        to = self.pick(data, sorted(week.people), "to")
        goal = week.head(to)

        def may(by: Actor) -> bool:
            is_theirs = week.person(by) == row.person and not row.is_by_name
            return week.organizes(by) or (week.writes(by) and is_theirs)

        by = self.who(data, may)
        is_last = all(each is row or each.is_by_name for each in week.hostings_of(row.episode, row.role))
        refusals = reasons(
            gone=row.is_over,
            episode_over=week.episodes[row.episode].state == "published",
            forbidden=not may(by),
        )
        stored, taker = Hosting.objects.get(pk=pk), Person.objects.get(pk=to)

        def then(made: Hosting) -> None:
            row.is_over = True
            if is_handed:
                self.hosted(made, row.episode, goal, row.role)

        if is_handed:
            refusals |= self.against_taker(to) | self.against_second(row.episode, row.role, goal, row)
            self.act(
                "hand over hosting",
                refusals,
                lambda: hosting.hand_over_hosting(hosting=stored, to=taker, by=self.actor(by), now=self.now),
                then,
            )
        else:
            is_too_late = is_last and week.is_late(row.episode) and not week.organizes(by)
            self.act(
                "leave hosting",
                refusals | reasons(cut_off_passed=is_too_late),
                lambda: hosting.leave_hosting(hosting=stored, by=self.actor(by), now=self.now),
                then,
            )
