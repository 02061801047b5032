"""The command `convert`: texts in and out, losses on stderr, exit codes, no database."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from markup.html import MAX_CHARACTERS

ROOT = Path(__file__).resolve().parents[2]


def converted(text, *arguments):
    out, err = io.StringIO(), io.StringIO()
    data = text if isinstance(text, bytes) else text.encode()
    call_command("convert", *arguments, stdin=io.BytesIO(data), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(text, *arguments):
    with pytest.raises(CommandError) as caught:
        converted(text, *arguments)
    return caught.value.returncode, str(caught.value)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("html", "<p><strong>强调。</strong>后</p>"),
        ("github", "<strong>强调。</strong>后\n"),
        ("zhihu", "**强调**。后\n"),
    ],
)
def test_targets(target, expected):
    out, err = converted("**强调。**后", "--to", target)
    assert (out.strip(), err) == (expected.strip(), "")


def test_losses_on_stderr_one_line_each():
    out, err = converted("~~旧~~新\n\n[TOC]\n", "--to", "zhihu")
    assert out == "旧新\n"
    assert err.splitlines() == ["struck text is written as plain text", "[TOC] is dropped"]


def test_options_may_be_repeated_and_hold_equal_signs():
    out, _ = converted("## 甲", "--to", "zhihu", "--option", "lead=a=b", "--option", "heading_base=3")
    assert out == "a=b\n\n### 甲\n"


@pytest.mark.parametrize("target", ["html", "github", "zhihu"])
def test_site_paths_get_the_address_of_the_site(target, settings):
    settings.SITE_URL = "https://talk.example"
    assert "https://talk.example/episodes/005/" in converted("[五](/episodes/005/)", "--to", target)[0]
    other = converted("[五](/episodes/005/)", "--to", target, "--option", "site_url=https://other.example/")[0]
    assert "https://other.example/episodes/005/" in other


def test_html_text_that_looks_like_a_link_stays():
    out, _ = converted('`<a href="/x">` "href="/y"', "--to", "html", "--option", "site_url=https://talk.example")
    assert "talk.example" not in out


def test_html_headings_begin_where_asked():
    assert converted("# 甲", "--to", "html", "--option", "heading_base=2")[0].startswith("<h2")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--to", "wechat"), "WeChat"),
        (("--to", "juejin"), "juejin"),
        (("--to", "github", "--option", "nonsense=1"), "nonsense"),
        (("--to", "html", "--option", "toc=true"), "toc"),
        (("--to", "github", "--option", "toc"), "KEY=VALUE"),
        (("--to", "github", "--option", "=x"), "KEY=VALUE"),
        (("--to", "github", "--option", "place=wiki"), "wiki"),
        (("--to", "zhihu", "--option", "heading_base=9"), "heading_base"),
        (("--to", "zhihu", "--option", "site_url=ftp://x"), "site_url"),
    ],
)
def test_wrong_usage_is_2(arguments, part, settings):
    settings.LANGUAGE_CODE = "en"
    code, message = refused("甲", *arguments)
    assert code == 2
    assert part in message


def test_what_is_no_text_is_1():
    code, message = refused(b"\xb1\xea\xcc\xe2", "--to", "html")
    assert code == 1
    assert "UTF-8" in message


def test_what_is_too_long_is_1():
    code, message = refused("a" * (MAX_CHARACTERS + 1), "--to", "html")
    assert code == 1
    assert str(MAX_CHARACTERS) in message


def test_a_byte_order_mark_is_no_text():
    assert converted(b"\xef\xbb\xbf# a", "--to", "github")[0] == "# a\n"


@pytest.mark.parametrize(
    ("text", "arguments", "code"), [("甲", ["--to", "zhihu"], 0), ("甲", ["--to", "wechat"], 2), ("甲", [], 2)]
)
def test_in_a_process_of_its_own(text, arguments, code, tmp_path):
    database = f"sqlite:///{tmp_path / 'absent' / 'db.sqlite3'}"
    done = subprocess.run(
        [sys.executable, "manage.py", "convert", *arguments],
        input=text.encode(),
        capture_output=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "DATABASE_URL": database, "LC_ALL": "C", "DEBUG": "true"},
        timeout=120,
    )
    assert done.returncode == code, done.stderr.decode()
    assert done.stdout.decode() == ("甲\n" if code == 0 else "")
    assert done.stderr.decode() != "" or code == 0
