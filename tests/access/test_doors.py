"""What the table is good for besides: every form wants its token, and the API's description has every operation."""

import re

import pytest
from django.test import Client

from members.models import Token
from tests.access.matrix import ask
from tests.access.policies import PUBLIC
from tests.access.test_matrix import ALL

pytestmark = pytest.mark.django_db

# A reader's display in a cookie; and the one click of a mail program (RFC 8058), whose address is the key.
WITHOUT_TOKEN = ("language/", "theme/", "unsubscribe/<token>/")
NOWHERE = ("<rest>/", "api(/.*)?")
UNDESCRIBED = ("api/v1/", "api/v1/schema/", "api/v1/docs/", "api(/.*)?")


def test_every_form_wants_its_token(world, monkeypatch):
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.force_login(world.organizer.user)
    monkeypatch.setitem(world.clients, "organizer", strict)
    forms = [row for row in ALL if "POST" in row.acts and row.pattern not in (*WITHOUT_TOKEN, *NOWHERE)]
    assert len(forms) > 100
    for row in forms:
        assert ask(row, "POST", "organizer", world) == ("403", set()), row.address


def plain(path):
    """An address without the names of what stands in it."""
    return re.sub(r"[<{]\w+[>}]", "{}", path)


def test_the_description_has_the_operations_of_the_table(client, db):
    schema = client.get("/api/v1/schema/").json()
    described = {
        (method.upper(), plain(path.removeprefix("/"))): {} in operation.get("security", [])
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }
    rows = [row for row in ALL if row.pattern.startswith("api") and row.pattern not in UNDESCRIBED]
    table = {}
    for row in rows:  # the first line of a pattern says for whom it is
        for method, act in row.acts.items():
            table.setdefault((method, plain(row.pattern)), act.policy == PUBLIC)
    assert described == table


def test_a_person_sees_the_own_tokens_only(world):
    Token.objects.filter(user=world.nora.user).update(name="别人的")
    for role in ("member", "organizer", "suspended"):
        assert "别人的" not in world.clients[role].get("/api/v1/tokens/").content.decode()
        assert "别人的" not in world.clients[role].get("/settings/tokens/").content.decode()
