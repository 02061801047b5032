"""Words of a question that was made one with another: they stand on its page and in the JSON, and are read back."""

import json

import pytest
from django.test import Client

from members.actors import SYSTEM
from talks.actions import moderation, question_merges, questions
from talks.actions.asking import ask_without_account, set_asking
from talks.actions.imports import import_file
from talks.documents.model import from_json, to_json
from talks.export import export
from talks.models import Episode, Question
from tests.talks.boardroom import boardroom, login

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(now):
    return login("青禾", now, "organizer")


@pytest.fixture
def room(now):
    return boardroom(now=now)


@pytest.fixture
def kept(room, boss, now):
    return questions.ask(episode=room.episode, body="四比特够用吗？", by=boss, now=now)


def merged(episode, into, body, *, by, now):
    row = questions.ask(episode=episode, body=body, by=by, now=now)
    return question_merges.merge(question=row, into=into, by=by, now=now)


def anonymous(episode, body, *, boss, now, is_reviewed):
    set_asking(is_open=True, is_reviewed=is_reviewed, by=boss, now=now)
    return ask_without_account(episode=episode, body=body, key="", address="192.0.2.1", by=SYSTEM, now=now).question


def document(episode):
    return json.loads(export(Episode.objects.get(pk=episode.pk), "json").text)


def take_in(doc, *, now):
    data = json.dumps(doc, ensure_ascii=False).encode()
    return import_file(data=data, name=f"{doc['code']}.json", by=SYSTEM, now=now, replace=True)


def test_the_json_carries_the_words_under_the_question_they_were_made_one_with(room, boss, kept, now):
    assert "merged" not in document(room.episode)["questions"][0]
    first = merged(room.episode, kept, "```\n4bit 行不行", by=boss, now=now)
    other = anonymous(room.episode, "INT4 够吗？", boss=boss, now=now, is_reviewed=False)
    question_merges.merge(question=other, into=kept, by=boss, now=now)
    words = document(room.episode)["questions"][0]["merged"]
    assert [(one["id"], one["asker"], one["body"]) for one in words] == [
        (first.public_id, "青禾", "```\n4bit 行不行"),
        (other.public_id, None, "INT4 够吗？"),
    ]
    assert words[0]["at"] == now.isoformat()
    assert to_json(from_json(document(room.episode))) == document(room.episode)
    page = Client().get(kept.get_absolute_url()).content.decode()
    assert "4bit 行不行" in page
    assert "INT4 够吗？" in page


def test_words_that_nobody_was_shown_are_in_no_export(room, boss, kept, now):
    waiting = anonymous(room.episode, "待审的话", boss=boss, now=now, is_reviewed=True)
    assert waiting.review == "waiting"
    question_merges.merge(question=waiting, into=kept, by=boss, now=now)
    hidden = questions.ask(episode=room.episode, body="藏起的话", by=boss, now=now)
    moderation.hide(row=hidden, reason="重复", by=boss, now=now)
    text = export(Episode.objects.get(pk=room.episode.pk), "json").text
    assert "待审的话" not in text
    assert "藏起的话" not in text
    assert "待审的话" not in Client().get(kept.get_absolute_url()).content.decode()


def test_a_chain_of_merges_stands_under_its_end(room, boss, kept, now):
    middle = questions.ask(episode=room.episode, body="中间", by=boss, now=now)
    merged(room.episode, middle, "起头", by=boss, now=now)
    question_merges.merge(question=middle, into=kept, by=boss, now=now)
    assert [one["body"] for one in document(room.episode)["questions"][0]["merged"]] == ["中间", "起头"]


def test_a_record_that_comes_back_over_itself_makes_no_row_of_them(room, boss, kept, now):
    merged(room.episode, kept, "4bit 行不行", by=boss, now=now)
    before = list(Question.objects.order_by("pk").values())
    doc = document(room.episode)
    for _round in range(2):
        take_in(doc, now=now)
        assert list(Question.objects.order_by("pk").values()) == before
        assert document(room.episode) == doc


def test_an_empty_site_gets_them_back_with_their_ids_leading_to_the_other(room, boss, kept, now):
    row = merged(room.episode, kept, "4bit 行不行", by=boss, now=now)
    doc, url = document(room.episode), row.get_absolute_url()
    Question.objects.filter(pk=row.pk).update(merged_into=None, review="")
    Episode.objects.all().delete()
    assert take_in(doc, now=now).status == "created"
    Episode.objects.update(state="published")
    assert document(Episode.objects.get()) == doc
    assert Question.objects.filter(deleted_at=None).count() == 1
    assert Client().get(url)["Location"] == Question.objects.get(deleted_at=None).get_absolute_url()
    take_in({**doc, "title": "再来"}, now=now)
    assert Question.objects.count() == 2
