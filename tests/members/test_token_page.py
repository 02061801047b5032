"""The page of one's own tokens."""

import re

import pytest
from django.test import Client

from members.actions.tokens import create_token
from members.models import Token

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(member):
    client = Client()
    client.force_login(member.user)
    return client


def test_visitors_sign_in_first():
    for path in ("/settings/tokens/", "/settings/tokens/1/revoke/"):
        assert Client().post(path)["Location"].startswith("/accounts/login/")


def test_a_key_is_shown_once_and_works(at, member):
    made = at.post("/settings/tokens/", {"name": "脚本", "scope": "write"})
    key = re.search(r'value="(olt_[^"]+)"', made.content.decode())[1]
    assert "no-store" in made["Cache-Control"]
    token = Token.objects.get(digest=Token.digest_of(key))
    assert (token.user, token.name, token.scope) == (member.user, "脚本", "write")
    again = at.get("/settings/tokens/").content.decode()
    assert key not in again
    assert token.hint in again
    bearer = {"Authorization": f"Bearer {key}"}
    assert Client().get("/api/v1/tokens/", headers=bearer).json()["count"] == 1


@pytest.mark.parametrize(
    "sent", [{"scope": "all"}, {"scope": ""}, {"scope": "read", "name": "x" * 81}, {"scope": "read", "name": "a\x07b"}]
)
def test_a_mistake_is_said_beside_the_field(at, sent):
    response = at.post("/settings/tokens/", sent)
    assert response.status_code == 400
    assert 'class="error"' in response.content.decode()
    assert not Token.objects.exists()


def test_revoking_is_for_good_and_for_oneself(at, member, stranger, now):
    mine, _key = create_token(user=member.user, scope="read", name="我的", by=member, now=now)
    other, _key = create_token(user=stranger.user, scope="read", name="别人的", by=stranger, now=now)
    assert "别人的" not in at.get("/settings/tokens/").content.decode()
    assert at.post(f"/settings/tokens/{other.pk}/revoke/").status_code == 404
    assert at.get(f"/settings/tokens/{mine.pk}/revoke/").status_code == 405
    assert at.post(f"/settings/tokens/{mine.pk}/revoke/")["Location"] == "/settings/tokens/"
    assert list(Token.objects.valid(now)) == [other]
    assert at.post("/settings/tokens/99999999999999999999999/revoke/").status_code == 404


def test_suspended_people_see_no_form(at, member, now):
    member.user.suspended_at = now
    member.user.save()
    assert 'name="scope"' not in at.get("/settings/tokens/").content.decode()
    assert at.post("/settings/tokens/", {"scope": "read"}).status_code == 403


def test_a_token_without_a_name_is_listed_as_such(at, member):
    at.post("/settings/tokens/", {"name": "", "scope": "read"})
    said = at.get("/settings/tokens/").content.decode()
    assert '<h3 class="item-title">未命名</h3>' in said
    assert said.count(Token.objects.get().hint) == 2  # beside it, and in the label of its button
