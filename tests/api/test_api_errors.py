"""One form of error, whatever went wrong and whoever noticed it."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from config.wsgi import application
from members.actions.tokens import create_token
from tests.api.conftest import API, keyed, one_connection, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        *("/api/v1/nothing/", "/api/v2/episodes/", "/api/", "/api", "/api/v1/episodes/041/secrets/"),
        *("/api/v1/episodes/999/", "/api/v1/episodes/S999999/", "/api/v1/episodes/x/", "/api/v1/questions/041-9/"),
        *("/api/v1/questions/%00/", "/api/v1/sections/0/", "/api/v1/sections/x/", "/api/v1/sections/1.0/"),
        *("/api/v1/sections/99999999999999999999/", "/api/v1/sections/999999999999999999/"),
        *(
            "/api/v1/people/nobody/",
            "/api/v1/people/%00/",
            "/api/v1/people/%ED%A0%80/",
            "/api/v1/people/" + "x" * 90 + "/",
        ),
        *("/api/v1/papers/2401.99999/", "/api/v1/papers/cs.CL/0101001/", "/api/v1/papers/../episodes/"),
        *("/api/v1/sections/" + "9" * 5000 + "/", "/api/v1/sections/٣/", "/api/v1/episodes/٠٤١/"),
    ],
)
def test_what_is_not_there(anonymous, record, problem, path):
    problem(anonymous.get(path), 404, "not_found")


def test_an_unknown_address_is_not_there_in_any_form(anonymous, record, problem):
    for accept in ("text/html", "application/xml", "*/*", "x"):
        response = anonymous.get(f"{API}nothing/", headers={"Accept": accept})
        problem(response, 404, "not_found")
        assert "Allow" not in response


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("episodes/?page_size=0", "page_size", "invalid"),
        ("episodes/?kind=regular&kind=special", "kind", "repeated"),
        ("episodes/?state=open", "state", "invalid_choice"),
        ("episodes/?starts_after=soon", "starts_after", "invalid"),
        ("questions/?episode=x", "episode", "invalid"),
        ("sections/?expand=items,x", "expand", "invalid"),
        *((f"items/?expand={value}", "expand", "invalid") for value in (",", ",,", "credits,", ",credits", "%00")),
        ("episodes/?stat=draft", "stat", "unknown_parameter"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_named(anonymous, record, problem, query, field, code):
    assert list(problem(anonymous.get(API + query), 400, code)["errors"]) == [field]


def test_pages_and_codes_as_people_give_them(anonymous, record, problem):
    assert anonymous.get(f"{API}episodes/?page=1&page_size=100000").json()["count"] == 2
    assert anonymous.get(f"{API}episodes/?page=last").status_code == 200
    assert anonymous.get(f"{API}episodes/41/").json()["code"] == "041"
    problem(anonymous.get(f"{API}episodes/番外41/"), 404, "not_found")


def test_an_address_without_its_slash_says_so(anonymous, record, problem):
    assert "/api/v1/episodes/" in problem(anonymous.get("/api/v1/episodes"), 404, "not_found")["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("path", ["", "episodes/", "episodes/041/", "episodes/041/document/", "schema/", "docs/"])
def test_a_method_that_is_not_there(as_organizer, record, problem, method, path):
    response = getattr(as_organizer, method)(API + path)
    problem(response, 405, "method_not_allowed")
    assert method.upper() not in response["Allow"].split(", ")


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b'{"episode": NaN}', b"\xff\xfe", b'{"a": "\\ud800"}', b'{"\\udc00": 1}'),
        *(b"[" * 100_000, b'{"a":' * 50 + b"1" + b"}" * 50, b"[" * 33 + b"]" * 33, b"1" * 5000),
    ],
)
@pytest.mark.parametrize("path", ["questions/", "answers/", "imports/"])
def test_json_that_is_none(organizer, record, problem, now, path, body):
    client = keyed(organizer, "write", now)
    for headers in ({}, {"Idempotency-Key": "k"}):
        problem(client.post(API + path, body, content_type="application/json", headers=headers), 400, "parse_error")


@pytest.mark.parametrize("charset", ["gbk", "utf-16", "zlib", '"zlib"; x=y', "base64", "idna", "x"])
def test_everything_is_utf8_whatever_the_header_says(organizer, record, now, charset):
    _token, key = create_token(user=organizer.user, scope="write", name="", by=organizer, now=now)
    body = json.dumps({"episode": "042", "body": "编码？"}, ensure_ascii=False).encode()
    environ = (
        RequestFactory()
        .post(f"{API}questions/", body, content_type="application/json", headers={"Authorization": f"Bearer {key}"})
        .environ
    )
    environ["CONTENT_TYPE"] = f"application/json; charset={charset}"
    statuses = []
    with one_connection():
        reply = application(environ, lambda status, _headers: statuses.append(status))
        body = json.loads(b"".join(reply))
        reply.close()
    assert (statuses, body["body"]) == (["201 Created"], "编码？")


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "x"])
def test_a_body_of_another_kind(organizer, record, problem, now, media_type):
    client = keyed(organizer, "write", now)
    for path in ("questions/", "answers/", "imports/"):
        problem(client.post(API + path, b"a=1", content_type=media_type), 415, "unsupported_media_type")


def test_a_broken_form(organizer, as_organizer, record, problem, now):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\ncut'
    for media_type in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=é"):
        response = keyed(organizer, "write", now).post(f"{API}imports/", body, content_type=media_type)
        problem(response, 400)
    strict = signed_in(organizer)
    strict.handler.enforce_csrf_checks = True
    strict.cookies["csrftoken"] = "a" * 32
    problem(strict.post(f"{API}imports/", body, content_type="multipart/form-data"), 400)


def test_a_body_that_is_too_large(organizer, record, problem, now, settings):
    client = keyed(organizer, "write", now)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    body = json.dumps({"episode": "042", "body": "x" * 1024 * 1024})
    problem(client.post(f"{API}questions/", body, content_type="application/json"), 413, "too_large")
    problem(client.post(f"{API}imports/", {"file": body}), 413, "too_large")


def test_a_form_that_is_accepted_in_no_way(anonymous, record, problem):
    problem(anonymous.get(f"{API}episodes/", headers={"Accept": "text/html"}), 406, "not_acceptable")
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert anonymous.get(f"{API}episodes/", headers={"Accept": browser})["Content-Type"] == "application/json"
    assert anonymous.get(f"{API}episodes/?format=json").status_code == 200
    problem(anonymous.get(f"{API}episodes/?format=xml"), 404)


@pytest.mark.parametrize("key", ["", "olt_unknown", "é", "x" * 5000, "a b"])
def test_a_token_that_is_none(anonymous, record, problem, key):
    response = anonymous.get(f"{API}episodes/", headers={"Authorization": f"Bearer {key}"})
    problem(response, 401, "authentication_failed")
    assert response["WWW-Authenticate"] == "Bearer"


def test_tokens_end(anonymous, member, record, problem, now):
    token, key = create_token(user=member.user, scope="read", name="", by=member, now=now)
    bearer = {"Authorization": f"bearer  {key} "}
    assert anonymous.get(f"{API}tokens/", headers=bearer).status_code == 200
    token.expires_at = now
    token.save()
    problem(anonymous.get(f"{API}tokens/", headers=bearer), 401)
    token.expires_at = None
    token.save()
    member.user.is_active = False
    member.user.save()
    problem(anonymous.get(f"{API}tokens/", headers=bearer), 401)


def test_a_session_needs_the_csrf_token(member, record, problem):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member.user)
    body = json.dumps({"episode": "042", "body": "可以吗？"})
    problem(client.post(f"{API}questions/", body, content_type="application/json"), 403, "csrf_failed")
    client.cookies["csrftoken"] = "a" * 32
    made = client.post(f"{API}questions/", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert made.status_code == 201


def test_a_conflict_carries_both_texts(as_organizer, record, problem, monkeypatch):
    def refuse(**_):
        texts = {"yours": "甲", "theirs": "乙"}
        raise ValidationError({"body": [ValidationError("Changed.", code="conflict", params=texts)]})

    monkeypatch.setattr("talks.actions.questions.ask", refuse)
    body = json.dumps({"episode": "042", "body": "甲"})
    found = problem(as_organizer.post(f"{API}questions/", body, content_type="application/json"), 412, "conflict")
    assert (found["yours"], found["theirs"]) == ("甲", "乙")


def test_a_bug_is_a_problem_too_and_is_told_to_the_log(as_organizer, record, problem, monkeypatch, caplog):
    def fail(**_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("talks.actions.questions.ask", fail)
    body = json.dumps({"episode": "042", "body": "甲"})
    found = problem(as_organizer.post(f"{API}questions/", body, content_type="application/json"), 500, "error")
    assert "a bug" not in json.dumps(found)
    assert "a bug" in caplog.text


@pytest.mark.parametrize(
    "query",
    [
        *("episodes/?starts_after=9999-12-31T23:59:59-12:00", "episodes/?starts_before=0001-01-01T00:00:00%2B14:00"),
        *("items/?section=1e400", "items/?section=NaN", "questions/?asker=%ED%A0%80", "episodes/?expand=%00"),
        *("people/?name_contains=%25_%5C", "mentions/?paper=%27%22", "episodes/?page_size=99999999999999999999"),
        *("episodes/?%00=1", "questions/?episode=" + "9" * 400, "answers/?question=" + "9" * 400, "?format[]=x"),
        *("people/?name_contains=" + "%" * 80,),
    ],
)
def test_odd_queries_never_crash(anonymous, record, query):
    assert anonymous.get(API + query).status_code in (200, 400, 404)
