"""API tokens."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.http import Http404

from members.actions.tokens import create_token, revoke_token
from members.actors import ANONYMOUS
from members.models import Token

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
