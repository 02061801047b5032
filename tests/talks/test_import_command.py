"""The command that imports: one element per file, one file taken of a number, and one language on the terminal."""

import io
import json
import re

import pytest
from django.core.management import CommandError, call_command

from talks.models import Episode, Question, SourceDocument

LATIN_WORD = re.compile(r"[A-Za-z]{3,}")


@pytest.fixture
def folder(tmp_path, make):
    """Write documents by file name and return their folder."""

    def write(**documents):
        for name, value in documents.items():
            path = tmp_path / f"{name}.json".replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(value if isinstance(value, bytes) else make.as_bytes(value))
        return tmp_path

    return write


def elements(*arguments):
    """Run the command with --json; return its elements and whether it failed."""
    out = io.StringIO()
    try:
        call_command("import_episodes", *map(str, arguments), "--json", stdout=out, stderr=io.StringIO())
    except CommandError as error:
        return json.loads(out.getvalue()), error.returncode
    return json.loads(out.getvalue()), 0


def told(*arguments):
    """Run the command; return what a person reads on both streams."""
    out = io.StringIO()
    try:
        call_command("import_episodes", *map(str, arguments), stdout=out, stderr=out)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def codes_of(found):
    return [[problem["code"] for problem in element["problems"]] for element in found]


def test_a_dry_run_names_a_second_file_of_one_number_and_touches_no_database(folder, make):
    # without the mark django_db every query fails
    where = folder(a=make.document(), b=make.document(highlights=["别的"]), c=make.document(number=121))
    found, failed = elements(where, "--dry-run")
    assert [element["status"] for element in found] == ["parsed"] * 3
    assert codes_of(found) == [[], ["number_taken"], []]
    assert "a.json" in found[1]["problems"][0]["message"]
    assert found[1]["document"]["highlights"] == ["别的"]
    assert failed == 0


def test_a_dry_run_does_not_count_refused_files_nor_copies(folder, make):
    where = folder(a=b"{", b=make.document(), c=make.document())
    found, failed = elements(where, "--dry-run")
    assert [element["status"] for element in found] == ["refused", "parsed", "parsed"]
    assert codes_of(found) == [["not_an_episode"], [], []]
    assert failed == 1


@pytest.mark.django_db
@pytest.mark.parametrize("more", [[], ["--replace"]])
def test_of_several_files_of_one_number_the_first_is_taken(folder, make, more):
    where = folder(a=make.document(), b=make.document(highlights=["别的"]))
    found, failed = elements(where, *more)
    assert [element["status"] for element in found] == ["created", "refused"]
    assert (codes_of(found)[1], failed) == (["number_taken"], 1)
    assert SourceDocument.objects.get().name == "a.json"


@pytest.mark.django_db
def test_two_folders_may_hold_files_of_one_name(folder, make):
    where = folder(x__120=make.document(), y__120=make.document(highlights=["别的"]), z__120=make.document())
    found, _failed = elements(where)
    assert [element["status"] for element in found] == ["created", "refused", "unchanged"]
    assert Episode.objects.get().highlights == ["词表", "长上下文"]


@pytest.mark.django_db
def test_a_refusal_speaks_of_the_option_only_where_it_would_help(folder, make):
    where = folder(a=make.document())
    told(where / "a.json")
    folder(b=make.document(highlights=["别的"]), c=make.document(highlights=["又一份"]))
    assert "--replace" in told(where / "b.json")
    said = told(where / "b.json", where / "c.json", "--replace")
    assert "number_taken" in said
    assert "--replace" not in said
    for word in ("替换", "选择", "按钮"):
        assert word not in said


@pytest.mark.django_db
def test_the_terminal_speaks_the_language_of_the_site(folder, make):
    where = folder(a=make.document(), b=make.document(highlights=["别的"]), c=b"", d=make.document(number=121))
    for options in (["--dry-run"], [], []):
        said = told(where, *options)
        for part in (r"\[\w+\]", r"\w+\.json", "--replace"):
            said = re.sub(part, "", said)
        assert LATIN_WORD.findall(said) == []


@pytest.mark.django_db
def test_one_bad_file_never_stops_the_others(folder, make, tmp_path):
    where = folder(a=b"\x00\x01", b=make.document(number=120), c=b"[" * 100_000, d=make.document(number=121))
    found, failed = elements(where)
    assert [element["status"] for element in found] == ["refused", "created", "refused", "created"]
    assert failed == 1
    assert Episode.objects.count() == 2


@pytest.mark.django_db
def test_a_terminal_shows_where_the_run_is(folder, make, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    where = folder(a=make.document(), b=make.document(number=121))
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    call_command("import_episodes", str(where), stdout=terminal, stderr=terminal)
    shown = [line.rpartition("\r")[2].replace("\x1b[K", "") for line in terminal.getvalue().split("\n")]
    assert shown == ["新建  120  a.json", "新建  121  b.json", ""]
    assert "\r2/2 b.json\x1b[K" in terminal.getvalue()


@pytest.mark.django_db
def test_a_file_name_that_is_no_text(make, tmp_path):
    path = tmp_path / b"120-\xff.json".decode("utf-8", "surrogateescape")
    path.write_bytes(make.as_bytes(make.document()))
    found, _failed = elements(tmp_path)
    assert (found[0]["status"], found[0]["file"]) == ("created", "120-�.json")
    assert "120-�.json" in told(tmp_path)


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", ["番外02", "S02", "s2", "番外2", "番外 2", " S02 "])
def test_an_episode_is_exported_under_any_spelling_of_its_code(folder, make, spelling):
    elements(folder(a=make.document(number=2, kind="special", code="S02")))
    out = io.StringIO()
    call_command("export_episode", spelling, "--to", "json", stdout=out)
    assert json.loads(out.getvalue())["code"] == "S02"
    with pytest.raises(CommandError, match="番外99"):
        call_command("export_episode", "番外99", "--to", "json")


@pytest.mark.django_db
def test_another_file_conflicts_and_comes_back(folder, make):
    """The life of a number: taken over, edited here, and taken back by the first file."""
    first, other = make.document(), make.document(questions=[make.question("词表多大合适？", number=1)])
    where = folder(a=first, b=other)
    elements(where / "a.json")
    assert codes_of(elements(where / "b.json", "--replace")[0]) == [["gone"] * 3]
    assert Question.objects.filter(deleted_at=None).count() == 3
    Question.objects.filter(serial=1).update(body="词表要多大？（在站上改过）")
    first["questions"][0]["body"] = "词表多大才好？"
    folder(a=first)
    found, failed = elements(where / "a.json", "--replace")
    assert (found[0]["status"], codes_of(found), failed) == ("updated", [["conflict"]], 0)
    problem = found[0]["problems"][0]
    assert (problem["theirs"], problem["yours"]) == ("词表要多大？（在站上改过）", "词表多大才好？")
    assert elements(where / "a.json")[0][0]["status"] == "unchanged"


@pytest.mark.django_db
def test_files_of_other_kinds_are_counted(folder, make):
    path = folder(a=make.document())
    (path / "picture.png").write_bytes(b"x")
    (path / "README.md").write_text("")
    assert "跳过了 1 个其他类型的文件。" in told(path)
    (path / "picture.png").unlink()
    assert "跳过" not in told(path)
