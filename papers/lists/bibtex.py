"""A list as BibTeX: a unique key for every entry, and nothing in a field that BibTeX or TeX would act on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from papers.lists.model import EntryDoc, ListDoc
from papers.lists.titles import words_of

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_MARKS = re.compile(r"\\([!-/:-@\[-`{-~])|(\*\*|__|[*`])")
_BETWEEN_NAMES = re.compile(r"\s*(?:,\s*and\s+|,|，|、|;|；|\s+and\s+|\s+&\s+)\s*")
_ET_AL = re.compile(r"^et\.?\s*al\.?$|^others$|^等$", re.IGNORECASE)
_NO_WORD = frozenset(
    ["a", "an", "the", "on", "of", "for", "in", "to", "and", "with", "is", "are", "do", "does", "how", "why", "what"]
)
_CONTROLS = re.compile("[\x00-\x1f\x7f]+")


def write(doc: ListDoc) -> str:
    """Return the entries of a list as BibTeX. The same list gives the same bytes."""
    taken: set[str] = set()
    return "\n".join(_entry(entry, taken) for entry in doc.entries)


def _entry(entry: EntryDoc, taken: set[str]) -> str:
    names = _names(entry.authors)
    is_preprint = entry.arxiv_id is not None and entry.venue.lower() in ("", "arxiv")
    venue = "howpublished" if entry.kind != "paper" else "booktitle"
    fields = {
        "title": f"{{{escaped(plain(entry.title or entry.url or ''))}}}",
        "author": " and ".join(map(_name, names)),
        "year": str(_year(entry) or ""),
        venue: "" if is_preprint else escaped(plain(entry.venue)),
        "eprint": entry.arxiv_id or "",
        "archiveprefix": "arXiv" if entry.arxiv_id else "",
        "url": address(entry.url or ""),
    }
    kind = "inproceedings" if entry.kind == "paper" and fields[venue] else "misc"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{_key(entry, names, taken)},", *lines, "}", ""])


def _name(name: str) -> str:
    """A name for BibTeX; a single word is braced, or it would be taken for a surname without a given name."""
    return escaped(name) if " " in name or name == "others" else f"{{{escaped(name)}}}"


def escaped(text: str) -> str:
    """Return text as TeX prints it; braces are balanced and nothing is a command."""
    return "".join(_SPECIAL.get(char, char) for char in _CONTROLS.sub(" ", text))


def plain(text: str) -> str:
    """Return a Markdown line without its marks."""
    return _MARKS.sub(lambda match: match[1] or "", text).strip()


def _names(authors: str) -> list[str]:
    found = [plain(name) for name in _BETWEEN_NAMES.split(authors.strip())]
    cleaned = [re.sub(r"\s+et\.? al\.?$", "", name).strip() for name in found]
    names = ["others" if _ET_AL.match(name) else name for name in cleaned if name]
    ends_open = any(re.search(r"\set\.? al\.?$", name) for name in found)
    return [*names, "others"] if ends_open and "others" not in names else names


def _year(entry: EntryDoc) -> int | None:
    """The year the list gives, else the one in the arXiv identifier."""
    return entry.year if entry.year is not None or entry.arxiv_id is None else year_of(entry.arxiv_id)


def year_of(arxiv_id: str) -> int:
    """Return the year in which an identifier was given, by its first two digits; arXiv began in 1991."""
    digits = re.search(r"[0-9]{2}", arxiv_id)
    year = int(digits[0]) if digits else 0
    return (1900 if year > 90 else 2000) + year


def address(url: str) -> str:
    """Return an address in which nothing ends the field."""
    return re.sub(r"[{}\\\s%]", lambda match: match[0] if match[0] == "%" else f"%{ord(match[0]):02X}", url)


def _key(entry: EntryDoc, names: list[str], taken: set[str]) -> str:
    """The stem, made unique."""
    stem = stem_of(names, _year(entry), plain(entry.title))
    stem = stem or (f"arxiv{_ascii(entry.arxiv_id)}" if entry.arxiv_id else "entry")
    key, number = stem, 1
    while key.lower() in taken:
        number += 1
        key = f"{stem}-{number}"
    taken.add(key.lower())
    return key


def stem_of(names: Sequence[str], year: int | None, title: str) -> str:
    """Return last name, year and first word of the title: vaswani2017attention."""
    last = names[0].split()[-1] if names and names[0] != "others" else ""
    words = [word for word in words_of(title) if word not in _NO_WORD]
    return _ascii(last) + str(year or "") + _ascii(words[0] if words else "")


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", folded.lower())
