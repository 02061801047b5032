"""Footnotes: their names, which every parser must read alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from markup.targets.tree import Document, FootnoteReference, Inline, Line, Note, change_lines, map_document

_SAFE_NAME = re.compile(r"[\w-]{1,60}")


def name_notes(document: Document) -> Document:
    """The document with a plain, distinct name for each of its footnotes.

    The first of several notes of one name is the one that is referred to, as on GitHub; the others stay, under
    names of their own. GitHub does not tell capital letters from small ones.
    """
    if not document.notes:
        return document
    names: dict[str, str] = {}
    taken = {note.label.casefold() for note in document.notes}
    used: set[str] = set()
    notes: list[Note] = []
    for note in document.notes:
        name = note.label
        if name.casefold() in used or not _SAFE_NAME.fullmatch(name):
            name = _fresh(taken)
        used.add(name.casefold())
        names.setdefault(note.label, name)
        notes.append(Note(name, note.blocks))

    def change(line: Line) -> Line:
        return change_lines(line, renamed)

    def renamed(node: Inline) -> Iterable[Inline]:
        return (FootnoteReference(names[node.label]) if isinstance(node, FootnoteReference) else node,)

    return map_document(replace(document, notes=tuple(notes)), change)


def _fresh(taken: set[str]) -> str:
    number = len(taken) + 1
    while (name := f"note-{number}") in taken:
        number += 1
    taken.add(name)
    return name
