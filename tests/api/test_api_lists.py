"""Reading lists by the API: reading, beginning, adding, changing with If-Match, moving, removing, exporting."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actors import SYSTEM
from papers.actions.list_imports import import_list
from papers.models import ListEntry, ListSection
from tests.api.conftest import API, keyed

pytestmark = pytest.mark.django_db

TEXT = """# 清单

## 论文

- **甲作.** [[arxiv](https://arxiv.org/abs/2401.00001)]
- [乙作](https://example.org/b) - 说明
"""


@pytest.fixture
def shown(now):
    import_list(data=TEXT.encode(), name="x.md", slug="one", by=SYSTEM, now=now)
    return ListEntry.objects.get(title="甲作")


@pytest.fixture
def writer(organizer, now):
    return keyed(organizer, "write", now)


def send(client, method, path, body, **headers):
    return getattr(client, method)(API + path, json.dumps(body), content_type="application/json", headers=headers)


def test_reading(anonymous, shown):
    row = anonymous.get(f"{API}lists/one/").json()
    assert (row["title"], row["sections"], row["entries"], row["papers"]) == ("清单", 1, 2, 1)
    first, second = anonymous.get(f"{API}lists/one/entries/").json()["results"]
    assert (first["title"], first["kind"], first["arxiv_id"], first["paper"]) == (
        "甲作",
        "paper",
        "2401.00001",
        "2401.00001",
    )
    assert first["links"] == [{"label": "arxiv", "url": "https://arxiv.org/abs/2401.00001", "kind": "paper"}]
    assert anonymous.get(f"{API}lists/one/entries/?kind=article").json()["results"] == [second]
    assert anonymous.get(f"{API}lists/none/entries/").status_code == 404
    assert anonymous.get(f"{API}lists/one/export/?to=readme").content.decode() == TEXT
    assert anonymous.get(f"{API}lists/one/export/?to=zip").status_code == 400


def test_writing(writer, shown, problem):
    section = ListSection.objects.get().pk
    made = send(writer, "post", "lists/one/entries/", {"section": section, "title": "新的", "year": 2024})
    assert made.status_code == 201
    at = f"lists/one/entries/{made.json()['id']}/"
    problem(send(writer, "patch", at, {"title": "改"}), 428, "precondition_required")
    changed = send(writer, "patch", at, {"title": "改"}, **{"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["title"], changed.json()["year"]) == (200, "改", 2024)
    stale = problem(send(writer, "patch", at, {"title": "再改"}, **{"If-Match": made["ETag"]}), 412, "conflict")
    assert (stale["yours"]["title"], stale["theirs"]["title"]) == ("再改", "改")
    moved = send(writer, "post", f"{at}move/", {"steps": -2})
    assert moved.status_code == 200
    assert ListEntry.objects.in_order().first().title == "改"
    gone = writer.delete(API + at, headers={"If-Match": moved["ETag"]})
    assert gone.status_code == 204
    problem(writer.get(API + at), 404)
    bad = problem(send(writer, "post", "lists/one/entries/", {"section": section, "url": "javascript:x"}), 400)
    assert list(bad["errors"]) == ["url"]
    problem(send(writer, "post", "lists/one/entries/", {"section": 999, "title": "x"}), 400, "unknown")


def test_a_longer_list_costs_no_query(anonymous, shown, now):
    def cost(path):
        with CaptureQueriesContext(connection) as captured:
            assert anonymous.get(API + path).status_code == 200
        return len(captured)

    before = cost("lists/"), cost("lists/one/entries/")
    rows = "\n".join(f"- [第 {n}](https://arxiv.org/abs/2402.{n:05d})" for n in range(1, 60))
    for slug in ("two", "three"):
        import_list(data=f"# {slug}\n\n{rows}\n".encode(), name="x.md", slug=slug, by=SYSTEM, now=now)
    assert (cost("lists/"), cost("lists/two/entries/")) == before
