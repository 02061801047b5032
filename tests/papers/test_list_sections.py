"""Headings of a list by hand: renamed, removed and brought back; nothing is lost, and an import knows them again."""

import importlib

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actors import ANONYMOUS, SYSTEM
from members.models import Event
from papers.actions import list_order, list_sections, lists
from papers.actions.list_imports import import_list
from papers.export import document_of, export
from papers.models import ListEntry, ListSection, ReadingList

pytestmark = pytest.mark.django_db

TEXT = """# 清单

## 论文

关于论文。

- [甲](https://example.org/1)
- [乙](https://example.org/2)

### 2023

- [丙](https://example.org/3)

## 博客

- [丁](https://example.org/4)

### 2023

- [戊](https://example.org/5)
"""


def put(text=TEXT, *, now, slug="one"):
    return import_list(data=text.encode(), name="x.md", slug=slug, by=SYSTEM, now=now)


@pytest.fixture(autouse=True)
def made(db, now):
    return put(now=now).reading_list


def section(title, place=0):
    return ListSection.objects.filter(title=title)[place]


def rename(title, to, *, by, now, place=0, **more):
    row = section(title, place)
    values = {"version": row.version, "title": to, "level": row.level, **more}
    return list_sections.edit_section(section=row, **values, by=by, now=now)


def remove(title, *, by, now, place=0):
    return list_sections.remove_section(section=section(title, place), by=by, now=now)


def restore(row, *, by, now):
    return list_sections.restore_section(section=row, by=by, now=now)


def shown():
    """The list as one line: headings with the entries under them."""
    return " ".join(
        f"{one.title}:{''.join(e.title for e in one.entries.filter(deleted_at=None).order_by('position'))}"
        for one in ListSection.objects.filter(reading_list__slug="one", deleted_at=None)
    )


def codes(result):
    return [problem["code"] for problem in result.problems]


def refused(act):
    with pytest.raises(ValidationError) as caught:
        act()
    (error,) = next(iter(caught.value.error_dict.values()))
    return error


def test_a_heading_is_renamed_and_gets_another_level(organizer, now):
    row = rename("博客", " 文章  和*博客* ", by=organizer, now=now, level=3)
    assert (row.title, row.level, row.version, row.body) == ("文章 和*博客*", 3, 2, "")
    assert "<em>博客</em>" in row.title_html
    event = Event.objects.about("list_section", row.pk).get()
    assert (event.verb, event.before["title"], event.after["title"]) == ("edit", "博客", "文章 和*博客*")
    assert rename(row.title, row.title, by=organizer, now=now).version == 2
    assert refused(lambda: rename("论文", "晚了", by=organizer, now=now, version=9)).params == {
        "yours": {"title": "晚了", "level": 2},
        "theirs": {"title": "论文", "level": 2, "body": "关于论文。"},
    }
    for odd, code in (({"to": " "}, "required"), ({"to": "x" * 401}, "too_long"), ({"to": "x", "level": 5}, "invalid")):
        assert refused(lambda odd=odd: rename("论文", by=organizer, now=now, **odd)).code == code


def test_a_renamed_heading_is_an_edit_of_ours_for_the_next_import(organizer, now):
    before = {row.pk for row in ListSection.objects.all()}
    rename("论文", "读过的", by=organizer, now=now)
    rename("博客", "别的", by=organizer, now=now)
    assert put(now=now).status == "unchanged"
    result = put(TEXT.replace("- [丁]", "- [新](https://example.org/9)\n- [丁]"), now=now)
    assert (result.status, codes(result)) == ("updated", [])
    assert shown() == "读过的:甲乙 2023:丙 别的:新丁 2023:戊"
    assert {row.pk for row in ListSection.objects.all()} == before


