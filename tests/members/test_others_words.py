"""What is kept or told of others: no code in a kept reply, no words of others in one's own file."""

import json

import pytest

from members.actions import people, requests
from members.actors import SYSTEM
from members.export import everything_of
from members.models import IdempotencyKey, Invitation

pytestmark = pytest.mark.django_db


def test_the_code_of_an_invitation_is_stored_nowhere(client, organizer):
    client.force_login(organizer.user)
    sent = {"data": json.dumps({"purpose": "join"}), "content_type": "application/json"}
    first, again = (client.post("/api/v1/invitations/", **sent, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    key = Invitation.objects.get().key
    assert first.json()["key"] == key
    assert key not in json.dumps(IdempotencyKey.objects.get().body)


def test_ones_file_holds_no_words_of_others_who_wanted_to_be_one(member, stranger, organizer, now):
    known = people.find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"]
    requests.request_person(person=known, message="我的电话是 555", by=stranger, now=now)
    own = requests.request_person(person=known, message="是我", by=member, now=now)
    requests.approve(request=own, by=organizer, now=now)
    known.refresh_from_db()
    text = json.dumps(everything_of(known), default=str, ensure_ascii=False)
    assert "555" not in text
    assert "是我" in text
    assert "是我" not in json.dumps(everything_of(organizer), default=str, ensure_ascii=False)
