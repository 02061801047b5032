"""Preparation does what is missing, once, and says in one line what is in the way."""

import os
import subprocess
import sys

import pytest
from django.contrib.staticfiles.finders import get_finder

from config import prepare as prepare_module


@pytest.fixture
def prepare(clone):
    """Run config.prepare in the clone with these variables; return what it said."""

    def run(expected=0, **environ):
        done = subprocess.run(
            [sys.executable, "-m", "config.prepare"],
            cwd=clone,
            env={"PATH": os.environ["PATH"], **environ},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == expected, done.stderr
        return done.stdout.splitlines(), done.stderr.splitlines()

    return run


PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "only for this test, and never anywhere else",
    "ALLOWED_HOSTS": "talk.example.org",
    "SITE_URL": "https://talk.example.org",
}


def test_production_gets_tables_and_static_files_but_no_sample(prepare, clone):
    said, complaints = prepare(**PRODUCTION)
    assert complaints == []
    assert said[0].startswith("preparing the database: ")
    assert said[1:] == ["collecting static files"]
    assert (clone / "var/static/staticfiles.json").is_file()
    assert not (clone / "var/sample_logins.json").exists()
    assert prepare(**PRODUCTION) == ([], [])


def test_static_files_are_collected_again_only_when_one_changed(tmp_path, settings, monkeypatch):
    source = tmp_path / "source"
    source.mkdir()
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    collected = []

    def collect(name, **options):
        collected.append(name)
        settings.STATIC_ROOT.mkdir(exist_ok=True)

    monkeypatch.setattr(prepare_module, "call_command", collect)
    get_finder.cache_clear()
    for text, times in (("a", 1), ("a", 1), ("ab", 2), ("ab", 2)):
        if not (source / "site.css").exists() or (source / "site.css").read_text() != text:
            (source / "site.css").write_text(text)
        prepare_module.collect_static()
        assert len(collected) == times
    (source / "site.css").unlink()
    prepare_module.collect_static()
    settings.STATIC_ROOT.rmdir()
    prepare_module.collect_static()
    assert collected == ["collectstatic"] * 4
    get_finder.cache_clear()


def test_a_database_that_cannot_be_used_is_one_line(prepare):
    said, complaints = prepare(expected=1, DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing")
    assert said == []
    assert len(complaints) == 1
    assert complaints[0].startswith("openllm-talk: the database cannot be used: ")


def test_a_folder_that_is_missing_is_named_and_not_made(prepare, tmp_path):
    database = f"sqlite:///{tmp_path}/typo/db.sqlite3"
    said = f"openllm-talk: DATABASE_URL={database}: there is no folder {tmp_path}/typo"
    assert prepare(expected=1, DATABASE_URL=database) == ([], [said])
    assert not (tmp_path / "typo").exists()
