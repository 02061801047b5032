"""What went wrong outside is told to people in their language, wherever it was found."""

import ast
from pathlib import Path

import pytest
from django.utils import translation

from outbound import client
from outbound.client import Failed, Refused
from tests.outbound.servers import redirect, serving

ROOT = Path(client.__file__).parent.parent
TOLD = ("Failed", "Refused", "Unreadable")

ALLOW = "如果是自己的主机，请运维把它写进 OUTBOUND_ALLOW。"


@pytest.fixture(autouse=True)
def chinese(english):
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (redirect("/"), "127.0.0.1 跳转超过 5 次。"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "127.0.0.1 返回的内容没法用（BadStatusLine）。"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", "返回的内容用了没要求过的编码（br）。"),
    ],
)
def test_what_was_found_on_the_way(loopback, answer, said):
    for ask in (client.get, client.session().get):
        with serving({"/": answer}) as server, pytest.raises(Failed) as failure:
            ask(server.url())
        assert str(failure.value) == said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1/", "不访问 127.0.0.1：它的地址通向内部网络（loopback）。" + ALLOW),
        ("http://db.local/", "不访问 db.local：这个名字通向内部网络（.local）。" + ALLOW),
        ("http://a.example:6379/", "不访问 a.example：端口 6379 既不是 80 也不是 443。" + ALLOW),
        ("ftp://a.example/", "只访问 http 和 https，不访问 ftp。"),
        ("a.example", "地址要以 http:// 或 https:// 开头。"),
    ],
)
def test_what_is_not_asked(names, url, said):
    names |= {"db.local": ["192.0.2.1"], "a.example": ["192.0.2.1"]}
    with pytest.raises(Refused) as refusal:
        client.get(url)
    assert str(refusal.value) == said
    refusal.value.put_in_words(str)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in str(refusal.value))


def test_every_sentence_is_marked_for_translation():
    plain = []
    for app in ("outbound", "news", "papers"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if path.is_relative_to(ROOT / "papers/lists"):  # its Refused is another one
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                is_told = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TOLD
                if is_told and node.args and isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                    plain.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert plain == []
