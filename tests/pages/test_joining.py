"""Coming in: sign-up by a code or by mail, the link in the chat, what the answers tell of who exists."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from members.actions import invitations, logins
from members.actors import SYSTEM
from members.aliases import suggestions
from members.models import Guest, Invitation, Person, PersonRequest, User
from talks.actions import questions
from talks.models import Episode, Question
from tests.pages.conftest import evenings

SENT = {"username": "新人", "password1": "a quite long sentence", "password2": "a quite long sentence"}


@pytest.fixture
def code(organizer, now):
    return invitations.invite(purpose="join", places=2, by=organizer, now=now).key


@pytest.fixture
def site(organizer):
    """The small living site, whose documents name somebody who has an account already."""
    return evenings()


@pytest.fixture
def ask_link(site, organizer, now):
    row = invitations.invite(purpose="ask", target="021", places=2, by=organizer, now=now)
    return f"/go/{row.key}/"


@pytest.fixture
def by_mail(settings):
    settings.OPEN_BY_MAIL = True
    settings.ACCOUNT_LOGIN_METHODS = {"username", "email"}
    settings.ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    return settings


@pytest.fixture
def hashes(monkeypatch):
    """How many passwords were hashed."""
    made, encode = [], MD5PasswordHasher.encode

    def noted(self, password, salt):
        made.append(1)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", noted)
    return made


def said(response):
    """What a reply tells, without what differs every time."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    return response.status_code, response.get("Location"), text


# ── An account ──────────────────────────────────────────────────────────────


def test_the_link_of_a_code_fills_it_in_and_opens_an_account(client, db, code):
    page = client.get(f"/accounts/signup/?code={code}")
    assert f'value="{code}"' in page.content.decode()
    made = client.post("/accounts/signup/", {**SENT, "code": code})
    assert (made.status_code, made["Location"]) == (302, "/")
    user = User.objects.get(username="新人")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.person.name, user.invitation.used) == ("新人", 1)
    assert client.get("/people/新人/").status_code == 200
    assert client.get(f"/go/{code}/")["Location"] == f"/accounts/signup/?code={code}"


def test_without_a_code_nothing_tells_who_exists(client, db, code, member, hashes):
    answers = set()
    for name in ("小满", "没有这个人"):
        for wrong in ("", "1-0000", "x"):
            reply = client.post("/accounts/signup/", {**SENT, "username": name, "code": wrong})
            answers.add(said(reply)[2].replace(name, "").replace(f'value="{wrong}"', "").count("error"))
            assert "已被" not in said(reply)[2]
            assert reply.status_code == 200
    assert len(answers) == 1
    assert hashes == []
    assert User.objects.count() == 2


def test_with_a_code_a_taken_name_is_said(client, db, code, member):
    reply = client.post("/accounts/signup/", {**SENT, "username": "小满", "code": code})
    assert "属于有账号的人" in reply.content.decode()
    assert Invitation.objects.get().used == 0


def test_somebody_of_the_record_signs_up_beside_it_and_claims_it(client, site, code):
    known = Person.objects.get(name="渡口")
    claim = f"{known.get_absolute_url()}claim/"
    reply = client.post("/accounts/signup/", {**SENT, "username": "渡口", "code": code})
    assert f'<a href="{claim}">{claim}</a>' in reply.content.decode()
    assert not User.objects.filter(username="渡口").exists()
    assert client.post("/accounts/signup/", {**SENT, "username": "渡口本人", "code": code}).status_code == 302
    assert client.post(claim, {"message": "是我"}).status_code == 302
    assert PersonRequest.objects.get().person == known


def test_the_last_place_is_taken_while_the_form_is_filled_in(client, db, organizer, now, monkeypatch):
    row = invitations.invite(purpose="join", by=organizer, now=now)
    join = invitations.join

    def slow(**values):
        Invitation.objects.update(used=1)
        return join(**values)

    monkeypatch.setattr(invitations, "join", slow)
    reply = client.post("/accounts/signup/", {**SENT, "code": row.key})
    assert reply.status_code == 400
    assert "名额用完了" in reply.content.decode()
    assert not User.objects.filter(username="新人").exists()


