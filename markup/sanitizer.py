"""The allow-list of elements and attributes, applied last: whatever the writer did, only this reaches a page."""

from __future__ import annotations

import re
from html import escape

import nh3

from markup import formulas, highlight
from markup.links import is_safe_href

OUTSIDE_REL = "nofollow noopener noreferrer ugc"
# Pictures of the site itself; no dots in a row and nothing encoded, so the path cannot lead out of the folder.
PICTURE = re.compile(r"/media/[A-Za-z0-9_-](?:[A-Za-z0-9_/-]|\.(?!\.))*")
_NOTE = r"[A-Za-z0-9_-]*(?:fn|fr)[0-9]+(?:-[0-9]+)?"

# Addresses that need no second look: nh3 drops those that it cannot parse (https://a<b/, a port of 99999).
_USUAL = re.compile(r"https?://(?:(?!xn--)[a-z0-9-]+\.)+(?!xn--)[a-z]+(?:[/?#]|$)|/", re.IGNORECASE)

PREFIX = re.compile(r"[A-Za-z0-9_-]*")

_HTML = (
    "p h1 h2 h3 h4 h5 h6 blockquote pre code em strong del ul ol li hr br a img table thead tbody tr th td div sup span"
)
_MATHML = (
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts"
    " mprescripts mtable mtr mtd mpadded mphantom mstyle"
)
TAGS = frozenset(f"{_HTML} {_MATHML}".split())

_LENGTH = re.compile(r"-?[0-9.]{1,12}(?:em|ex|px|%)?")
_WORD = re.compile(r"[a-z]{1,12}")
_DIGITS = re.compile(r"[0-9]{1,9}")
_ANY = re.compile(r".*", re.DOTALL)

# element → attribute → what its value must be; classes and the attributes of MathML stand below.
_VALUES: dict[str, dict[str, re.Pattern[str]]] = {
    "a": {
        "href": re.compile(rf"#{_NOTE}|(?!#).+", re.DOTALL),
        "id": re.compile(_NOTE),
        "title": _ANY,
        "rel": re.compile(OUTSIDE_REL),
        "aria-label": re.compile(r"脚注 [0-9]{1,6}|回到正文"),
    },
    "img": {"src": PICTURE, "alt": _ANY, "loading": re.compile("lazy")},
    "li": {"id": re.compile(_NOTE)},
    "ol": {"start": _DIGITS},
    "em": {"lang": re.compile("en")},
    "span": {"role": re.compile("img"), "aria-label": re.compile("已完成|未完成")},
    "div": {
        "tabindex": re.compile("0"),
        "role": re.compile("group|region"),
        "aria-label": re.compile("公式|表格"),
    },
    "pre": {"tabindex": re.compile("0"), "role": re.compile("group"), "aria-label": re.compile("代码")},
}
_MATH_VALUES: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(("lspace", "rspace", "minsize", "maxsize", "width", "height", "depth", "voffset"), _LENGTH),
    **dict.fromkeys(("linethickness", "scriptlevel"), _LENGTH),
    **dict.fromkeys(("display", "displaystyle", "mathvariant", "accent", "accentunder", "stretchy"), _WORD),
    **dict.fromkeys(("symmetric", "movablelimits", "form", "fence", "separator", "largeop"), _WORD),
}
_VALUES.update(dict.fromkeys(_MATHML.split(), _MATH_VALUES))

CLASSES: dict[str, frozenset[str]] = {
    "a": frozenset({"bare", "footnote-ref"}),
    "code": frozenset({"bad-tex"}),
    "div": frozenset({"formula", "scroll"}),
    "li": frozenset({"task"}),
    "ol": frozenset({"footnotes"}),
    "span": highlight.CLASSES | {"task-box"},
    "td": frozenset({"figure", "center"}),
    "th": frozenset({"figure", "center"}),
    **dict.fromkeys(("mrow", "mtable", "mtd", "mspace", "mpadded"), formulas.CLASSES),
}


def is_allowed(tag: str, attribute: str, value: str) -> bool:
    """Whether an element may carry the attribute with this value; `class` is judged by CLASSES."""
    pattern = _VALUES.get(tag, {}).get(attribute)
    if pattern is None or not pattern.fullmatch(value):
        return False
    return attribute != "href" or value.startswith("#") or is_safe_href(value, allow_site_path=True)


def _kept(tag: str, attribute: str, value: str) -> str | None:
    return value if attribute == "class" or is_allowed(tag, attribute, value) else None


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={tag: set(values) for tag, values in _VALUES.items()},
    attribute_filter=_kept,
    allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)


def may_be_linked(url: str) -> bool:
    """Whether a link to the address would survive `clean`."""
    if not is_safe_href(url, allow_site_path=True):
        return False
    return bool(_USUAL.match(url)) or "href" in clean(f'<a href="{escape(url)}">')


def clean(html: str) -> str:
    """The HTML with nothing but allowed elements, attributes, values and classes; `clean(clean(x)) == clean(x)`."""
    return _CLEANER.clean(html)
