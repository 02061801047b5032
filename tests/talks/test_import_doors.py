"""Command, API and page are doors to one action: the same files get the same elements."""

import io
import json
import re
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from members.models import Person
from talks.models import Answer, Episode, ImportedRow, Question, SourceDocument

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def client(organizer):
    client = Client()
    client.force_login(organizer.user)
    return client


@pytest.fixture
def by_command(tmp_path):
    def run(name, data, *, replace=False, dry_run=False):
        (tmp_path / name).write_bytes(data)
        out = io.StringIO()
        options = [*(["--replace"] if replace else []), *(["--dry-run"] if dry_run else [])]
        with suppress(CommandError):  # a refusal: what it says is in the element, too
            call_command("import_episodes", str(tmp_path / name), "--json", *options, stdout=out, stderr=io.StringIO())
        return json.loads(out.getvalue())[0]

    return run


@pytest.fixture
def by_api(client):
    def run(name, data, *, replace=False, dry_run=False):
        flags = {"replace": str(replace).lower(), "dry_run": str(dry_run).lower()}
        response = client.post("/api/v1/imports/", {"file": SimpleUploadedFile(name, data), **flags})
        assert response.status_code in (200, 201)
        return response.json()

    return run


@pytest.fixture
def by_page(client):
    def run(name, data, *, replace=False, dry_run=False):
        preview = client.post("/import/", {"files": [SimpleUploadedFile(name, data)]})
        values = re.findall(r'<input type="hidden" name="upload" value="([^"]+)"', preview.content.decode())
        response = client.post("/import/store/", {"upload": values, "replace": values if replace else []})
        assert response.status_code == 200
        return json.loads(json.dumps(response.context["stored"][0].result.as_json()))

    return run


def life_of_a_number(door, make):
    """Made, unchanged, refused to another file, taken over, edited here, taken back with a conflict."""
    value = make.document()
    other = make.document(questions=[make.question("词表多大合适？", number=1)])
    seen = [door("a.json", make.as_bytes(value)), door("a.json", make.as_bytes(value))]
    seen.append(door("b.json", make.as_bytes(other)))
    seen.append(door("b.json", make.as_bytes(other), replace=True))
    gone = {row.row_id for row in ImportedRow.objects.filter(is_gone=True, kind="question")}
    assert gone == set(Question.objects.filter(serial=2, deleted_at=None).values_list("pk", flat=True))
    Question.objects.filter(serial=1).update(body="词表要多大？（在站上改过）", version=2)
    Answer.objects.update(body="在站上改过的回答。")
    value["questions"][0]["body"] = "词表多大才好？"
    seen.append(door("a.json", make.as_bytes(value)))
    seen.append(door("a.json", make.as_bytes(value), replace=True))
    assert not ImportedRow.objects.filter(is_gone=True).exists()
    assert Question.objects.get(serial=1).body == "词表要多大？（在站上改过）"
    assert Answer.objects.get().body == "在站上改过的回答。"
    seen.append(door("a.json", make.as_bytes(value)))
    return seen


def test_every_door_gives_the_same_elements(by_command, by_api, by_page, make):
    told = []
    for door in (by_command, by_api, by_page):
        with transaction.atomic():
            told.append(life_of_a_number(door, make))
            transaction.set_rollback(True)
        assert not Episode.objects.exists()
    assert told[0] == told[1] == told[2]
    found = [(element["status"], [problem["code"] for problem in element["problems"]]) for element in told[0]]
    assert found == [
        ("created", []),
        ("unchanged", []),
        ("refused", ["number_taken"]),
        ("updated", ["gone"] * 3),
        ("refused", ["number_taken"]),
        ("updated", ["conflict"]),
        ("unchanged", ["conflict"]),
    ]
    conflict = told[0][5]["problems"][0]
    assert (conflict["theirs"], conflict["yours"]) == ("词表要多大？（在站上改过）", "词表多大才好？")


def test_a_dry_run_gives_the_same_element_and_stores_nothing(by_command, by_api, make):
    for name, data in (("a.json", make.as_bytes(make.document())), ("a.json", b"{"), ("a.md", b"")):
        assert by_command(name, data, dry_run=True) == by_api(name, data, dry_run=True)
    assert not SourceDocument.objects.exists()
    assert not Person.objects.filter(name="渡口").exists()
