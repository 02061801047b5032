"""What a page shows of a README's text: words and links, without the HTML that GitHub lays a page out with. Pure."""

from __future__ import annotations

import html
import re

# <p align="center">, <div>, <h1 align=…>, <br>: they place words, and would stand on the page as they are written.
_LAYOUT = re.compile(r"</?(?:p|div|center|h[1-6]|br|hr|picture|source)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_INLINE = re.compile(r"</?(?:span|font|sub|sup|b|i|em|strong|tt)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LINK = re.compile(
    r"""<a\s[^<>]{0,300}?href\s{0,9}=\s{0,9}["']?"""
    r"""([^"'\s>]{1,2000})[^<>]{0,300}>(.{0,500}?)</a>""",
    re.I | re.S,
)
_IMAGE = re.compile(r"<img\s[^<>]*>", re.I)
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
# Every part is bounded: no text takes quadratic time.
# Badges say numbers of another site, as pictures: shields.io and what looks like it.
_BADGE_HOST = r"(?:img\.shields\.io|badgen\.net|badge\.fury\.io|visitor-badge|awesome\.re|[^\s()]{0,200}/badge[s./-])"
_BADGE = re.compile(rf"!\[[^\]]{{0,200}}\]\((?:https?://)?{_BADGE_HOST}[^\s()]{{0,500}}\)", re.I)
_EMPTY_LINK = re.compile(r"\[\s{0,9}\]\([^()\s]{0,2000}\)")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.M)
_CONTENTS = re.compile(r"(?:table of )?contents?|toc|目\s?录|导航|index", re.I)


def shown(text: str) -> str:
    """Return text as it is to be rendered. Text with code in it stays as it is: HTML may be what it is about."""
    if _FENCE.search(text) or "`<" in text:
        return text
    text = _IMAGE.sub(_words, text)
    text = _LINK.sub(lambda match: f"[{_LAYOUT.sub('', match[2]).strip()}]({html.unescape(match[1])})", text)
    text = _EMPTY_LINK.sub("", _BADGE.sub("", text))
    if not _LAYOUT.search(text):
        return text
    return "\n".join(_laid_out(line) for line in text.split("\n"))


def _laid_out(line: str) -> str:
    """A line without HTML; what stood indented in it is no code."""
    left = _INLINE.sub("", _LAYOUT.sub("", line))
    return left if left == line else left.strip()


def is_contents(title: str) -> bool:
    """Whether a heading is that of a contents list: a page makes its own."""
    return _CONTENTS.fullmatch(re.sub(r"[^\w\s]", "", title).strip()) is not None


def _words(match: re.Match[str]) -> str:
    """What a picture says in words; badges say nothing."""
    if re.search(_BADGE_HOST, match[0], re.I):
        return ""
    found = _ALT.search(match[0])
    return (found[1] or found[2] or "") if found else ""
