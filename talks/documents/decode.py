"""Files of documents by their names, and what `markup.decode` finds wrong with them in the words of documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markup import decode as plain
from markup.decode import MAX_BYTES, Doubt, Undecodable
from talks.documents.model import Problem
from talks.documents.problems import Code, problem, refused

__all__ = ["MAX_BYTES", "Decoded", "decode", "doubts_about_characters", "kind_of"]

Kind = Literal["md", "txt", "pdf", "json"]
_KINDS: dict[str, Kind] = {"md": "md", "txt": "txt", "pdf": "pdf", "json": "json"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, the encoding it was in (a name people know: UTF-8, UTF-16, GB18030, Big5) and the doubts."""

    text: str
    encoding: str
    problems: tuple[Problem, ...]


def kind_of(name: str) -> Kind:
    """The kind of a file by the ending of its name. Raises Refused `unknown_type`."""
    kind = _KINDS.get(name.rpartition(".")[2].lower()) if "." in name else None
    if kind is None:
        raise refused(Code.UNKNOWN_TYPE, name.rpartition("/")[2])
    return kind


def decode(data: bytes, *, name: str) -> Decoded:
    """The text of a .md, .txt or .json file; a PDF is not one of them (`pdf.text_of`).

    Raises Refused: empty, too_large, binary, mojibake, unreadable (an encoding that is not known), and
    unknown_type for the name. Problems: `encoding` and `control_characters` (see `markup.decode`).
    """
    kind_of(name)
    try:
        found = plain.decode(data)
    except Undecodable as error:
        raise refused(Code(error.code), error.detail) from error
    return Decoded(found.text, found.encoding, tuple(map(_problem, found.doubts)))


def doubts_about_characters(text: str) -> tuple[Problem, ...]:
    """A problem for the first character that is no text: a control character, or one that could not be decoded."""
    return tuple(map(_problem, plain.doubts_about_characters(text)))


def _problem(doubt: Doubt) -> Problem:
    return problem(Code(doubt.code), doubt.line, doubt.detail)
