"""The parts of an address and what the tables say of them: usual form, trackers, wrappers; never opened.

What a site's addresses mean is a row of `link_rules`, not code here. No function here raises on any text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import unquote_to_bytes

from markup import link_rules
from markup.link_rules import Form

# Longer addresses are data, not places: they are kept as they are.
MAX_LENGTH = 8192
_MAX_WRAPPERS = 8
_MAX_ENCODINGS = 3

_ADDRESS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_SUSPECT = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]|[^\x00-\x7f]")
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
_VIDEO_ID = re.compile("[Bb][Vv]([0-9A-Za-z]{10})")


@dataclass(frozen=True, slots=True)
class Parts:
    """An http or https address; `user` keeps its @, `port` is "" when it is the usual one."""

    scheme: str
    user: str
    host: str
    port: str
    path: str
    query: str | None
    fragment: str | None

    @property
    def place(self) -> str:
        return self.host + self.path

    @property
    def parameters(self) -> list[str]:
        return [] if self.query is None else self.query.split("&")

    def __str__(self) -> str:
        port = f":{self.port}" if self.port else ""
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}://{self.user}{self.host}{port}{self.path}{query}{fragment}"


def is_hidden(char: str) -> bool:
    """Whether the character is a space or not seen at all: controls, direction marks, half a surrogate pair."""
    return unicodedata.category(char) in _HIDDEN


def encoded(char: str) -> str:
    """A character as percent-encoded UTF-8; half a surrogate pair becomes the replacement character."""
    char = "\ufffd" if "\ud800" <= char <= "\udfff" else char
    return "".join(f"%{byte:02X}" for byte in char.encode())


def visible(url: str) -> str:
    """The address with spaces, hidden characters and marks that no address holds percent-encoded."""
    return _SUSPECT.sub(lambda at: encoded(at[0]) if at[0].isascii() or is_hidden(at[0]) else at[0], url)


def split(url: str) -> Parts | None:
    """The parts of an address made visible, or None when it is no http or https address or too long."""
    if len(url) > MAX_LENGTH:
        return None
    # A browser, too, drops tabs and line ends wherever they stand.
    match = _ADDRESS.fullmatch(visible(re.sub(r"[\t\r\n]", "", url.strip()).strip()))
    if match is None:
        return None
    user, at, location = match[2].rpartition("@")
    if (host_and_port := _HOST_AND_PORT.fullmatch(location)) is None:
        return None
    host, port = host_and_port.groups()
    host = (host.lower() if host.isascii() else host).rstrip(".")
    if not re.search(r"[^\W_]", host):
        return None
    scheme = match[1].lower()
    port = (port or "").lstrip("0")
    if port == _DEFAULT_PORTS[scheme]:
        port = ""
    parts = Parts(scheme, user + at, host, port, match[3], match[4] or None, match[5] or None)
    return parts if len(str(parts)) <= MAX_LENGTH else None


@cache
def pattern(expression: str) -> re.Pattern[str]:
    """The compiled expression of a row."""
    return re.compile(expression)


def _is_on(hosts: tuple[str, ...], host: str) -> bool:
    return any(host == known or host.endswith("." + known) for known in hosts)


def _parameter_name(parameter: str) -> str:
    """The name in name=value, for comparison; `amp;` is left over from an address escaped twice."""
    data = unquote_to_bytes(parameter.partition("=")[0].encode("utf-8", "replace"))
    return data.decode("utf-8", "replace").strip().lower().removeprefix("amp;")


def tracker_test(parts: Parts) -> Callable[[str], bool]:
    """A test whether a parameter (name=value) of this address, given in its usual form, is a tracker."""
    rules = [
        rule
        for rule in link_rules.TRACKERS
        if (not rule.hosts or _is_on(rule.hosts, parts.host)) and pattern(rule.path).fullmatch(parts.path)
    ]
    names = frozenset(name for rule in rules for name in rule.parameters if not name.endswith("*"))
    beginnings = tuple(name[:-1] for rule in rules for name in rule.parameters if name.endswith("*"))

    def is_tracker(parameter: str) -> bool:
        name = _parameter_name(parameter)
        return name in names or name.startswith(beginnings)

    return is_tracker


def value_of(parts: Parts, name: str) -> str | None:
    """The value of the first parameter of that name, as written."""
    for parameter in parts.parameters:
        found, _, value = parameter.partition("=")
        if found == name:
            return value
    return None


def in_usual_form(parts: Parts) -> Parts:
    """The address in the form of the first row of FORMS that it matches, and with https where that is known."""
    for form in link_rules.FORMS:
        match = pattern(form.place).fullmatch(parts.place)
        if match and form.id_parameter:
            match = _VIDEO_ID.fullmatch(value_of(parts, form.id_parameter) or "")
        if match:
            path = form.path.format(*(group or "" for group in match.groups()))
            parts = replace(parts, host=form.host, path=path, query=_formed_query(form, parts))
            break
    is_secure = any(_is_on(row.hosts, parts.host) for row in link_rules.SECURE_HOSTS)
    return replace(parts, scheme="https") if is_secure and not parts.port else parts


def _formed_query(form: Form, parts: Parts) -> str | None:
    renamed = dict(form.renamed)
    result = []
    for parameter in parts.parameters:
        name, equals, value = parameter.partition("=")
        name = renamed.get(name, name)
        if (form.kept is None or name in form.kept) and (name, value) not in form.defaults:
            result.append(name + equals + value)
    return "&".join(result) or None


def _settled(parts: Parts) -> Parts:
    """The canonical parts of an address that is no wrapper."""
    parts = in_usual_form(parts)
    is_tracker = tracker_test(parts)
    query = "&".join(parameter for parameter in parts.parameters if not is_tracker(parameter))
    fragment = parts.fragment or ""
    for mark in link_rules.FRAGMENTS:
        if not mark.hosts or _is_on(mark.hosts, parts.host):
            fragment = pattern(mark.pattern).sub("", fragment)
    return replace(parts, query=query or None, fragment=fragment or None)


def _target(parts: Parts) -> Parts | None:
    """The address that a wrapper forwards to, in ASCII, or None when the address is no wrapper."""
    for rule in link_rules.WRAPPERS:
        if not pattern(rule.place).fullmatch(parts.place):
            continue
        for name in rule.parameters:
            value = value_of(parts, name) or ""
            for _ in range(_MAX_ENCODINGS):  # some sites encode the target twice
                data = unquote_to_bytes(value)
                value = "".join(chr(byte) if 0x21 <= byte < 0x7F else f"%{byte:02X}" for byte in data)
                if target := split(value):
                    return target if target.fragment else replace(target, fragment=parts.fragment)
    return None


def resolve(parts: Parts) -> tuple[Parts, bool]:
    """The canonical parts, and whether a wrapper was opened; an address wrapped too often stays wrapped."""
    settled = opened = _settled(parts)
    for _ in range(_MAX_WRAPPERS):
        target = _target(opened)
        if target is None:
            break
        opened = _settled(target)
    else:
        opened = settled
    return (opened, opened is not settled) if len(str(opened)) <= MAX_LENGTH else (parts, False)
