"""A problem of an import in the reader's language: the sentence of its code, and its detail where that is ours."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from talks.documents.model import Problem
from talks.documents.problems import Code

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
            r".*: line (?P<line>\d+) column (?P<column>\d+) \(char \d+\)",
            gettext_noop("No JSON from line %(line)s, column %(column)s."),
        ),
        (r"(?P<path>\S+): is missing", gettext_noop("%(path)s is missing.")),
        (r"(?P<path>\S+): is unknown", gettext_noop("%(path)s is unknown.")),
        (r"(?P<path>\S+): must not be empty", gettext_noop("%(path)s must not be empty.")),
        (r"(?P<path>\S+): must be text", gettext_noop("%(path)s must be text.")),
        (r"(?P<path>\S+): must be a list", gettext_noop("%(path)s must be a list.")),
        (r"(?P<path>\S+): must be an object", gettext_noop("%(path)s must be an object.")),
        (r"must be an object", gettext_noop("It must be an object.")),
        (r"(?P<path>\S+): must be a whole number", gettext_noop("%(path)s must be a whole number.")),
        (
            r"(?P<path>\S+): must be (?P<value>\"[^\"]*\")(?: for this kind and number)?",
            gettext_noop("%(path)s must be %(value)s."),
        ),
        (r"(?P<path>\S+): must be one of (?P<value>.*)", gettext_noop("%(path)s must be one of: %(value)s.")),
    )
)


def sentence_of(problem: Problem) -> str:
    """Return the whole of what a problem says, in the language of the reader."""
    message = _(problem.message)
    return f"{message} {_detail_of(problem)}" if problem.detail else message


def _detail_of(problem: Problem) -> str:
    if problem.code == Code.BINARY:
        return _("It looks like %(kind)s.") % {"kind": problem.detail}
    for shape, sentence in DETAILS:
        if found := shape.fullmatch(problem.detail):
            return _(sentence) % found.groupdict()
    return problem.detail
