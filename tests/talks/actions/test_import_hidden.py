"""What is under review or was withdrawn does not come back by an older document of the site's own."""

import pytest
from django.test import Client

from members.actors import ANONYMOUS
from members.models import Role
from talks.actions import asking, moderation, question_merges, questions, returns
from talks.actions.imports import import_file
from talks.models import Answer, AskingRules, Episode, Question
from tests.pages.conftest import document, put
from tests.pages.conftest import question as asked
from tests.talks.boardroom import login

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("ext", ["json", "md"])
def test_an_older_document_shows_nothing_that_is_not_shown(now, ext):
    by = login("组织", now, role=Role.ORGANIZER)
    AskingRules.objects.create(pk=1, is_reviewed=False, created_at=now, changed_at=now)
    file = document(31, starts_at="2099-03-07T21:00:00+08:00", questions=[asked("文档问题？", number=1)])
    put(file, now=now)
    episode = Episode.objects.get(code="031")
    made = {
        name: asking.ask_without_account(
            episode=Episode.objects.get(pk=episode.pk), body=f"匿名{name}？", key=name[0] * 24, address="192.0.2.1",
            by=ANONYMOUS, now=now,
        )
        for name in ("hidden", "withdrawn", "merged", "stays")
    }  # fmt: skip
    stays = Question.objects.select_related("episode").get(pk=made["stays"].question.pk)
    said = [questions.answer(question=stays, body=body, by=by, now=now) for body in ("坏答", "好答")]
    older = Client().get(f"/episodes/031.{ext}").content
    moderation.hide(row=Question.objects.get(pk=made["hidden"].question.pk), by=by, now=now)
    moderation.hide(row=Answer.objects.select_related("question__episode").get(pk=said[0].pk), by=by, now=now)
    held = returns.find_by_code(code=made["withdrawn"].code, address="192.0.2.1", now=now)
    returns.withdraw(held=held, now=now)
    question_merges.merge(question=Question.objects.get(pk=made["merged"].question.pk), into=stays, by=by, now=now)
    before = states()
    result = import_file(data=older, name=f"031.{ext}", by=by, now=now, replace=True)
    assert result.status == "updated"
    assert states() == before
    assert [each["code"] for each in result.problems].count("hidden") == 4
    returns.undo_withdrawal(held=held, now=now)
    assert Question.objects.visible_to(None).filter(body="匿名withdrawn？").count() == 1


def states():
    rows = (Question.objects, Answer.objects)
    return [list(each.order_by("pk").values_list("pk", "body", "review", "deleted_at")) for each in rows]
