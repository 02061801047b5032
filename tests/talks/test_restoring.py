"""Restoring: a row and a whole episode at any point of random acts; tests/proof/test_restore.py does more of it."""

import random

import pytest

from members.rules import StateRefusal
from talks.actions.history import restore_episode, restore_row
from talks.models import Answer, KeptRow, Question, Suggestion
from talks.states import HOME, KEPT
from tests.talks.history import last_event, state_of, states_in, without_life
from tests.talks.history_acts import Acts, exports, world


@pytest.fixture
def sample_world(db, now, settings, tmp_path):
    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    return world(now=now)


def walked(sample, rng, steps):
    """Act at random and note after each act what the evening is."""
    acts, points = Acts(sample, rng), []
    while len(points) < steps:
        if acts.any() is not None and KeptRow.objects.filter(event=last_event(), episode=sample.episode).exists():
            points.append((last_event(), states_in(sample.episode), exports(sample.episode)))
    return acts, points


def check_whole(sample, point, *, now):
    """Restore the whole evening to a point, and find it as it was then."""
    event, states, texts = point
    try:
        restore_episode(episode=sample.episode, event=event, typed="107", by=sample.by, now=now)
    except StateRefusal as refusal:  # two points may be alike; what follows says whether they are
        if refusal.code != "nothing_changed":
            raise
    assert exports(sample.episode) == texts
    there = states_in(sample.episode)
    assert {key: without_life(there.get(key)) for key in states} == {
        key: without_life(state) for key, state in states.items()
    }
    assert all(there[key]["deleted_at"] for key in there.keys() - states.keys())


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_episode_is_as_it_was(sample_world, seed):
    rng = random.Random(seed)
    acts, points = walked(sample_world, rng, 25)
    for point in rng.sample(points[:-1], 6):
        acts.step += 1
        check_whole(sample_world, point, now=acts.world.now)


def chain(sample, rng, kind, steps):
    """Change one row at random, by acts that change nothing else, and note after each what it and the record are."""
    acts = Acts(sample, rng)
    row, changes = {
        "item": (acts.item, ("do_edit", "do_edit", "do_decide", "do_remove", "do_restore")),
        "question": (lambda: _asked(acts), ("do_edit_question",)),
        "answer": (lambda: _answered(acts), ("do_edit_answer",)),
        "suggestion": (lambda: _suggested(acts), ("do_see_to",)),
    }[kind]
    key = row().pk
    points, tries = [], 0
    while len(points) < steps and tries < steps * 6:
        tries += 1
        before = last_event()
        acts.do(rng.choice(changes), KEPT[kind].objects.get(pk=key))
        if last_event() != before:
            points.append((last_event(), state_of(kind, key), exports(sample.episode)))
    known = set(KeptRow.objects.of_row(kind, key).values_list("event", flat=True))
    return key, [point for point in points if point[0] in known]


def _asked(acts):
    assert acts.do("do_ask")
    return Question.objects.latest("pk")


def _answered(acts):
    assert acts.do("do_answer", acts.question())
    return Answer.objects.latest("pk")


def _suggested(acts):
    assert acts.do("do_suggest")
    return Suggestion.objects.latest("pk")


def check_row(sample, kind, key, point, *, now):
    event, state, texts = point
    restore_row(kind=kind, key=str(key), event=event, by=sample.by, now=now)
    assert state_of(kind, key) == state
    assert exports(sample.episode) == texts


@pytest.mark.parametrize("kind", ["item", "question", "answer", "suggestion"])
def test_a_row_is_as_it_was(sample_world, kind, now):
    rng = random.Random(kind)
    key, points = chain(sample_world, rng, kind, 15)
    for point in rng.sample(points, 6):
        check_row(sample_world, kind, key, point, now=now)


def test_every_kind_has_a_home():
    assert set(HOME) == set(KEPT)
