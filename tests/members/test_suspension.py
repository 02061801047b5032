"""A suspended person at every door: what was open ends at once, and whatever opens anew only reads."""

import json

import pytest
from django.test import Client

from members.actions import invitations, logins, tokens
from members.actors import SYSTEM
from members.models import Guest, Person, Token
from talks.models import Question
from tests.pages.conftest import document, put

API = "/api/v1/"


@pytest.fixture
def evening(db, now):
    put(document(20, starts_at="2026-02-28T21:00:00+08:00"), now=now)
    return put(document(21, starts_at="2099-03-07T21:00:00+08:00"), now=now)


def asks(client, **headers):
    """How a question by page and by API is answered."""
    page = client.post("/episodes/021/ask/", {"body": "还想问"}, headers=headers)
    body = json.dumps({"episode": "021", "body": "还想问"})
    return page, client.post(f"{API}questions/", body, content_type="application/json", headers=headers)


def test_sessions_tokens_and_links_of_before(evening, member, organizer, now):
    browser, program = Client(), Client()
    browser.force_login(member.user)
    _token, key = tokens.create_token(user=member.user, scope="write", name="", by=member, now=now)
    bearer = {"Authorization": f"Bearer {key}"}
    logins.suspend(person=member, reason="刷屏", by=organizer, now=now)
    assert browser.get("/settings/tokens/")["Location"].startswith("/accounts/login/")
    assert browser.get(f"{API}tokens/").status_code == 401
    assert asks(browser)[1].status_code == 401
    assert program.get(f"{API}episodes/", headers=bearer).status_code == 401
    assert asks(program, **bearer)[1].status_code == 401
    assert not Token.objects.filter(revoked_at=None).exists()
    assert not Question.objects.filter(body="还想问").exists()


def test_signing_in_again_only_reads(evening, member, organizer, now, password):
    logins.suspend(person=member, reason="刷屏", by=organizer, now=now)
    browser = Client()
    assert browser.post("/accounts/login/", {"login": "小满", "password": password}).status_code == 302
    assert browser.get("/episodes/020/").status_code == 200
    assert [each.status_code for each in asks(browser)] == [403, 403]
    for path in (
        "/accounts/password/change/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/reauthenticate/",
        "/settings/tokens/",
    ):
        assert browser.post(path, {}).status_code == 403, path
    for path, body in (("tokens", {"scope": "write"}), ("lists", {"slug": "x", "title": "x"})):
        sent = browser.post(f"{API}{path}/", json.dumps(body), content_type="application/json")
        assert sent.status_code == 403, path


def test_a_new_password_opens_reading_only(evening, member, organizer, now):
    link = logins.reset_link(person=member, by=organizer, now=now)
    logins.suspend(person=member, reason="刷屏", by=organizer, now=now)
    browser = Client()
    form = browser.get(link)["Location"]
    new = "another horse battery"
    assert browser.post(form, {"password1": new, "password2": new}).status_code == 302
    assert browser.post("/accounts/login/", {"login": "小满", "password": new}).status_code == 302
    assert [each.status_code for each in asks(browser)] == [403, 403]


def test_a_guest_link_gives_nothing_to_who_is_suspended(evening, member, organizer, now, password):
    """Neither signed in, nor as the guest that one was in another browser before one had the account."""
    key = invitations.invite(purpose="ask", target="021", places=5, by=SYSTEM, now=now).key
    guest = invitations.enter(key=key, name="渡口旁", now=now)
    other = Client()
    session = other.session
    session["guest"] = guest.pk
    session.save()
    assert asks(other)[0].status_code == 302
    assert Question.objects.filter(body="还想问").count() == 1
    Person.objects.filter(pk=member.pk).update(user=None)
    Person.objects.filter(pk=guest.person.pk).update(user=member.user)
    owner = Person.objects.get(pk=guest.person.pk)
    logins.suspend(person=owner, reason="刷屏", by=organizer, now=now)
    assert asks(other)[0]["Location"].startswith("/accounts/login/")  # nobody it knows
    browser = Client()
    browser.post("/accounts/login/", {"login": "小满", "password": password})
    browser.post(f"/go/{key}/", {"name": "渡口旁"})
    assert [each.status_code for each in asks(browser)] == [403, 403]
    assert Question.objects.filter(body="还想问").count() == 1
    assert Guest.objects.filter(person=owner).count() == 1
