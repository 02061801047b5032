"""A record that goes out to GitHub and comes in again over itself says what it said, byte for byte."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from members.actors import SYSTEM
from talks.actions import questions
from talks.actions.imports import import_file
from talks.export import export, rows_of
from talks.models import Answer, Episode, Item, Question
from tests.pages.conftest import document, item, put, question, section
from tests.talks.boardroom import login
from tests.talks.documents.nasty import body

pytestmark = pytest.mark.django_db
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
# Two questions of the file, one with a follow-up, one asked here; an answer to each; two entries.
TEXTS = 10
texts = st.lists(body, min_size=TEXTS, max_size=TEXTS)


@pytest.fixture
def episode(now):
    asked = question("数据顺序呢？", number=None, answers=[("阿岚", "照旧。")])
    talk = [
        question("词表多大？", number=1, answers=[("小满", "看语料。")], follow_ups=[asked]),
        question("怎么续？", number=2, answers=[(None, "存检查点。")]),
    ]
    items = [item("综述", "https://a.example/x"), item("工具", "https://a.example/y", group="项目")]
    put(document(21, questions=talk, sections=[section("news", "本周新闻", items=items)]), now=now)
    row = Episode.objects.get()
    Episode.objects.update(state="collecting")
    boss = login("青禾", now, "organizer")
    here = questions.ask(episode=row, body="四比特够用吗？", by=boss, now=now)
    questions.answer(question=here, body="多数够用。", by=boss, now=now)
    return row


def say(words):
    """Put these words into the mouths of everybody in the record."""
    rows = [row for model in (Question, Answer, Item) for row in model.objects.order_by("pk")]
    assert len(rows) == TEXTS
    for row, text in zip(rows, words, strict=True):
        type(row).objects.filter(pk=row.pk).update(body=text)


def standing(episode):
    return [(stored.row.pk, stored.flat) for stored in rows_of(Episode.objects.get(pk=episode.pk), everything=True)]


def texts_of(episode):
    """What its entries, questions and answers say."""
    rows = [row for _pk, row in standing(episode) if row.kind in ("item", "question", "answer")]
    return [(row.kind, row.values.get("title"), row.values["body"]) for row in rows]


def exported(episode):
    return export(Episode.objects.get(pk=episode.pk), "github").text


def taken_in(text, *, now):
    result = import_file(data=text.encode(), name="021.md", by=SYSTEM, now=now, replace=True)
    assert result.status in ("updated", "unchanged"), result.problems
    return result


def comes_back(episode, words, *, now):
    with transaction.atomic():
        say(words)
        before, text = standing(episode), exported(episode)
        for _round in range(2):
            taken_in(text, now=now)
            assert standing(episode) == before
            assert exported(episode) == text
        transaction.set_rollback(True)


@given(texts)
@example(["```\n好"] * TEXTS)
@example(["<!-- x -->"] * TEXTS)
@example(["| a | b |\n|---|---|"] * TEXTS)
@FEW
def test_nothing_changes_by_an_export_that_comes_back(episode, now, words):
    comes_back(episode, words, now=now)


@pytest.mark.proof
@given(texts)
@MANY
def test_nothing_changes_by_many_exports_that_come_back(episode, now, words):
    comes_back(episode, words, now=now)


def test_what_was_edited_in_the_file_is_taken_and_the_rest_keeps_its_bytes(now):
    marks = ["```py\nx", "<!-- x -->", "***", "好  \n好", "~~~\nx\n~~~", "| a|b |\n|---|---|", "$x$", "---"]
    talk = [question(text, number=number, answers=[("小满", text)]) for number, text in enumerate(marks, 1)]
    items = [item("综述", "https://a.example/x", body="<!-- x -->"), item("速览", "https://a.example/y", body="***")]
    put(document(21, questions=talk, sections=[section("news", "本周新闻", items=items)]), now=now)
    before = texts_of(Episode.objects.get())
    edited = exported(Episode.objects.get()).replace("综述", "长文综述").replace("$`x`$\n\n【", "$`y`$\n\n【")
    assert not [one for one in taken_in(edited, now=now).problems if one["code"] == "conflict"]
    after = texts_of(Episode.objects.get())
    assert [(old, new) for old, new in zip(before, after, strict=True) if old != new] == [
        (("item", "综述", "<!-- x -->"), ("item", "长文综述", "<!-- x -->")),
        (("answer", None, "$x$"), ("answer", None, "$`y`$")),
    ]
