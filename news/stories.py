"""Which story an entry tells, what hides it, and the digest that says whether it changed. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import fields, replace

from markup import links
from news.entries import Entry

KEY_LIMIT = 200


def story_key(source: str, entry: Entry) -> str:
    """The identity of the story: its paper, else its address, else the entry itself as `source:key`.

    Titles are no identity: two works may be called the same.
    """
    return address_key(entry.url, arxiv_id=entry.paper.arxiv_id if entry.paper else "") or _short(
        f"{source}:{entry.key}"
    )


def address_key(url: str, *, arxiv_id: str = "") -> str:
    """The identity that an address (or the paper known to stand behind it) gives a story, "" for none."""
    if arxiv_id:
        return f"arxiv:{arxiv_id}"
    return links.short_key(url) if url.strip() else ""


def _short(key: str) -> str:
    return key if len(key) <= KEY_LIMIT else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def digest(entry: Entry) -> str:
    """The SHA-256 of all that an entry says, of its paper too; what a source says again in the same words is not
    written again."""
    said = {one.name: getattr(entry, one.name) for one in fields(entry)}
    if entry.paper is not None:  # the day on which upvotes are counted is no news
        said["paper"] = replace(entry.paper, upvotes_on=None)
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class Words:
    """The rules of a source: one word or phrase a line, found in title, summary, authors or address, case aside.

    Latin words are found whole, so that `rag` does not find storage. No regular expressions: one of them could keep a
    worker busy for ever.
    """

    def __init__(self, lines: str) -> None:
        self._patterns = [_pattern(line.strip()) for line in lines.splitlines() if line.strip()]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def match(self, entry: Entry) -> bool:
        text = "\n".join((entry.title, entry.summary, ", ".join(entry.authors), entry.url))
        return any(pattern.search(text) for pattern in self._patterns)


def _pattern(line: str) -> re.Pattern[str]:
    start = r"\b" if re.match(r"[A-Za-z0-9]", line) else ""
    end = r"\b" if re.search(r"[A-Za-z0-9]$", line) else ""
    return re.compile(start + re.escape(line) + end, re.IGNORECASE | re.ASCII)


def is_hidden(entry: Entry, *, keep: Words, block: Words) -> bool:
    """Whether the rules hide an entry: one of `block` is in it, or there are words to keep and none is."""
    return block.match(entry) or (bool(keep) and not keep.match(entry))


def dry_run(entries: Iterable[Entry], *, keep_words: str, block_words: str) -> list[tuple[Entry, bool]]:
    """Each entry with whether these rules would hide it."""
    keep, block = Words(keep_words), Words(block_words)
    return [(entry, is_hidden(entry, keep=keep, block=block)) for entry in entries]
