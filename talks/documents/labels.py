"""The 【label】 lines of a document: recognising one, one after another on a line, and writing them back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from talks.documents.model import MAX_LABEL, Label
from talks.documents.structure_lines import meant
from talks.documents.vocabulary import Role, role_of

_COLON = "：:﹕︰"
# A converter makes a heading of a bold label (### **【主持人】**：…), others a bullet.
_START = r"[ \t]{0,3}(?:(?:[-*+•>]|#{1,6})[ \t]{1,3})?"
_NAME = r"【(?P<name>[^【】\n]{1,140})】"
_PLAIN = re.compile(rf"{_START}{_NAME}[ \t]{{0,3}}(?P<colon>[{_COLON}])?(?P<text>[^\n]*)")
_BOLD = re.compile(
    rf"{_START}(?P<open>\*\*|__)[ \t]{{0,2}}{_NAME}(?P<middle>(?P=open))?"
    rf"[ \t]{{0,3}}(?P<colon>[{_COLON}])?(?P<late>(?P=open))?(?P<text>[^\n]*)"
)
_INSIDE = re.compile(rf"(?<!\\)(?P<slashes>\\*+)【(?P<name>[^【】\n]{{1,60}})】\s{{0,3}}[{_COLON}]")
_TEXTLESS_COLON = frozenset(("本期贡献者",))


@dataclass(frozen=True, slots=True)
class Found:
    """A label on a line, and whether a colon stands behind it."""

    label: Label
    has_colon: bool

    @property
    def role(self) -> Role | None:
        return role_of(self.label.label)


def read_label(line: str) -> Found | None:
    """The label that a line begins with; without a colon only the labels that the tables know are labels.

    Emphasis of the label, or of the whole line, is left out; the text is as written.
    """
    match = _BOLD.match(line)
    text = _inside_emphasis(match) if match else None
    if text is None:
        match = _PLAIN.match(line)
        text = match["text"] if match else ""
    if match is None:
        return None
    name = match["name"].strip()
    if not name or (len(name) > MAX_LABEL and len(meant(name)) > MAX_LABEL):
        return None
    if match["colon"] is None and (role_of(name) is None or text.startswith("的")):
        return None  # 【编辑】的话 is a sentence
    return Found(Label(name, _unescaped(text).strip()), match["colon"] is not None)


def _inside_emphasis(match: re.Match[str]) -> str | None:
    """The text of a bold label, or None when the emphasis is not that of the label or the whole line."""
    if match["middle"] or match["late"]:
        return match["text"]
    stripped = match["text"].rstrip()
    return stripped[:-2] if stripped.endswith(match["open"]) else None


def read_labels(line: str) -> list[Found]:
    """The labels of a line: several when known ones follow each other on it (【贡献者】：甲木 【提名区】：)."""
    if read_label(line) is None:
        return []
    cuts = [match.start() for match in _INSIDE.finditer(line) if _splits(line, match)]
    starts = [0, *cuts]
    pieces = [line[start:end] for start, end in zip(starts, [*cuts, len(line)], strict=True)]
    found = [read_label(piece) for piece in pieces]
    if any(one is None for one in found):
        whole = read_label(line)
        return [whole] if whole else []
    return [one for one in found if one is not None]


def _splits(line: str, match: re.Match[str]) -> bool:
    if match.start() == 0 or match["slashes"] or role_of(match["name"]) is None:
        return False
    before = line[: match.start()]
    return bool(before.strip(" \t*_-+•>")) and before[-1] in " \t；;。"


def _unescaped(text: str) -> str:
    if "【" not in text or "\\" not in text:
        return text
    return _INSIDE.sub(lambda match: match[0][1:] if match["slashes"] and role_of(match["name"]) else match[0], text)


def write_label(label: Label) -> str:
    """The line of a label, so that `read_labels` gives exactly this label back."""
    text = _INSIDE.sub(lambda match: "\\" + match[0] if role_of(match["name"]) else match[0], label.text)
    # 【Free Talk】自由提问 and 【本期贡献者】- 排名不分先后： have no colon in the community's template.
    has_no_colon = label.label in _TEXTLESS_COLON or "talk" in label.label.lower()
    if has_no_colon and text and (text.startswith("-") or role_of(label.label) is Role.BRIEF):
        plain = f"【{label.label}】{text}"
        if _reads_as(plain, label):
            return plain
    return f"【{label.label}】：{text}"


def _reads_as(line: str, label: Label) -> bool:
    return [found.label for found in read_labels(line)] == [label]
