"""An episode out again: the same bytes, one title, neighbours, and a text that reads back as the same document."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from members.actors import SYSTEM
from talks.actions.imports import import_file, json_bytes
from talks.archive import archive
from talks.documents import model, reader, writer
from talks.export import document_of, export
from talks.models import Episode, Item, Passage, SourceDocument

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


@pytest.mark.parametrize("title", [None, "", "https://shown.example/a"])
def test_an_entry_that_is_called_nothing_or_by_its_address_is_exported_and_reads_back(episodes, now, title):
    row = Item.objects.filter(section__episode=episodes["121"], state="accepted").first()
    Item.objects.filter(pk=row.pk).update(title=title, url="https://shown.example/a", body="", remark=None)
    row.pk, row.url, row.title, row.body, row.remark, row.position = None, None, title, "只有一句话。", None, 999
    row.save(force_insert=True)
    Item.objects.create(
        section=row.section, position=1000, title=title, url="https://x.example/", created_at=now, changed_at=now
    )
    doc = document_of(episodes["121"])
    assert [item.title for section in doc.sections for item in section.items].count(title or "") == 2
    read = reader.read(writer.write(doc), name="121.md").document
    assert [section.items for section in read.sections] == [section.items for section in doc.sections]
    for to in ("github", "zhihu", "json"):
        assert "https://shown.example/a" in export(episodes["121"], to).text
    assert "只有一句话。" in dict(archive(Episode.objects.all()))["talks/121.md"]


def test_a_draft_is_nobodys_neighbour(episodes):
    Episode.objects.filter(code="122").update(state="draft")
    assert "122.md" not in export(episodes["121"], "github").text


def test_the_sample_is_nobodys_neighbour_and_stands_apart_in_the_index(episodes):
    SourceDocument.objects.filter(episode=episodes["122"]).update(name="sample/122.md")
    assert "122.md" not in export(episodes["121"], "github").text
    assert "上一期" not in export(episodes["122"], "github").text
    index = dict(archive(Episode.objects.all()))["README.md"]
    assert index.index("talks/121.md") < index.index("## 示例") < index.index("talks/122.md")


def test_a_text_for_zhihu_does_not_begin_with_a_heading(episodes):
    made = export(episodes["121"], "zhihu")
    assert made.text.startswith("本期提要：")
    assert not any("lead=" in loss for loss in made.losses)


def test_a_draft_is_in_no_archive(episodes, tmp_path):
    Episode.objects.filter(code="122").update(state="draft")
    call_command("export_archive", str(tmp_path), stdout=io.StringIO())
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == [
        "120.json",
        "120.md",
        "121.json",
        "121.md",
        "README.md",
    ]
    assert "122" not in (tmp_path / "README.md").read_text("utf-8")


def test_an_archive_holds_no_file_of_an_episode_that_is_not_in_it(episodes, now, tmp_path):
    """Import would bring it back. Files that no export has named are somebody's own."""
    own = [
        "notes.md",
        "talks/README.md",
        "talks/5.md",
        "talks/s01.md",
        "talks/121.zhihu.md",
        "data/index.json",
        "data/121.md",
    ]
    call_command("export_archive", str(tmp_path), stdout=io.StringIO())
    for name in (*own, "data/S07.json"):
        (tmp_path / name).write_text("own")
    Episode.objects.filter(code="121").update(state="draft")
    Episode.objects.filter(code="122").update(deleted_at=now)
    said = io.StringIO()
    call_command("export_archive", str(tmp_path), stdout=io.StringIO(), stderr=said)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert left == {"README.md", "data/120.json", "talks/120.md", *own}
    assert said.getvalue() == "删除了 5 个旧文件\n"
    call_command("export_archive", str(tmp_path), stdout=io.StringIO(), stderr=said)
    assert said.getvalue() == "删除了 5 个旧文件\n"


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


def test_a_page_that_is_too_long_stops_no_archive(episodes, now, tmp_path):
    """Its data are written, one line on stderr says so, and everything behind it is there."""
    long, stamp = "长" * 90_000, {"created_at": now, "changed_at": now}
    for place in range(12):
        Passage.objects.create(episode=episodes["121"], place="intro", position=place, level=0, body=long, **stamp)
    output = io.StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("export_archive", str(tmp_path), stdout=output)
    assert ended.value.returncode == 1
    assert re.fullmatch(r"talks/121\.md: .*\b1000000\b.*", str(ended.value))
    page = (tmp_path / "talks" / "121.md").read_text("utf-8")
    assert len(page.splitlines()) == 1
    assert "(../data/121.json)" in page
    assert (tmp_path / "data" / "121.json").read_text("utf-8").count(long) == 12
    assert (tmp_path / "talks" / "122.md").read_text("utf-8").startswith("# OpenLLM Talk 122")
    assert "[【OpenLLM Talk 121】" in (tmp_path / "README.md").read_text("utf-8")
    call_command("import_episodes", str(tmp_path), "--dry-run", stdout=output)
    assert "121.md" not in output.getvalue()


def test_json_is_the_document(episodes):
    assert model.to_json(document_of(episodes["120"]))["code"] == "120"


def test_a_text_for_github_keeps_every_node(make, now):
    """Entries without group, questions without part, and lines that Markdown would make headings of."""
    asked = make.question(
        "词表多大？", number=1, part=None, answers=[{"author": "小满", "body": "7B\n-\n22 小时\n==="}]
    )
    asked["follow_ups"] = [make.question("为什么？", number=None, part=None, asker="阿岚", after="还有一句。")]
    asked["after"] = "题外话。"
    value = make.document(
        123,
        parts=[],
        questions=[asked, make.question("还有吗？", number=2, part=None)],
        sections=[
            make.section(
                "classic", "本周经典", groups=[], items=[make.item("位置编码", "https://a.example/1", group=None)]
            ),
            make.section("free_talk", "Free Talk", groups=[], nominations=[], suggestions=[]),
        ],
    )
    import_file(data=json_bytes(value), name="123.json", by=SYSTEM, now=now)
    episode = Episode.objects.get(code="123")
    read = reader.read(export(episode, "github").text, name="123.md").document
    stored = document_of(episode)
    assert [item.title for item in read.sections[0].items] == ["位置编码"]
    assert [question.number for question in read.questions] == [1, 2]
    assert [answer.author for answer in read.questions[0].answers] == ["小满"]
    assert len(read.questions[0].follow_ups) == 1
    assert read.questions[0].follow_ups[0].after == stored.questions[0].follow_ups[0].after
    assert read.questions[0].after == "题外话。"
    assert len(read.sections) == 2


@pytest.mark.parametrize(
    "arguments", [["export_archive", "FILE/x"], ["export_episode", "120", "--to", "json", "--output", "FILE/x"]]
)
def test_a_place_that_cannot_be_written_is_one_line(episodes, tmp_path, arguments):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"file.*无法写入：Not a directory"):
        call_command(*(each.replace("FILE", str(tmp_path / "file")) for each in arguments), stdout=io.StringIO())
