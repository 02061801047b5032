"""Minutes of an evening, and what to shorten: never more than is needed, and it fits whenever it can."""

from hypothesis import given
from hypothesis import strategies as st

from talks.budget import LISTED, USUAL, Demotion, Part, budget_of, demotions, show_of

PARTS = st.lists(
    st.builds(
        Part,
        key=st.just(0),
        depth=st.sampled_from(list(USUAL)),
        minutes=st.none() | st.integers(0, 30),
        votes=st.integers(0, 9),
    ),
    max_size=12,
).map(lambda parts: [Part(key, part.depth, part.minutes, part.votes) for key, part in enumerate(parts)])


def test_minutes_are_those_said_or_the_usual_ones():
    parts = [Part(1, "talk"), Part(2, "talk", 6), Part(3, "brief"), Part(4, "listed", 9)]
    assert [part.length for part in parts] == [3, 6, 1, 0]
    assert (budget_of(parts, 10).asked, budget_of(parts, 10).over, budget_of(parts, None).over) == (10, 0, 0)


def test_the_least_wanted_is_shortened_first_and_the_last_of_those():
    parts = [Part(1, "talk", votes=9), Part(2, "talk", votes=1), Part(3, "talk", votes=1)]
    assert demotions(parts, 2) == [Demotion(3, "brief", 2)]
    assert demotions(parts, 4) == [Demotion(3, "brief", 2), Demotion(2, "brief", 2)]
    assert demotions(parts, 7) == [Demotion(3, "listed", 3), Demotion(2, "brief", 2), Demotion(1, "brief", 2)]


def test_a_section_without_items_keeps_its_minutes():
    budget = show_of([([Part(1, "talk", 20)], 10), ([], 15), ([], None)], 30)
    assert (budget.asked, budget.over, [each.key for each in budget.demotions]) == (35, 5, [1])


@given(PARTS, st.integers(0, 60))
def test_it_fits_or_nothing_is_left_to_shorten(parts, limit):
    budget = budget_of(parts, limit)
    assert bool(budget.demotions) <= bool(budget.over)
    by_key = {part.key: part for part in parts}
    shorter = {each.key: Part(each.key, each.depth) for each in budget.demotions}
    for each in budget.demotions:
        assert each.saves == by_key[each.key].length - shorter[each.key].length > 0
    after = sum(shorter.get(part.key, part).length for part in parts)
    assert after == budget.asked - sum(each.saves for each in budget.demotions)
    if after > limit:
        assert all(
            shorter.get(part.key, part).depth == LISTED or shorter.get(part.key, part).length == 0 for part in parts
        )
    if budget.demotions:  # the last step was needed
        assert after + max(each.saves for each in budget.demotions) > limit
