"""Name services made up for a test, the exemption of loopback, and a database that threads can share."""

import socket
import ssl

import pytest
from django.utils import translation

from outbound import wire


@pytest.fixture(autouse=True)
def english():
    """Errors speak the language of the moment; here the tests read them."""
    with translation.override("en"):
        yield


@pytest.fixture
def loopback(settings):
    """The operator exempts loopback, as a test or an intranet would."""
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]


@pytest.fixture
def names(monkeypatch):
    """Names and their addresses: a list, or a list of lists for one look-up after the other."""
    table, asked = {}, []

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):  # noqa: A002 - the name of the original
        asked.append(host)
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        answers = table[host]
        if answers and isinstance(answers[0], list):
            answers = answers.pop(0) if len(answers) > 1 else answers[0]
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kinds[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in answers]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    table["asked"] = asked
    return table


@pytest.fixture
def dialled(monkeypatch):
    """Every address that would be connected to; none is."""
    found = []

    def connect(self, place):
        found.append(place[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return found


@pytest.fixture
def trusting(monkeypatch):
    """Return a function that makes one file of authorities the only one trusted."""

    def trust(file):
        context = ssl.create_default_context(cafile=file)
        monkeypatch.setattr(wire, "tls", lambda: context)

    return trust
