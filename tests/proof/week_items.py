"""What is done to items, by whomever, and what must come of it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from talks.actions import item_edits, item_order, items
from talks.models import Credit, Episode, Item, ItemVote, Section
from tests.proof.week_machine import GONE, TEXTS, Machine
from tests.proof.week_model import COUNTED, Actor, Vote
from tests.proof.week_world import URLS, read_item

ALIVE = ("nominated", "accepted", "deferred", "merged")
DECISIONS = {"accept": "accepted", "defer": "deferred", "decline": "declined", "reopen": "nominated"}


def reasons(**speaks: Any) -> set[str]:
    """Return the names of those that are true."""
    return {name for name, is_true in speaks.items() if is_true}


class Items(Machine):
    """Acts on items."""

    def an_item(self, data: st.DataObject, *states: str) -> int:
        """An item: most times one that stands, in one of these states if there is one."""
        rows = self.week.items
        standing = [pk for pk, each in rows.items() if not each.is_deleted]
        wanted = [pk for pk in standing if rows[pk].state in (states or ALIVE)]
        open_ones = [pk for pk in wanted if self.week.state(pk) != "published"]
        choice = data.draw(st.integers(0, 7), label="which")
        return self.pick(data, sorted((choice and open_ones) or (choice and wanted) or rows), "item")

    def row(self, item: int) -> Item:
        return Item.objects.select_related("section__episode").get(pk=item)

    def against(self, item: int, by: Actor) -> set[str]:
        """What speaks against deciding about an item."""
        week, row = self.week, self.week.items[item]
        return reasons(
            gone=row.is_deleted or not week.sees(by, week.home(item)),
            record_published=week.state(item) == "published",
            forbidden=not week.decides(by, row.section),
        )

    def is_own(self, item: int, by: Actor) -> bool:
        """One's own nomination still waits: mend it, take it back."""
        row, week = self.week.items[item], self.week
        waits = row.state == "nominated" and week.state(item) == "collecting"
        return by.kind == "user" and week.writes(by) and waits and row.by == week.person(by) is not None

    @rule(data=st.data())
    def nominate(self, data: st.DataObject) -> None:
        week = self.week
        episode = self.pick(data, sorted(week.episodes), "episode")
        code = week.episodes[episode].code
        by = self.who(data, lambda each: week.writes(each) or week.guest_for(each, "submit", code))
        section = self.pick(data, sorted(pk for pk, each in week.sections.items() if each.episode == episode), "in")
        url = self.pick(data, ["", *URLS], "url")
        text = self.pick(data, TEXTS, "text")
        target = episode if week.episodes[episode].state == "collecting" else week.next_collecting(episode)
        if week.episodes[episode].state == "draft":
            target = None
        there = [each for pk, each in week.items.items() if target is not None and self._is_there(pk, target)]
        same = [each for each in there if url and each.key == url.removeprefix("https://")]
        who = week.person(by)
        words = [each for each in there if not url and not each.key and each.by == who and each.title == text]
        refusals = reasons(
            forbidden=not (week.writes(by) or week.guest_for(by, "submit", code)),
            gone=not week.sees(by, episode),
            nominations_closed=target is None,
            nominated_already=any(each.state in ALIVE for each in same),
            declined_already=any(each.state == "declined" for each in same)
            and not any(each.state in ALIVE for each in same),
            repeated=bool(words),
            no_items=week.sections[section].kind == "free_talk",
        )

        def then(made: Item) -> None:
            week.items[made.pk] = item = read_item(made)
            assert week.home(made.pk) == target
            assert target != episode or item.section == section
            assert (item.state, item.by) == ("nominated", who)
            assert item.credits == [("source", week.people[who].name)]
            week.items[made.pk].said.add(text)

        values = {"episode": Episode.objects.get(pk=episode), "url": url, "text": text}
        values["section"] = Section.objects.get(pk=section)
        self.act("nominate", refusals, lambda: items.nominate(**values, by=self.actor(by), now=self.now), then)

    def against_vote(self, item: int, by: Actor) -> tuple[int, set[str]]:
        week, root = self.week, self.week.root(item)
        hidden = [pk for pk in (item, root) if week.items[pk].is_deleted or not week.sees(by, week.home(pk))]
        return root, reasons(
            gone=hidden,
            forbidden=not week.writes(by),
            votes_closed=week.week_of_votes(root) is None,
            decided=week.items[root].state == "declined",
        )

    def spent(self, root: int, by: Actor) -> bool:
        """Whether somebody has no vote left for this one."""
        week = self.week
        home, who = week.week_of_votes(root), week.person(by)
        if home is None or who is None or root in week.given(who, home):
            return False
        return len(week.given(who, home)) >= week.episodes[home].votes

    def give(self, root: int, by: Actor) -> None:
        week = self.week
        who, home = week.person(by), week.week_of_votes(root)
        known = [(each.item, each.person) for each in week.votes.values()]
        if root not in week.given(who, home) and (root, who) not in known:
            week.votes[ItemVote.objects.get(item=root, person=who).pk] = Vote(root, who, self.now)
            assert len(week.given(who, home)) <= week.episodes[home].votes, "more votes than a week has"

    def _vote(self, data: st.DataObject) -> None:
        item = self.an_item(data)
        by = self.who(data, self.week.writes)
        root, refusals = self.against_vote(item, by)
        refusals |= reasons(no_votes_left=not refusals and self.spent(root, by))
        row = self.row(item)
        self.act(
            "vote",
            refusals,
            lambda: items.vote(item=row, by=self.actor(by), now=self.now),
            lambda _: self.give(root, by),
        )

    vote, vote_too, vote_as_well = (rule(data=st.data())(each) for each in [_vote] * 3)  # as often as people do

    @rule(data=st.data())
    def unvote(self, data: st.DataObject) -> None:
        week = self.week
        voted = sorted({each.item for each in week.votes.values()})
        item = self.pick(data, voted, "item") if voted and data.draw(st.booleans()) else self.an_item(data)
        behind = {each.person for each in week.votes.values() if each.item == item}
        by = self.who(data, lambda each: week.writes(each) and week.person(each) in behind)
        root, refusals = self.against_vote(item, by)

        def then(_row: Item) -> None:
            who = week.person(by)
            for pk, vote in list(week.votes.items()):
                if vote.person == who and week.root(vote.item) == root:
                    del week.votes[pk]

        row = self.row(item)
        self.act("unvote", refusals, lambda: items.unvote(item=row, by=self.actor(by), now=self.now), then)

    @rule(data=st.data())
    def second(self, data: st.DataObject) -> None:
        week = self.week
        item, text = self.an_item(data, "nominated"), self.pick(data, TEXTS, "text")
        by = self.who(data, week.writes)
        root, refusals = self.against_vote(item, by)
        who = week.person(by)
        added = f"{text} —{week.people[who].name}" if who is not None else ""
        is_new = added not in week.items[root].said
        refusals |= reasons(
            no_votes_left=not refusals and self.spent(root, by),
            decided=is_new and week.items[root].state != "nominated",
        )

        def then(_row: Item) -> None:
            self.give(root, by)
            if is_new:
                row = week.items[root]
                row.said.add(added)
                row.touched = self.now
                credited = Credit.objects.filter(item=root, deleted_at=None, role="source", person=who)
                if len(credited) and ("source", week.people[who].name) not in row.credits:
                    row.credits.append(("source", week.people[who].name))

        row = self.row(item)
        self.act("second", refusals, lambda: items.second(item=row, text=text, by=self.actor(by), now=self.now), then)

    @rule(data=st.data(), verb=st.sampled_from(sorted(DECISIONS)))
    def decide(self, data: st.DataObject, verb: str) -> None:
        wanted = {"reopen": ("accepted", "declined", "deferred", "merged")}.get(verb, ("nominated", "deferred"))
        item, week = self.an_item(data, *wanted), self.week
        by = self.who(data, lambda each: week.decides(each, week.items[item].section))
        row, state = week.items[item], DECISIONS[verb]
        stored = self.row(item)
        version, stale = self.version(data, stored)
        refusals = self.against(item, by) | stale
        refusals |= reasons(merged_already=row.state == "merged" and verb != "reopen")

        def then(_row: Item) -> None:
            if row.state != state:
                self.decided(item, row.before_merging if row.state == "merged" else state)

        more = {"reason": "不合适"} if verb in ("decline", "defer") else {}
        call = getattr(items, verb)
        self.act(
            verb,
            refusals,
            lambda: call(item=stored, version=version, by=self.actor(by), now=self.now, **more),
            then,
        )

    def decided(self, item: int, state: str) -> None:
        """An item is of another state now; what was put off goes on in the next number, and no other."""
        week, row = self.week, self.week.items[item]
        if row.state == "deferred":
            for each in week.carries.values():
                if each.item == item and each.is_deferred and each.made is None:
                    each.is_over = True
        if state != "merged":
            row.merged = None
        was_counted = row.state in COUNTED
        row.state, row.touched = state, self.now
        if not was_counted and state != "merged":
            week.give_up_overspent(item)
        following = week.next_collecting(week.home(item))
        if state == "deferred" and following is not None:
            self.new_carry(following, item=item, is_deferred=True)

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        week, item = self.week, self.an_item(data, "nominated", "accepted")
        into = self.an_item(data)
        by = self.who(data, lambda each: week.decides(each, week.items[item].section))
        stored = self.row(item)
        version, stale = self.version(data, stored)
        goal = week.items[into]
        is_hidden = week.state(into) == "draft" and week.home(into) != week.home(item)
        refusals = self.against(item, by) | stale
        refusals |= reasons(
            merged_already="merged" in (week.items[item].state, goal.state),
            gone=goal.is_deleted or is_hidden,
            same_item=item == into,
        )

        def then(_row: Item) -> None:
            row = week.items[item]
            row.before_merging = row.state if row.state in ("accepted", "nominated") else "nominated"
            was_counted = row.state in COUNTED
            self.decided(item, "merged")
            row.merged = into
            if not was_counted:
                week.give_up_overspent(item)

        target = self.row(into)
        self.act(
            "merge",
            refusals,
            lambda: items.merge(item=stored, into=target, version=version, by=self.actor(by), now=self.now),
            then,
        )

    # ── Where they stand ────────────────────────────────────────────────────

    def against_move(self, item: int, section: int, by: Actor) -> set[str]:
        week, target = self.week, self.week.sections[section].episode
        return self.against(item, by) | reasons(
            gone=not week.sees(by, target) or week.items[item].is_deleted or not week.sees(by, week.home(item)),
            record_published="published" in (week.episodes[target].state, week.state(item)),
            merged_already=week.items[item].state == "merged" and section != week.items[item].section,
            no_items=week.sections[section].kind == "free_talk",
            nominations_closed=target != week.home(item)
            and week.episodes[target].state != "collecting"
            and not week.decides(by, section),
        )

    def moved(self, item: int, section: int, by: Actor) -> None:
        week, row = self.week, self.week.items[item]
        if section == row.section:
            return
        stays = week.sections[section].episode == week.home(item) and week.decides(by, section)
        row.section, row.touched = section, self.now
        row.state = row.state if stays else "nominated"

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        week, item = self.week, self.an_item(data, "nominated", "accepted", "deferred")
        section = self.pick(data, sorted(week.sections), "to")
        by = self.who(data, lambda each: week.decides(each, week.items[item].section))
        stored = self.row(item)
        version, stale = self.version(data, stored)
        target = Section.objects.get(pk=section)
        self.act(
            "move",
            self.against_move(item, section, by) | stale,
            lambda: item_order.move(item=stored, section=target, version=version, by=self.actor(by), now=self.now),
            lambda _: self.moved(item, section, by),
        )

    @rule(data=st.data())
    def arrange(self, data: st.DataObject) -> None:
        week, item = self.week, self.an_item(data, "nominated", "accepted")
        elsewhere = sorted(pk for pk, each in week.sections.items() if each.episode == week.home(item))
        section = self.pick(data, elsewhere, "in") if data.draw(st.integers(0, 4)) == 0 else week.items[item].section
        others = [pk for pk, e in week.items.items() if e.section == section and not e.is_deleted and pk != item]
        behind = self.pick(data, [None, *sorted(others)], "behind")
        by = self.who(data, lambda each: week.decides(each, week.items[item].section))
        stored = self.row(item)
        version, stale = self.version(data, stored)
        refusals = self.against_move(item, section, by) | stale
        refusals |= reasons(forbidden=not week.decides(by, section)) if section != week.items[item].section else set()
        target = Section.objects.get(pk=section)

        def then(_row: Item) -> None:
            self.moved(item, section, by)
            row = self.rows["talks_item"][item]
            if row["version"] != stored.version:
                week.items[item].touched = self.now
            standing = [e for e in self.rows["talks_item"].values() if e["section_id"] == section]
            order = sorted((e["position"], e["id"]) for e in standing if e["deleted_at"] is None)
            keys = [pk for _position, pk in order]
            place = keys.index(item)
            assert (keys[place - 1] if place else None) == behind, "it does not stand where it was put"

        self.act(
            "arrange",
            refusals,
            lambda: item_order.arrange(
                item=stored, behind=behind, version=version, section=target, by=self.actor(by), now=self.now
            ),
            then,
        )

    # ── What they say ───────────────────────────────────────────────────────

    def against_own(self, item: int, by: Actor) -> set[str]:
        refusals = self.against(item, by)
        return refusals - {"forbidden"} if self.is_own(item, by) else refusals

    @rule(data=st.data(), title=st.sampled_from(TEXTS))
    def edit(self, data: st.DataObject, title: str) -> None:
        item, week = self.an_item(data), self.week
        by = self.who(data, lambda each: self.is_own(item, each) or week.decides(each, week.items[item].section))
        stored = self.row(item)
        version, stale = self.version(data, stored)

        def then(_row: Item) -> None:
            if week.items[item].title != title:
                week.items[item].title, week.items[item].touched = title, self.now

        values = {"item": stored, "version": version, "values": {"title": title}}
        self.act(
            "edit",
            self.against_own(item, by) | stale,
            lambda: item_edits.edit(**values, by=self.actor(by), now=self.now),
            then,
        )

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        item, week = self.an_item(data), self.week
        by = self.who(data, lambda each: self.is_own(item, each) or week.decides(each, week.items[item].section))
        stored = self.row(item)
        version, stale = self.version(data, stored)
        merged = [e for e in week.items.values() if e.merged == item and not e.is_deleted]

        def then(_row: Item) -> None:
            week.items[item].is_deleted, week.items[item].touched = True, self.now
            week.items[item].remover = week.person(by)

        self.act(
            "remove",
            self.against_own(item, by) | stale | reasons(has_merged=merged),
            lambda: item_edits.remove(item=stored, version=version, by=self.actor(by), now=self.now),
            then,
        )

    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        week = self.week
        deleted = sorted(pk for pk, each in week.items.items() if each.is_deleted)
        item = self.pick(data, deleted or sorted(week.items), "item")
        row = week.items[item]
        by = self.who(data, lambda each: self.is_own(item, each) or week.decides(each, row.section))
        refusals = (self.against_own(item, by) if row.remover == week.person(by) else self.against(item, by)) - {GONE}
        refusals |= reasons(
            gone=not row.is_deleted or not week.sees(by, week.home(item)),
            has_gone=row.state == "merged" and week.items[row.merged].is_deleted,
        )

        def then(_row: Item) -> None:
            row.is_deleted, row.touched = False, self.now
            week.give_up_overspent(item)

        stored = self.row(item)
        self.act("bring_back", refusals, lambda: item_edits.restore(item=stored, by=self.actor(by), now=self.now), then)
