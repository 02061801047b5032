"""One request over one connection: the address dialled is the address judged, and one deadline bounds every step.

Everything read passes `_Paced`, so that a server which drips, floods or never ends is cut off in headers and body
alike. TLS is verified against the host's name by urllib3's own connection class.
"""

import http.client
import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection, ProxyConfig
from urllib3.response import HTTPResponse

from outbound.addresses import Address
from outbound.errors import Failed, Refused, gettext_noop
from outbound.guard import Guard
from outbound.targets import PORTS, Target

HEADER_BYTES = 64 * 1024
MAX_DIALLED = 8
# getaddrinfo cannot be interrupted; a lookup that hangs keeps its thread until the resolver gives up.
_lookups = threading.BoundedSemaphore(32)


class Deadline:
    """The moment at which everything ends."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left; raises Failed when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise self.failure()
        return left

    def failure(self) -> Failed:
        return Failed(gettext_noop("No complete answer within %(seconds)g seconds."), seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and headers of a response whose body is still to be read, through `wire`."""

    status: int
    headers: Mapping[str, str]
    response: HTTPResponse
    wire: "_Paced"


class _Paced(io.RawIOBase):
    """A socket's reading side that knows the deadline and how many bytes may still come."""

    def __init__(self, raw: Any, sock: Any, deadline: Deadline) -> None:
        self._raw, self._sock, self._deadline = raw, sock, deadline
        self.budget = HEADER_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.budget <= 0:
            raise Failed(gettext_noop("The answer goes on beyond every bound."))
        self._sock.settimeout(self._deadline.remaining())
        count: int = self._raw.readinto(memoryview(buffer)[: self.budget])
        self.budget -= count
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Guarded:
    """What both kinds of connection do in their own way: dial judged addresses only, read at the deadline's pace."""

    deadline: Deadline
    dialled: list[Address]
    port: int
    wire: _Paced

    def _new_conn(self) -> socket.socket:
        return dial(self.dialled, self.port, self.deadline)

    def response_class(self, sock: Any, **kwargs: Any) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(sock, **kwargs)
        self.wire = _Paced(response.fp.detach(), sock, self.deadline)
        response.fp = io.BufferedReader(self.wire)
        return response


class _Plain(_Guarded, HTTPConnection):  # type: ignore[misc]
    """http."""


class _Secure(_Guarded, HTTPSConnection):  # type: ignore[misc]
    """https."""


@cache
def tls() -> ssl.SSLContext:
    """Certificates are verified against the system's authorities and those that requests brings along."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def look_up(host: str, port: int, deadline: Deadline) -> list[Address]:
    """Return the addresses of a host, each once; raises Failed."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # whatever a resolver does is this lookup's failure
            answers.put(error)
        finally:
            _lookups.release()

    if not _lookups.acquire(timeout=deadline.remaining()):
        raise deadline.failure()
    threading.Thread(target=run, name="look-up", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.remaining())
    except queue.Empty:
        raise deadline.failure() from None
    if isinstance(found, Exception):
        raise Failed(gettext_noop("The name %(host)s cannot be looked up."), host=host) from found
    return list(dict.fromkeys(ipaddress.ip_address(place[4][0]) for place in found))


def dial(addresses: list[Address], port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first of these addresses that answers; the time left is shared among them. Raises Failed."""
    refusal: OSError | None = None
    dialled = addresses[:MAX_DIALLED]
    for place, address in enumerate(dialled):
        patience = deadline.remaining() / (len(dialled) - place)
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(patience)
            sock.connect((str(address), port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            refusal = error
        except BaseException:
            sock.close()
            raise
        else:
            sock.settimeout(patience)
            return sock
    deadline.remaining()
    if refusal and refusal.strerror:
        raise Failed(gettext_noop("No connection (%(reason)s)."), reason=refusal.strerror) from refusal
    raise Failed(gettext_noop("No connection: the host does not answer.")) from refusal


@contextmanager
def exchange(
    target: Target,
    headers: Mapping[str, str],
    *,
    guard: Guard,
    proxy: str,
    deadline: Deadline,
    method: str = "GET",
    body: bytes | None = None,
) -> Iterator[Answer]:
    """Send one request and yield the answer once its headers are here. Raises Refused or Failed, also while it is read.

    A Failed from before the first byte was sent is known to have brought nothing (`may_have_arrived`).
    With a proxy it is the proxy that looks up the name and dials: what it may reach is its own to say. Port, special
    names and literal addresses are judged here all the same.
    """
    is_under_way = False
    try:
        with failures(target, deadline):
            if proxy:
                guard.check_unresolved(target)
                connection, path, headers = _through_proxy(proxy, target, headers, deadline)
            else:
                found = [target.literal] if target.literal else look_up(target.host, target.port, deadline)
                connection = _open(target.scheme, target.host, target.port, guard.allowed(target, found), deadline)
                path = target.path
            response = None
            try:
                connection.connect()
                is_under_way = True
                connection.request(method, path, body, headers, preload_content=False, decode_content=False)
                response = connection.getresponse()
                merged = {name.lower(): value for name, value in response.headers.itermerged()}
                yield Answer(response.status, merged, response, connection.wire)
            finally:
                if response is not None:
                    response.close()
                connection.close()
    except Failed as error:
        error.may_have_arrived = is_under_way
        raise


def _open(
    scheme: str, host: str, port: int, dialled: list[Address], deadline: Deadline, **more: Any
) -> _Plain | _Secure:
    connection: _Plain | _Secure
    if scheme == "https":
        connection = _Secure(host, port, timeout=deadline.remaining(), ssl_context=tls(), **more)
    else:
        connection = _Plain(host, port, timeout=deadline.remaining(), **more)
    connection.deadline, connection.dialled = deadline, dialled
    return connection


def _through_proxy(
    proxy: str, target: Target, headers: Mapping[str, str], deadline: Deadline
) -> tuple[_Plain | _Secure, str, Mapping[str, str]]:
    """Return a connection to the proxy, what to ask on it, and with which headers. The proxy itself is not judged."""
    parts = urlsplit(proxy)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    pass_on = {}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        pass_on = urllib3.make_headers(proxy_basic_auth=login)
    config = ProxyConfig(tls(), False, None, None)
    more = {"proxy": urllib3.util.parse_url(f"{parts.scheme}://{host}:{port}"), "proxy_config": config}
    dialled = look_up(host, port, deadline)
    if target.scheme == "http":
        return _open(parts.scheme, host, port, dialled, deadline, **more), target.url, {**headers, **pass_on}
    connection = _open("https", host, port, dialled, deadline, **more)
    connection.set_tunnel(target.host, target.port, headers=pass_on, scheme=parts.scheme)
    return connection, target.path, headers


@contextmanager
def failures(target: Target, deadline: Deadline) -> Iterator[None]:
    """Turn whatever a network can do into Failed."""
    try:
        yield
    except (Failed, Refused):
        raise
    except ssl.SSLCertVerificationError as error:
        sentence = gettext_noop("The certificate of %(host)s is not valid (%(reason)s).")
        raise Failed(sentence, host=target.host, reason=error.verify_message) from error
    except ssl.SSLError as error:
        sentence = gettext_noop("No TLS connection to %(host)s (%(reason)s).")
        raise Failed(sentence, host=target.host, reason=error.reason or type(error).__name__) from error
    except (TimeoutError, urllib3.exceptions.TimeoutError) as error:
        raise deadline.failure() from error
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        sentence = gettext_noop("%(host)s gave no usable answer (%(reason)s).")
        raise Failed(sentence, host=target.host, reason=type(error).__name__) from error
