"""Reading lists by the API: reading, beginning, adding, changing with If-Match, moving, removing, exporting."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actors import SYSTEM
from members.models import Event
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


def test_a_list_is_called_something_else(writer, shown, member, now, problem):
    problem(send(writer, "patch", "lists/one/", {"title": "新名"}), 428)
    headers = {"If-Match": writer.get(f"{API}lists/one/")["ETag"]}
    changed = send(writer, "patch", "lists/one/", {"title": " 新  名 "}, **headers)
    assert (changed.status_code, changed.json()["title"], changed.json()["heading"]) == (200, "新 名", "清单")
    stale = send(writer, "patch", "lists/one/", {"title": "又一名"}, **headers)
    assert (stale.status_code, stale.json()["yours"], stale.json()["theirs"]["title"]) == (
        412,
        {"title": "又一名"},
        "新 名",
    )
    problem(send(writer, "patch", "lists/one/", {"title": " "}, **{"If-Match": "*"}), 400)
    problem(send(keyed(member, "write", now), "patch", "lists/one/", {"title": "别人的"}, **{"If-Match": "*"}), 403)
    [event] = Event.objects.about("reading_list", "one").filter(verb="rename")
    assert (event.before, event.after) == ("清单", "新 名")


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


def test_order(writer, shown, problem):
    made = send(writer, "post", "lists/one/sections/", {"title": "工具"})
    assert (made.status_code, made.json()["level"]) == (201, 2)
    tools = made.json()["id"]
    at = f"lists/one/entries/{shown.pk}/move/"
    moved = send(writer, "post", at, {"section": tools, "behind": None, "version": 1})
    assert (moved.status_code, moved.json()["section"], moved.json()["version"]) == (200, tools, 2)
    stale = problem(send(writer, "post", at, {"steps": -1, "version": 1}), 412, "conflict")
    assert (stale["yours"], stale["theirs"]["title"]) == ({"steps": -1}, "甲作")
    problem(send(writer, "post", at, {"steps": 1, "behind": None}), 400)
    problem(send(writer, "post", at, {}), 400)
    problem(send(writer, "post", at, {"section": 999, "behind": None}), 404)
    first = send(writer, "post", f"lists/one/sections/{tools}/move/", {"behind": None})
    assert first.status_code == 200
    rows = writer.get(f"{API}lists/one/sections/").json()["results"]
    assert [row["title"] for row in rows] == ["工具", "论文"]
    last = send(writer, "post", f"lists/one/sections/{tools}/move/", {"steps": 1})
    assert last.json()["position"] == 2


def test_importing(writer, member, now, problem):
    def post(client, body, slug="one", query=""):
        return send(client, "post", f"lists/{slug}/import/{query}", body)

    assert post(writer, {"text": TEXT}, query="?dry_run=true").json()["status"] == "parsed"
    assert not ListSection.objects.exists()
    made = post(writer, {"text": TEXT, "title": "改了名"})
    assert (made.status_code, made.json()) == (
        201,
        {"status": "created", "sections": 1, "entries": 2, "papers": 1, "problems": []},
    )
    assert post(writer, {"text": TEXT}).json()["status"] == "unchanged"
    sent = {"file": SimpleUploadedFile("x.md", TEXT.replace("说明", "新的说明").encode())}
    changed = writer.post(f"{API}lists/one/import/", sent)
    assert (changed.status_code, changed.json()["status"]) == (200, "updated")
    assert ListEntry.objects.get(title="乙作").note == "新的说明"
    other = TEXT.replace("- [乙作](https://example.org/b) - 说明\n", "")
    foreseen = post(writer, {"text": other}, query="?dry_run=true").json()
    assert (foreseen["status"], [one["code"] for one in foreseen["problems"]]) == ("parsed", ["gone"])
    bad = post(writer, {"text": "没有清单"})
    assert (bad.status_code, bad.json()["status"]) == (200, "refused")
    problem(post(writer, {}), 400)
    problem(post(writer, {"text": TEXT}, slug="import"), 400, "taken")
    problem(post(keyed(member, "write", now), {"text": TEXT}), 403)


def test_a_longer_list_costs_no_query(anonymous, shown, now):
    def cost(path):
        with CaptureQueriesContext(connection) as captured:
            assert anonymous.get(API + path).status_code == 200
        return len(captured)

    before = cost("lists/"), cost("lists/one/entries/"), cost("lists/one/sections/")
    rows = "\n".join(f"- [第 {n}](https://arxiv.org/abs/2402.{n:05d})" for n in range(1, 60))
    for slug in ("two", "three"):
        import_list(data=f"# {slug}\n\n{rows}\n".encode(), name="x.md", slug=slug, by=SYSTEM, now=now)
    assert (cost("lists/"), cost("lists/two/entries/"), cost("lists/two/sections/")) == before
