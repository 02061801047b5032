"""What a reader is shown of a text, as a flat list: the tree we write against the HTML that GitHub's parser makes."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import unquote

import cmarkgfm
from cmarkgfm.cmark import Options

from markup.targets import tree

_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
_KEPT = {
    "strong",
    "em",
    "del",
    "a",
    "code",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "th",
    "td",
    "hr",
    "br",
    "img",
    "details",
    "summary",
    "pre",
}
_VOID = {"hr", "br", "img", "input"}


def by_github(text: str) -> list[object]:
    """What cmark-gfm sees in a text, footnotes left out."""
    parser = _Html()
    parser.feed(cmarkgfm.github_flavored_markdown_to_html(text, _OPTIONS))
    parser.close()
    return _joined(parser.seen)


class _Html(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.seen: list[object] = []
        self.hidden = 0
        self.is_reference = False
        self.mail = 0

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if self.hidden or (tag == "section" and "footnotes" in (values.get("class") or "")):
            self.hidden += tag not in _VOID
            return
        if tag == "sup" and values.get("class") == "footnote-ref":
            self.seen.append(("note",))
            self.hidden = 1
            return
        if tag == "input":
            self.seen.append(("box", "checked" in values))
        elif tag == "a":
            href = unquote(values.get("href") or "")
            if href.startswith("mailto:"):
                self.mail += 1
            else:
                self.seen.append(("a", href))
        elif tag == "img":
            self.seen.append(("img", unquote(values.get("src") or ""), "".join((values.get("alt") or "").split())))
        elif tag == "ol":
            self.seen.append(("ol", int(values.get("start") or 1)))
        elif tag in _KEPT:
            self.seen.append((tag,))

    def handle_endtag(self, tag):
        if self.hidden:
            self.hidden -= tag not in _VOID
        elif tag == "a" and self.mail:
            self.mail -= 1
        elif tag in _KEPT and tag not in _VOID:
            self.seen.append(("/" + tag,))

    def handle_data(self, data):
        if not self.hidden:
            self.seen.append(data)


def by_tree(document: tree.Document) -> list[object]:
    """What the tree of a text says, footnotes left out."""
    seen: list[object] = []
    for block in document.blocks:
        _block(block, seen)
    return _joined(seen)


def _joined(seen):
    """The list with neighbouring letters joined and all whitespace dropped."""
    result: list[object] = []
    for part in seen:
        if isinstance(part, str):
            part = "".join(part.split())
            if not part:
                continue
            if result and isinstance(result[-1], str):
                result[-1] += part
                continue
        result.append(part)
    return result


def _within(name, parts, write, seen, *more):
    seen.append((name, *more))
    for part in parts:
        write(part, seen)
    seen.append(("/" + name,))


def _block(block, seen):
    match block:
        case tree.Paragraph(children):
            for node in children:
                _inline(node, seen)
        case tree.Heading(level, children):
            _within(f"h{level}", children, _inline, seen)
        case tree.Rule():
            seen.append(("hr",))
        case tree.CodeBlock(_, text):
            seen.extend([("pre",), ("code",), text, ("/code",), ("/pre",)])
        case tree.MathBlock(tex):
            seen.extend([("pre",), ("code",), tex, ("/code",), ("/pre",)])
        case tree.Quote(blocks, alert):
            seen.append(("blockquote",))
            if alert:
                seen.append(f"[!{alert}]")
            inside: list[object] = []
            for inner in blocks:
                _block(inner, inside)
            # cmark-gfm sees no boxes in quotes.
            boxes = {("box", True): "[x]", ("box", False): "[ ]"}
            seen.extend(boxes.get(part, part) for part in inside)
            seen.append(("/blockquote",))
        case tree.List(items):
            name, more = ("ol", (int(items[0].number),)) if block.is_ordered else ("ul", ())
            _within(name, items, _item, seen, *more)
        case tree.Table(_, rows):
            for index, row in enumerate(rows):
                for cell in row:
                    _within("td" if index else "th", cell, _inline, seen)
        case tree.Details(summary, blocks):
            seen.append(("details",))
            if summary:
                seen.extend([("summary",), summary, ("/summary",)])
            for inner in blocks:
                _block(inner, seen)
            seen.append(("/details",))


def _item(item, seen):
    seen.append(("li",))
    if item.is_done is not None:
        seen.append(("box", item.is_done))
    for block in item.blocks:
        _block(block, seen)
    seen.append(("/li",))


def _inline(node, seen):
    match node:
        case tree.Text(text):
            seen.append(text)
        case tree.Code(text):
            seen.extend([("code",), text, ("/code",)])
        case tree.Math(tex):
            # A backtick of TeX is a left quote and is written as one.
            seen.extend(["$", ("code",), tex.replace("`", "‘"), ("/code",), "$"])
        case tree.Mark(kind, children):
            _within(kind.value, children, _inline, seen)
        case tree.Link(url, children):
            if url.startswith("mailto:"):
                for child in children:
                    _inline(child, seen)
            else:
                _within("a", children, _inline, seen, unquote(url))
        case tree.Image(url, alt):
            seen.append(("img", unquote(url), "".join(alt.split())))
        case tree.FootnoteReference():
            seen.append(("note",))
        case tree.HardBreak():
            seen.append(("br",))
