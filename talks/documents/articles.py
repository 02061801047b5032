"""The title of a linked article: its author, site and remark (` - 作者的文章 - 知乎--强烈推荐`), who brought it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from markup import links
from talks.documents.lines import bare
from talks.documents.people import signature

_ATTRIBUTION = re.compile(
    r"(?:^|\s|(?<=[^\x00-\x7f]))[-–—]{1,2}\s{0,2}(?P<author>[^\s\-–—][^\-–—\n]{0,39}?)\s?的文章"
    r"\s{0,2}[-–—]{1,2}\s{0,2}(?P<site>[^\s\-–—,，。；;：:]{1,12})"
    r"(?:\s{0,2}[-–—]{1,3}\s{0,2}(?P<remark>[^\s\-–—][^\n]{0,29}))?\s{0,4}$"
)
_ATTRIBUTION_ALONE = re.compile(r"[-–—]\s{0,2}[^\-–—\n]{1,40}的(?:文章|回答|专栏|想法|视频)\s{0,2}[-–—]\s{0,2}\S{1,12}")
_REMARK = re.compile(
    r"\s{0,2}[-–—]{2,3}\s{0,2}(?P<remark>(?:强烈|特别|力荐|值得)?(?:推荐|建议|安利|必读|必看|精华|干货|好文|一读|收藏|置顶)"
    r"(?:阅读|一读)?[!！~]{0,3})\s{0,4}$"
)
_SPEAKER = re.compile(r"\*\*(?P<name>[^*\s][^*\n]{0,23})\*\*\s{0,2}[:：]\s{0,2}(?=自己|我|个人|本人|刚|最近)")
_LINK = re.compile(r"\[(?P<text>(?:[^\[\]\\\n]|\\.|\[[^\[\]\n]{0,200}\]){0,400})\]\((?=<?https?://)", re.I)
_TAIL = 160


@dataclass(frozen=True, slots=True)
class Title:
    """What the title line of an item says."""

    title: str
    author: str | None = None
    site: str | None = None
    remark: str | None = None
    contributors: tuple[str, ...] = ()


def read_title(text: str, known: Collection[str] = ()) -> Title:
    """The title without the attribution of the article and without the signature of who brought it.

    A bold name before a colon is who brought it only when the words behind speak in the first person
    (**SW** : 自己做了个 repo), for the name of a project stands there as well; the title keeps it.
    """
    rest = bare(text)
    speaker = _SPEAKER.match(rest)
    contributors = [speaker["name"].strip()] if speaker else []
    if (signed := signature(rest, known)) and not signed.is_doubtful and _is_certain(rest, signed.name, known):
        contributors.append(signed.name)
        rest = rest[: signed.start].rstrip(" ；;，,")
    author = site = remark = None
    match = _ATTRIBUTION.search(rest, max(0, len(rest) - _TAIL))
    if match and rest[: match.start()].strip():
        author, site, remark = match["author"].strip(), match["site"].strip(), match["remark"]
        remark = remark.strip() if remark else None
        rest = rest[: match.start()].rstrip()
    elif (match := _REMARK.search(rest, max(0, len(rest) - _TAIL))) and rest[: match.start()].strip():
        remark, rest = match["remark"], rest[: match.start()].rstrip()
    return Title(rest.strip(), author, site, remark, tuple(dict.fromkeys(contributors)))


def _is_certain(text: str, name: str, known: Collection[str]) -> bool:
    """Whether a signature in a title is one: titles hold dashes of their own."""
    return name in known or bool(re.search(r"[-—–]{1,3}\s{0,2}(?:from|by)\b", text[-_TAIL:])) or "群友" in name


def write_title(title: Title) -> str | None:
    """The title line that `read_title` reads back as exactly this, or None when there is none."""
    text = title.title
    if title.author and title.site:
        space = " " if title.author[-1].isascii() else ""
        text = f"{text} - {title.author}{space}的文章 - {title.site}"
    if title.remark:
        text = f"{text}--{title.remark}"
    return text if read_title(text) == title and text.strip() == text and text else None


def is_attribution(text: str) -> bool:
    """Whether a line is nothing but the attribution of the title above it (- 甲木 的文章 - 知乎)."""
    return bool(_ATTRIBUTION_ALONE.match(bare(text)))


def linked_title(text: str) -> tuple[str, str, str] | None:
    """Text, address and rest of a line that begins with a Markdown link `[text](address)`.

    A link whose text is an address has no text ("").
    """
    match = _LINK.match(text)
    if match is None:
        return None
    found = links.find(text[match.start("text") :])
    offset = match.start("text")
    target = next((one for one in found if offset + one.start >= match.end()), None)
    if target is None:
        return None
    end = offset + target.end
    closing = text.find(")", end)
    if closing < 0:
        return None
    label = match["text"].strip()
    shown = links.find(label)
    if shown and shown[0].start == 0 and shown[0].end >= len(label.rstrip("…").rstrip(".")):
        label = ""
    return re.sub(r"\\([\[\]\\*_`<>~])", r"\1", label), target.url, text[closing + 1 :]


def without_addresses(text: str) -> str:
    """What is left of a line when its addresses, the marks around them and converter tags are taken away."""
    rest, position = [], 0
    for one in links.find(text):
        rest.append(text[position : one.start])
        position = one.end
    rest.append(text[position:])
    left = " ".join(rest)
    return re.sub(r"\[[^\[\]]{0,2000}\]\(\s{0,3}<?\s{0,3}>?\)|</?(?:u|mark|b|a)>|[<>()\[\]*_`~（）|\s]", "", left)
