"""Which episode a document is: its title line, its 【编号】, its file name and its own list of past ones, weighed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from talks.documents.model import EpisodeKind
from talks.documents.vocabulary import fold

_SERIES = r"(?:openllm[\s_-]{0,3}talk|[a-z]{2,20}[\s_-]{0,3}talk|talk)"
_SPECIAL = r"(?:番外|特别篇|special)[\s_-]{0,2}(?:篇|期)?[\s_-]{0,2}(\d{1,6})"
_EPISODE = re.compile(rf"{_SERIES}\s{{0,3}}[】\])）]?\s{{0,3}}(?:{_SPECIAL}|第?\s?(\d{{1,10}})\s?期?)(?!\d)")
_ORDINAL = re.compile(r"第\s?(\d{1,6})\s?期")
_ALONE = re.compile(rf"(?:{_SPECIAL}|第?\s?(\d{{1,6}})\s?期?)(?!\d)")
_TITLE = re.compile(
    rf"[^\w【\[]{{0,6}}[【\[]?\s?{_SERIES}\s{{0,3}}[】\])）]?\s{{0,3}}(?:{_SPECIAL}|第?\s?\d{{1,10}}\s?期?)(?!\d)\s?[】\])）]?"
    r"\s{0,3}(?P<colon>:|[\-—–|·]{0,2})\s{0,3}"
)
_STEM_NUMBER = re.compile(r"(?<!\d)(\d{1,4})(?!\d)")
_STEM_SPECIAL = re.compile(r"(?:番外|特别篇|special)[\s_-]{0,3}(\d{1,6})|(?<![a-z0-9])s(\d{2,6})(?![a-z0-9])")
_STEM_CODE = re.compile(r"^\d{3}(?!\d)|(?:talk|openllm)[\s_-]{0,3}\d{3}(?!\d)")
_STEM_DATE = re.compile(r"20\d{2}[-_.]?\d{1,2}[-_.]?\d{1,2}")


@dataclass(frozen=True, slots=True)
class Code:
    """Kind and number of an episode."""

    kind: EpisodeKind
    number: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place that names the episode, how much it counts, and its line if it has one."""

    code: Code
    weight: int
    line: int | None = None


def named(text: str) -> Code | None:
    """The episode that a text names as `OpenLLM Talk 005`, `第 5 期` or `OpenLLM Talk 番外02`."""
    folded = fold(text)
    if match := _EPISODE.search(folded):
        return Code("special", int(match[1])) if match[1] else Code("regular", int(match[2]))
    if match := _ORDINAL.search(folded):
        return Code("regular", int(match[1]))
    return None


def of_label(text: str) -> Code | None:
    """The episode that the text of a 【编号】 label names; a bare number will do."""
    match = _ALONE.match(fold(text).strip(" #[【("))
    if match is None:
        return named(text)
    return Code("special", int(match[1])) if match[1] else Code("regular", int(match[2]))


def of_title(text: str, *, is_heading: bool = False) -> tuple[Code, str] | None:
    """The episode that a title line names at its start, and the title behind it ("" when there is none).

    In a line that is no heading the title must be set off by a mark, or be short and no sentence.
    """
    code, match = named(text), _TITLE.match(fold(text))
    if code is None or match is None:
        return None
    rest = text[match.end() :].strip()
    is_set_off = bool(match["colon"]) or text[: match.end()].rstrip().endswith(("】", "]"))
    if is_heading or is_set_off or not rest or (len(rest) <= 30 and not re.search(r"[。？?！!]", rest)):
        return code, rest
    return None


def of_file(name: str) -> Evidence | None:
    """The episode that a file name names. Three digits at its start or behind `talk` are a code and count most."""
    stem = fold(name.replace("\\", "/").rsplit("/", 1)[-1]).split(".", 1)[0]
    if match := _STEM_SPECIAL.search(stem):
        return Evidence(Code("special", int(match[1] or match[2])), 3)
    bare = _STEM_DATE.sub(" ", stem)
    code = _STEM_CODE.search(bare)
    match = _STEM_NUMBER.search(bare, code.end() - 3 if code else 0)
    if match is None:
        return None
    return Evidence(Code("regular", int(match[1])), 3 if code else 1)


def weigh(evidence: Iterable[Evidence], past: Iterable[Code]) -> tuple[Code | None, bool]:
    """The episode that the evidence speaks for, and whether it is in doubt.

    Every place counts its weight, the earlier one wins a draw. An episode that the document lists as past is
    hardly its own: a number was forgotten when last week's document was copied.
    """
    places = list(evidence)
    if not places:
        return None, False
    over = set(past)
    weights: dict[Code, int] = {}
    for place in places:
        weights.setdefault(place.code, -2 if place.code in over else 0)
        weights[place.code] += place.weight
    return max(weights, key=lambda code: weights[code]), len(weights) > 1
