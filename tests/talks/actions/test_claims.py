"""Sections are taken, given up, handed over; the second lead is the last one, and everybody concerned is told."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404

from members.actions import names
from members.actors import ANONYMOUS, SYSTEM
from members.models import Event, Guest, Invitation, Notification, Person, Purpose, Role
from members.rules import StateRefusal
from talks.actions.claims import claim, hand_over, release
from talks.models import Claim, Episode, EpisodeState, Hosting
from tests.talks.week import board, person
from tests.threads import shared_database


@pytest.fixture
def week(db, now):
    return board(now=now)


@pytest.fixture
def host(week, now):
    found = person("主持", now=now)
    values = {"name": found.name, "role": "host", "position": 1, "created_at": now, "changed_at": now}
    Hosting.objects.create(episode=week.episode, person=found, **values)
    return found


def told(who):
    return list(Notification.objects.filter(person=who).order_by("pk").values_list("kind", flat=True))


def refused(code, act):
    with pytest.raises(StateRefusal) as refusal:
        act()
    assert refusal.value.code == code
    return str(refusal.value)


def test_two_lead_and_one_stands_by(week, member, stranger, organizer, host, now):
    first = claim(section=week.news, role="lead", by=member, now=now)
    second = claim(section=week.news, role="lead", by=stranger, now=now)
    assert [(row.place, row.role, row.name) for row in (first, second)] == [(1, "lead", "小满"), (2, "lead", "Nora")]
    said = refused("leads_full", lambda: claim(section=week.news, role="lead", by=organizer, now=now))
    assert all(word in said for word in ("小满", "Nora", "替补"))
    standby = claim(section=week.news, role="standby", by=organizer, now=now)
    assert (standby.role, standby.place) == ("standby", None)
    said = refused("standby_taken", lambda: claim(section=week.news, role="standby", by=host, now=now))
    assert "青禾" in said
    assert "青禾" in refused("leads_full", lambda: claim(section=week.news, role="lead", by=host, now=now))
    assert told(host) == ["claimed"] * 3
    assert told(member) == ["claimed"] * 2
    event = Event.objects.about("claim", first.pk).get()
    assert (event.verb, event.person, event.after["place"]) == ("claim", member, 1)


def test_one_has_a_section_once(week, member, now):
    claim(section=week.news, role="lead", by=member, now=now)
    for role in ("lead", "standby"):
        refused("claimed_already", lambda role=role: claim(section=week.news, role=role, by=member, now=now))
    with pytest.raises(ValidationError):
        claim(section=week.news, role="boss", by=member, now=now)


def test_a_standby_becomes_a_lead(week, member, stranger, now):
    first = claim(section=week.news, role="lead", by=stranger, now=now)
    standby = claim(section=week.news, role="standby", by=member, now=now)
    release(claim=first, by=stranger, now=now)
    assert told(member) == ["released"]
    lead = claim(section=week.news, role="lead", by=member, now=now)
    assert (lead.pk, lead.role, lead.place) == (standby.pk, "lead", 1)


def test_leads_of_a_document_count(week, member, stranger, now):
    values = {"section": week.news, "role": "lead", "created_at": now, "changed_at": now}
    for place, name in enumerate(("渡口", "阿岚"), 1):
        someone = Person.objects.create(handle=name, name=name, created_at=now, changed_at=now)
        Claim.objects.create(person=someone, name=name, position=place, **values)
        if place == 1:
            assert claim(section=week.news, role="lead", by=member, now=now).place == 1
            release(claim=Claim.objects.get(person=member, deleted_at=None), by=member, now=now)
    refused("leads_full", lambda: claim(section=week.news, role="lead", by=stranger, now=now))


def test_the_database_keeps_a_third_out(week, member, stranger, organizer, now):
    values = {"section": week.news, "role": "lead", "position": 1, "created_at": now, "changed_at": now}
    Claim.objects.create(person=member, name="a", place=1, **values)
    for wrong in ({"place": 1}, {"place": 3}, {"place": 0}, {"place": 2, "role": "standby"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Claim.objects.create(person=stranger, name="b", **{**values, **wrong})


def test_who_may_not(week, member, organizer, now):
    for by in (ANONYMOUS, SYSTEM, Person.objects.create(handle="x", name="x", created_at=now, changed_at=now)):
        with pytest.raises(PermissionDenied):
            claim(section=week.news, role="lead", by=by, now=now)
    member.user.suspended_at = now
    with pytest.raises(PermissionDenied):
        claim(section=week.news, role="lead", by=member, now=now)
    for state in (EpisodeState.DRAFT, EpisodeState.LIVE, EpisodeState.WRAPUP, EpisodeState.PUBLISHED):
        Episode.objects.update(state=state)
        refused("claims_closed", lambda: claim(section=week.news, role="lead", by=organizer, now=now))
    type(week.news).objects.filter(pk=week.news.pk).update(deleted_at=now)
    with pytest.raises(Http404):
        claim(section=week.news, role="lead", by=organizer, now=now)


def test_given_up_before_the_cut_off_only(week, member, stranger, host, now):
    made = claim(section=week.news, role="lead", by=member, now=now)
    with pytest.raises(PermissionDenied):
        release(claim=made, by=stranger, now=now)
    late = week.episode.locks_at
    refused("cut_off_passed", lambda: release(claim=made, by=member, now=late))
    Episode.objects.update(state=EpisodeState.LOCKED)
    refused("cut_off_passed", lambda: release(claim=made, by=member, now=now))
    release(claim=made, by=host, now=late)
    assert told(member) == ["released"]
    with pytest.raises(Http404):
        release(claim=made, by=host, now=late)
    week.news.refresh_from_db()
    assert week.news.degraded_at == late


def test_handed_over_to_the_standby_and_to_somebody_named(week, member, stranger, organizer, host, now):
    made = claim(section=week.news, role="lead", by=member, now=now)
    standby = claim(section=week.news, role="standby", by=stranger, now=now)
    late = week.episode.locks_at + timedelta(hours=1)
    got = hand_over(claim=made, to=stranger, by=member, now=late)
    assert (got.pk, got.role, got.place) == (standby.pk, "lead", 1)
    assert "handed_over" in told(stranger)
    assert "handed_over" in told(host)
    new = hand_over(claim=got, to=organizer, by=host, now=late)
    assert (new.person, new.place, new.role) == (organizer, 1, "lead")
    assert set(told(stranger)) >= {"handed_over"}
    assert [row.person for row in Claim.objects.current()] == [organizer]
    with pytest.raises(ValidationError):
        hand_over(claim=new, to=organizer, by=organizer, now=late)
    with pytest.raises(PermissionDenied):
        hand_over(claim=new, to=member, by=stranger, now=late)


def test_nobody_is_handed_to_who_cannot_have_it(week, member, stranger, now):
    made = claim(section=week.news, role="lead", by=member, now=now)
    group = Person.objects.create(handle="群友", name="群友", is_collective=True, created_at=now, changed_at=now)
    stranger.user.suspended_at = now
    stranger.user.save()
    for to in (group, stranger):
        with pytest.raises(ValidationError):
            hand_over(claim=made, to=to, by=member, now=now)


def test_it_goes_to_who_is_meant_however_many_merges_away(week, member, organizer, now):
    one, two, three = (
        Person.objects.create(handle=name, name=name, created_at=now, changed_at=now) for name in ("甲", "乙", "丙")
    )
    names.merge(person=one, into=two, by=organizer, now=now)
    names.merge(person=two, into=three, by=organizer, now=now)
    made = claim(section=week.news, role="lead", by=member, now=now)
    assert hand_over(claim=made, to=one, by=member, now=now).person == three


def test_a_guest_takes_the_one_section_of_the_link(week, organizer, now):
    link = Invitation.objects.create(
        purpose=Purpose.CLAIM, target=str(week.news.pk), created_by=organizer, created_at=now, changed_at=now
    )
    someone = Person.objects.create(handle="路人", name="路人", created_at=now, changed_at=now)
    guest = Guest.objects.create(invitation=link, person=someone, created_at=now)
    with pytest.raises(PermissionDenied):
        claim(section=week.picks, role="lead", by=guest, now=now)
    made = claim(section=week.news, role="lead", by=guest, now=now)
    assert made.person == someone
    Invitation.objects.update(revoked_at=now)
    with pytest.raises(PermissionDenied):
        release(claim=made, by=guest, now=now + timedelta(minutes=1))
    Invitation.objects.update(revoked_at=None)
    release(claim=made, by=guest, now=now)


# ── At once ─────────────────────────────────────────────────────────────────


def test_fifty_at_once_on_two_places(transactional_db, tmp_path, now):
    """Two lead, 48 are told who was first; nobody gets an error."""
    with shared_database(tmp_path) as at_once:
        week = board(now=now)
        everybody = [person(f"成员{n}", now=now, role=Role.MEMBER) for n in range(50)]

        def attempt(by):
            try:
                return claim(section=week.news, role="lead", by=by, now=now).place
            except StateRefusal as refusal:
                return f"{refusal.code}: {refusal}"

        results = at_once(*(lambda by=by: attempt(by) for by in everybody))
        assert sorted(each for each in results if isinstance(each, int)) == [1, 2]
        said = [each for each in results if isinstance(each, str)]
        assert len(said) == 48
        leads = list(Claim.objects.current().filter(section=week.news).values_list("name", flat=True))
        assert all(each.startswith("leads_full: ") and all(name in each for name in leads) for each in said)
