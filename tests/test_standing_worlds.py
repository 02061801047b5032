"""What stands under the tests is the same for each of them, and nothing of it is left for a test that asks for none."""

import pytest
from django.db import connection

from talks.models import Episode, Section
from tests.standing import ground


@pytest.mark.parametrize("_again", range(2))
def test_what_one_test_writes_the_next_does_not_see(empty_board, _again):
    assert not hasattr(empty_board, "left")
    assert empty_board.episode.title != "换了"
    assert Episode.objects.get(pk=empty_board.episode.pk).title != "换了"
    assert Section.objects.filter(pk=empty_board.classic.pk).exists()
    empty_board.left, empty_board.episode.title = True, "换了"
    empty_board.episode.save()
    Section.objects.filter(pk=empty_board.classic.pk).delete()


def test_a_test_without_a_world_begins_with_nothing(db):
    assert not Episode.objects.exists()
    assert ground.made is None
    assert len(connection.atomic_blocks) == 1


def test_another_world_takes_the_place_of_the_first(empty_newsroom):
    assert set(Episode.objects.values_list("code", flat=True)) == {"020", "021"}
    assert ground.name == "empty_newsroom"


@pytest.mark.django_db
def test_a_marked_test_begins_with_nothing_too():
    assert not Episode.objects.exists()


@pytest.mark.parametrize("_again", range(2))
@pytest.mark.django_db(transaction=True)
def test_a_test_with_transactions_of_its_own_makes_its_world_of_its_own(empty_board, _again):
    assert not connection.in_atomic_block
    assert ground.name is None
    assert Episode.objects.get(pk=empty_board.episode.pk).title != "换了"
    Episode.objects.filter(pk=empty_board.episode.pk).update(title="换了")


@pytest.mark.parametrize("_again", range(2))
@pytest.mark.django_db(transaction=True)
def test_a_test_with_transactions_of_its_own_stands_on_no_world(_again):
    assert not connection.in_atomic_block
    assert not Episode.objects.exists()
