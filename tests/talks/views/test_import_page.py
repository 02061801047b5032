"""The import page: seen first, stored when confirmed, and nothing taken on trust in between."""

import re

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client

from talks.actions import imports, uploads
from talks.documents import decode
from talks.models import Answer, Episode, SourceDocument

pytestmark = pytest.mark.django_db

TEXT = """# OpenLLM Talk 231

【编号】：OpenLLM Talk 231
【时间】：20260228 晚上九点
【主持人】：渡口、阿岚（轮流）
【编辑】：XX

## 本周新闻

### 学术

- 长上下文 <b>评测</b> 综述
https://arxiv.org/abs/2309.00071

## 本周推荐

【本周新闻】：这里写错了标签

## Free Talk

### 线上讨论

1. 词表多大合适？（小满）
A：先看语料。
"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def at(organizer):
    client = Client()
    client.force_login(organizer.user)
    return client


def file(text=TEXT, name="231.md"):
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


def show(client, *files, **fields):
    return client.post("/import/", {"files": list(files), **fields})


def values_in(response):
    return re.findall(r'<input type="hidden" name="upload" value="([^"]+)"', response.content.decode())


def rows_of(response):
    return [
        " ".join(re.sub(r"<[^>]+>", " ", row).split())
        for row in re.findall(r'<li class="reading-row.*?</li>', response.content.decode(), re.S)
    ]


def test_organizers_only(member):
    client = Client()
    for path in ("/import/", "/import/store/"):
        assert client.post(path)["Location"].startswith("/accounts/login/")
    client.force_login(member.user)
    for path in ("/import/", "/import/store/"):
        assert client.post(path, {"text": TEXT}).status_code == 403
    assert client.get("/import/").status_code == 403


def test_the_preview_shows_each_line_beside_what_it_became(at):
    response = show(at, file())
    rows = rows_of(response)
    assert response.status_code == 200
    assert "4 【时间】：20260228 晚上九点 时间 2026-02-28 21:00" in rows
    assert "5 【主持人】：渡口、阿岚（轮流） 主持人 渡口 阿岚" in rows
    assert "6 【编辑】：XX 编辑 —" in rows
    assert any(
        row.startswith("12 - 长上下文 &lt;b&gt;评测&lt;/b&gt; 综述 13 https") and "arXiv:2309.00071" in row
        for row in rows
    )
    assert any(row.startswith("23 1. 词表多大合适？") and "小满" in row for row in rows)
    assert "<b>评测</b>" not in response.content.decode()


def test_every_written_line_is_shown_once(at):
    shown = re.findall(r'id="f1-(\d+)"', show(at, file()).content.decode())
    written = [str(number) for number, line in enumerate(TEXT.split("\n"), 1) if line.strip()]
    assert shown == written


def test_a_doubt_stands_at_its_line_and_links_to_it(at):
    page = show(at, file()).content.decode()
    assert 'href="#f1-17"' in page
    line = page[page.index('id="f1-17"') :]
    assert "doubt" in line[: line.index("reading-row")]


def test_nothing_is_stored_until_it_is_confirmed(at):
    response = show(at, file())
    assert not Episode.objects.exists()
    stored = at.post("/import/store/", {"upload": values_in(response)})
    assert stored.status_code == 200
    assert Episode.objects.get().code == "231"
    source = SourceDocument.objects.get()
    assert (bytes(source.data), source.name) == (TEXT.encode(), "231.md")
    assert 'href="/episodes/231/"' in stored.content.decode()


def test_pasted_text_is_a_file(at):
    response = show(at, text=TEXT.replace("\n", "\r\n"), name="贴的")
    at.post("/import/store/", {"upload": values_in(response)})
    source = SourceDocument.objects.get()
    assert (bytes(source.data).decode(), source.name) == (TEXT, "贴的.md")


def test_a_json_document_shows_its_nodes(at, make):
    rows = rows_of(show(at, file(make.as_bytes(make.document()), "120.json")))
    assert any("词表多大合适？" in row for row in rows)
    assert any("长上下文综述" in row and "https://arxiv.org/abs/2309.00071" in row for row in rows)


def test_several_files_each_by_itself(at):
    response = show(at, file(b"", "leer.md"), file(), file(b"\x89PNG\r\n\x1a\n", "bild.md"))
    page = response.content.decode()
    assert page.count('class="import-file') == 3
    assert page.count("notice-red") == 2
    assert len(values_in(response)) == 1


@pytest.mark.parametrize(
    "sent",
    [{}, {"text": "  ", "name": "x"}, {"text": "x", "name": "a\x07b"}, {"text": "x", "name": "n" * 201}],
)
def test_nothing_or_nonsense_is_answered_with_the_form(at, sent):
    response = show(at, **sent)
    assert response.status_code in (200, 400)
    assert values_in(response) == []


def test_too_many_files(at):
    response = show(at, *[file(name=f"{n}.md") for n in range(51)])
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


def test_a_file_that_is_too_large_is_named(at):
    page = show(at, file(b"x" * (5 * 1024 * 1024 + 1), "gross.md")).content.decode()
    assert "gross.md" in page
    assert "5 MiB" in page


def test_a_number_that_another_document_holds(at):
    at.post("/import/store/", {"upload": values_in(show(at, file()))})
    other = TEXT.replace("渡口、阿岚", "小满")
    response = show(at, file(other, "别的.md"))
    assert 'name="replace"' in response.content.decode()
    (value,) = values_in(response)
    refused = at.post("/import/store/", {"upload": value})
    assert SourceDocument.objects.count() == 1
    assert refused.content.decode().count(f'name="replace" value="{value}"') == 1
    at.post("/import/store/", {"upload": value, "replace": value})
    assert SourceDocument.objects.current().get().name == "别的.md"


def test_two_files_of_one_number_in_one_upload(at):
    response = show(at, file(), file(TEXT.replace("渡口、阿岚", "小满"), "别的.md"))
    page = response.content.decode()
    assert page.count('name="replace"') == 1
    assert "231.md" in page[page.index("notice-amber") :]
    result = at.post("/import/store/", {"upload": values_in(response)}).content.decode()
    assert "231 来自另一个文件 231.md。" in result
    assert SourceDocument.objects.get().name == "231.md"


def test_a_conflict_shows_both_texts(at):
    at.post("/import/store/", {"upload": values_in(show(at, file()))})
    Answer.objects.update(body="在站上改过的回答")
    changed = TEXT.replace("A：先看语料。", "A：在文件里改过的回答")
    page = at.post("/import/store/", {"upload": values_in(show(at, file(changed)))}).content.decode()
    assert 'class="conflict"' in page
    assert "在站上改过的回答" in page
    assert "在文件里改过的回答" in page


@pytest.mark.parametrize("value", ["", ":", "x" * 64 + ":a.md", "../../etc/passwd:a.md", "f" * 64 + ":a.md", "0" * 64])
def test_what_nobody_kept_cannot_be_stored(at, value):
    response = at.post("/import/store/", {"upload": value})
    assert response.status_code == 200
    assert not Episode.objects.exists()


def test_the_bytes_of_others_cannot_be_stored(at, organizer, member, now):
    (value,) = values_in(show(at, file()))
    assert uploads.fetch(key=value.split(":")[0], by=organizer) == TEXT.encode()
    assert uploads.fetch(key=value.split(":")[0], by=member) is None


def test_bytes_that_were_changed_on_the_disk_are_not_taken(at, organizer):
    (value,) = values_in(show(at, file()))
    path = default_storage.path(f"uploads/{organizer.pk}/{value.split(':')[0]}")
    with open(path, "ab") as kept:
        kept.write(b"!")
    at.post("/import/store/", {"upload": value})
    assert not Episode.objects.exists()
    assert values_in(show(at, file())) == [value]
    at.post("/import/store/", {"upload": value})
    assert Episode.objects.exists()


def test_old_bytes_are_forgotten(at, organizer, now):
    from datetime import timedelta

    from django.utils import timezone

    (value,) = values_in(show(at, file()))
    later = timezone.now() + timedelta(days=2)
    uploads.keep(data=b"x", by=organizer, now=later)
    assert uploads.fetch(key=value.split(":")[0], by=organizer) is None
    response = at.post("/import/store/", {"upload": value})
    assert not Episode.objects.exists()
    assert "notice-red" in response.content.decode()


@pytest.mark.parametrize("name", ["a\x07.md", "n" * 300 + ".md", "", "../x.md"])
def test_a_name_from_the_form_is_checked_like_any_other(at, name):
    (value,) = values_in(show(at, file()))
    response = at.post("/import/store/", {"upload": f"{value.split(':')[0]}:{name}"})
    assert response.status_code == 200
    assert all(source.name == "x.md" for source in SourceDocument.objects.all())


def test_a_refused_text_is_still_in_the_form(at):
    text = "没有编号的一段 <b>话</b>\r\n第二行"
    said = at.post("/import/", {"name": "x.md", "text": text}).content.decode()
    assert "没有找到" in said or "没有编号" in said
    kept = dict(re.findall(r'<input type="hidden" name="(name|text)" value="([^"]*)"', said))
    assert kept["name"] == "x.md"
    again = at.post("/import/", {"name": "x.md", "text": text, "again": "1"})
    assert again.status_code == 200
    assert "没有编号的一段 &lt;b&gt;话&lt;/b&gt;\r\n第二行</textarea>" in again.content.decode()
    assert 'value="x.md"' in again.content.decode()


def test_large_files_are_read_one_after_the_other(at, monkeypatch):
    """They wait on the disk; the bytes of one are forgotten before the next is read."""
    done, understand = [], imports.read_file

    def understood(*, data, name):
        done.append(f"understood {name}")
        return understand(data=data, name=name)

    def read(self, size):
        done.append(f"read {self.name}")
        return self.file.read(size)

    monkeypatch.setattr(imports, "read_file", understood)
    monkeypatch.setattr(TemporaryUploadedFile, "read", read)
    large = b"x" * (decode.MAX_BYTES + 1)
    response = show(at, *[file(large, f"{number}.md") for number in (1, 2, 3)])
    assert response.status_code == 200
    assert done == [f"{act} {number}.md" for number in (1, 2, 3) for act in ("read", "understood")]
