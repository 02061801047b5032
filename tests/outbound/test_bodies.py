"""Bodies and headers of hostile servers: bombs, floods, drips, lies. Each ends in Failed, within its bounds."""

import gzip
import socket
import threading
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound import client
from outbound.bodies import Body
from outbound.client import Failed
from outbound.errors import Failed as FailedError
from tests.outbound.servers import response, serving

TEXT = b"<rss/>" * 1000


def raw_deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def decoded(data, coding, limit=10_000, size=7, **headers):
    body = Body({"content-encoding": coding, **headers}, limit)
    body.read((data[at : at + size] for at in range(0, len(data), size)), check=lambda: None)
    return bytes(body.data)


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:3000]) + gzip.compress(TEXT[3000:])),
        ("gzip", gzip.compress(TEXT) + b"\0\0\0 padding"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate", zlib.compress(TEXT) + b"left over"),
    ],
    ids=["plain", "identity", "gzip", "x-gzip", "members", "padded", "zlib", "raw", "left-over"],
)
def test_what_was_asked_for_is_decoded(coding, data, size):
    assert decoded(data, coding, size=size) == TEXT


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_an_empty_body_is_empty(coding):
    assert decoded(b"", coding) == b""


@given(st.binary(max_size=300), st.integers(1, 50), st.integers(0, 400), st.sampled_from(["", "gzip", "deflate"]))
def test_a_body_is_whole_or_a_failure(text, size, limit, coding):
    data = {"": text, "gzip": gzip.compress(text), "deflate": raw_deflate(text)}[coding]
    if len(text) <= limit:
        assert decoded(data, coding, limit, size) == text
    else:
        with pytest.raises(FailedError, match="larger than"):
            decoded(data, coding, limit, size)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate"]))
def test_any_bytes_are_decoded_or_a_failure(data, coding):
    try:
        decoded(data, coding)
    except FailedError:
        return


@pytest.mark.parametrize("cut", [1, 2, 5, -1, -9])
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_cut_off_is_a_failure(coding, cut):
    data = gzip.compress(TEXT) if coding == "gzip" else raw_deflate(TEXT)
    with pytest.raises(FailedError, match="cut off"):
        decoded(data[:cut], coding)


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip,br", "identity, gzip", "x" * 500])
def test_a_coding_nobody_asked_for_is_not_decoded(coding):
    with pytest.raises(FailedError, match="nobody asked for"):
        decoded(TEXT, coding)


def test_a_transfer_coding_nobody_asked_for_is_a_failure():
    with pytest.raises(FailedError, match="nobody asked for"):
        decoded(TEXT, "", **{"transfer-encoding": "gzip, chunked"})


def bomb(megabytes=2):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


def endless(piece, begin=b"HTTP/1.1 200 OK\r\n\r\n"):
    def answer(connection):
        connection.sendall(begin)
        while True:
            connection.sendall(piece)

    return answer


def chunked(*chunks):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


