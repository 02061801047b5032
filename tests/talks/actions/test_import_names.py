"""What an import gives to whoever has a name is credit: it earns nothing until somebody gives it to them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from members.actions.people import create_user
from members.actors import ANONYMOUS, SYSTEM
from members.models import Alias, Notification, Person, Role
from members.rules import StateRefusal
from talks import rules
from talks.actions import claims, hosting, life, questions
from talks.actions.imports import import_file
from talks.documents import model
from talks.export import document_of
from talks.models import Answer, Claim, Episode, Question
from talks.reminders import audience

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(now, make):
    def run(value):
        result = import_file(data=make.as_bytes(value), name="120.json", by=SYSTEM, now=now)
        assert result.status in ("created", "updated")

    return run


def squatter(now, *names):
    """A member who has been called all these."""
    person = create_user(
        username="mallory", password="correct horse battery", role=Role.MEMBER, by=SYSTEM, now=now
    ).person
    for name in names:
        Alias.objects.create(person=person, name=name, created_at=now, changed_at=now)
    return person


@pytest.fixture
def future(make):
    """A document of an evening to come that names 渡口 as host and editor, 阿岚 as lead and as who asks and answers."""
    asked = make.question("两比特够吗？", number=1, asker="阿岚", answers=[{"author": "阿岚", "body": "够。"}])
    news = make.section("news", "本周新闻", leads=["阿岚"])
    starts_at = "2027-01-02T21:00:00+08:00"
    return make.document(starts_at=starts_at, hosts=["渡口"], editors=["渡口"], sections=[news], questions=[asked])


def test_a_name_that_somebody_took_earns_nothing_by_an_import(take, future, make, organizer, now):
    mallory = squatter(now, "渡口", "阿岚")
    take(future)
    episode = Episode.objects.get()
    question, answer, claim = Question.objects.get(), Answer.objects.get(), Claim.objects.get()
    assert (question.asker, answer.author, claim.person) == (mallory, mallory, mallory)  # the credit is as written
    assert model.to_json(document_of(episode)) == future
    assert not rules.runs(mallory, episode)
    assert not rules.is_host(mallory, episode, "editor")
    assert rules.sections_to_run(mallory, episode) == set()
    assert rules.sections_to_file_in(mallory, episode) == []
    assert not rules.files_news(mallory)
    assert not rules.holds(mallory, claim, now=now)
    assert not rules.can_edit(mallory, question)
    assert not rules.can_edit(mallory, answer)
    assert not rules.may_move(mallory, question)
    for act in (
        lambda: questions.edit_question(question=question, version=1, body="改了", by=mallory, now=now),
        lambda: questions.edit_answer(answer=answer, version=1, body="改了", by=mallory, now=now),
        lambda: claims.release(claim=claim, by=mallory, now=now),
        lambda: hosting.leave_hosting(hosting=episode.hostings.first(), by=mallory, now=now),
        lambda: hosting.hand_over_hosting(hosting=episode.hostings.first(), to=organizer, by=mallory, now=now),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_the_place_is_given_by_who_may_and_stays_through_the_next_import(take, future, organizer, now):
    person = squatter(now, "渡口", "阿岚")
    take(future)
    episode, claim = Episode.objects.get(), Claim.objects.get()
    hosting.name_host(episode=episode, person=person, role="host", by=organizer, now=now)
    editing = episode.hostings.get(role="editor")
    hosting.hand_over_hosting(hosting=editing, to=person, by=organizer, now=now)
    claims.hand_over(claim=claim, to=person, by=organizer, now=now)
    assert rules.runs(person, episode)
    assert rules.is_host(person, episode, "editor")
    section = claim.section_id
    assert rules.sections_to_run(person, episode) == {section}
    future["title"] = "换了题目"
    future["sections"][0]["title"] = "本周大新闻"
    take(future)
    assert rules.runs(person, episode)
    standing = Claim.objects.get(deleted_at=None)
    assert (standing.is_by_name, standing.person) == (False, person)


def test_a_name_without_an_account_leaves_the_place_and_keeps_its_credit(take, future, make, member, stranger, now):
    take(future)
    episode = Episode.objects.get()
    with pytest.raises(PermissionDenied):
        hosting.host(episode=episode, role="host", by=ANONYMOUS, now=now)
    made = hosting.host(episode=episode, role="host", by=member, now=now)
    assert (made.person, made.is_by_name, rules.runs(member, episode)) == (member, False, True)
    assert document_of(episode).hosts == ("渡口", "小满")
    take({**future, "title": "换了题目"})
    assert rules.runs(member, episode)
    with pytest.raises(StateRefusal) as refusal:
        hosting.host(episode=episode, role="host", by=stranger, now=now)
    assert refusal.value.code == "role_taken"
    row = episode.hostings.get(role="host", person__name="渡口")
    assert (row.is_by_name, row.deleted_at) == (True, None)
    with pytest.raises(StateRefusal) as refusal:  # a name alone is nobody who goes on
        hosting.leave_hosting(hosting=made, by=member, now=episode.cut_off)
    assert refusal.value.code == "cut_off_passed"


def test_somebody_of_the_same_name_does_not_stand_there_twice(take, future, member, now):
    take(future)
    episode = Episode.objects.get()
    Person.objects.filter(pk=member.pk).update(name="渡口")
    with pytest.raises(StateRefusal) as refusal:
        hosting.host(episode=episode, role="host", by=Person.objects.get(pk=member.pk), now=now)
    assert refusal.value.code == "role_taken"


def test_a_name_with_an_account_keeps_the_place_for_who_has_it(take, future, member, now):
    named = squatter(now, "渡口")
    take(future)
    episode = Episode.objects.get()
    with pytest.raises(StateRefusal) as refusal:
        hosting.host(episode=episode, role="host", by=member, now=now)
    assert refusal.value.code == "role_taken"
    made = hosting.host(episode=episode, role="host", by=named, now=now)
    assert (made.person, made.is_by_name, made.name) == (named, False, "渡口")
    assert episode.hostings.filter(role="host").count() == 1


def test_the_page_offers_the_place_of_a_name_without_an_account(client, take, future, member, now):
    take(future)
    page = f"/episodes/{Episode.objects.get().code}/state/"
    client.force_login(member.user)
    assert client.get(page).text.count('name="act" value="host"') == 2
    client.post(page, {"act": "host", "role": "host"})
    said = client.get(page).text
    assert said.count('name="act" value="host"') == 1
    assert 'name="role" value="editor"' in said
    assert "渡口" in said
    assert rules.runs(member, Episode.objects.get())


def test_whom_only_a_document_names_as_host_is_told_nothing_of_it(take, future, organizer, member, now):
    named = squatter(now, "渡口")
    take(future)
    episode = Episode.objects.get()
    for kind in ("tomorrow", "soon", "publish"):
        assert named not in audience(kind, episode)
    claims.claim(section=Claim.objects.get().section, role="lead", by=member, now=now)
    hosting.name_host(episode=episode, person=member, role="host", by=organizer, now=now)
    later = episode.starts_at + timedelta(days=7)
    life.postpone(episode=episode, starts_at=later, reason="改期", by=organizer, now=now)
    assert list(Notification.objects.filter(person=named)) == []
    hosting.name_host(episode=episode, person=named, role="host", by=organizer, now=now)
    assert named in audience("publish", episode)
    assert list(Notification.objects.filter(person=named).values_list("kind", flat=True)) == ["hosting_given"]


def test_whoever_a_document_names_takes_the_section_as_everybody_may(take, future, now):
    person = squatter(now, "阿岚")
    take(future)
    claim = claims.claim(section=Claim.objects.get().section, role="lead", by=person, now=now)
    assert (claim.is_by_name, claim.place) == (False, 1)
    assert Claim.objects.get().pk == claim.pk


def test_other_words_of_the_file_make_nobody_an_author_and_unmake_none(take, future, organizer, now):
    take(future)
    question = Question.objects.get()
    mallory = squatter(now, "新名")
    future["questions"][0] |= {"asker": "新名", "body": "三比特够吗？"}
    take(future)
    question.refresh_from_db()
    assert (question.asker, question.is_by_name) == (mallory, True)
    Question.objects.update(is_by_name=False)  # as if asked here
    future["questions"][0] |= {"body": "四比特够吗？"}
    take(future)
    question.refresh_from_db()
    assert (question.body, question.asker, question.is_by_name) == ("四比特够吗？", mallory, False)


def test_words_that_are_signed_as_a_summary_are_nobodys(take, make):
    value = make.document()
    value["questions"][0]["answers"] = [
        {**value["questions"][0]["answers"][0], "author": name, "body": f"第 {n} 句"}
        for n, name in enumerate(("小结", "小結", "渡口"))
    ]
    take(value)
    assert not Person.objects.filter(name__in=["小结", "小結"]).exists()
    assert model.to_json(document_of(Episode.objects.get(code="120"))) == value
