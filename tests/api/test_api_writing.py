"""Writing by the API: asking, answering, importing, tokens, and requests that are sent twice."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.actions import idempotency
from members.models import IdempotencyKey, Token
from talks.actions import imports, questions
from talks.models import Answer, Episode, EpisodeState, Question, SourceDocument
from tests.api.conftest import API, keyed

pytestmark = pytest.mark.django_db


def post(client, path, body, **headers):
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(API + path, data, content_type="application/json", headers=headers)


@pytest.fixture
def writer(member, now):
    return keyed(member, "write", now)


@pytest.fixture
def importer(organizer, now):
    return keyed(organizer, "write", now)


@pytest.fixture
def document(anonymous, record):
    """The EpisodeDoc of 041 as that of 044, which nobody has."""
    found = anonymous.get(f"{API}episodes/041/document/").json()
    return {**found, "number": 44, "code": "044"}


# asking and answering


def test_nothing_is_rendered_while_others_wait_for_the_lock(writer, record, locked_renders):
    key = {"Idempotency-Key": "k"}
    assert post(writer, "questions/", {"episode": "42", "body": "**为什么**？"}, **key).status_code == 201
    answer = {"question": "042-2", "body": "**因为**。"}
    assert post(writer, "answers/", answer, **{"Idempotency-Key": "l"}).status_code == 201
    assert locked_renders == [0, 0]


def test_asking_and_answering(writer, record, member):
    asked = post(writer, "questions/", {"episode": "42", "body": "**为什么**？\n"})
    assert asked.status_code == 201
    row = asked.json()
    assert (row["id"], row["body"], row["asker"]["name"], row["part"]) == ("042-2", "**为什么**？\n", "小满", "site")
    assert writer.get(f"{API}questions/042-2/").json() == row
    assert writer.get(f"{API}questions/042-2/")["ETag"] == asked["ETag"]
    answered = post(writer, "answers/", {"question": "042-2", "body": "因为。"})
    assert (answered.status_code, answered.json()["question"]) == (201, "042-2")
    assert Answer.objects.get(pk=answered.json()["id"]).author == member


@pytest.mark.parametrize(
    ("body", "errors", "code"),
    [
        ({}, ["episode", "body"], "required"),
        ({"episode": "042"}, ["body"], "required"),
        ({"episode": "042", "body": ""}, ["body"], "blank"),
        ({"episode": "042", "body": " \n "}, ["body"], "required"),
        ({"episode": "042", "body": 5}, ["body"], "invalid"),
        ({"episode": "042", "body": None}, ["body"], "null"),
        ({"episode": "042", "body": ["a"]}, ["body"], "invalid"),
        ({"episode": "042", "body": "x" * 10_001}, ["body"], "max_length"),
        ({"episode": "042", "body": "a\u0000b"}, ["body"], "null_characters_not_allowed"),
        ({"episode": "042", "body": "a\u202eb"}, ["body"], "control_character"),
        ({"episode": "042", "body": "a\u0007b"}, ["body"], "control_character"),
        ({"episode": "999", "body": "有吗？"}, ["episode"], "unknown"),
        ({"episode": "043", "body": "草稿？"}, ["episode"], "unknown"),
        ({"episode": "\u0000", "body": "?"}, ["episode"], "null_characters_not_allowed"),
        ([], ["non_field_errors"], "invalid"),
        ("x", ["non_field_errors"], "invalid"),
    ],
)
def test_a_bad_question_names_its_field(writer, record, problem, body, errors, code):
    found = problem(post(writer, "questions/", body), 400, code)
    assert list(found["errors"]) == errors
    assert Question.objects.filter(part="site").count() == 0


def test_asking_twice_is_refused(writer, record, problem):
    body = {"episode": "042", "body": "一样的？"}
    assert post(writer, "questions/", body).status_code == 201
    problem(post(writer, "questions/", body), 400, "repeated")


def test_a_closed_episode_is_a_state_and_no_fault_of_the_text(writer, record, problem):
    problem(post(writer, "questions/", {"episode": "041", "body": "还能问吗？"}), 409, "questions_closed")
    Episode.objects.filter(code="042").update(state=EpisodeState.PUBLISHED)
    problem(post(writer, "questions/", {"episode": "042", "body": "还能问吗？"}), 409, "questions_closed")


def test_visitors_read_tokens_and_suspended_people_do_not_write(anonymous, writer, member, record, problem, now):
    body = {"episode": "042", "body": "我？"}
    refused = post(anonymous, "questions/", body)
    problem(refused, 401, "not_authenticated")
    assert refused["WWW-Authenticate"] == "Bearer"
    problem(post(keyed(member, "read", now), "questions/", body), 403, "scope")
    member.user.suspended_at = now
    member.user.save()
    problem(post(writer, "questions/", body), 403, "permission_denied")
    assert writer.get(f"{API}questions/").status_code == 200


# other words


def patch(client, address, body, **headers):
    return client.patch(address, json.dumps(body), content_type="application/json", headers=headers)


@pytest.fixture(params=["question", "answer"])
def own(request, writer, record):
    """The address and the reply of a question and of an answer by the writer, in an open episode."""
    made = post(writer, "questions/", {"episode": "042", "body": "原来的话"})
    if request.param == "question":
        return f"{API}questions/{made.json()['id']}/", made
    made = post(writer, "answers/", {"question": made.json()["id"], "body": "原来的话"})
    return f"{API}answers/{made.json()['id']}/", made


def test_other_words_for_ones_own(writer, own):
    address, made = own
    changed = patch(writer, address, {"body": "**换**了\n"}, **{"If-Match": made["ETag"]})
    assert changed.status_code == 200
    row = changed.json()
    assert (row["body"], row["version"]) == ("**换**了\n", 2)
    assert "<strong>换</strong>" in row["body_html"]
    assert {**row, "body": 0, "body_html": 0, "version": 0, "changed_at": 0} == {
        **made.json(),
        "body": 0,
        "body_html": 0,
        "version": 0,
        "changed_at": 0,
    }
    again = writer.get(address)
    assert (again["ETag"], again.json()) == (changed["ETag"], row)
    assert changed["ETag"] != made["ETag"]


def test_other_words_need_the_version_they_are_for(writer, own, problem):
    address, made = own
    problem(patch(writer, address, {"body": "没看就改"}), 428, "precondition_required")
    assert patch(writer, address, {"body": "先到"}, **{"If-Match": made["ETag"]}).status_code == 200
    stale = problem(patch(writer, address, {"body": "后到"}, **{"If-Match": made["ETag"]}), 412, "conflict")
    assert (stale["yours"]["body"], stale["theirs"]["body"]) == ("后到", "先到")
    assert writer.get(address).json()["body"] == "先到"


def test_who_is_overtaken_between_look_and_lock_gets_both_texts(writer, own, problem, monkeypatch):
    """The version that was looked at goes with the words, so the lock decides."""
    address, made = own
    for name in ("edit_question", "edit_answer"):
        act = getattr(questions, name)
        monkeypatch.setattr(questions, name, lambda *, version, act=act, **rest: act(version=version + 1, **rest))
    late = problem(patch(writer, address, {"body": "后到"}, **{"If-Match": made["ETag"]}), 412, "conflict")
    assert (late["yours"]["body"], late["theirs"]["body"]) == ("后到", "原来的话")


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": 5}, {"body": "a\u0000b"}, {"body": "x" * 20_001}])
def test_other_words_that_cannot_be_kept_name_the_field(writer, own, problem, body):
    address, made = own
    assert list(problem(patch(writer, address, body, **{"If-Match": "*"}), 400)["errors"]) == ["body"]
    assert writer.get(address).json() == made.json()


def test_words_of_a_published_record_stand(writer, own, problem):
    address, made = own
    Episode.objects.filter(code="042").update(state=EpisodeState.PUBLISHED)
    problem(patch(writer, address, {"body": "来晚了"}, **{"If-Match": made["ETag"]}), 409, "record_published")


# requests that are sent twice


def test_the_same_request_again_gets_the_first_reply(writer, record):
    body = {"episode": "042", "body": "只问一次？"}
    first = post(writer, "questions/", body, **{"Idempotency-Key": "k1"})
    again = post(writer, "questions/", {"body": "只问一次？", "episode": "042"}, **{"Idempotency-Key": "k1"})
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Question.objects.filter(body="只问一次？").count() == 1


def test_a_key_belongs_to_one_body_one_person_and_one_address(writer, importer, record, problem):
    body = {"episode": "042", "body": "甲？"}
    assert post(writer, "questions/", body, **{"Idempotency-Key": "k"}).status_code == 201
    other = {**body, "body": "乙？"}
    problem(post(writer, "questions/", other, **{"Idempotency-Key": "k"}), 422, "idempotency_key_reused")
    answer = {"question": "042-1", "body": "甲？"}
    problem(post(writer, "answers/", answer, **{"Idempotency-Key": "k"}), 422, "idempotency_key_reused")
    assert post(importer, "questions/", other, **{"Idempotency-Key": "k"}).status_code == 201
    problem(post(writer, "questions/", other, **{"Idempotency-Key": "k" * 201}), 400, "too_long")


def test_the_first_one_still_runs(writer, member, record, problem, monkeypatch):
    body = {"episode": "042", "body": "慢？"}
    assert post(writer, "questions/", body, **{"Idempotency-Key": "slow"}).status_code == 201
    IdempotencyKey.objects.update(status=None, body=None)
    problem(post(writer, "questions/", body, **{"Idempotency-Key": "slow"}), 409, "still_running")


def test_a_request_that_was_cut_off_may_be_sent_again(writer, record, now):
    body = {"episode": "042", "body": "断了？"}
    assert post(writer, "questions/", body, **{"Idempotency-Key": "cut"}).status_code == 201
    Question.objects.filter(body="断了？").delete()  # as if its transaction had been rolled back
    IdempotencyKey.objects.update(status=None, body=None, created_at=now)
    assert post(writer, "questions/", body, **{"Idempotency-Key": "cut"}).status_code == 201


def test_the_work_is_undone_when_another_has_taken_the_key_over(writer, record, problem, monkeypatch):
    real = idempotency.begin

    def begin_and_lose(**arguments):
        row = real(**arguments)
        IdempotencyKey.objects.filter(pk=row.pk).update(created_at=row.created_at.replace(year=2020))
        return row

    monkeypatch.setattr("members.api.repeats.idempotency.begin", begin_and_lose)
    body = {"episode": "042", "body": "谁的？"}
    problem(post(writer, "questions/", body, **{"Idempotency-Key": "lost"}), 409, "still_running")
    assert not Question.objects.filter(body="谁的？").exists()


def test_a_refused_request_may_be_mended_under_the_same_key(writer, record, problem):
    problem(post(writer, "questions/", {"episode": "042", "body": ""}, **{"Idempotency-Key": "m"}), 400)
    problem(post(writer, "questions/", {"episode": "041", "body": "?"}, **{"Idempotency-Key": "m"}), 409)
    assert (
        post(writer, "questions/", {"episode": "042", "body": "好了？"}, **{"Idempotency-Key": "m"}).status_code == 201
    )


# importing


def upload(client, data, name="044.json", query="", **fields):
    return client.post(f"{API}imports/{query}", {"file": SimpleUploadedFile(name, data), **fields})


def test_a_document_as_body_is_read_then_stored_then_unchanged(importer, document):
    read = post(importer, "imports/?dry_run=true", document)
    assert read.status_code == 200
    assert list(read.json()) == ["file", "status", "code", "problems", "document"]
    assert {**read.json(), "document": None} == {
        "file": "044.json",
        "status": "parsed",
        "code": "044",
        "problems": [],
        "document": None,
    }
    assert read.json()["document"] == document
    assert not Episode.objects.filter(code="044").exists()
    statuses = [(r.status_code, r.json()["status"]) for r in (post(importer, "imports/", document) for _ in range(2))]
    assert statuses == [(201, "created"), (200, "unchanged")]
    assert importer.get(f"{API}episodes/044/document/").json() == document


def test_what_export_wrote_is_the_same_file(importer, document):
    assert post(importer, "imports/", document).status_code == 201
    exported = importer.get(f"{API}episodes/044/export/?to=json").content
    again = upload(importer, exported)
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")


def test_flags_come_in_the_address_the_form_or_the_body(importer, document, problem):
    data = json.dumps(document).encode()
    for read in (
        upload(importer, data, dry_run="true"),
        upload(importer, data, query="?dry_run=true"),
        post(importer, "imports/", {**document, "dry_run": True}),
    ):
        assert read.json()["status"] == "parsed"
    assert not Episode.objects.filter(code="044").exists()
    problem(upload(importer, data, query="?dry_run=maybe"), 400, "invalid")
    problem(upload(importer, data, replace="2"), 400, "invalid")


def test_a_number_that_another_document_holds(importer, document):
    assert upload(importer, json.dumps(document).encode(), name="first.json").status_code == 201
    other = json.dumps({**document, "highlights": ["别的"]}).encode()
    refused = upload(importer, other, name="second.json")
    assert (refused.status_code, refused.json()["status"]) == (200, "refused")
    assert [found["code"] for found in refused.json()["problems"]] == ["number_taken"]
    taken = upload(importer, other, name="second.json", replace="true")
    assert (taken.status_code, taken.json()["status"]) == (200, "updated")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.md", b"", "empty"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "unknown_type"),
        ("a.md", b"\x89PNG\r\n\x1a\n\x00", "binary"),
        ("a.json", b"[" * 100_000, "not_an_episode"),
        ("a.json", b'{"\\ud800": 1}', "not_an_episode"),
        ("a.md", "没有编号".encode(), "no_number"),
        ("a.md", b"x" * (5 * 1024 * 1024 + 1), "too_large"),
    ],
)
@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_a_bad_file_is_an_answer(importer, record, name, data, code, dry_run):
    refused = upload(importer, data, name=name, dry_run=dry_run)
    assert refused.status_code == 200
    body = refused.json()
    assert (body["file"], body["status"], body["document"]) == (name, "refused", None)
    assert [found["code"] for found in body["problems"]] == [code]
    assert SourceDocument.objects.count() == 3


@pytest.mark.parametrize("value", [{"number": "44"}, {"schema": "other"}, {"sections": None}, {"code": "045"}])
def test_a_body_that_is_no_document_is_an_answer_too(importer, document, value):
    refused = post(importer, "imports/", {**document, **value})
    assert (refused.status_code, refused.json()["status"]) == (200, "refused")
    assert refused.json()["problems"][0]["code"] == "not_an_episode"


@pytest.mark.parametrize("body", [{}, [], [1], "x", 5, None])
def test_nothing_to_import(importer, record, problem, body):
    problem(post(importer, "imports/", body), 400, "required")


def test_an_import_sent_twice_under_one_key(importer, document, problem):
    data = json.dumps(document).encode()

    def send(data):
        file = SimpleUploadedFile("044.json", data)
        return importer.post(f"{API}imports/", {"file": file}, headers={"Idempotency-Key": "i"})

    first, again = send(data), send(data)
    assert (first.status_code, first.json()) == (201, again.json())
    problem(send(data + b" "), 422, "idempotency_key_reused")


def test_nothing_is_read_or_rendered_under_the_lock_of_a_key(importer, document, monkeypatch):
    real, seen = imports.prepare, []

    def prepare(**arguments):
        seen.append(IdempotencyKey.objects.count())
        return real(**arguments)

    monkeypatch.setattr("talks.api.imports.imports.prepare", prepare)
    assert post(importer, "imports/", document, **{"Idempotency-Key": "p"}).status_code == 201
    assert seen == [0]
    refused = [post(importer, "imports/", {**document, "code": "045"}, **{"Idempotency-Key": "q"}) for _ in range(2)]
    assert [reply.json()["status"] for reply in refused] == ["refused"] * 2
    assert post(importer, "imports/", document, **{"Idempotency-Key": "q"}).status_code == 422


def test_only_organizers_import(anonymous, writer, document, problem):
    problem(post(anonymous, "imports/", document), 401)
    problem(post(writer, "imports/", document), 403)
    assert not Episode.objects.filter(code="044").exists()


# tokens


def test_a_token_is_made_shown_once_and_revoked(as_member, anonymous, problem):
    made = post(as_member, "tokens/", {"scope": "write", "name": "脚本"}, **{"Idempotency-Key": "t"})
    assert made.status_code == 201
    key = made.json()["key"]
    bearer = {"Authorization": f"Bearer {key}"}
    assert anonymous.get(f"{API}tokens/", headers=bearer).json()["results"][0]["name"] == "脚本"
    again = post(as_member, "tokens/", {"scope": "write", "name": "脚本"}, **{"Idempotency-Key": "t"})
    assert again.json() == {**made.json(), "key": None}
    assert key not in json.dumps(list(IdempotencyKey.objects.values("body")))
    row = as_member.get(f"{API}tokens/{made.json()['id']}/")
    assert "key" not in row.json()
    address = f"{API}tokens/{made.json()['id']}/"
    problem(as_member.delete(address), 428, "precondition_required")
    stale = problem(as_member.delete(address, headers={"If-Match": '"1.9.x"'}), 412, "conflict")
    assert (stale["yours"], stale["theirs"]["name"]) == (None, "脚本")
    assert as_member.delete(address, headers={"If-Match": row["ETag"]}).status_code == 204
    problem(anonymous.get(f"{API}tokens/", headers=bearer), 401)
    problem(as_member.delete(address, headers={"If-Match": row["ETag"]}), 404)


def test_a_token_makes_and_revokes_no_tokens(writer, problem):
    problem(post(writer, "tokens/", {"scope": "write"}), 403)
    row = writer.get(f"{API}tokens/{Token.objects.get().pk}/")
    problem(writer.delete(f"{API}tokens/{row.json()['id']}/", headers={"If-Match": row["ETag"]}), 403)


def test_the_tokens_of_others_do_not_exist(as_member, stranger, now, problem):
    keyed(stranger, "read", now)
    pk = Token.objects.get().pk
    assert as_member.get(f"{API}tokens/").json()["count"] == 0
    problem(as_member.get(f"{API}tokens/{pk}/"), 404)
    problem(as_member.delete(f"{API}tokens/{pk}/", headers={"If-Match": "*"}), 404)


@pytest.mark.parametrize(
    "body", [{}, {"scope": "all"}, {"scope": "read", "name": "x" * 81}, {"scope": "read", "name": "\u0007"}]
)
def test_a_bad_token_is_refused(as_member, body, problem):
    problem(post(as_member, "tokens/", body), 400)
