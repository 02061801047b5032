"""Reading the API: lists, filters, expand, rows, ETags, and no more queries for a hundred rows than for one."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from markup.targets import reading
from members.actions.invitations import invite
from members.actions.tokens import create_token
from members.models import PersonRequest
from talks.models import Answer, Item, PaperMention, Question, Section
from tests.api.conftest import API, episode_with_rows, person

pytestmark = pytest.mark.django_db

LISTS = [
    *("episodes", "sections", "items", "claims", "suggestions", "questions", "answers", "recordings"),
    *("templates", "people", "papers", "lists", "mentions", "events"),
]
NEWS = ["news", "sightings", "sources", "runs"]  # read in test_api_news.py
TELLING = ["reminders", "webhooks", "deliveries"]  # read in test_api_telling.py
OWN = ["tokens", "imports", "jobs", "invitations", "person-requests"]
WEEK = [
    "episodes/carries",
    "episodes/holidays",
    "episodes/breaks",
    "templates/owners",
    "notifications",
]  # read in test_api_week.py
EXPANSIONS = [
    ("episodes", "sections,recordings"),
    ("sections", "items,claims,credits,suggestions"),
    ("items", "credits,paper_mentions"),
    ("questions", "answers"),
    ("people", "aliases"),
]


def get(client, path, **headers):
    return client.get(API + path, headers=headers)


def test_the_root_names_every_resource(anonymous):
    assert sorted(get(anonymous, "").json()) == sorted([*LISTS, *NEWS, *OWN, *WEEK, *TELLING])


@pytest.mark.parametrize("name", LISTS)
def test_visitors_read_lists_without_a_session(anonymous, record, name):
    response = get(anonymous, f"{name}/")
    assert response.status_code == 200
    assert list(response.json()) == ["count", "next", "previous", "results"]
    assert response.json()["count"] == len(response.json()["results"]) > 0
    assert not response.cookies


@pytest.mark.parametrize("name", LISTS)
def test_every_row_is_at_its_own_address(anonymous, record, name):
    keys = {"episodes": "code", "people": "handle", "papers": "arxiv_id", "lists": "slug"}
    for row in get(anonymous, f"{name}/").json()["results"]:
        found = get(anonymous, f"{name}/{row[keys.get(name, 'id')]}/").json()
        assert {**found, **row} == found  # an event says there besides what it changed


def test_drafts_are_for_organizers_only(anonymous, as_member, as_organizer, record):
    for name in ("sections", "items", "claims", "suggestions", "questions", "answers", "recordings", "mentions"):
        for client in (anonymous, as_member):
            assert {row["episode"] for row in _rows(client, name)} <= {"041", "042"}
        assert "043" in {row["episode"] for row in _rows(as_organizer, name)}
    assert [row["code"] for row in _rows(anonymous, "episodes")] == ["042", "041"]
    for path in ("", "document/", "export/?to=github"):
        assert get(anonymous, f"episodes/043/{path}").status_code == 404
        assert get(as_organizer, f"episodes/043/{path}").status_code == 200
    assert get(anonymous, "questions/043-1/").status_code == 404


def _rows(client, name):
    rows = get(client, f"{name}/").json()["results"]
    return [{**row, "episode": row["question"].split("-")[0]} for row in rows] if name == "answers" else rows


def test_what_people_took_out_is_not_shown(anonymous, record, now):
    Section.objects.filter(episode=record["041"]).update(deleted_at=now)
    Question.objects.filter(episode=record["041"]).update(deleted_at=now)
    Item.objects.filter(section__episode=record["042"]).update(state="declined")
    for name in ("sections", "items", "claims", "suggestions", "questions", "mentions"):
        assert "041" not in {row["episode"] for row in _rows(anonymous, name)}, name
    assert [row["question"] for row in _rows(anonymous, "answers")] == ["042-1"]
    assert _rows(anonymous, "items") == []
    expanded = get(anonymous, "episodes/041/?expand=sections").json()
    assert expanded["sections"] == []
    assert get(anonymous, "sections/?expand=items").json()["results"][0]["items"] == []


@pytest.mark.parametrize(("name", "names"), EXPANSIONS)
def test_expand_shows_the_rows_inside(anonymous, record, name, names):
    row = get(anonymous, f"{name}/?expand={names}").json()["results"][0]
    for relation in names.split(","):
        assert isinstance(row[relation], list), relation
        assert row[relation] or name == "questions", relation


def test_an_expanded_row_is_the_row_of_its_own_resource(anonymous, record):
    question = get(anonymous, "questions/041-1/?expand=answers").json()
    assert question["answers"] == get(anonymous, "answers/?question=041-1").json()["results"]
    section = get(anonymous, "sections/?episode=041&expand=items").json()["results"][0]
    assert section["items"] == get(anonymous, "items/?episode=041").json()["results"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("episodes/?state=published", ["041"]),
        ("episodes/?kind=special", []),
        ("episodes/?starts_after=2030-01-01T00:00:00Z", []),
        ("episodes/?starts_before=2030-01-01T00:00:00%2B08:00", ["042", "041"]),
        ("questions/?episode=41", ["041-1", "041-1.1"]),
        ("questions/?episode=041&is_answered=true", ["041-1"]),
        ("questions/?episode=041&is_answered=false", ["041-1.1"]),
        ("questions/?asker=yuren-42", ["042-1"]),
        ("questions/?part=online", []),
        ("people/?name_contains=渔人4&is_collective=false", ["yuren-41", "yuren-42"]),
        ("people/?name=渔人42", ["yuren-42"]),
        ("papers/?title_contains=论文", ["2401.00042", "2401.00041"]),
    ],
)
def test_filters(anonymous, record, query, ids):
    rows = get(anonymous, query).json()["results"]
    assert [row.get("code") or row.get("handle") or row.get("arxiv_id") or row["id"] for row in rows] == ids


def test_filters_by_id_and_paper(anonymous, record):
    section = Section.objects.get(episode=record["041"])
    assert [row["section"] for row in get(anonymous, f"items/?section={section.pk}").json()["results"]] == [section.pk]
    mentions = get(anonymous, "mentions/?paper=2401.00042").json()["results"]
    assert [(row["episode"], row["question"]) for row in mentions] == [("042", None), ("042", "042-1")]
    assert get(anonymous, "answers/?author=yuren-41").json()["count"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("episodes/?state=sleeping", "state"),
        ("episodes/?starts_after=tomorrow", "starts_after"),
        ("questions/?episode=abc", "episode"),
        ("questions/?is_answered=perhaps", "is_answered"),
        ("questions/?asker=%00", "asker"),
        ("questions/?part=", "part"),
        ("answers/?question=41", "question"),
        ("items/?section=1.5", "section"),
        ("items/?section=99999999999999999999", "section"),
        ("items/?section=-1", "section"),
        ("episodes/?expand=secrets", "expand"),
        ("episodes/?stat=published", "stat"),
        ("episodes/041/?episode=041", "episode"),
        ("sections/?page_size=many", "page_size"),
        ("sections/?page_size=0", "page_size"),
        ("episodes/041/export/", "to"),
        ("episodes/041/export/?to=fax", "to"),
        ("people/?name=" + "x" * 81, "name"),
    ],
)
def test_a_value_or_name_that_means_nothing_is_refused(anonymous, record, problem, query, field):
    assert list(problem(get(anonymous, query), 400)["errors"]) == [field]


def test_pages(anonymous, db, now):
    for number in range(1, 4):
        episode_with_rows(number, now)
    page = get(anonymous, "episodes/?page_size=2").json()
    assert (page["count"], len(page["results"]), page["previous"]) == (3, 2, None)
    rest = anonymous.get(page["next"]).json()
    assert ([row["code"] for row in rest["results"]], rest["next"]) == (["001"], None)
    assert len(get(anonymous, "episodes/?page_size=1000").json()["results"]) == 3


def test_a_record_too_long_for_a_channel_is_said_to_be(anonymous, record, problem, monkeypatch):
    monkeypatch.setattr(reading, "MAX_CHARACTERS", 10)
    problem(anonymous.get(f"{API}episodes/041/export/?to=zhihu"), 413, "too_long")
    assert anonymous.get(f"{API}episodes/041/export/?to=json").status_code == 200


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "9" * 400, "last%00"])
def test_a_page_that_is_not_there(anonymous, record, problem, page):
    problem(get(anonymous, f"episodes/?page={page}"), 404)


def test_a_page_holds_at_most_a_hundred(anonymous, db, now):
    episode = episode_with_rows(1, now)
    rows = [
        Question(episode=episode, position=n, serial=n, body="?", created_at=now, changed_at=now) for n in range(2, 130)
    ]
    Question.objects.bulk_create(rows)
    assert len(get(anonymous, "questions/?page_size=500").json()["results"]) == 100
    assert len(get(anonymous, "questions/").json()["results"]) == 50


def test_a_row_has_an_etag_and_is_sent_once(anonymous, record, now):
    first = get(anonymous, "questions/041-1/")
    tag = first["ETag"]
    for sent in (tag, f'W/{tag}, "other"', "*"):
        again = get(anonymous, "questions/041-1/", **{"If-None-Match": sent})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert get(anonymous, "questions/041-1/?expand=answers")["ETag"] != tag
    question = Question.objects.get(body="为什么快？", episode__code="041")
    Answer.objects.create(question=question, position=2, body="还有。", created_at=now, changed_at=now)
    changed = get(anonymous, "questions/041-1/", **{"If-None-Match": tag})
    assert (changed.status_code, changed.json()["answer_count"]) == (200, 2)


def test_spelled_otherwise(anonymous, record):
    assert get(anonymous, "episodes/41/").json()["code"] == "041"
    assert get(anonymous, "questions/41-1.1/").json()["parent"] == "041-1"


def test_document_and_exports(anonymous, record):
    document = get(anonymous, "episodes/041/document/")
    assert (document.json()["schema"], document.json()["code"]) == ("openllm-talk/episode@1", "041")
    assert get(anonymous, "episodes/041/document/", **{"If-None-Match": document["ETag"]}).status_code == 304
    as_json = get(anonymous, "episodes/041/export/?to=json")
    assert (as_json["Content-Type"], as_json.json()) == ("application/json; charset=utf-8", document.json())
    for to in ("github", "zhihu"):
        for accepted in ("*/*", "text/markdown", "application/json"):
            text = get(anonymous, f"episodes/041/export/?to={to}", Accept=accepted)
            assert text["Content-Type"] == "text/markdown; charset=utf-8"
            assert "推测解码" in text.content.decode()


def test_text_is_sent_as_it_is(anonymous, record):
    assert "渔人41" in get(anonymous, "people/yuren-41/").content.decode()


def test_a_list_of_fifty_takes_three_queries(anonymous, db, now):
    for number in range(1, 51):
        episode_with_rows(number, now)
    counts = {name: queries_of(anonymous, f"{name}/", rows=50) for name in LISTS}
    assert {name: count for name, count in counts.items() if count > 3} == {}


def test_queries_do_not_grow_with_rows(as_organizer, organizer, now):
    paths = [f"{name}/" for name in [*LISTS, *OWN]] + [f"{name}/?expand={names}" for name, names in EXPANSIONS]
    counts = []
    for numbers in (range(1, 2), range(2, 101)):
        for number in numbers:
            episode_with_rows(number, now, by=organizer)
            Job.objects.create(kind="k", key=str(number), created_at=now, due_at=now)
            invite(purpose="join", by=organizer, now=now)
            PersonRequest.objects.create(
                user=organizer.user, person=person(number, now), created_at=now, changed_at=now
            )
            if number < 50:
                create_token(user=organizer.user, scope="read", name="", by=organizer, now=now)
        counts.append({path: queries_of(as_organizer, path) for path in paths})
    assert counts[0] == counts[1]


def queries_of(client, path, rows=1):
    """Return how many queries a list takes, whose page holds at least so many rows."""
    path = f"{path}{'&' if '?' in path else '?'}page_size={max(rows, 50) if rows > 1 else 100}"
    with CaptureQueriesContext(connection) as queries:
        page = get(client, path).json()
    assert len(page["results"]) >= rows, path
    return len(queries)


def test_jobs_and_imports_are_for_organizers(anonymous, as_member, as_organizer, record, problem, now):
    Job.objects.create(kind="mail", key="a", created_at=now, due_at=now)
    Job.objects.create(kind="mail", key="b", created_at=now, due_at=now, failed_at=now, last_error="no")
    for name in ("jobs", "imports"):
        problem(get(anonymous, f"{name}/"), 401, "not_authenticated")
        problem(get(as_member, f"{name}/"), 403, "permission_denied")
    assert [row["key"] for row in get(as_organizer, "jobs/").json()["results"]] == ["b", "a"]
    for flag, keys in (
        ("is_failed=true", ["b"]),
        ("is_failed=false", ["a"]),
        ("is_due=true", ["a"]),
        ("is_due=false", ["b"]),
    ):
        assert [row["key"] for row in get(as_organizer, f"jobs/?{flag}").json()["results"]] == keys
    found = get(as_organizer, "events/?target_kind=episode&target_key=041").json()["results"]
    assert [(row["verb"], row["person"]["handle"]) for row in found] == [("edit", "yuren-41"), ("import", "yuren-41")]
    row = get(as_organizer, "imports/?episode=41").json()["results"][0]
    assert (row["name"], row["problems"][0]["line"], row["imported_by"]["name"]) == ("041.md", 3, "青禾")
    assert "data" not in json.dumps(list(row))


def test_mentions_of_deleted_rows_are_gone(anonymous, record, now):
    Item.objects.update(deleted_at=now)
    assert all(row["item"] is None for row in get(anonymous, "mentions/").json()["results"])
    assert PaperMention.objects.exclude(item=None).exists()
