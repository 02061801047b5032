"""What is done to suggestions, to questions and to what goes on in a later week, and what must come of it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from talks.actions import carries, item_order, questions, suggestions
from talks.models import Carry, Episode, Item, ItemVote, Question, Section, Suggestion
from tests.proof.week_items import Items, reasons
from tests.proof.week_machine import TEXTS
from tests.proof.week_model import Actor, Vote
from tests.proof.week_model import Question as QuestionModel
from tests.proof.week_model import Suggestion as SuggestionModel
from tests.proof.week_world import read_item


class Others(Items):
    """Acts on suggestions, questions and what goes on in a later week."""

    @rule(data=st.data())
    def suggest(self, data: st.DataObject) -> None:
        week, section = self.week, self.pick(data, sorted(self.week.sections), "to")
        by, body = self.who(data, week.writes), self.pick(data, TEXTS, "body")
        home = week.sections[section].episode
        state, who = week.episodes[home].state, week.person(by)
        refusals = reasons(
            forbidden=not week.writes(by),
            gone=not week.sees(by, home),
            record_published=state in ("draft", "published"),
        )

        def then(made: Suggestion) -> None:
            known = [(e.section, e.body, e.person) for e in week.suggestions.values()]
            if (section, body, who) not in known:
                week.suggestions[made.pk] = SuggestionModel(section, body, who)

        target = Section.objects.get(pk=section)
        self.act(
            "suggest",
            refusals,
            lambda: suggestions.suggest(section=target, body=body, by=self.actor(by), now=self.now),
            then,
        )

    @rule(data=st.data(), verb=st.sampled_from(("own", "resolve", "reopen")))
    def see_to(self, data: st.DataObject, verb: str) -> None:
        week, pk = self.week, self.pick(data, sorted(self.week.suggestions), "suggestion")
        row = week.suggestions[pk]
        home = week.sections[row.section].episode

        def may(by: Actor) -> bool:
            who = week.person(by)
            earned = week.hosts(by, home) or week.leads(by, row.section)
            return week.writes(by) and (verb == "own" or who in (row.owner, row.person) or earned or week.organizes(by))

        by = self.who(data, may)
        who = week.person(by)
        refusals = reasons(
            gone=not week.sees(by, home),
            forbidden=not may(by),
            resolved_already=verb == "own" and row.is_resolved,
            owned_already=verb == "own" and row.owner not in (None, who),
        )
        stored = Suggestion.objects.get(pk=pk)
        version, stale = self.version(data, stored)

        def then(_row: Suggestion) -> None:
            if verb == "own":
                row.owner = who
            else:
                row.is_resolved = verb == "resolve"

        call = getattr(suggestions, verb)
        more = {"resolution": "照办"} if verb == "resolve" else {}
        self.act(
            f"suggestion {verb}",
            refusals | stale,
            lambda: call(suggestion=stored, version=version, by=self.actor(by), now=self.now, **more),
            then,
        )

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        week, episode = self.week, self.pick(data, sorted(self.week.episodes), "episode")
        row, body = week.episodes[episode], self.pick(data, TEXTS, "body")
        by = self.who(data, lambda each: week.writes(each) or week.guest_for(each, "ask", row.code))
        who = week.person(by)
        refusals = reasons(
            forbidden=not (week.writes(by) or week.guest_for(by, "ask", row.code)),
            questions_closed=row.state not in ("collecting", "locked", "live"),
            repeated=(episode, body, who) in [(e.episode, e.body, e.asker) for e in week.questions.values()],
        )

        def then(made: Question) -> None:
            week.questions[made.pk] = QuestionModel(episode, made.public_id, body, who)
            assert made.public_id.startswith(f"{row.code}-")

        stored = Episode.objects.get(pk=episode)
        self.act(
            "ask", refusals, lambda: questions.ask(episode=stored, body=body, by=self.actor(by), now=self.now), then
        )

    @rule(data=st.data())
    def move_question(self, data: st.DataObject) -> None:
        week, pk = self.week, self.pick(data, sorted(self.week.questions), "question")
        row, target = week.questions[pk], self.pick(data, sorted(self.week.episodes), "to")
        by = self.who(data, lambda each: week.moves(each, pk))
        states = {week.episodes[row.episode].state, week.episodes[target].state}
        stored = Question.objects.get(pk=pk)
        version, stale = self.version(data, stored)
        refusals = stale | reasons(
            gone=not (week.sees(by, row.episode) and week.sees(by, target)),
            invalid=stored.parent_id is not None,
            record_published="published" in states,
            forbidden=not week.moves(by, pk),
            questions_closed=target != row.episode
            and week.episodes[target].state not in ("collecting", "locked", "live"),
        )

        def then(_row: Question) -> None:
            for each in week.questions.values():
                if each is row or each.public_id.startswith(f"{row.public_id}."):
                    each.episode = target

        goal = Episode.objects.get(pk=target)
        self.act(
            "move question",
            refusals,
            lambda: item_order.move_question(
                question=stored, episode=goal, version=version, by=self.actor(by), now=self.now
            ),
            then,
        )

    # ── What goes on ────────────────────────────────────────────────────────

    @rule(data=st.data(), is_item=st.booleans())
    def carry(self, data: st.DataObject, is_item: bool) -> None:
        week, episode = self.week, self.pick(data, sorted(self.week.episodes), "into")
        pk = self.an_item(data) if is_item else self.pick(data, sorted(week.questions), "question")
        home = week.home(pk) if is_item else week.questions[pk].episode
        by = self.who(data, lambda each: week.decides_somewhere(each, episode))
        refusals = reasons(
            gone=not (week.sees(by, episode) and week.sees(by, home)) or (is_item and week.items[pk].is_deleted),
            record_published=week.episodes[episode].state == "published",
            forbidden=not week.decides_somewhere(by, episode),
            same_episode=home == episode,
        )
        name = "item" if is_item else "question"
        row: Any = {name: self.row(pk) if is_item else Question.objects.select_related("episode").get(pk=pk)}
        goal = Episode.objects.get(pk=episode)
        self.act(
            f"carry {name}",
            refusals,
            lambda: carries.carry(episode=goal, by=self.actor(by), now=self.now, **row),
            lambda _: self.new_carry(episode, **{name: pk}),
        )

    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        week = self.week
        if not week.carries:
            return
        pk = self.pick(data, sorted(week.carries), "carry")
        row = week.carries[pk]
        by = self.who(data, lambda each: week.decides_somewhere(each, row.episode))
        refusals = reasons(
            gone=not week.sees(by, row.episode),
            record_published=week.episodes[row.episode].state == "published",
            forbidden=not week.decides_somewhere(by, row.episode),
            taken_already=row.made is not None,
        )

        def then(_row: Carry) -> None:
            row.is_over = True

        stored = Carry.objects.get(pk=pk)
        self.act("drop", refusals, lambda: carries.drop(carry=stored, by=self.actor(by), now=self.now), then)

    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        week, item = self.week, self.an_item(data, "nominated", "deferred")
        section = self.pick(data, sorted(week.sections), "into")
        target, home = week.sections[section].episode, week.home(item)
        row = week.items[item]
        by = self.who(data, lambda each: week.decides(each, section))
        mark = [e for e in week.carries.values() if not e.is_over and (e.episode, e.item) == (target, item)]
        is_theirs = row.state == "nominated" and week.state(item) not in ("wrapup", "published")
        refusals = reasons(
            gone=row.is_deleted or not week.sees(by, home) or not week.sees(by, target),
            record_published=week.episodes[target].state == "published",
            forbidden=not week.decides(by, section),
            same_episode=home == target,
            no_items=week.sections[section].kind == "free_talk",
            decided=row.state not in ("nominated", "deferred"),
            still_open=is_theirs and not week.decides(by, row.section),
            taken_already=mark and mark[0].made is not None,
        )

        def then(made: Item) -> None:
            pk = self.new_carry(target, item=item, is_deferred=row.state == "deferred")
            week.carries[pk].made = made.pk
            if week.episodes[home].state == "published":
                copied = week.items[made.pk] = read_item(made)
                copied.said = set(row.said)
                assert (made.pk != item, copied.section, copied.state) == (True, section, "nominated")
                assert (copied.by, copied.title, copied.credits) == (row.by, row.title, row.credits)
                for vote in [each for each in week.votes.values() if each.item == item]:
                    key = ItemVote.objects.get(item=made, person=vote.person).pk
                    week.votes[key] = Vote(made.pk, vote.person, vote.at)
            else:
                assert made.pk == item
                row.section, row.state, row.touched = section, "nominated", self.now

        stored, goal = self.row(item), Section.objects.get(pk=section)
        self.act(
            "take",
            refusals,
            lambda: carries.take(item=stored, section=goal, by=self.actor(by), now=self.now),
            then,
        )
