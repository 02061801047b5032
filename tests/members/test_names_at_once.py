"""Many who come in under one name at one instant, by different invitations: each gets in or is told clearly why not."""

import pytest
from django.core.exceptions import ValidationError

from members.actions import invitations, people
from members.actors import SYSTEM
from members.models import Alias, Invitation, Person, User
from tests.threads import shared_database

MANY = 8


@pytest.fixture
def at_once(transactional_db, tmp_path):
    with shared_database(tmp_path) as run:
        yield run


def keys(purpose, target, now):
    rows = [invitations.invite(purpose=purpose, target=target, by=SYSTEM, now=now) for _ in range(MANY)]
    return [row.key for row in rows]


def test_guests_of_one_name(at_once, now):
    links = keys("ask", "120", now)
    guests = at_once(*(lambda key=key: invitations.enter(key=key, name="渡口", now=now) for key in links))
    handles = {"渡口", *(f"渡口-{n}" for n in range(2, MANY + 1))}
    assert {guest.person.handle for guest in guests} == handles
    assert Alias.objects.get(name="渡口").person.handle in handles
    assert list(Invitation.objects.values_list("used", flat=True)) == [1] * MANY


def test_accounts_of_one_name_however_it_is_written(at_once, now):
    def join(key, name):
        try:
            return invitations.join(key=key, user=User(username=name, password="!"), now=now).username
        except ValidationError as error:
            return error.message_dict

    codes = keys("join", "", now)
    names = [("Nora", "nora")[place % 2] for place in range(MANY)]
    said = at_once(*(lambda pair=pair: join(*pair) for pair in zip(codes, names, strict=True)))
    assert [each for each in said if isinstance(each, str)] == [User.objects.get().username]
    assert {tuple(each) for each in said if isinstance(each, dict)} == {("username",)}
    assert sorted(Invitation.objects.values_list("used", flat=True)) == [0] * (MANY - 1) + [1]
    assert Person.objects.count() == 1


def test_accounts_by_mail_of_one_name(at_once, now, settings):
    settings.OPEN_BY_MAIL = True

    def join():
        return invitations.join(key="", user=User(username="nora", password="!"), now=now).username

    assert sorted(at_once(*[join] * MANY)) == ["nora", *(f"nora{n}" for n in range(2, MANY + 1))]


def test_names_of_documents_at_once(at_once, now):
    found = at_once(*[lambda: people.find_or_name(["渡口", "阿岚"], by=SYSTEM, now=now)] * MANY)
    assert {(each["渡口"].pk, each["阿岚"].pk) for each in found} == {(found[0]["渡口"].pk, found[0]["阿岚"].pk)}
    assert Person.objects.count() == 2


def test_when_too_many_want_it_they_are_told(db, now, monkeypatch):
    monkeypatch.setattr(people, "free_handle", lambda name: "taken")
    Person.objects.create(handle="taken", name="别人", created_at=now, changed_at=now)
    with pytest.raises(ValidationError) as refusal:
        people.create_user(username="nora", password="correct horse", role="member", by=SYSTEM, now=now)
    assert list(refusal.value.message_dict) == ["name"]
    assert not User.objects.exists()