# ── By mail ─────────────────────────────────────────────────────────────────


def test_a_verified_address_opens_an_account(client, db, by_mail):
    made = client.post("/accounts/signup/", {**SENT, "email": "new@example.org"})
    assert made["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+/)", mail.outbox[0].body)[1]
    signed_out = Client()
    assert (
        signed_out.post("/accounts/login/", {"login": "新人", "password": SENT["password1"]})["Location"]
        == made["Location"]
    )
    assert client.post(link).status_code == 302
    signed_in = client.post("/accounts/login/", {"login": "new@example.org", "password": SENT["password1"]})
    assert signed_in["Location"] == "/"
    assert User.objects.get().person.name == "新人"


def test_with_mail_who_was_invited_needs_no_address(client, db, by_mail, code, member, password):
    assert client.post("/accounts/signup/", {**SENT, "code": code})["Location"] == "/"
    assert client.post("/accounts/logout/").status_code == 302
    assert client.post("/accounts/login/", {"login": "小满", "password": password})["Location"] == "/"


def test_nobody_takes_anothers_address_in_advance(client, db, by_mail, code):
    taken = {**SENT, "username": "先占的", "email": "victim@example.org"}
    assert client.post("/accounts/signup/", {**taken, "code": code})["Location"] == "/"
    assert not EmailAddress.objects.exists()
    EmailAddress.objects.create(user=User.objects.get(username="先占的"), email="victim@example.org", primary=True)
    Client().post("/accounts/password/reset/", {"email": "victim@example.org"})
    assert not any("/password/reset/key/" in each.body for each in mail.outbox)
    mail.outbox.clear()
    caches["default"].clear()  # one address gets a mail every few minutes only
    victim = Client()
    said_ = victim.post("/accounts/signup/", {**SENT, "email": "victim@example.org"})
    assert said_["Location"] == "/accounts/confirm-email/", said_.content.decode()[-3000:]
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+/)", mail.outbox[0].body)[1]
    assert victim.post(link).status_code == 302
    assert EmailAddress.objects.get(verified=True).user.username == "新人"
    mail.outbox.clear()
    Client().post("/accounts/password/reset/", {"email": "victim@example.org"})
    (sent,) = mail.outbox
    assert f"/password/reset/key/{user_pk_to_url_str(User.objects.get(username='新人'))}-" in sent.body


def test_sign_up_by_mail_tells_nothing(client, db, by_mail, member, hashes):
    first = client.post("/accounts/signup/", {**SENT, "email": "taken@example.org"})
    EmailAddress.objects.update(verified=True)
    work = len(hashes)
    answers = [said(first)]
    for name, address in (("小满", "a@example.org"), ("别人", "taken@example.org"), ("小满", "taken@example.org")):
        hashes.clear()
        caches["default"].clear()  # one address gets a mail every few minutes only
        answers.append(said(Client().post("/accounts/signup/", {**SENT, "username": name, "email": address})))
        assert len(hashes) == work
    assert len(set(answers)) == 1
    assert len(mail.outbox) == 4
    assert sorted(User.objects.values_list("username", flat=True)) == ["小满", "小满2", "新人"]
    bare = client.post("/accounts/signup/", SENT)
    assert "要填一个能证明是你的邮箱" in bare.content.decode()


def test_password_reset_by_mail_tells_nothing(client, db, by_mail, member):
    member.user.emailaddress_set.create(email="xm@example.org", verified=True, primary=True)
    known, unknown = (
        Client().post("/accounts/password/reset/", {"email": f"{name}@example.org"}) for name in ("xm", "no")
    )
    assert said(known) == said(unknown)
    assert [one.to for one in mail.outbox] == [["xm@example.org"], ["no@example.org"]]
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+/)", mail.outbox[0].body)[1]
    assert client.get(link).status_code == 302


