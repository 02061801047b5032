"""No spelling of an inside address is ever dialled, whichever way it comes; no server costs more than its bounds.

Nothing of the outside is asked: `connect` and the name service are made up, and the one public address of these tests
is a server on loopback. Each proof has a control with the guard off, which must fail.
"""

import ipaddress
import socket
import threading
import time
import tracemalloc
import zlib
from contextlib import contextmanager, suppress

import pytest
import requests
import urllib3

from outbound import client
from outbound.client import Failed, Refused
from outbound.guard import Guard
from tests.outbound.hosts import SPELLINGS
from tests.outbound.servers import redirect, response, serving
from tests.outbound.test_addresses import CARRIED, INSIDE

pytestmark = pytest.mark.proof

PUBLIC = "151.101.3.42"
ENOUGH = 90


def literal(text):
    return f"http://[{text}]/" if ":" in text else f"http://{text}/"


FORMS = list(dict.fromkeys([*SPELLINGS, *[literal(text) for text, _ in (*INSIDE, *CARRIED)]]))


def meant(host):
    """The address that a lenient resolver takes a host for; every other name leads to the metadata service."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            if family == socket.AF_INET:
                return socket.inet_ntoa(socket.inet_aton(host))
            return str(ipaddress.IPv6Address(host.strip("[]")))
        except (OSError, ValueError):
            continue
    return "169.254.169.254"


class World:
    """A made-up name service and network: what is dialled is kept, and only PUBLIC answers (from loopback)."""

    def __init__(self, port):
        self.port, self.dialled, self.answers = port, [], {}
        self.really_connect = socket.socket.connect

    def getaddrinfo(self, host, port, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        answers = self.answers.get(name, [[meant(name)]])
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        kind = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kind[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    def connect(self, sock, place):
        self.dialled.append(place[0])
        if place[0] != PUBLIC:
            raise ConnectionRefusedError(111, "Connection refused")
        self.really_connect(sock, ("127.0.0.1", self.port))


@contextmanager
def world(monkeypatch, answers=None):
    with serving(answers or {}) as server, monkeypatch.context() as patch:
        made_up = World(server.port)
        made_up.server = server
        patch.setattr(socket, "getaddrinfo", made_up.getaddrinfo)
        patch.setattr(socket.socket, "connect", lambda sock, place: made_up.connect(sock, place))
        yield made_up


def direct(made_up, form):
    return client.get(form, seconds=5)


def by_session(made_up, form):
    return client.session().get(form)


def by_redirect(made_up, form):
    made_up.answers["start.example"] = [[PUBLIC]]
    location = form.replace("\r\n", "\r\n ").encode("utf-8", "surrogatepass").decode("latin-1")
    made_up.server.answers["/"] = redirect(location)
    return client.get("http://start.example/", seconds=5)


def by_rebinding(made_up, form):
    """The name's first answer is public, the one after that is where the form leads."""
    made_up.answers["rebind.example"] = [[PUBLIC], [meant(host_of(form))]]
    made_up.server.answers["/"] = redirect("/again")
    return client.get("http://rebind.example/", seconds=5)


def by_mixed_answers(made_up, form):
    """One look-up gives a public address and the one where the form leads, which stands first."""
    made_up.answers["mixed.example"] = [[meant(host_of(form)), PUBLIC]]
    made_up.server.answers["/"] = response(b"public")
    assert client.get("http://mixed.example/", seconds=5).body == b"public"


def host_of(form):
    rest = form.partition("//")[2].partition("/")[0].rpartition("@")[2]
    return rest[1:].partition("]")[0] if rest.startswith("[") else rest.partition(":")[0]


WAYS = (direct, by_session, by_redirect, by_rebinding, by_mixed_answers)


def attack(made_up):
    """Try every form in every way; return the number of cells, and those that dialled anything but PUBLIC."""
    cells, reached = 0, []
    for way in WAYS:
        for form in FORMS:
            made_up.dialled.clear()
            cells += 1
            # As a redirect a few forms are relative ("127.0.0.1"), lead nowhere new and are answered by PUBLIC.
            with suppress(Refused, Failed, requests.exceptions.RequestException, UnicodeError):
                way(made_up, form)
            if set(made_up.dialled) - {PUBLIC}:
                reached.append((way.__name__, form, list(made_up.dialled)))
    return cells, reached


def test_no_spelling_in_any_way_reaches_an_inside_address(monkeypatch):
    assert len(FORMS) >= ENOUGH
    with world(monkeypatch) as made_up:
        cells, reached = attack(made_up)
    print(
        f"outbound: {len(FORMS)} hostile forms x {len(WAYS)} ways, {cells} cells: {len(reached)} reach an inside address"
    )
    assert cells == len(FORMS) * len(WAYS)
    assert reached == []


def test_the_same_cells_reach_the_inside_without_the_guard(monkeypatch):
    """The control: the harness sees what a guard that is off lets through, and what plain requests does."""
    with world(monkeypatch) as made_up, monkeypatch.context() as patch:
        patch.setattr(Guard, "allowed", lambda self, target, answers: list(answers))
        _, reached = attack(made_up)
        plain = 0
        for form in FORMS:
            made_up.dialled.clear()
            with suppress(requests.exceptions.RequestException, urllib3.exceptions.HTTPError, UnicodeError):
                requests.get(form, timeout=5)
            plain += bool(made_up.dialled)
    by_way = {way.__name__: sum(one[0] == way.__name__ for one in reached) for way in WAYS}
    print(f"outbound, guard off: {by_way} cells reach an inside address; with plain requests {plain} of {len(FORMS)}")
    assert all(count >= ENOUGH for count in by_way.values()), by_way
    assert plain >= ENOUGH


