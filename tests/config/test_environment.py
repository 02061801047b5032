"""The environment: defaults, refusals that name the variable, and the documented example."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import environment

ROOT = Path(__file__).resolve().parent.parent.parent


def test_nothing_set_is_development():
    values = environment.read({})
    assert values["DEBUG"] is True
    assert values["DATABASE_URL"] == "sqlite:///var/db.sqlite3"


def test_a_secret_key_alone_turns_debug_off():
    with pytest.raises(environment.BadEnvironment, match="ALLOWED_HOSTS is required"):
        environment.read({"SECRET_KEY": "x" * 40})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("ALLOWED_HOSTS", "https://a.example"),
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///a?mode=rw"),
        ("REDIS_URL", "localhost:6379"),
        ("TIME_ZONE", "Beijing"),
        ("TIME_ZONE", "../etc/passwd"),
        ("SITE_URL", "talk.example.org"),
        ("LOG_LEVEL", "loud"),
        ("WEB_WORKERS", "0"),
        ("WEB_WORKERS", "two"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("EMAIL_URL", "mail.example.org"),
        ("OUTBOUND_PROXY", "proxy:3128"),
        ("DATABASE_URL", "postgres://db:99999/talk"),
        ("DATABASE_URL", "postgres://db:many/talk"),
        ("REDIS_URL", "redis://cache:99999"),
        ("EMAIL_URL", "smtp://mail:99999"),
        ("SITE_URL", "https://talk.example.org:x"),
        ("SITE_URL", "https://[::1"),
        ("OUTBOUND_ALLOW", "*"),
        ("OUTBOUND_ALLOW", "10.0.0.0/33"),
        ("OUTBOUND_ALLOW", "http://10.0.0.1"),
    ],
)
def test_a_malformed_value_is_refused_by_name(name, value):
    with pytest.raises(environment.BadEnvironment, match=f"^{name}="):
        environment.read({name: value})


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("DATABASE_URL", "mysql://anna:pass/w@rd@db/talk", "mysql://…@db/talk"),
        ("EMAIL_URL", "imap://anna:secret@mail", "imap://…@mail"),
        ("SITE_URL", "two\nlines", "two lines"),
    ],
)
def test_a_refusal_is_one_line_and_shows_no_password(name, value, shown):
    with pytest.raises(environment.BadEnvironment) as refused:
        environment.read({name: value})
    assert str(refused.value).startswith(f"{name}={shown}: ")
    assert len(str(refused.value).splitlines()) == 1


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes(b"SITE_URL=\xff")
    with pytest.raises(environment.BadEnvironment, match=r"^\.env cannot be read"):
        environment.read({}, file=path)


def test_a_short_key_is_refused():
    with pytest.raises(environment.BadEnvironment, match="SECRET_KEY is too short"):
        environment.read({"SECRET_KEY": "short", "ALLOWED_HOSTS": "a.example"})


def test_an_unknown_name_in_the_file_is_refused(tmp_path):
    path = tmp_path / ".env"
    path.write_text("DATABSE_URL=sqlite:///x\n")
    with pytest.raises(environment.BadEnvironment, match=r"\.env, line 1: 'DATABSE_URL'"):
        environment.read({}, file=path)


def test_the_environment_wins_over_the_file(tmp_path):
    path = tmp_path / ".env"
    path.write_text("# mail\n\nLOG_LEVEL='ERROR'\nTIME_ZONE=UTC\n")
    values = environment.read({"TIME_ZONE": "Asia/Tokyo"}, file=path)
    assert (values["LOG_LEVEL"], values["TIME_ZONE"]) == ("ERROR", "Asia/Tokyo")


def test_the_start_stops_with_one_line():
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "LOG_LEVEL": "loud"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == "openllm-talk: LOG_LEVEL=loud: use DEBUG, INFO, WARNING, ERROR or CRITICAL\n"


def test_only_the_default_folder_of_the_database_may_be_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    environment.require_folder("sqlite:///var/db.sqlite3")
    environment.require_folder("postgres://talk@localhost/talk")
    (tmp_path / "my data").mkdir()
    environment.require_folder("sqlite:///my%20data/db.sqlite3?synchronous=FULL")
    for path in ("typo/db.sqlite3", f"{tmp_path}/typo/db.sqlite3"):
        with pytest.raises(environment.BadEnvironment, match=f"^DATABASE_URL=.*: there is no folder {tmp_path}/typo$"):
            environment.require_folder(f"sqlite:///{path}")


@pytest.mark.parametrize("name", ["ARXIV_API_URL", "ARXIV_RSS_URL", "HF_ENDPOINT", "OUTBOUND_PROXY", "OUTBOUND_ALLOW"])
def test_where_to_go_out_reaches_the_settings(settings, name):
    assert getattr(settings, name) == settings.ENV[name]


def test_exemptions_are_hosts_and_networks():
    values = environment.read({"OUTBOUND_ALLOW": "a.example, .b.example,10.0.0.0/8,[::1],fd00::/8"})
    assert values["OUTBOUND_ALLOW"] == ["a.example", ".b.example", "10.0.0.0/8", "[::1]", "fd00::/8"]


def test_the_example_lists_every_variable():
    written = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert sorted(written) == sorted(environment.VARIABLES)


def test_the_development_key_is_made_once(tmp_path):
    first = environment.development_key(tmp_path)
    assert len(first) >= 48
    assert environment.development_key(tmp_path) == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