# ── Log-in ──────────────────────────────────────────────────────────────────


def test_sign_in_tells_nothing_and_does_the_same_work(client, member, now, password, hashes):
    answers, work = set(), []
    for name in ("小满", "没有这个人"):
        hashes.clear()
        reply = Client().post("/accounts/login/", {"login": name, "password": "wrong"})
        work.append(len(hashes))
        answers.add((reply.status_code, said(reply)[2].replace(name, "")))
    assert len(answers) == 1
    assert len(set(work)) == 1
    assert work[0] > 0


# ── A lost password, without mail ───────────────────────────────────────────


def test_without_mail_organizers_help(client, db):
    page = client.get("/accounts/password/reset/").content.decode()
    assert "组织者" in page
    assert client.get("/accounts/email/").status_code in (302, 404)


def test_a_reset_link_works_once(client, organizer, member):
    """And organizers make none for each other."""
    old = Client()
    old.force_login(member.user)
    client.force_login(organizer.user)
    page = client.post(f"/people/{member.handle}/manage/reset-link/").content.decode()
    link = re.search(r"http://testserver(/accounts/password/reset/key/[^\"]+)", page)[1]
    assert "no-store" in client.post(f"/people/{member.handle}/manage/reset-link/")["Cache-Control"]
    theirs = Client()
    form = theirs.get(link)["Location"]
    new = {"password1": "another long sentence", "password2": "another long sentence"}
    assert theirs.post(form, new)["Location"] == "/accounts/password/reset/key/done/"
    assert "_auth_user_id" not in old.get("/").wsgi_request.session
    assert theirs.post("/accounts/login/", {"login": "小满", "password": new["password1"]})["Location"] == "/"
    assert "失效" in Client().get(link).content.decode()


def test_a_reset_link_lasts_an_hour(organizer, member):
    with time_machine.travel("2026-03-04T20:00:00+08:00", tick=False) as clock:
        link = logins.reset_link(person=member, by=organizer, now=timezone.now())
        clock.shift(timedelta(minutes=59))
        assert Client().get(link).status_code == 302
        clock.shift(timedelta(minutes=2))
        assert "失效" in Client().get(link).content.decode()


# ── A guest ─────────────────────────────────────────────────────────────────


def test_a_guest_says_a_name_once_and_asks(client, ask_link):
    assert client.get(ask_link).status_code == 200
    assert "sessionid" not in client.cookies
    came = client.post(ask_link, {"name": "路人"})
    assert came["Location"] == "/episodes/021/ask/"
    page = client.get("/episodes/021/ask/").content.decode()
    assert 'checked><label for="as-me">路人</label>' in page
    asked = client.post("/episodes/021/ask/", {"body": "来宾也能问吗？"})
    question = Question.objects.get(body="来宾也能问吗？")
    assert asked["Location"] == question.get_absolute_url()
    assert (question.asker.name, question.asker_name, question.asker.user) == ("路人", "路人", None)
    assert client.get(ask_link)["Location"] == "/episodes/021/ask/"
    assert Guest.objects.count() == 1


def test_a_guest_does_the_one_thing_only(client, site, ask_link, now, organizer):
    client.post(ask_link, {"name": "路人"})
    kept = client.post("/q/020-1/", {"body": "来宾想答"})
    assert kept["Location"].startswith("/accounts/login/")
    assert "来宾想答" in client.get("/q/020-1/").content.decode()
    for path in ("/settings/profile/", "/settings/tokens/", "/invitations/", "/aliases/"):
        assert client.get(path)["Location"].startswith("/accounts/login/"), path
    assert client.post("/api/v1/questions/", {"episode": "021", "body": "x"}).status_code in (401, 415)
    invitations.revoke(invitation=Invitation.objects.get(), by=organizer, now=now)
    assert client.post("/episodes/021/ask/", {"body": "撤销之后"})["Location"].startswith("/accounts/login/")
    assert not Question.objects.filter(body="撤销之后").exists()


