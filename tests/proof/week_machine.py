"""The machine of the stateful proof: one who acts, what must come of it, and what is compared after every act."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction
from django.utils import translation
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from members.actors import ANONYMOUS
from members.actors import SYSTEM as THE_SYSTEM
from members.models import Guest, Person
from talks.actions.imports import import_file
from talks.export import CHANNELS, export
from talks.models import Carry, Episode, Item
from tests.proof.week_laws import check_laws
from tests.proof.week_model import NOBODY, SYSTEM, Actor, Week
from tests.proof.week_model import Carry as CarryModel
from tests.proof.week_world import outcome, picture_of_model, picture_of_tables, read_item, snapshot

TEXTS = ("一句话", "another one")
TOP = 10
# What an act on a draft, or on what was taken out, answers to who may not know of it.
GONE = "gone"


class Machine(RuleBasedStateMachine):
    """Keeps the model beside the database; the rules are in week_acts and week_life."""

    start: ClassVar[Week]
    counts: ClassVar[Counter[tuple[str, str]]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        translation.activate("zh-hans")
        self.week = copy.deepcopy(self.start)
        self.rows = snapshot()

    @property
    def now(self) -> datetime:
        return self.week.now

    # ── Who and what ────────────────────────────────────────────────────────

    def pick(self, data: st.DataObject, values: Iterable[Any], label: str = "") -> Any:
        return data.draw(st.sampled_from(list(values)), label=label)

    def who(self, data: st.DataObject, fits: Callable[[Actor], bool], *, system: bool = False) -> Actor:
        """Somebody: three times of four one who may, as far as the model knows, if there is such a one."""
        everybody = [Actor("user", pk) for pk in sorted(self.week.suspended)]
        everybody += [Actor("guest", pk) for pk in sorted(self.week.guests)] + [NOBODY] + [SYSTEM] * system
        may = [each for each in everybody if fits(each)]
        is_fit = data.draw(st.integers(0, 3), label="fit") > 0
        return self.pick(data, may if is_fit and may else everybody, "by")

    def actor(self, by: Actor) -> Any:
        if by.kind == "user":
            return Person.objects.select_related("user").get(user=by.key)
        if by.kind == "guest":
            return Guest.objects.select_related("person", "invitation").get(pk=by.key)
        return THE_SYSTEM if by.kind == "system" else ANONYMOUS

    def version(self, data: st.DataObject, row: Any) -> tuple[int, set[str]]:
        """A row's version as somebody saw it, and the refusal when they saw an older one."""
        is_stale = data.draw(st.integers(0, 9), label="stale") == 0
        return (row.version + 7, {"conflict"}) if is_stale else (row.version, set())

    # ── One act ─────────────────────────────────────────────────────────────

    def act(self, name: str, refusals: set[str], call: Callable[[], Any], then: Callable[[Any], None]) -> Any:
        """Do it, compare what came of it with what had to come of it, and everything that is stored with the model."""
        refused, result = outcome(call)
        after = snapshot()
        if refused:
            self.counts[name, "refused"] += 1
            assert refused in refusals, f"{name} was refused by {refused}; against it spoke {sorted(refusals)}"
            assert after == self.rows, f"{name} was refused by {refused} and changed something"
            return None
        self.counts[name, "done"] += 1
        assert not refusals, f"{name} was done in spite of {sorted(refusals)}"
        before, self.rows = self.rows, after
        self.new = {table: after[table].keys() - before[table].keys() for table in after}
        check_laws(before, after)
        then(result)
        said, believed = picture_of_tables(after), picture_of_model(self.week)
        for part, values in believed.items():
            assert said[part] == values, f"{name}: {part} are {said[part]}, not {values}"
        self.week.now += timedelta(minutes=1)
        return result

    # ── What several acts bring about ───────────────────────────────────────

    def let_run(self, section: int, *, is_by_hand: bool = False) -> None:
        """A section runs without a lead by the rule of its kind: what it took in must be what the rule says."""
        row = self.week.sections[section]
        row.degraded, row.is_by_hand = self.now, is_by_hand
        if row.is_optional or row.kind not in ("news", "picks"):
            return
        if row.kind == "picks":
            waiting = {pk: each for pk, each in self.week.items.items() if each.section == section}
            waiting = {pk: each for pk, each in waiting.items() if each.state == "nominated" and not each.is_deleted}
            wanted = Counter(vote.item for vote in self.week.votes.values() if vote.item in waiting)
            stored = self.rows["talks_item"]
            taken = [pk for pk in waiting if stored[pk]["state"] == "accepted"]
            assert len(taken) == min(1, len(waiting))
            for pk in taken:
                best = sorted(waiting, key=lambda key: (-wanted[key], stored[key]["position"], key))
                assert pk == best[0], "not the most wanted one was taken"
                item = self.week.items[pk]
                item.state, item.is_automatic, item.touched = "accepted", True, self.now
            return
        there = {each.key for pk, each in self.week.items.items() if self._is_there(pk, row.episode)}
        stories = [each for each in self.rows["news_newsitem"].values() if each["key"] not in there]
        made = [pk for pk in self.new["talks_item"] if self.rows["talks_item"][pk]["section_id"] == section]
        assert len(made) == min(TOP, len(stories)), "not the stories of the week were listed"
        for pk in made:
            item = read_item(Item.objects.get(pk=pk))
            assert (item.state, item.is_automatic, item.by, item.credits) == ("accepted", True, None, [])
            self.week.items[pk] = item

    def _is_there(self, item: int, episode: int) -> bool:
        return self.week.home(item) == episode and not self.week.items[item].is_deleted

    def new_carry(self, episode: int, *, item: int | None = None, question: int | None = None, **more: Any) -> int:
        """Note something that goes on in a later episode, once."""
        for pk, each in self.week.carries.items():
            if not each.is_over and (each.episode, each.item, each.question) == (episode, item, question):
                return pk
        pk = Carry.objects.get(episode=episode, item=item, question=question, deleted_at=None).pk
        self.week.carries[pk] = CarryModel(episode, item, question, self.now, **more)
        return pk

    # ── The end of a run ────────────────────────────────────────────────────

    def teardown(self) -> None:
        try:
            self.part_everybody()
            for episode in Episode.objects.order_by("pk"):
                said = export(episode, "json").text
                number = 900 + episode.number
                assert copy_of(said, number, self.now) == said, f"{episode.code} is another one after a journey"
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def part_everybody(self) -> None:
        """Whoever is still merged is parted: nothing of what is exported changes by that."""


def exports() -> dict[tuple[str, str], str]:
    """Return everything that goes out, byte for byte."""
    return {
        (episode.code, channel): export(episode, channel).text
        for episode in Episode.objects.order_by("pk")
        for channel in CHANNELS
    }


def copy_of(said: str, number: int, now: datetime) -> str:
    """Take an exported document in under another number and return what is exported then, under the old one."""
    value = json.loads(said)
    old = {name: value[name] for name in ("number", "code")}
    value |= {"number": number, "code": f"{number:03d}"}
    data = json.dumps(value, ensure_ascii=False).encode()
    result = import_file(data=data, name=f"{number}.json", by=THE_SYSTEM, now=now)
    assert result.status == "created", result.problems
    back = json.loads(export(result.episode, "json").text) | old
    return json.dumps(back, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
