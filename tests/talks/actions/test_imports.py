"""Storing documents: whole or not at all, twice without change, and never over somebody's own words."""

import json

import pytest
from django.core.exceptions import PermissionDenied

from members.actions.people import find_or_name
from members.actors import ANONYMOUS, SYSTEM
from members.models import Alias, Event, Person, User
from talks.actions.imports import import_file, preview_file
from talks.documents import model
from talks.export import document_of, export
from talks.models import (
    Answer,
    Claim,
    Credit,
    Episode,
    EpisodeState,
    ImportedRow,
    Item,
    PaperMention,
    Question,
    SourceDocument,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(now, make):
    def run(value, *, name="120.json", by=SYSTEM, replace=False, at=None):
        data = value if isinstance(value, bytes) else make.as_bytes(value)
        return import_file(data=data, name=name, by=by, now=at or now, replace=replace)

    return run


def test_a_document_comes_back_as_it_came(take, make):
    value = make.document()
    assert take(value).status == "created"
    episode = Episode.objects.get(code="120")
    assert model.to_json(document_of(episode)) == value
    assert (episode.state, SourceDocument.objects.get().name) == (EpisodeState.PUBLISHED, "120.json")
    assert bytes(SourceDocument.objects.get().data) == make.as_bytes(value)


def test_an_import_makes_people_and_papers_but_no_logins(take, make):
    take(make.document())
    assert sorted(Person.objects.values_list("name", flat=True)) == ["小满", "渡口", "阿岚"]
    assert not User.objects.exists()
    assert PaperMention.objects.get().paper.arxiv_id == "2309.00071"


def test_an_episode_of_the_future_collects(take, make):
    take(make.document(starts_at="2027-01-02T21:00:00+08:00"))
    assert Episode.objects.get().state == EpisodeState.COLLECTING


def test_storing_twice_changes_nothing(take, make):
    take(make.document())
    before = list(Question.objects.values()), list(Item.objects.values()), Event.objects.count()
    again = take(make.document())
    assert (again.status, again.problems) == ("unchanged", ())
    assert (list(Question.objects.values()), list(Item.objects.values()), Event.objects.count()) == before


def test_another_file_of_the_number_is_refused_and_stores_nothing(take, make):
    take(make.document())
    refused = take(make.document(highlights=["别的"]), name="other.json")
    assert (refused.status, refused.problems[0]["code"]) == ("refused", "number_taken")
    assert "120.json" in refused.problems[0]["message"]
    assert Episode.objects.get().highlights == ["词表", "长上下文"]
    assert take(make.document(highlights=["别的"]), name="other.json", replace=True).status == "updated"
    assert Episode.objects.get().highlights == ["别的"]
    assert SourceDocument.objects.count() == 2
    assert SourceDocument.objects.current().get().name == "other.json"


def test_an_untouched_row_takes_the_new_text(take, make, now):
    take(make.document())
    value = make.document()
    value["questions"][0]["answers"][0]["body"] = "先看语料，再看语言。"
    assert take(value).status == "updated"
    answer = Answer.objects.get()
    assert (answer.body, answer.version) == ("先看语料，再看语言。", 2)
    assert "先看语料，再看语言。" in answer.body_html
    event = Event.objects.get(target_kind="answer")
    assert (event.before["body"], event.after["body"]) == ("先看语料。", "先看语料，再看语言。")


def test_a_row_touched_here_stays_when_the_file_did_not_change_it(take, make):
    take(make.document())
    Answer.objects.update(body="我改过了。")
    value = make.document(highlights=["词表"])
    assert take(value).problems == ()
    assert Answer.objects.get().body == "我改过了。"
    assert Episode.objects.get().highlights == ["词表"]


def test_a_row_changed_on_both_sides_stays_and_shows_both_texts(take, make):
    take(make.document())
    Answer.objects.update(body="我改过了。")
    value = make.document()
    value["questions"][0]["answers"][0]["body"] = "文件也改了。"
    result = take(value)
    problem = next(problem for problem in result.problems if problem["code"] == "conflict")
    assert (problem["theirs"], problem["yours"]) == ("我改过了。", "文件也改了。")
    assert Answer.objects.get().body == "我改过了。"
    assert [p["code"] for p in take(value).problems] == ["conflict"]


def test_a_row_deleted_here_does_not_come_back(take, make, now):
    take(make.document())
    Answer.objects.update(deleted_at=now)
    take(make.document(highlights=["词表"]))
    assert Answer.objects.get().deleted_at == now


def test_a_row_gone_from_the_file_is_marked_not_deleted(take, make):
    take(make.document())
    value = make.document()
    del value["questions"][0]
    result = take(value)
    assert (result.status, [p["code"] for p in result.problems]) == ("updated", ["gone", "gone"])
    assert Question.objects.filter(body="词表多大合适？", deleted_at=None).exists()
    assert ImportedRow.objects.filter(is_gone=True).count() == 2
    assert take(make.document()).status == "updated"
    assert not ImportedRow.objects.filter(is_gone=True).exists()


def test_what_stands_apart_from_the_file_is_kept_with_it(take, make, now):
    """Said by every import of it, kept once, and forgotten when it is true no more."""
    take(make.document())
    Answer.objects.update(body="我改过了。")
    value = make.document()
    value["questions"][0]["answers"][0]["body"] = "文件也改了。"
    del value["questions"][1]
    first = take(value)
    kept = SourceDocument.objects.current()
    assert [problem["code"] for problem in first.problems] == ["conflict", "gone", "gone"]
    assert kept.get().problems == list(first.problems)
    assert (kept.get().problems[0]["theirs"], kept.get().problems[0]["yours"]) == ("我改过了。", "文件也改了。")
    assert [problem["message"] for problem in kept.get().problems[:2]] == [
        "站上和文件里都改过，保留站上的。\n站上：我改过了。\n文件里：文件也改了。",
        "文件里已经没有，站上保留并做了标记：训练中断怎么续？",
    ]
    before = list(SourceDocument.objects.values()), list(ImportedRow.objects.values()), Event.objects.count()
    again = take(value)
    assert (again.status, again.problems) == ("unchanged", first.problems)
    assert (list(SourceDocument.objects.values()), list(ImportedRow.objects.values()), Event.objects.count()) == before
    Answer.objects.update(body="文件也改了。")
    Question.objects.filter(body="训练中断怎么续？").update(deleted_at=now)
    assert [problem["code"] for problem in take(value).problems] == ["gone"]
    assert ["数据顺序呢？" in problem["message"] for problem in kept.get().problems] == [True]


def test_questions_keep_their_id_when_one_is_put_before_them(take, make):
    take(make.document())
    ids = {q.body: q.public_id for q in Question.objects.select_related("episode")}
    assert ids == {"词表多大合适？": "120-1", "训练中断怎么续？": "120-2", "数据顺序呢？": "120-2.1"}
    value = make.document()
    value["questions"].insert(0, make.question("先问一句？", number=None))
    take(value)
    found = {q.body: q.public_id for q in Question.objects.select_related("episode")}
    assert found == {**ids, "先问一句？": "120-3"}
    assert model.to_json(document_of(Episode.objects.get())) == value


def test_serials_follow_the_document_and_go_on_after_the_highest(take, make):
    value = make.document(
        questions=[
            make.question("甲", number=1),
            make.question("乙", number=6),
            make.question("丙", number=1, part="group"),
            make.question("丁", number=None, part="group"),
        ]
    )
    take(value)
    assert dict(Question.objects.values_list("body", "serial")) == {"甲": 1, "乙": 6, "丙": 7, "丁": 8}


def test_claims_and_credits_are_written(take, make):
    value = make.document(sections=[make.section("picks", "本周推荐", leads=["渡口"], contributors=["小满", "群友"])])
    take(value)
    assert [claim.name for claim in Claim.objects.all()] == ["渡口"]
    assert [credit.name for credit in Credit.objects.exclude(section=None)] == ["小满", "群友"]


def test_only_organizers_import(take, make, member, organizer):
    for by in (member, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            take(make.document(), by=by)
    assert take(make.document(), by=organizer).status == "created"
    assert SourceDocument.objects.get().imported_by == organizer


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.md", b"", "empty"),
        ("a.md", b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        ("a.json", b"{", "not_an_episode"),
        ("a.json", b"[]", "not_an_episode"),
        ("a.json", b"[" * 100_000, "not_an_episode"),
        ("a.md", "只有一句话，没有编号。".encode(), "no_number"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_stored(take, name, data, code):
    result = take(data, name=name)
    assert (result.status, result.problems[0]["code"]) == ("refused", code)
    assert result.problems[0]["message"]
    assert not Episode.objects.exists()
    assert not SourceDocument.objects.exists()
    assert not Person.objects.exists()


def test_a_preview_touches_no_database(make, django_assert_num_queries):
    with django_assert_num_queries(0):
        result = preview_file(data=make.as_bytes(make.document()), name="120.json")
    assert (result.status, result.code) == ("parsed", "120")


def test_a_number_made_here_is_not_taken_silently(take, make, now):
    Episode.objects.create(number=120, code="120", created_at=now, changed_at=now)
    assert take(make.document()).problems[0]["code"] == "number_taken"
    assert take(make.document(), replace=True).status == "updated"
    assert model.to_json(document_of(Episode.objects.get())) == make.document()


def test_queries_of_reading_back_do_not_grow(take, make, django_assert_num_queries):
    take(make.document())
    many = [make.question(f"第 {n} 问", number=n, answers=[{"author": None, "body": "答"}]) for n in range(1, 60)]
    take(make.document(number=121, code="121", questions=many), name="121.json")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for code in ("120", "121"):
        episode = Episode.objects.get(code=code)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            document_of(episode)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_at": "9999-12-31T23:59:59+00:00"},
        {"starts_at": "0001-01-01T00:00:00+08:00"},
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"starts_at": "9999-12-31T23:59:59-12:00"},
        {"starts_at": "1899-12-30T23:59:59+00:00"},
        {"starts_at": "2201-01-02T00:00:00+00:00"},
        {"questions": [{"number": 2147483647}]},
        {"\ud800": 1},
    ],
)
def test_values_that_no_page_could_show_are_refused(take, make, changes):
    if "questions" in changes:
        changes = {"questions": [{**make.question("问？", number=1), **changes["questions"][0]}]}
    data = json.dumps(make.document(**changes)).encode()
    result = take(data)
    assert (result.status, result.problems[0]["code"]) == ("refused", "not_an_episode")
    json.dumps(result.as_json(), ensure_ascii=False).encode()
    assert not Episode.objects.exists()


@pytest.mark.parametrize(
    "moment",
    [
        "1900-01-01T00:00:00+14:00",
        "1900-01-01T00:00:00-12:00",
        "2200-12-31T23:59:59-12:00",
        "2200-12-31T23:59:59+14:00",
    ],
)
def test_what_was_taken_at_the_edge_of_time_comes_back(take, make, moment):
    assert take(make.document(starts_at=moment)).status == "created"
    text = export(Episode.objects.get(), "json").text
    Episode.objects.all().delete()
    assert take(text.encode()).status == "created"
    assert export(Episode.objects.get(), "json").text == text


def test_two_written_names_of_one_host_are_both_kept(take, make, now):
    xiaoman = find_or_name(["小满"], by=SYSTEM, now=now)["小满"]
    Alias.objects.create(person=xiaoman, name="XiaoM", created_at=now, changed_at=now)
    value = make.document(hosts=["小满", "XiaoM"], editors=["XiaoM", "小满"])
    assert take(value).status == "created"
    assert model.to_json(document_of(Episode.objects.get())) == value


def test_two_written_names_of_one_lead_are_one_claim_and_both_kept(take, make, now):
    xiaoman = find_or_name(["小满"], by=SYSTEM, now=now)["小满"]
    Alias.objects.create(person=xiaoman, name="XiaoM", created_at=now, changed_at=now)
    labels = [{"label": "负责人", "text": "小满、渡口、XiaoM"}]
    section = make.section(
        "picks", "本周推荐", leads=["小满", "渡口", "XiaoM"], contributors=["XiaoM", "小满"], labels=labels
    )
    value = make.document(sections=[section])
    assert take(value).status == "created"
    assert [claim.name for claim in Claim.objects.order_by("position")] == ["小满", "渡口"]
    episode = Episode.objects.get()
    assert model.to_json(document_of(episode)) == value
    assert "【负责人】：小满、渡口、XiaoM" in export(episode, "github").text.replace("\\", "")
    assert take(value).status == "unchanged"
    section["minutes"] = 20
    result = take(value)
    assert (result.status, result.problems) == ("updated", ())
    assert model.to_json(document_of(episode)) == value


@pytest.mark.parametrize(
    "changes",
    [
        {"hosts": ["渡口", "渡口"]},
        {"section": {"leads": ["阿岚", "阿岚"]}},
        {"section": {"contributors": ["阿岚", "小满", "阿岚"]}},
        {"item": {"contributors": ["阿岚", "阿岚"]}},
        {"item": {"papers": ["2309.00071", "2309.00071"]}},
    ],
)
def test_a_list_that_holds_the_same_twice_is_refused(take, make, changes):
    value = make.document(**{name: value for name, value in changes.items() if name == "hosts"})
    value["sections"][0] |= changes.get("section", {})
    value["sections"][0]["items"][0] |= changes.get("item", {})
    result = take(value)
    assert (result.status, result.problems[0]["code"]) == ("refused", "not_an_episode")


def test_an_empty_answer_does_not_exist(take, make):
    asked = make.question("问？", number=1, answers=[{"author": None, "body": " "}])
    assert take(make.document(questions=[asked])).status == "created"
    assert not Answer.objects.exists()