def test_a_heading_renamed_here_and_changed_in_the_file_is_a_conflict(organizer, now):
    before = {row.pk for row in ListSection.objects.all()}
    rename("论文", "读过的", by=organizer, now=now)
    result = put(TEXT.replace("关于论文。", "关于这些论文。"), now=now)
    assert codes(result) == ["conflict"]
    (problem,) = result.problems
    assert (problem["theirs"], problem["yours"]) == ("读过的\n关于论文。", "论文\n关于这些论文。")
    result = put(TEXT.replace("## 论文", "## 论文集"), now=now)
    assert codes(result) == ["conflict"]
    assert shown() == "读过的:甲乙 2023:丙 博客:丁 2023:戊"
    assert {row.pk for row in ListSection.objects.all()} == before
    # the same name on both sides is no conflict
    assert codes(put(TEXT.replace("## 论文", "## 读过的"), now=now)) == []
    assert {row.pk for row in ListSection.objects.all()} == before


def test_two_of_one_name_are_told_apart_by_what_the_file_has_them_under(organizer, now):
    pks = [section("2023", place).pk for place in (0, 1)]
    rename("论文", "博客二", by=organizer, now=now)
    list_order.move_section(section=section("博客"), steps=-1, by=organizer, now=now)
    rename("2023", "旧的", by=organizer, now=now, place=0)
    put(TEXT.replace("### 2023\n\n- [戊]", "### 2023\n\n多一句。\n\n- [戊]"), now=now)
    assert [ListSection.objects.get(pk=pk).entries.get().title for pk in pks] == ["丙", "戊"]
    assert ListSection.objects.get(pk=pks[0]).body == ""
    assert shown() == "博客:丁 旧的:戊 博客二:甲乙 2023:丙"


def test_the_entries_of_a_removed_heading_go_to_the_section_before_it(organizer, now):
    lists.remove_entry(entry=ListEntry.objects.get(title="丁"), by=organizer, now=now)
    row = remove("博客", by=organizer, now=now)
    assert shown() == "论文:甲乙 2023:丙 2023:戊"
    lists.restore_entry(entry=ListEntry.objects.get(title="丁"), by=organizer, now=now)
    assert shown() == "论文:甲乙 2023:丙丁 2023:戊"
    restore(row, by=organizer, now=now)
    assert shown() == "论文:甲乙 2023:丙 博客:丁 2023:戊"
    assert [one.verb for one in Event.objects.about("list_section", row.pk).order_by("pk")] == ["remove", "restore"]


def test_the_first_headings_entries_go_to_the_head(made, organizer, now):
    row = remove("论文", by=organizer, now=now)
    assert shown() == ":甲乙 2023:丙 博客:丁 2023:戊"
    assert ListSection.objects.filter(level=0).count() == 1
    readme = export(made, "readme")
    copy = put(readme, now=now, slug="copy").reading_list
    assert document_of(copy) == document_of(made)
    restore(row, by=organizer, now=now)
    assert shown() == ": 论文:甲乙 2023:丙 博客:丁 2023:戊"
    assert section("论文").body == "关于论文。"


def test_what_was_moved_elsewhere_since_stays_there(organizer, now):
    row = remove("博客", by=organizer, now=now)
    list_order.place_entry(
        entry=ListEntry.objects.get(title="丁"), section=section("论文").pk, behind=None, by=organizer, now=now
    )
    list_order.move_section(section=section("论文"), steps=1, by=organizer, now=now)
    restore(row, by=organizer, now=now)
    assert shown() == "论文:丁甲乙 2023:丙 博客: 2023:戊"


def test_a_removed_heading_keeps_its_place_while_others_move(organizer, now):
    row = remove("2023", by=organizer, now=now)
    list_order.move_section(section=section("博客"), steps=-1, by=organizer, now=now)
    restore(row, by=organizer, now=now)
    assert shown() == "博客:丁 2023:戊 论文:甲乙 2023:丙"


