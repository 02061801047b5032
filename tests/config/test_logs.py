"""A refused request is one line of the log; what is broken keeps its traceback, without the values of variables."""

import io
import logging

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import path

from config.logs import KeysLeftOut
from config.urls import urlpatterns as own

pytestmark = pytest.mark.django_db


def refuse(request):
    raise PermissionDenied("nein")


def crash(request):
    secret_value = "hunter2"
    raise RuntimeError(len(secret_value))


urlpatterns = [path("refuse/", refuse), path("crash/", crash), *own]


@pytest.fixture
def log():
    handler = next(handler for handler in logging.getLogger().handlers if handler.name == "console")
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


@pytest.fixture
def client(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (403, lambda client: client.get("/refuse/")),
        (404, lambda client: client.get("/nothing/")),
        (404, lambda client: client.get("/episodes/999/")),
        (400, lambda client: client.get("/", headers={"host": "evil.example"})),
        (400, lambda client: client.post("/theme/", {f"f{n}": "1" for n in range(1100)})),
        (400, lambda client: client.post("/theme/", b"x", content_type="multipart/form-data")),
        (401, lambda client: client.post("/api/v1/questions/")),
        (404, lambda client: client.get("/api/v1/nothing/")),
    ],
)
def test_a_refusal_is_one_line(client, log, status, ask):
    assert ask(client).status_code == status
    assert len(log.getvalue().splitlines()) == 1


def test_a_crash_keeps_its_traceback_and_no_values(client, log):
    assert client.get("/crash/").status_code == 500
    said = log.getvalue()
    assert said.count("Traceback") == 1
    assert "RuntimeError: 7" in said
    assert "WSGIRequest" not in said


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/go/17-3fabc/", "/go/…/"),
        ("/accounts/password/reset/key/3-abc-def/", "/accounts/password/reset/key/…/"),
        ("/accounts/signup/?code=17-3fabc&next=/", "/accounts/signup/?code=…&next=/"),
        ("/episodes/021/", "/episodes/021/"),
    ],
)
def test_keys_are_left_out(path, shown):
    for message, args in (("Bad Request: %s", (path,)), (f"Bad Request: {path}", ())):
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, args, None)
        assert KeysLeftOut().filter(record)
        assert record.getMessage() == f"Bad Request: {shown}"
    assert "keys" in settings.LOGGING["handlers"]["console"]["filters"]
