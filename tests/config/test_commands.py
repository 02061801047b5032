"""`manage.py` over a database that has no tables, or that is not there: one line and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EPISODE = "# OpenLLM Talk 005\n\n【时间】：20230722 晚上九点\n"


@pytest.fixture
def command(tmp_path):
    (tmp_path / "005.md").write_text(EPISODE, "utf-8")

    def run(*arguments, database=f"sqlite:///{tmp_path}/new.sqlite3"):
        environ = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings"}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_database_without_tables_is_named_and_the_way_out_works(command, tmp_path):
    for arguments in (
        ["import_episodes", str(tmp_path)],
        ["create_token", "anna", "--scope", "read"],
        ["export_archive", "out"],
    ):
        done = command(*arguments)
        assert (done.returncode, done.stderr) == (1, "数据库是空的：请先运行 manage.py migrate。\n")
    assert command("migrate").returncode == 0
    done = command("import_episodes", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("rows", ["0", "-1", "many"])
def test_a_batch_of_no_rows_is_wrong_usage(command, rows):
    done = command("rerender", "--batch", rows)
    assert done.returncode == 2
    assert rows in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_one_line(command, tmp_path):
    done = command("rerender", database=f"sqlite:///{tmp_path}")
    assert (done.returncode, done.stderr) == (1, "数据库无法使用：unable to open database file\n")
    assert "Traceback" in command("rerender", "--traceback", database=f"sqlite:///{tmp_path}").stderr


def test_a_mistyped_folder_of_the_database_is_named_and_not_made(command, tmp_path):
    database = f"sqlite:///{tmp_path}/typo/db.sqlite3"
    for arguments in (["migrate"], ["rerender"], ["import_episodes", str(tmp_path)]):
        done = command(*arguments, database=database)
        said = f"openllm-talk: DATABASE_URL={database}: there is no folder {tmp_path}/typo\n"
        assert (done.returncode, done.stderr) == (1, said)
    assert command("import_episodes", str(tmp_path), "--dry-run", database=database).returncode == 0
    assert not (tmp_path / "typo").exists()