def test_an_invitation_that_is_over_says_so(client, ask_link, organizer, now, member):
    assert client.post(ask_link, {"name": "小满"}).status_code == 400
    invitations.revoke(invitation=Invitation.objects.get(), by=organizer, now=now)
    for reply in (client.get(ask_link), client.post(ask_link, {"name": "路人"})):
        assert reply.status_code == 410
        assert "邀请已经结束" in reply.content.decode()
    assert not Guest.objects.exists()
    assert client.get("/go/1-0000/").status_code == 404


def test_members_go_straight_to_the_thing(signed_in, ask_link):
    assert signed_in.get(ask_link)["Location"] == "/episodes/021/ask/"
    assert not Guest.objects.exists()


def test_the_person_becomes_theirs_when_the_guest_signs_up(client, ask_link, code):
    client.post(ask_link, {"name": "路人"})
    client.post("/episodes/021/ask/", {"body": "后来开了账号"})
    client.post("/accounts/signup/", {**SENT, "code": code})
    person = Person.objects.get(user__username="新人")
    assert person.name == "路人"
    assert Question.objects.get(body="后来开了账号").asker == person
    assert Person.objects.filter(name="路人").count() == 1


# ── The organizers' page ────────────────────────────────────────────────────


def test_organizers_make_copy_and_revoke(client, site, organizer, member):
    assert client.get("/invitations/")["Location"].startswith("/accounts/login/")
    client.force_login(member.user)
    assert client.get("/invitations/").status_code == 403
    assert client.post("/invitations/", {"thing": "join:"}).status_code == 403
    client.force_login(organizer.user)
    made = client.post("/invitations/", {"thing": "ask:021", "places": 3, "days": 7, "note": "周六"})
    row = Invitation.objects.get()
    assert made["Location"] == f"/invitations/#invitation-{row.pk}"
    assert (row.purpose, row.target, row.places, row.note) == ("ask", "021", 3, "周六")
    invitations.enter(key=row.key, name="路人", now=row.created_at)
    page = client.get("/invitations/").content.decode()
    assert f"http://testserver/go/{row.key}/" in page
    assert "路人" in page
    assert client.post("/invitations/", {"thing": "claim:999999", "places": 3, "days": 7}).status_code == 400
    assert client.post(f"/invitations/{row.pk}/revoke/")["Location"] == "/invitations/"
    assert row.key not in client.get("/invitations/").content.decode()


def test_who_came_costs_no_query(client, site, organizer, now, django_assert_max_num_queries):
    client.force_login(organizer.user)
    for number in range(30):
        row = invitations.invite(purpose="ask", target="021", places=5, by=SYSTEM, now=now)
        invitations.enter(key=row.key, name=f"路人{number}", now=now)
    with django_assert_max_num_queries(14):
        client.get("/invitations/")


def test_guests_of_one_name_are_suggested_as_one_and_are_no_members_before_they_do_something(organizer, site, now):
    link = invitations.invite(purpose="ask", target="021", places=3, by=organizer, now=now)
    guests = [invitations.enter(key=link.key, name="路人甲", now=now) for _turn in range(3)]
    client = Client()
    client.force_login(organizer.user)
    page = client.get("/aliases/").content.decode()
    assert page.count("名字相同") == 3
    assert all(guest.person.handle in page for guest in guests)
    for each in (client, Client()):
        assert "路人甲" not in each.get("/people/").content.decode()
    questions.ask(episode=Episode.objects.get(code="021"), body="为什么？", by=guests[0], now=now)
    for each in (client, Client()):
        assert each.get("/people/").content.decode().count("路人甲") >= 1
        assert guests[1].person.handle not in each.get("/people/").content.decode()


def test_who_left_is_never_suggested(site, now):
    for key in (1, 2):
        Person.objects.create(handle=f"erased-{key}", name="已注销", created_at=now, changed_at=now)
    assert not any(pair.person.name == "已注销" for pair in suggestions())
