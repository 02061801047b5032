"""Anybody does anything to questions and answers, in any order; a model beside them knows what must come of each act.

`make proof` runs 500 runs of 50 steps, the ordinary suite a few short ones. Faults put in on purpose must be caught.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from talks.actions import asking, history, moderation, question_merges, question_rows, returns, settling
from talks.actions.questions import put_question
from talks.models import Answer, QuestionVote
from tests.proof.question_machine import Life, make_world
from tests.proof.question_machine_openly import OpenLife
from tests.proof.question_model import Evening

SHORT = {"max_examples": 6, "stateful_step_count": 30, "derandomize": True}
LONG = {
    "max_examples": int(os.environ.get("QUESTION_RUNS", "500")),
    "stateful_step_count": 50,
    "phases": [Phase.generate],
}
COMMON = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "report_multiple_bugs": False}


@pytest.fixture
def machine(db, now) -> Iterator[type[Life]]:
    Life.world = make_world(now)
    Life.start = Evening({"021": "collecting", "022": "collecting"})
    Life.counts = Counter()
    return OpenLife


def test_short_runs_of_questions(machine):
    run_state_machine_as_test(machine, settings=settings(**SHORT, **COMMON))
    assert sum(machine.counts.values()) > 50


@pytest.mark.proof
def test_any_life_of_questions_keeps_to_the_model(machine):
    run_state_machine_as_test(machine, settings=settings(**LONG, **COMMON))
    names = sorted({name for name, _outcome in machine.counts})
    print(f"\n{LONG['max_examples']} runs of {LONG['stateful_step_count']} steps, each act done and refused:")
    for name in names:
        print(f"  {name:20} {machine.counts[name, 'done']:6} {machine.counts[name, 'refused']:6}")
    assert not [name for name in names if not machine.counts[name, "done"] and name != "restore"], "never done"
    assert not [name for name in names if not machine.counts[name, "refused"]], "never refused"


# ── Faults put in on purpose ────────────────────────────────────────────────


def _all_votes(target, row):
    keys = list(QuestionVote.objects.filter(question=row, person=None).values_list("pk", flat=True))
    QuestionVote.objects.filter(question=row).exclude(pk__in=keys).delete()
    QuestionVote.objects.filter(pk__in=keys).update(question=target)
    return keys


@contextmanager
def _unsigned(held):
    """Lock what somebody put their name to as if nobody had."""
    with _locked(held) as (row, code):
        row.asker = None
        yield row, code


_locked = returns._locked
FAULTS = {
    "anybody moderates": (question_rows, "may_moderate", lambda _by, _episode: True),
    "anybody settles": (question_rows, "may_settle", lambda _by, _question: True),
    "a merge loses votes": (question_merges, "_votes_to", _all_votes),
    "undoing a merge leaves the answers": (question_merges, "_answers_back", lambda *_rows, **_more: []),
    "a merge needs no one evening": (question_merges, "_check", lambda _row, _target: None),
    "what is hidden can be restored": (history, "_refuse_hidden", lambda _row, _target: None),
    "one reports oneself": (moderation, "may_report", lambda by, _row, **_more: hasattr(by, "user")),
    "an approval is taken back from under an answer": (moderation, "_is_gone_on_with", lambda _row: False),
    "what nobody approved waits again": (moderation, "_last_decision", lambda _row: "approve"),
    "asking openly keeps the minute": (asking, "hour_of", lambda now: now),
    "asking openly keeps a name": (
        asking,
        "put_question",
        lambda **values: put_question(**values | {"asker_name": "谁"}),
    ),
    "the suspended put their name to it": (returns, "may_write", lambda _by: True),
    "what has a name is another's to sign": (returns, "_locked", _unsigned),
    "what is gone is accepted": (settling, "standing", lambda row: row),
    "nothing is kept of it": (question_rows, "keep", lambda event, _rows: event),
}
SEEN = ("nothing is kept of it",)  # by `test_kept_rows`, which compares everything; here only what follows from it


@pytest.mark.proof
@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in SEEN])
def test_a_fault_of_questions_is_caught(machine, monkeypatch, fault):
    monkeypatch.setattr(*FAULTS[fault])
    quick = {"max_examples": 300, "stateful_step_count": 50, "phases": [Phase.generate]}
    with pytest.raises(Exception) as caught:  # noqa: PT011 - an assertion of the model, or what the database refuses
        run_state_machine_as_test(machine, settings=settings(**quick, **COMMON))
    said = (str(caught.value) or repr(caught.value)).splitlines()[0][:100]
    print(f"\n{fault}: caught after {sum(machine.counts.values())} acts: {said}")
    assert Answer.objects.count() >= 0
