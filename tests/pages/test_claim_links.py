"""A link for the group leads to its own section, and one form says a name and takes it."""

import re

import pytest
import time_machine
from django.test import Client

from members.actors import SYSTEM
from members.models import Guest, Invitation, Purpose
from talks.actions.claims import claim
from talks.actions.sample import load_sample
from talks.models import Claim, Episode
from tests.talks.boardroom import close
from tests.talks.week import board

pytestmark = pytest.mark.django_db


@pytest.fixture
def week(now):
    with time_machine.travel(now, tick=False):
        yield board(now=now)


def link_to(section, now):
    made = Invitation.objects.create(
        purpose=Purpose.CLAIM, target=str(section.pk), places=3, created_at=now, changed_at=now
    )
    return f"/go/{made.key}/"


def said(response):
    return response.content.decode()


def test_one_form_says_a_name_and_takes_the_section(client, week, now):
    link = link_to(week.picks, now)
    page = said(client.get(link))
    assert re.search(r"<button[^>]*>认领本周推荐</button>", page)
    assert not Claim.objects.exists()
    done = client.post(link, {"name": "路人甲"}, follow=True)
    assert done.redirect_chain == [(f"/episodes/001/state/#section-{week.picks.pk}", 302)]
    assert "已认领 001 的本周推荐" in said(done)
    assert Claim.objects.get().name == "路人甲"
    # A guest sees no button that answers 403: the other sections are not theirs to take.
    assert f'action="/claim/sections/{week.news.pk}/"' not in said(done)
    assert f'action="/claim/sections/{week.news.pk}/"' in said(Client().get("/episodes/001/state/"))
    for page in ("/claim/", "/episodes/001/board/"):
        assert f'action="/claim/sections/{week.news.pk}/"' not in said(client.get(page)), page


def test_who_comes_too_late_is_told_and_may_stand_by(client, week, member, stranger, now):
    link = link_to(week.news, now)
    for who in (member, stranger):
        claim(section=week.news, role="lead", by=who, now=now)
    done = client.post(link, {"name": "路人甲"}, follow=True)
    page = said(done)
    assert "你可以做替补" in page
    card = page.split(f'id="section-{week.news.pk}"')[1].split("</section>")[0]
    assert 'value="standby"' in card
    assert client.post(f"/claim/sections/{week.news.pk}/", {"role": "standby"}).status_code == 302
    assert Claim.objects.get(role="standby").name == "路人甲"


def test_who_has_an_account_comes_to_the_section_and_takes_it_with_one_tap(client, week, member, now):
    client.force_login(member.user)
    sent = client.get(link_to(week.news, now), follow=True)
    assert sent.redirect_chain == [(f"/episodes/001/state/#section-{week.news.pk}", 302)]
    assert f'action="/claim/sections/{week.news.pk}/"' in said(sent)


def test_a_link_to_an_evening_that_has_begun_says_so_and_lets_nobody_in(client, week, now):
    link = link_to(week.news, now)
    close(week.episode, "live")
    refused = client.post(link, {"name": "路人甲"})
    assert refused.status_code == 410
    assert "版块已经定了" in said(refused)
    assert not Guest.objects.exists()


def test_the_sample_is_offered_only_while_there_is_nothing_else(client, organizer, settings, now):
    settings.DEBUG = True
    load_sample(by=SYSTEM, now=now)
    client.force_login(organizer.user)
    offered = r'<option value="(?:ask|submit|claim):[^"]*"[^>]*>([^<]*)'
    assert any("107" in each for each in re.findall(offered, said(client.get("/invitations/"))))
    with time_machine.travel(now, tick=False):
        board(now=now)
        found = re.findall(offered, said(client.get("/invitations/")))
    assert any("001" in each for each in found)
    assert not any("107" in each for each in found)
    assert Episode.objects.filter(code="107").exists()
