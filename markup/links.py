"""Addresses: found in text, compared by identity, written canonically, cleaned of trackers; never opened.

The rules are the tables of `link_rules`; two addresses are the same when `key` says so and never by comparing
strings. No function here raises on any text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markup import link_rules
from markup.cjk import normalise_digits
from markup.link_parts import Parts, encoded, in_usual_form, is_hidden, pattern, resolve, split, tracker_test, visible
from markup.link_rules import RULES_VERSION
from markup.link_scan import Found, Reading, cooked, find, read_at, readings, units

__all__ = [
    "RULES_VERSION",
    "ArxivId",
    "Found",
    "arxiv_id",
    "arxiv_ids",
    "canonical",
    "display",
    "find",
    "host",
    "is_safe_href",
    "key",
    "scrub",
    "short_key",
]

_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})|%|[^\x21-\x7e]|[\"<>\\^`{|}]")
_ENCODED_LETTERS = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_SAFE_SCHEMES = re.compile(r"https?://[^/?#]|mailto:.", re.IGNORECASE)

_ARXIV_NUMBER = (
    rf"(?:([0-9]{{4}}\.[0-9]{{4,5}})|({link_rules.OLD_ARCHIVES})(?:\.[a-z-]{{2,10}})?/([0-9]{{7}}))(?![0-9])"
    r"(?:v([1-9][0-9]{0,2})(?![0-9]))?"
)
_ARXIV_PAGES = re.compile(
    f"(?:{'|'.join(page.place for page in link_rules.PAPER_PAGES)}){_ARXIV_NUMBER}", re.IGNORECASE
)
_ARXIV_TEXT = re.compile(
    rf"(?<![a-z])arxiv(?:\.org/(?:abs|pdf|html)/|\s?(?:id|编号|号)?[\s:_./#(（\[-]{{0,3}}){_ARXIV_NUMBER}",
    re.IGNORECASE,
)
# The longest thing the scanner looks ahead for is an entity.
_LOOKAHEAD = 40


@dataclass(frozen=True, slots=True)
class ArxivId:
    """An arXiv paper: its id without version (2307.09288, math/0309136) and the version that was named."""

    id: str
    version: int | None = None


def canonical(url: str) -> str:
    """The address without trackers, out of its wrappers and in its usual form; anything else as it is.

    Keeps the scheme (http becomes https only on hosts known to serve nothing else), www. and the fragment.
    `canonical(canonical(url)) == canonical(url)`.
    """
    parts = split(url)
    return url.strip() if parts is None else str(resolve(parts)[0])


def key(url: str) -> str:
    """The identity of an address: two addresses are the same exactly when their keys are equal.

    Scheme, www., m., a last slash, trackers, wrappers, the order of parameters, the way of percent-encoding
    and the fragment do not count (a route such as #/page does). A paper is one thing on all its pages.
    """
    parts = split(url)
    if parts is None:
        return url.strip()
    parts, _ = resolve(parts)
    if paper := _paper(parts):
        return f"arxiv:{paper.id}"
    result = _known_key(parts)
    if result is None:
        port = f":{parts.port}" if parts.port else ""
        place = _bare_host(parts.host) + port + _comparable_path(parts)
        result = _with_query(parts.user + place, _comparable_query(parts, None, ()))
    route = (parts.fragment or "").rstrip("/")
    return f"{result}#{_comparable(route)}" if len(route) > 1 and route[0] in "/!" else result


def _comparable(part: str) -> str:
    """A part of an address with one way of percent-encoding."""

    def one_way(match: re.Match[str]) -> str:
        if match[1] is None:
            return "%25" if match[0] == "%" else encoded(match[0])
        char = chr(int(match[1], 16))
        return char if link_rules.UNRESERVED.fullmatch(char) else match[0].upper()

    return _PERCENT.sub(one_way, part)


def _comparable_path(parts: Parts) -> str:
    return _comparable(parts.path).rstrip("/")


def _comparable_query(parts: Parts, only: tuple[str, ...] | None, without: tuple[str, ...]) -> str:
    parameters = []
    for parameter in parts.parameters:
        name = parameter.partition("=")[0]
        if parameter and (only is None or name in only) and name not in without:
            parameters.append(_comparable(parameter))
    return "&".join(sorted(parameters))


def _with_query(place: str, query: str) -> str:
    if not query:
        return place
    return f"{place}&{query}" if "?" in place else f"{place}?{query}"


def _bare_host(name: str) -> str:
    for prefix in ("www.", "m."):
        if name.startswith(prefix) and "." in name[len(prefix) :]:
            name = name[len(prefix) :]
    return name


def _known_key(parts: Parts) -> str | None:
    """The key by the first row of IDENTITIES that the address matches."""
    place = _bare_host(parts.host) + _comparable_path(parts)
    for rule in link_rules.IDENTITIES:
        if match := pattern(rule.place).fullmatch(place):
            groups = (group.lower() if index in rule.folded else group for index, group in enumerate(match.groups()))
            return _with_query(rule.key.format(*groups), _comparable_query(parts, rule.only, rule.without))
    return None


def _arxiv_id(groups: tuple[str | None, ...]) -> ArxivId | None:
    """The id out of the groups of _ARXIV_NUMBER, if arXiv can have given it.

    Source: arXiv, Understanding the arXiv identifier: 0704–1412 has four digits, 1501 and later five, counting
    from 1; before that archive/YYMMNNN from 9107 to 0703.
    """
    number, archive, old_number, version = groups
    digits = (number or old_number or "").replace(".", "")
    month, serial = (int(digits[:2]), int(digits[2:4])), digits[4:]
    if not 1 <= month[1] <= 12 or int(serial) == 0:
        return None
    named = int(version) if version else None
    if number is not None:
        is_given = month >= (7, 4) and len(serial) == (4 if month <= (14, 12) else 5)
        return ArxivId(number, named) if is_given else None
    is_given = month >= (91, 7) or month <= (7, 3)
    return ArxivId(f"{archive}/{old_number}".lower(), named) if is_given else None


def _paper(parts: Parts) -> ArxivId | None:
    match = _ARXIV_PAGES.match(_bare_host(parts.host) + _comparable_path(parts))
    return _arxiv_id(match.groups()) if match else None


def short_key(url: str) -> str:
    """The identity of an address in a form that fits a column of 200: its key, or the key's digest when it is long."""
    whole = key(url)
    return whole if len(whole) <= 200 else hashlib.sha256(whole.encode()).hexdigest()


def arxiv_id(url: str) -> ArxivId | None:
    """The paper that an address stands for, on arXiv or on a page about it; None for any other address."""
    parts = split(url)
    return None if parts is None else _paper(resolve(parts)[0])


def arxiv_ids(text: str) -> list[str]:
    """The ids of the papers named in a text, in order, each once: in addresses, and as arXiv:2307.09288."""
    return list(arxiv_versions(text))


def arxiv_versions(text: str) -> dict[str, int | None]:
    """The papers named in a text, as `arxiv_ids`, each with the first version that is named with it."""
    named = [(found.start, arxiv_id(found.url)) for found in find(text)]
    written = _ARXIV_TEXT.finditer(normalise_digits(text))
    named.extend((match.start(), _arxiv_id(match.groups())) for match in written)
    named.sort(key=lambda pair: pair[0])
    versions: dict[str, int | None] = {}
    for _, paper in named:
        if paper is not None:
            versions[paper.id] = versions.get(paper.id) or paper.version
    return versions


def scrub(text: str) -> str:
    """The text with trackers taken out of its addresses and wrappers replaced by what they forward to.

    Everything else stays byte for byte, and an address that would be read differently afterwards stays too.
    """
    pieces: list[str] = []
    rest, head = len(text), ""
    for reading in reversed(readings(text)):
        raw, between = text[reading.start : reading.end], text[reading.end : rest]
        clean = _clean(raw, reading.url)
        if clean != raw:
            before = text[max(0, reading.start - 3) : reading.start]
            after = (between + head)[: reading.stop - reading.end + _LOOKAHEAD]
            clean = clean if _reads_back(before, clean, after, reading) else raw
        pieces += (between, clean)
        rest, head = reading.start, (clean + between + head)[:_LOOKAHEAD]
    pieces.append(text[:rest])
    return "".join(reversed(pieces))


def _clean(raw: str, url: str) -> str:
    """An address as it is written, without its trackers; a wrapped one is replaced by what is in it."""
    parts = split(url) if "?" in url else None
    if parts is None:
        return raw
    resolved, was_wrapped = resolve(parts)
    if was_wrapped:
        return str(resolved)
    spans = units(raw)
    kept = _kept(url, tracker_test(in_usual_form(parts)))
    return "".join(raw[slice(*spans[index])] for index in kept)


def _kept(url: str, is_tracker: Callable[[str], bool]) -> Iterator[int]:
    """The indexes of the characters of an address that stay when its trackers go, with their ? and &."""
    end = url.find("#") if "#" in url else len(url)
    mark = url.find("?", 0, end)
    if mark < 0:
        mark = end
    yield from range(mark)
    is_first, position = True, mark + 1
    for parameter in url[position:end].split("&") if mark < end else ():
        after = position + len(parameter)
        if not is_tracker(parameter):
            yield mark if is_first else position - 1
            yield from range(position, after)
            is_first = False
        position = after + 1
    yield from range(end, len(url))


def _reads_back(before: str, clean: str, after: str, reading: Reading) -> bool:
    """Whether a cleaned address, in its place, is still read as one address with the same identity."""
    again = read_at(before + clean + after, len(before))
    if again is None or again.end - again.start != len(clean):
        return False
    return key(cooked(clean)) == key(reading.url)


def is_safe_href(url: str, *, allow_site_path: bool = False) -> bool:
    """Whether a browser may be given the address as a link: http, https, mailto, on demand a path of the site.

    Refused: spaces, hidden characters, backslashes (a browser reads them as slashes) and //host. A user part
    (https://name@host/) is allowed; `host` tells where such a link really leads.
    """
    if "\\" in url or any(is_hidden(char) for char in url):
        return False
    if allow_site_path and url.startswith("/"):
        return not url.startswith("//")
    return bool(_SAFE_SCHEMES.match(url))


def host(url: str) -> str:
    """The host of an address as a reader is shown it, without www.; "" when it is no http address.

    A host in another script is shown in its ASCII form, so that it cannot pass for a Latin one.
    """
    parts = split(url)
    return "" if parts is None else _shown_host(parts.host)


def _shown_host(name: str) -> str:
    name = name.removeprefix("www.") if name.count(".") > 1 else name
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return "".join(char if char.isascii() else encoded(char) for char in name)


def display(url: str, *, limit: int = 80) -> str:
    """An address for people: no scheme, no www., no last slash, letters decoded, at most `limit` characters.

    Characters that mislead (spaces, hidden ones, marks of other scripts) stay percent-encoded. Where the path
    says nothing (WeChat) only the host is shown. What is no http address is shown as it is, cut.
    """
    parts = split(canonical(url))
    if parts is None:
        shown = visible(url.strip()[: limit + 1])
    elif parts.host in link_rules.OPAQUE_HOSTS:
        shown = _shown_host(parts.host)
    else:
        port = f":{parts.port}" if parts.port else ""
        query = "" if parts.query is None else f"?{parts.query}"
        fragment = "" if parts.fragment is None else f"#{parts.fragment}"
        tail = parts.path + query + fragment
        shown = _shown_host(parts.host) + port + _readable(tail.rstrip("/"))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _readable(part: str) -> str:
    """Percent-encoded letters of other scripts as letters; ASCII, marks and what is no UTF-8 stay encoded."""

    def decoded(match: re.Match[str]) -> str:
        try:
            letters = bytes.fromhex(match[0].replace("%", "")).decode()
        except UnicodeDecodeError:
            return match[0]
        return "".join(char if unicodedata.category(char)[0] in "LN" else encoded(char) for char in letters)

    return _ENCODED_LETTERS.sub(decoded, part)
