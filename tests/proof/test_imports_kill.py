"""Imports at once and imports killed outright: each file is stored whole or not at all, once."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import postgres_cluster
from tests.talks.conftest import as_bytes, document, question

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = 80
AT_ONCE = 8
# After so many files of a run it is killed.
KILLED_AFTER = (0, 1, 4, 9, 15)
TIMEOUT_SECONDS = 600


class Site:
    """Commands of a site on a database of its own."""

    def __init__(self, url):
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environ = {**kept, "DATABASE_URL": url, "PYTHONUNBUFFERED": "1"}
        self.run("migrate", "-v0")

    def start(self, *arguments):
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *arguments):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=TIMEOUT_SECONDS)
        assert process.returncode == 0, err
        return out


def documents(folder, numbers):
    """Write a document for each number; all of them name the same people and papers."""
    made = {}
    for number in numbers:
        asked = [
            question(f"{number} 期第 {n} 问，见 https://arxiv.org/abs/2309.{n:05d}", number=n, asker=f"人{n}")
            for n in range(1, 16)
        ]
        made[f"{number:03d}"] = document(number, questions=asked)
        (folder / f"{number:03d}.json").write_bytes(as_bytes(made[f"{number:03d}"]))
    return made


def stored(site, folder):
    """Return every stored document by its code."""
    site.run("export_archive", folder)
    return {path.stem: json.loads(path.read_text("utf-8")) for path in (folder / "data").glob("*.json")}


def prove(name, url):
    site = Site(url)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as out:
        few = documents(Path(first), range(1, 11))
        runs = [site.start("import_episodes", first, "--json") for _ in range(AT_ONCE)]
        replies = [run.communicate(timeout=TIMEOUT_SECONDS) for run in runs]
        assert [run.returncode for run in runs] == [0] * AT_ONCE, [err for _out, err in replies]
        statuses = Counter(element["status"] for out, _err in replies for element in json.loads(out))
        assert statuses == {"created": len(few), "unchanged": len(few) * (AT_ONCE - 1)}
        assert stored(site, Path(out)) == few
    with tempfile.TemporaryDirectory() as second, tempfile.TemporaryDirectory() as out:
        many = documents(Path(second), range(101, 101 + FILES))
        told = 0
        for wanted in KILLED_AFTER:
            run = site.start("import_episodes", second)
            told += sum("新建" in run.stdout.readline() for _ in range(told + wanted))
            run.kill()
            run.communicate()
        after = Counter(each["status"] for each in json.loads(site.run("import_episodes", second, "--json")))
        assert after["created"] + after["unchanged"] == FILES
        # What was told to be stored is; a file may have been stored before its line was read.
        assert after["unchanged"] >= told == sum(KILLED_AFTER)
        assert stored(site, Path(out)) == {**few, **many}
    print(
        f"imports, {name}: {AT_ONCE} at once, {dict(statuses)}; {len(KILLED_AFTER)} kills, "
        f"{after['unchanged']} files stored before the last run and {after['created']} by it, 0 torn"
    )


@pytest.mark.proof
def test_imports_at_once_and_killed_on_sqlite():
    with tempfile.TemporaryDirectory() as folder:
        prove("SQLite", f"sqlite:///{folder}/db.sqlite3")


@pytest.mark.proof
@pytest.mark.postgres
def test_imports_at_once_and_killed_on_postgres():
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres_cluster(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        except FileNotFoundError as error:
            pytest.skip(str(error))
        prove("PostgreSQL", url)
