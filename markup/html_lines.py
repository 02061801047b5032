"""What stands in a line of text as HTML: marks, links, pictures, formulas, footnote signs; used by the HTML writer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from markdown_it.token import Token

from markup import formulas, links, sanitizer
from markup.cjk import has_han, join_soft_break
from markup.sanitizer import OUTSIDE_REL, PICTURE

# A formula of more letters is wider than a phone: about 20 em, and a letter takes half of one.
LONG_FORMULA = 40
# Browsers flatten what stands deeper than 512 elements; nobody marks a mark of a mark of a mark.
MAX_MARKS = 8

_MARKS = {"strong_open": "strong", "s_open": "del"}


@dataclass(frozen=True, slots=True)
class Display:
    """HTML that stands between paragraphs."""

    html: str


class Line:
    """One line of text to be written.

    `references` counts the footnote signs by number and is added to. `can_split`: a long formula may end the
    paragraph and stand on its own. `is_title`: no links, pictures, footnotes or line breaks; their text stays.
    """

    def __init__(
        self,
        children: Sequence[Token],
        references: dict[int, int],
        *,
        prefix: str = "",
        can_split: bool = False,
        is_title: bool = False,
    ) -> None:
        self._children = children
        self._references = references
        self._prefix = prefix
        self._can_split = can_split
        self._is_title = is_title
        self._closers: list[str] = []
        self._link_depth = 0

    def pieces(self) -> Iterator[str | Display]:
        """The line in pieces of HTML."""
        joints = _joints(self._children)
        for index, token in enumerate(self._children):
            if token.type == "text":
                yield escape(token.content, quote=False)
            elif token.type == "softbreak":
                yield " " if self._is_title and joints[index] else joints[index]
            elif token.nesting == 1:
                yield self._open(index)
            elif token.nesting == -1:
                self._link_depth -= self._closers[-1] == "</a>"
                yield self._closers.pop()
            else:
                yield self._leaf(token)

    def _open(self, index: int) -> str:
        tag, attributes = ("", "") if len(self._closers) >= MAX_MARKS else self._element(index)
        self._closers.append(f"</{tag}>" if tag else "")
        self._link_depth += tag == "a"
        return f"<{tag}{attributes}>" if tag else ""

    def _element(self, index: int) -> tuple[str, str]:
        """The element that a token opens and its attributes; none where it may not stand."""
        token = self._children[index]
        if token.type == "em_open":
            return "em", "" if has_han(self._text_of(index)) else ' lang="en"'
        if token.type != "link_open":
            return _MARKS[token.type], ""
        url = str(token.attrGet("href") or "")
        target = href(url)
        if target is None or self._is_title or self._link_depth:
            return "", ""
        is_bare = self._text_of(index) == url
        return "a", _link_attributes(target, str(token.attrGet("title") or ""), is_bare=is_bare)

    def _text_of(self, index: int) -> str:
        """The letters of the element that opens at `index`."""
        texts, depth = [], 1
        while depth:
            index += 1
            depth += self._children[index].nesting
            texts.append(self._children[index].content)
        return "".join(texts)

    def _leaf(self, token: Token) -> str | Display:
        match token.type:
            case "code_inline":
                return f"<code>{escape(token.content, quote=False)}</code>"
            case "hardbreak":
                return " " if self._is_title else "<br>\n"
            case "math_inline" | "math_inline_double":
                return self._formula(token)
            case "image":
                return self._picture(token)
            case "footnote_ref":
                return self._footnote_sign(token)
        raise ValueError(f"the dialect has no {token.type}")

    def _formula(self, token: Token) -> str | Display:
        tex = token.content.strip()
        if len(tex) > 2 and tex[0] == tex[-1] == "`":  # GitHub's own form: $`…`$
            tex = tex[1:-1]
        may_stand_alone = self._can_split and not self._closers
        if may_stand_alone and (token.type == "math_inline_double" or formulas.is_tagged(tex)):
            return Display(display_formula(tex))
        mathml = formulas.to_mathml(tex, is_display=False)
        if mathml is None:
            return _bad_tex(tex)
        if may_stand_alone and len(formulas.letters(mathml)) > LONG_FORMULA:
            return Display(display_formula(tex))
        return mathml

    def _picture(self, token: Token) -> str:
        """A picture of this site; any other is a link with its description, for a page asks no other site."""
        url = str(token.attrGet("src") or "")
        text = "".join(_texts(token.children or ()))
        if self._is_title:
            return escape(text, quote=False)
        if PICTURE.fullmatch(url):
            return f'<img src="{escape(url)}" alt="{escape(text)}" loading="lazy">'
        target = href(url)
        shown = escape(text or (links.display(url) if target else ""), quote=False)
        if target is None or self._link_depth:
            return shown
        return f"<a{_link_attributes(target, str(token.attrGet('title') or ''))}>{shown}</a>"

    def _footnote_sign(self, token: Token) -> str:
        number = int(token.meta["id"]) + 1
        if self._link_depth or self._is_title:
            return f"<sup>{number}</sup>"
        place = self._references[number] = self._references.get(number, 0) + 1
        return (
            f'<sup><a class="footnote-ref" href="#{self._prefix}fn{number}" id="{self._prefix}fr{number}-{place}"'
            f' aria-label="脚注 {number}">{number}</a></sup>'
        )


def href(url: str) -> str | None:
    """The address as a page may point to it, without trackers; None when it may not be a link."""
    target = url.strip().replace(" ", "%20")
    if "<" not in target and ">" not in target:
        target = links.scrub(f"<{target}>")[1:-1]
    return target if sanitizer.may_be_linked(target) else None


def bare_address(url: str) -> str:
    """An address that is its own text, as a link where it may be one."""
    target, text = href(url), escape(url, quote=False)
    return text if target is None else f"<a{_link_attributes(target, '', is_bare=True)}>{text}</a>"


def display_formula(tex: str) -> str:
    """A formula on its own line, or its source where it is none."""
    mathml = formulas.to_mathml(tex, is_display=True)
    if mathml is None:
        return f"<p>{_bad_tex(tex)}</p>"
    return f'<div class="formula" tabindex="0" role="group" aria-label="公式">{mathml}</div>'


def _bad_tex(tex: str) -> str:
    return f'<code class="bad-tex">{escape(tex, quote=False)}</code>'


def _link_attributes(target: str, title: str, *, is_bare: bool = False) -> str:
    name = ' class="bare"' if is_bare else ""
    rel = f' rel="{OUTSIDE_REL}"' if target.lower().startswith("http") else ""
    return f'{name} href="{escape(target)}"{rel}' + (f' title="{escape(title)}"' if title else "")


def _joints(children: Sequence[Token]) -> dict[int, str]:
    """What each soft break becomes, by the letters on its two sides, however deep they stand."""
    joints: dict[int, str] = {}
    waiting: list[int] = []
    left = ""
    for index, token in enumerate(children):
        if token.type == "softbreak":
            waiting.append(index)
            joints[index] = ""
        elif token.type == "hardbreak":
            waiting, left = [], ""
        elif not token.nesting and token.type != "footnote_ref":
            letters = token.content if token.type in ("text", "image") else "x"
            if letters.strip():
                joints.update(dict.fromkeys(waiting, "\n" if join_soft_break(left, letters) else ""))
                waiting, left = [], letters
    return joints


def _texts(children: Sequence[Token]) -> Iterator[str]:
    """The letters of a description; marks and addresses in it are only text."""
    for token in children:
        if token.children:
            yield from _texts(token.children)
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
        else:
            yield token.content
