"""A summary goes out with the record as what 小结 signs, and comes in again as the summary."""

import json

import pytest

from members.actors import SYSTEM
from members.models import Person
from talks.actions import question_merges, questions, settling
from talks.actions.html import rerender
from talks.actions.imports import import_file
from talks.documents import flat
from talks.documents.model import from_json
from talks.documents.reader import read
from talks.export import export
from talks.models import Answer, Episode, Question
from tests.pages.conftest import document, put, question
from tests.talks.boardroom import boardroom, login

pytestmark = pytest.mark.django_db
SAID = [("小满", "先看语料。"), ("阿岚", "再看词频。"), ("小结", "先语料，后词频；见 $v$。")]


def again(doc, *, now):
    """Take the document in once more, with another line in its head, so that it is another file."""
    data = json.dumps({"highlights": ["词表"], **doc} | {"title": doc["title"] or "再来"}, ensure_ascii=False).encode()
    assert import_file(data=data, name=f"{doc['code']}.json", by=SYSTEM, now=now, replace=True).status == "updated"


def test_a_summary_is_read_out_of_a_document_and_nobody_is_called_so(now):
    put(document(20, questions=[question("词表多大合适？", number=1, answers=SAID)]), now=now)
    row = Question.objects.get()
    assert row.summary == "先语料，后词频；见 $v$。"
    assert "<math" in row.summary_html
    assert list(row.answers.values_list("author_name", flat=True)) == ["小满", "阿岚"]
    assert not Person.objects.filter(name="小结").exists()
    assert Question.objects.with_state().get().state == "answered"


def test_documents_are_rows_and_documents_again_whatever_it_signs():
    for answers in (SAID, SAID[2:], [SAID[2], SAID[0]], [SAID[2], SAID[2]]):
        doc = from_json(document(20, questions=[question("词表多大合适？", number=1, answers=answers)]))
        assert flat.unflatten(flat.flatten(doc)) == doc


@pytest.mark.parametrize("channel", ["json", "github"])
def test_the_record_with_a_summary_comes_back_byte_for_byte(now, channel):
    boss, room = login("青禾", now, "organizer"), boardroom(now=now)
    asked = questions.ask(episode=room.episode, body="四比特够用吗？", by=boss, now=now)
    answer = questions.answer(question=asked, body="多数够用。", by=boss, now=now)
    body = "够用。\n\n- 大模型更稳\n- 小模型要看任务"
    settling.summarize(question=asked, body=body, cites=[answer.pk], by=boss, now=now)
    said = export(Episode.objects.get(pk=room.episode.pk), channel).text
    name = "021.json" if channel == "json" else "021.md"
    result = import_file(data=said.encode(), name=name, by=SYSTEM, now=now, replace=True)
    assert result.status in ("updated", "unchanged"), result.problems
    row = Question.objects.get(pk=asked.pk)
    assert (row.summary, row.summary_cites) == (body, [answer.pk])
    assert Answer.objects.filter(question=asked).count() == 1
    assert export(Episode.objects.get(pk=room.episode.pk), channel).text == said
    if channel == "json":
        other = json.loads(said) | {"number": 921, "code": "921"}
        made = import_file(data=json.dumps(other, ensure_ascii=False).encode(), name="921.json", by=SYSTEM, now=now)
        back = json.loads(export(made.episode, "json").text) | {"number": 21, "code": "021"}
        assert json.dumps(back, ensure_ascii=False, sort_keys=True, indent=1) + "\n" == said


def test_the_github_text_reads_back_with_the_summary_as_the_last_answer(now):
    put(document(20, questions=[question("词表多大合适？", number=1, answers=SAID)]), now=now)
    found = read(export(Episode.objects.get(number=20), "github").text).document.questions[0].answers
    assert [each.author for each in found] == ["小满", "阿岚", "小结"]


def test_a_second_import_changes_a_summary_only_where_the_file_did(now):
    first = document(20, questions=[question("词表多大合适？", number=1, answers=SAID)])
    put(first, now=now)
    boss = login("青禾", now, "organizer")
    row = Question.objects.get()
    settling.summarize(question=row, body="这里改过。", by=boss, now=now)
    again(first, now=now)
    assert Question.objects.get().summary == "这里改过。"
    other = document(20, questions=[question("词表多大合适？", number=1, answers=[*SAID[:2], ("小结", "文件改过。")])])
    result = import_file(data=json.dumps(other).encode(), name="020.json", by=SYSTEM, now=now, replace=True)
    assert [each["code"] for each in result.problems] == ["conflict"]
    assert Question.objects.get().summary == "这里改过。"


def test_rerender_makes_the_summary_anew(now):
    put(document(20, questions=[question("词表多大合适？", number=1, answers=SAID)]), now=now)
    Question.objects.update(summary_html="alt", html_version=0)
    rerender(batch=10)
    assert "<math" in Question.objects.get().summary_html


def test_an_old_file_knows_the_answers_that_a_merge_took_elsewhere(now):
    two = [question("词表多大？", number=1, answers=SAID[:1]), question("词表要多大？", number=2, answers=SAID[1:2])]
    first = document(20, questions=two)
    put(first, now=now)
    boss = login("青禾", now, "organizer")
    one, other = Question.objects.order_by("number")
    question_merges.merge(question=other, into=one, by=boss, now=now)
    again(first, now=now)
    assert Answer.objects.count() == 2
    assert set(Answer.objects.values_list("question", flat=True)) == {one.pk}
    question_merges.unmerge(question=other, by=boss, now=now)
    again(first | {"highlights": ["词表", "又一次"]}, now=now)
    assert sorted(Answer.objects.values_list("question", flat=True)) == [one.pk, other.pk]
