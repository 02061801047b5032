"""Who erases their account leaves no ghost: what they had taken is open again, and those it concerns are told."""

import pytest

from members.actions import profile
from members.actions.people import ERASED
from members.models import Event, Notification
from talks.actions import claims, hosting, templates
from talks.models import Claim, EpisodeState, Hosting, StandingOwner
from tests.talks.boardroom import boardroom, close


@pytest.fixture
def room(organizer, now):
    return boardroom(now=now, host=organizer)


def erase(person, now):
    profile.erase(person=person, typed=person.name, by=person, now=now)


def test_what_was_taken_is_open_again(room, member, organizer, now):
    claims.claim(section=room.news, role="lead", by=member, now=now)
    claims.claim(section=room.picks, role="standby", by=member, now=now)
    hosting.host(episode=room.following, role="host", by=member, now=now)
    hosting.name_host(episode=room.episode, person=member, role="editor", by=organizer, now=now)
    templates.own(kind="news", title="", person=member, by=organizer, now=now)
    Notification.objects.all().delete()
    erase(member, now)
    assert not Claim.objects.current().filter(person=member).exists()
    assert list(Hosting.objects.filter(deleted_at=None).values_list("person__name", flat=True)) == ["青禾"]
    assert not StandingOwner.objects.current().exists()
    told = Notification.objects.filter(person=organizer)
    assert sorted(told.values_list("kind", flat=True)) == ["hosting_left", "released", "released"]
    assert {row.values["name"] for row in told} == {ERASED}
    assert Event.objects.filter(verb="release", target_kind="claim").count() == 2


def test_after_the_cut_off_too(room, member, organizer, now):
    claims.claim(section=room.classic, role="lead", by=member, now=now)
    hosting.host(episode=room.following, role="host", by=member, now=now)
    close(room.episode)
    close(room.following)
    erase(member, now)
    room.classic.refresh_from_db()
    assert room.classic.degraded_at == now
    assert not Claim.objects.current().filter(person=member).exists()
    assert not Hosting.objects.filter(person=member, deleted_at=None).exists()


def test_an_evening_that_has_begun_keeps_who_was_there(room, member, organizer, now):
    claims.claim(section=room.news, role="lead", by=member, now=now)
    hosting.name_host(episode=room.episode, person=member, role="host", by=organizer, now=now)
    close(room.episode, EpisodeState.LIVE)
    erase(member, now)
    assert Claim.objects.current().get(person=member).name == ERASED
    assert Hosting.objects.get(person=member, deleted_at=None).name == ERASED


def test_nothing_is_given_up_when_the_name_is_mistyped(room, member, now, client):
    claims.claim(section=room.news, role="lead", by=member, now=now)
    client.force_login(member.user)
    assert client.post("/settings/erase/", {"typed": "小慢"}).status_code == 400
    assert Claim.objects.current().get(person=member).section_id == room.news.pk


def test_the_page_says_beforehand_what_is_given_up(room, member, organizer, now, client):
    client.force_login(member.user)
    assert "放弃" not in client.get("/settings/erase/").content.decode()
    claims.claim(section=room.news, role="lead", by=member, now=now)
    hosting.name_host(episode=room.episode, person=member, role="host", by=organizer, now=now)
    templates.own(kind="picks", title="", person=member, by=organizer, now=now)
    page = client.get("/settings/erase/").content.decode()
    for said in ("021：你是主持人", "021 本周新闻：你是负责人", "本周推荐：每周由你认领"):
        assert said in page
