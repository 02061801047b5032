"""A ListDoc as a README: one form for every list, which reads back as the same document.

An entry is written in the plainest of several forms that reads back as itself; `normal` is the document that reading
gives. A text that would be read as something else stands between comments (`<!-- text 1 -->`), which GitHub hides.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from papers.lists import kinds
from papers.lists.blocks import OPENING, trimmed, without_indent
from papers.lists.heads import TITLE_CHARACTERS, titled, venue_of, without_stop
from papers.lists.model import EntryDoc, LinkDoc, ListDoc, SectionDoc
from papers.lists.reader import SECTION_MARK, read

_MARKS = re.compile(r"(\\[!-/:-@\[-`{-~])|([!-/:-@\[-`{-~])")
_TO_ESCAPE = re.compile(r"[()\\]")
_ENDS = ("?", "!", "。", "？", "！", "…", ".")
_NO_TEXT = re.compile("[\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# What stands round a text or an entry when it is tried.
_BEFORE = "- [a](https://a.example)"
_FOLD, _END_FOLD = "<details>\n<summary>g</summary>\n\n- [b](https://b.example)", "</details>"
_BEHIND = f"{_FOLD}\n\n{_END_FOLD}"


def write(doc: ListDoc) -> str:
    """Return a list as a README. The same document gives the same bytes."""
    doc = normal(doc)
    parts = [f"# {_heading(doc.title)}"] if doc.title else []
    if doc.intro:
        parts.append(_text(doc.intro))
    for section in doc.sections:
        if section.level:
            parts.append(f"{'#' * section.level} {_heading(section.title)}".rstrip())
        if section.body:
            parts.append(_text(section.body))
        parts += _entries(section.entries)
    return "\n\n".join(parts) + "\n" if parts else ""


def _entries(entries: tuple[EntryDoc, ...]) -> Iterator[str]:
    """The entries of a section as blocks; single lines stay together, a group is a fold."""
    group = ""
    run: list[str] = []
    for entry in entries:
        if entry.group != group:
            yield from ["\n".join(run)] if run else []
            run = []
            yield from ["</details>"] if group else []
            group = entry.group
            yield from [f"<details>\n<summary>{html.escape(group, quote=False)}</summary>"] if group else []
        text = entry_text(entry)
        if "\n" not in text:
            run.append(text)
        else:
            yield from ["\n".join(run)] if run else []
            run = []
            yield text
        if entry.after:
            yield from ["\n".join(run)] if run else []
            run = []
            yield _text(entry.after)
    yield from ["\n".join(run)] if run else []
    if group:
        yield "</details>"


def _text(text: str) -> str:
    return text if _is_plain(text) else _kept(text)


def _kept(text: str) -> str:
    """The text between comments that nothing in it closes."""
    number = 1
    while f"<!-- /text {number} -->" in text:
        number += 1
    return f"<!-- text {number} -->\n{text}\n<!-- /text {number} -->"


def _opens(text: str) -> bool:
    """Whether a line of a text looks like the beginning of a kept one."""
    return any(OPENING.fullmatch(line) for line in text.split("\n"))


@lru_cache(maxsize=4096)
def _is_plain(text: str) -> bool:
    """Whether a text reads as the same text, wherever it stands."""
    if _opens(text):
        return False
    inside = f"{_FOLD}\n\n{text}\n\n- [c](https://c.example)\n\n{_END_FOLD}"
    source = f"## s\n\n{text}\n\n{_BEFORE}\n\n{text}\n\n{inside}\n\n## z\n\nz"
    first, second = _plain_entry("a"), _plain_entry("b", "g")
    expected = (replace(first, after=text), replace(second, after=text), _plain_entry("c", "g"))
    return read(source).document.sections == (SectionDoc("s", 2, text, expected), SectionDoc("z", 2, "z"))


def _plain_entry(name: str, group: str = "") -> EntryDoc:
    return EntryDoc(name, kinds.ARTICLE, f"https://{name}.example", group)


# one entry


def entry_text(entry: EntryDoc) -> str:
    """Return a normal entry in the plainest form that reads back as itself."""
    bare = replace(entry, group="", after="")
    return _found_form(bare) or list(_forms(bare))[-1]


@lru_cache(maxsize=65536)
def _found_form(entry: EntryDoc) -> str | None:
    return next((text for text in _forms(entry) if _reads_back(text, entry)), None)


def _reads_back(text: str, entry: EntryDoc) -> bool:
    """Whether a form is read as the entry, alone and after another one and before more text."""
    source = f"## s\n\n{text}\n\n## t\n\n{_BEFORE}\n\n{text}\n\nz\n\n{_BEHIND}\n"
    expected = (_plain_entry("a"), replace(entry, after="z"), _plain_entry("b", "g"))
    return read(source).document.sections == (
        SectionDoc("s", 2, "", (entry,)),
        SectionDoc("t", 2, "", expected),
    )


def _forms(entry: EntryDoc) -> Iterator[str]:
    """The forms of an entry, the plainest first."""
    for is_marked in dict.fromkeys((entry.kind != _said_kind(entry), True)):
        yield from _forms_below(entry, f"- {_head(entry, is_marked=is_marked)}")


def _forms_below(entry: EntryDoc, head: str) -> Iterator[str]:
    fields = [f"Authors: {entry.authors}"] if entry.authors else []
    fields += [f"Year: {entry.year}"] if entry.year is not None else []
    fields += [f"Venue: {entry.venue}"] if entry.venue else []
    below = "".join(f"\n  - {line}" for line in fields)
    if not entry.note:
        yield head + below
        return
    if "\n" not in entry.note and not below and not head.startswith("- **"):
        yield f"{head} - {entry.note}"
    if not _opens(entry.note):
        yield f"{head}{below}\n\n{_indented(entry.note)}"
    yield f"{head}{below}\n\n{_indented(_kept(entry.note))}"


def _head(entry: EntryDoc, *, is_marked: bool) -> str:
    """The first line; a comment with the kind marks it as a work when nothing else does."""
    main = kinds.main_address(link.url for link in entry.links)
    if not entry.title:
        parts = [_without_label(entry.url or "")]
    elif entry.url and entry.url != main:
        parts = [f"[{entry.title}]({_destination(entry.url)})"]
    else:
        stop = "" if entry.title.endswith(_ENDS) else "."
        parts = [f"**{entry.title}{stop}**"]
    for link in entry.links:
        parts.append(f"[[{link.label}]({_destination(link.url)})]" if link.label else _without_label(link.url))
    if entry.stars is not None:
        parts.append(f"⭐ {entry.stars}")
    if is_marked:
        parts.append(f"<!-- {entry.kind} -->")
    return " ".join(parts)


def _without_label(url: str) -> str:
    return f"<{url}>" if kinds.is_outside(url) else f"[]({_destination(url)})"


def _said_kind(entry: EntryDoc) -> str:
    return kinds.entry_kind(entry.addresses, venue=entry.venue, link_kinds=[link.kind for link in entry.links])


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))


def _destination(url: str) -> str:
    """An address as the destination of a link; brackets in pairs need no escape."""
    depth = 0
    for char in url:
        depth += (char == "(") - (char == ")")
        if depth < 0 or depth > 2:
            break
    url = url.replace("&", "&amp;") if ";" in url else url
    return url if depth == 0 and "\\" not in url else _TO_ESCAPE.sub(r"\\\g<0>", url)


# what reading gives


def normal(doc: ListDoc) -> ListDoc:
    """Return the document that reading what is written gives: the same words, in the form that texts have there."""
    sections: list[SectionDoc] = []
    intro = [normal_text(doc.intro)]
    title = normal_title(doc.title)
    for section in doc.sections:
        words, level = normal_title(section.title), section.level
        entries = tuple(normal_entry(entry) for entry in section.entries)
        body = normal_text(section.body)
        is_lead = not sections and not level and not words
        if not sections and level == 1 and words and not title:  # it reads as the title of the document
            title, is_lead = words, True
        if is_lead:
            intro.append(body)
            sections += [SectionDoc("", 0, "", entries, section.line)] if entries else []
        else:
            sections.append(SectionDoc(words, min(max(level, 1), 6) if level else 2, body, entries, section.line))
    return ListDoc(title, normal_text("\n\n".join(part for part in intro if part)), tuple(sections))


def normal_text(text: str) -> str:
    """Return a text without blank lines at its ends and with line ends as here."""
    lines = _NO_TEXT.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return trimmed([line if line.strip() else "" for line in lines])


def _normal_note(text: str) -> str:
    return trimmed(without_indent(normal_text(text).split("\n")))


@lru_cache(maxsize=65536)
def normal_entry(entry: EntryDoc) -> EntryDoc:
    """Return an entry as it reads back. An entry without title and address gets a dash for its title."""
    links = tuple(dict.fromkeys(_normal_link(link) for link in entry.links if _normal_url(link.url)))
    url = _normal_url(entry.url or "") or kinds.main_address(link.url for link in links)
    venue, year = (without_stop(_line(entry.venue)), entry.year)
    if year is None:
        venue, year = venue_of(venue)
    title = titled(_line(entry.title)[:TITLE_CHARACTERS])
    made = replace(
        entry,
        title=title if title or url else "-",
        url=url,
        group=_line(entry.group),
        authors=without_stop(_line(entry.authors)),
        venue=venue,
        year=year,
        links=links,
        note=_normal_note(entry.note),
        after=normal_text(entry.after),
    )
    bare = replace(made, group="", after="")
    return made if _found_form(bare) else _hardened(made)


def _hardened(entry: EntryDoc) -> EntryDoc:
    """The entry with every mark in its one-line fields escaped: it looks the same and means nothing else."""
    links = tuple(LinkDoc(_escaped(link.label), link.url) for link in entry.links)
    return replace(
        entry,
        title=_escaped(entry.title),
        authors=_escaped(entry.authors),
        venue=_escaped(entry.venue),
        links=tuple(dict.fromkeys(links)),
    )


def _escaped(text: str) -> str:
    return _MARKS.sub(lambda match: match[1] or f"\\{match[2]}", text)


def _normal_link(link: LinkDoc) -> LinkDoc:
    return LinkDoc(_line(link.label), _normal_url(link.url) or "")


def _normal_url(url: str) -> str | None:
    """An address on one line, without what ends it in a README."""
    found = re.sub(r"[\s<>\x00-\x1f]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url.strip())
    return None if found.startswith("#") else found or None


def normal_title(text: str) -> str:
    """The words of a heading as they read back."""
    words = _line(text)
    return words if _heading(words) is not None else _escaped(words)


@lru_cache(maxsize=4096)
def _heading(words: str) -> str | None:
    """The words of a heading, with a mark when they would be read as a work; None when nothing makes them read."""
    return next((line for line in (words, f"{words} {SECTION_MARK}") if _reads_as_heading(line, words)), None)


def _reads_as_heading(line: str, words: str) -> bool:
    """Whether a heading is one above a work and above nothing, and as the title of a document."""
    expected = SectionDoc(words, 2, "", (_plain_entry("a"),))
    above = read(f"## s\n\n## {line}".rstrip() + f"\n\n{_BEFORE}").document.sections
    alone = read(f"## s\n\n## {line}".rstrip()).document.sections
    return above[1:] == (expected,) and alone[1:] == (replace(expected, entries=()),)


def _line(text: str) -> str:
    return " ".join(_NO_TEXT.sub(" ", text).split())
