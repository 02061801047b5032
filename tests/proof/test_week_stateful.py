"""Anybody does anything to a week, in any order; a model beside it knows what must come of each act.

`make proof` runs 500 runs of 50 steps, the ordinary suite a few short ones. Faults put in on purpose must be caught.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from members.actions import names
from members.models import Guest
from talks import rules
from talks.actions import claims, item_order, items, life
from talks.models import Claim, Credit, ItemVote
from tests.proof.week_life import Everything
from tests.proof.week_world import make_world, read_model

SHORT = {"max_examples": 5, "stateful_step_count": 20, "derandomize": True}
# To shorten a failing run takes minutes and leaves most of it: the whole run is shown at once instead.
LONG = {"max_examples": int(os.environ.get("WEEK_RUNS", "500")), "stateful_step_count": 50, "phases": [Phase.generate]}
# An act that was tried this often must have been refused, too.
OFTEN = 100
COMMON = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "report_multiple_bugs": False}


@pytest.fixture
def machine(db, now) -> Iterator[type[Everything]]:
    make_world(now)
    Everything.start = read_model(now)
    Everything.counts = Counter()
    return Everything


def test_short_runs_of_a_week(machine):
    run_state_machine_as_test(machine, settings=settings(**SHORT, **COMMON))
    assert sum(machine.counts.values()) > 50


@pytest.mark.proof
def test_any_week_keeps_to_the_model(machine):
    run_state_machine_as_test(machine, settings=settings(**LONG, **COMMON))
    names = sorted({name for name, _outcome in machine.counts})
    print(f"\n{LONG['max_examples']} runs of {LONG['stateful_step_count']} steps, each act done and refused:")
    for name in names:
        print(f"  {name:20} {machine.counts[name, 'done']:6} {machine.counts[name, 'refused']:6}")
    print(f"  {'in all':20} {total(machine, 'done'):6} {total(machine, 'refused'):6}")
    assert not [name for name in names if not machine.counts[name, "done"] and name != "advance to another"], (
        "never done"
    )
    never = [name for name in names if not machine.counts[name, "refused"] and machine.counts[name, "done"] >= OFTEN]
    assert never == ["turn_week"], "never refused"


def total(machine, outcome):
    return sum(count for (_name, what), count in machine.counts.items() if what == outcome)


# ── Faults put in on purpose ────────────────────────────────────────────────


def after(act: Callable[..., Any], harm: Callable[[Any], None]) -> Callable[..., Any]:
    """The act, and then the harm to what it gave."""

    def harmed(*args: Any, **more: Any) -> Any:
        made = act(*args, **more)
        harm(made if made is not None else args[0])
        return made

    return harmed


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "three lead": (claims, "LEADS", 3),
    "claims are open for ever": (claims, "_check_open", lambda _episode: None),
    "the cut-off is not kept": (claims, "is_past_cut_off", lambda _episode, **_more: False),
    "anybody decides": (items, "require_running", lambda _by, _item: None),
    "votes have no end": (items, "votes_of", lambda _episode: 99),
    "a merge drops the votes": (
        *(items, "merge"),
        after(items.merge, lambda row: ItemVote.objects.filter(item=row).delete() and None),
    ),
    "a move drops the credits": (
        *(item_order, "put_into"),
        after(item_order.put_into, lambda row: Credit.objects.filter(item=row).update(deleted_at=row.changed_at)),
    ),
    "a move has no Event": (item_order, "note", lambda *_args, **_more: None),
    "a guest does more than was allowed": (rules, "guest_may", lambda by, *_args, **_more: isinstance(by, Guest)),
    "a state is left out": (life, "next_state", lambda state: {"collecting": "live"}.get(state)),
    "parting forgets the claims": (
        *(names, "unmerge"),
        after(names.unmerge, lambda row: Claim.objects.filter(person=row).update(person=Claim.objects.all()[0].person)),
    ),
}


@pytest.mark.proof
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught(machine, monkeypatch, fault):
    monkeypatch.setattr(*FAULTS[fault])
    quick = {"max_examples": 300, "stateful_step_count": 50, "phases": [Phase.generate]}
    with pytest.raises(Exception) as caught:  # noqa: PT011 - an assertion of the model, or what the database refuses
        run_state_machine_as_test(machine, settings=settings(**quick, **COMMON))
    done = sum(machine.counts.values())
    print(f"\n{fault}: caught after {done} acts: {str(caught.value).splitlines()[0][:100]}")
