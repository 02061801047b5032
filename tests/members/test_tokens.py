"""API tokens."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.http import Http404
from django.utils import timezone

from members.actions import logins
from members.actions.tokens import create_token, revoke_token
from members.actors import ANONYMOUS
from members.models import Event, Token, User

pytestmark = pytest.mark.django_db


def test_a_key_is_kept_as_digest_only(member, now):
    token, key = create_token(user=member.user, scope="read", name="机器人", by=member, now=now)
    assert key.startswith("olt_")
    assert Token.objects.valid(now).get(digest=Token.digest_of(key)) == token
    stored = Token.objects.filter(pk=token.pk).values().get()
    assert key not in map(str, stored.values())


def test_only_oneself_makes_and_revokes(member, stranger, organizer, now):
    for by in (stranger, organizer, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            create_token(user=member.user, scope="read", name="", by=by, now=now)
    token, _ = create_token(user=member.user, scope="read", name="", by=member, now=now)
    with pytest.raises(Http404):
        revoke_token(token=token, by=stranger, now=now)
    revoke_token(token=token, by=member, now=now)
    assert not Token.objects.valid(now).exists()


@pytest.mark.parametrize(("scope", "name"), [("admin", ""), ("read", "x" * 81), ("read", "a\x00")])
def test_bad_values_are_refused(member, now, scope, name):
    with pytest.raises(ValidationError):
        create_token(user=member.user, scope=scope, name=name, by=member, now=now)


def test_the_command_prints_the_key(member, now):
    out = io.StringIO()
    call_command("create_token", member.user.username, "--scope", "write", stdout=out)
    assert Token.objects.get(digest=Token.digest_of(out.getvalue().strip())).scope == "write"
    with pytest.raises(CommandError, match="nobody"):
        call_command("create_token", "nobody", "--scope", "read")


def test_the_operators_change_of_a_password_takes_the_tokens_back(client, member, stranger, now, monkeypatch):
    first, others = (
        create_token(user=who.user, scope="write", name="", by=who, now=now)[0] for who in (member, stranger)
    )
    client.force_login(member.user)
    typed = iter(("another horse battery", "a third horse battery", *["another horse battery"] * 2))
    monkeypatch.setattr("getpass.getpass", lambda prompt="": next(typed))
    out = io.StringIO()
    call_command("changepassword", "小满", stdout=out, stderr=io.StringIO())
    assert "收回了 1 个令牌" in out.getvalue()
    assert User.objects.get(pk=member.user.pk).check_password("another horse battery")
    first.refresh_from_db()
    others.refresh_from_db()
    assert (first.revoked_at is None, others.revoked_at) == (False, None)
    assert Event.objects.get(verb="revoke_token").target_key == str(first.pk)
    assert client.get("/settings/profile/").status_code == 302
    with pytest.raises(CommandError):
        call_command("changepassword", "nobody", stdout=out)


def test_another_password_takes_the_tokens_back(client, member, stranger, organizer, now, password):
    def token_of(person):
        return create_token(user=person.user, scope="write", name="", by=person, now=now)[0]

    first, others = token_of(member), token_of(stranger)
    link = logins.reset_link(person=member, by=organizer, now=timezone.now())
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = {"password1": "another horse battery", "password2": "another horse battery"}
    assert client.post(form, new).status_code == 302
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert Event.objects.get(verb="revoke_token").target_key == str(first.pk)
    second = token_of(member)
    client.post("/accounts/login/", {"login": "小满", "password": "another horse battery"})
    newer = {"password1": "a third horse battery", "password2": "a third horse battery"}
    client.post("/accounts/password/change/", {"oldpassword": "another horse battery", **newer})
    second.refresh_from_db()
    assert second.revoked_at is not None
    others.refresh_from_db()
    assert others.revoked_at is None
