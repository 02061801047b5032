"""An episode out again: the same bytes, one title, neighbours, and a text that reads back as the same document."""

import pytest

from members.actors import SYSTEM
from talks.actions.imports import import_file, json_bytes
from talks.archive import archive
from talks.documents import model, reader, writer
from talks.export import document_of, export
from talks.models import Episode

pytestmark = pytest.mark.django_db


@pytest.fixture
def episodes(make, now):
    for number in (120, 121, 122):
        value = make.document(number)
        assert import_file(data=json_bytes(value), name=f"{number}.json", by=SYSTEM, now=now).status == "created"
    return {episode.code: episode for episode in Episode.objects.all()}


def test_the_same_episode_gives_the_same_bytes(episodes):
    for to in ("github", "zhihu", "json"):
        assert export(episodes["121"], to) == export(episodes["121"], to)


def test_github_has_one_title_and_links_to_neighbours(episodes):
    text = export(episodes["121"], "github").text
    assert text.startswith("# OpenLLM Talk 121\n")
    assert sum(line.startswith("# ") for line in text.split("\n")) == 1
    assert "上一期 [120](120.md)，下一期 [122](122.md)" in text
    assert "[本周新闻](#本周新闻)" in text


def test_a_draft_is_nobodys_neighbour(episodes):
    Episode.objects.filter(code="122").update(state="draft")
    assert "122.md" not in export(episodes["121"], "github").text


def test_what_was_exported_reads_back_as_the_same_document(episodes):
    document = document_of(episodes["121"])
    read = reader.read(export(episodes["121"], "github").text, name="121.md").document
    assert read == reader.read(writer.write(document), name="121.md").document
    assert [question.body for question in read.questions] == [question.body for question in document.questions]


def test_an_unknown_channel_is_refused(episodes):
    with pytest.raises(ValueError, match="github"):
        export(episodes["121"], "pdf")


def test_an_archive_restores_every_byte(episodes, now):
    files = dict(archive(Episode.objects.all()))
    assert "- [【OpenLLM Talk 120】词表；长上下文](talks/120.md)" in files["README.md"]
    documents = {name: text for name, text in files.items() if name.startswith("data/")}
    Episode.objects.all().delete()
    for name, text in documents.items():
        import_file(data=text.encode(), name=name.removeprefix("data/"), by=SYSTEM, now=now)
    assert dict(archive(Episode.objects.all())) == files
    assert len(documents) == 3


def test_json_is_the_document(episodes):
    assert model.to_json(document_of(episodes["120"]))["code"] == "120"
