"""Label lines among other lines: where one ends when it is hard-wrapped, and which labels it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markup import links
from talks.documents.articles import without_addresses
from talks.documents.labels import Found, read_labels
from talks.documents.lines import Line, joined, width
from talks.documents.marks import read_number
from talks.documents.model import RESERVED_LABELS, Label
from talks.documents.outline import Source, starts_anew
from talks.documents.vocabulary import Role, role_of

_FINISHED = re.compile(r"[。；;！!）)：:】？?…]\s*$")
_FINISHED_LIST = re.compile(r"[。！!？?…]\s*$")
_BARE = re.compile(
    r"[ \t]{0,3}(?:[^\w\s【*]{1,3}\s{1,2}|[-*+•]\s{1,2})?(?:\*\*)?(?P<name>[^\s：:*【】，。；,;]{2,8}|talk ?视频)"
    r"(?:\*\*)?\s{0,2}[：:](?:\*\*)?(?P<text>[^\n]*)"
)
# Labels that somebody wrote without brackets right under the heading of a section.
_BARE_IN_SECTION = frozenset((Role.LEADS, Role.CONTRIBUTORS, Role.NOMINATIONS, Role.SUGGESTIONS, Role.THEME))
_LONG = 40
_SHORT_ROLES = frozenset((Role.NUMBER, Role.TIME, Role.HOSTS, Role.EDITORS, Role.LEADS, Role.VIDEO))
_BARE_ROLES = frozenset((Role.NUMBER, Role.TIME, Role.HIGHLIGHTS, Role.HOSTS, Role.EDITORS, Role.LEADS, Role.VIDEO))


@dataclass(frozen=True, slots=True)
class LabelLines:
    """The labels on some lines, and the index behind these."""

    found: list[Found]
    end: int

    @property
    def is_reserved(self) -> bool:
        """Whether the label is one that only our own writer uses."""
        return any(one.label.label.startswith(RESERVED_LABELS) for one in self.found)


def labels_at(
    source: Source, lines: Sequence[Line], index: int, *, in_head: bool, is_leading: bool = False
) -> LabelLines | None:
    """The labels that begin at a line, their hard-wrapped text joined; None when the line has none.

    A label without text stays empty, whatever follows it.
    """
    line = lines[index]
    if line.is_code or line.is_blank or source.is_inside(line):
        return None
    roles = _BARE_ROLES if in_head else _BARE_IN_SECTION if is_leading else frozenset[Role]()
    found = read_labels(line.text) or ([bare] if (bare := _bare_label(source, line, roles)) else [])
    if not found:
        return None
    end = index + 1
    if found[-1].label.text:
        role = found[-1].role
        # The highlights are a list with ；, which ends no line of it.
        finished = _FINISHED_LIST if role is Role.HIGHLIGHTS else _FINISHED
        end = _end(source, lines, index, finished if in_head and role not in _SHORT_ROLES else None)
        if end > index + 1:
            text = joined([one.text for one in lines[index:end]])
            again = read_labels(text) or ([bare] if (bare := _bare_label(source, Line((0,), text), roles)) else [])
            found = again or found
    return LabelLines(found, end)


def _end(source: Source, lines: Sequence[Line], index: int, finished: re.Pattern[str] | None) -> int:
    """The index behind a label's text; a long line that is not `finished` goes on in the one right below."""
    end = source.paragraph(lines, index)
    while finished and end < len(lines) and not lines[end].is_blank and not starts_anew(lines[end]):
        before = lines[end - 1].text
        if width(before.strip()) < _LONG or finished.search(before) or read_number(lines[end].text):
            break
        if _bare_label(source, lines[end]) or is_address_line(lines[end]):
            break
        end = source.paragraph(lines, end)
    return end


def _bare_label(source: Source, line: Line, roles: frozenset[Role] = _BARE_ROLES) -> Found | None:
    """A label that somebody wrote without its brackets (时间：20230722)."""
    match = None if source.is_own else _BARE.match(line.text)
    if match is None or role_of(match["name"]) not in roles:
        return None
    return Found(Label(match["name"], match["text"].strip()), has_colon=True)


def is_address_line(line: Line) -> bool:
    """Whether a line is one address and nothing else."""
    if line.is_code or "://" not in line.text:
        return False
    found = links.find(line.text)
    return bool(found) and not re.search(r"\w", without_addresses(line.text))
