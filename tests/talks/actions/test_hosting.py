"""Hosts and editors: one tap while nobody does it, then by those who do; handed over after the cut-off."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actors import ANONYMOUS
from members.models import Event, Notification
from members.rules import StateRefusal
from talks.actions.claims import claim
from talks.actions.hosting import hand_over_hosting, host, leave_hosting, name_host
from talks.checklist import checklist
from talks.models import Episode, EpisodeState, Hosting
from talks.places import places_in
from tests.talks.week import board, person
from tests.threads import shared_database


@pytest.fixture
def week(db, now):
    return board(now=now)


def test_one_tap_while_nobody_hosts(week, member, stranger, now):
    made = host(episode=week.episode, role="host", by=member, now=now)
    assert (made.person, made.name, made.role) == (member, "小满", "host")
    with pytest.raises(StateRefusal, match="小满") as refusal:
        host(episode=week.episode, role="host", by=stranger, now=now)
    assert refusal.value.code == "role_taken"
    assert host(episode=week.episode, role="editor", by=stranger, now=now).role == "editor"
    with pytest.raises(ValidationError):
        host(episode=week.episode, role="boss", by=stranger, now=now)
    with pytest.raises(PermissionDenied):
        host(episode=week.episode, role="host", by=ANONYMOUS, now=now)


def test_several_are_named_by_those_who_run_it(week, member, stranger, organizer, now):
    host(episode=week.episode, role="host", by=member, now=now)
    with pytest.raises(PermissionDenied):
        name_host(episode=week.episode, person=stranger, role="host", by=stranger, now=now)
    name_host(episode=week.episode, person=stranger, role="host", by=member, now=now)
    with pytest.raises(ValidationError):
        name_host(episode=week.episode, person=stranger, role="host", by=organizer, now=now)
    assert Notification.objects.filter(person=stranger, kind="hosting_given").count() == 1
    assert list(Hosting.objects.filter(deleted_at=None).order_by("position").values_list("name", flat=True)) == [
        "小满", "Nora",
    ]  # fmt: skip


def test_the_last_host_hands_over_after_the_cut_off(week, member, stranger, organizer, now):
    made = host(episode=week.episode, role="host", by=member, now=now)
    late = week.episode.locks_at
    with pytest.raises(StateRefusal) as refusal:
        leave_hosting(hosting=made, by=member, now=late)
    assert refusal.value.code == "cut_off_passed"
    with pytest.raises(PermissionDenied):
        hand_over_hosting(hosting=made, to=stranger, by=stranger, now=late)
    got = hand_over_hosting(hosting=made, to=stranger, by=member, now=late)
    assert got.person == stranger
    assert Notification.objects.get(person=stranger, kind="hosting_handed_over").values["to"] == "Nora"
    assert Event.objects.get(verb="hand_over_hosting").after["person"] == stranger.pk
    with pytest.raises(Http404):
        leave_hosting(hosting=made, by=member, now=late)
    assert leave_hosting(hosting=got, by=organizer, now=late).deleted_at == late


def test_given_up_in_time(week, member, stranger, now):
    made = host(episode=week.episode, role="host", by=member, now=now)
    with pytest.raises(PermissionDenied):
        leave_hosting(hosting=made, by=stranger, now=now)
    leave_hosting(hosting=made, by=member, now=now)
    assert host(episode=week.episode, role="host", by=stranger, now=now).person == stranger


def test_the_checklist_goes_along(week, member, now):
    host(episode=week.episode, role="host", by=member, now=now)
    claim(section=week.news, role="lead", by=member, now=now)
    rows = list(Hosting.objects.filter(episode=week.episode))
    found = checklist(week.episode, places_in(week.episode, member, now=now), rows)
    marks = [each.mark for each in found]
    assert marks == ["done", "done", "wait", "done", "bad", "wait", "wait"]
    assert all(each.where for each in found if not each.is_done)
    Episode.objects.update(state=EpisodeState.WRAPUP)
    week.episode.refresh_from_db()
    found = checklist(week.episode, places_in(week.episode, member, now=now), rows)
    assert found[-1].mark == "bad"


def test_two_at_once_host_once(transactional_db, tmp_path, now):
    with shared_database(tmp_path) as at_once:
        week = board(now=now)
        people = [person(f"成员{n}", now=now) for n in range(8)]

        def attempt(by):
            try:
                return bool(host(episode=week.episode, role="host", by=by, now=now))
            except StateRefusal as refusal:
                return refusal.code

        results = at_once(*(lambda by=by: attempt(by) for by in people))
        assert sorted(results, key=str) == [True, *["role_taken"] * 7]
        assert Hosting.objects.filter(deleted_at=None).count() == 1
