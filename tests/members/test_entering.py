"""Coming in: invitations made and revoked, guests, accounts by a code."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actions import invitations, names, people, profile
from members.actors import SYSTEM
from members.models import Event, Guest, Invitation, Person, Purpose, User
from members.rules import StateRefusal, guest_may
from tests.threads import shared_database

pytestmark = pytest.mark.django_db


@pytest.fixture
def invite(organizer, now):
    def invite(purpose=Purpose.ASK, target="120", **values):
        return invitations.invite(purpose=purpose, target=target, by=organizer, now=now, **values)

    return invite


def new_user(name="新人"):
    user = User(username=name)
    user.set_password("correct horse battery")
    return user


def code_of(caught):
    return next(error.code for errors in caught.value.error_dict.values() for error in errors)


def test_only_organizers_and_the_schedule_invite(member, invite, now):
    assert invite().created_by.name == "青禾"
    assert invitations.invite(purpose="claim", target="7", by=SYSTEM, now=now).created_by is None
    with pytest.raises(PermissionDenied):
        invitations.invite(purpose="ask", target="120", by=member, now=now)
    with pytest.raises(PermissionDenied):
        invitations.revoke(invitation=invite(), by=member, now=now)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("purpose", {"purpose": "rule"}),
        ("target", {"target": ""}),
        ("target", {"purpose": "join", "target": "120"}),
        ("places", {"places": 0}),
        ("places", {"places": 1001}),
        ("expires_at", {"expires_at": timedelta(0)}),
        ("expires_at", {"expires_at": timedelta(days=401)}),
        ("note", {"note": "a\u202eb"}),
    ],
)
def test_values_that_cannot_be_used(invite, now, field, values):
    if "expires_at" in values:
        values["expires_at"] = now + values["expires_at"]
    with pytest.raises(ValidationError) as caught:
        invite(**values)
    assert list(caught.value.message_dict) == [field]
    assert not Invitation.objects.exists()


def test_a_guest_comes_in_with_a_name(invite, now):
    invitation = invite(places=2)
    guest = invitations.enter(key=invitation.key, name="路人", now=now)
    assert (guest.person.name, guest.person.user, guest.person.handle) == ("路人", None, "路人")
    assert guest_may(guest, Purpose.ASK, "120", now=now)
    assert Invitation.objects.get().used == 1
    event = Event.objects.get(verb="enter")
    assert (event.person, event.target_key) == (guest.person, str(guest.person_id))


def test_who_follows_a_second_link_stays_the_same_person(invite, now):
    first, second = invite(places=5), invite(Purpose.SUBMIT, "120", places=5)
    guest = invitations.enter(key=first.key, name="路人", now=now)
    again = invitations.enter(key=second.key, name="", now=now, guest=guest)
    assert (again.person, Person.objects.filter(name="路人").count()) == (guest.person, 1)
    assert invitations.enter(key=first.key, name="", now=now, guest=again) == guest
    assert [row.used for row in Invitation.objects.order_by("pk")] == [1, 1]


@pytest.mark.parametrize(
    "name", ["小满", " 小满", "小 满", "ｎora", "NORA", "群友", "已注销", "", "a\nb", "x" * 41, "a\u200f\u202eb"]
)
def test_names_of_people_with_an_account_and_of_groups_are_refused(invite, member, stranger, now, name):
    people.find_or_name(["群友"], by=SYSTEM, now=now)
    with pytest.raises(ValidationError) as caught:
        invitations.enter(key=invite().key, name=name, now=now)
    assert list(caught.value.message_dict) == ["name"]
    assert Invitation.objects.get().used == 0


@pytest.mark.parametrize("name", ["渡口", "渡口。"])
def test_a_name_of_the_record_is_nobody_elses_to_take(invite, now, name):
    known = people.find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"]
    link, code = invite().key, invite(Purpose.JOIN, "").key
    for act in (
        lambda: invitations.enter(key=link, name=name, now=now),
        lambda: invitations.join(key=code, user=new_user(name), now=now),
    ):
        with pytest.raises(ValidationError) as caught:
            act()
        assert code_of(caught) == "in_record"
        assert f"{known.get_absolute_url()}claim/" in "".join(caught.value.messages)
    assert Person.objects.get(user=None) == known
    assert list(Invitation.objects.values_list("used", flat=True)) == [0, 0]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Nora\ufe0f",
            "Nora\u3164",
            "Nora\u034f",
            "N\u043era",
            "Nora\u17b4",
            "\U000e0100Nora",
            "\u039dora",
            "N\u043er\u0430",
        ),
        *("\u039d\u039fRA", "\u200bNora", "\uffa0", "\u3164"),
        *("已注销", "已註銷", "已 註銷", "群友"),
    ],
)
def test_names_that_are_drawn_like_somebodys_are_refused(invite, stranger, member, now, name):
    with pytest.raises(ValidationError):
        invitations.enter(key=invite().key, name=name, now=now)
    with pytest.raises(ValidationError):
        profile.edit_profile(person=member, version=member.version, name=name, by=member, now=now)


@pytest.mark.parametrize("name", ["已注销", "已註銷", "群友", "N\u043era"])
def test_no_account_is_called_like_those_who_left_or_a_group(invite, stranger, now, name):
    with pytest.raises(ValidationError) as caught:
        invitations.join(key=invite(Purpose.JOIN, "").key, user=new_user(name), now=now)
    assert code_of(caught) == "taken"


def test_names_of_other_scripts_are_names(invite, member, now):
    for name in ("Анна", "Σοφία", "Noura"):
        assert invitations.enter(key=invite().key, name=name, now=now).person.name == name


def test_an_account_by_mail_gets_a_name_beside_that_of_the_record(now, settings):
    settings.OPEN_BY_MAIL = True
    people.find_or_name(["渡口"], by=SYSTEM, now=now)
    assert invitations.join(key="", user=new_user("渡口"), now=now).person.name == "渡口2"


def test_what_only_a_guest_is_called_is_free_until_they_are_of_the_record(invite, organizer, now):
    guest = invitations.enter(key=invite().key, name="路人", now=now)
    assert invitations.enter(key=invite().key, name="路人", now=now).person != guest.person
    known = people.find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"]
    names.merge(person=guest.person, into=known, by=organizer, now=now)
    with pytest.raises(ValidationError) as caught:
        invitations.join(key=invite(Purpose.JOIN, "").key, user=new_user("路人"), now=now)
    assert code_of(caught) == "in_record"
    guest.refresh_from_db()
    user = invitations.join(key=invite(Purpose.JOIN, "").key, user=new_user("路人"), now=now, guest=guest)
    assert user.person == known


def test_no_other_code_lets_anybody_in(invite, now):
    invitation = invite()
    for key in ("", "1-", f"{invitation.pk}-{'0' * 20}", invite(Purpose.JOIN, "").key):
        with pytest.raises(Http404):
            invitations.enter(key=key, name="路人", now=now)


def test_an_invitation_that_is_over_lets_nobody_in(invite, organizer, now):
    full, over, revoked = invite(), invite(expires_at=now + timedelta(hours=1)), invite()
    invitations.enter(key=full.key, name="甲", now=now)
    invitations.revoke(invitation=revoked, by=organizer, now=now)
    invitations.revoke(invitation=revoked, by=organizer, now=now)
    assert Event.objects.filter(verb="revoke_invitation").count() == 1
    codes = []
    for row, at in ((full, now), (over, now + timedelta(hours=1)), (revoked, now)):
        with pytest.raises(StateRefusal) as caught:
            invitations.enter(key=row.key, name="乙", now=at)
        codes.append(caught.value.code)
    assert codes == ["invitation_full", "invitation_ended", "invitation_ended"]


def test_an_account_is_opened_with_a_code(invite, now):
    invitation = invite(Purpose.JOIN, "")
    user = invitations.join(key=invitation.key, user=new_user(), now=now)
    assert (user.person.name, user.invitation, user.role) == ("新人", invitation, "member")
    with pytest.raises(ValidationError) as caught:
        invitations.join(key=invitation.key, user=new_user("第二位"), now=now)
    assert code_of(caught) == "closed"
    assert not User.objects.filter(username="第二位").exists()


def test_no_code_opens_nothing(invite, now, settings):
    for key in ("", "1-x", invite().key):
        with pytest.raises(ValidationError) as caught:
            invitations.join(key=key, user=new_user(), now=now)
        assert code_of(caught) == "closed"
    settings.OPEN_BY_MAIL = True
    assert invitations.join(key="", user=new_user(), now=now).invitation is None


def test_a_taken_user_name_takes_no_place(invite, member, now):
    invitation = invite(Purpose.JOIN, "")
    with pytest.raises(ValidationError) as caught:
        invitations.join(key=invitation.key, user=new_user("小满"), now=now)
    assert code_of(caught) == "taken"
    assert Invitation.objects.get().used == 0


def test_the_person_a_guest_made_becomes_theirs(invite, now):
    guest = invitations.enter(key=invite().key, name="路人", now=now)
    user = invitations.join(key=invite(Purpose.JOIN, "", places=2).key, user=new_user("luren"), now=now, guest=guest)
    assert (user.person, user.person.name) == (guest.person, "路人")
    other = invitations.join(key=Invitation.objects.last().key, user=new_user("other"), now=now, guest=guest)
    assert other.person != guest.person


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("purpose", ["join", "ask"])
def test_fifty_on_one_place(tmp_path, now, purpose):
    with shared_database(tmp_path) as at_once:
        target = "" if purpose == "join" else "120"
        key = invitations.invite(purpose=purpose, target=target, by=SYSTEM, now=now).key

        def one(number):
            def go():
                try:
                    if purpose == "join":
                        return invitations.join(key=key, user=new_user(f"人{number}"), now=now)
                    return invitations.enter(key=key, name=f"人{number}", now=now)
                except (ValidationError, StateRefusal):
                    return None

            return go

        came = at_once(*map(one, range(50)))
        assert (len([each for each in came if each]), came.count(None)) == (1, 49)
        assert (Person.objects.count(), Invitation.objects.get().used) == (1, 1)
        assert User.objects.count() + Guest.objects.count() == 1
