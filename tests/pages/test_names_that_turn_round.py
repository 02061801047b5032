"""Names of a document that would turn the order of letters round: kept byte for byte, shown as one reads them."""

import json

import pytest

from members.actors import SYSTEM
from members.models import Alias, Person
from talks.actions.imports import import_file
from talks.documents import model
from talks.export import document_of
from tests.pages.conftest import item, question, rich, section

NAME = "甲\u202e乙\u202c"
HIDDEN = ("\u202e", "\u202c")


def turned():
    asked = question("为什么？", number=1, asker=NAME, answers=[(NAME, "见 https://arxiv.org/abs/2304.08177。")])
    return rich() | {
        "hosts": [NAME],
        "editors": [NAME, "甲乙"],
        "labels": [],
        "sections": [
            section("news", "本周新闻", leads=[NAME], items=[item("一条", contributors=[NAME], author=NAME)]),
        ],
        "questions": [asked],
        "unplaced": [],
    }


@pytest.fixture
def site(db, now):
    data = json.dumps(turned(), ensure_ascii=False).encode()
    return import_file(data=data, name="020.json", by=SYSTEM, now=now).episode


def test_the_document_keeps_them_and_comes_back(site, now):
    assert model.to_json(document_of(site)) == turned()
    data = json.dumps(turned(), ensure_ascii=False).encode()
    assert import_file(data=data, name="020.json", by=SYSTEM, now=now).status == "unchanged"


def test_who_is_meant_is_the_name_one_reads(site):
    assert list(Person.objects.filter(name__contains="乙").values_list("name", "handle")) == [("甲乙", "甲乙")]
    assert list(Alias.objects.filter(name__contains="乙").values_list("name", flat=True)) == ["甲乙"]


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/episodes/020/", "/episodes/020/ask/", "/q/020-1/", "/people/", "/people/甲乙/", "/papers/2304.08177/"),
        *(f"/api/v1/{name}/" for name in ("questions", "answers", "claims", "people", "episodes/020")),
        *("/api/v1/items/?expand=credits", "/api/v1/people/甲乙/?expand=aliases"),
    ],
)
def test_they_are_shown_as_one_reads_them(client, site, address):
    response = client.get(address)
    said = response.content.decode()
    assert response.status_code == 200
    assert "甲乙" in said or address == "/"
    assert [sign for sign in HIDDEN if sign in said] == []


def test_a_name_of_nothing_that_can_be_seen_is_somebody(db, now):
    document = turned() | {"hosts": ["\u202e"]}
    result = import_file(data=json.dumps(document).encode(), name="020.json", by=SYSTEM, now=now)
    assert result.status == "created"
    assert Person.objects.filter(name="\ufffd").exists()
    assert document_of(result.episode).hosts == ("\u202e",)


def test_the_preview_of_an_import_shows_them_so(client, organizer):
    client.force_login(organizer.user)
    said = client.post(
        "/import/", {"text": f"# OpenLLM Talk 020\n\n【主持人】：{NAME}\n", "name": "020.md"}
    ).content.decode()
    facts = said[said.index('<p class="read-facts">') :]
    assert "甲乙" in facts[: facts.index("</p>")]
