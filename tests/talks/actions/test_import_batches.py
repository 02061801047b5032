"""An import of thousands of rows: few statements, HTML as if each row had been saved alone, and a trace of each write."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actors import SYSTEM
from members.models import Event, Person
from talks.actions import batch
from talks.actions.html import rerender
from talks.actions.imports import import_file
from talks.export import rows_of
from talks.models import Answer, Episode, EpisodeState, Item, PaperMention, Question, Section
from talks.rendering import RENDERED, html_fields

pytestmark = pytest.mark.django_db
NOTE = "见注[^1]，又见 https://arxiv.org/abs/2309.00071 。\n\n[^1]: 一条脚注。"


@pytest.fixture
def take(now, make):
    def run(value, **options):
        return import_file(data=make.as_bytes(value), name=f"{value['code']}.json", by=SYSTEM, now=now, **options)

    return run


def large(make, count, *, mark=""):
    """A document with so many items, and so many questions with one answer each."""
    questions = [
        make.question(
            f"第 {n} 问：{NOTE}", number=n, asker=f"人{n}", answers=[{"author": f"友{n}", "body": f"答{n}{mark}"}]
        )
        for n in range(1, count + 1)
    ]
    items = [make.item(f"第 {n} 条", f"https://example.org/{n}", contributors=["阿岚"]) for n in range(1, count + 1)]
    return make.document(questions=questions, sections=[make.section("news", "本周新闻", items=items)])


def test_statements_do_not_grow_with_the_rows(take, make):
    with CaptureQueriesContext(
        connection,
    ) as first:
        assert take(large(make, 150)).status == "created"
    with CaptureQueriesContext(connection) as second:
        assert take(large(make, 150, mark="，改过")).status == "updated"
    # 150 items, questions, answers and their people, each written alone, would be a thousand.
    assert len(first) < 120
    assert len(second) < 60
    assert Question.objects.count() == Answer.objects.count() == PaperMention.objects.count() == 150


def html_of_everything():
    return {
        (model, row.pk): [getattr(row, name) for name in html_fields(model)]
        for model in RENDERED
        for row in model._default_manager.all()
    }


def test_the_html_is_what_a_row_saved_alone_would_have(take, make):
    value = large(make, 3)
    value["questions"][0]["follow_ups"] = [make.question(NOTE, number=None, asker="阿岚")]
    value["sections"][0]["body"] = value["sections"][0]["groups"][0]["body"] = NOTE
    assert take(value).problems == ()
    made = html_of_everything()
    question = Question.objects.get(serial=1, follow_up=0)
    assert f'id="question{question.pk}-body-' in question.body_html
    assert batch.AHEAD not in repr(made)
    for model in RENDERED:
        model._default_manager.update(html_version=0)
    rerender(batch=50)
    assert html_of_everything() == made


def test_a_changed_row_has_the_html_of_its_new_text(take, make):
    take(make.document())
    value = make.document()
    value["questions"][0]["answers"][0]["body"] = NOTE
    take(value)
    answer = Answer.objects.get()
    assert f'id="answer{answer.pk}-body-' in answer.body_html
    assert batch.AHEAD not in answer.body_html


def test_a_row_can_be_brought_back_from_its_event(take, make):
    """Who, when, what: the event of a changed row holds all that the document said of it, before and after."""
    take(make.document())
    before = {(stored.flat.kind, stored.row.pk): stored.flat.values for stored in rows_of(Episode.objects.get())}
    value = make.document(hosts=["小满"])
    value["sections"][0] |= {"contributors": ["渡口"], "minutes": 20}
    value["sections"][0]["items"][0] |= {"body": "改过", "contributors": ["小满"]}
    value["questions"][0] |= {"asker": "渡口"}
    value["questions"][0]["answers"][0] |= {"author": "阿岚", "body": "先看语料啊。"}
    take(value)
    rows = {
        "episode": (Episode.objects.get(), "120"),
        "section": (Section.objects.get(), None),
        "item": (Item.objects.get(state="accepted"), None),
        "question": (Question.objects.get(serial=1), "120-1"),
        "answer": (Answer.objects.get(), None),
    }
    assert Event.objects.filter(verb="import").count() == 2 + len(rows)
    for kind, (row, key) in rows.items():
        event = Event.objects.get(target_kind=kind, target_key=key or row.pk, before__isnull=False)
        then = before[kind, row.pk]
        assert event.before == {**then, **({"starts_at": then["starts_at"].isoformat()} if kind == "episode" else {})}
        assert event.after != event.before
        assert row.version == 2


def test_what_stood_in_an_episode_made_here_is_kept_when_a_file_fills_it(take, make, now):
    Episode.objects.create(
        number=120, code="120", title="旧题", state=EpisodeState.LOCKED, created_at=now, changed_at=now
    )
    assert take(make.document(), replace=True).status == "updated"
    event = Event.objects.get(target_kind="episode", before__isnull=False)
    assert (event.target_key, event.before["title"], event.after["title"]) == ("120", "旧题", None)
    assert Episode.objects.get().version == 2


def test_follow_ups_are_numbered_in_the_order_of_the_document(take, make):
    asked = make.question(
        "甲", number=1, follow_ups=[make.question(f"甲{n}", number=None, asker="阿岚") for n in (1, 2)]
    )
    take(make.document(questions=[asked]))
    asked["follow_ups"].insert(0, make.question("甲0", number=None, asker="阿岚"))
    take(make.document(questions=[asked]))
    assert dict(Question.objects.values_list("body", "follow_up")) == {"甲": 0, "甲1": 1, "甲2": 2, "甲0": 3}


def test_many_names_that_look_alike_get_handles_of_their_own(take, make):
    take(make.document(hosts=["Nora", "nora", "NORA", "nora-2", "！", "？"]))
    handles = list(Person.objects.values_list("handle", flat=True))
    assert len(handles) == len(set(handles)) == 9
    take(make.document(number=121, code="121", hosts=["noRa"]))
    assert Person.objects.get(name="noRa").handle == "nora-4"
