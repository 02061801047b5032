"""The alias book and the record: merged people are parted again without a trace, in every table and every export."""

import itertools
import json
from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from members.actions import names, people
from members.actors import SYSTEM
from members.models import Alias, Event, Person, Role
from members.rules import StateRefusal
from members.written import pointers
from talks.actions import questions
from talks.export import CHANNELS, export
from talks.models import Claim, Credit, Episode, Hosting, ItemVote, Question, Section
from tests.conftest import SHANGHAI
from tests.pages.conftest import coming, document, item, put, question, rich, section

pytestmark = pytest.mark.django_db

WHO = ("渡口", "渡囗", "渡口智能", "小满", "阿岚", "青禾子")


def archive(now):
    """Several evenings, in which everybody does everything under every name."""
    put(rich(20), now=now)
    put(coming(21), now=now)
    for number, (one, two) in enumerate(itertools.permutations(WHO[:4], 2), 30):
        news = section(
            "news",
            "本周新闻",
            leads=[one, two],
            contributors=[two],
            labels=[{"label": "负责人", "text": f"{one}、{two}"}],
            items=[item("一条", "https://example.org/a", contributors=[one, two])],
        )
        asked = question("为什么？", number=1, asker=two, answers=[(one, "因为。"), (two, "也因为。"), (None, "嗯。")])
        put(
            document(
                number,
                starts_at="2026-02-21T21:00:00+08:00",
                hosts=[one],
                editors=[two],
                leads=[one],
                labels=[{"label": "主持人", "text": f"{one}（第一次）"}],
                sections=[news],
                questions=[asked],
            ),
            now=now,
        )


def exports():
    return {
        (episode.code, channel): export(episode, channel).text
        for episode in Episode.objects.order_by("pk")
        for channel in CHANNELS
    }


def pointing():
    """Who every row of every table points to, and the name beside."""
    found = {}
    for pointer in pointers():
        fields = ["pk", f"{pointer.field}_id", *([pointer.written] if pointer.written else [])]
        found[pointer.label] = list(pointer.model._base_manager.order_by("pk").values_list(*fields))
    return found


def named(name):
    return Alias.objects.get(name=name).person


@pytest.fixture(scope="module")
def archived(django_db_setup, django_db_blocker):
    """The archive, stored once: what a test writes is rolled back to it. Gives its exports and who it points to."""
    with django_db_blocker.unblock(), transaction.atomic():
        archive(datetime(2026, 3, 4, 20, 0, tzinfo=SHANGHAI))
        yield exports(), pointing()
        transaction.set_rollback(True)


@pytest.fixture
def before(archived):
    return archived[0]


@pytest.fixture
def whose(archived):
    return archived[1]


@pytest.fixture
def book(archived, organizer, now):
    class Book:
        def merge(self, one, into):
            return names.merge(person=one, into=into, by=organizer, now=now)

        def unmerge(self, one):
            return names.unmerge(person=one, by=organizer, now=now)

        def rename(self, row, name, **more):
            row.refresh_from_db()
            return names.rename(person=row, name=name, version=row.version, by=organizer, now=now, **more)

        def undo(self, row):
            return names.undo_rename(person=row, by=organizer, now=now)

    return Book()


def test_merging_says_who_is_meant_and_changes_no_word(book, before):
    one, other = named("渡囗"), named("渡口")
    book.merge(one, other)
    assert exports() == before
    assert named("渡囗") == other
    assert {row.person_id for row in Hosting.objects.filter(name="渡囗")} == {other.pk}
    assert not Credit.objects.filter(person=one).exists()


def test_parting_restores_every_credit_and_every_byte(book, before, whose):
    one, other = named("渡囗"), named("渡口")
    book.merge(one, other)
    book.rename(other, "摆渡人", carry=True)
    said = "".join(text for (_code, channel), text in exports().items() if channel != "json")
    assert {line for line in said.splitlines() if "渡囗" in line} == {
        "【负责人】：摆渡人、渡囗",
        "【负责人】：渡囗、摆渡人",
    }
    assert "摆渡人" in "".join(exports().values())
    book.unmerge(one)
    assert exports() == before
    assert pointing() == whose
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.merged_into, one.name, other.name) == (None, "渡囗", "渡口")


def test_a_carried_name_can_be_taken_back_by_itself(book, before, whose):
    row = book.rename(named("渡口"), "摆渡人", carry=True)
    assert exports() != before
    assert named("摆渡人") == named("渡口") == row
    assert book.undo(row).name == "渡口"
    assert exports() == before
    assert pointing() == whose
    with pytest.raises(StateRefusal) as caught:
        book.undo(row)
    assert caught.value.code == "not_renamed"


def test_a_name_that_is_not_carried_leaves_the_exports(book, before):
    row = book.rename(named("渡口"), "摆渡人")
    assert exports() == before
    book.rename(row, "摆渡人", carry=True)
    assert exports() != before
    book.undo(row)
    assert exports() == before
    row.refresh_from_db()
    assert row.name == "摆渡人"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_nested_merges_part_in_any_order(book, before, whose, order):
    a, b, c, d = (named(name) for name in WHO[:4])
    book.merge(a, b)
    book.rename(b, "第二个名字", carry=True)
    book.merge(b, c)
    book.rename(c, "第三个名字", carry=True)
    book.merge(c, d)
    book.rename(d, "第四个名字", carry=True)
    for number in order:
        book.unmerge((a, b, c)[number])
    assert pointing() == whose
    assert exports() == before
    assert {row.name for row in Person.objects.filter(pk__in=[a.pk, b.pk, c.pk, d.pk])} == set(WHO[:4])


