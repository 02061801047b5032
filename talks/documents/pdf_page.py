"""One page of a PDF: its lines with the place of every letter, its links and its pictures, as pypdf finds them."""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pypdf import PageObject
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from markup.cjk import is_wide
from talks.documents.problems import Code, refused

_FORM_DEPTH = 4
# A box may end this little (in points) above the baseline of the letters in it.
_BELOW = 1

# Browsers store the radical (⻓, ⼀) where a font draws it with the same glyph as the letter (长, 一). Kangxi radicals
# have a compatibility mapping in Unicode; these of the supplement stand for a letter of their own and have none.
# Source: Unicode Character Database, EquivalentUnifiedIdeograph; glyphs compared in Noto CJK.
_RADICALS = (
    "⺎兀⺒巳⺓幺⺟母⺠民⻁虎⻄西⻅见⻆角⻉贝⻋车⻑長⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨"
    "⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_GLYPH_LETTERS: dict[int, str] = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    **{ord(radical): letter for radical, letter in zip(_RADICALS[::2], _RADICALS[1::2], strict=True)},
    # ﬀ ﬁ ﬂ ﬃ ﬄ ﬅ ﬆ
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},
    0: "",
    # Inside a page these end no line.
    **dict.fromkeys(b"\v\f\r", " "),
}
_WEB_ADDRESS = re.compile(r"https?://[^/?#]", re.IGNORECASE)


