"""What may never stand in the HTML of a member's text, written down a second time: an allow-list of the tests' own.

`RULES` is also given to the browser, which judges its own tree by it; `found` reads HTML with Python's parser.
"""

import json
import re
from html.parser import HTMLParser

OUTSIDE = "nofollow noopener noreferrer ugc"
_HTML = (
    "p h1 h2 h3 h4 h5 h6 blockquote pre code em strong del ul ol li hr br a img div table thead tbody tr th td sup span"
)
_MATH = (
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts"
    " mprescripts mtable mtr mtd mpadded mphantom mstyle"
)
_CLASSES = (
    "bare footnote-ref footnotes bad-tex formula scroll task task-box figure center k s c f math-start math-end"
    " math-flush-start math-flush-end math-second math-line-start math-line-end math-line-top math-wide math-half"
    " math-red math-amber math-green math-blue math-violet math-box math-strike math-back"
)
_MATH_ATTRIBUTES = (
    "display displaystyle scriptlevel mathvariant stretchy symmetric movablelimits lspace rspace minsize maxsize width"
    " height depth voffset linethickness accent accentunder form fence separator largeop"
)
_ID = r"[A-Za-z0-9_-]*(?:fn|fr)[0-9]+(?:-[0-9]+)?"
RULES = {
    "elements": _HTML.split() + _MATH.split(),
    "classes": _CLASSES.split(),
    "math": _MATH.split(),
    "math_attributes": _MATH_ATTRIBUTES.split(),
    # These attributes belong to one element only.
    "owners": {"href": "a", "src": "img", "rel": "a", "start": "ol", "lang": "em"},
    # attribute → pattern of its whole value, in the common tongue of Python and JavaScript
    "attributes": {
        "href": rf"(?:[hH][tT][tT][pP][sS]?://[^/\\\s][^\\\s]*|mailto:[^\\\s]+|/(?:[^/\\\s][^\\\s]*)?|#{_ID})",
        "src": r"/media/(?!.*\.\.)[A-Za-z0-9_./-]+",
        "id": _ID,
        "class": r"[a-z -]*",
        "title": r"[\s\S]*",
        "alt": r"[\s\S]*",
        "rel": OUTSIDE,
        "loading": "lazy",
        "start": "[0-9]{1,9}",
        "lang": "en",
        "tabindex": "0",
        "role": "region|group|img",
        "aria-label": "公式|表格|代码|已完成|未完成|回到正文|脚注 [0-9]+",
    },
}
_PATTERNS = {name: re.compile(pattern) for name, pattern in RULES["attributes"].items()}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forbidden = []
        self.texts = []
        self.values = []

    def handle_starttag(self, tag, attrs):
        if tag not in RULES["elements"]:
            self.forbidden.append(f"<{tag}>")
        for name, value in attrs:
            self.values.append(value or "")
            if not is_allowed(tag, name, value or ""):
                self.forbidden.append(f"<{tag} {name}={value!r}>")
        values = dict(attrs)
        if str(values.get("href")).lower().startswith("http") and values.get("rel") != OUTSIDE:
            self.forbidden.append(f"<a href={values['href']!r}> without rel")

    def handle_data(self, data):
        self.texts.append(data)

    def handle_comment(self, data):
        self.forbidden.append(f"<!--{data}-->")

    def handle_decl(self, decl):
        self.forbidden.append(f"<!{decl}>")

    def handle_pi(self, data):
        self.forbidden.append(f"<?{data}>")

    unknown_decl = handle_decl


def is_allowed(tag, name, value):
    if tag in RULES["math"] and name in RULES["math_attributes"]:
        return re.fullmatch(r"-?[a-z0-9.%]{1,16}", value) is not None
    if name == "class" and not set(value.split()) <= set(RULES["classes"]):
        return False
    if RULES["owners"].get(name, tag) != tag:
        return False
    return name in _PATTERNS and _PATTERNS[name].fullmatch(value) is not None


def read(html):
    """Return what is forbidden in the HTML, its text, and the values of its attributes."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.forbidden, "".join(reader.texts), reader.values


def found(html):
    """Return every forbidden element, attribute and comment of the HTML."""
    return read(html)[0]


def text_of(html):
    """Return the text that a reader of the HTML sees."""
    return read(html)[1]


def as_json():
    return json.dumps(RULES)
