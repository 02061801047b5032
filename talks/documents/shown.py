"""A document as its readers see it, for the channels: readable texts, one-line fields without stray escapes.

Titles and labels are Markdown of the site. A converted document says `a\\_b` and `<https://…>` where a reader sees
a_b and the address; written by `writer` as they are, each escape would be escaped once more and be seen.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from markup.targets import reading, tree
from talks.documents.lines import joined
from talks.documents.model import (
    EpisodeDoc,
    ItemDoc,
    Label,
    Past,
    Plan,
    QuestionDoc,
    Recording,
    Reference,
    SectionDoc,
)
from talks.documents.readable import readable_document
from talks.documents.structure_lines import as_markdown, meant, starts_paragraph

# One-line fields that the site renders, and what is read out of labels, which must say the same as they.
_LINES: dict[type[Any], frozenset[str]] = {
    Label: frozenset(("text",)),
    ItemDoc: frozenset(("title", "author", "site", "remark", "contributors")),
    SectionDoc: frozenset(("brief", "theme", "leads", "contributors", "nominations", "suggestions")),
    EpisodeDoc: frozenset(("time_text", "hosts", "editors", "leads", "highlights")),
    Recording: frozenset(("title",)),
    Reference: frozenset(("title",)),
    Plan: frozenset(("body",)),
    Past: frozenset(("title",)),
}
_WORD = re.compile(r"[!-~]*\\[!-~]+")
_SENTENCE_END = re.compile(r"[。！？!?…；]+(?:[”’」』）)]*)(?=\s|[^\x00-\x7f]|$)")
# A longer question is cut behind its first sentence, which has at least so many letters.
_LONGEST, _LEAST = 80, 8


def shown_document(doc: EpisodeDoc) -> EpisodeDoc:
    """The document as it is shown."""
    result: EpisodeDoc = _shown(readable_document(doc), is_line=False)
    return result


def _shown(value: Any, *, is_line: bool) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        lines = _LINES.get(type(value), frozenset())
        changed = {
            field.name: _shown(getattr(value, field.name), is_line=field.name in lines) for field in fields(value)
        }
        if isinstance(value, QuestionDoc):
            changed["body"] = with_whole_heading(value.body)
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(_shown(part, is_line=is_line) for part in value)
    return shown_line(value) if is_line and isinstance(value, str) else value


def shown_line(text: str) -> str:
    """The line so that `as_markdown` writes what a reader of the site sees: the same letters, marks and addresses."""
    if not ("\\" in text or "<" in text or "&" in text) or "\n" in text:
        return text
    line = reading.read_line(text)
    wanted = tree.plain(line)
    candidates = [meant(text), _WORD.sub(lambda match: f"`{meant(match[0])}`", text)]
    if all(isinstance(node, tree.Text) or (isinstance(node, tree.Link) and _is_bare(node)) for node in line):
        candidates.insert(0, wanted)
    return next((one for one in candidates if one == text or _as_read(one) == wanted), text)


def _is_bare(link: tree.Link) -> bool:
    return tree.plain(link.children) == link.url


def _as_read(text: str) -> str:
    """The letters that a reader sees when the text stands behind the mark of a heading."""
    match reading.read(as_markdown(f"# {text}")).blocks:
        case (tree.Heading(_, children),):
            return tree.plain(children)
    return ""


def with_whole_heading(body: str) -> str:
    """The question with its first sentence or short paragraph on its first line, as the site joins its lines."""
    paragraph, gap, rest = body.partition("\n\n")
    lines = paragraph.split("\n")
    if len(lines) == 1 and len(paragraph) <= _LONGEST and paragraph.strip() == paragraph:
        return body
    nodes = _joinable(lines)
    if not nodes:
        return body
    whole = joined(lines)
    found = _SENTENCE_END.search(whole, _LEAST) if len(whole) > _LONGEST else None
    if found is not None and not any(isinstance(one, tree.Mark) for one in nodes):
        first, second = whole[: found.end()], whole[found.end() :].strip()
        if second and starts_paragraph(first) and starts_paragraph(second):
            return f"{first}\n{second}{gap}{rest}"
    return f"{whole}{gap}{rest}"


def _joinable(lines: list[str]) -> tree.Line:
    """The text of lines that Markdown joins to one; nothing when a break is meant or more than text stands there."""
    if any(line.endswith(("  ", "\\")) for line in lines[:-1]):
        return ()
    match reading.read("\n".join(lines)).blocks:
        case (tree.Paragraph(children),):
            kinds = (tree.Text, tree.Link, tree.SoftBreak, tree.Mark)
            return children if all(isinstance(one, kinds) for one in children) else ()
    return ()
