"""Reading lists in the database: imports that merge, papers that are not mixed up, edits, commands, export."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from members.actors import ANONYMOUS, SYSTEM
from members.models import Event
from papers.actions import list_order, list_sections, lists
from papers.actions.facts import store_facts
from papers.actions.list_imports import import_list, preview_list
from papers.actions.list_papers import link_entries
from papers.export import document_of, export
from papers.facts import PaperFacts
from papers.models import ListEntry, ListSection, ListSource, Paper, ReadingList

pytestmark = pytest.mark.django_db

TEXT = """# 一份清单

前言。

## 论文

- **甲作.** [[arxiv](https://arxiv.org/abs/2401.00001)]

  甲的说明。

- [乙作](https://example.org/b) - 乙的说明

## 项目

- [丙](https://github.com/a/c)
"""


def put(text=TEXT, *, now, slug="one", by=SYSTEM, **options):
    return import_list(data=text.encode(), name="README.md", slug=slug, by=by, now=now, **options)


def entry(title):
    return ListEntry.objects.get(title=title)


def titles(slug="one"):
    rows = ListEntry.objects.visible_to(None).filter(section__reading_list__slug=slug).in_order()
    return [row.title for row in rows]


def codes(result):
    return [problem["code"] for problem in result.problems]


def test_an_import_makes_rows_and_keeps_the_bytes(now):
    result = put(now=now)
    assert result.as_json() == {"status": "created", "sections": 2, "entries": 3, "papers": 1, "problems": []}
    row = ReadingList.objects.get()
    assert (row.title, row.heading, row.intro, row.maker) == ("一份清单", "一份清单", "前言。", None)
    assert "甲的说明" in entry("甲作").note_html
    assert entry("甲作").paper == Paper.objects.get(arxiv_id="2401.00001")
    source = ListSource.objects.get()
    assert (bytes(source.data), source.name, source.is_current) == (TEXT.encode(), "README.md", True)
    assert Event.objects.about("reading_list", "one").get().verb == "import"


def test_rows_made_by_hand_are_not_doubled_by_the_list_s_own_export(now, organizer):
    put(now=now)
    own = lists.add_entry(section=entry("甲作").section, values={"title": "丁作"}, by=organizer, now=now)
    made = list_sections.add_section(
        reading_list=ReadingList.objects.get(), title="手写的一节", level=2, by=organizer, now=now
    )
    values = {"title": "戊作", "url": "https://example.org/e", "note": "一句话"}
    lists.add_entry(section=made, values=values, by=organizer, now=now)
    readme = export(ReadingList.objects.get(), "readme")
    assert put(readme, now=now).status == "unchanged"
    assert export(ReadingList.objects.get(), "readme") == readme
    assert titles() == ["甲作", "乙作", "丁作", "丙", "戊作"]
    assert ListSection.objects.count() == 3
    # From now on the file's text is followed as for any other row.
    assert put(readme.replace("丁作", "丁的作品"), now=now).status == "updated"
    own.refresh_from_db()
    assert own.title == "丁的作品"


def test_the_second_import_and_the_export_change_nothing(now):
    put(now=now)
    before = list(ListEntry.objects.values_list("pk", "version", "position"))
    assert put(now=now).status == "unchanged"
    readme = export(ReadingList.objects.get(), "readme")
    assert readme == TEXT
    assert put(readme, now=now).status == "unchanged"
    assert list(ListEntry.objects.values_list("pk", "version", "position")) == before
    assert put(readme, now=now, slug="two").status == "created"
    first, second = ReadingList.objects.order_by("slug")
    assert document_of(first) == document_of(second)
    assert export(second, "readme") == readme
    assert ListSource.objects.filter(reading_list=first).count() == 1


def test_an_edit_in_the_file_is_taken(now, organizer):
    put(now=now)
    kept = entry("甲作").pk
    result = put(TEXT.replace("甲的说明。", "新的说明。"), now=now, by=organizer)
    assert (result.status, codes(result)) == ("updated", [])
    assert (entry("甲作").pk, entry("甲作").note, entry("甲作").version) == (kept, "新的说明。", 2)
    assert Event.objects.about("list_entry", kept).get().before["note"] == "甲的说明。"
    assert [source.is_current for source in ListSource.objects.order_by("pk")] == [False, True]


def test_an_edit_here_stays(now, organizer):
    put(now=now)
    lists.edit_entry(entry=entry("甲作"), version=1, values={"note": "这里改的"}, by=organizer, now=now)
    assert put(now=now).status == "unchanged"
    assert entry("甲作").note == "这里改的"
    result = put(TEXT.replace("乙的说明", "另说"), now=now)
    assert (result.status, codes(result)) == ("updated", [])
    assert (entry("甲作").note, entry("乙作").note) == ("这里改的", "另说")


def test_edits_on_both_sides_are_a_conflict_with_both_texts(now, organizer):
    put(now=now)
    lists.edit_entry(entry=entry("甲作"), version=1, values={"note": "这里改的"}, by=organizer, now=now)
    result = put(TEXT.replace("甲的说明。", "文件改的"), now=now)
    assert codes(result) == ["conflict"]
    (problem,) = result.problems
    assert (problem["theirs"], problem["yours"], problem["line"]) == ("这里改的", "文件改的", 7)
    assert entry("甲作").note == "这里改的"
    # the same edit on both sides is none
    assert codes(put(TEXT.replace("甲的说明。", "这里改的"), now=now)) == []


def test_what_is_gone_from_the_file_is_marked_and_may_come_back(now):
    put(now=now)
    result = put(TEXT.replace("- [丙](https://github.com/a/c)\n", "- [丁](https://github.com/a/d)\n"), now=now)
    assert codes(result) == ["gone"]
    assert entry("丙").is_gone
    assert not entry("丙").deleted_at
    assert titles() == ["甲作", "乙作", "丙", "丁"]
    put(now=now)
    assert not entry("丙").is_gone
    assert entry("丁").is_gone


def test_a_removed_entry_does_not_come_back_by_itself(now, organizer):
    put(now=now)
    lists.remove_entry(entry=entry("乙作"), by=organizer, now=now)
    assert put(now=now).status == "unchanged"
    assert titles() == ["甲作", "丙"]
    result = put(TEXT.replace("乙的说明", "另说"), now=now)
    assert codes(result) == ["conflict"]
    assert titles() == ["甲作", "丙"]


def test_order_here_stays_until_the_file_changes_its_own(now, organizer):
    put(now=now)
    list_order.move_entry(entry=entry("乙作"), steps=-1, by=organizer, now=now)
    assert titles() == ["乙作", "甲作", "丙"]
    assert put(now=now).status == "unchanged"
    assert titles() == ["乙作", "甲作", "丙"]
    more = TEXT.replace("- [乙作]", "- [新作](https://example.org/new)\n- [乙作]")
    assert put(more, now=now).status == "updated"
    assert titles() == ["乙作", "甲作", "新作", "丙"]
    swapped = TEXT.replace("## 论文\n", "## 论文\n\n- [乙作](https://example.org/b) - 乙的说明\n", 1).replace(
        "甲的说明。\n\n- [乙作](https://example.org/b) - 乙的说明\n", "甲的说明。\n"
    )
    list_order.move_entry(entry=entry("乙作"), steps=1, by=organizer, now=now)
    assert put(swapped, now=now).status == "updated"
    assert titles() == ["乙作", "新作", "甲作", "丙"]  # 新作 is gone from the file and stays behind 乙作


def test_an_entry_follows_the_file_into_another_section(now):
    put(now=now)
    kept = entry("乙作").pk
    moved = (
        TEXT.replace("- [乙作](https://example.org/b) - 乙的说明\n", "")
        + "- [乙作](https://example.org/b) - 乙的说明\n"
    )
    assert put(moved, now=now).status == "updated"
    assert (entry("乙作").pk, entry("乙作").section.title, titles()) == (kept, "项目", ["甲作", "丙", "乙作"])


def test_an_entry_of_the_site_stays_where_it_was_put(now, organizer):
    put(now=now)
    section = ListSection.objects.get(title="论文")
    lists.add_entry(section=section, values={"title": "本站", "url": "https://example.org/x"}, by=organizer, now=now)
    assert put(now=now).status == "unchanged"
    assert titles() == ["甲作", "乙作", "本站", "丙"]


def test_a_list_without_headline_takes_its_title_or_address(now):
    text = "## 一节\n\n- [a](https://example.org/a)\n"
    put(text, now=now)
    put(text, now=now, slug="two", title="我的 清单")
    assert list(ReadingList.objects.order_by("slug").values_list("title", "heading")) == [
        ("one", "one"),
        ("我的 清单", "我的 清单"),
    ]
    for row in ReadingList.objects.all():
        assert put(text, now=now, slug=row.slug).status == "unchanged"
        assert put(export(row, "readme"), now=now, slug=row.slug).status == "unchanged"


def test_a_given_title_loses_nothing_of_the_document(now):
    put(now=now, title="另一个名字")
    row = ReadingList.objects.get()
    assert (row.title, row.heading) == ("另一个名字", "一份清单")
    assert export(row, "readme") == TEXT
    assert put(now=now).status == "unchanged"
    assert put(now=now, title="第三个名字").status == "updated"


# papers


TWO = """- [Speech Model With Hands](https://arxiv.org/abs/2305.00001)
- [A Benchmark of Many Things](https://arxiv.org/abs/2305.00001)
"""


def test_two_works_under_one_identifier_are_not_one_paper(now):
    result = put(TWO, now=now)
    assert (result.papers, codes(result)) == (1, ["id_on_two_works"])
    assert [row.paper for row in ListEntry.objects.all()] == [None, None]
    Paper.objects.update(title="Speech Model with Hands")
    link_entries(["2305.00001"], now=now)
    assert entry("Speech Model With Hands").paper is not None
    assert entry("A Benchmark of Many Things").paper is None


def said(title, **more):
    return PaperFacts(arxiv_id="2305.00001", source="api", title=title, **more)


def test_a_title_that_comes_in_ties_the_entry_that_is_called_so(now):
    put(TWO, now=now)
    store_facts([said("Speech Model with Hands")], by=SYSTEM, now=now)
    assert entry("Speech Model With Hands").paper == Paper.objects.get()
    assert entry("A Benchmark of Many Things").paper is None
    store_facts([said("A Benchmark of Many Things", version=2)], by=SYSTEM, now=now)
    assert entry("Speech Model With Hands").paper is None
    assert entry("A Benchmark of Many Things").paper == Paper.objects.get()


def test_a_paper_that_arrives_later_is_tied_to_its_entry(now):
    put("- [Speech Model With Hands](https://arxiv.org/abs/2305.00001)", now=now)
    ListEntry.objects.update(paper=None)
    Paper.objects.all().delete()
    store_facts([said("Speech Model with Hands")], by=SYSTEM, now=now)
    assert entry("Speech Model With Hands").paper == Paper.objects.get()


def test_what_says_nothing_of_title_or_abstract_asks_no_list(now):
    put(TWO, now=now)
    store_facts([said("Speech Model with Hands")], by=SYSTEM, now=now)
    with CaptureQueriesContext(connection) as captured:
        store_facts([said("Speech Model with Hands", comment="8 pages")], by=SYSTEM, now=now)
    assert not [query for query in captured if "listentry" in query["sql"]]


def test_one_paper_on_two_lists_is_one_row(now):
    put("- [LLaMA](https://arxiv.org/abs/2302.00001)", now=now)
    put("- [LLaMA: Open Models](https://arxiv.org/pdf/2302.00001v2)", now=now, slug="two")
    assert Paper.objects.get().list_entries.count() == 2


def test_a_name_that_the_abstract_knows_is_the_paper(now):
    Paper.objects.create(
        arxiv_id="2210.00001",
        title="Scaling Tuned Models",
        abstract="We release Flan-T5.",
        created_at=now,
        changed_at=now,
    )
    put("- [Flan-T5](https://arxiv.org/abs/2210.00001)", now=now)
    put("- [A Benchmark of Many Things](https://arxiv.org/abs/2210.00001)", now=now, slug="two")
    assert entry("Flan-T5").paper is not None
    assert entry("A Benchmark of Many Things").paper is None


# refusals and rights


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"PK\x03\x04zip", "binary"),
        ("# 标题\n\n一段话，没有清单。".encode(), "no_entries"),
        ("- [我们读过的文章和用过的工具](https://example.org/a) 我们读过的文章和用过的工具".encode().decode("latin-1").encode(), "mojibake"),
        (b"- [a](https://example.org)\n" * 90_000, "too_large"),
        (("- [a](https://example.org)\n\n" + "  一段很长的说明。\n\n" * 12_000).encode(), "too_large"),
    ],
)  # fmt: skip
def test_bad_files_are_refused(now, data, code):
    result = import_list(data=data, name="x.md", slug="x", by=SYSTEM, now=now)
    assert (result.status, codes(result)) == ("refused", [code])
    assert not ReadingList.objects.exists()


def test_a_text_that_is_too_long_is_refused_in_the_readers_language(now):
    text = "- [a](https://example.org)\n\n" + "  一段很长的说明。\n\n" * 12_000
    (problem,) = put(text, now=now).problems
    assert re.fullmatch(r"文件太大。其中一段有 \d+ 个字符，最多 \d+ 个。", problem["message"])


def test_other_encodings_are_read(now):
    result = import_list(data=("\ufeff" + TEXT).encode("gb18030"), name="x.md", slug="x", by=SYSTEM, now=now)
    assert (result.status, result.entries, codes(result)) == ("created", 3, ["encoding"])


def test_who_may_import(now, member, organizer):
    for by in (member, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            put(now=now, by=by)
    assert put(now=now, by=organizer).reading_list.maker == organizer
    for slug in ("a b", "名", "x" * 81, ""):
        with pytest.raises(ValidationError):
            put(now=now, slug=slug)


def test_who_may_edit(now, member, stranger, organizer):
    made = lists.create_list(slug="mine", title="我的", by=member, now=now)
    section = made.sections.get()
    added = lists.add_entry(section=section, values={"title": "甲"}, by=member, now=now)
    for by in (stranger, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            lists.edit_entry(entry=added, version=1, values={"title": "乙"}, by=by, now=now)
        with pytest.raises(PermissionDenied):
            lists.remove_entry(entry=added, by=by, now=now)
        with pytest.raises(PermissionDenied):
            list_order.move_entry(entry=added, steps=1, by=by, now=now)
        with pytest.raises(PermissionDenied):
            lists.add_entry(section=section, values={"title": "乙"}, by=by, now=now)
    assert lists.edit_entry(entry=added, version=1, values={"title": "乙"}, by=organizer, now=now).title == "乙"
    with pytest.raises(ValidationError):
        lists.create_list(slug="mine", title="又一份", by=stranger, now=now)
    with pytest.raises(PermissionDenied):
        lists.create_list(slug="nobody", title="无名", by=ANONYMOUS, now=now)


# edits


@pytest.fixture
def mine(now, organizer):
    put(now=now)
    return entry("甲作")


def test_two_edits_at_once_show_both_texts(mine, now, organizer):
    lists.edit_entry(entry=mine, version=1, values={"title": "第一次"}, by=organizer, now=now)
    with pytest.raises(ValidationError) as caught:
        lists.edit_entry(entry=mine, version=1, values={"title": "第二次"}, by=organizer, now=now)
    (error,) = caught.value.error_dict["version"]
    assert (error.code, error.params["yours"]["title"], error.params["theirs"]["title"]) == (
        "conflict",
        "第二次",
        "第一次",
    )


def test_an_edit_that_changes_nothing_leaves_no_trace(mine, now, organizer):
    lists.edit_entry(entry=mine, version=1, values={"title": "甲作", "note": mine.note}, by=organizer, now=now)
    mine.refresh_from_db()
    assert mine.version == 1
    assert not Event.objects.about("list_entry", mine.pk).exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "", "url": "", "links": []}, "title"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "//evil.example"}, "url"),
        ({"links": [{"label": "x", "url": "data:text/html,x"}]}, "links"),
        ({"title": "\u202e反"}, "title"),
        ({"note": "x" * 20_001}, "note"),
        ({"year": 3000}, "year"),
        ({"kind": "book"}, "kind"),
        ({"links": [{"label": "x", "url": "https://example.org"}] * 31}, "links"),
    ],
)
def test_bad_values_name_their_field(mine, now, organizer, values, field):
    with pytest.raises(ValidationError) as caught:
        lists.edit_entry(entry=mine, version=1, values=values, by=organizer, now=now)
    assert list(caught.value.message_dict) == [field]


def test_an_edit_moves_the_entry_to_its_other_paper(mine, now, organizer):
    links = [{"label": "arxiv", "url": "https://arxiv.org/abs/2401.00009"}]
    changed = lists.edit_entry(
        entry=mine, version=1, values={"url": links[0]["url"], "links": links}, by=organizer, now=now
    )
    changed.refresh_from_db()
    assert (changed.arxiv_id, changed.paper.arxiv_id) == ("2401.00009", "2401.00009")


def test_text_written_here_reads_back_from_the_export(mine, now, organizer):
    note = "## 标题\n\n- [像条目](https://example.org/y)\n\n<details>\n<!-- text 1 -->"
    lists.edit_entry(entry=mine, version=1, values={"title": "a] **b", "note": note}, by=organizer, now=now)
    row = ReadingList.objects.get()
    assert put(export(row, "readme"), now=now, slug="copy").entries == 3
    assert document_of(ReadingList.objects.get(slug="copy")) == document_of(row)
    assert ListEntry.objects.get(section__reading_list__slug="copy", position=1, section__title="论文").note == note


def test_moving_stops_at_the_ends(mine, now, organizer):
    list_order.move_entry(entry=mine, steps=-5, by=organizer, now=now)
    assert titles()[0] == "甲作"
    list_order.move_entry(entry=mine, steps=5, by=organizer, now=now)
    assert titles() == ["乙作", "甲作", "丙"]


def test_removing_can_be_undone(mine, now, organizer):
    lists.remove_entry(entry=mine, by=organizer, now=now)
    with pytest.raises(Http404):
        lists.edit_entry(entry=mine, version=2, values={"title": "x"}, by=organizer, now=now)
    assert titles() == ["乙作", "丙"]
    lists.restore_entry(entry=mine, by=organizer, now=now)
    assert titles() == ["甲作", "乙作", "丙"]
    assert [event.verb for event in Event.objects.about("list_entry", mine.pk).order_by("pk")] == ["remove", "restore"]


# commands


def run(*args):
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def test_the_commands(tmp_path, now):
    file = tmp_path / "list.md"
    file.write_text(TEXT, "utf-8")
    dry = json.loads(run("import_list", str(file), "--slug", "c", "--dry-run", "--json"))
    assert (dry["status"], ReadingList.objects.count()) == ("parsed", 0)
    made = json.loads(run("import_list", str(file), "--slug", "c", "--json"))
    assert made == {"status": "created", "sections": 2, "entries": 3, "papers": 1, "problems": []}
    assert run("export_list", "c") == TEXT
    assert run("export_list", "c", "--to", "bibtex").startswith("@misc{")
    exported = run("export_list", "c", "--to", "json")
    assert exported == json.dumps(json.loads(exported), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert run("import_list", str(file), "--slug", "c").startswith("没有变化")


@pytest.mark.parametrize(
    ("data", "args", "code"),
    [
        (b"", [], 1),
        (TEXT.encode(), ["--slug", "not a slug"], 2),
        (TEXT.encode(), ["--as", "nobody"], 1),
    ],
)
def test_commands_that_fail_say_so(tmp_path, data, args, code):
    file = tmp_path / "x.md"
    file.write_bytes(data)
    with pytest.raises(CommandError) as caught:
        run("import_list", str(file), "--slug", "c", *args)
    assert caught.value.returncode == code
    with pytest.raises(CommandError):
        run("import_list", str(tmp_path / "missing.md"), "--slug", "c")
    with pytest.raises(CommandError):
        run("export_list", "missing")


def test_a_dry_run_of_a_bad_file_is_no_error():
    assert preview_list(data=b"", name="x").as_json()["status"] == "refused"


def test_a_preview_foresees_what_storing_reports(now, organizer):
    put(now=now)
    lists.edit_entry(entry=entry("甲作"), version=1, values={"note": "这里改的"}, by=organizer, now=now)
    lists.remove_entry(entry=entry("乙作"), by=organizer, now=now)
    papers, _projects = ListSection.objects.all()
    list_sections.edit_section(section=papers, version=1, title="文章", level=2, by=organizer, now=now)
    text = TEXT.replace("甲的说明。", "文件改的").replace("乙的说明", "另说").replace("## 论文", "## 论文集")
    text = text.replace("前言。", "新的前言。").replace("- [丙]", "- [丁](https://example.org/d)\n- [戊]")
    text = (
        text.replace("https://github.com/a/c", "https://github.com/a/e")
        + "\n## 新的一节\n\n- [己](https://example.org/f)\n"
    )
    before = [list(model.objects.values()) for model in (ReadingList, ListSection, ListEntry, Paper, Event)]
    with CaptureQueriesContext(connection) as captured:
        foreseen = preview_list(data=text.encode(), name="x.md", slug="one")
    assert not [query for query in captured if not query["sql"].startswith("SELECT")]
    assert len(captured) <= 3
    assert codes(foreseen) == ["conflict", "conflict", "conflict", "gone"]
    assert before == [list(model.objects.values()) for model in (ReadingList, ListSection, ListEntry, Paper, Event)]
    assert foreseen.problems == put(text, now=now).problems
    assert codes(preview_list(data=text.encode(), name="x.md", slug="one")) == ["conflict"] * 3
    assert codes(preview_list(data=text.encode(), name="x.md", slug="another")) == []
    assert codes(preview_list(data=text.encode(), name="x.md")) == []


def test_a_second_import_asks_no_more_for_ten_entries_than_for_forty(organizer, now):
    def asked(count):
        slug, data = f"of-{count}", "# L\n" + "".join(f"- [T{n}](https://a.example/{n})\n" for n in range(count))
        import_list(data=data.encode(), name="R.md", slug=slug, by=organizer, now=now)
        with CaptureQueriesContext(connection) as queries:
            assert import_list(data=data.encode(), name="R.md", slug=slug, by=organizer, now=now).status == "unchanged"
        return len(queries)

    assert asked(10) == asked(40)
