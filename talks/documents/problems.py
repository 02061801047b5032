"""Every doubt that reading a document can raise: its code and its sentence; a new doubt gets a row here first."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from talks.documents.model import Problem, Refused


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
    ENCRYPTED = "encrypted"
    IMAGE_ONLY = "image_only"
    UNREADABLE = "unreadable"
    UNKNOWN_TYPE = "unknown_type"
    NOT_AN_EPISODE = "not_an_episode"
    NO_NUMBER = "no_number"
    # about the file
    ENCODING = "encoding"
    PICTURE_SKIPPED = "picture_skipped"
    CONTROL_CHARACTERS = "control_characters"
    LINK_ADDED = "link_added"
    LINK_TARGET = "link_target"
    PAGE_LINES_SKIPPED = "page_lines_skipped"
    # about the episode
    NUMBER_DOUBT = "number_doubt"
    DATE_MISSING = "date_missing"
    DATE_DOUBT = "date_doubt"
    TIME_ASSUMED = "time_assumed"
    NAME_DOUBT = "name_doubt"
    # about places
    LABEL_CONTRADICTS_HEADING = "label_contradicts_heading"
    SECTION_UNKNOWN = "section_unknown"
    SECTION_REPEATED = "section_repeated"
    GROUP_REPEATED = "group_repeated"
    PART_REPEATED = "part_repeated"
    HEADING_AS_TEXT = "heading_as_text"
    # about entries
    QUESTION_EMPTY = "question_empty"
    NUMBER_REPEATED = "number_repeated"
    NUMBER_IN_ANSWER = "number_in_answer"
    ADDRESS_WITHOUT_TITLE = "address_without_title"
    ADDRESS_BROKEN = "address_broken"
    UNPLACED = "unplaced"


SENTENCES: dict[Code, str] = {
    Code.EMPTY: gettext_noop("The file is empty."),
    Code.BINARY: gettext_noop("This is not a text file."),
    Code.MOJIBAKE: gettext_noop("The text was destroyed by a wrong encoding; please find the original."),
    Code.TOO_LARGE: gettext_noop("The file is too large."),
    Code.ENCRYPTED: gettext_noop("The PDF is encrypted."),
    Code.IMAGE_ONLY: gettext_noop("The PDF holds pictures only, no text."),
    Code.UNREADABLE: gettext_noop("The file cannot be read."),
    Code.UNKNOWN_TYPE: gettext_noop("Only .md, .txt, .pdf and .json files are read."),
    Code.NOT_AN_EPISODE: gettext_noop("The JSON is no episode document."),
    Code.NO_NUMBER: gettext_noop("No episode number was found in the file name, title or text."),
    Code.ENCODING: gettext_noop("The text was not UTF-8; its encoding was detected."),
    Code.PICTURE_SKIPPED: gettext_noop("A picture was left out."),
    Code.CONTROL_CHARACTERS: gettext_noop("The text holds invisible control characters or damaged ones."),
    Code.LINK_ADDED: gettext_noop("This address stood only in the link of the PDF and was added."),
    Code.LINK_TARGET: gettext_noop("A link of the PDF could not be matched with its text."),
    Code.PAGE_LINES_SKIPPED: gettext_noop("A header or footer that stands on every page was left out."),
    Code.NUMBER_DOUBT: gettext_noop("The file name, the title and the text name different episode numbers."),
    Code.DATE_MISSING: gettext_noop("No date was found."),
    Code.DATE_DOUBT: gettext_noop("The date could not be read for certain."),
    Code.TIME_ASSUMED: gettext_noop("No time of day was found; 21:00 was assumed."),
    Code.NAME_DOUBT: gettext_noop("This may not be a name."),
    Code.LABEL_CONTRADICTS_HEADING: gettext_noop("The label names another section than the heading above it."),
    Code.SECTION_UNKNOWN: gettext_noop("This section is not known; it was taken as a new one."),
    Code.SECTION_REPEATED: gettext_noop("This section occurs more than once."),
    Code.GROUP_REPEATED: gettext_noop("This heading occurs twice in one section; both were put together."),
    Code.PART_REPEATED: gettext_noop("This part of the discussion occurs twice; both were put together."),
    Code.HEADING_AS_TEXT: gettext_noop("This heading reads like a sentence and was taken as text."),
    Code.QUESTION_EMPTY: gettext_noop("A question number without a question."),
    Code.NUMBER_REPEATED: gettext_noop("This question number was used before in the same part."),
    Code.NUMBER_IN_ANSWER: gettext_noop("This numbered line was taken as part of an answer; it may be a question."),
    Code.ADDRESS_WITHOUT_TITLE: gettext_noop("An address without a title."),
    Code.ADDRESS_BROKEN: gettext_noop("An address was broken over lines or by a space; it was put together."),
    Code.UNPLACED: gettext_noop("This text fits nowhere; it is kept at the end."),
}


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The doubts by line, those about the whole document last."""
    return tuple(sorted(problems, key=lambda one: (one.line is None, one.line or 0)))


def problem(code: Code, line: int | None = None, detail: str = "") -> Problem:
    """A doubt with the sentence of its code; `detail` is the piece of the document it is about."""
    return Problem(line, code.value, SENTENCES[code], detail)


def refused(code: Code, detail: str = "") -> Refused:
    """The refusal with the sentence of its code; `detail` is what it is about ("PNG", a limit)."""
    return Refused(code.value, SENTENCES[code], detail)
