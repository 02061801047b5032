"""Going to an address of the outside: `get` asks it, `post` tells it something, and `session` is for a package that
wants one of requests'. Nothing else does.

Every address, each redirect's and each answer of the name service is judged before anything is dialled. Cookies,
logins, .netrc and the proxies of the environment do not exist here; OUTBOUND_PROXY and OUTBOUND_ALLOW do.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from outbound.bodies import ACCEPTED, Body
from outbound.errors import Failed, Refused, gettext_noop
from outbound.guard import Guard
from outbound.targets import Target, follow, read
from outbound.wire import HEADER_BYTES, Answer, Deadline, exchange, failures

__all__ = ["LIMIT", "SECONDS", "Failed", "Refused", "Reply", "check", "get", "post", "session", "sign_in_session"]

LIMIT = 5 * 1024 * 1024
SECONDS = 10.0
MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}
LONGEST_WAIT = timedelta(days=7)
_SENDABLE = re.compile(r"[\x20-\x7e\x80-\xff]{1,1000}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status. Header names are lower case; an error's body may be cut at the limit.

    `moved_to` is where the address has gone for good: set when there were redirects, all of them permanent, and what
    they led to is there.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved_to: str | None = None

    @property
    def is_unchanged(self) -> bool:
        return self.status == 304

    @property
    def etag(self) -> str:
        return self.headers.get("etag", "")

    @property
    def last_modified(self) -> str:
        return self.headers.get("last-modified", "")

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    def retry_after(self, now: datetime) -> timedelta | None:
        """Return how long the server wishes to be left alone, at most a week; None when it does not say."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
        try:
            until = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return min(max(until - now, timedelta(0)), LONGEST_WAIT)


def get(
    url: str, *, etag: str = "", modified: str = "", accept: str = "", limit: int = LIMIT, seconds: float = SECONDS
) -> Reply:
    """Ask an address, with its redirects (at most five), in `seconds` in all.

    Every status is a Reply. Raises Refused for an address that must not be asked and Failed for one that gave nothing
    usable: no connection, bad TLS, too slow, more than `limit` bytes once decoded.
    """
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    with in_words():
        return _ask(read(url), accept=accept, conditions=conditions, limit=limit, seconds=seconds)


def post(url: str, *, body: bytes, headers: Mapping[str, str], limit: int = LIMIT, seconds: float = SECONDS) -> Reply:
    """Send an address some bytes with headers of the caller's (Content-Type, a signature), in `seconds` in all.

    Redirects are not followed: what was meant for one host goes to no other. Every status is a Reply. Raises as `get`
    does, and ValueError for a header that cannot be sent.
    """
    if bad := [name for name, value in headers.items() if not _SENDABLE.fullmatch(value)]:
        raise ValueError(f"these headers cannot be sent: {', '.join(bad)}")
    with in_words():
        return _once(read(url), method="POST", headers=headers, body=body, limit=limit, seconds=seconds)


def check(url: str) -> None:
    """Raise Refused for an address that would not be asked, as far as one can tell without looking up its name."""
    with in_words():
        Guard.of(settings.OUTBOUND_ALLOW).check_unresolved(read(url))


@contextmanager
def in_words() -> Iterator[None]:
    """Let what is raised inside speak the language of the moment."""
    try:
        yield
    except (Refused, Failed) as error:
        error.put_in_words(gettext)
        raise


def session() -> requests.Session:
    """Return a session whose every GET is a `get`; other methods are refused.

    Of the caller's headers Accept and the conditions are sent, nothing else; raises what `get` raises.
    """
    guarded = requests.Session()
    guarded.trust_env = False
    guarded.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    guarded.adapters.clear()
    for scheme in ("http://", "https://"):
        guarded.mount(scheme, _Adapter())
    return guarded


def sign_in_session() -> requests.Session:
    """Return a session for a package that asks a provider who somebody is: GET and POST, with the caller's body and
    Authorization, without redirects, so that these go to one host only. Raises requests.ConnectionError.
    """
    guarded = session()
    for scheme in ("http://", "https://"):
        guarded.mount(scheme, _SignIn())
    return guarded


