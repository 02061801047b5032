"""Who a visitor is behind proxies: only the word of our own ones counts."""

import ipaddress
from io import BytesIO

import pytest
from django.test import RequestFactory

from config import wsgi
from config.environment import BadEnvironment, read
from config.proxies import read_forwarding

TRUSTED = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128")]


@pytest.mark.parametrize(
    ("peer", "said", "visitor"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("::1", " 2001:DB8::1 ", "2001:db8::1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),  # of a socket for both kinds
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, <script>", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_visitor_is_the_last_who_is_no_proxy_of_ours(peer, said, visitor):
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": said, "HTTP_X_FORWARDED_PROTO": "https"}
    read_forwarding(environ, TRUSTED)
    assert environ["REMOTE_ADDR"] == visitor
    assert ("HTTP_X_FORWARDED_PROTO" in environ) == (peer in ("10.0.0.1", "::1", "::ffff:10.0.0.1"))


def test_the_application_asks(settings, monkeypatch):
    settings.TRUSTED_PROXIES = TRUSTED
    seen = []
    monkeypatch.setattr(wsgi, "site", lambda environ, start_response: seen.append(environ["REMOTE_ADDR"]) or [])
    environ = RequestFactory().get("/").environ | {"REMOTE_ADDR": "10.0.0.1", "wsgi.input": BytesIO()}
    wsgi.application({**environ, "HTTP_X_FORWARDED_FOR": "198.51.100.1"}, lambda *_: None)
    wsgi.application({**environ, "REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}, lambda *_: None)
    assert seen == ["198.51.100.1", "203.0.113.9"]


def test_a_name_is_no_network():
    assert read({"TRUSTED_PROXIES": "10.1.2.3/8, ::1"}, file=None)["TRUSTED_PROXIES"] == TRUSTED
    with pytest.raises(BadEnvironment, match="TRUSTED_PROXIES=proxy"):
        read({"TRUSTED_PROXIES": "proxy.example.org"}, file=None)
