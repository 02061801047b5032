"""How an address is read: one spelling of the host, everything ambiguous refused, redirects never downwards."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound import addresses, targets
from outbound.errors import Refused
from outbound.guard import Guard
from tests.outbound.hosts import SPELLINGS


@pytest.mark.parametrize(
    ("url", "read", "host"),
    [
        ("http://arxiv.org", "http://arxiv.org/", "arxiv.org"),
        ("HTTPS://ArXiv.org:443/a?b=c#d", "https://arxiv.org/a?b=c", "arxiv.org"),
        ("https://arxiv.org./", "https://arxiv.org/", "arxiv.org"),
        ("http://a.example:8080/", "http://a.example:8080/", "a.example"),
        (
            "https://中文.com/路 径?问=答&a=%20b",
            "https://xn--fiq228c.com/%E8%B7%AF%20%E5%BE%84?%E9%97%AE=%E7%AD%94&a=%20b",
            "xn--fiq228c.com",
        ),
        ("https://faß.de/", "https://xn--fa-hia.de/", "xn--fa-hia.de"),
        ("https://ｅｘａｍｐｌｅ．ｃｏｍ/", "https://example.com/", "example.com"),
        ("http://8.8.8.8/", "http://8.8.8.8/", "8.8.8.8"),
        ("http://[2606:4700:0::1111]:8080/x", "http://[2606:4700::1111]:8080/x", "2606:4700::1111"),
        ("https://a_b.example/~x/(y)?q=[1]|2", "https://a_b.example/~x/(y)?q=[1]|2", "a_b.example"),
    ],
)
def test_an_address_has_one_spelling(url, read, host):
    target = targets.read(url)
    assert (target.url, target.host) == (read, host)
    assert targets.read(target.url) == target


@pytest.mark.parametrize("url", SPELLINGS)
def test_no_spelling_hides_an_inside_host(url):
    """Refused when read, or by its port or name, or read as an address of the tables; or a name for DNS to answer."""
    try:
        target = targets.read(url)
        Guard().check_unresolved(target)
    except Refused:
        return
    assert target.literal is None
    assert target.host in {
        "127.0.0.1.nip.io",
        "localtest.me",
        "rebind.attacker.example",
        "kubernetes.default.svc",
        "spoofed.burpcollaborator.net",
    }


@pytest.mark.parametrize("length", [254, 300, 7000])
def test_a_host_that_is_too_long_is_refused(length):
    for name in ("a." * (length // 2) + "com", "中" * length, "a" * length):
        with pytest.raises(Refused):
            targets.read(f"http://{name}/")


@given(st.text(max_size=60))
def test_any_text_is_refused_or_read_to_plain_ascii(text):
    for url in (text, f"http://{text}/", f"http://{text}"):
        try:
            target = targets.read(url)
        except Refused:
            continue
        assert target.url.isascii()
        assert targets.read(target.url) == target
        assert not set("\r\n\t \\@") & set(target.place)
        if target.literal is None:
            assert not target.host.rpartition(".")[2].isdigit()


@pytest.mark.parametrize(
    ("start", "location", "end"),
    [
        ("https://a.example/x/y", "z", "https://a.example/x/z"),
        ("https://a.example/x/y", "//b.example/z", "https://b.example/z"),
        ("http://a.example/", "https://a.example/", "https://a.example/"),
        ("https://a.example/", "/è·¯", "https://a.example/%E8%B7%AF"),
        ("https://a.example/", "/caf\xe9", "https://a.example/caf%C3%A9"),
        ("https://a.example/?q=1", "?q=2 3#x", "https://a.example/?q=2%203"),
    ],
)
def test_a_redirect_is_read_from_where_it_stands(start, location, end):
    assert targets.follow(targets.read(start), location).url == end


@pytest.mark.parametrize(
    "location",
    [
        "http://a.example/",
        "http://b.example/",
        "//a.example:x/",
        "file:///etc/passwd",
        "https://u:p@b.example/",
        "https://[::1/",
        "\x00",
        "\\\\b.example",
    ],
)
def test_a_redirect_down_or_to_no_address_is_refused(location):
    with pytest.raises(Refused):
        targets.follow(targets.read("https://a.example/"), location)


LOOPBACK = ipaddress.ip_address("127.0.0.1")
PUBLIC = ipaddress.ip_address("151.101.3.42")


@pytest.mark.parametrize(
    ("words", "url", "answers", "allowed"),
    [
        ([], "http://a.example/", [PUBLIC], [PUBLIC]),
        ([], "http://a.example/", [LOOPBACK, PUBLIC], [PUBLIC]),
        ([], "http://a.example/", [LOOPBACK], None),
        ([], "http://a.example/", [], None),
        ([], "http://a.example:8080/", [PUBLIC], None),
        ([], "http://redis/", [PUBLIC], None),
        (["a.example"], "http://a.example:8080/", [LOOPBACK, PUBLIC], [LOOPBACK, PUBLIC]),
        (["A.Example"], "http://a.example/", [LOOPBACK], [LOOPBACK]),
        (["a.example"], "http://b.a.example/", [LOOPBACK], None),
        ([".a.example"], "http://b.a.example/", [LOOPBACK], [LOOPBACK]),
        ([".a.example"], "http://a.example/", [LOOPBACK], [LOOPBACK]),
        ([".a.example"], "http://nota.example/", [LOOPBACK], None),
        (["127.0.0.0/8"], "http://localhost:8080/", [LOOPBACK], [LOOPBACK]),
        (["127.0.0.0/8"], "http://localhost:8080/", [PUBLIC], None),
        (["10.0.0.0/8"], "http://a.example/", [LOOPBACK], None),
        (["[::1]"], "http://a.example:99/", [ipaddress.ip_address("::1")], [ipaddress.ip_address("::1")]),
        (["127.0.0.1"], "http://a.example/", [ipaddress.ip_address("::ffff:127.0.0.1")], None),
    ],
)
def test_what_the_operator_exempts_and_nothing_more(words, url, answers, allowed):
    guard = Guard.of(words)
    if allowed is None:
        with pytest.raises(Refused, match="is not asked: "):
            guard.allowed(targets.read(url), answers)
    else:
        assert guard.allowed(targets.read(url), answers) == allowed


def test_the_words_of_a_refusal_hold_no_secret():
    for url in ("http://a.example:99/?token=hush", "http://user:hush@a.example/", "http://a.localhost/hush", "hush:x"):
        with pytest.raises(Refused) as refusal:
            Guard().check_unresolved(targets.read(url))
        assert "hush" not in str(refusal.value).replace("not hush", "")


def test_every_name_of_the_tables_is_refused_before_a_proxy_sees_it():
    for end, _ in addresses.NAMES:
        with pytest.raises(Refused):
            Guard().check_unresolved(targets.read(f"http://a.{end}/"))
