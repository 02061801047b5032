"""Pages of reading lists: read by everybody, edited by their makers, without JavaScript, at a constant price."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actors import SYSTEM
from papers.actions import lists
from papers.actions.list_imports import import_list
from papers.models import ListEntry, ListSection, ReadingList


def put(text, *, now, slug="one", by=SYSTEM):
    result = import_list(data=text.encode(), name="x.md", slug=slug, by=by, now=now)
    assert result.status == "created", result.problems
    return result.reading_list


def wide(size):
    rows = [
        f"- [论文 {n}](https://arxiv.org/abs/2401.{n:05d}) [[code](https://github.com/a/r{n})] - 说明 **{n}**"
        for n in range(1, size + 1)
    ]
    return "# 长清单\n\n## 一\n\n" + "\n".join(rows[::2]) + "\n\n## 二\n\n" + "\n".join(rows[1::2]) + "\n"


TEXT = """# 清单 <script>

前言 **重点**。

## 论文

- **甲作.** [[pdf](./docs/a.pdf)] [[arxiv](https://arxiv.org/abs/2401.00001)]
  - Authors: Jane Doe
  - Year: 2024

  说明 <b>x</b>

中间的话。

- [乙作](javascript:alert(1)) <!-- article -->

<details>
<summary>一组</summary>

- [丙](https://github.com/a/c?utm_source=x) - 好

</details>
"""


@pytest.fixture
def shown(db, now):
    return put(TEXT, now=now)


def page(client, path="/lists/one/", status=200):
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def test_everything_stands_on_the_page(client, shown):
    said = page(client)
    for text in ("甲作", "Jane Doe. 2024", "说明 &lt;b&gt;x&lt;/b&gt;", "中间的话。", "一组", "清单 &lt;script&gt;"):
        assert text in said
    assert 'href="/papers/2401.00001/"' in said
    assert 'href="https://github.com/a/c"' in said
    assert 'href="javascript' not in said
    assert "<script>" not in said.replace("<script src", "")
    assert "编辑" not in said
    assert "1 篇论文" in page(client, "/lists/")
    assert "收进的清单" in page(client, "/papers/2401.00001/")


def test_what_is_not_there_says_where_to_go(client, db):
    said = page(client, "/lists/none/", 404)
    assert "没有这份清单" in said
    assert 'href="/lists/"' in said


@pytest.mark.parametrize(
    ("path", "start", "media_type"),
    [
        ("/lists/one.md", "# 清单", "text/markdown"),
        ("/lists/one.bib", "@misc{", "application/x-bibtex"),
        ("/lists/one.json", "{", "application/json"),
    ],
)
def test_the_list_can_be_taken_along(client, shown, path, start, media_type):
    response = client.get(path)
    assert response.content.decode().startswith(start)
    assert response["Content-Type"].startswith(media_type)


def test_a_longer_list_costs_no_query(client, db, now):
    counts = []
    for slug, size in (("small", 5), ("large", 100)):
        put(wide(size), now=now, slug=slug)
        with CaptureQueriesContext(connection) as captured:
            page(client, f"/lists/{slug}/")
        with CaptureQueriesContext(connection) as index:
            page(client, "/lists/")
        counts.append((len(captured), len(index)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 8


def test_a_reader_gets_a_304_the_second_time(client, shown):
    first = client.get("/lists/one/")
    assert client.get("/lists/one/", headers={"If-None-Match": first["ETag"]}).status_code == 304


# editing


@pytest.fixture
def editor(client, organizer):
    client.force_login(organizer.user)
    return client


def form(**changes):
    empty = {"title": "", "url": "", "kind": "paper", "authors": "", "venue": "", "year": "", "group": ""}
    return {**empty, "links": "", "note": "", "version": "1", **changes}


def test_only_editors_see_and_reach_the_forms(client, shown, member, now):
    entry = ListEntry.objects.get(title="甲作")
    at = f"/lists/one/entries/{entry.pk}/"
    assert client.get(at).status_code == 302
    client.force_login(member.user)
    assert "上移" not in page(client, "/lists/one/?edit=1")
    assert client.get(at).status_code == 403
    for verb in ("up", "down", "remove", "restore"):
        assert client.post(f"{at}{verb}/").status_code == 403
        assert client.get(f"{at}{verb}/").status_code == 405
    assert client.post(f"/lists/one/add/{entry.section_id}/", form(title="x")).status_code == 403
    entry.refresh_from_db()
    assert (entry.version, entry.deleted_at) == (1, None)


def test_adding_editing_moving_and_removing_by_plain_forms(editor, shown):
    entry = ListEntry.objects.get(title="甲作")
    at = f"/lists/one/entries/{entry.pk}/"
    assert "上移" in page(editor, "/lists/one/?edit=1")
    sent = form(title="甲作二", links="pdf ./docs/a.pdf\nCode https://github.com/a/n", note="行一\r\n行二")
    assert editor.post(at, sent).status_code == 302
    entry.refresh_from_db()
    assert (entry.title, entry.note, entry.version) == ("甲作二", "行一\n行二", 2)
    assert entry.links == [
        {"label": "pdf", "url": "./docs/a.pdf"},
        {"label": "Code", "url": "https://github.com/a/n"},
    ]
    add = f"/lists/one/add/{entry.section_id}/"
    assert editor.post(add, form(title="新的", url="https://example.org/n")).status_code == 302
    new = ListEntry.objects.get(title="新的")
    editor.post(f"/lists/one/entries/{new.pk}/up/")
    assert [row.title for row in ListEntry.objects.in_order()] == ["甲作二", "乙作", "新的", "丙"]
    editor.post(f"/lists/one/entries/{new.pk}/remove/")
    said = page(editor, "/lists/one/?edit=1")
    assert "移除了 1 条" in said
    editor.post(f"/lists/one/entries/{new.pk}/restore/")
    assert not ListEntry.objects.exclude(deleted_at=None).exists()


def test_a_bad_value_keeps_what_was_written(editor, shown):
    entry = ListEntry.objects.get(title="甲作")
    response = editor.post(f"/lists/one/entries/{entry.pk}/", form(title="写了很久", url="ftp://x"))
    assert response.status_code == 400
    said = response.content.decode()
    assert "请填完整的地址" in said
    assert "写了很久" in said


def test_two_edits_at_once_show_both_and_the_second_can_be_sent_again(editor, shown, organizer, now):
    entry = ListEntry.objects.get(title="甲作")
    lists.edit_entry(entry=entry, version=1, values={"note": "别人的"}, by=organizer, now=now)
    at = f"/lists/one/entries/{entry.pk}/"
    response = editor.post(at, form(title="甲作", note="我的"))
    assert response.status_code == 409
    said = response.content.decode()
    assert "别人的" in said
    assert "我的" in said
    assert 'name="version" value="2"' in said
    assert editor.post(at, form(title="甲作", note="合并的", version="2")).status_code == 302
    entry.refresh_from_db()
    assert entry.note == "合并的"


def test_a_member_begins_a_list(client, member, db):
    assert client.post("/lists/", {"title": "我的", "slug": "mine"}).status_code == 403
    client.force_login(member.user)
    assert client.post("/lists/", {"title": "我的", "slug": "mine"})["Location"] == "/lists/mine/?edit=1"
    assert ReadingList.objects.get().maker == member
    assert "加一条" in page(client, "/lists/mine/?edit=1")
    assert client.post("/lists/", {"title": "又一份", "slug": "mine"}).status_code == 400


# order and import


def test_buttons_and_drawing_move_entries_and_sections(editor, shown, organizer, now):
    first, second = (ListEntry.objects.get(title=title) for title in ("甲作", "乙作"))
    at = f"/lists/one/entries/{first.pk}/"
    assert editor.post(f"{at}down/", {"version": "1"})["Location"] == f"/lists/one/?edit=1#entry-{first.pk}"
    assert editor.post(f"{at}up/", {"version": "1"}).status_code == 302  # from a page that is old by now
    assert "有人改过或移过" in page(editor, "/lists/one/?edit=1")
    assert [row.title for row in ListEntry.objects.in_order()][:2] == ["乙作", "甲作"]
    editor.post(f"{at}move/", {"version": "2", "section": str(first.section_id), "behind": ""})
    assert [row.title for row in ListEntry.objects.in_order()][:2] == ["甲作", "乙作"]
    for odd in ({"version": "x"}, {"behind": "9" * 30}, {"version": "3", "behind": "999", "section": ""}):
        assert editor.post(f"{at}move/", odd).status_code == 302
    assert editor.post(f"{at}move/", {"version": "3", "section": "999"}).status_code == 404
    second.refresh_from_db()
    assert second.version == 1
    editor.post("/lists/one/sections/add/", {"title": "后来的", "level": "2"})
    new = ListSection.objects.get(title="后来的")
    assert "整节上移" in page(editor, "/lists/one/?edit=1")
    assert editor.post(f"/lists/one/sections/{new.pk}/up/", {"version": "1"}).status_code == 302
    assert [row.title for row in ListSection.objects.all()] == ["后来的", "论文"]
    editor.post(f"/lists/one/sections/{new.pk}/move/", {"version": "2", "behind": str(first.section_id)})
    assert [row.title for row in ListSection.objects.all()] == ["论文", "后来的"]
    assert editor.post("/lists/one/sections/add/", {"title": "", "level": "2"}).status_code == 400


def test_only_editors_put_sections_in_order(client, shown, stranger):
    client.force_login(stranger.user)
    section = ListSection.objects.get()
    for verb in ("up", "down", "move", "remove", "restore"):
        assert client.post(f"/lists/one/sections/{section.pk}/{verb}/").status_code == 403
    for at in ("add", section.pk):
        assert client.post(f"/lists/one/sections/{at}/", {"title": "x", "level": "2"}).status_code == 403
    assert page(client, "/lists/one/?edit=1").count("data-move") == 0


def test_a_heading_is_renamed_removed_and_brought_back_by_plain_forms(editor, shown):
    section = ListSection.objects.get(title="论文")
    at = f"/lists/one/sections/{section.pk}/"
    assert "改标题" in page(editor, "/lists/one/?edit=1")
    assert 'value="论文"' in page(editor, at)
    assert editor.post(at, {"title": "文章", "level": "3", "version": "1"})["Location"].endswith(
        f"#section-{section.pk}"
    )
    section.refresh_from_db()
    assert (section.title, section.level, section.version) == ("文章", 3, 2)
    assert "文章" in section.title_html
    late = editor.post(at, {"title": "我起的", "level": "2", "version": "1"})
    assert late.status_code == 409
    said = late.content.decode()
    assert "有人改过这个小节" in said
    assert 'value="我起的"' in said
    assert 'name="version" value="2"' in said
    assert editor.post(at, {"title": "", "level": "2", "version": "2"}).status_code == 400
    assert editor.post(at, {"title": "x", "level": "5", "version": "2"}).status_code == 400
    assert editor.post(f"{at}remove/")["Location"] == "/lists/one/?edit=1"
    said = page(editor, "/lists/one/?edit=1")
    assert "移除了 1 个小节" in said
    assert said.index("甲作") < said.index("移除了 1 个小节")
    assert "丙" in page(editor)
    assert editor.get(at).status_code == 404
    assert editor.post(f"{at}remove/").status_code == 404
    editor.post(f"{at}restore/")
    assert [row.section_id for row in ListEntry.objects.all()] == [section.pk] * 3
    head = ListSection.objects.get(level=0)
    assert editor.get(f"/lists/one/sections/{head.pk}/").status_code == 404
    assert editor.post(f"/lists/one/sections/{head.pk}/remove/").status_code == 302
    assert "第一个标题之前的内容只能在最前面" in page(editor, "/lists/one/?edit=1")


def test_a_heading_of_another_level_keeps_it(editor, db, now):
    put("# 清单\n\n#### 深处\n\n- [甲](https://example.org/1)\n", now=now)
    section = ListSection.objects.get()
    at = f"/lists/one/sections/{section.pk}/"
    assert "和文件里一样" in page(editor, at)
    assert editor.post(at, {"title": "更深处", "level": "4", "version": "1"}).status_code == 302
    section.refresh_from_db()
    assert (section.title, section.level) == ("更深处", 4)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


def confirm(client, said):
    values = dict(re.findall(r'<input type="hidden" name="(upload|slug|title)" value="([^"]*)"', said))
    return client.post("/lists/import/store/", values)


def test_a_file_is_shown_before_it_is_stored(editor, db, media):
    sent = {"file": SimpleUploadedFile("清单.md", TEXT.encode()), "slug": "one", "title": "换了名"}
    said = editor.post("/lists/import/", sent).content.decode()
    for text in ("还什么都没有存", "3 条", "1 篇论文", "甲作", "换了名", "清单.md"):
        assert text in said
    assert not ReadingList.objects.exists()
    assert confirm(editor, said)["Location"] == "/lists/one/"
    assert ReadingList.objects.get().title == "换了名"
    assert "清单已存好" in page(editor, "/lists/one/")


def test_a_second_file_is_merged_and_conflicts_are_shown(editor, shown, organizer, media, now):
    entry = ListEntry.objects.get(title="丙")
    lists.edit_entry(entry=entry, version=1, values={"note": "站上的话"}, by=organizer, now=now)
    sent = {
        "text": TEXT.replace("- 好", "- 文件的话")
        .replace("中间的话。\n\n- [乙作](javascript:alert(1)) <!-- article -->", "")
        .replace("\n", "\r\n"),
        "slug": "one",
        "title": "",
    }
    said = editor.post("/lists/import/", sent).content.decode()
    assert "已经用了这个地址" in said
    for text in ("站上的话", "文件的话", "两边都改过", "文件里已经没有"):
        assert text in said
    entry.refresh_from_db()
    assert (entry.version, ListEntry.objects.filter(is_gone=True).count()) == (2, 0)
    stored = confirm(editor, said)
    assert stored.status_code == 200
    assert "站上的话" in stored.content.decode()
    assert "文件的话" in stored.content.decode()
    entry.refresh_from_db()
    assert entry.note == "站上的话"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"slug": "one"}, "请选择文件或粘贴"),
        ({"slug": "", "text": TEXT}, "字母、数字"),
        ({"slug": "import", "text": TEXT}, "另一个页面"),
        ({"slug": "one", "text": "没有清单"}, "没有"),
        ({"slug": "one", "text": TEXT, "title": "x" * 201}, "200"),
    ],
)
def test_a_bad_file_keeps_the_form(editor, db, media, sent, says):
    response = editor.post("/lists/import/", sent)
    assert response.status_code == 400
    said = response.content.decode()
    assert says in said
    assert "text" not in sent or re.search("前言|没有清单</textarea>", said)
    assert not ReadingList.objects.exists()


def test_nothing_is_stored_of_bytes_that_are_gone(editor, db, media):
    for upload in ("", "x:y.md", f"{'0' * 64}:y.md"):
        response = editor.post("/lists/import/store/", {"upload": upload, "slug": "one"})
        assert response.status_code == 400
        assert "预览已超过一天" in response.content.decode()


def test_only_organizers_import(client, member, db):
    assert client.get("/lists/import/").status_code == 302
    client.force_login(member.user)
    assert client.get("/lists/import/").status_code == 403
    assert client.post("/lists/import/store/", {"upload": "x"}).status_code == 403
    assert "导入清单" not in page(client, "/lists/")


def test_a_list_shows_no_html_and_no_contents_of_its_readme(client, db, now):
    text = (
        '# 单\n\n<p align="center">一份清单</p>\n\n## Contents\n\n- [论文](#论文)\n\n## 论文\n\n'
        "- [甲作](https://example.org/a) ![stars](https://img.shields.io/github/stars/a/b)\n"
    )
    import_list(data=text.encode(), name="README.md", slug="shown", by=SYSTEM, now=now)
    page = client.get("/lists/shown/").content.decode()
    assert "一份清单" in page
    assert "align" not in page
    assert "shields" not in page
    assert "Contents" not in page
    assert "## Contents" in client.get("/lists/shown.md").content.decode()