def test_an_import_does_not_bring_a_removed_heading_back(organizer, now):
    row = remove("博客", by=organizer, now=now)
    assert put(now=now).status == "unchanged"
    more = TEXT.replace("- [丁]", "- [新](https://example.org/9)\n- [丁]")
    result = put(more, now=now.replace(year=now.year + 1))
    assert (result.status, codes(result)) == ("updated", [])
    assert shown() == "论文:甲乙 2023:丙新丁 2023:戊"  # nothing stands where nobody sees it
    assert codes(put(more.replace("## 博客", "## 博客\n\n一句。"), now=now)) == ["conflict"]
    restore(row, by=organizer, now=now)
    assert shown() == "论文:甲乙 2023:丙 博客:新丁 2023:戊"


def test_an_entry_that_the_file_moves_under_a_removed_heading_is_still_seen(organizer, now):
    remove("博客", by=organizer, now=now)
    line = "- [甲](https://example.org/1)\n"
    put(TEXT.replace(line, "").replace("- [丁]", f"{line}- [丁]"), now=now)
    assert shown() == "论文:乙 2023:丙甲丁 2023:戊"


def test_a_head_made_here_is_the_files_when_it_brings_one(organizer, now):
    remove("论文", by=organizer, now=now)
    assert put(now=now).status == "unchanged"
    put(TEXT.replace("## 论文", "- [首](https://example.org/0)\n\n## 论文"), now=now)
    assert shown() == ":首甲乙 2023:丙 博客:丁 2023:戊"


def test_what_is_put_under_a_heading_that_somebody_removed_is_told(organizer, now):
    row = remove("博客", by=organizer, now=now)
    entry = ListEntry.objects.get(title="甲")
    put_there = lambda: list_order.place_entry(entry=entry, section=row.pk, behind=None, by=organizer, now=now)  # noqa: E731
    assert refused(put_there).code == "conflict"
    for act in (
        lambda: list_sections.remove_section(section=row, by=organizer, now=now),
        lambda: rename("博客", "x", by=organizer, now=now),
        lambda: lists.add_entry(section=row, values={"title": "x"}, by=organizer, now=now),
        lambda: restore(section("论文"), by=organizer, now=now),
    ):
        with pytest.raises(Http404):
            act()


def test_the_head_is_neither_renamed_nor_removed(organizer, now):
    head = lists.create_list(slug="mine", title="我的", by=organizer, now=now).sections.get()
    for act in (
        lambda: list_sections.remove_section(section=head, by=organizer, now=now),
        lambda: list_sections.edit_section(section=head, version=1, title="x", level=2, by=organizer, now=now),
    ):
        assert refused(act).code == "invalid"


def test_who_may_not(member, stranger, organizer, now):
    mine = lists.create_list(slug="mine", title="我的", by=member, now=now)
    own = list_sections.add_section(reading_list=mine, title="一节", level=2, by=member, now=now)
    for by in (stranger, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            list_sections.edit_section(section=own, version=1, title="x", level=2, by=by, now=now)
        with pytest.raises(PermissionDenied):
            list_sections.remove_section(section=own, by=by, now=now)
    list_sections.remove_section(section=own, by=member, now=now)
    for by in (stranger, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            restore(own, by=by, now=now)
    restore(own, by=member, now=now)
    assert ReadingList.objects.get(slug="mine").sections.filter(deleted_at=None).count() == 2


def test_lists_of_before_learn_what_their_file_calls_their_headings(organizer, now):
    paths = list(ListSection.objects.values_list("file_path", flat=True))
    assert paths == [["论文"], ["论文", "2023"], ["博客"], ["博客", "2023"]]
    own = list_sections.add_section(
        reading_list=ReadingList.objects.get(), title="我们的", level=2, by=organizer, now=now
    )
    ListSection.objects.update(file_path=[])
    importlib.import_module("papers.migrations.0004_file_path").note_paths(apps, None)
    assert list(ListSection.objects.exclude(pk=own.pk).values_list("file_path", flat=True)) == paths
    own.refresh_from_db()
    assert own.file_path == []
