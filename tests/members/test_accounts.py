"""Who may sign in."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from members.accounts import may_sign_in
from members.actions import logins, people
from members.actors import SYSTEM
from members.models import Event, Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample(now, password):
    return people.create_user(username="sample-x", password=password, role=Role.MEMBER, by=SYSTEM, now=now)


@pytest.mark.parametrize("debug", [True, False])
def test_sample_logins_open_nothing_on_a_real_site(sample, password, settings, debug):
    settings.DEBUG = debug
    client = Client()
    client.post("/accounts/login/", {"login": "sample-x", "password": password})
    assert ("_auth_user_id" in client.session) == debug


def test_a_sample_session_ends_when_debug_goes_off(sample, settings):
    settings.DEBUG = True
    client = Client()
    client.force_login(sample)
    assert client.get("/").context["user"].is_authenticated
    settings.DEBUG = False
    assert not client.get("/").context["user"].is_authenticated


def test_inactive_people_do_not_sign_in(member):
    assert may_sign_in(member.user)
    member.user.is_active = False
    assert not may_sign_in(member.user)


def test_a_suspended_organizer_is_kept_out_of_the_admin(organizer, now):
    client = Client()
    client.force_login(organizer.user)
    assert client.get("/admin/").status_code == 200
    User.objects.filter(pk=organizer.user.pk).update(suspended_at=now)
    assert client.get("/admin/").status_code == 403
    assert client.post(f"/admin/members/user/{organizer.user.pk}/change/", {"username": "x"}).status_code == 403


def signs_in(name, password, *, at):
    client = Client(REMOTE_ADDR=at)
    client.post("/accounts/login/", {"login": name, "password": password})
    return "_auth_user_id" in client.session


def test_guessing_one_password_is_stopped_wherever_it_comes_from(member, stranger, password):
    for place in range(5):
        assert not signs_in("小满", f"wrong {place}", at=f"198.51.100.{place}")
    assert not signs_in("小满", password, at="198.51.100.77")
    assert signs_in("Nora", password, at="198.51.100.77")


def test_guessing_from_one_place_is_stopped_whoever_is_meant(member, password):
    for place in range(10):
        assert not signs_in(f"nobody-{place}", "wrong", at="198.51.100.1")
    assert not signs_in("小满", password, at="198.51.100.1")
    assert signs_in("小满", password, at="198.51.100.2")


def test_a_member_is_told_that_the_admin_is_not_theirs(member):
    client = Client()
    client.force_login(member.user)
    assert client.get("/admin/", follow=True).status_code == 403


def test_signing_in_speaks_as_the_site_does(member, password):
    client = Client()
    wrong = client.post("/accounts/login/", {"login": member.user.username, "password": "wrong"}).content.decode()
    assert "用户名或密码不对。" in wrong
    assert "您" not in wrong
    right = client.post("/accounts/login/", {"login": member.user.username, "password": password}, follow=True)
    assert f"已登录：{member.user.username}。" in right.content.decode()


def test_the_admin_gives_roles_on_the_record_and_takes_over_nobody(client, organizer, member, now, password):
    client.force_login(organizer.user)
    at = f"/admin/members/user/{member.user_id}"
    page = client.get(f"{at}/change/")
    assert page.status_code == 200
    assert set(page.context["adminform"].form.fields) == {"role"}
    other = {"password1": "hijack horse battery", "password2": "hijack horse battery", "usable_password": "true"}
    client.post(f"{at}/password/", other)
    member.user.refresh_from_db()
    assert member.user.check_password(password)
    for role, is_boss in (("organizer", True), ("member", False)):
        sent = {"role": role, "username": "x", "is_superuser": "", "is_active": ""}
        assert client.post(f"{at}/change/", sent).status_code == 302
        member.user.refresh_from_db()
        said = (member.user.role, member.user.is_staff, member.user.is_superuser, member.user.is_active)
        assert said == (role, is_boss, is_boss, True)
        event = Event.objects.filter(verb="change_role").latest("pk")
        assert (event.person, event.target_key, event.after) == (organizer, str(member.pk), {"role": role})
    assert member.user.username == "小满"


def test_nobody_changes_their_own_role(client, organizer, member, now):
    client.force_login(organizer.user)
    client.post(f"/admin/members/user/{organizer.user_id}/change/", {"role": "member"})
    organizer.user.refresh_from_db()
    assert organizer.user.role == "organizer"
    for person, by in ((organizer, organizer), (member, member)):
        with pytest.raises(PermissionDenied):
            logins.change_role(person=person, role="organizer", by=by, now=now)
