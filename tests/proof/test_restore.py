"""Must show: rows of the sample changed 200 times at random are brought back to any point, and so is the whole evening.

Run on both databases: `TEST_DATABASE=postgres python -m pytest -m proof tests/proof/test_restore.py`.
"""

import random
from collections import Counter

import pytest

from talks.states import KEPT
from tests.talks.history_acts import Acts
from tests.talks.test_restoring import chain, check_row, check_whole, sample_world, walked

__all__ = ["sample_world"]
TIMES = 200
pytestmark = pytest.mark.proof


@pytest.mark.parametrize("kind", ["item", "question", "answer", "suggestion"])
def test_a_row_changed_200_times_is_as_it_was_at_every_point(sample_world, kind, now):
    rng = random.Random(f"{kind} 200")
    key, points = chain(sample_world, rng, kind, TIMES)
    assert len(points) >= TIMES * 0.9
    for point in rng.sample(points, len(points)):
        check_row(sample_world, kind, key, point, now=now)
    print(f"restore {kind}: {len(points)} changes, brought back to each of them, exports byte-identical")


@pytest.mark.parametrize("seed", range(3))
def test_an_evening_changed_200_times_is_as_it_was(sample_world, seed):
    rng = random.Random(f"evening {seed}")
    done, original = Counter(), Acts.do

    def counted(self, name, *args):
        found = original(self, name, *args)
        done[found] += found is not None
        return found

    Acts.do = counted
    try:
        acts, points = walked(sample_world, rng, TIMES)
    finally:
        Acts.do = original
    for point in rng.sample(points[:-1], 60):
        check_whole(sample_world, point, now=acts.world.now)
    kinds = len({kind for kind, _key in points[-1][1]} & set(KEPT))
    print(f"restore evening {seed}: {len(points)} acts of {len(+done)} kinds on rows of {kinds} kinds, 60 points")
