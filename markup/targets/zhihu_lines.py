"""Lines of text as Zhihu takes them: pictures and formulas stand alone, marks are few and always work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from markup.targets import addresses
from markup.targets.forms import video
from markup.targets.normal import merged, on_one_line, spaced, tidy
from markup.targets.options import Losses
from markup.targets.tex import colored, without_pipes
from markup.targets.tree import (
    Code,
    FootnoteReference,
    HardBreak,
    Image,
    Inline,
    Line,
    Link,
    Mark,
    MarkKind,
    Math,
    SoftBreak,
    Text,
    change_lines,
    without_inner_links,
)
from markup.targets.writing import first_chars, last_chars
from markup.targets.zhihu_marks import few_marks, mended

_SVG = re.compile(r"\.svg$", re.IGNORECASE)
# Zhihu fetches pictures itself, from mainland China; these do not answer there.
_UNREACHABLE = re.compile(
    r"https?://(?:raw\.githubusercontent\.com|github\.com|gitee\.com|user-images\.githubusercontent\.com)/",
    re.IGNORECASE,
)
_MACROS = re.compile(r"\\(?:(?:re|provide)?newcommand|renewcommand|def|let|DeclareMathOperator|require)(?![A-Za-z])")
_LONE_DOLLAR = re.compile(r"(?<!\\)(?:\\\\)*\$")


@dataclass(frozen=True, slots=True)
class Lines:
    """Turns lines of the site dialect into lines and pieces for Zhihu."""

    site_url: str
    with_dollars: bool
    numbers: dict[str, int]
    losses: Losses

    def pieces(self, line: Line, *, joins_breaks: bool = False) -> Iterator[Line | Image | Math]:
        """The line cut at its breaks, its pictures and the formulas that stand for themselves."""
        nodes = self._changed(line)
        if joins_breaks:
            nodes = _without_breaks(nodes)
        for piece in _cut(nodes, self._stands_alone):
            if isinstance(piece, Image | Math):
                yield piece
                continue
            done = self.finished(piece)
            while self.with_dollars and done and isinstance(done[0], Math) and isinstance(done[-1], Math):
                # A line from $$ to $$ is read as one formula that stands for itself.
                yield done[0]
                done = tidy(done[1:])
            if done:
                yield done

    def line(self, line: Line) -> tuple[Line, list[Image]]:
        """The line in one piece, for a heading, and the pictures that stood in it."""
        images: list[Image] = []
        rest: list[Inline] = []
        for piece in _cut(_without_breaks(self._changed(line)), lambda node: isinstance(node, Image)):
            if isinstance(piece, Image):
                images.append(piece)
            elif not isinstance(piece, Math):
                rest += [SoftBreak(), *piece] if rest else piece
        return self.finished(rest), images

    def cell(self, line: Line) -> Line:
        """The line as plain text for the cell of a table; formulas and line breaks stay."""
        has_lost = False

        def change(node: Inline) -> Iterable[Inline]:
            nonlocal has_lost
            match node:
                case Link(url, children) if not node.is_bare:
                    has_lost = True
                    return (*children, Text("（"), Link(url, (Text(url),)), Text("）"))
                case Mark(_, children):
                    has_lost = True
                    return children
                case Code(text):
                    has_lost = True
                    return (Text(text),)
                case Image(_, alt):
                    self.losses.add(f"a table takes no picture, its description is written: {node.url}")
                    return (Text(addresses.described(alt)),)
                case Math(tex) if self.with_dollars:
                    return (Math(without_pipes(tex)),)
            return (node,)

        result = _roomy(on_one_line(change_lines(self._changed(line), change)))
        if has_lost:
            self.losses.add("cells of tables are plain text: marks and links in them are written out")
        return spaced(result) if self.with_dollars else result

    def formula(self, tex: str) -> str | None:
        """A formula in a form that Zhihu draws, None when there is none."""
        if _MACROS.search(tex) or (self.with_dollars and _LONE_DOLLAR.search(tex)):
            self.losses.add("a formula that Zhihu cannot draw is written as code")
            return None
        # A line break at the end means nothing, and was once the sign of a formula that stands for itself.
        return colored(tex.rstrip("\\ "))

    def _stands_alone(self, node: Inline) -> bool:
        return isinstance(node, Image) or (isinstance(node, Math) and node.is_display and not self.with_dollars)

    def finished(self, nodes: Iterable[Inline]) -> Line:
        """The line with every mark readable."""
        line = mended(few_marks(on_one_line(nodes), is_inside=False))
        return spaced(line) if self.with_dollars else line

    def _changed(self, line: Line) -> Line:
        return few_marks(on_one_line(change_lines(line, self._change)), is_inside=False)

    def _change(self, node: Inline) -> Iterable[Inline]:
        match node:
            case FootnoteReference(label):
                return (Text(f"[{self.numbers[label]}]"),)
            case Mark(MarkKind.STRIKE, children):
                self.losses.add("struck text is written as plain text")
                return children
            case Math(tex, is_display):
                formula = self.formula(tex)
                if formula is None:
                    return (Code(tex),)
                # A number stands at the end of a line of its own.
                return (Math(formula, is_display or r"\tag" in formula),) if formula else ()
            case Link():
                return self._link(node)
            case Image():
                return self._image(node)
        return (node,)

    def _link(self, link: Link) -> Iterable[Inline]:
        url = addresses.absolute(link.url, self.site_url)
        url = video(url) or url
        if not addresses.is_absolute(url):
            self.losses.add(f"a link that leads nowhere outside of the site is plain text: {url}")
            return link.children
        if link.is_bare:
            return (Link(url, (Text(url),)),)
        children = change_lines(link.children, lambda node: (Text(node.tex),) if isinstance(node, Math) else (node,))
        return without_inner_links(Link(url, children, link.title))

    def _image(self, image: Image) -> Iterable[Inline]:
        url = addresses.absolute(image.url, self.site_url).replace(" ", "%20")
        if url.startswith("//"):
            url = "https:" + url
        if url.startswith("http://"):
            url = "https://" + url.removeprefix("http://")
        if not url.startswith("https://"):
            shown = "data: address" if url.startswith("data:") else url
            self.losses.add(f"a picture that Zhihu cannot fetch, its description is written: {shown}")
            return (Text(addresses.described(image.alt)),)
        if _SVG.search(addresses.path(url)) or addresses.is_video_file(url):
            self.losses.add(f"Zhihu takes neither svg nor video files, a link is written: {url}")
            return (Link(url, (Text(image.alt or url),)),)
        if _UNREACHABLE.match(url):
            self.losses.add(f"Zhihu may not be able to fetch a picture, move it to the site: {url}")
        return (replace(image, url=url),)


def _roomy(line: Line) -> Line:
    """The line with spaces around its addresses, which stand there bare, where nothing else ends them."""
    result: list[Inline] = []
    for node in line:
        left = result[-1] if result else None
        touches_start = isinstance(node, Link) and left is not None and not _ends_address(last_chars(left))
        touches_end = isinstance(left, Link) and not _ends_address(first_chars(node))
        if touches_start or touches_end:
            result.append(Text(" "))
        result.append(node)
    return tuple(merged(result))


def _ends_address(char: str) -> bool:
    return char.isspace() or char in "（）"


# ── Cutting ─────────────────────────────────────────────────────────────────


def _without_breaks(nodes: Iterable[Inline]) -> Line:
    return change_lines(nodes, lambda node: (SoftBreak(),) if isinstance(node, HardBreak) else (node,))


def _cut(nodes: Iterable[Inline], stands_alone: Callable[[Inline], bool]) -> Iterator[list[Inline] | Image | Math]:
    """The runs of nodes between breaks and nodes that stand alone, which leave the marks and links around them."""
    run: list[Inline] = []
    for piece in (piece for node in nodes for piece in _opened(node, stands_alone)):
        if isinstance(piece, HardBreak):
            yield run
            run = []
        elif isinstance(piece, Image | Math) and stands_alone(piece):
            yield run
            yield piece
            run = []
        else:
            run.append(piece)
    yield run


def _opened(node: Inline, stands_alone: Callable[[Inline], bool]) -> Iterator[Inline]:
    """A node, or when something stands alone in it or breaks it: its parts, each marked as it was."""
    if not isinstance(node, Mark | Link):
        yield node
        return
    run: list[Inline] = []
    parts: list[Inline] = []
    for child in (piece for inner in node.children for piece in _opened(inner, stands_alone)):
        if isinstance(child, HardBreak) or stands_alone(child):
            parts += [replace(node, children=tuple(run)), child] if run else [child]
            run = []
        else:
            run.append(child)
    if run:
        parts.append(replace(node, children=tuple(run)))
    yield from _link_last(node, parts) if isinstance(node, Link) else parts


def _link_last(link: Link, parts: list[Inline]) -> Iterator[Inline]:
    """A link that held pictures: the pictures first, then the link on its own line."""
    alone = [part for part in parts if not isinstance(part, Link | HardBreak)]
    if not alone:
        yield replace(link, children=_without_breaks(link.children))
        return
    yield from alone
    runs = [part.children for part in parts if isinstance(part, Link)]
    text = [node for run in runs for node in (SoftBreak(), *run)]
    yield HardBreak()
    yield replace(link, children=on_one_line(text) or (Text(link.url),))
    yield HardBreak()