@dataclass(slots=True)
class Budget:
    """What reading one PDF may cost: a million of each takes some seconds.

    A page of a talk has 600 letters, drawn by some thousand operations. `steps` are letters looked at to find what
    a link covers and where its address stands, a few hundred for each link.
    """

    operations: int = 1_500_000
    letters: int = 1_000_000
    links: int = 10_000
    steps: int = 8_000_000

    def spend(self, *, operations: int = 0, letters: int = 0, links: int = 0, steps: int = 0) -> None:
        """Raises Refused too_large, from then on every time."""
        self.operations -= operations
        self.letters -= letters
        self.links -= links
        self.steps -= steps
        if min(self.operations, self.letters, self.links, self.steps) < 0:
            raise refused(Code.TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points, y upwards."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters that were drawn in one go: where in their line they begin, where on the page, and how large."""

    column: int
    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page as it reads, and the pieces it was put together from."""

    text: str
    pieces: tuple[Piece, ...]

    def covered(self, box: Box, budget: Budget) -> tuple[int, int] | None:
        """The columns (first, behind the last) of the letters in a box; None when it covers none of this line."""
        budget.spend(steps=1 + len(self.text))
        columns = [
            column
            for column, letter, center, piece in self._letters()
            if box.bottom - _BELOW <= piece.y < box.top - 0.2 * piece.size
            and box.left <= center <= box.right
            and not letter.isspace()
        ]
        return (columns[0], columns[-1] + 1) if columns else None

    def _letters(self) -> Iterator[tuple[int, str, float, Piece]]:
        """Every letter with its column and the middle of its place, estimated inside a piece."""
        end = -math.inf
        for index, piece in enumerate(self.pieces):
            widths = [piece.size * (1.0 if is_wide(char) else 0.5) for char in piece.text]
            start = piece.x
            if index and piece.x <= self.pieces[index - 1].x:
                # A piece that was not placed anew goes on where the one before ends.
                start = max(start, end)
            following = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
            total = sum(widths)
            if following is not None and total and following.x > start:
                widths = [width * (following.x - start) / total for width in widths]
            end = start
            for offset, (char, width) in enumerate(zip(piece.text, widths, strict=True)):
                yield piece.column + offset, char, end + width / 2, piece
                end += width


@dataclass(frozen=True, slots=True)
class Link:
    """A web address that lies on a page, and the boxes that it covers."""

    url: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its height, its lines from top to bottom as they were drawn, its links, the number of its pictures."""

    number: int
    box: Box
    lines: tuple[Line, ...]
    links: tuple[Link, ...]
    pictures: int

    def levels(self) -> list[tuple[float, int]]:
        """The heights of the letters, lowest first, each with the index of its line."""
        return sorted({(piece.y, index) for index, line in enumerate(self.lines) for piece in line.pieces})


def lines_beside(levels: Sequence[tuple[float, int]], box: Box, budget: Budget) -> list[int]:
    """The indexes of the lines that have letters at the height of a box, out of `Page.levels`."""
    first, last = bisect_left(levels, (box.bottom - _BELOW, -1)), bisect_left(levels, (box.top, -1))
    budget.spend(steps=max(0, last - first))
    return sorted({index for _, index in levels[first:last]})


@dataclass(slots=True)
class _Drawing:
    """What pypdf reports while it goes through the page."""

    budget: Budget
    lines: list[Line] = field(default_factory=list)
    painted: set[str] = field(default_factory=set)
    inline_pictures: int = 0
    _text: str = ""
    _pieces: list[Piece] = field(default_factory=list)

    def show(self, text: str, cm: Sequence[float], tm: Sequence[float], _font: object, size: float) -> None:
        self.budget.spend(letters=len(text))
        first, *rest = _readable(text).split("\n")
        if first:
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            height = size * math.hypot(tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
            self._pieces.append(Piece(len(self._text), first, x, y, height))
            self._text += first
        for part in rest:
            self.end_line()
            self._text = part

    def end_line(self) -> None:
        self.lines.append(Line(self._text, tuple(self._pieces)))
        self._text, self._pieces = "", []

    def operate(self, operator: bytes, operands: Any, _cm: object, _tm: object) -> None:
        self.budget.spend(operations=1)
        if operator == b"Do" and operands:
            self.painted.add(str(operands[0]))
        elif operator == b"INLINE IMAGE":
            self.inline_pictures += 1


def read_page(page: PageObject, number: int, budget: Budget) -> Page:
    """A page as it was drawn: plain extraction keeps that order, pypdf's layout mode pads lines with spaces.

    Raises Refused too_large and whatever pypdf raises.
    """
    drawing = _Drawing(budget)
    page.extract_text(visitor_operand_before=drawing.operate, visitor_text=drawing.show)
    # pypdf swallows what is raised inside a form.
    budget.spend()
    drawing.end_line()
    pictures = len(drawing.painted & _picture_names(page.get("/Resources"))) + drawing.inline_pictures
    media = page.mediabox
    box = Box(float(media.left), float(media.bottom), float(media.right), float(media.top))
    return Page(number, box, tuple(drawing.lines), tuple(_links(page, budget)), pictures)


def _readable(text: str) -> str:
    """Letters instead of the glyphs they were drawn with; nothing that cannot be stored."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.translate(_GLYPH_LETTERS)


def _picture_names(resources: Any, depth: int = 0) -> set[str]:
    """The names of all pictures that a page or the forms on it may paint."""
    resources = resources.get_object() if resources is not None else None
    objects = resources.get("/XObject") if isinstance(resources, DictionaryObject) else None
    objects = objects.get_object() if objects is not None else None
    names: set[str] = set()
    if not isinstance(objects, DictionaryObject) or depth > _FORM_DEPTH:
        return names
    for name, reference in objects.items():
        drawn = reference.get_object()
        if not isinstance(drawn, StreamObject):
            continue
        if drawn.get("/Subtype") == "/Image":
            names.add(name)
        elif drawn.get("/Subtype") == "/Form":
            names |= _picture_names(drawn.get("/Resources"), depth + 1)
    return names


def _links(page: PageObject, budget: Budget) -> Iterator[Link]:
    annotations = page.get("/Annots")
    annotations = annotations.get_object() if annotations is not None else None
    if not isinstance(annotations, ArrayObject):
        return
    budget.spend(links=len(annotations))
    for reference in annotations:
        annotation = reference.get_object()
        if not isinstance(annotation, DictionaryObject) or annotation.get("/Subtype") != "/Link":
            continue
        url = _url(annotation)
        boxes = tuple(_boxes(annotation))
        if url and boxes:
            yield Link(url, boxes)


def _url(annotation: DictionaryObject) -> str | None:
    action = annotation.get("/A")
    action = action.get_object() if action is not None else None
    if not isinstance(action, DictionaryObject) or action.get("/S") != "/URI":
        return None
    value = action.get("/URI")
    value = value.get_object() if value is not None else None
    # The standard wants ASCII; who writes more writes UTF-8, which pypdf takes for another encoding.
    raw = getattr(value, "original_bytes", value)
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else ""
    except UnicodeDecodeError:
        text = str(value)
    text = "".join(_readable(text).split())
    return text if _WEB_ADDRESS.match(text) else None


def _boxes(annotation: DictionaryObject) -> Iterator[Box]:
    """A box for each line of the link when it says so (QuadPoints), else the one around it."""
    quads = _numbers(annotation.get("/QuadPoints"))
    if quads and len(quads) % 8 == 0:
        for start in range(0, len(quads), 8):
            yield _around(quads[start : start + 8])
        return
    rectangle = _numbers(annotation.get("/Rect"))
    if len(rectangle) == 4:
        yield _around(rectangle)


def _around(numbers: Sequence[float]) -> Box:
    xs, ys = numbers[::2], numbers[1::2]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _numbers(value: Any) -> list[float]:
    value = value.get_object() if value is not None else None
    if not isinstance(value, ArrayObject):
        return []
    numbers = [part.get_object() for part in value]
    return [float(number) for number in numbers] if all(isinstance(n, int | float) for n in numbers) else []
