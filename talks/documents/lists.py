"""The lists behind the sections: 参考资料, 后续计划, 往期精彩."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markup import links
from talks.documents import numbering
from talks.documents.articles import is_attribution, linked_title
from talks.documents.items import Kind, Piece, pieces
from talks.documents.ledger import Node
from talks.documents.lines import Line, joined, trimmed
from talks.documents.marks import bullet_end, read_number
from talks.documents.model import Past, PastKind, Plan, code_of
from talks.documents.outline import Source
from talks.documents.structure_lines import as_markdown, meant
from talks.documents.vocabulary import fold

# `- title <address>`, the one form our own writer uses; `<>` says that there is no address.
_ENTRY = re.compile(r"- (?P<title>.*?)(?: ?<(?P<url>https?://[^\s<>]+|)>)?", re.IGNORECASE)
_PAST_PREFIX = re.compile(r"【往期 (?P<code>-|\d{3,10}|S\d{2,10}) (?P<kind>article|video|template)】(?P<title>.*)")
_PLAN_PREFIX = re.compile(r"【优先级(?: (?P<priority>[^【】]+))?】(?P<body>.*)")
_ATTRIBUTED = re.compile(r"的文章\s?[-–—]\s?\S{1,12}\s*$")
_PRIORITY = re.compile(r"(?<![A-Za-z0-9])P\d(?![A-Za-z0-9])")
_VIDEO_HOSTS = ("bilibili.com", "b23.tv", "youtube.com", "youtu.be", "acfun.cn", "ixigua.com")


@dataclass(slots=True)
class LinkDraft:
    """A title with its address, as references and past episodes are given."""

    title: str
    url: str | None
    lines: list[Line] = field(default_factory=list)
    is_written: bool = False
    node: Node = field(default_factory=Node)


def read_links(source: Source, lines: Sequence[Line]) -> list[LinkDraft]:
    """The titles and addresses of a list; one without the other stays by itself."""
    drafts: list[LinkDraft] = []
    for part in pieces(source, lines):
        written = _written(part) if source.is_outlined else None
        if written is not None:
            drafts.append(written)
        elif part.kind is Kind.ADDRESS:
            _add_addresses(drafts, part)
        elif part.kind is Kind.TEXT and part.addresses:
            drafts += _inline(part)
        elif drafts and drafts[-1].url is None and _is_rest_of_title(drafts[-1].title, part.text):
            drafts[-1].title = joined([drafts[-1].title, part.text])
            drafts[-1].lines += part.lines
        else:
            text = part.text or joined([line.text for line in part.lines])
            drafts.append(LinkDraft(_title(text), None, list(part.lines)))
    return drafts


def _is_rest_of_title(before: str, text: str) -> bool:
    """Whether a paragraph is the end of the title before it, torn by a converter: the attribution comes last."""
    if is_attribution(text):
        return True
    return not _ATTRIBUTED.search(before) and bool(_ATTRIBUTED.search(text)) and not text.startswith(("【", "[", "《"))


def _written(part: Piece) -> LinkDraft | None:
    """An entry as our own writer writes it; a Markdown link without our angle brackets is somebody else's."""
    if len(part.lines) != 1 or part.kind is Kind.CODE:
        return None
    line = part.lines[0].as_written
    match = _ENTRY.fullmatch(line)
    if match is None or (match["url"] is None and part.addresses):
        return None
    return LinkDraft(meant(match["title"]).strip(), match["url"] or None, list(part.lines), is_written=True)


def write_link(title: str, url: str | None) -> str:
    """The line that `read_links` reads as this title and address in a document of our own."""
    start = as_markdown(f"- {title}").rstrip()
    if url is not None:
        return f"{start} <{url}>"
    is_plain = title and not links.find(title) and not re.search(r"<[^<>]*>$", title)
    return start if is_plain else f"{start} <>"


def _add_addresses(drafts: list[LinkDraft], part: Piece) -> None:
    for place, address in enumerate(part.addresses):
        lines = list(part.lines) if place == 0 else []
        if drafts and drafts[-1].url is None and place == 0:
            drafts[-1].url = address.url
            drafts[-1].lines += lines
        else:
            drafts.append(LinkDraft("", address.url, lines))


