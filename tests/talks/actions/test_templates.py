"""Templates in editions, standing owners with their skips, rescue links, and whom one might ask."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actions.invitations import invite
from members.actors import ANONYMOUS
from members.models import Event, Invitation, Person
from members.rules import StateRefusal
from talks import first_edition
from talks.actions.claims import claim
from talks.actions.hosting import host as host_episode
from talks.actions.rescue import rescue
from talks.actions.templates import disown, make_edition, own, skip, unskip
from talks.fair import suggestions_for
from talks.models import Claim, Episode, Section, StandingOwner, Template
from talks.places import takeable
from tests.talks.week import at, board, person

pytestmark = pytest.mark.django_db

ONE = {"kind": "news", "title": "新闻", "minutes": 5, "is_optional": False, "brief": "短", "groups": []}


def test_a_change_is_a_new_edition(organizer, member, now):
    with pytest.raises(PermissionDenied):
        make_edition(edition=1, values={"minutes": 60}, by=member, now=now)
    made = make_edition(edition=1, values={"minutes": 60}, by=organizer, now=now)
    assert (made.edition, made.minutes, len(made.sections)) == (2, 60, 5)
    assert make_edition(edition=2, values={"minutes": 60}, by=organizer, now=now) == made
    assert Template.objects.count() == 2
    with pytest.raises(ValidationError) as conflict:
        make_edition(edition=1, values={"sections": [ONE]}, by=organizer, now=now)
    [error] = conflict.value.error_dict["edition"]
    assert (error.code, error.params["edition"]) == ("conflict", 2)
    assert error.params["yours"]["sections"][0]["title"] == "新闻"
    assert error.params["theirs"]["minutes"] == 60


@pytest.mark.parametrize(
    "values",
    [
        {"weekday": 7},
        {"minutes": 0},
        {"votes": "x"},
        {"sections": []},
        {"sections": "x"},
        {"sections": [{**ONE, "kind": "x"}]},
        {"sections": [{**ONE, "title": " "}]},
        {"sections": [{**ONE, "title": "\u202e"}]},
        {"sections": [{**ONE, "minutes": -1}]},
        {"sections": [{**ONE, "groups": [{"title": "学术"}, {"title": "学术"}]}]},
        {"sections": [ONE] * 21},
        {"passages": [{"title": "x", "place": "nowhere"}]},
        {"passages": [{"title": "x", "body": 3}]},
    ],
)
def test_what_no_edition_says(organizer, now, values):
    with pytest.raises(ValidationError):
        make_edition(edition=1, values=values, by=organizer, now=now)
    assert not Template.objects.exists()


def test_a_standing_owner_leaves_a_week_out(organizer, member, stranger, now):
    with pytest.raises(PermissionDenied):
        own(kind="news", title="", person=member, by=member, now=now)
    row = own(kind="news", title="", person=member, by=organizer, now=now)
    with pytest.raises(StateRefusal):
        own(kind="news", title="", person=member, by=organizer, now=now)
    with pytest.raises(ValidationError):
        own(kind="x", title="", person=member, by=organizer, now=now)
    week = board(now=now)
    assert Claim.objects.current().get(section=week.news).person == member
    with pytest.raises(PermissionDenied):
        skip(owner=row, day=date(2026, 3, 7), by=stranger, now=now)
    skip(owner=row, day=date(2026, 3, 7), by=member, now=now)
    assert not Claim.objects.current().exists()
    unskip(owner=row, day=date(2026, 3, 7), by=member, now=now)
    assert StandingOwner.objects.get().skips == []
    claim(section=week.news, role="lead", by=member, now=now)
    with pytest.raises(StateRefusal) as refusal:
        skip(owner=row, day=date(2026, 3, 7), by=member, now=week.episode.locks_at)
    assert refusal.value.code == "cut_off_passed"
    assert StandingOwner.objects.get().skips == []
    disown(owner=row, by=member, now=now)
    with pytest.raises(Http404):
        disown(owner=row, by=organizer, now=now)


def test_one_link_for_each_open_section(organizer, member, now):
    week = board(now=now)
    claim(section=week.news, role="lead", by=member, now=now)
    with pytest.raises(PermissionDenied):
        rescue(episode=week.episode, by=member, now=now)
    made = rescue(episode=week.episode, by=organizer, now=now)
    assert [section.kind for section, _link in made] == ["picks", "classic", "practice"]
    assert {(link.purpose, link.target == str(section.pk), link.expires_at) for section, link in made} == {
        ("claim", True, week.episode.starts_at)
    }
    assert rescue(episode=week.episode, by=organizer, now=now) == made
    assert Invitation.objects.count() == 3
    for late in ({"starts_at": now}, {"state": "live"}):
        Episode.objects.update(**late)
        with pytest.raises(StateRefusal):
            rescue(episode=week.episode, by=organizer, now=now)


def test_a_host_invites_to_the_sections_of_the_own_evening_and_to_nothing_else(organizer, member, stranger, now):
    week = board(now=now)
    host_episode(episode=week.episode, role="host", by=member, now=now)
    links = rescue(episode=week.episode, by=member, now=now)
    assert [link.created_by for _section, link in links] == [member] * 4
    section = str(week.picks.pk)
    again = invite(purpose="claim", target=section, by=member, now=now)
    assert (again.target, Event.objects.about("invitation", again.pk).get().verb) == (section, "invite")
    other = Section.objects.create(
        episode=Episode.objects.create(kind="regular", number=900, code="900", created_at=now, changed_at=now),
        position=1,
        kind="news",
        created_at=now,
        changed_at=now,
    )
    refused = [
        (member, "claim", str(other.pk)),
        (member, "claim", "9" * 40),
        (member, "claim", "x"),
        (member, "ask", week.episode.code),
        (member, "submit", week.episode.code),
        (member, "join", ""),
        (stranger, "claim", section),
        (ANONYMOUS, "claim", section),
    ]
    for by, purpose, target in refused:
        with pytest.raises(PermissionDenied):
            invite(purpose=purpose, target=target, by=by, now=now)
    Episode.objects.filter(pk=week.episode.pk).update(state="live")
    with pytest.raises(PermissionDenied):
        invite(purpose="claim", target=section, by=member, now=now)


def test_links_to_a_far_evening_and_to_one_without_a_date_can_be_made(organizer, now):
    week = board(now=now)
    for starts_at, ends in ((now + timedelta(days=900), now + timedelta(days=400)), (None, None)):
        Invitation.objects.all().delete()
        Episode.objects.update(starts_at=starts_at)
        assert {link.expires_at for _section, link in rescue(episode=week.episode, by=organizer, now=now)} == {ends}


def test_who_never_did_and_who_did_longest_ago_come_first(organizer, member, stranger, now):
    old, older = (person(name, now=now) for name in ("去年", "前年"))
    for who, moment in ((old, "2025-05-03 21:00"), (older, "2024-05-04 21:00"), (organizer, "2026-02-28 21:00")):
        week = board(now=now)
        claim(section=week.news, role="lead", by=who, now=now)
        Episode.objects.filter(pk=week.episode.pk).update(starts_at=at(moment), state="published")
    week = board(now=now)
    claim(section=week.picks, role="lead", by=stranger, now=now)
    assert [row.name for row in suggestions_for([week.news], now=now)[week.news.pk]] == ["小满", "前年", "去年"]
    Person.objects.filter(name="前年").update(wants_suggestions=False)
    member.user.suspended_at = now
    member.user.save()
    assert [row.name for row in suggestions_for([week.news], now=now)[week.news.pk]] == ["去年", "青禾"]


def test_what_can_be_taken_with_who_had_it_last(organizer, member, stranger, now):
    week = board(now=now)
    claim(section=week.news, role="lead", by=stranger, now=now)
    Episode.objects.update(state="published")
    later = now + timedelta(days=7)
    week = board(now=later)
    found = {entry.section.kind: entry for entry in takeable(member, now=later)}
    assert list(found) == ["news", "picks", "classic", "practice"]
    assert (found["news"].last_owner, found["picks"].last_owner) == ("Nora", "")
    assert found["news"].place.can_lead
    assert not found["news"].place.can_stand_by
    for by in (organizer, stranger):
        claim(section=week.news, role="lead", by=by, now=later)
    place = {entry.section.kind: entry for entry in takeable(member, now=later)}["news"].place
    assert (place.can_lead, place.can_stand_by) == (False, True)
    claim(section=week.news, role="standby", by=person("替", now=now), now=later)
    assert "news" not in {entry.section.kind for entry in takeable(member, now=later)}
    assert "news" in {entry.section.kind for entry in takeable(stranger, now=later)}


def test_the_shipped_edition_says_what_each_section_is_for():
    assert [spec["kind"] for spec in first_edition.SECTIONS] == ["news", "picks", "classic", "practice", "free_talk"]
    assert all(spec["brief"] for spec in first_edition.SECTIONS)
