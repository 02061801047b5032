"""Persons, logins and events."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from members.actions import people
from members.actions.events import record
from members.actions.invitations import refuse_taken
from members.actions.names import rename
from members.actors import ANONYMOUS, SYSTEM
from members.models import Alias, Event, Person, Role, User
from members.rules import check_text, is_organizer, may_write

pytestmark = pytest.mark.django_db


def test_a_name_becomes_a_person_once(now):
    first = people.find_or_name(["渡口", "群友", "渡口"], by=SYSTEM, now=now)
    again = people.find_or_name(["渡口"], by=SYSTEM, now=now)
    assert again["渡口"] == first["渡口"]
    assert [person.is_collective for person in first.values()] == [False, True]
    assert User.objects.count() == 0
    assert Event.objects.filter(verb="name").count() == 2


def test_an_alias_of_a_merged_person_means_the_other(now):
    found = people.find_or_name(["渡口", "渡囗"], by=SYSTEM, now=now)
    Person.objects.filter(pk=found["渡囗"].pk).update(merged_into=found["渡口"])
    assert people.find_or_name(["渡囗"], by=SYSTEM, now=now)["渡囗"] == found["渡口"]


@pytest.mark.parametrize(
    ("name", "handle"),
    [("Dark Flame Master", "dark-flame-master"), ("青禾", "青禾"), ("a/b?c#d", "a-b-c-d"), ("（）", "person")],
)
def test_handles_are_fit_for_addresses(name, handle):
    assert people.handle_for(name) == handle


def test_two_names_with_one_handle_get_two(now):
    found = people.find_or_name(["Nora", "nora", "NORA"], by=SYSTEM, now=now)
    assert [person.handle for person in found.values()] == ["nora", "nora-2", "nora-3"]


def test_a_user_gets_a_person(organizer):
    assert organizer.user.username == "青禾"
    assert is_organizer(organizer)
    assert Alias.objects.get(name="青禾").person == organizer


def test_a_user_claims_a_person_of_the_record(now, password):
    person = people.find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"]
    user = people.create_user(username="dukou", password=password, role=Role.MEMBER, by=SYSTEM, now=now, claim=person)
    assert user.person == person
    with pytest.raises(ValidationError):
        people.create_user(username="other", password=password, role=Role.MEMBER, by=SYSTEM, now=now, claim=person)
    assert not User.objects.filter(username="other").exists()


def test_a_user_with_a_known_name_does_not_take_that_person(now, password):
    person = people.find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"]
    user = people.create_user(username="渡口", password=password, role=Role.MEMBER, by=SYSTEM, now=now)
    assert user.person != person
    assert people.find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"] == person


@pytest.mark.parametrize("name", ["小结", "小結", "小\u200b结", "小 结", "＠小结", "小\u00ad结", "小\u2800结"])
def test_nobody_is_called_as_the_record_signs_its_summaries(now, password, organizer, name):
    with pytest.raises(ValidationError):
        people.create_user(username=name, password=password, role=Role.MEMBER, by=SYSTEM, now=now)
    with pytest.raises(ValidationError):
        rename(person=organizer, name=name, version=organizer.version, by=organizer, now=now)
    with pytest.raises(ValidationError):
        refuse_taken(name)
    assert not Alias.objects.filter(name=name).exists()


def test_members_do_not_make_accounts(member, now, password):
    with pytest.raises(PermissionDenied):
        people.create_user(username="x1", password=password, role=Role.ORGANIZER, by=member, now=now)
    with pytest.raises(PermissionDenied):
        people.create_user(username="x1", password=password, role=Role.MEMBER, by=ANONYMOUS, now=now)


def test_a_weak_password_is_refused(now):
    with pytest.raises(ValidationError) as caught:
        people.create_user(username="x1", password="123", role=Role.MEMBER, by=SYSTEM, now=now)
    assert list(caught.value.message_dict) == ["password"]


def test_suspended_people_may_only_read(member, now):
    assert may_write(member)
    member.user.suspended_at = now
    assert not may_write(member)


def test_an_anonymous_event_keeps_no_person_and_only_the_hour(now):
    event = record(by=ANONYMOUS, now=now.replace(minute=42, second=7), verb="ask", kind="question", key="101-1")
    assert (event.person, event.at) == (None, now)


def test_create_organizer(now, monkeypatch, password):
    monkeypatch.setenv("OPENLLM_TALK_PASSWORD", password)
    call_command("create_organizer", "三两", stdout=io.StringIO())
    assert is_organizer(User.objects.get(username="三两").person)
    with pytest.raises(CommandError, match=r"\S"):
        call_command("create_organizer", "三两")


@pytest.mark.django_db
def test_no_organizer_gets_a_login_that_opens_nothing(monkeypatch, password):
    monkeypatch.setenv("OPENLLM_TALK_PASSWORD", password)
    with pytest.raises(CommandError, match="sample-"):
        call_command("create_organizer", "sample-anna")
    assert not User.objects.exists()


def test_create_organizer_asks_twice(monkeypatch, password):
    monkeypatch.delenv("OPENLLM_TALK_PASSWORD", raising=False)
    typed = iter([password, f"{password}r", password, password])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    err = io.StringIO()
    call_command("create_organizer", "三两", stdout=io.StringIO(), stderr=err)
    assert "不一致" in err.getvalue()
    assert User.objects.get(username="三两").check_password(password)
    assert list(typed) == []


def test_create_organizer_without_anybody_at_the_keyboard(monkeypatch):
    def nobody(prompt):
        raise EOFError

    monkeypatch.delenv("OPENLLM_TALK_PASSWORD", raising=False)
    monkeypatch.setattr("getpass.getpass", nobody)
    with pytest.raises(CommandError, match="OPENLLM_TALK_PASSWORD"):
        call_command("create_organizer", "三两")
    assert not User.objects.exists()


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "a\ud800b", "a\u202eb", "a\u2066b"])
def test_text_that_cannot_be_kept_names_field_and_place(bad):
    with pytest.raises(ValidationError) as caught:
        check_text(bad, field="body", limit=10)
    assert list(caught.value.message_dict) == ["body"]
    assert "2" in caught.value.messages[0]


def test_text_is_returned_unchanged():
    text = "行首\t制表\r\n换行 emoji 🐟‍ zwj"
    assert check_text(text, field="body", limit=100) == text


@pytest.mark.parametrize("text", ["x" * 11, " \n"])
def test_too_long_and_empty_text_are_refused(text):
    with pytest.raises(ValidationError) as caught:
        check_text(text, field="body", limit=10, required=True)
    assert list(caught.value.message_dict) == ["body"]


def test_a_refused_password_is_explained_in_chinese(now, monkeypatch):
    monkeypatch.setenv("OPENLLM_TALK_PASSWORD", "abc")
    with pytest.raises(CommandError, match=r"密码太短，至少要有 8 个字符。") as caught:
        call_command("create_organizer", "三两")
    assert "password" not in str(caught.value)
