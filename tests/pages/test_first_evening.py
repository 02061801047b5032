"""What a new community sees: nothing of the future among the past, the button that opens a number, no sentence twice."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from talks.actions.claims import claim
from talks.actions.life import advance
from talks.models import Claim, Episode, Section
from talks.places import with_last_owner
from tests.pages.conftest import document, put
from tests.talks.week import board

pytestmark = pytest.mark.django_db


def said(client, address):
    return client.get(address).content.decode()


def signed(person):
    client = Client()
    client.force_login(person.user)
    return client


def test_organizers_open_the_first_number_from_the_front_page(organizer, member, now):
    with time_machine.travel(now, tick=False):
        page = said(signed(organizer), "/")
        assert f'action="{reverse("plan-next")}"' in page
        assert "目前没有在筹备的期" in page
        for client in (signed(member), Client()):
            assert "目前没有在筹备的期" not in said(client, "/")
        board(now=now)
        assert "目前没有在筹备的期" not in said(signed(organizer), "/")


def test_numbers_to_come_are_not_in_the_record_and_nobody_led_them(organizer, stranger, now):
    with time_machine.travel(now, tick=False):
        put(document(20, starts_at="2026-02-21T21:00:00+08:00"), now=now)
        Episode.objects.all().update(state="published")
        week = board(now=now)
        claim(section=week.news, role="lead", by=stranger, now=now)
        advance(episode=week.episode, to="locked", reason="先锁", by=organizer, now=now)
        [ledger] = re.findall(r'<ol class="ledger">.*?</ol>', said(Client(), "/"), re.DOTALL)
        later = Episode.objects.get(state="collecting")
        assert later.code not in ledger
        assert "020" in ledger
        news = with_last_owner(Section.objects.filter(episode=later)).get(kind="news")
        assert news.last_owner is None
        Episode.objects.filter(pk=week.episode.pk).update(state="wrapup")
        news = with_last_owner(Section.objects.filter(episode=later)).get(kind="news")
        assert news.last_owner == Claim.objects.current().get().name


def test_what_is_wrong_with_an_address_is_said_once(member, now):
    with time_machine.travel(now, tick=False):
        board(now=now)
        sent = signed(member).post("/submit/", {"url": "不是地址", "text": "看看"})
        assert sent.status_code == 400
        assert sent.content.decode().count("https:// 开头") == 1