LIMIT, SECONDS = client.LIMIT, client.SECONDS
# What may lie on the way besides what was read: the buffers of two sockets on loopback.
BUFFERS = 16 << 20
MEMORY = 24 << 20
PIECE = bytes(1 << 16)


class Counted:
    """A connection that counts what the server could send into it."""

    def __init__(self, connection):
        self.connection, self.sent = connection, 0

    def sendall(self, data):
        self.connection.sendall(data)
        self.sent += len(data)


def bomb(coding_bits, megabytes):
    packer = zlib.compressobj(9, zlib.DEFLATED, coding_bits)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


def endless(begin, piece, pause=0.0):
    def answer(connection):
        connection.sendall(begin)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return answer


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def hostile():
    """Name → answer of the server."""
    packed = bomb(31, 1024)
    return {
        "gzip bomb of 1 GiB": response(packed, Content_Encoding="gzip"),
        "deflate bomb of 256 MiB": response(bomb(-15, 256), Content_Encoding="deflate"),
        "gzip on gzip": response(bomb(31, 64), Content_Encoding="gzip, gzip"),
        "br that was not asked for": response(b"\x8b\xff" * 1000, Content_Encoding="br"),
        "endless body": endless(OK + b"\r\n", PIECE),
        "endless body of one-byte chunks": endless(CHUNKED, b"1\r\nx\r\n" * 1000),
        "endless chunk size": endless(CHUNKED, b"0" * 1000),
        "endless trailers": endless(CHUNKED + b"0\r\n", b"X: y\r\n" * 1000),
        "body dripping 1 B/s": endless(OK + b"Content-Length: 1000\r\n\r\n", b"x", 1),
        "headers dripping 1 B/s": endless(OK + b"X: ", b"x", 1),
        "gzip dripping 1 B/s": endless(OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\xff", b"x", 1),
        "silence": endless(b"", b"", 1),
        "header flood": endless(OK, b"X: y\r\n" * 1000),
        "header line without end": endless(OK + b"X: ", PIECE),
        "100 Continue without end": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        "redirect loop with endless bodies": endless(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", PIECE),
        "redirects dripping 1 B/s": endless(b"HTTP/1.1 302 Found\r\nX: ", b"x", 1),
        "Content-Length too large": response(b"x", Content_Length=1 << 50),
        "Content-Length too small a body": response(b"x" * 1000, Content_Length=2000),
        "two Content-Lengths": OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    }


def cost(name, answer):
    """Ask once; return seconds, bytes sent to us and peak memory of the asking."""
    counted = []

    def count(connection):
        counted.append(Counted(connection))
        try:
            answer(counted[-1]) if callable(answer) else counted[-1].sendall(answer)
        finally:
            connection.close()

    with serving({"/": count}) as server:
        tracemalloc.start()
        started = time.monotonic()
        try:
            with pytest.raises(Failed):
                client.get(server.url())
        finally:
            seconds, (_, peak) = time.monotonic() - started, tracemalloc.get_traced_memory()
            tracemalloc.stop()
    return seconds, sum(one.sent for one in counted), peak


def test_every_hostile_server_is_bounded_in_bytes_seconds_and_memory(settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
    worst = [0.0, 0, 0]
    cases = hostile()
    for name, answer in cases.items():
        figures = cost(name, answer)
        worst = [max(pair) for pair in zip(worst, figures, strict=True)]
        print(f"  {name}: {figures[0]:.2f} s, {figures[1] / 1e6:.2f} MB sent, peak {figures[2] / 1e6:.1f} MB")
        assert figures[0] <= SECONDS + 2, name
        assert figures[1] <= 2 * LIMIT + BUFFERS, name
        assert figures[2] <= MEMORY, name
    print(
        f"outbound, {len(cases)} hostile servers: at most {worst[0]:.2f} s, {worst[1] / 1e6:.1f} MB sent, "
        f"peak memory {worst[2] / 1e6:.1f} MB; {threading.active_count()} threads left"
    )


def test_without_bounds_the_same_bomb_is_seen(settings):
    """The control: decoded without a limit, the bomb costs what it holds."""
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
    with serving({"/": response(bomb(31, 64), Content_Encoding="gzip")}) as server:
        tracemalloc.start()
        requests.get(server.url(), timeout=30).content  # noqa: B018
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    print(f"outbound, bomb of 64 MiB without bounds: peak memory {peak / 1e6:.0f} MB")
    assert peak > MEMORY


def test_a_tls_handshake_that_drips_costs_one_deadline(settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]

    def drip(connection):
        with suppress(OSError):
            for byte in b"\x16\x03\x03\x04\x00" + bytes(60):
                connection.sendall(bytes([byte]))
                time.sleep(1)
        connection.close()

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=lambda: drip(listener.accept()[0]), daemon=True).start()
    started = time.monotonic()
    with pytest.raises(Failed, match="10 秒内没有收到"):
        client.get(f"https://127.0.0.1:{listener.getsockname()[1]}/")
    seconds = time.monotonic() - started
    listener.close()
    print(f"outbound, TLS handshake dripping 1 B/s: {seconds:.2f} s")
    assert seconds <= SECONDS + 1


def test_a_hanging_name_service_costs_one_deadline(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: release.wait(60) and [])
    started = time.monotonic()
    with pytest.raises(Failed, match="10 秒内没有收到"):
        client.get("http://a.example/")
    seconds = time.monotonic() - started
    release.set()
    print(f"outbound, hanging name service: {seconds:.2f} s")
    assert seconds <= SECONDS + 1
