"""What an address (URL) asks for, read in one strict way: what is judged is what is dialled. Pure.

Spellings that two readers could take for two hosts are refused, not repaired.
"""

import contextlib
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import idna

from outbound.addresses import Address
from outbound.errors import Refused, gettext_noop

MAX_LENGTH = 8000
PORTS = {"http": 80, "https": 443}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\\]")
_PLACE = re.compile(r"(?:\[(?P<literal>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:@/?#%\s]+))(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_SAFE = "/%:@!$&'()*+,;=~[]|"
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `host` is lower case ASCII without brackets; `literal` is set when it is an address."""

    scheme: str
    host: str
    port: int
    path: str
    literal: Address | None = None

    @property
    def place(self) -> str:
        """Host and port as they stand in an address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.place}{self.path}"


def read(url: str) -> Target:
    """Return what the address asks for, without its fragment; raises Refused."""
    if len(url) > MAX_LENGTH:
        raise Refused(gettext_noop("The address is longer than %(limit)d characters."), limit=MAX_LENGTH)
    _check_characters(url)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Refused(gettext_noop("The address is malformed.")) from error
    if not parts.scheme:
        raise Refused(gettext_noop("The address begins neither with http:// nor with https://."))
    if parts.scheme not in PORTS:
        raise Refused(gettext_noop("Only http and https are asked, not %(scheme)s."), scheme=parts.scheme[:20])
    if "@" in parts.netloc:
        raise Refused(gettext_noop("An address with a user name or password in it is not asked."))
    match = _PLACE.fullmatch(parts.netloc)
    if match is None:
        raise Refused(gettext_noop("The address has no host, or one that is malformed."))
    port = int(match["port"]) if match["port"] else PORTS[parts.scheme]
    if not 0 < port < 65536:
        raise Refused(gettext_noop("%(port)d is not a port."), port=port)
    host, literal = _literal(match["literal"]) if match["literal"] else _host(match["name"])
    path = quote(parts.path or "/", safe=_SAFE)
    query = f"?{quote(parts.query, safe=_SAFE + '?')}" if parts.query else ""
    return Target(parts.scheme, host, port, path + query, literal)


def follow(target: Target, location: str) -> Target:
    """Return where a redirect from `target` leads; raises Refused, also for a step from https down to http."""
    with contextlib.suppress(UnicodeError):  # http.client reads headers as latin-1; what servers write is UTF-8
        location = location.encode("latin-1").decode("utf-8")
    location = location.strip(" ")
    _check_characters(location)  # urljoin would drop some of them silently
    try:
        led = read(urljoin(target.url, location))
    except ValueError as error:
        raise Refused(gettext_noop("The redirect leads to a malformed address.")) from error
    if target.scheme == "https" and led.scheme == "http":
        raise Refused(gettext_noop("The redirect leads from https down to http."))
    return led


def _check_characters(text: str) -> None:
    if text != text.strip() or _CONTROL.search(text):
        raise Refused(gettext_noop("The address holds a backslash or characters that cannot be seen."))


def _literal(text: str) -> tuple[str, Address]:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError as error:
        raise Refused(gettext_noop("The address in brackets is malformed.")) from error
    return str(address), address


def _host(text: str) -> tuple[str, Address | None]:
    """Return the host's one spelling, and the address when it is one; raises Refused."""
    if len(text) > 254:
        raise Refused(gettext_noop("The host name is too long."))
    if text.isascii():
        name = text.lower()
    else:
        try:
            name = idna.encode(text, uts46=True).decode("ascii").lower()
        except UnicodeError as error:
            raise Refused(gettext_noop("The host name is not a valid international name.")) from error
    name = name.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused(gettext_noop("The host name is malformed."))
    if not _NUMBER.fullmatch(labels[-1]):
        return name, None
    # Resolvers read 2130706433, 0177.1 and 0x7f.1 as 127.0.0.1; here only the usual spelling is an address.
    try:
        return name, ipaddress.IPv4Address(name)
    except ValueError as error:
        raise Refused(gettext_noop("A numeric host is only taken as four decimal numbers.")) from error