def test_a_name_given_before_a_merge_is_not_taken_back(book):
    a, b, c = (named(name) for name in WHO[:3])
    book.rename(c, "早有的名字", carry=True)
    before, whose = exports(), pointing()
    book.merge(a, b)
    book.merge(b, c)
    book.unmerge(a)
    book.unmerge(b)
    assert exports() == before
    assert pointing() == whose


def test_rows_written_since_go_back_to_whose_name_they_bear(book, now):
    one, other = named("渡囗"), named("渡口")
    book.merge(one, other)
    put(document(60, hosts=["渡囗"], editors=["渡口"], questions=[question("新？", asker="渡囗")]), now=now)
    assert Hosting.objects.get(episode__code="060", name="渡囗").person == other
    book.unmerge(one)
    assert Hosting.objects.get(episode__code="060", name="渡囗").person == one
    assert Hosting.objects.get(episode__code="060", name="渡口").person == other
    assert Question.objects.get(episode__code="060").asker == one


def test_what_a_constraint_refuses_stays_and_nothing_is_lost(book, now):
    one, other = named("渡囗"), named("渡口")
    both = Section.objects.filter(claims__person=one).filter(claims__person=other)
    assert both.exists()
    votes = [
        ItemVote.objects.create(item=row.items.first(), person=who, created_at=now)
        for row in both
        for who in (one, other)
    ]
    whose = pointing()
    book.merge(one, other)
    assert Claim.objects.filter(person=one).count() == both.count()
    assert ItemVote.objects.count() == len(votes)
    book.unmerge(one)
    assert pointing() == whose


def test_what_somebody_else_has_changed_since_stays(book, stranger):
    one, other = named("渡囗"), named("渡口")
    book.merge(one, other)
    moved = Credit.objects.filter(name="渡囗").first()
    Credit.objects.filter(pk=moved.pk).update(person=stranger)
    book.unmerge(one)
    moved.refresh_from_db()
    assert moved.person == stranger


def test_a_login_goes_along_and_comes_back(book, now, password):
    one, other = named("渡囗"), named("渡口")
    user = people.create_user(username="dk", password=password, role=Role.MEMBER, by=SYSTEM, now=now, claim=one)
    book.merge(one, other)
    mine = Person.objects.get(user=user)
    assert mine == other
    questions.ask(episode=Episode.objects.get(code="021"), body="登录后问的", by=mine, now=now)
    book.unmerge(one)
    assert Person.objects.get(user=user) == one
    assert Question.objects.get(body="登录后问的").asker == other


def test_who_cannot_be_one(book, organizer, member, now):
    def code(one, other):
        with pytest.raises(StateRefusal) as caught:
            book.merge(one, other)
        return caught.value.code

    a, b = named("渡囗"), named("渡口")
    group = named("群友")
    assert code(a, a) == "same"
    assert code(member, organizer) == "logins"
    assert code(group, b) == code(member, group) == "collective"
    book.merge(a, b)
    assert code(a, group) == code(group, a) == "merged"
    for act in (names.merge, names.unmerge, names.rename, names.undo_rename):
        more = {"into": b} if act is names.merge else {"name": "x", "version": 1} if act is names.rename else {}
        with pytest.raises(PermissionDenied):
            act(person=a, by=member, now=now, **more)
    with pytest.raises(StateRefusal) as caught:
        book.unmerge(b)
    assert caught.value.code == "not_merged"


def test_a_name_of_somebody_else_is_not_given(book, organizer, now):
    row = named("渡口")
    with pytest.raises(ValidationError) as caught:
        book.rename(row, "阿岚")
    assert list(caught.value.message_dict) == ["name"]
    with pytest.raises(ValidationError) as caught:
        names.rename(person=row, name="新名", version=row.version - 1, by=organizer, now=now)
    error = caught.value.error_dict["name"][0]
    assert (error.code, error.params) == ("conflict", {"yours": {"name": "新名"}, "theirs": {"name": "渡口"}})


def test_another_of_the_same_name_is_parted_without_taking_the_records_rows(book, now):
    other = Person.objects.create(handle="渡口-2", name="渡口", created_at=now, changed_at=now)
    known = named("渡口")
    book.merge(other, known)
    put(document(60, hosts=["渡口"]), now=now)
    book.unmerge(other)
    assert Hosting.objects.get(episode__code="060").person == known


def test_every_moved_key_is_in_the_event(book):
    one, other = named("渡囗"), named("渡口")
    own = {
        pointer.label: list(pointer.rows(one).order_by("pk").values_list("pk", flat=True))
        for pointer in pointers()
        if pointer.model is not Claim
    }
    book.merge(one, other)
    after = Event.objects.get(verb="merge").after
    moved = {label: keys for label, keys in after["moved"].items() if label != "talks.claim.person"}
    assert moved == {label: keys for label, keys in own.items() if keys}
    assert json.dumps(after)