LIMIT = 200_000
HOSTILE = {
    "gzip bomb": (response(bomb(), Content_Encoding="gzip"), "larger than 200000"),
    "bomb in many members": (response(gzip.compress(bytes(50_000)) * 6, Content_Encoding="gzip"), "larger than"),
    "bomb as deflate": (response(raw_deflate(bytes(300_000)), Content_Encoding="deflate"), "larger than"),
    "bomb in chunks": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunked(bomb()).partition(b"\r\n\r\n")[2],
        "larger than",
    ),
    "brotli": (response(b"\xcf\xff\xff\x7f", Content_Encoding="br"), "nobody asked for"),
    "gzip that is none": (response(b"plain text", Content_Encoding="gzip"), "broken"),
    "endless body": (endless(bytes(1 << 16)), "larger than"),
    "endless chunks": (
        endless(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        "larger than|beyond every bound",
    ),
    "endless chunk extension": (
        endless(b"x" * 65536, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;"),
        "no usable answer",
    ),
    "endless trailers": (
        endless(b"X: y\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"),
        "beyond every bound",
    ),
    "broken chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "no usable answer"),
    "cut off chunks": (chunked(b"a", b"b"), "no usable answer"),
    "announced too large": (response(b"x", Content_Length=1 << 40), "larger than"),
    "shorter than announced": (response(b"x" * 10, Content_Length=11), "no usable answer"),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", "no usable answer"),
    "endless header line": (endless(b"x" * 65536, b"HTTP/1.1 200 OK\r\nX: "), "no usable answer|beyond every bound"),
    "endless headers": (endless(b"X: y\r\n", b"HTTP/1.1 200 OK\r\n"), "no usable answer|beyond every bound"),
    "many large headers": (endless(b"X: " + b"y" * 60000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), "beyond every bound"),
    "endless status line": (endless(b"x" * 65536, b"HTTP/1.1 200 "), "no usable answer|beyond every bound"),
    "endless continue": (endless(b"HTTP/1.1 100 Continue\r\n\r\n", b""), "beyond every bound"),
    "not http": (b"SSH-2.0-OpenSSH_9.2\r\n", "no usable answer"),
    "nothing": (b"", "no usable answer"),
    "redirects with endless bodies": (
        endless(bytes(1 << 16), b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"),
        "more than 5 times",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_fails_within_its_bounds(loopback, monkeypatch, name):
    """The sizes of the real limits are for the proof."""
    monkeypatch.setattr(client, "LIMIT", LIMIT)
    answer, words = HOSTILE[name]
    with serving({"/": answer}) as server:
        with pytest.raises(Failed, match=words):
            client.get(server.url(), limit=LIMIT)
        with pytest.raises(Failed, match=words):
            client.session().get(server.url())


def drip(head, piece=b"x"):
    def answer(connection):
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\xff"),
        drip(b"HTTP/1.1 200 OK\r\nX: "),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(b"HTTP/1.1 2"),
    ],
)
def test_a_drip_ends_at_the_deadline(loopback, answer):
    with serving({"/": answer}) as server, pytest.raises(Failed, match=r"within 0\.3 seconds"):
        client.get(server.url(), seconds=0.3)


def test_a_name_service_that_hangs_ends_at_the_deadline(monkeypatch, dialled):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: release.wait(20) and [])
    with pytest.raises(Failed, match=r"within 0\.2 seconds"):
        client.get("http://a.example/", seconds=0.2)
    release.set()
    assert dialled == []


def test_the_body_of_an_error_is_cut_but_the_error_is_told(loopback):
    with serving({"/": response(bytes(6 << 20), "503 Down", Retry_After="5")}) as server:
        reply = client.get(server.url())
    assert (reply.status, reply.headers["retry-after"], len(reply.body)) == (503, "5", client.LIMIT)


def test_more_than_announced_is_not_read(loopback):
    with serving({"/": response(b"abc" + b"HTTP/1.1 200 OK\r\n\r\nsmuggled", Content_Length=3)}) as server:
        assert client.get(server.url()).body == b"abc"


def test_the_largest_allowed_body_is_whole(loopback):
    data = bytes(client.LIMIT)
    with serving(
        {
            "/": response(data),
            "/gzip": response(gzip.compress(data), Content_Encoding="gzip"),
            "/more": response(data + b"x"),
        }
    ) as server:
        assert client.get(server.url()).body == data
        assert client.get(server.url("/gzip")).body == data
        with pytest.raises(Failed, match="larger than"):
            client.get(server.url("/more"))


def test_lengths_that_are_no_numbers_do_not_matter(loopback):
    with serving({"/": response(b"abc", Content_Length="-1"), "/x": response(b"abc", Content_Length="many")}) as server:
        assert client.get(server.url()).body == b"abc"
        assert client.get(server.url("/x")).body == b"abc"
