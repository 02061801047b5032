"""补一句: a link without an account brings words under somebody's name, and nothing else comes of it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.test import Client

from members.actions.invitations import enter, invite, revoke
from members.actions.profile import erase
from members.actors import GUEST
from members.models import Event, Guest, Invitation, Person, User
from members.rules import StateRefusal
from talks.actions.moderation import hide
from talks.actions.question_merges import merge
from talks.actions.questions import Repeated
from talks.actions.words import add_words, ask_for_words
from talks.models import Answer, Delivery, Episode, Question, Webhook
from talks.rules import can_edit, has_written

PAGE = "/episodes/021/wrapup/"


@pytest.fixture(autouse=True)
def at_now(now):
    with time_machine.travel(now, tick=False) as clock:
        yield clock


@pytest.fixture
def speaker(db, now):
    """阿岚 is a name of the record without an account (the boardroom's item names her)."""
    return Person.objects.get_or_create(name="阿岚", defaults={"handle": "阿岚", "created_at": now, "changed_at": now})[
        0
    ]


@pytest.fixture
def link(evening, speaker, now):
    return ask_for_words(question=evening.asked[1], person=speaker, by=evening.host, now=now)


def again(row):
    return type(row).objects.get(pk=row.pk)


def test_a_link_holds_for_fourteen_days_and_twenty_answers_and_is_made_once(evening, speaker, link, now):
    assert (link.purpose, link.target, link.places, link.person) == ("answer", "021-2", 20, speaker)
    assert link.expires_at == now + timedelta(days=14)
    assert ask_for_words(question=evening.asked[1], person=speaker, by=evening.host, now=now).pk == link.pk
    revoke(invitation=link, by=evening.host, now=now)
    assert ask_for_words(question=evening.asked[1], person=speaker, by=evening.host, now=now).pk != link.pk


def test_who_does_not_wrap_up_makes_none(evening, speaker, stranger, now):
    with pytest.raises(PermissionDenied):
        ask_for_words(question=evening.asked[1], person=speaker, by=stranger, now=now)
    with pytest.raises(PermissionDenied):
        invite(purpose="answer", target="021-2", person=speaker, by=stranger, now=now)
    with pytest.raises(PermissionDenied):
        invite(purpose="answer", target="022-1", person=speaker, by=evening.host, now=now)
    assert not Invitation.objects.filter(purpose="answer").exists()


@pytest.mark.parametrize(
    "more", [{"places": 21}, {"expires_at": 15}, {"person": None}, {"purpose": "ask", "target": "021"}]
)
def test_what_a_link_cannot_be(evening, organizer, speaker, now, more):
    values = {"purpose": "answer", "target": "021-2", "person": speaker, **more}
    if isinstance(values.get("expires_at"), int):
        values["expires_at"] = now + timedelta(days=values["expires_at"])
    with pytest.raises(ValidationError):
        invite(by=organizer, now=now, **values)


def test_nobody_makes_a_link_for_a_group(evening, now):
    group = Person.objects.create(handle="群友", name="群友", is_collective=True, created_at=now, changed_at=now)
    with pytest.raises(ValidationError):
        ask_for_words(question=evening.asked[1], person=group, by=evening.host, now=now)


def test_the_words_are_signed_and_earn_nothing(evening, speaker, link, now):
    webhook = {"form": "json", "url": "https://example.org", "events": ["question_answered"]}
    Webhook.objects.create(name="外面", created_at=now, changed_at=now, **webhook)
    made = add_words(key=link.key, body="先按层数乘。", now=now + timedelta(minutes=7))
    assert (made.author, made.author_name, made.is_by_name, made.review) == (speaker, "阿岚", True, "")
    assert not has_written(speaker, made)
    assert not can_edit(speaker, made)
    assert again(link).used == 1
    act = Event.objects.get(verb="add_words")
    assert (act.by, act.person, act.at.minute) == ("anonymous", None, 0)
    assert Delivery.objects.filter(kind="question_answered").count() == 1
    with pytest.raises(Repeated):
        add_words(key=link.key, body="先按层数乘。", now=now)
    assert again(link).used == 1


def test_a_merge_and_an_erasure_reach_the_link(evening, stranger, speaker, link, organizer, now):
    from members.actions import names

    names.merge(person=speaker, into=stranger, by=organizer, now=now)
    assert again(link).person == stranger
    assert add_words(key=link.key, body="合并以后", now=now).author == stranger
    erase(person=stranger, typed="Nora", by=stranger, now=now)
    with pytest.raises(StateRefusal):
        add_words(key=link.key, body="再来", now=now)


@pytest.mark.parametrize("end", ["revoked", "late", "used up", "question gone", "suspended", "draft"])
def test_a_link_that_has_ended_takes_nothing(evening, stranger, now, end):
    link = ask_for_words(question=evening.asked[1], person=stranger, by=evening.host, now=now)
    at = now
    if end == "revoked":
        revoke(invitation=link, by=evening.host, now=now)
    elif end == "late":
        at = now + timedelta(days=14, seconds=1)
    elif end == "used up":
        Invitation.objects.filter(pk=link.pk).update(used=20)
    elif end == "question gone":
        Question.objects.filter(pk=evening.asked[1].pk).update(deleted_at=now)
    elif end == "suspended":
        User.objects.filter(person=stranger).update(suspended_at=now)
    else:
        Episode.objects.filter(pk=evening.episode.pk).update(state="draft")
    with pytest.raises(StateRefusal):
        add_words(key=link.key, body="晚了", now=at)
    assert not Answer.objects.filter(body="晚了").exists()
    with time_machine.travel(at, tick=False):
        reply = Client().post(f"/go/{link.key}/", {"body": "晚了"})
    assert reply.status_code == 410
    assert not Answer.objects.filter(body="晚了").exists()


def test_words_go_where_their_question_went(client, evening, link, organizer, now):
    merge(question=evening.asked[1], into=evening.asked[0], by=organizer, now=now)
    assert evening.asked[0].body in client.get(f"/go/{link.key}/").content.decode()
    assert add_words(key=link.key, body="先按层数乘。", now=now).question == evening.asked[0]
    hide(row=evening.asked[0], by=organizer, now=now)
    with pytest.raises(StateRefusal):
        add_words(key=link.key, body="再按头数乘。", now=now)


def test_other_codes_bring_no_words_and_this_one_no_guest(evening, organizer, link, now):
    other = invite(purpose="ask", target="021", by=organizer, now=now)
    for key in (other.key, f"{link.pk}-{'0' * 20}", "x", ""):
        with pytest.raises(Http404):
            add_words(key=key, body="字", now=now)
    with pytest.raises(Http404):
        enter(key=link.key, name="来客", now=now)
    assert not Guest.objects.exists()


@pytest.mark.parametrize("body", ["", "  ", "\u202e反", "长" * 20_001])
def test_what_is_no_text_is_refused_by_the_page_with_the_words_kept(client, link, body):
    reply = client.post(f"/go/{link.key}/", {"body": body})
    assert reply.status_code == 400
    assert body.strip() in reply.content.decode()


def test_the_page_of_the_link(client, evening, link, now):
    address = f"/go/{link.key}/"
    page = client.get(address).content.decode()
    for said in ("词表多大合适", "阿岚"):
        assert said in page
    assert client.post(address, {"body": "三万二左右。"})["Location"] == address
    assert client.post(address, {"body": "三万二左右。"})["Location"] == address  # pressed twice
    assert Answer.objects.filter(body="三万二左右。").count() == 1
    assert "三万二左右。" in client.get(address).content.decode()
    assert GUEST not in client.session
    Episode.objects.filter(pk=evening.episode.pk).update(state="published")
    assert client.post(address, {"body": "发布以后也行。"})["Location"] == address
    assert "发布以后也行。" in client.get("/q/021-2/").content.decode()


def test_the_history_names_whose_words_came_by_a_link(client, evening, link, now):
    add_words(key=link.key, body="先按层数乘。", now=now)
    client.force_login(evening.host.user)
    page = client.get("/episodes/021/history/?kind=answer").content.decode()
    assert "阿岚 凭主持人给的链接补了一句：「先按层数乘。」" in page
    assert '<option value="answer" selected>回答</option>' in page


def test_a_browser_may_send_the_form_and_tells_no_other_site_the_key(evening, link):
    page = Client().get(f"/go/{link.key}/").content.decode()
    assert '<meta name="referrer" content="same-origin">' in page  # no-referrer makes browsers send "Origin: null"
    assert page.count('name="referrer"') == 1


def test_a_form_that_is_given_back_takes_the_draft_of_the_first_with_it(link):
    browser, address = Client(enforce_csrf_checks=True), f"/go/{link.key}/"
    browser.get(address)
    refused = browser.post(address, {"body": "先说一句。", "_draft": "first1"}, HTTP_ORIGIN="null")
    assert refused.status_code == 403
    page = refused.content.decode()
    assert 'name="_draft_before" value="first1"' in page
    token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    more = {"_draft": "second2", "_draft_before": "first1", "csrfmiddlewaretoken": token}
    reply = browser.post(address, {"body": "先说一句。", **more}, HTTP_ORIGIN="http://testserver")
    assert reply["Location"] == address
    assert reply.cookies["taken"].value.split(".") == ["second2", "first1"]


def test_the_page_shows_papers_that_answers_name(client, link, now):
    add_words(key=link.key, body="见 https://arxiv.org/abs/2108.12409v1", now=now)
    page = client.get(f"/go/{link.key}/")
    assert page.status_code == 200
    assert "/papers/2108.12409/" in page.content.decode()


def test_who_is_signed_in_answers_as_themselves(client, link, stranger):
    client.force_login(stranger.user)
    assert client.get(f"/go/{link.key}/")["Location"] == "/q/021-2/#reply"
    client.post(f"/go/{link.key}/", {"body": "不是阿岚说的"})
    assert not Answer.objects.filter(body="不是阿岚说的").exists()


def test_the_holder_becomes_nobody(client, link, organizer, now):
    """With the link in hand one opens an account by another code: one is not 阿岚."""
    client.get(f"/go/{link.key}/")
    client.post(f"/go/{link.key}/", {"body": "一句"})
    code = invite(purpose="join", by=organizer, now=now)
    fields = {"username": "别人", "password1": "correct horse battery", "password2": "correct horse battery"}
    client.post("/accounts/signup/", {"code": code.key, **fields})
    assert User.objects.get(username="别人").person.name == "别人"
    assert Person.objects.get(name="阿岚").user is None


def test_the_wrapup_page_makes_lists_and_revokes_links(client, evening, speaker, now):
    Question.objects.filter(pk=evening.asked[0].pk).update(asker=speaker)
    client.force_login(evening.host.user)
    page = client.get(PAGE).content.decode()
    assert 'value="阿岚"' in page
    sent = {"act": "ask_for_words", "person": "阿岚", "question": "021-2"}
    assert client.post(PAGE, sent)["Location"] == f"{PAGE}#words"
    link = Invitation.objects.get(purpose="answer")
    page = client.get(PAGE).content.decode()
    assert f"/go/{link.key}/" in page
    assert client.post(PAGE, {**sent, "question": "022-1"}).status_code == 404
    assert client.post(PAGE, {**sent, "person": "谁"}).status_code == 404
    assert client.post(PAGE, {"act": "revoke", "invitation": link.pk}).status_code == 302
    assert again(link).revoked_at is not None
    assert f"/go/{link.key}/" not in client.get(PAGE).content.decode()


def test_who_wraps_up_revokes_what_another_made_and_nobody_else_does(client, evening, editor, link, organizer, now):
    other = invite(purpose="ask", target="021", by=organizer, now=now)
    with pytest.raises(PermissionDenied):
        revoke(invitation=other, by=editor, now=now)
    client.force_login(editor.user)
    assert client.post(PAGE, {"act": "revoke", "invitation": other.pk}).status_code == 404
    assert client.post(PAGE, {"act": "revoke", "invitation": link.pk}).status_code == 302
    assert again(link).revoked_at is not None


def test_organizers_see_the_link_among_the_invitations(client, organizer, link):
    client.force_login(organizer.user)
    page = client.get("/invitations/").content.decode()
    assert "021-2" in page
    assert "阿岚" in page
