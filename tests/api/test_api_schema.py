"""The OpenAPI document and the pages that show it."""

import io
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.test import RequestFactory
from drf_spectacular.generators import SchemaGenerator

import config.schema
from config.schema import Schema
from tests.api.conftest import API

pytestmark = pytest.mark.django_db


def test_the_schema_is_made_without_a_warning(capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null", stdout=io.StringIO())
    assert capsys.readouterr().err == ""


def test_the_schema_is_json_unless_yaml_is_asked_for(anonymous):
    found = anonymous.get(f"{API}schema/")
    assert (found["Content-Type"], found.json()["openapi"]) == ("application/json", "3.1.0")
    browser = anonymous.get(f"{API}schema/", headers={"Accept": "application/json,*/*"})
    assert browser.json() == found.json()
    yaml = anonymous.get(f"{API}schema/", headers={"Accept": "application/vnd.oai.openapi"})
    assert yaml.content.startswith(b"openapi: 3.1.0")
    assert not found.cookies


@pytest.mark.parametrize("version", ["%0A", "%00", "2", "٣"])
def test_the_schema_has_one_version_whatever_is_asked_for(anonymous, version):
    found = anonymous.get(f"{API}schema/?version={version}")
    assert (found.status_code, found.json()["info"]["version"]) == (200, "1")


def test_every_error_is_documented_as_a_problem(anonymous):
    schema = anonymous.get(f"{API}schema/").json()
    reference = {"$ref": "#/components/schemas/Error"}
    for methods in schema["paths"].values():
        for operation in methods.values():
            content = operation["responses"]["4XX"]["content"]
            assert content == {"application/problem+json": {"schema": reference}}


def test_every_reply_names_its_fields(anonymous):
    schema = anonymous.get(f"{API}schema/").json()
    for name, component in schema["components"]["schemas"].items():
        for field, value in component.get("properties", {}).items():
            assert value, f"{name}.{field} says nothing of its type"
        if not name.endswith("Request") and component.get("properties"):
            assert "required" in component, name


def test_the_docs_hold_nothing_inline(anonymous):
    page = anonymous.get(f"{API}docs/").content.decode()
    assert "<style" not in page
    assert "<script>" not in page
    assert page.count("<script src=") == 2


def test_the_schema_is_made_once_in_every_language(monkeypatch, client):
    monkeypatch.setattr(config.schema, "_made", {})
    asked = []
    parse = SchemaGenerator.parse
    monkeypatch.setattr(SchemaGenerator, "parse", lambda *args, **named: asked.append(1) or parse(*args, **named))
    first = client.get(f"{API}schema/").json()
    assert client.get(f"{API}schema/").json() == first
    assert client.get(f"{API}schema/?lang=en").json()["info"] == first["info"]
    assert client.get(f"{API}schema/?lang=zh-hans").json() == first
    assert len(asked) == 2
    assert sorted(config.schema._made) == ["en", "zh-hans"]


def test_readers_at_once_get_the_same_schema(monkeypatch):
    """Threads that take turns as often as they can, so that generations would meet."""
    monkeypatch.setattr(config.schema, "_made", {})
    readers, view = 6, Schema.as_view()
    together = Barrier(readers)

    def read(_number):
        together.wait()
        response = view(RequestFactory().get(f"{API}schema/"))
        return response.status_code, response.render().content

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(readers) as pool:
            found = set(pool.map(read, range(readers)))
    finally:
        sys.setswitchinterval(interval)
    assert [status for status, _text in found] == [200]


def test_a_flag_is_a_boolean_and_no_enum_of_strings(client):
    schema = client.get("/api/v1/schema/?format=json").json()
    found = {one["name"]: one["schema"] for one in schema["paths"]["/api/v1/papers/"]["get"]["parameters"]}
    assert found["has_code"] == found["is_withdrawn"] == {"type": "boolean"}
