"""A problem of an import in the reader's language: the sentence of its code, and its detail where that is ours."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from members.rules import in_one
from talks.documents.model import Problem
from talks.documents.problems import Code

# What a DocumentError says of a value → the sentence about the value at `path`.
RULES = (
    (r"is missing", gettext_noop("%(path)s is missing.")),
    (r"is unknown", gettext_noop("%(path)s is unknown.")),
    (r"is out of range", gettext_noop("%(path)s is out of range.")),
    (r"is a label that only the writer uses", gettext_noop("%(path)s is a label that only the export writes.")),
    (r"must not be empty", gettext_noop("%(path)s must not be empty.")),
    (r"must be text", gettext_noop("%(path)s must be text.")),
    (r"must be a list", gettext_noop("%(path)s must be a list.")),
    (r"must be an object", gettext_noop("%(path)s must be an object.")),
    (r"must be a whole number", gettext_noop("%(path)s must be a whole number.")),
    (r"must be true or false", gettext_noop("%(path)s must be true or false.")),
    (r"must be arXiv ids", gettext_noop("%(path)s must be arXiv ids.")),
    (r"must be 1 or more", gettext_noop("%(path)s must be 1 or more.")),
    (r"must be at most (?P<limit>\d+)", gettext_noop("%(path)s: at most %(limit)s.")),
    (
        r"must be at most (?P<limit>\d+) characters without 【 and 】",
        gettext_noop("%(path)s: at most %(limit)s characters, without 【 and 】."),
    ),
    (r"must be 1 to 6, or 0 when .*", gettext_noop("%(path)s must be 1 to 6, or 0 when there is no title.")),
    (r"must be one line .*", gettext_noop("%(path)s must be one line without space around it.")),
    (r"must be an http address .*", gettext_noop("%(path)s must be an http address without spaces.")),
    (r"must be small letters, .*", gettext_noop("%(path)s must be small letters, digits, - and _.")),
    (r"must be a code such as .*", gettext_noop("%(path)s must be a code such as 004 or S02.")),
    (
        r"must be a time with its offset, such as (?P<value>\S+)",
        gettext_noop("%(path)s must be a time with its offset, such as %(value)s."),
    ),
    (
        r"must lie between the years (?P<first>\d+) and (?P<last>\d+)",
        gettext_noop("%(path)s must lie between the years %(first)s and %(last)s."),
    ),
    (r"must be (?P<value>\"[^\"]*\")(?: for this kind and number)?", gettext_noop("%(path)s must be %(value)s.")),
    (r"must be one of (?P<value>.*)", gettext_noop("%(path)s must be one of: %(value)s.")),
    (r"must be null: .*", gettext_noop("%(path)s must be null: a follow-up has no number.")),
    (r"must be empty: .*", gettext_noop("%(path)s must be empty: a follow-up has no follow-ups.")),
    (r"holds a character that is no text", gettext_noop("%(path)s holds a character that is no text.")),
    (
        r"a free_talk section holds questions, .*",
        gettext_noop("%(path)s: a free_talk section holds questions, no groups or items."),
    ),
)
# How the readers note a detail in short → the sentence that it is for people. Anything else is text of the document.
DETAILS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(shape), sentence)
    for shape, sentence in (
        (r"> (?P<limit>\d+(?: MiB)?)", gettext_noop("At most %(limit)s.")),
        (r"(?P<path>[a-z_.]+) > (?P<limit>\d+)", gettext_noop("%(path)s: at most %(limit)s.")),
        (r"(?P<path>[a-z_.]+): 2 × (?P<value>.*)", gettext_noop("%(path)s names %(value)s twice.")),
        (r"p\. (?P<page>\d+)", gettext_noop("Page %(page)s.")),
        (r"p\. (?P<page>\d+) \(×(?P<count>\d+)\)", gettext_noop("Page %(page)s, %(count)s pictures.")),
        (
            r"The text has (?P<length>\d+) characters; (?P<limit>\d+) are possible\.",
            gettext_noop("One of its texts has %(length)s characters; %(limit)s are possible."),
        ),
        (
            r".*: line (?P<line>\d+) column (?P<column>\d+) \(char \d+\)",
            gettext_noop("No JSON from line %(line)s, column %(column)s."),
        ),
        (r"maximum recursion depth exceeded.*", gettext_noop("The JSON is nested too deeply.")),
        (r"Exceeds the limit \(\d+ digits\).*", gettext_noop("A number in it is too long.")),
        (r"must be an object", gettext_noop("It must be an object.")),
        *((rf"(?P<path>.+?): {rule}", sentence) for rule, sentence in RULES),
    )
)


def sentence_of(problem: Problem) -> str:
    """Return the whole of what a problem says, in the language of the reader."""
    sentence = _(problem.message)
    if not problem.detail:
        return sentence
    if more := _sentence_of_detail(problem):
        return in_one([sentence, more])
    return about(sentence, problem.detail)


def about(sentence: str, text: str) -> str:
    """Return a sentence and the piece of a document that it is about, as one."""
    return _("%(sentence)s: %(text)s") % {"sentence": sentence.rstrip(".。"), "text": text}


def _sentence_of_detail(problem: Problem) -> str:
    """Return what the detail says, or "" where it is text of the document."""
    if problem.code == Code.BINARY:
        return _("It looks like %(kind)s.") % {"kind": problem.detail}
    for shape, sentence in DETAILS:
        if found := shape.fullmatch(problem.detail):
            return _(sentence) % found.groupdict()
    return ""
