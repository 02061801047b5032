"""Anybody does anything to a week, in any order; a model beside it knows what must come of each act.

`make proof` runs 500 runs of 50 steps, the ordinary suite a few short ones. Faults put in on purpose must be caught.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.week_life import Everything
from tests.proof.week_world import make_world, read_model

SHORT = {"max_examples": 5, "stateful_step_count": 20, "derandomize": True}
LONG = {"max_examples": int(os.environ.get("WEEK_RUNS", "500")), "stateful_step_count": 50}
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
    assert not [name for name in names if not machine.counts[name, "done"]], "never done"
    never = [name for name in names if not machine.counts[name, "refused"]]
    assert never == ["turn_week"], "never refused"


def total(machine, outcome):
    return sum(count for (_name, what), count in machine.counts.items() if what == outcome)
