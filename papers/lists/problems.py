"""Every doubt that reading a list can raise: its code, its sentence, and how it is found in what was read."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

from markup import links
from papers.lists import kinds
from papers.lists.blocks import lines_of
from papers.lists.inline import scan
from papers.lists.model import EntryDoc, ListDoc, Problem, Refused
from papers.lists.titles import are_alike, same_title


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation where it is written; it is translated where it is shown."""
    return text


class Code(enum.StrEnum):
    """What is doubtful; the value is public (`problems[].code`)."""

    # refusals: nothing is read
    EMPTY = "empty"
    BINARY = "binary"
    MOJIBAKE = "mojibake"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    NO_ENTRIES = "no_entries"
    # about the file
    ENCODING = "encoding"
    CONTROL_CHARACTERS = "control_characters"
    MOSTLY_TEXT = "mostly_text"
    # about entries
    ARXIV_ID_INVALID = "arxiv_id_invalid"
    ID_ON_TWO_WORKS = "id_on_two_works"
    ENTRY_REPEATED = "entry_repeated"
    ARXIV_IN_TEXT = "arxiv_in_text"
    LINK_RELATIVE = "link_relative"
    LINK_EMPTY = "link_empty"


SENTENCES: dict[Code, str] = {
    Code.EMPTY: gettext_noop("The file is empty."),
    Code.BINARY: gettext_noop("This is not a text file."),
    Code.MOJIBAKE: gettext_noop("The text was destroyed by a wrong encoding; please find the original."),
    Code.TOO_LARGE: gettext_noop("The file is too large."),
    Code.UNREADABLE: gettext_noop("The file cannot be read."),
    Code.NO_ENTRIES: gettext_noop("No entry was found: nothing here is a list of works."),
    Code.ENCODING: gettext_noop("The text was not UTF-8; its encoding was detected."),
    Code.CONTROL_CHARACTERS: gettext_noop("The text holds invisible control characters or damaged ones."),
    Code.MOSTLY_TEXT: gettext_noop(
        "Most of this file is prose, not a list; the lines with works became entries, the rest is kept as text."
    ),
    Code.ARXIV_ID_INVALID: gettext_noop("arXiv has no identifiers of this form."),
    Code.ID_ON_TWO_WORKS: gettext_noop("The same arXiv identifier stands on two different works."),
    Code.ENTRY_REPEATED: gettext_noop("This work stands on the list already."),
    Code.ARXIV_IN_TEXT: gettext_noop("This line names a paper, but was read as text: it became no entry."),
    Code.LINK_RELATIVE: gettext_noop("This link leads to a file beside the list, which is not here."),
    Code.LINK_EMPTY: gettext_noop("This link has no address."),
}

# Less of the written lines than this belongs to entries, and the file is no list first of all.
LEAST_SHARE = 0.2
_ARXIV_PAGE = re.compile(r"https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/([^\s?#)]*)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//|#|$", re.IGNORECASE)


def problem(code: Code, line: int | None = None, detail: str = "") -> Problem:
    """A doubt with the sentence of its code; `detail` is the piece of the list it is about."""
    return Problem(line, code.value, SENTENCES[code], detail)


def refused(code: Code, detail: str = "") -> Refused:
    """The refusal with the sentence of its code."""
    return Refused(code.value, SENTENCES[code], detail)


def problems_of(text: str, doc: ListDoc, claims: dict[int, tuple[str, str]]) -> list[Problem]:
    """Return the doubts about a list that was read, in the order of its lines."""
    found = [*_of_links(text), *_of_texts(text, claims), *_of_identity(doc.entries)]
    found.sort(key=lambda one: one.line or 0)
    of_entries = sum(1 for kind, _ in claims.values() if kind == "entry")
    if of_entries < LEAST_SHARE * len(claims):
        found.insert(0, problem(Code.MOSTLY_TEXT, None, f"{of_entries}/{len(claims)}"))
    return found


def _of_links(text: str) -> Iterator[Problem]:
    """Doubts about single addresses, line by line; code is not looked at."""
    lines = lines_of(text)
    for number, line in enumerate(lines.written, 1):
        if number - 1 in lines.fenced or not ("](" in line or "://" in line or "href" in line):
            continue
        for piece in scan(line, {}):
            yield from _of_piece(piece.kind, piece.text, piece.url, number)


def _of_texts(text: str, claims: dict[int, tuple[str, str]]) -> Iterator[Problem]:
    """Lines with a paper's address of which no entry was made."""
    for number, line in enumerate(lines_of(text).written, 1):
        kind = claims.get(number, ("", ""))[0]
        if kind in ("intro", "body", "after") and (found := links.arxiv_ids(line)):
            yield problem(Code.ARXIV_IN_TEXT, number, ", ".join(sorted(set(found))))


def _of_piece(kind: str, text: str, url: str, number: int) -> Iterator[Problem]:
    if kind in ("bold", "italic"):
        for inner in scan(text, {}):
            yield from _of_piece(inner.kind, inner.text, inner.url, number)
    if kind not in ("link", "badge", "address"):
        return
    if kind == "link" and not url:
        yield problem(Code.LINK_EMPTY, number, f"[{text}]()")
    elif _SCHEME.match(url) is None:
        yield problem(Code.LINK_RELATIVE, number, url)
    elif (page := _ARXIV_PAGE.match(url)) and links.arxiv_id(url) is None:
        yield problem(Code.ARXIV_ID_INVALID, number, page[1])


def _of_identity(entries: tuple[EntryDoc, ...]) -> Iterator[Problem]:
    """One identifier on two works, and works that stand on the list twice."""
    by_id: dict[str, list[EntryDoc]] = {}
    known: dict[str, list[EntryDoc]] = {}
    for entry in entries:
        works = by_id.setdefault(entry.arxiv_id, []) if entry.arxiv_id else []
        other = next((one for one in works if not are_alike(one.title, entry.title)), None)
        if other is not None:
            yield problem(Code.ID_ON_TWO_WORKS, entry.line, _both(entry.arxiv_id or "", other, entry))
        works.append(entry)
        keys = [f"url {links.key(entry.url)}"] if entry.url and kinds.is_outside(entry.url) else []
        keys += [f"title {entry.title.casefold()}"] if entry.title else []
        twin = next((one for key in keys for one in known.get(key, []) if same_title(one.title, entry.title)), None)
        if twin is not None and other is None:
            yield problem(Code.ENTRY_REPEATED, entry.line, f"{entry.title or entry.url} ({_line_of(twin)})")
        for key in keys:
            known.setdefault(key, []).append(entry)


def _both(identifier: str, first: EntryDoc, second: EntryDoc) -> str:
    return f"{identifier}: {first.title} ({_line_of(first)}), {second.title} ({_line_of(second)})"


def _line_of(entry: EntryDoc) -> str:
    return f"L{entry.line}"


def doubtful_ids(entries: tuple[EntryDoc, ...]) -> frozenset[str]:
    """Return the identifiers that stand on works which are not the same."""
    titles: dict[str, list[str]] = {}
    for entry in entries:
        if entry.arxiv_id:
            titles.setdefault(entry.arxiv_id, []).append(entry.title)
    return frozenset(
        identifier for identifier, named in titles.items() if any(not are_alike(named[0], other) for other in named[1:])
    )
