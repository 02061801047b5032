"""Law 4: what may not get lost between a text and its export. Judged by the site's own parser, not by the exporters.

`letters` and `addresses` say what a text holds; formulas are left out, and tags of the forms exporters recognize.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from markup import links
from markup.dialect import parser

_TAGS = re.compile(r"</?(?:strong|em|del|br|span|details|summary|b|i|code|img|iframe|table|tr|t[hd])\b[^<>]*>|<!-- -->")
_EQUATION = "https://www.zhihu.com/equation?tex="


def letters(text: str, *, with_numbers: bool = False) -> str:
    """The letters and digits a reader is shown, in order, footnotes last; `with_numbers` those of lists as well."""
    body: list[str] = []
    notes: list[str] = []
    depth = 0
    # GitHub takes a byte order mark for none of the text.
    for token in parser().parse(text.lstrip("\ufeff").replace("<span>$</span>", "\\$"), {}):
        depth += {"footnote_reference_open": 1, "footnote_reference_close": -1}.get(token.type, 0)
        if with_numbers and token.type == "list_item_open":
            body.append(token.info)
        (notes if depth else body).append(_TAGS.sub("", "".join(_shown(token))))
    return "".join(char for char in "".join(body + notes) if char.isalnum())


def _shown(token: Token) -> Iterator[str]:
    if token.type in ("code_block", "fence") and token.info.partition(" ")[0] != "math":
        yield token.content
    yield from _inline(token.children or ())


def _inline(tokens: Iterable[Token]) -> Iterator[str]:
    tokens = list(tokens)
    for index, token in enumerate(tokens):
        if token.type in ("text", "text_special") or (token.type == "code_inline" and not _is_formula(tokens, index)):
            yield token.content
        elif token.type == "image":
            yield from _inline(token.children or ())


def _is_formula(tokens: list[Token], index: int) -> bool:
    """Whether a code span is a formula that could not be drawn where it stands, or GitHub's $`…`$."""
    return index > 0 and tokens[index - 1].content.endswith("$")


def addresses(text: str) -> set[str]:
    """The identities of all addresses of links, pictures and definitions."""
    found: set[str] = set()
    for token in parser().parse(text, {}):
        if token.type == "definition":
            found.add(token.meta["url"])
        for child in token.children or ():
            found.update(str(child.attrs[name]) for name in ("href", "src") if name in child.attrs)
            for inner in child.children or ():
                found.update(str(inner.attrs[name]) for name in ("href", "src") if name in inner.attrs)
    return {links.key(url) for url in found if not url.startswith((_EQUATION, "data:"))}


def is_kept(before: str, after: str) -> bool:
    """Whether every letter of one text stands in the other, in the same order."""
    rest = iter(after)
    return all(letter in rest for letter in before)