def _inline(part: Piece) -> list[LinkDraft]:
    """The entries of a line that holds titles and addresses, one after another."""
    text = _title(part.text)
    start = text.find("[")
    linked = linked_title(text[start:]) if start >= 0 else None
    if linked is not None and linked[0]:
        before, behind = text[:start].strip(), linked[2].strip()
        title = " ".join(piece for piece in (before, linked[0], behind) if piece)
        return [LinkDraft(title, linked[1], list(part.lines))]
    drafts: list[LinkDraft] = []
    position = 0
    for address in links.find(text):
        title = _bare_title(text[position : address.start])
        drafts.append(LinkDraft(title, address.url, [] if drafts else list(part.lines)))
        position = address.end
    if rest := _bare_title(text[position:]):
        drafts[-1].title = f"{drafts[-1].title} {rest}".strip()
    return drafts


def _bare_title(text: str) -> str:
    text = re.sub(r"</?(?:u|mark|b)>", "", text).strip()
    return text.strip("<>[]()（） ").rstrip("：:，,").strip()


def _title(text: str) -> str:
    entry = read_number(text)
    if entry is not None and not entry.is_decimal:
        text = text[entry.end :]
    elif (end := bullet_end(text)) is not None:
        text = text[end:]
    return Line((0,), text).bare


def to_past(draft: LinkDraft) -> Past:
    """A past episode: its code and kind read from title and address, unless the writer spelled them out."""
    if draft.is_written and (match := _PAST_PREFIX.fullmatch(draft.title)):
        code = None if match["code"] == "-" else match["code"]
        kind: PastKind = "article" if match["kind"] == "article" else "video"
        kind = "template" if match["kind"] == "template" else kind
        return Past(code, match["title"].strip(), draft.url, kind)
    named = numbering.named(draft.title)
    code = code_of(named.kind, named.number) if named else None
    return Past(code, draft.title, draft.url, _past_kind(draft.title, draft.url))


def _past_kind(title: str, url: str | None) -> PastKind:
    head = fold(title)[:40]
    if "模板" in head or "模版" in head:
        return "template"
    host = links.host(url) if url else ""
    return "video" if any(host == one or host.endswith(f".{one}") for one in _VIDEO_HOSTS) else "article"


def write_past(past: Past) -> str:
    """The line of a past episode; what its title does not say stands before it."""
    plain = LinkDraft(past.title, past.url, is_written=True)
    if to_past(plain) == past:
        return write_link(past.title, past.url)
    return write_link(f"【往期 {past.code or '-'} {past.kind}】{past.title}", past.url)


@dataclass(slots=True)
class PlanDraft:
    """A plan and its lines."""

    plan: Plan
    lines: list[Line]
    node: Node = field(default_factory=Node)


def read_plans(source: Source, lines: Sequence[Line]) -> tuple[list[PlanDraft], list[Line]]:
    """The plans of a list, and the text that is no entry of it."""
    drafts: list[PlanDraft] = []
    body: list[Line] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        start = None if line.is_code or line.is_blank else _plan_start(line.text)
        if start is None:
            body.append(line)
            index += 1
            continue
        end = source.paragraph(lines, index)
        own = [one for one in lines[index:end] if not one.is_blank]
        text = (
            meant(line.as_written)[start:]
            if source.is_outlined
            else joined([line.text[start:], *(one.text for one in own[1:])])
        )
        drafts.append(PlanDraft(_plan(text, is_outlined=source.is_outlined), own))
        index = end
    return drafts, trimmed(body)


def _plan_start(text: str) -> int | None:
    """Where the text of a plan begins behind its bullet or number."""
    end = 1 if text == "-" else bullet_end(text)
    if end is not None:
        return end
    entry = read_number(text)
    return entry.end if entry and not entry.is_decimal else None


def _plan(text: str, *, is_outlined: bool) -> Plan:
    if is_outlined and (match := _PLAN_PREFIX.fullmatch(text)):
        return Plan(match["body"].strip(), (match["priority"] or "").strip() or None)
    priority = _PRIORITY.search(fold(text).upper())
    return Plan(text, priority[0] if priority else None)


def write_plan(plan: Plan) -> str:
    """The line of a plan; a priority that its text does not say stands before it."""
    if _plan(plan.body, is_outlined=True) == plan:
        return as_markdown(f"- {plan.body}")
    return as_markdown(f"- 【优先级 {plan.priority}】{plan.body}" if plan.priority else f"- 【优先级】{plan.body}")