class _SignIn(BaseAdapter):
    """One request, one answer: no redirect is followed."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.method not in ("GET", "POST"):
            raise requests.ConnectionError(f"only GET and POST are asked, not {request.method}")
        passed = ("Accept", "Authorization", "Content-Type", "Content-Length")
        more = {name: request.headers[name] for name in passed if name in request.headers}
        body = request.body.encode() if isinstance(request.body, str) else request.body
        try:
            reply = _once(read(request.url or ""), method=request.method, headers=more, body=body)
        except (Refused, Failed) as error:
            raise requests.ConnectionError(str(error)) from error
        if reply.status in REDIRECTS:  # requests would follow it
            raise requests.ConnectionError(f"the answer leads elsewhere (status {reply.status})")
        return _response(request, reply)

    def close(self) -> None:
        """Nothing is kept open."""


def _once(
    target: Target,
    *,
    method: str,
    headers: Mapping[str, str],
    body: Any,
    limit: int = LIMIT,
    seconds: float = SECONDS,
) -> Reply:
    guard, deadline = Guard.of(settings.OUTBOUND_ALLOW), Deadline(seconds)
    wanted = {**_headers("", {}), **headers}
    sent = {"method": method, "body": body}
    with exchange(target, wanted, guard=guard, proxy=settings.OUTBOUND_PROXY, deadline=deadline, **sent) as answer:
        body = _body(answer, target, limit=limit, deadline=deadline)
        return Reply(target.url, answer.status, answer.headers, body)


def _response(request: requests.PreparedRequest, reply: Reply) -> requests.Response:
    response = requests.Response()
    response.status_code, response.url, response.request = reply.status, reply.url, request
    response.headers = CaseInsensitiveDict(reply.headers)
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response._content, response._content_consumed = reply.body, True  # type: ignore[attr-defined]
    return response


class _Adapter(BaseAdapter):
    """Redirects are followed inside, so that the session never sees one and one deadline holds for all."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.method != "GET":
            raise Refused(gettext("Only GET is asked, not %(method)s.") % {"method": request.method})
        conditions = {name: request.headers.get(name, "") for name in ("If-None-Match", "If-Modified-Since")}
        accept = request.headers.get("Accept", "")
        with in_words():
            reply = _ask(read(request.url or ""), accept=accept, conditions=conditions, limit=LIMIT, seconds=SECONDS)
        return _response(request, reply)

    def close(self) -> None:
        """Nothing is kept open."""


def _ask(start: Target, *, accept: str, conditions: Mapping[str, str], limit: int, seconds: float) -> Reply:
    guard, deadline = Guard.of(settings.OUTBOUND_ALLOW), Deadline(seconds)
    target, permanent = start, True
    for _ in range(MAX_REDIRECTS + 1):
        # The conditions are about an earlier answer of this host; another one learns nothing of it.
        headers = _headers(accept, conditions if target.host == start.host else {})
        with exchange(target, headers, guard=guard, proxy=settings.OUTBOUND_PROXY, deadline=deadline) as answer:
            location = answer.headers.get("location") if answer.status in REDIRECTS else None
            if location is None:
                body = _body(answer, target, limit=limit, deadline=deadline)
                is_there = answer.status == 304 or 200 <= answer.status < 300
                moved_to = target.url if target != start and permanent and is_there else None
                return Reply(target.url, answer.status, answer.headers, body, moved_to)
            permanent = permanent and answer.status in PERMANENT
            target = follow(target, location)
    sentence = gettext_noop("%(host)s redirects more than %(limit)d times.")
    raise Failed(sentence, host=start.host, limit=MAX_REDIRECTS)


def _headers(accept: str, conditions: Mapping[str, str]) -> dict[str, str]:
    """Return all that is ever sent beside Host."""
    site = settings.SITE_URL.encode("ascii", "ignore").decode()
    wanted = {"Accept": accept or "*/*", **conditions}
    return {
        "User-Agent": f"OpenLLM-Talk (+{site})",
        "Accept-Encoding": ACCEPTED,
        "Connection": "close",
        **{name: value for name, value in wanted.items() if _SENDABLE.fullmatch(value)},
    }


def _body(answer: Answer, target: Target, *, limit: int, deadline: Deadline) -> bytes:
    if answer.status == 304:
        return b""
    # Encoded or in chunks an answer may be longer on the wire than decoded, but not without bound.
    answer.wire.budget = 2 * limit + HEADER_BYTES
    data = bytearray()
    try:
        body = Body(answer.headers, limit)
        data = body.data
        with failures(target, deadline):
            if (answer.response.length_remaining or 0) > answer.wire.budget:
                raise Failed(gettext_noop("The answer is larger than %(limit)d bytes."), limit=limit)
            body.read(answer.response.stream(64 * 1024, decode_content=False), check=deadline.remaining)
    except Failed:
        if answer.status < 400:  # what an error says is worth less than that it is one
            raise
    return bytes(data)
