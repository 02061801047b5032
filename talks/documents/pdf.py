"""A PDF becomes the text that a person would have written: its lines in order, with the addresses of its links.

What `text_of` returns is the source "as written": nothing downstream looks into the PDF again. A hostile PDF is
held by size, page, operation and decompression limits, not by a clock: the site reads PDFs in a process of its
own, which has one (talks/actions/pdf_child.py).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from io import BytesIO

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError

from markup.mojibake import is_mojibake
from talks.documents import decode
from talks.documents.model import Problem, Refused
from talks.documents.pdf_links import put_links
from talks.documents.pdf_page import Budget, Line, Page, read_page
from talks.documents.problems import Code, problem, refused

# The community's PDFs have 1 MB and 12 pages, pictures included.
MAX_BYTES = 20 * 1024 * 1024
MAX_PAGES = 300
# A page of text is some KB; pypdf's own limits (75 MB a stream) are meant for pictures, which are not read here.
MAX_STREAM_BYTES = 16 * 1024 * 1024
MAX_STREAM_PARTS = 500_000
_LIMITS = Configuration(
    zlib_maximum_output_length=MAX_STREAM_BYTES,
    lzw_maximum_output_length=MAX_STREAM_BYTES,
    run_length_maximum_output_length=MAX_STREAM_BYTES,
    brotli_maximum_output_length=MAX_STREAM_BYTES,
    array_based_stream_maximum_output_length=MAX_STREAM_BYTES,
    stream_decoding_work_maximum_length=4 * MAX_STREAM_BYTES,
    stream_parsing_work_maximum_count=MAX_STREAM_PARTS,
    # pypdf would start this program for one kind of picture.
    jbig2dec_binary=None,
)

# A header or footer stands at the same height (in points) of most pages and differs in its digits only.
_MARGIN = 0.1
_SAME_HEIGHT = 3
_FEWEST_PAGES = 3
_MOST_PAGES = 0.75
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class PdfText:
    """The text of a PDF, the doubts about it and how many pages it has."""

    text: str
    problems: tuple[Problem, ...]
    pages: int


def text_of(data: bytes) -> PdfText:
    """The text of a PDF. Pages follow one another without a blank line: a paragraph may run over a page.

    Lines stay as they are broken, with their spaces (Word writes one at the end of a paragraph). An address that
    was torn over lines is whole again, and ends in a space where it ends a line. An address that only the link
    holds stands on the line after the linked words (`link_added`), or where its place is not known after the line
    above it (`link_target`). Pictures are left out (`picture_skipped`, one problem a page), and so are headers and
    footers (`page_lines_skipped`).
    Raises Refused: empty, too_large, unreadable (broken or no PDF), encrypted (unless the password is empty),
    image_only, mojibake (its fonts do not say which letters they draw).
    """
    if len(data) > MAX_BYTES:
        raise refused(Code.TOO_LARGE, f"> {MAX_BYTES // 1024 // 1024} MiB")
    if not data.strip():
        raise refused(Code.EMPTY)
    if b"%PDF-" not in data[:1024]:
        raise refused(Code.UNREADABLE)
    budget = Budget()
    pages, skipped = _without_page_lines(_read(data, budget))
    if not any(line.text.strip() for page in pages for line in page.lines):
        raise refused(Code.IMAGE_ONLY if any(page.pictures for page in pages) else Code.EMPTY)
    text, added, starts = put_links(pages, budget)
    if is_mojibake(text):
        raise refused(Code.MOJIBAKE)
    problems = [problem(Code.PAGE_LINES_SKIPPED, None, line) for line in skipped]
    for page, start in zip(pages, starts, strict=True):
        if page.pictures:
            times = f" (×{page.pictures})" if page.pictures > 1 else ""
            problems.append(problem(Code.PICTURE_SKIPPED, _line_at(text, start), f"p. {page.number}{times}"))
    for addition in added:
        code = Code.LINK_ADDED if addition.is_placed else Code.LINK_TARGET
        problems.append(problem(code, _line_at(text, addition.position), addition.url))
    problems += decode.doubts_about_characters(text)
    return PdfText(text, tuple(problems), len(pages))


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _read(data: bytes, budget: Budget) -> list[Page]:
    """All pages. pypdf raises next to anything on a broken file, so anything counts as broken."""
    try:
        with apply_configuration(_LIMITS):
            reader = PdfReader(BytesIO(data))
            if reader.is_encrypted and not _opens(reader):
                raise refused(Code.ENCRYPTED)
            if len(reader.pages) > MAX_PAGES:
                raise refused(Code.TOO_LARGE, f"> {MAX_PAGES}")
            return [read_page(page, number, budget) for number, page in enumerate(reader.pages, 1)]
    except Refused:
        raise
    except (LimitReachedError, MemoryError) as error:
        raise refused(Code.TOO_LARGE) from error
    except Exception as error:
        raise refused(Code.UNREADABLE) from error


def _opens(reader: PdfReader) -> bool:
    """Whether the empty password opens the file: then it is encrypted only against printing or copying."""
    try:
        return bool(reader.decrypt(""))
    except Exception:  # an algorithm that pypdf does not know
        return False


def _without_page_lines(pages: list[Page]) -> tuple[list[Page], list[str]]:
    """The pages without their headers and footers, and one example of each."""
    places = {(page.number, index): key for page in pages for index, key in _margin_lines(page)}
    counts = Counter(places.values())
    fewest = max(_FEWEST_PAGES, _MOST_PAGES * len(pages))
    gone = {place for place, key in places.items() if counts[key] >= fewest}
    kept = []
    for page in pages:
        lines = tuple(line for index, line in enumerate(page.lines) if (page.number, index) not in gone)
        # A page has a line at least: its links and pictures need a place.
        kept.append(replace(page, lines=lines or (Line("", ()),)))
    examples: dict[tuple[str, int], str] = {}
    for number, index in sorted(gone):
        examples.setdefault(places[number, index], pages[number - 1].lines[index].text.strip())
    return kept, list(examples.values())


def _margin_lines(page: Page) -> list[tuple[int, tuple[str, int]]]:
    """The lines in the upper and lower margin: index, and what makes them the same line on another page."""
    height = page.box.top - page.box.bottom
    found = []
    for index, line in enumerate(page.lines):
        if not line.pieces or not line.text.strip():
            continue
        y = line.pieces[0].y
        if min(page.box.top - y, y - page.box.bottom) <= _MARGIN * height:
            found.append((index, (_DIGITS.sub("0", line.text.strip()), round(y / _SAME_HEIGHT))))
    return found
